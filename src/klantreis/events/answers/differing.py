"""Do two groups differ: the chance of such a difference by luck alone, for shares and medians, and for many at once.

Customers are taken as independent of each other, and the two groups as having nobody in common.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from klantreis.events.share import Difference, Share

#: Below this expected number in a cell, chances are counted exactly instead of by the normal curve.
FEW = 5
#: With fewer values than this a median has no interval.
FEWEST_VALUES = 5
#: Up to this many values the place of an order statistic is counted exactly, above it by the normal curve.
MOST_EXACT = 100
_NORMAL = NormalDist()

Values = Sequence[float] | NDArray[np.float64]


def p_of_shares(first: Share, second: Share) -> float | None:
    """The two-sided chance that shares of equal groups differ this much; None when nobody is in a group.

    The pooled z-test; Fisher's exact test where a cell is expected to hold fewer than 5.

    Examples
    --------
    >>> from klantreis.events.share import wilson
    >>> round(p_of_shares(wilson(3, 4), wilson(1, 4)), 4)
    0.4857
    """
    m, n, hits = first.n, second.n, first.count + second.count
    if m == 0 or n == 0:
        return None
    if hits in (0, m + n):
        return 1.0
    if min(m, n) * min(hits, m + n - hits) / (m + n) < FEW:
        return _fisher(first.count, m, n, hits)
    pooled = hits / (m + n)
    z = abs(first.count / m - second.count / n) / math.sqrt(pooled * (1 - pooled) * (1 / m + 1 / n))
    return math.erfc(z / math.sqrt(2))


def false_discovery(chances: Sequence[float | None]) -> list[float | None]:
    """Each chance corrected for how many there are: those up to q hold at most a part q of false alarms.

    None stays None and does not count.

    References
    ----------
    Benjamini and Hochberg (1995), Journal of the Royal Statistical Society B 57:289-300.

    Examples
    --------
    >>> false_discovery([0.01, None, 0.04, 0.03])
    [0.03, None, 0.04, 0.04]
    """
    known = sorted(((p, place) for place, p in enumerate(chances) if p is not None), reverse=True)
    corrected: list[float | None] = [None] * len(chances)
    lowest = 1.0
    for passed, (p, place) in enumerate(known):
        lowest = min(lowest, p * len(known) / (len(known) - passed))
        corrected[place] = lowest
    return corrected


def median_difference(first: Values, second: Values, *, confidence: float = 0.95) -> tuple[Difference, float | None]:
    """The median of the first minus that of the second, and the two-sided chance of it in equal groups.

    The spread of each median comes from two order statistics around it, without any shape assumed. No interval and
    no chance with fewer than 5 values in a group.

    Parameters
    ----------
    first, second
        Sorted values, one for each customer.

    References
    ----------
    Price and Bonett (2002), Journal of Statistical Computation and Simulation 72:119-124.
    """
    if not len(first) or not len(second):
        return Difference(None, None, None, confidence, "price-bonett"), None
    apart = median(first) - median(second)
    m, n = len(first), len(second)
    if min(m, n) < FEWEST_VALUES:
        return Difference(apart, None, None, confidence, "price-bonett"), None
    spread = math.hypot(_spread(first), _spread(second))
    half = _NORMAL.inv_cdf(0.5 + confidence / 2) * spread
    if spread > 0:
        p = math.erfc(abs(apart) / spread / math.sqrt(2))
    else:  # the middle of both groups is one value: as likely as drawing just these customers for the first group
        p = 1.0 if apart == 0 else min(1.0, 2 * math.exp(-_log_choose(m + n, m)))
    return Difference(apart, apart - half, apart + half, confidence, "price-bonett"), p


def median(ordered: Values) -> float:
    """The middle of sorted values; halfway between the two in the middle."""
    n = len(ordered)
    return (float(ordered[(n - 1) // 2]) + float(ordered[n // 2])) / 2


def _spread(ordered: Values) -> float:
    """Standard error of a median."""
    n = len(ordered)
    low = max(1, round((n + 1) / 2 - math.sqrt(n)))
    return (float(ordered[n - low]) - float(ordered[low - 1])) / (2 * _width(n, low))


@cache
def _width(n: int, low: int) -> float:
    """How many standard errors the ``low``-th smallest of n values lies below the median."""
    if n > MOST_EXACT:
        return (n / 2 - low + 0.5) / (math.sqrt(n) / 2)
    below = sum(math.comb(n, k) for k in range(low))
    return -_NORMAL.inv_cdf(below / 2**n)


def _fisher(count: int, m: int, n: int, hits: int) -> float:
    """Two-sided: all divisions that are at most as likely as the one seen."""
    whole = _log_choose(m + n, hits)

    def chance(k: int) -> float:
        return math.exp(_log_choose(m, k) + _log_choose(n, hits - k) - whole)

    seen = chance(count) * (1 + 1e-9)
    found = (chance(k) for k in range(max(0, hits - n), min(m, hits) + 1))
    return min(1.0, math.fsum(one for one in found if one <= seen))


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
