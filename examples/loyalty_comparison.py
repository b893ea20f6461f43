"""How two groups of households differ: means and shares with intervals, and a bound on false discoveries.

Small and self-contained on purpose. It answers whether a difference holds in these data; it does not say why.

Sources: Welch, Biometrika 34 (1947) for means; Newcombe, Statistics in Medicine 17 (1998) 873-890, method 10, for
shares; Benjamini & Hochberg, JRSS B 57 (1995) 289-300 for the false discovery rate.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean, variance

from klantreis.analysis.effect.proportions import wilson

Z95 = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True)
class Interval:
    """A number, its 95 % interval, and on how many it rests."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Difference:
    """One group beside the others: both numbers, their difference, and the p-value of no difference."""

    group: Interval
    others: Interval
    difference: Interval
    p: float


def mean_interval(values: Sequence[float]) -> Interval:
    """The mean with its 95 % t-interval (two values or more).

    Examples
    --------
    >>> found = mean_interval([1.0, 2.0, 3.0, 4.0])
    >>> found.value, round(found.low, 3), round(found.high, 3)
    (2.5, 0.446, 4.554)
    """
    centre, error = fmean(values), math.sqrt(variance(values) / len(values))
    reach = t_quantile(0.975, len(values) - 1) * error
    return Interval(centre, centre - reach, centre + reach, len(values))


def share_interval(count: int, n: int) -> Interval:
    """A share with its 95 % Wilson interval."""
    found = wilson(count, n)
    return Interval(count / n, found.low, found.high, n)


def compare_means(group: Sequence[float], others: Sequence[float]) -> Difference:
    """Means of two groups and their difference by Welch's unequal-variances t.

    Examples
    --------
    >>> found = compare_means([27.5, 21.0, 19.0, 23.6, 17.0], [27.1, 22.0, 20.8, 23.4, 23.4])
    >>> round(found.difference.value, 2), round(found.p, 3)
    (-1.72, 0.445)
    """
    errors = [variance(one) / len(one) for one in (group, others)]
    error = math.sqrt(sum(errors))
    freedom = sum(errors) ** 2 / sum(
        part**2 / (len(one) - 1) for part, one in zip(errors, (group, others), strict=True)
    )
    gap = fmean(group) - fmean(others)
    reach = t_quantile(0.975, freedom) * error
    return Difference(
        group=mean_interval(group),
        others=mean_interval(others),
        difference=Interval(gap, gap - reach, gap + reach, len(group) + len(others)),
        p=2 * t_tail(abs(gap) / error, freedom),
    )


def compare_shares(group: tuple[int, int], others: tuple[int, int]) -> Difference:
    """Shares (count, n) of two groups: Newcombe's interval for the difference, pooled z for the p-value.

    Examples
    --------
    Newcombe's example (a), method 10: 56/70 against 48/80 differs by 0.2 (0.0524 to 0.3339).

    >>> found = compare_shares((56, 70), (48, 80)).difference
    >>> round(found.value, 4), round(found.low, 4), round(found.high, 4)
    (0.2, 0.0524, 0.3339)
    """
    one, two = share_interval(*group), share_interval(*others)
    gap = one.value - two.value
    low = gap - math.hypot(one.value - one.low, two.high - two.value)
    high = gap + math.hypot(one.high - one.value, two.value - two.low)
    pooled = (group[0] + others[0]) / (one.n + two.n)
    error = math.sqrt(pooled * (1 - pooled) * (1 / one.n + 1 / two.n))
    p = 2 * (1 - NormalDist().cdf(abs(gap) / error)) if error else 1.0
    return Difference(one, two, Interval(gap, low, high, one.n + two.n), p)


def false_discovery(p_values: Sequence[float]) -> list[float]:
    """Benjamini-Hochberg q-values, in the order given.

    Examples
    --------
    >>> [round(q, 4) for q in false_discovery([0.01, 0.04, 0.03, 0.005])]
    [0.02, 0.04, 0.04, 0.02]
    """
    order = sorted(range(len(p_values)), key=lambda index: p_values[index], reverse=True)
    found, lowest = [0.0] * len(p_values), 1.0
    for place, index in enumerate(order):
        lowest = min(lowest, p_values[index] * len(p_values) / (len(p_values) - place))
        found[index] = lowest
    return found


def t_tail(t: float, freedom: float) -> float:
    """P(T > t) for Student's t, t >= 0, by Simpson's rule on the angle (the tail becomes a finite stretch).

    Examples
    --------
    >>> round(t_tail(2.228, 10), 4), round(t_tail(1.962, 1000), 4)
    (0.025, 0.025)
    """
    scale = math.exp(math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2)) / math.sqrt(math.pi)
    start, pieces = math.atan(t / math.sqrt(freedom)), 1000
    step = (math.pi / 2 - start) / pieces
    heights: list[float] = [max(math.cos(start + index * step), 0.0) ** (freedom - 1) for index in range(pieces + 1)]
    total = heights[0] + heights[-1] + 4 * sum(heights[1:-1:2]) + 2 * sum(heights[2:-1:2])
    return scale * total * step / 3


def t_quantile(level: float, freedom: float) -> float:
    """The t below which ``level`` (above one half) of Student's distribution lies, by halving.

    Examples
    --------
    >>> round(t_quantile(0.975, 10), 3), round(t_quantile(0.975, 3), 3)
    (2.228, 3.182)
    """
    low, high = 0.0, 50.0
    for _ in range(36):
        middle = (low + high) / 2
        low, high = (middle, high) if t_tail(middle, freedom) > 1 - level else (low, middle)
    return (low + high) / 2
