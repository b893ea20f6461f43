"""Which outcomes are important and not yet satisfied, and how sure is their order (Ulwick's opportunity score)?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from klantreis.analysis.bootstrap import bootstrap, percentiles
from klantreis.analysis.options import checked_options
from klantreis.analysis.result import Caution, Floats, Result, as_array, as_weights, caution, check_level, plain
from klantreis.analysis.voice.naming import column_names
from klantreis.errors import InvalidInputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Opportunity(Result):
    """One outcome; ``estimate`` is its score between 0 and 20.

    Parameters
    ----------
    importance, satisfaction
        Ten times the share of the highest answers.
    grade
        Above 15 extreme, above 10 solid.
    rank, rank_low, rank_high
        Place from 1, and where it lies in the bootstrap.
    in_top
        Chance to be among the first k.
    bias
        How much the score is likely too high, since a shortfall counts and a surplus does not.
    mean_gap
        Mean rating of importance less that of satisfaction: uses every answer, not only the highest.
    correlation
        Between the two ratings of a person; None without spread.
    """

    name: str
    importance: float
    satisfaction: float
    grade: Literal["extreme", "solid", "none"]
    rank: int
    rank_low: int
    rank_high: int
    in_top: float
    bias: float
    mean_gap: float
    correlation: float | None


@dataclass(frozen=True, slots=True)
class Opportunities:
    """The outcomes in the order of the columns, and their ranking, best first; None when the data do not give one."""

    outcomes: tuple[Opportunity, ...]
    ranking: tuple[str, ...] | None
    k: int
    n: int
    warnings: tuple[Caution, ...]

    @property
    def method(self) -> str:
        """How every outcome was scored."""
        return self.outcomes[0].method

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {name: plain(getattr(self, name)) for name in ("outcomes", "ranking", "k", "n", "warnings")}


@checked_options
def opportunity_scores(
    importance: npt.ArrayLike,
    satisfaction: npt.ArrayLike,
    *,
    names: Sequence[str] | None = None,
    scale: tuple[int, int] = (1, 5),
    top: int = 2,
    k: int | None = None,
    weights: npt.ArrayLike | None = None,
    confidence: float = 0.95,
    draws: int = 1000,
    seed: int = 0,
) -> Opportunities:
    """Importance plus what it exceeds satisfaction by, per outcome, with ranks and their uncertainty.

    Parameters
    ----------
    importance, satisfaction
        Shape (respondents, outcomes): ratings on the scale.
    names
        Of the outcomes; default their numbers.
    scale, top
        Ends of the scale, and how many of its highest answers count.
    k
        For the chance to be among the first k; default 3, or all when there are fewer.
    weights
        Shape (respondents,), non-negative.

    Raises
    ------
    InvalidInputError
        When a rating is missing or off the scale, the tables differ in shape, or k exceeds the outcomes.

    Notes
    -----
    I + max(I - S, 0), with I and S ten times the share of the top answers. Percentile bootstrap of respondents. When
    the rank intervals of all outcomes have a rank in common there is no ranking.

    References
    ----------
    Ulwick (2002), Harvard Business Review 80(1); Ulwick (2005), What Customers Want.

    Examples
    --------
    >>> found = opportunity_scores([[5, 3], [5, 4], [4, 2], [5, 3]], [[2, 4], [1, 5], [5, 4], [2, 2]], k=1, draws=200)
    >>> [(item.importance, item.satisfaction, item.estimate) for item in found.outcomes]
    [(10.0, 2.5, 17.5), (2.5, 7.5, 2.5)]
    """
    lowest, highest = scale
    wanted = as_array("importance", importance, dims=2, low=lowest, high=highest)
    had = as_array("satisfaction", satisfaction, dims=2, low=lowest, high=highest)
    if wanted.shape != had.shape:
        raise InvalidInputError(
            f"importance is {wanted.shape} and satisfaction {had.shape}: their shapes must be equal."
        )
    if not 1 <= top <= highest - lowest:
        raise InvalidInputError(f"top must be 1 to {highest - lowest} on a scale of {lowest} to {highest}, not {top}.")
    n, width = wanted.shape
    k = min(3, width) if k is None else k
    if not 1 <= k <= width:
        raise InvalidInputError(f"k must be 1 to {width}, the number of outcomes, not {k}.")
    labels = column_names(names, width, of=importance)
    w = as_weights(weights, n)
    check_level(confidence)
    tops = np.hstack([wanted > highest - top, had > highest - top]).astype(np.float64)

    def shares(drawn: Floats) -> Floats:
        weighted = drawn * w
        whole = weighted.sum(axis=1, keepdims=True)
        return np.asarray(10 * (weighted @ tops) / np.where(whole > 0, whole, 1))

    both = shares(np.ones((1, n)))[0]
    spread = bootstrap(shares, n, draws=draws, seed=seed)
    scores, drawn = _score(both[None, :])[0], _score(spread)
    low, high = percentiles(drawn, confidence, cases=n)
    ranks, drawn_ranks = _ranks(scores[None, :])[0], _ranks(drawn)
    tail = (1 - confidence) / 2
    rank_low = np.quantile(drawn_ranks, tail, axis=0, method="lower")
    rank_high = np.quantile(drawn_ranks, 1 - tail, axis=0, method="higher")
    gaps = np.average(wanted - had, axis=0, weights=w)
    outcomes = tuple(
        Opportunity(
            estimate=float(scores[j]),
            low=float(low[j]),
            high=float(high[j]),
            n=n,
            method="top answers, percentile bootstrap of respondents",
            confidence=confidence,
            name=labels[j],
            importance=float(both[j]),
            satisfaction=float(both[width + j]),
            grade="extreme" if scores[j] > 15 else "solid" if scores[j] > 10 else "none",
            rank=int(ranks[j]),
            rank_low=int(rank_low[j]),
            rank_high=int(rank_high[j]),
            in_top=float((drawn_ranks[:, j] <= k).mean()),
            bias=float(drawn[:, j].mean() - scores[j]),
            mean_gap=float(gaps[j]),
            correlation=_correlation(wanted[:, j], had[:, j]),
        )
        for j in range(width)
    )
    told_apart = width > 1 and rank_low.max() > rank_high.min()
    order = tuple(labels[j] for j in np.argsort(ranks, kind="stable")) if told_apart else None
    return Opportunities(outcomes, order, k, n, _cautions(outcomes, n, order))


def _score(shares: Floats) -> Floats:
    wanted, had = np.split(shares, 2, axis=1)
    return np.asarray(wanted + np.maximum(wanted - had, 0))


def _ranks(scores: Floats) -> npt.NDArray[np.int64]:
    """Ranks from 1 per row; equal scores share the best of their ranks."""
    ordered = np.sort(scores, axis=1)
    return np.array(
        [len(row) - np.searchsorted(row, values, side="right") + 1 for row, values in zip(ordered, scores, strict=True)]
    )


def _correlation(x: Floats, y: Floats) -> float | None:
    spread = x.std() * y.std()
    return None if spread == 0 else float(((x - x.mean()) * (y - y.mean())).mean() / spread)


def _cautions(outcomes: tuple[Opportunity, ...], n: int, order: tuple[str, ...] | None) -> tuple[Caution, ...]:
    found = [caution("voice.few_answers", n=n)] if n < 30 else []
    if order is None and len(outcomes) > 1:
        found.append(caution("voice.no_ranking"))
    biased = sum(item.bias > 0.25 for item in outcomes)
    if biased:
        found.append(caution("voice.score_too_high", n=biased))
    related = sum(item.correlation is not None and item.correlation > 0.7 for item in outcomes)
    if related:
        found.append(caution("voice.unreliable_gaps", n=related))
    return tuple(found)
