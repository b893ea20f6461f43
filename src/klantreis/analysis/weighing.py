"""What is a share, or a mean, of customers who do not all count alike?

Weights put right that some kinds of people answered more readily than others. They cost certainty: so many answers are
worth as few as Kish's effective number, and intervals and tests go by that number.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from klantreis.analysis.result import Caution, Floats, Result, as_weights, caution
from klantreis.analysis.voice.averages import effective_n, t_interval, wilson_interval
from klantreis.events.share import Share, wilson

Flags = npt.NDArray[np.bool_]
R = TypeVar("R", bound=Result)


def share_of(flags: Flags, weights: Floats | None = None, *, confidence: float = 0.95) -> Share:
    """The share for whom something holds, with its Wilson interval.

    ``count`` and ``n`` are of people; ``value`` and its interval are weighted, with the effective number for n.

    Parameters
    ----------
    flags
        Shape (n,): for whom it holds.
    weights
        Shape (n,): how much each counts; all alike when None.

    References
    ----------
    Kish (1965), Survey Sampling, section 11.7: n / (1 + the squared variation of the weights) = (Σw)² / Σw².

    Examples
    --------
    >>> found = share_of(np.array([True, False, False]), np.array([2.0, 1.0, 1.0]))
    >>> found.count, found.n, found.value, found.method
    (1, 3, 0.5, 'wilson, weighted: 3 count as 2.7')
    """
    count, n = int(flags.sum()), len(flags)
    whole = 0.0 if weights is None else float(weights.sum())
    if weights is None or not whole:
        return wilson(count, n, confidence=confidence)
    value, effective = min(1.0, float(weights @ flags) / whole), effective_n(weights)
    found = wilson_interval(value, effective, confidence=confidence)
    low, high = 0.0 if found.low is None else found.low, 1.0 if found.high is None else found.high
    return Share(count, n, value, low, high, confidence, f"wilson, {weighted_words(n, effective)}")


def mean_of(values: Floats, weights: Floats | None = None, *, confidence: float = 0.95) -> tuple[float, float, float]:
    """A mean with the ends of Student's interval, which are the mean itself for a single value.

    Examples
    --------
    >>> mean_of(np.array([1.0, 3.0]), np.array([3.0, 1.0]))[0]
    1.5
    """
    w = as_weights(weights, len(values))
    mean = float(w @ values / w.sum())
    found = t_interval(values, w, confidence=confidence, bounds=(-np.inf, np.inf))
    return mean, mean if found.low is None else found.low, mean if found.high is None else found.high


def quartiles(values: Floats, weights: Floats | None = None) -> tuple[float, float, float]:
    """The values below which lie a quarter, half and three quarters of the answers, or of their weight.

    With weights it is always an answer that was given.

    Raises
    ------
    InvalidInputError
        When the weights do not fit, or nobody counts.

    Examples
    --------
    >>> quartiles(np.array([1.0, 2.0, 3.0])), quartiles(np.array([1.0, 2.0, 3.0]), np.array([1.0, 1.0, 9.0]))
    ((1.5, 2.0, 2.5), (3.0, 3.0, 3.0))
    """
    if weights is None:
        low, middle, high = np.quantile(values, [0.25, 0.5, 0.75]).tolist()
    else:
        counting = as_weights(weights, len(values))
        low, middle, high = np.quantile(values, [0.25, 0.5, 0.75], weights=counting, method="inverted_cdf").tolist()
    return low, middle, high


def weighted_words(n: int, effective: float) -> str:
    """How a method says that it weighed.

    Examples
    --------
    >>> weighted_words(200, 151.32)
    'weighted: 200 count as 151.3'
    """
    return f"weighted: {n} count as {effective:.1f}"


def told_weighted(result: R, weights: Floats | None) -> R:
    """A result whose method says that it was weighted, when it was.

    Examples
    --------
    >>> told_weighted(Result(estimate=0.5, low=0.1, high=0.9, n=3, method="wilson"), np.array([1.0, 1.0, 2.0])).method
    'wilson, weighted: 3 count as 2.7'
    """
    if weights is None:
        return result
    return replace(result, method=f"{result.method}, {weighted_words(len(weights), effective_n(weights))}")


def weighing_cautions(weights: Floats | None) -> list[Caution]:
    """What to say of weights, when there are any."""
    if weights is None:
        return []
    return [caution("voice.weighted", n=len(weights), effective=round(effective_n(weights), 1))]
