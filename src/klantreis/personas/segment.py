"""A segment: a countable set of customers by rule, and how many there are."""

from __future__ import annotations

from pydantic import Field

from klantreis.ids import DatasetRef
from klantreis.values import Period, Text, Value


class Segment(Value):
    """The customers a persona stands for: a rule anybody can apply, and what applying it gave."""

    rule: Text = Field(description="The rule in words that a person can apply.")
    dataset: DatasetRef | None = None
    attribute: Text | None = Field(default=None, description="Event attribute that marks its customers.")
    value: Text | None = None
    n: int | None = Field(default=None, ge=0, description="Customers who fit the rule.")
    of: int | None = Field(default=None, ge=0, description="Customers looked at.")
    period: Period | None = None
