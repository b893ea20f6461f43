"""An opportunity: where we can do the persona good, and how we shall know that it worked."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from klantreis.ids import AnyRef, JobRef, JourneyRef, LocalId, MetricRef, PersonaRef
from klantreis.jobs.job import Solution
from klantreis.research.claim import Claim, Estimate
from klantreis.values import Document, Text, Value


class Aim(Value):
    """What should change in which metric, from what, to what, by when, and against what it is compared."""

    metric: MetricRef
    baseline: Estimate | None = None
    target: float | None = None
    direction: Literal["up", "down"] = "up"
    due: date | None = None
    comparison: Literal["experiment", "difference_in_differences", "interrupted_series", "before_after"] | None = None


class Priority(Value):
    """Reach, impact, confidence and effort, each 1 to 5 unless a number is known; rank 1 is first."""

    reach: float | None = Field(default=None, gt=0)
    impact: float | None = Field(default=None, gt=0)
    confidence: float | None = Field(default=None, gt=0)
    effort: float | None = Field(default=None, gt=0)
    rank: int | None = Field(default=None, ge=1)


class Opportunity(Document):
    """An optimal moment for a positive effect on the persona."""

    kind: ClassVar[str] = "opportunity"
    folder: ClassVar[str] = "opportunities"

    title: Text
    claim: Claim = Field(description="Why this is an opportunity; its evidence is what was seen.")
    journey: JourneyRef | None = None
    step: LocalId | None = None
    persona: PersonaRef | None = None
    jobs: tuple[JobRef, ...] = ()
    from_claims: tuple[AnyRef, ...] = Field(default=(), description="Documents whose pains or gains it answers.")
    intended_effect: Text | None = None
    solutions: tuple[Solution, ...] = ()
    aim: Aim | None = None
    priority: Priority | None = None
    owner: Text | None = None
    illustrative: bool = False
