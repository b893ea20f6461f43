"""A part of a whole with its uncertainty: how many of how many, and the Wilson interval around the share.

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
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    share = successes / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    # At 0 and n the exact ends are 0 and 1; rounding must not push them past the share itself.
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    high = 1.0 if successes == n else min(1.0, centre + half)
    return Share(int(successes), int(n), share, low, high, confidence)
