"""Which parts of an experience drive the whole: how the explained variance is shared, and what penalises or rewards.

Answers what goes together in a survey, fairly shared among drivers that go together themselves. It is no effect: nobody
was given a better checkout by lot.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import comb

from klantreis.analysis.bootstrap import bootstrap, percentiles
from klantreis.analysis.effect.estimate import Grade
from klantreis.analysis.effect.penalty import AttributeEffect, PenaltyReward, penalty_reward
from klantreis.analysis.options import checked_options
from klantreis.analysis.result import (
    Caution,
    Floats,
    Result,
    as_array,
    as_labels,
    as_weights,
    caution,
    same_length,
)
from klantreis.errors import InvalidInputError

__all__ = ["AttributeEffect", "Driver", "Drivers", "PenaltyReward", "penalty_reward", "shapley_regression"]

#: Up to so many drivers every subset is tried; beyond it orders are drawn.
EXACT = 15
#: Fewer respondents than this are said to be few (our convention).
FEW = 30
#: Subsets times draws held at once.
BLOCK = 2_000_000
#: What is left of a driver's variance below which the others make it up.
MADE_UP = 1e-10


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver(Result):
    """What one driver adds to the explained variance, on average over all orders (the LMG measure).

    Parameters
    ----------
    share
        Of the explained variance; the shares of all drivers add up to 1. None when nothing is explained.
    rank, rank_low, rank_high
        1 is the strongest; the interval is of the bootstrap.
    first
        In how many of the draws it came first, as a share.
    """

    name: str
    share: float | None
    rank: int
    rank_low: int
    rank_high: int
    first: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Drivers(Result):
    """The explained variance (R²) of all drivers together, and how it is shared; in the order given."""

    drivers: tuple[Driver, ...]
    grade: Grade = Grade.ASSOCIATION

    @property
    def shares(self) -> tuple[float, ...]:
        """Each driver's part of the variance, in the order given; together the R²."""
        return tuple(float(driver.estimate or 0.0) for driver in self.drivers)


@checked_options
def shapley_regression(
    X: npt.ArrayLike,  # noqa: N803 - the customary name of a design
    y: npt.ArrayLike,
    *,
    names: Sequence[str] | None = None,
    weights: npt.ArrayLike | None = None,
    orders: int = 500,
    draws: int = 1000,
    seed: int = 0,
    confidence: float = 0.95,
) -> Drivers:
    """Share the R² of a linear regression among its drivers: each one's gain, averaged over all orders of entry.

    Parameters
    ----------
    X
        Shape (n, p): a rating or fact a column.
    y
        Shape (n,): the outcome.
    names
        Of the drivers.
    weights
        Shape (n,), non-negative.
    orders
        How many orders are drawn when there are more than 15 drivers; up to 15 all are taken, exactly.
    draws, seed
        Of the bootstrap of respondents.

    Raises
    ------
    InvalidInputError
        When a value is missing, a column or the outcome does not vary, or there are fewer cases than parameters.

    References
    ----------
    Lindeman, Merenda and Gold (1980), Introduction to Bivariate and Multivariate Analysis, p. 119; Grömping (2006),
    Journal of Statistical Software 17(1).

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(400, 2))
    >>> found = shapley_regression(X, 2 * X[:, 0] + X[:, 1] + rng.normal(size=400), draws=200)
    >>> round(found.estimate, 2), [round(part, 2) for part in found.shares]
    (0.86, [0.65, 0.21])
    """
    columns = as_array("X", X, dims=2)
    target = as_array("y", y)
    n = same_length(X=columns, y=target)
    w = as_weights(weights, n)
    p = columns.shape[1]
    if n < p + 2:
        raise InvalidInputError(f"X has {p} drivers for {n} cases: at least {p + 2} cases are needed.")
    labels = as_labels(names, p, things="drivers", of=X)
    if orders < 1:
        raise InvalidInputError(f"orders must be 1 or more, not {orders}.")
    _varies(columns[w > 0], target[w > 0], labels)
    table = np.column_stack([columns, target])
    # Standardised first: the sums of products below then lose no digits to large means.
    table = (table - table.mean(axis=0)) / table.std(axis=0)
    products, places = _products(table)
    permutations = None if p <= EXACT else _orders(p, orders, seed)

    def shares(rows: Floats) -> Floats:
        return _lmg(_covariances(rows @ products, rows @ table, rows.sum(axis=1), places), permutations)

    point = shares(w[None, :])[0]
    block = min(BLOCK, n * max(1, BLOCK >> min(p, EXACT)))
    drawn = bootstrap(lambda rows: shares(rows * w), n, draws=draws, seed=seed, block=block)
    cautions = [caution("effect.association"), *_together(table[:, :p], w, labels)]
    if n < FEW:
        cautions.append(caution("effect.few_rows", n=n))
    if permutations is not None:
        cautions.append(caution("effect.sampled_orders", drivers=p, orders=len(permutations)))
    how = "all orders" if permutations is None else f"{len(permutations)} orders"
    low, high = percentiles(drawn.sum(axis=1), confidence)
    return Drivers(
        estimate=float(point.sum()),
        low=float(low),
        high=float(high),
        n=n,
        method=f"lmg, {how}, bootstrap ({draws})",
        confidence=confidence,
        warnings=tuple(cautions),
        drivers=_drivers(point, drawn, labels, n=n, confidence=confidence),
    )


