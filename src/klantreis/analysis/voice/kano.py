"""What kind of feature is it: does it delight, satisfy by degree, have to be there, or does nobody miss it?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.special import betainc

from klantreis.analysis.bootstrap import bootstrap, percentiles
from klantreis.analysis.options import checked_options
from klantreis.analysis.result import (
    Caution,
    Floats,
    Result,
    as_array,
    as_weights,
    caution,
    check_level,
    dimensions,
    plain,
)
from klantreis.analysis.voice.naming import column_names
from klantreis.errors import InvalidInputError

Kind = Literal["A", "O", "M", "I", "R", "Q"]
#: Attractive, one-dimensional, must-be, indifferent, reverse, questionable.
KINDS: tuple[Kind, ...] = ("A", "O", "M", "I", "R", "Q")
#: Rows: how it feels when it is there (like, expect, neutral, live with, dislike); columns: when it is not.
TABLE = ("QAAAO", "RIIIM", "RIIIM", "RIIIM", "RRRRQ")
#: Kinds are told apart when a difference like theirs is rarer than this among kinds equally frequent.
SURE = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class KanoFeature:
    """One feature.

    Parameters
    ----------
    kind
        The most frequent kind; of equals the one that weighs most: M, O, A, I.
    decided
        Whether it is told apart from the second most frequent: ``p_value`` below .05.
    p_value
        Exact sign test of the first against the second kind, two-sided.
    decided_by_fong
        The same by Fong's rule as published, which is lenient: see the page.
    counts
        How many respondents fall under each kind.
    better, worse
        How much satisfaction it can add (0 to 1) and its absence take away (-1 to 0); estimate None when nobody
        falls under A, O, M or I.
    """

    name: str
    kind: Kind
    second: Kind
    decided: bool
    p_value: float
    decided_by_fong: bool
    counts: dict[Kind, float]
    better: Result
    worse: Result
    n: int
    warnings: tuple[Caution, ...]

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {name: plain(getattr(self, name)) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Kano:
    """The features in the order of the columns."""

    features: tuple[KanoFeature, ...]
    n: int
    warnings: tuple[Caution, ...]

    @property
    def method(self) -> str:
        """How the shares of every feature were computed."""
        return self.features[0].better.method

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {name: plain(getattr(self, name)) for name in ("features", "n", "warnings")}


@checked_options
def kano(
    functional: npt.ArrayLike,
    dysfunctional: npt.ArrayLike,
    *,
    names: Sequence[str] | None = None,
    weights: npt.ArrayLike | None = None,
    confidence: float = 0.95,
    draws: int = 1000,
    seed: int = 0,
) -> Kano:
    """Kinds of features from two answers each: how does it feel when it is there, and when it is not?

    Parameters
    ----------
    functional, dysfunctional
        Shape (respondents,) for one feature or (respondents, features): 1 like, 2 expect, 3 neutral, 4 can live with,
        5 dislike.
    names
        Of the features; default their numbers.
    weights
        Shape (respondents,), non-negative.

    Raises
    ------
    InvalidInputError
        When an answer is missing or not 1 to 5, or shapes differ.

    Notes
    -----
    Better = (A + O) / (A + O + M + I), worse = -(O + M) / (A + O + M + I). The two most frequent kinds a and b are
    told apart by a sign test; by Fong they are not when |a - b| < 1.65 √((a + b)(2n - a - b) / 2n). Percentile
    bootstrap of respondents.

    References
    ----------
    Kano (1984); Berger et al. (1993), Center for Quality of Management Journal 2(4); Fong (1996), same journal 5.

    Examples
    --------
    >>> found = kano([1, 1, 1, 3, 2, 1], [5, 5, 3, 5, 5, 5])
    >>> found.features[0].kind, found.features[0].counts["M"], round(found.features[0].better.estimate, 3)
    ('O', 2.0, 0.667)
    """
    there, gone = _answers("functional", functional), _answers("dysfunctional", dysfunctional)
    if there.shape != gone.shape:
        raise InvalidInputError(f"functional is {there.shape} and dysfunctional {gone.shape}: shapes must be equal.")
    n, width = there.shape
    labels = column_names(names, width, of=functional)
    w = as_weights(weights, n)
    check_level(confidence)
    lookup = np.array([[KINDS.index(kind) for kind in row] for row in TABLE])
    kinds = lookup[there.astype(int) - 1, gone.astype(int) - 1]
    one_hot = (kinds[:, :, None] == np.arange(len(KINDS))).reshape(n, -1).astype(np.float64)

    def coefficients(drawn: Floats) -> Floats:
        return _coefficients(((drawn * w) @ one_hot).reshape(len(drawn), width, len(KINDS)))

    counts = (w @ one_hot).reshape(width, len(KINDS))
    found = coefficients(np.ones((1, n)))[0]
    spread = bootstrap(coefficients, n, draws=draws, seed=seed)
    features = []
    for j, name in enumerate(labels):
        if math.isnan(found[j, 0]):
            both = [Result(estimate=None, low=None, high=None, n=n, method="nobody", confidence=confidence)] * 2
        else:
            low, high = percentiles(spread[:, j], confidence)
            both = [
                Result(
                    estimate=float(found[j, c]),
                    low=float(low[c]),
                    high=float(high[c]),
                    n=n,
                    method="share of A, O, M and I, percentile bootstrap of respondents",
                    confidence=confidence,
                )
                for c in range(2)
            ]
        features.append(_feature(name, counts[j], both, n, worth=float(w.sum() / (w @ w))))
    few = (caution("voice.few_answers", n=n),) if n < 30 else ()
    return Kano(tuple(features), n, few)


def _answers(name: str, values: npt.ArrayLike) -> Floats:
    dims = 1 if dimensions(name, values) == 1 else 2
    array = as_array(name, values, dims=dims, low=1, high=5)
    if (array != np.round(array)).any():
        raise InvalidInputError(f"{name} must hold whole numbers from 1 (like) to 5 (dislike).")
    return array.reshape(len(array), -1)


def _coefficients(counts: Floats) -> Floats:
    """Draws × features × (better, worse); NaN where nobody falls under A, O, M or I."""
    a, o, m, i = (counts[:, :, KINDS.index(kind)] for kind in ("A", "O", "M", "I"))
    whole = np.where(a + o + m + i > 0, a + o + m + i, np.nan)
    return np.stack([(a + o) / whole, -(o + m) / whole], axis=2)


def _feature(name: str, counts: Floats, both: list[Result], n: int, *, worth: float) -> KanoFeature:
    """``worth``: as how many answers one counts that weighs 1, which is 1 without weights."""
    weight = "MOAIRQ"
    order = sorted(range(len(KINDS)), key=lambda place: (-counts[place], weight.index(KINDS[place])))
    first, second = float(counts[order[0]]), float(counts[order[1]])
    whole = float(counts.sum())
    threshold = 1.65 * math.sqrt(max(0.0, (first + second) * (2 * whole - first - second) / (2 * whole)))
    p = min(1.0, 2 * float(betainc(worth * first, worth * second + 1, 0.5)))
    decided = p < SURE
    warnings = []
    if not decided:
        warnings.append(caution("voice.kinds_undecided", first=KINDS[order[0]], second=KINDS[order[1]]))
    questionable = float(counts[KINDS.index("Q")]) / whole
    if questionable > 0.05:
        warnings.append(caution("voice.questionable", percent=round(100 * questionable)))
    return KanoFeature(
        name=name,
        kind=KINDS[order[0]],
        second=KINDS[order[1]],
        decided=decided,
        p_value=p,
        decided_by_fong=first - second >= threshold and first > second,
        counts={kind: float(count) for kind, count in zip(KINDS, counts, strict=True)},
        better=both[0],
        worse=both[1],
        n=n,
        warnings=tuple(warnings),
    )
