"""A part of a whole with its uncertainty: how many of how many, the Wilson interval, and how far two shares differ.

It stands here, at the bottom, because the answers of an event log carry it; ``analysis.effect.proportions`` is
where the other analyses find it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

from klantreis.errors import InvalidInputError


@dataclass(frozen=True, slots=True)
class Share:
    """``count`` of ``n``, with a confidence interval.

    Parameters
    ----------
    count, n
        Whole numbers, ``0 <= count <= n``.
    value
        ``count / n``; None when ``n`` is zero.
    low, high
        Ends of the interval, as shares; 0 and 1 when ``n`` is zero (nothing is known).
    confidence
        Level of the interval, between 0 and 1.
    method
        Name of the interval's method.
    """

    count: int
    n: int
    value: float | None
    low: float
    high: float
    confidence: float = 0.95
    method: str = "wilson"

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {
            "count": self.count,
            "n": self.n,
            "value": self.value,
            "low": self.low,
            "high": self.high,
            "confidence": self.confidence,
            "method": self.method,
        }


def wilson(successes: int, n: int, *, confidence: float = 0.95) -> Share:
    """The Wilson score interval of a proportion (no continuity correction).

    Keeps its coverage for small samples and for shares near 0 and 1, where the textbook interval fails.

    Parameters
    ----------
    successes, n
        How many of how many; the n observations are taken as independent.
    confidence
        Two-sided level, strictly between 0 and 1.

    Raises
    ------
    InvalidInputError
        When ``successes`` is not between 0 and ``n``, or the level not between 0 and 1.

    References
    ----------
    Wilson (1927), JASA 22:209-212; Newcombe (1998), Statistics in Medicine 17:857-872, method 3.

    Examples
    --------
    >>> share = wilson(81, 263)
    >>> round(share.low, 4), round(share.high, 4)
    (0.2553, 0.3662)
    """
    if not 0 <= successes <= n:
        raise InvalidInputError(f"{successes} of {n} is not a share: the part must lie between 0 and the whole.")
    if not 0 < confidence < 1:
        raise InvalidInputError(f"A confidence level lies between 0 and 1, not at {confidence}.", hint="Try 0.95.")
    if n == 0:
        return Share(0, 0, None, 0.0, 1.0, confidence)
    low, high = score_interval(successes, n, confidence=confidence)
    return Share(int(successes), int(n), successes / n, low, high, confidence)


def score_interval(successes: int, n: int, *, confidence: float, widening: float = 1.0) -> tuple[float, float]:
    """The ends of the Wilson interval; ``widening`` multiplies the squared quantile: the n are worth that much less.

    Examples
    --------
    >>> score_interval(30, 60, confidence=0.95, widening=2.0) == score_interval(15, 30, confidence=0.95)
    True
    """
    squared = widening * NormalDist().inv_cdf(0.5 + confidence / 2) ** 2
    share = successes / n
    centre = (share + squared / (2 * n)) / (1 + squared / n)
    half = math.sqrt(squared * (share * (1 - share) / n + squared / (4 * n * n))) / (1 + squared / n)
    # At 0 and n the exact ends are 0 and 1; rounding must not push them past the share itself.
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    high = 1.0 if successes == n else min(1.0, centre + half)
    return low, high


@dataclass(frozen=True, slots=True)
class Difference:
    """The first minus the second, with a confidence interval; all None when either is not known.

    Parameters
    ----------
    value, low, high
        In the unit of what was compared; for shares between -1 and 1.
    confidence
        Level of the interval, between 0 and 1.
    method
        Name of the interval's method.
    """

    value: float | None
    low: float | None
    high: float | None
    confidence: float = 0.95
    method: str = "newcombe"

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {
            "value": self.value,
            "low": self.low,
            "high": self.high,
            "confidence": self.confidence,
            "method": self.method,
        }


def difference(first: Share, second: Share) -> Difference:
    """How much larger the first share is than the second, of two groups without a member in common.

    Newcombe's hybrid of the two Wilson intervals, at the confidence that both have.

    Raises
    ------
    InvalidInputError
        When the two have different levels of confidence.

    References
    ----------
    Newcombe (1998), Statistics in Medicine 17:873-890, method 10.

    Examples
    --------
    >>> found = difference(wilson(56, 70), wilson(48, 80))
    >>> round(found.low, 4), round(found.high, 4)
    (0.0524, 0.3339)
    """
    if first.confidence != second.confidence:
        raise InvalidInputError(
            f"Shares at {first.confidence:.0%} and {second.confidence:.0%} confidence have no common interval.",
            hint="Compute both at the same level.",
        )
    if first.value is None or second.value is None:
        return Difference(None, None, None, first.confidence)
    apart = first.value - second.value
    below = math.hypot(first.value - first.low, second.high - second.value)
    above = math.hypot(first.high - first.value, second.value - second.low)
    return Difference(apart, max(-1.0, apart - below), min(1.0, apart + above), first.confidence)
