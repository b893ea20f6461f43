"""Drift: whether customers leave the map more, or less, since a day, and at which steps."""

from __future__ import annotations

import math
from datetime import date
from typing import Literal

from klantreis.events.share import Share
from klantreis.journeys.fit_variants import FitVariant
from klantreis.values import Value

DeviationKind = Literal["ad_hoc", "missing", "order", "failed"]


class Fitness(Value):
    """How well the runs follow the map: 1 is exactly, 0 not at all; None when there is nothing to align.

    ``cost`` is the number of moves off the map, weighed by what they cost; ``worst`` what it would be if nothing
    matched. ``low`` and ``high`` are the bootstrap interval over customers; None with too few of them.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    confidence: float = 0.95
    cost: int | None
    worst: int | None
    runs: int
    customers: int
    resamples: int = 0
    method: Literal["bootstrap-by-customer"] = "bootstrap-by-customer"


class Difference(Value):
    """After minus before, with an interval; ``clear`` when the interval leaves out zero."""

    value: float
    low: float | None = None
    high: float | None = None
    confidence: float = 0.95
    method: Literal["bootstrap-by-customer", "newcombe"]

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


class StepDrift(Value):
    """How a step's share of runs with one kind of deviation changed; ``step`` None: with one anywhere."""

    step: str | None
    kind: DeviationKind
    before: Share
    before_customers: int
    after: Share
    after_customers: int
    difference: Difference | None


class Drift(Value):
    """The runs that began before a day, beside those that began on or after it.

    ``steps`` has the four kinds anywhere first, then every step with such a deviation in either period.
    ``new_variants`` are the most frequent traces since the day that no run had before it; their shares are of the runs
    since. They may fit the map (``cost`` 0) or not.
    """

    split: date
    before: Fitness
    after: Fitness
    difference: Difference | None
    steps: tuple[StepDrift, ...]
    new_variants: tuple[FitVariant, ...] = ()


def newcombe(before: Share, after: Share) -> Difference | None:
    """The difference of two independent shares with the hybrid score interval; None when either has no runs.

    References
    ----------
    Newcombe (1998), Statistics in Medicine 17:873-890, method 10.

    Examples
    --------
    >>> from klantreis.events.share import wilson
    >>> found = newcombe(wilson(48, 80), wilson(56, 70))
    >>> round(found.value, 4), round(found.low, 4), round(found.high, 4)
    (0.2, 0.0524, 0.3339)
    """
    if before.value is None or after.value is None:
        return None
    value = after.value - before.value
    return Difference(
        value=value,
        low=value - math.hypot(after.value - after.low, before.high - before.value),
        high=value + math.hypot(after.high - after.value, before.value - before.low),
        confidence=before.confidence,
        method="newcombe",
    )
