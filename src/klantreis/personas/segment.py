"""A segment: a countable set of customers by rule, and how many there are."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from klantreis.ids import DatasetRef, SurveyRef
from klantreis.research.claim import Estimate
from klantreis.values import Period, Text, Value

#: How far a group that was found comes back in other samples (Hennig 2007), from the mean overlap.
Steadiness = Literal["dissolved", "do not trust", "pattern", "valid", "highly stable"]


class SegmentCondition(Value):
    """One condition of a rule, on a field of ``klantreis segments``: at least, at most, or one of some values."""

    field: Text
    low: float | None = None
    high: float | None = None
    values: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _asks_something(self) -> SegmentCondition:
        if self.low is None and self.high is None and not self.values:
            raise ValueError(f"the condition on {self.field!r} asks nothing: give low, high or values")
        return self


class Segment(Value):
    """The customers a persona stands for: a rule anybody can apply, and what applying it gave."""

    rule: Text = Field(description="The rule in words that a person can apply.")
    conditions: tuple[SegmentCondition, ...] = Field(default=(), description="The same rule, as programs apply it.")
    dataset: DatasetRef | None = None
    survey: SurveyRef | None = None
    attribute: Text | None = Field(default=None, description="Event attribute that marks its customers.")
    value: Text | None = None
    n: int | None = Field(default=None, ge=0, description="Customers who fit the rule.")
    of: int | None = Field(default=None, ge=0, description="Customers looked at.")
    period: Period | None = None
    prevalence: Estimate | None = Field(default=None, description="The share that fits the rule, with its interval.")
    stability: Estimate | None = Field(
        default=None, description="Of the group that the rule stands for: its mean overlap in samples drawn again."
    )
    steadiness: Steadiness | None = Field(default=None, description="That overlap in words.")
