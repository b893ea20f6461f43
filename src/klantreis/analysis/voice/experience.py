"""How was it: would they recommend it (NPS), were they satisfied (CSAT), was it easy (CES), as expected, and felt how.

Each score is given as a share or an average with its interval. None says why, and none predicts growth by itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from klantreis.analysis.options import checked_options
from klantreis.analysis.result import Caution, Floats, Result, as_array, as_weights, caution, check_level
from klantreis.analysis.voice.averages import (
    Customers,
    customer_interval,
    customers_of,
    effective_n,
    size_cautions,
    t_interval,
    wilson_interval,
)
from klantreis.analysis.voice.emotion import EmotionCurve, PeakEnd, emotion_curve, peak_end
from klantreis.analysis.voice.expectation import ExpectationGap, expectation_gap
from klantreis.errors import InvalidInputError
from klantreis.events.share import Share, wilson

__all__ = [
    "Ces",
    "Csat",
    "EmotionCurve",
    "ExpectationGap",
    "Nps",
    "PeakEnd",
    "ces",
    "csat",
    "emotion_curve",
    "expectation_gap",
    "nps",
    "peak_end",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Nps(Result):
    """A net promoter score between -1 and 1, with what it is made of.

    Parameters
    ----------
    promoters, passives, detractors
        Shares (weighted when weights were given) of 9-10, 7-8 and 0-6.
    centre, standard_error
        Of the interval: the score after adding three quarters of a promoter and of a detractor to n + 3.
    """

    promoters: float
    passives: float
    detractors: float
    centre: float
    standard_error: float

    @property
    def points(self) -> float:
        """The score as it is usually spoken: -100 to 100."""
        assert self.estimate is not None  # noqa: S101 - a score always exists
        return 100 * self.estimate

    def minus(self, other: Nps) -> Result:
        """This score less another's, of other people: the standard errors add up as squares.

        Examples
        --------
        >>> gap = nps([9] * 50 + [5] * 50).minus(nps([9] * 30 + [5] * 70))
        >>> round(gap.estimate, 3), round(gap.low, 3), round(gap.high, 3)
        (0.4, 0.128, 0.649)
        """
        if self.confidence != other.confidence:
            raise InvalidInputError(f"other has a level of {other.confidence}, this score of {self.confidence}.")
        half = _z(self.confidence) * math.hypot(self.standard_error, other.standard_error)
        centre = self.centre - other.centre
        return Result(
            estimate=self.promoters - self.detractors - (other.promoters - other.detractors),
            low=max(-2.0, centre - half),
            high=min(2.0, centre + half),
            n=self.n + other.n,
            method="difference of nps, adjusted wald",
            confidence=self.confidence,
            warnings=tuple(dict.fromkeys((*self.warnings, *other.warnings))),
        )


def _z(confidence: float) -> float:
    return NormalDist().inv_cdf(0.5 + check_level(confidence) / 2)


@checked_options
def nps(
    scores: npt.ArrayLike,
    *,
    weights: npt.ArrayLike | None = None,
    customer: Customers = None,
    confidence: float = 0.95,
    draws: int = 1000,
    seed: int = 0,
) -> Nps:
    """Net promoter score: the share of 9-10 less the share of 0-6.

    Parameters
    ----------
    scores
        Shape (n,): whole numbers 0 to 10, one an answer.
    weights
        Shape (n,), non-negative: how many people each answer stands for.
    customer
        Shape (n,): who answered. When someone answered more than once the interval draws whole customers again.
    draws, seed
        Of that bootstrap.

    Raises
    ------
    InvalidInputError
        When a score is missing, not whole or outside 0-10; when weights or customers do not fit.

    Notes
    -----
    The interval is the adjusted Wald with n + 3, P + 3/4 and D + 3/4, clipped to -1 and 1. With weights n is the
    effective number of answers.

    References
    ----------
    Reichheld (2003), Harvard Business Review 81(12); Rocks (2016), The American Statistician 70(4): best of six.

    Examples
    --------
    >>> score = nps([10] * 15 + [7] * 11 + [3] * 10)
    >>> round(score.estimate, 4), round(score.low, 3), round(score.high, 3)
    (0.1389, -0.127, 0.384)
    """
    x = _whole("scores", as_array("scores", scores, low=0, high=10))
    w = as_weights(weights, len(x))
    codes = customers_of(customer, len(x))
    cautions = size_cautions(len(x), codes)
    net = (x >= 9).astype(np.float64) - (x <= 6)
    p, d = float(w @ (x >= 9) / w.sum()), float(w @ (x <= 6) / w.sum())
    n = effective_n(w)
    up, down = (p * n + 0.75) / (n + 3), (d * n + 0.75) / (n + 3)
    error = math.sqrt((up + down - (up - down) ** 2) / (n + 3))
    centre, half = up - down, _z(confidence) * error
    # Of a handful that all say the same, the pulled-in interval may miss the score itself: it is stretched to it.
    low, high = max(-1.0, min(p - d, centre - half)), min(1.0, max(p - d, centre + half))
    method = "adjusted wald (n + 3)"
    if codes is not None:
        found = customer_interval(net, w, codes, confidence=confidence, draws=draws, seed=seed)
        assert found.low is not None and found.high is not None  # noqa: S101, PT018 - a bootstrap has both ends
        low, high, method = found.low, found.high, found.method
        centre, error = p - d, (high - low) / (2 * _z(confidence))
    return Nps(
        estimate=p - d,
        low=low,
        high=high,
        n=len(x),
        method=method,
        confidence=confidence,
        warnings=tuple(cautions),
        promoters=p,
        passives=1 - p - d,
        detractors=d,
        centre=centre,
        standard_error=error,
    )


def _whole(name: str, x: Floats) -> Floats:
    broken = x != np.round(x)
    if broken.any():
        raise InvalidInputError(f"{name} holds {x[broken][0]:g}, which is not a whole number.")
    return x


@dataclass(frozen=True, slots=True, kw_only=True)
class Csat(Result):
    """A share of satisfied answers between 0 and 1; ``mean`` is the plain average of the ratings."""

    satisfied_from: float
    mean: float


@checked_options
def csat(
    ratings: npt.ArrayLike,
    *,
    scale: tuple[int, int] = (1, 5),
    top: int = 2,
    weights: npt.ArrayLike | None = None,
    customer: Customers = None,
    confidence: float = 0.95,
    draws: int = 1000,
    seed: int = 0,
) -> Csat:
    """Customer satisfaction: the share that gave one of the highest answers.

    Parameters
    ----------
    ratings
        Shape (n,): whole numbers on the scale.
    scale
        Lowest and highest answer.
    top
        How many of the highest answers count as satisfied; of 1-5 the usual two are 4 and 5.
    weights, customer, draws, seed
        As for :func:`nps`.

    Raises
    ------
    InvalidInputError
        When a rating is missing, not whole or off the scale; when ``top`` takes the whole scale.

    References
    ----------
    Wilson (1927), JASA 22:209-212, for the interval.

    Examples
    --------
    >>> share = csat([5] * 40 + [4] * 41 + [2] * 182)
    >>> round(share.estimate, 4), round(share.low, 4), round(share.high, 4)
    (0.308, 0.2553, 0.3662)
    """
    lowest, highest = _scale(scale)
    if not 1 <= top <= highest - lowest:
        raise InvalidInputError(f"top must be 1 to {highest - lowest} on a scale of {lowest} to {highest}, not {top}.")
    x = _whole("ratings", as_array("ratings", ratings, low=lowest, high=highest))
    w = as_weights(weights, len(x))
    codes = customers_of(customer, len(x))
    cautions = size_cautions(len(x), codes, confidence=confidence)
    happy = (x > highest - top).astype(np.float64)
    share = float(w @ happy / w.sum())
    if codes is not None:
        found = customer_interval(happy, w, codes, confidence=confidence, draws=draws, seed=seed)
    else:
        found = wilson_interval(share, effective_n(w), confidence=confidence)
    cautions += _ceiling(x == highest, w)
    return Csat(
        estimate=share,
        low=found.low,
        high=found.high,
        n=len(x),
        method=found.method,
        confidence=confidence,
        warnings=tuple(cautions),
        satisfied_from=highest - top + 1,
        mean=float(w @ x / w.sum()),
    )


def _scale(scale: tuple[int, int]) -> tuple[int, int]:
    lowest, highest = scale
    if not lowest < highest:
        raise InvalidInputError(f"scale must run from low to high, not from {lowest} to {highest}.")
    return lowest, highest


def _ceiling(at_top: npt.NDArray[np.bool_], weights: Floats) -> list[Caution]:
    """Half or more at the highest answer (our convention): who is better off cannot be told apart any more."""
    share = float(weights @ at_top / weights.sum())
    return [caution("voice.ceiling", percent=round(100 * share))] if share >= 0.5 else []


@dataclass(frozen=True, slots=True, kw_only=True)
class Ces(Result):
    """An average ease, high is easy; ``easy`` is the share at or above ``easy_from``, unweighted."""

    easy: Share
    easy_from: float


@checked_options
def ces(
    ratings: npt.ArrayLike,
    *,
    scale: tuple[int, int] = (1, 7),
    easy_from: int | None = None,
    high_is_easy: bool = True,
    weights: npt.ArrayLike | None = None,
    customer: Customers = None,
    confidence: float = 0.95,
    draws: int = 1000,
    seed: int = 0,
) -> Ces:
    """Customer effort score: the average of "it was made easy for me", and the share that agreed.

    Parameters
    ----------
    ratings
        Shape (n,): whole numbers on the scale.
    scale
        Lowest and highest answer; 1 to 7 in the present version.
    easy_from
        From which answer it counts as easy; default: the first above the middle (5 of 1-7).
    high_is_easy
        False for the old wording ("how much effort …"), whose answers are turned around first.
    weights, customer, draws, seed
        As for :func:`nps`.

    References
    ----------
    Dixon, Freeman and Toman (2010), Harvard Business Review 88(7/8).

    Examples
    --------
    >>> score = ces([7, 6, 6, 5, 2, 7, 4, 6])
    >>> score.estimate, round(score.low, 2), round(score.high, 2), score.easy.count
    (5.375, 3.97, 6.78, 6)
    """
    lowest, highest = _scale(scale)
    x = _whole("ratings", as_array("ratings", ratings, low=lowest, high=highest))
    easy = (lowest + highest) // 2 + 1 if easy_from is None else easy_from
    if not lowest < easy <= highest:
        raise InvalidInputError(f"easy_from must lie above {lowest} and not above {highest}, not at {easy}.")
    w = as_weights(weights, len(x))
    codes = customers_of(customer, len(x))
    cautions = size_cautions(len(x), codes, confidence=confidence)
    if not high_is_easy:
        x = lowest + highest - x
        cautions.append(caution("voice.scale_turned"))
    if len(x) > 1 and x.min() == x.max():
        cautions.append(caution("voice.no_spread", n=len(x)))
    if codes is not None:
        found = customer_interval(x, w, codes, confidence=confidence, draws=draws, seed=seed)
    else:
        found = t_interval(x, w, confidence=confidence, bounds=(lowest, highest))
    return Ces(
        estimate=float(w @ x / w.sum()),
        low=found.low,
        high=found.high,
        n=len(x),
        method=found.method,
        confidence=confidence,
        warnings=tuple(cautions),
        easy=wilson(int((x >= easy).sum()), len(x), confidence=confidence),
        easy_from=easy,
    )