def _varies(columns: Floats, target: Floats, labels: Sequence[str]) -> None:
    if target.std() == 0 or np.ptp(target) == 0:
        raise InvalidInputError("y does not vary: there is nothing to explain.")
    for place in np.flatnonzero((np.ptp(columns, axis=0) == 0) | (columns.std(axis=0) == 0)):
        raise InvalidInputError(f"X holds {labels[int(place)]}, which does not vary.", hint="Leave it out.")


def _products(table: Floats) -> tuple[Floats, npt.NDArray[np.int64]]:
    """All products of two columns, shape (n, pairs), and where each stands in the matrix."""
    places = np.array(list(itertools.combinations_with_replacement(range(table.shape[1]), 2)))
    return table[:, places[:, 0]] * table[:, places[:, 1]], places


def _covariances(sums: Floats, totals: Floats, weight: Floats, places: npt.NDArray[np.int64]) -> Floats:
    means = totals / weight[:, None]
    size = totals.shape[1]
    matrix = np.empty((len(weight), size, size))
    values = sums / weight[:, None] - means[:, places[:, 0]] * means[:, places[:, 1]]
    matrix[:, places[:, 0], places[:, 1]] = values
    matrix[:, places[:, 1], places[:, 0]] = values
    return matrix


def _lmg(covariances: Floats, permutations: npt.NDArray[np.int64] | None) -> Floats:
    spread = covariances[:, -1, -1]
    # A draw in which the outcome does not vary explains nothing, and gives no share.
    safe = np.where(spread > MADE_UP, spread, np.nan)
    gains = _all_subsets(covariances) if permutations is None else _drawn_orders(covariances, permutations)
    return np.asarray(gains / safe[:, None])


def _all_subsets(covariances: Floats) -> Floats:
    """Variance explained by each driver, averaged over all subsets that it can join.

    Drivers are taken one by one; every state of those before (in or out) carries the covariances of the rest after
    adjusting for what is in, so a step halves the work that it doubles.
    """
    p = covariances.shape[1] - 1
    original = np.maximum(np.diagonal(covariances, axis1=1, axis2=2)[:, :p], MADE_UP)
    states = covariances[None]
    for place in range(p):
        pivot = states[:, :, 0, 0]
        usable = pivot > MADE_UP * original[:, place]
        factor = np.where(usable, 1 / np.where(usable, pivot, 1.0), 0.0)
        row = states[:, :, 0, 1:]
        rest = states[:, :, 1:, 1:]
        count = len(states)
        states = np.empty((2 * count, *rest.shape[1:]))
        states[:count] = rest
        np.multiply(row[..., :, None], (row * factor[..., None])[..., None, :], out=states[count:])
        np.subtract(rest, states[count:], out=states[count:])
    left = states[:, :, 0, 0]  # index: bit k says whether driver k is in
    return np.asarray((_subset_weights(p) @ left).T)


