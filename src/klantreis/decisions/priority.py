"""What comes first: RICE, ICE and WSJF scores, and how sure their order is when the numbers behind it are guesses.

A score is an aid to talk, not a measurement: confidence is no probability, and the scales of reach, impact and effort
have no common unit. The order it gives is worth as much as the ranges allow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from klantreis.analysis.bootstrap import percentiles
from klantreis.analysis.options import checked_options
from klantreis.analysis.result import Caution, Floats, Ints, Result, as_array, as_labels, caution, check_level
from klantreis.errors import InvalidInputError

#: Below so many draws a chance is known to a tenth at best.
FEW_DRAWS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored(Result):
    """One item's score with the interval that its ranges give.

    Parameters
    ----------
    rank, rank_low, rank_high
        1 comes first; the interval is over the draws.
    first
        Part of the draws in which it came first.
    """

    name: str
    rank: int
    rank_low: int
    rank_high: int
    first: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores(Result):
    """All items, in the order given; estimate, low and high are of the first in rank, n is how many there are."""

    items: tuple[Scored, ...]

    @property
    def scores(self) -> tuple[float, ...]:
        """The scores, in the order given."""
        return tuple(float(item.estimate or 0.0) for item in self.items)

    @property
    def order(self) -> tuple[str, ...]:
        """The names, first to last."""
        return tuple(item.name for item in sorted(self.items, key=lambda item: item.rank))


@dataclass(frozen=True, slots=True, kw_only=True)
class RankProbabilities(Result):
    """How often each item came in each place; the estimate is how often the likeliest first one came first.

    Parameters
    ----------
    first
        Per item, how often it came first.
    ranks
        Per item, how often it came in each place.
    rank_low, rank_high
        Per item, the interval of its place.
    """

    first: tuple[float, ...]
    ranks: tuple[tuple[float, ...], ...]
    rank_low: tuple[int, ...]
    rank_high: tuple[int, ...]


@checked_options
def rice(
    reach: npt.ArrayLike,
    impact: npt.ArrayLike,
    confidence: npt.ArrayLike,
    effort: npt.ArrayLike,
    *,
    names: Sequence[str] | None = None,
    draws: int = 10_000,
    seed: int = 0,
    level: float = 0.95,
) -> Scores:
    """Reach times impact times confidence, over effort.

    Parameters
    ----------
    reach, impact, confidence, effort
        A number; or shape (items,); or shape (items, 3): lowest, likeliest and highest, from which draws are made
        (triangular). Confidence is a share: 0.8 for 80 %. The usual impacts are 0.25, 0.5, 1, 2 and 3.
    names
        Of the items.
    draws, seed, level
        Of the draws, and of the intervals from them.

    Raises
    ------
    InvalidInputError
        When a number is below zero, an effort not above it, a confidence above 1, a range not in order, or the lengths
        differ.

    Examples
    --------
    >>> rice(2000, 2, 0.8, 4).estimate
    800.0
    >>> found = rice([2000, 5000], [2, 1], [0.8, 0.8], [[2, 4, 8], [2, 4, 24]])
    >>> found.scores, [round(item.first, 1) for item in found.items]
    ((800.0, 1000.0), [0.8, 0.2])
    """
    factors = {"reach": reach, "impact": impact, "confidence": confidence}
    return _scores(
        "rice", factors, {"effort": effort}, names, draws=draws, seed=seed, level=level, shares=("confidence",)
    )


@checked_options
def ice(
    impact: npt.ArrayLike,
    confidence: npt.ArrayLike,
    ease: npt.ArrayLike,
    *,
    names: Sequence[str] | None = None,
    draws: int = 10_000,
    seed: int = 0,
    level: float = 0.95,
) -> Scores:
    """Impact times confidence times ease, mostly each from 1 to 10; it ignores how many are reached.

    Parameters as for :func:`rice`.

    Examples
    --------
    >>> ice([8, 6], [5, 9], [4, 7]).scores
    (160.0, 378.0)
    """
    factors = {"impact": impact, "confidence": confidence, "ease": ease}
    return _scores("ice", factors, {}, names, draws=draws, seed=seed, level=level)


@checked_options
def wsjf(
    value: npt.ArrayLike,
    time_criticality: npt.ArrayLike,
    risk_reduction: npt.ArrayLike,
    job_size: npt.ArrayLike,
    *,
    names: Sequence[str] | None = None,
    draws: int = 10_000,
    seed: int = 0,
    level: float = 0.95,
) -> Scores:
    """Weighted shortest job first: value, time criticality and risk reduction added up, over the size of the job.

    Parameters as for :func:`rice`.

    Examples
    --------
    >>> wsjf([8, 3], [5, 8], [2, 1], [5, 2]).scores
    (3.0, 6.0)
    """
    terms = {"value": value, "time_criticality": time_criticality, "risk_reduction": risk_reduction}
    return _scores("wsjf", terms, {"job_size": job_size}, names, draws=draws, seed=seed, level=level, add=True)


def quadrants(
    impact: npt.ArrayLike, effort: npt.ArrayLike
) -> tuple[Literal["quick win", "big bet", "fill-in", "leave"], ...]:
    """Impact against effort, split at the medians: at or above the median impact, at or below the median effort.

    Examples
    --------
    >>> quadrants([9, 8, 2, 1], [1, 9, 2, 8])
    ('quick win', 'big bet', 'fill-in', 'leave')
    """
    gain, cost = as_array("impact", impact), as_array("effort", effort)
    if len(gain) != len(cost):
        raise InvalidInputError(f"impact has {len(gain)} values and effort {len(cost)}.")
    found: list[Literal["quick win", "big bet", "fill-in", "leave"]] = []
    for high, cheap in zip(gain >= np.median(gain), cost <= np.median(cost), strict=True):
        found.append(("quick win" if cheap else "big bet") if high else ("fill-in" if cheap else "leave"))
    return tuple(found)


@checked_options
def rank_probabilities(draws: npt.ArrayLike, *, confidence: float = 0.95) -> RankProbabilities:
    """How sure an order is: how often each item comes in each place, over draws of all scores together.

    Parameters
    ----------
    draws
        Shape (draws, items): higher is better. Equal scores share their places.

    Examples
    --------
    >>> found = rank_probabilities([[3, 2, 1], [3, 1, 2], [1, 3, 2], [3, 2, 1]])
    >>> found.first, found.ranks[0]
    ((0.75, 0.25, 0.0), (0.75, 0.0, 0.25))
    """
    values = as_array("draws", draws, dims=2)
    count = len(values)
    # Places from 0: how many are better, and how many are as good or better.
    best = rankdata(-values, method="min", axis=1).astype(np.int64) - 1
    worst = rankdata(-values, method="max", axis=1).astype(np.int64) - 1
    ranks = _shared_places(best, worst) / count
    middle = (best + worst) / 2 + 1
    low, high = percentiles(middle, confidence)
    return RankProbabilities(
        estimate=float(ranks[:, 0].max()),
        low=None,
        high=None,
        n=count,
        method="ranks over draws",
        confidence=confidence,
        warnings=() if count >= FEW_DRAWS else (caution("priority.few_draws", n=count),),
        first=tuple(ranks[:, 0].tolist()),
        ranks=tuple(tuple(row) for row in ranks.tolist()),
        rank_low=tuple(int(np.floor(value)) for value in low),
        rank_high=tuple(int(np.ceil(value)) for value in high),
    )


def _shared_places(best: Ints, worst: Ints) -> Floats:
    """Shape (items, places): in how many draws each item came there; equals share their places evenly."""
    items = best.shape[1]
    found = np.zeros((items, items))
    lengths = worst - best + 1
    for length in np.unique(lengths):
        draw, item = np.nonzero(lengths == length)
        # Each takes the places from its best to its worst: one more from the first on, one less after the last.
        flat = item * (items + 1)
        begun = np.bincount(flat + best[draw, item], minlength=items * (items + 1))
        ended = np.bincount(flat + worst[draw, item] + 1, minlength=items * (items + 1))
        found += (begun - ended).reshape(items, items + 1).cumsum(axis=1)[:, :items] / length
    return found


def _scores(
    method: str,
    above: Mapping[str, npt.ArrayLike],
    below: Mapping[str, npt.ArrayLike],
    names: Sequence[str] | None,
    *,
    draws: int,
    seed: int,
    level: float,
    shares: Sequence[str] = (),
    add: bool = False,
) -> Scores:
    check_level(level, name="level")
    if draws < 1:
        raise InvalidInputError(f"draws must be 1 or more, not {draws}.")
    tables = {
        name: _ranges(name, value, share=name in shares, divides=name in below)
        for name, value in {**above, **below}.items()
    }
    lengths = {name: len(table) for name, table in tables.items()}
    count = max(lengths.values())
    if set(lengths.values()) - {count}:
        raise InvalidInputError("Unequal lengths: " + ", ".join(f"{name} has {n}" for name, n in lengths.items()) + ".")
    labels = as_labels(names, count, things="items", prefix="")
    rng = np.random.default_rng(seed)

    def combine(parts: Mapping[str, Floats]) -> Floats:
        top = np.array([parts[name] for name in above])
        result = top.sum(axis=0) if add else top.prod(axis=0)
        for name in below:
            result = result / parts[name]
        return np.asarray(result)

    point = combine({name: table[:, 1] for name, table in tables.items()})
    drawn = combine({name: _draw(rng, table, draws) for name, table in tables.items()})
    low, high = percentiles(drawn, level)
    places = rank_probabilities(drawn, confidence=level)
    order = np.argsort(-point, kind="stable")
    rank = np.empty(count, dtype=np.int64)
    rank[order] = np.arange(1, count + 1)
    certain = all((table[:, 0] == table[:, 2]).all() for table in tables.values())
    best = int(order[0])
    return Scores(
        estimate=float(point[best]),
        low=float(low[best]),
        high=float(high[best]),
        n=count,
        method=method + ("" if certain else f", {draws} draws from the ranges"),
        confidence=level,
        warnings=tuple(_cautions(method, tables, below, places, labels, certain=certain)),
        items=tuple(
            Scored(
                name=labels[k],
                estimate=float(point[k]),
                low=float(low[k]),
                high=float(high[k]),
                n=1,
                method=method,
                confidence=level,
                rank=int(rank[k]),
                rank_low=places.rank_low[k],
                rank_high=places.rank_high[k],
                first=places.first[k],
            )
            for k in range(count)
        ),
    )


def _ranges(name: str, value: npt.ArrayLike, *, share: bool, divides: bool) -> Floats:
    """Shape (items, 3): lowest, likeliest and highest."""
    try:
        dims = np.ndim(value)
    except ValueError:  # rows of unlike length, which the next line refuses by name
        dims = 2
    table = as_array(name, np.atleast_1d(np.asarray(value)) if dims == 0 else value, dims=max(1, dims))
    if table.ndim == 1:
        table = np.repeat(table[:, None], 3, axis=1)
    if table.ndim != 2 or table.shape[1] != 3:
        raise InvalidInputError(f"{name} must be a number, one an item, or lowest, likeliest and highest of each item.")
    if divides and (table <= 0).any():
        raise InvalidInputError(f"{name} must lie above 0 throughout; it holds {table.min():g}.")
    if (table < 0).any():
        raise InvalidInputError(f"{name} must be 0 or more throughout; it holds {table.min():g}.")
    if (np.diff(table, axis=1) < 0).any():
        raise InvalidInputError(f"{name} holds a range that is not lowest, likeliest, highest.")
    if share and (table > 1).any():
        raise InvalidInputError(f"{name} is a share, not {table.max():g}.", hint="Write 80 % as 0.8.")
    return table


def _draw(rng: np.random.Generator, table: Floats, draws: int) -> Floats:
    low, likely, high = table.T
    wide = high > low
    drawn = np.repeat(likely[None, :], draws, axis=0)
    if wide.any():
        drawn[:, wide] = rng.triangular(low[wide], likely[wide], high[wide], size=(draws, int(wide.sum())))
    return drawn


def _cautions(
    method: str,
    tables: Mapping[str, Floats],
    below: Mapping[str, npt.ArrayLike],
    places: RankProbabilities,
    labels: Sequence[str],
    *,
    certain: bool,
) -> list[Caution]:
    found: list[Caution] = []
    if len(labels) > 1:
        if certain:
            found.append(caution("priority.no_ranges"))
        elif max(places.first) < 0.5:
            best = labels[int(np.argmax(places.first))]
            found.append(caution("priority.open_order", name=best, percent=round(100 * max(places.first))))
    for name in below:
        table = tables[name]
        if (table[:, 2] > 3 * table[:, 0]).any():
            found.append(caution("priority.wide_divisor", name=name))
    if method == "ice":
        found.append(caution("priority.no_reach"))
    return found
