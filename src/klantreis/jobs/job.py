"""A job: what the customer wants done, in their words, and the ladder that leads up to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field

from klantreis.ids import JobRef, PersonaRef
from klantreis.jobs.job_map import JobStep
from klantreis.jobs.outcome import DesiredOutcome, Gain, Pain
from klantreis.research.claim import Claim
from klantreis.values import Document, Text, Value

JobType = Literal["functional", "emotional", "social"]


class JobStory(Value):
    """When …, I want to …, so I can … (Als …, wil ik …, zodat …)."""

    when: Text
    want: Text
    so_that: Text


class Solution(Value):
    """One way to get the job done; a job outlives its solutions."""

    text: Text
    offered_by: Literal["us", "competitor", "workaround", "nobody_yet"] = "us"
    note: Text | None = None


class Job(Document):
    """What the customer wants done.

    ``ladder`` climbs by asking "what for?" from what people ask for (a drill) to just below the job
    (a hole in the wall); the job's own statement is its top (the photo hung). ``parent`` is the larger job
    that this one serves.
    """

    kind: ClassVar[str] = "job"
    folder: ClassVar[str] = "jobs"

    statement: Claim
    type: JobType
    personas: tuple[PersonaRef, ...] = ()
    parent: JobRef | None = None
    ladder: tuple[Claim, ...] = ()
    story: JobStory | None = None
    pains: tuple[Pain, ...] = ()
    gains: tuple[Gain, ...] = ()
    outcomes: tuple[DesiredOutcome, ...] = ()
    steps: tuple[JobStep, ...] = ()
    solutions: tuple[Solution, ...] = ()
    constraints: tuple[Text, ...] = ()
    owner: Text | None = None
    illustrative: bool = Field(default=False)


def job_claims(job: Job) -> Iterator[tuple[str, Claim]]:
    """Every claim of a job with its group (``statement``, ``ladder``, ``pains``, …), in order."""
    yield "statement", job.statement
    for rung in job.ladder:
        yield "ladder", rung
    for pain in job.pains:
        yield "pains", pain.claim
    for gain in job.gains:
        yield "gains", gain.claim
    for outcome in job.outcomes:
        yield "outcomes", outcome.claim
    for step in job.steps:
        if step.claim is not None:
            yield "steps", step.claim