def _subset_weights(p: int) -> Floats:
    """Shape (p, subsets): with what weight the variance left by a subset counts for each driver's gain."""
    subsets = np.arange(1 << p)
    inside = (subsets[None, :] >> np.arange(p)[:, None]) & 1
    others = inside.sum(axis=0)[None, :] - inside
    return np.asarray((1 - 2 * inside) / (p * comb(p - 1, others)))


def _orders(p: int, orders: int, seed: int) -> npt.NDArray[np.int64]:
    """Orders in pairs, one the other backwards: their errors partly cancel."""
    rng = np.random.default_rng(seed)
    half = [rng.permutation(p) for _ in range(max(1, (orders + 1) // 2))]
    return np.array([order for forth in half for order in (forth, forth[::-1])])


def _drawn_orders(covariances: Floats, permutations: npt.NDArray[np.int64]) -> Floats:
    p = covariances.shape[1] - 1
    scale = np.sqrt(np.maximum(np.diagonal(covariances, axis1=1, axis2=2), MADE_UP))
    matrix = covariances / (scale[:, :, None] * scale[:, None, :])
    # A hair on the diagonal, so that a driver the others make up gains nothing instead of breaking the root.
    matrix = matrix + 1e-9 * np.eye(p + 1)
    gains = np.zeros((len(matrix), p))
    for order in permutations:
        seat = np.append(order, p)
        root = np.linalg.cholesky(matrix[:, seat[:, None], seat[None, :]])
        gains[:, order] += root[:, -1, :p] ** 2
    return np.asarray(gains / len(permutations) * scale[:, -1:] ** 2)


def _together(columns: Floats, w: Floats, labels: Sequence[str]) -> list[Caution]:
    if columns.shape[1] < 2:
        return []
    centred = (columns - w @ columns / w.sum()) * np.sqrt(w)[:, None]
    spread = np.sqrt((centred**2).sum(axis=0))
    matrix = (centred.T @ centred) / np.outer(spread, spread)
    upper = np.triu_indices(len(labels), 1)
    values = matrix[upper]
    found: list[Caution] = []
    worst = int(np.abs(values).argmax())
    if abs(values[worst]) >= 0.7:
        a, b = labels[upper[0][worst]], labels[upper[1][worst]]
        found.append(caution("effect.correlated_drivers", a=a, b=b, correlation=round(float(values[worst]), 2)))
    if len(labels) > 2 and values.mean() >= 0.5:
        found.append(caution("effect.halo", correlation=round(float(values.mean()), 2)))
    return found


def _drivers(point: Floats, drawn: Floats, labels: Sequence[str], *, n: int, confidence: float) -> tuple[Driver, ...]:
    total = float(point.sum())
    known = drawn[~np.isnan(drawn).any(axis=1)]
    ranks = (-known).argsort(axis=1).argsort(axis=1) + 1
    low, high = percentiles(known, confidence)
    tail = (1 - confidence) / 2
    rank_low = np.quantile(ranks, tail, axis=0, method="lower")
    rank_high = np.quantile(ranks, 1 - tail, axis=0, method="higher")
    places = (-point).argsort().argsort() + 1
    return tuple(
        Driver(
            name=name,
            estimate=float(point[k]),
            low=float(low[k]),
            high=float(high[k]),
            n=n,
            method="lmg",
            confidence=confidence,
            share=float(point[k]) / total if total > 0 else None,
            rank=int(places[k]),
            rank_low=int(rank_low[k]),
            rank_high=int(rank_high[k]),
            first=float((ranks[:, k] == 1).mean()),
        )
        for k, name in enumerate(labels)
    )
