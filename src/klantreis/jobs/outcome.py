"""Pains, gains and desired outcomes: what hurts, what is hoped for, and how the customer measures the job."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from klantreis.research.claim import Claim, Estimate
from klantreis.values import Text, Value


class Pain(Value):
    """What hurts in a job or step; severity 1 (mild) to 5 (extreme)."""

    claim: Claim
    severity: int | None = Field(default=None, ge=1, le=5)


class Gain(Value):
    """What is hoped from a job or step; relevance 1 (nice to have) to 5 (essential)."""

    claim: Claim
    relevance: int | None = Field(default=None, ge=1, le=5)


class DesiredOutcome(Value):
    """How the customer measures the job: direction, metric, object, context."""

    claim: Claim
    direction: Literal["minimise", "increase"] = "minimise"
    metric: Text | None = None
    importance: Estimate | None = None
    satisfaction: Estimate | None = None
