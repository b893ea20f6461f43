"""What an effect carries besides its interval: its standard error, its p-value, and the grade of the design behind it.

The grade says how far the number may be read as cause: who was exposed was drawn by lot, or it was not.
"""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass

from scipy.stats import norm, t

from klantreis.analysis.result import Result, check_level


class Grade(enum.StrEnum):
    """How an effect was come by, strongest first."""

    EXPERIMENT = "experiment"
    QUASI_EXPERIMENT = "quasi-experiment"
    ADJUSTED = "adjusted"
    ASSOCIATION = "association"

    @property
    def rank(self) -> int:
        """1 for an experiment, 4 for a mere association.

        Examples
        --------
        >>> Grade.EXPERIMENT.rank < Grade.QUASI_EXPERIMENT.rank < Grade.ADJUSTED.rank < Grade.ASSOCIATION.rank
        True
        """
        return list(Grade).index(self) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect(Result):
    """A difference that something made, or seems to have made.

    Parameters
    ----------
    standard_error
        Of the estimate; None where the method gives none.
    p_value
        Two-sided, against no effect; None where the method gives none.
    grade
        How it was come by.
    """

    standard_error: float | None = None
    p_value: float | None = None
    grade: Grade = Grade.ASSOCIATION


@dataclass(frozen=True, slots=True)
class Around:
    """An interval around an estimate, with its p-value."""

    low: float | None
    high: float | None
    p_value: float | None


def known(value: float) -> float | None:
    """The number, or None for not-a-number: what could not be computed.

    Examples
    --------
    >>> known(2.0), known(math.nan)
    (2.0, None)
    """
    return None if math.isnan(value) else value


def critical(confidence: float, df: float = math.inf) -> float:
    """Half the width of a two-sided interval, in standard errors: normal, or Student's t with ``df``.

    Examples
    --------
    >>> round(critical(0.95), 3), round(critical(0.95, 10), 3)
    (1.96, 2.228)
    """
    level = 0.5 + check_level(confidence) / 2
    return float(norm.ppf(level) if math.isinf(df) else t.ppf(level, df))


def around(estimate: float, error: float, *, confidence: float, df: float = math.inf) -> Around:
    """The symmetric interval and the two-sided p-value of an estimate with its standard error.

    Examples
    --------
    >>> found = around(2.0, 1.0, confidence=0.95)
    >>> round(found.low, 2), round(found.high, 2), round(found.p_value, 4)
    (0.04, 3.96, 0.0455)
    """
    if not (math.isfinite(error) and error >= 0 and df > 0):
        return Around(None, None, None)
    half = critical(confidence, df) * error
    if error == 0:
        return Around(estimate, estimate, 1.0 if estimate == 0 else 0.0)
    score = abs(estimate) / error
    p = 2 * float(norm.sf(score) if math.isinf(df) else t.sf(score, df))
    return Around(estimate - half, estimate + half, p)
