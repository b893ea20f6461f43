"""How far do coders agree beyond what chance would give: Krippendorff's alpha and Fleiss' kappa."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from klantreis.analysis.bootstrap import bootstrap, percentiles
from klantreis.analysis.options import checked_options
from klantreis.analysis.result import Caution, Floats, Result, as_array, caution, check_level
from klantreis.errors import InvalidInputError

Level = Literal["nominal", "ordinal", "interval", "ratio"]
Ratings = npt.ArrayLike | Sequence[Sequence[object]]
#: Most distinct values for which the distances of a ratio are laid out in a table.
MOST_RATIOS = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement(Result):
    """1 is full agreement, 0 what chance gives; ``n`` counts the units that two coders or more rated.

    Parameters
    ----------
    grade
        Krippendorff's: from .800 firm, from .667 tentative, below it not reliable.
    raw
        Share of pairs of ratings of a unit that are equal, without regard to chance.
    ratings
        How many ratings those units have.
    """

    grade: Literal["firm", "tentative", "not reliable"]
    raw: float
    ratings: int


@checked_options
def krippendorff_alpha(
    ratings: Ratings,
    level: Level = "nominal",
    *,
    confidence: float = 0.95,
    draws: int = 1000,
    seed: int = 0,
) -> Agreement:
    """Krippendorff's alpha for any number of coders, with missing ratings.

    Parameters
    ----------
    ratings
        Shape (coders, units): numbers, NaN where a coder did not rate; texts (None for not rated) when nominal.
    level
        ``nominal``: equal or not; ``ordinal``: ranks; ``interval``: distances; ``ratio``: distances as part of the sum.

    Raises
    ------
    InvalidInputError
        When no unit has two ratings, all ratings are equal (chance is then undefined), the level is unknown, or a
        ratio is negative.

    Notes
    -----
    1 - observed / expected disagreement over the coincidences. The interval is the percentile bootstrap of units.

    References
    ----------
    Krippendorff (2011), Computing Krippendorff's alpha-reliability; Hayes and Krippendorff (2007), Communication
    Methods and Measures 1:77-89.

    Examples
    --------
    >>> agreement = krippendorff_alpha([[1, 2, 3, 3, 2], [1, 2, 3, 3, 1]], "nominal")
    >>> round(agreement.estimate, 4), agreement.grade, agreement.raw
    (0.7273, 'tentative', 0.8)
    """
    if level not in get_args(Level):
        raise InvalidInputError(f"level {level!r} is unknown.", hint=f"It is one of {', '.join(get_args(Level))}.")
    table = _numbers(ratings, level)
    kept = table[:, (~np.isnan(table)).sum(axis=0) >= 2]
    if not kept.shape[1]:
        raise InvalidInputError("ratings holds no unit that two coders rated.")
    values, place = np.unique(kept[~np.isnan(kept)], return_inverse=True)
    if len(values) < 2:
        raise InvalidInputError(f"ratings holds one value only ({values[0]:g}): chance agreement is undefined.")
    if level == "ratio" and values[0] < 0:
        raise InvalidInputError(f"ratings holds {values[0]:g}; a ratio is 0 or more.")
    if level == "ratio" and len(values) > MOST_RATIOS:
        raise InvalidInputError(f"ratings holds {len(values)} values; a ratio takes {MOST_RATIOS}.", hint="Round them.")
    ones = np.ones(len(place))
    counts = csr_array((ones, (np.nonzero(~np.isnan(kept))[1], place)), shape=(kept.shape[1], len(values)))
    return _agreement(
        counts, _statistic(counts, values, level), f"krippendorff alpha, {level}", confidence, draws, seed
    )


@checked_options
def fleiss_kappa(counts: npt.ArrayLike, *, confidence: float = 0.95, draws: int = 1000, seed: int = 0) -> Agreement:
    """Fleiss' kappa: units rated by the same number of coders, who need not be the same.

    Parameters
    ----------
    counts
        Shape (units, categories): how many coders put the unit in the category.

    Raises
    ------
    InvalidInputError
        When a count is negative or not whole, units differ in their number of ratings, or one category is used.

    References
    ----------
    Fleiss (1971), Psychological Bulletin 76:378-382.

    Examples
    --------
    >>> round(fleiss_kappa([[3, 0], [2, 1], [0, 3], [3, 0]]).estimate, 4)
    0.625
    """
    table = as_array("counts", counts, dims=2, low=0)
    if (table != np.round(table)).any():
        raise InvalidInputError("counts must hold whole numbers.")
    raters = table.sum(axis=1)
    if raters.min() < 2 or raters.min() != raters.max():
        raise InvalidInputError(
            f"counts has units with {raters.min():g} to {raters.max():g} ratings; all must have one number, 2 or more.",
            hint="Use krippendorff_alpha, which takes missing ratings.",
        )
    if (table.sum(axis=0) > 0).sum() < 2:
        raise InvalidInputError("counts uses one category only: chance agreement is undefined.")
    m = float(raters[0])
    equal = ((table**2).sum(axis=1) - m) / (m * (m - 1))

    def kappas(drawn: Floats) -> Floats:
        whole = drawn.sum(axis=1)
        observed = drawn @ equal / whole
        expected = (((drawn @ table) / (whole * m)[:, None]) ** 2).sum(axis=1)
        return _one_less(1 - observed, 1 - expected)

    return _agreement(table, kappas, "fleiss kappa", confidence, draws, seed)


def _numbers(ratings: Ratings, level: Level) -> Floats:
    """Coders × units as numbers; texts become numbers when they are names of kinds."""
    try:
        array = np.asarray(ratings)
    except ValueError as error:
        raise InvalidInputError("ratings must have one row per coder, all of one length.") from error
    if array.dtype.kind not in "OUS" or array.ndim != 2:
        return as_array("ratings", array, dims=2, missing=True, minimum=2)
    cells = array.astype(object)
    missing = np.vectorize(lambda cell: cell is None or cell != cell or cell == "", otypes=[bool])(cells)
    texts = np.vectorize(lambda cell: isinstance(cell, str), otypes=[bool])(cells) & ~missing
    if not texts.any():
        return as_array("ratings", np.where(missing, np.nan, cells), dims=2, missing=True, minimum=2)
    if level != "nominal":
        raise InvalidInputError(f"ratings holds texts, which have no {level} order.", hint="Use nominal, or numbers.")
    names = {name: number for number, name in enumerate(sorted({str(cell) for cell in cells[~missing]}))}
    flat = [np.nan if gone else float(names[str(cell)]) for cell, gone in zip(cells.flat, missing.flat, strict=True)]
    return as_array("ratings", np.array(flat).reshape(cells.shape), dims=2, missing=True, minimum=2)


def _statistic(counts: csr_array, values: Floats, level: Level) -> Callable[[Floats], Floats]:
    """Alpha of draws of units; observed and expected disagreement as sums over pairs of ratings."""
    m = np.asarray(counts.sum(axis=1))

    def distances(drawn: Floats) -> Floats:
        n = np.asarray(drawn @ counts)
        places = np.cumsum(n, axis=1) - n / 2 if level == "ordinal" else np.broadcast_to(values, n.shape)
        # From the middle, so that large numbers do not drown their differences.
        places = places - places.mean(axis=1, keepdims=True)
        within = m * np.asarray(counts @ (places**2).T).T - np.asarray(counts @ places.T).T ** 2
        observed = (drawn * within / (m - 1)).sum(axis=1)
        whole = n.sum(axis=1)
        expected = whole * (n * places**2).sum(axis=1) - (n * places).sum(axis=1) ** 2
        return _one_less(observed * (whole - 1), expected)

    def kinds(drawn: Floats) -> Floats:
        n = np.asarray(drawn @ counts)
        whole = n.sum(axis=1)
        unequal = (m**2 - np.asarray((counts**2).sum(axis=1))) / (m - 1)
        return _one_less((drawn @ unequal) * (whole - 1), whole**2 - (n**2).sum(axis=1))

    def ratios(drawn: Floats) -> Floats:
        n = np.asarray(drawn @ counts)
        return _one_less((drawn @ pairs) * (n.sum(axis=1) - 1), ((n @ apart) * n).sum(axis=1))

    if level in ("ordinal", "interval"):
        return distances
    if level == "nominal":
        return kinds
    total = values[:, None] + values[None, :]
    apart = np.divide(values[:, None] - values[None, :], total, out=np.zeros_like(total), where=total > 0) ** 2
    pairs = np.asarray(((counts @ apart) * counts.toarray()).sum(axis=1)) / (m - 1)
    return ratios


def _one_less(observed: Floats, expected: Floats) -> Floats:
    """1 - observed / expected; a draw in which all ratings are one value says nothing."""
    there = expected > 1e-12
    return np.asarray(1 - np.divide(observed, expected, out=np.full(len(observed), np.nan), where=there))


def _agreement(
    counts: Floats | csr_array,
    statistic: Callable[[Floats], Floats],
    name: str,
    confidence: float,
    draws: int,
    seed: int,
) -> Agreement:
    units = counts.shape[0]
    check_level(confidence)
    value = float(statistic(np.ones((1, units)))[0])
    spread: npt.NDArray[Any] = bootstrap(statistic, units, draws=draws, seed=seed)
    known = units > 1 and not np.isnan(spread).all()
    low, high = (float(end) for end in percentiles(spread, confidence, cases=units)) if known else (None, None)
    m = np.asarray(counts.sum(axis=1))
    raw = float(((counts**2).sum() - m.sum()) / (m * (m - 1)).sum())
    return Agreement(
        estimate=value,
        low=low,
        high=high,
        n=units,
        method=f"{name}, percentile bootstrap of units",
        confidence=confidence,
        warnings=_cautions(value, raw, units),
        grade="firm" if value >= 0.8 else "tentative" if value >= 0.667 else "not reliable",
        raw=raw,
        ratings=int(m.sum()),
    )


def _cautions(value: float, raw: float, units: int) -> tuple[Caution, ...]:
    found = [caution("voice.few_units", n=units)] if units < 30 else []
    if value < 0.667 and raw >= 0.8:
        found.append(caution("voice.skewed_categories", percent=round(100 * raw)))
    return tuple(found)
