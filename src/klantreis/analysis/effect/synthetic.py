"""What did a change make of one place, beside a blend of places where nothing changed: synthetic control, and with DiD.

The blend is fitted on the periods before. It shows what would have happened only when it follows the treated place well
before, and nothing else happened to the blend afterwards.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.optimize import nnls

from klantreis.analysis.effect.estimate import Effect, Grade, around
from klantreis.analysis.options import checked_options
from klantreis.analysis.result import Caution, Floats, as_array, as_labels, caution, is_number
from klantreis.errors import InvalidInputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """The effect on the units that began in one period (``start``: how many periods lie before)."""

    start: int
    units: int
    estimate: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Synthetic(Effect):
    """The average effect on the treated over the periods after; n is the number of outcomes used.

    Parameters
    ----------
    weights
        (donor, weight), the heaviest first; zeros are left out.
    time_weights
        One for each period before; empty for a synthetic control, and with several starts.
    gaps
        Treated less blend in every period.
    error_before
        Root mean square of the gaps before.
    difference_in_differences
        The plain difference in differences on the same data.
    placebos
        The estimate when each donor in turn is taken for the treated one (random donors when several are treated).
    placebo_p
        Part of all units (the treated one included) that lies at least so far from none when it is taken for the
        treated one, and all others are its donors: a permutation test. For a synthetic control "far" is the ratio of
        the gaps after to those before; with several starts, and with DiD, the size of the effect.
    cohorts
        One for each start.
    """

    weights: tuple[tuple[str, float], ...]
    time_weights: tuple[float, ...]
    gaps: tuple[float, ...] = field(repr=False)
    error_before: float
    difference_in_differences: float
    placebos: tuple[float, ...] = field(repr=False)
    placebo_p: float
    cohorts: tuple[Cohort, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Blend:
    effect: float
    weights: Floats
    time_weights: Floats
    gaps: Floats

    def ratio(self, start: int) -> float:
        before = float(np.sqrt((self.gaps[:start] ** 2).mean()))
        return float(np.sqrt((self.gaps[start:] ** 2).mean())) / max(before, 1e-300)


@checked_options
def synthetic_control(
    outcomes: npt.ArrayLike,
    treated: int | Sequence[int],
    start: int | Sequence[int],
    *,
    names: Sequence[str] | None = None,
    draws: int = 200,
    seed: int = 0,
    confidence: float = 0.95,
) -> Synthetic:
    """Treated less a weighted average of the others, with weights that make it follow the treated before.

    Parameters
    ----------
    outcomes
        Shape (units, periods).
    treated
        Row of the treated unit, or rows of several; the average of those who began together is followed.
    start
        First treated period: the number of periods before. One for each treated row when they did not begin together:
        every start then has its own blend, and the effect is the average over all treated units and periods.
    names
        Of the units.
    draws, seed
        Of the placebos when several units are treated; of one, each donor is a placebo once.

    Raises
    ------
    InvalidInputError
        When an outcome is missing, ``treated`` or ``start`` does not fit, or fewer than two donors are left.

    Notes
    -----
    Weights are non-negative and add up to one, the exact least-squares solution on all periods before. The interval
    is the spread of the placebos times Student's t with one degree of freedom less than there are donors.

    References
    ----------
    Abadie, Diamond and Hainmueller (2010), JASA 105.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> donors = rng.normal(size=(8, 30)).cumsum(axis=1)
    >>> place = 0.7 * donors[0] + 0.3 * donors[1] + 5.0 * (np.arange(30) >= 20)
    >>> found = synthetic_control(np.vstack([place, donors]), 0, 20)
    >>> round(found.estimate, 3), [(name, round(weight, 2)) for name, weight in found.weights]
    (5.0, [('1', 0.7), ('2', 0.3)])
    """
    return _estimate(
        _control, "synthetic control", outcomes, treated, start, names, draws=draws, seed=seed, confidence=confidence
    )


@checked_options
def synthetic_did(
    outcomes: npt.ArrayLike,
    treated: int | Sequence[int],
    start: int | Sequence[int],
    *,
    names: Sequence[str] | None = None,
    draws: int = 200,
    seed: int = 0,
    confidence: float = 0.95,
) -> Synthetic:
    """Difference in differences against a blend of donors, with weights for the periods before as well.

    Takes the arguments of :func:`synthetic_control`. The blend need only run alike with the treated, not lie on it.

    References
    ----------
    Arkhangelsky, Athey, Hirshberg, Imbens and Wager (2021), American Economic Review 111(12); Clarke,
    Pailañir, Athey and Imbens (2024), Stata Journal 24(4), for several starts.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> y = rng.normal(size=(20, 1)) + rng.normal(size=30).cumsum() + rng.normal(size=(20, 30)) * 0.1
    >>> y[0, 20:] += 5
    >>> found = synthetic_did(y, 0, 20)
    >>> found.low < 5 < found.high
    True
    """
    return _estimate(
        _with_did,
        "synthetic difference in differences",
        outcomes,
        treated,
        start,
        names,
        draws=draws,
        seed=seed,
        confidence=confidence,
    )


def simplex_weights(columns: Floats, target: Floats, *, ridge: float = 0.0) -> Floats:
    """Non-negative weights that add up to one, nearest to the target in least squares with a ridge penalty.

    The sum is held by a heavy row, and the solution is then scaled to it; the rest is solved exactly (active set).

    Examples
    --------
    >>> simplex_weights(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([0.25, 0.75])).round(4).tolist()
    [0.25, 0.75]
    """
    size = columns.shape[1]
    scale = max(float(np.abs(columns).max()), float(np.abs(target).max()), 1e-12)
    heavy = 1e4 * math.sqrt(len(target))
    rows = [columns / scale, math.sqrt(ridge) / scale * np.eye(size), np.full((1, size), heavy)]
    goal = np.concatenate([target / scale, np.zeros(size), [heavy]])
    weights = nnls(np.vstack(rows), goal, maxiter=50 * size)[0]
    return np.asarray(weights / weights.sum())


def _control(donors: Floats, place: Floats, start: int, treated: int) -> _Blend:  # noqa: ARG001 - as _with_did
    weights = simplex_weights(donors[:, :start].T, place[:start])
    gaps = place - weights @ donors
    return _Blend(float(gaps[start:].mean()), weights, np.zeros(0), gaps)


def _with_did(donors: Floats, place: Floats, start: int, treated: int) -> _Blend:
    before, after = donors[:, :start], donors[:, start:].mean(axis=1)
    spread = float(np.diff(before, axis=1).std(ddof=1)) if start > 1 else 0.0
    ridge = (treated * (donors.shape[1] - start)) ** 0.5 * spread**2
    # An intercept is taken out of both fits: the blend need only run alike.
    centred, own = before - before.mean(axis=1, keepdims=True), place[:start] - place[:start].mean()
    weights = simplex_weights(centred.T, own, ridge=ridge * start)
    times = simplex_weights(
        before - before.mean(axis=0), after - after.mean(), ridge=(1e-6 * spread) ** 2 * len(donors)
    )
    gaps = place - weights @ donors
    gaps = gaps - times @ gaps[:start]
    return _Blend(float(gaps[start:].mean()), weights, times, gaps)


_Method = Callable[[Floats, Floats, int, int], _Blend]


def _estimate(
    method: _Method,
    label: str,
    outcomes: npt.ArrayLike,
    treated: int | Sequence[int],
    start: int | Sequence[int],
    names: Sequence[str] | None,
    *,
    draws: int,
    seed: int,
    confidence: float,
) -> Synthetic:
    y = as_array("outcomes", outcomes, dims=2)
    rows = _rows(treated, len(y))
    starts = _starts(start, len(rows), y.shape[1])
    labels = as_labels(range(len(y)) if names is None else names, len(y), things="units")
    if draws < 1:
        raise InvalidInputError(f"draws must be 1 or more, not {draws}.")
    others = np.setdiff1d(np.arange(len(y)), rows)
    donors = y[others]
    blends = _by_start(method, donors, y[rows], starts)
    found = _together(blends, starts, y.shape[1])
    first = int(starts.min())
    placebos = _placebos(method, donors, starts, draws=draws, seed=seed)
    values = np.array([blend.effect for blend in placebos])
    error = float(np.sqrt(((values - values.mean()) ** 2).mean())) if len(values) > 1 else math.nan
    # As many donors say how far placebos spread, so Student's t; the published error divides by their number.
    free = len(others) - 1
    interval = around(found.effect, error * math.sqrt((free + 1) / free), confidence=confidence, df=free)
    exchanged = _exchanged(method, y, rows, starts, draws=draws, seed=seed)
    if label == "synthetic control" and len(blends) == 1:
        mine, theirs = found.ratio(first), np.array([blend.ratio(first) for blend in exchanged])
    else:
        mine, theirs = abs(found.effect), np.array([abs(blend.effect) for blend in exchanged])
    order = np.argsort(-found.weights, kind="stable")
    weights = tuple((labels[others[k]], float(found.weights[k])) for k in order if found.weights[k] > 1e-6)
    offset = found.gaps[:first] - (found.gaps[:first].mean() if label != "synthetic control" else 0.0)
    off = float(np.sqrt((offset**2).mean()))
    return Synthetic(
        estimate=found.effect,
        low=interval.low,
        high=interval.high,
        n=y.size,
        method=f"{label}, spread of placebos" + (f", {len(blends)} starts" if len(blends) > 1 else ""),
        confidence=confidence,
        warnings=tuple(_cautions(off, y[rows].mean(axis=0)[:first], weights, len(placebos), first)),
        standard_error=None if math.isnan(error) else error,
        p_value=interval.p_value,
        grade=Grade.QUASI_EXPERIMENT,
        weights=weights,
        time_weights=tuple(found.time_weights.tolist()),
        gaps=tuple(found.gaps.tolist()),
        error_before=off,
        difference_in_differences=_plain(donors, y[rows], starts),
        placebos=tuple(values.tolist()),
        placebo_p=float((1 + (theirs >= mine * (1 - 1e-12)).sum()) / (1 + len(theirs))),
        cohorts=tuple(
            Cohort(start=at, units=int((starts == at).sum()), estimate=blend.effect) for at, blend in blends.items()
        ),
    )


def _rows(treated: int | Sequence[int], units: int) -> npt.NDArray[np.int64]:
    """The rows treated, in the order given."""
    try:
        rows = np.atleast_1d(np.asarray(treated))
    except ValueError:
        rows = np.zeros((1, 0))
    whole = rows.ndim == 1 and len(rows) > 0 and rows.dtype.kind in "iu"
    if not whole or rows.min() < 0 or rows.max() >= units or len(np.unique(rows)) < len(rows):
        raise InvalidInputError(f"treated must name rows 0 to {units - 1}, each once, not {treated!r}.")
    if units - len(rows) < 2:
        raise InvalidInputError(
            f"outcomes leaves {units - len(rows)} donor(s) beside the treated; at least 2 are needed."
        )
    return rows.astype(np.int64)


def _starts(start: int | Sequence[int], count: int, periods: int) -> npt.NDArray[np.int64]:
    """The first treated period of each treated row."""
    given = as_array("start", [start] * count if is_number(start) else start)
    if len(given) != count:
        raise InvalidInputError(f"start has {len(given)} values for {count} treated rows.")
    if (given != np.round(given)).any() or given.min() < 1 or given.max() >= periods:
        raise InvalidInputError(f"start must leave a period before and one after: 1 to {periods - 1}, not {start!r}.")
    return given.astype(np.int64)


def _by_start(method: _Method, donors: Floats, places: Floats, starts: npt.NDArray[np.int64]) -> dict[int, _Blend]:
    """A blend for those who began together: their average is followed."""
    return {
        int(at): method(donors, places[starts == at].mean(axis=0), int(at), int((starts == at).sum()))
        for at in np.unique(starts)
    }


def _together(blends: dict[int, _Blend], starts: npt.NDArray[np.int64], periods: int) -> _Blend:
    """Averages over starts, each weighing as many treated units and periods as it has."""
    if len(blends) == 1:
        return next(iter(blends.values()))
    cells = np.array([(starts == at).sum() * (periods - at) for at in blends], dtype=np.float64)
    part, every = cells / cells.sum(), list(blends.values())
    effect = float(part @ np.array([blend.effect for blend in every]))
    weights, gaps = (part @ np.array([getattr(blend, what) for blend in every]) for what in ("weights", "gaps"))
    return _Blend(effect, weights, np.zeros(0), gaps)


def _plain(donors: Floats, places: Floats, starts: npt.NDArray[np.int64]) -> float:
    """The plain difference in differences, averaged over the starts in the same way."""

    def one(donors: Floats, place: Floats, start: int, treated: int) -> _Blend:  # noqa: ARG001 - as the methods
        gaps = place - donors.mean(axis=0)
        gap = float(gaps[start:].mean() - gaps[:start].mean())
        return _Blend(gap, np.zeros(len(donors)), np.zeros(0), gaps)

    return _together(_by_start(one, donors, places, starts), starts, donors.shape[1]).effect


def _placebos(method: _Method, donors: Floats, starts: npt.NDArray[np.int64], *, draws: int, seed: int) -> list[_Blend]:
    """The same method on donors only, taken for treated in turn (or drawn, when several are treated)."""
    count, treated = len(donors), len(starts)
    if count - treated < 2:
        return []
    if treated == 1:
        return _taken(method, donors, [np.array([k]) for k in range(count)], starts)
    rng = np.random.default_rng(seed)
    return _taken(method, donors, [rng.choice(count, treated, replace=False) for _ in range(draws)], starts)


def _exchanged(
    method: _Method,
    outcomes: Floats,
    rows: npt.NDArray[np.int64],
    starts: npt.NDArray[np.int64],
    *,
    draws: int,
    seed: int,
) -> list[_Blend]:
    """The same method when others are taken for the treated, and those become donors: all have equally many."""
    if len(rows) == 1:
        return _taken(method, outcomes, [np.array([k]) for k in range(len(outcomes)) if k != rows[0]], starts)
    rng = np.random.default_rng(seed)
    return _taken(method, outcomes, [rng.choice(len(outcomes), len(rows), replace=False) for _ in range(draws)], starts)


def _taken(
    method: _Method, outcomes: Floats, chosen: list[npt.NDArray[np.int64]], starts: npt.NDArray[np.int64]
) -> list[_Blend]:
    """The estimate with each choice of rows as the treated."""
    periods = outcomes.shape[1]
    return [
        _together(_by_start(method, np.delete(outcomes, rows, axis=0), outcomes[rows], starts), starts, periods)
        for rows in chosen
    ]


def _cautions(
    off: float, before: Floats, weights: tuple[tuple[str, float], ...], placebos: int, start: int
) -> list[Caution]:
    found: list[Caution] = []
    spread = float(before.std())
    if off > 0.5 * spread and off > 1e-9:
        ratio = round(off / spread, 2) if spread > 0 else math.inf
        found.append(caution("effect.poor_fit", error=f"{off:.3g}", ratio=ratio))
    if placebos < 19:
        found.append(caution("effect.few_donors", n=placebos, p=round(1 / (1 + placebos), 3)))
    if weights and weights[0][1] > 0.8:
        found.append(caution("effect.one_donor", donor=weights[0][0], percent=round(100 * weights[0][1])))
    if start < 5:
        found.append(caution("effect.few_before", n=start))
    return found
