"""What did a change make of those it came to, when it came to some earlier than to others: Callaway and Sant'Anna.

Assumes that without the change the groups would have run alike. Two-way fixed effects are not used: with a staggered
start they compare the newly treated with the already treated, and can get the sign wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2

from klantreis.analysis.effect.estimate import Effect, Grade, around, critical
from klantreis.analysis.result import Caution, Floats, Ints, as_array, as_codes, caution, same_length
from klantreis.errors import InvalidInputError

#: Fewer units than this in a group is said (our convention).
SMALL_GROUP = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTime(Effect):
    """The effect on one group in one period; n is units treated and compared.

    Parameters
    ----------
    group, time
        First period of treatment, and the period.
    before
        Whether it lies before treatment, where the effect should be none.
    band_low, band_high
        Ends of an interval that holds for all groups and periods together.
    """

    group: float
    time: float
    before: bool
    band_low: float
    band_high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Part(Effect):
    """One part of an aggregate: a group, a period, or so many periods since treatment began."""

    at: float
    band_low: float
    band_high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate(Effect):
    """The average over its parts; a dynamic one averages over the periods from the start of treatment on."""

    by: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Staggered(Effect):
    """The average effect over all groups and periods under treatment, by size of the group; and all it is made of.

    Parameters
    ----------
    group_time
        Every group in every period.
    group, calendar, dynamic
        Averages by group, by period, and by time since treatment began.
    pre_trend_p
        Of the test that all effects before treatment are none; None where there are none.
    """

    group_time: tuple[GroupTime, ...]
    group: Aggregate
    calendar: Aggregate
    dynamic: Aggregate
    pre_trend_p: float | None


@dataclass(frozen=True, slots=True, eq=False)
class _Panel:
    y: Floats  # units x periods
    first: Floats  # per unit; inf when never
    times: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Cells:
    group: Floats
    time: Floats
    effect: Floats
    influence: Floats  # units x cells
    n: Ints


def callaway_santanna(
    unit: Sequence[object] | npt.NDArray[np.generic],
    time: npt.ArrayLike,
    first_treated: npt.ArrayLike,
    outcome: npt.ArrayLike,
    *,
    control: Literal["never", "not_yet"] = "never",
    anticipation: int = 0,
    draws: int = 1000,
    seed: int = 0,
    confidence: float = 0.95,
) -> Staggered:
    """Group-time effects by difference in differences, and their averages; without covariates.

    Parameters
    ----------
    unit, time, first_treated, outcome
        Shape (rows,): a row for each unit and period. ``first_treated`` is the first period of treatment, the same in
        all rows of a unit; 0, NaN or infinity for never.
    control
        Compare with who is never treated, or with all who are not yet treated at the time.
    anticipation
        Over how many periods before treatment it may already work.
    draws, seed
        Of the multiplier bootstrap behind the simultaneous bands.

    Raises
    ------
    InvalidInputError
        When a unit has two rows for a period or two first treatments, when nobody is treated, or nobody is left to
        compare with.

    Notes
    -----
    Pointwise intervals from the influence function, clustered by unit. Before treatment a period is compared with the
    one before it. Units that lack a period are left out, as are those treated from the start.

    References
    ----------
    Callaway and Sant'Anna (2021), Journal of Econometrics 225(2).

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> unit, time = np.repeat(np.arange(200), 4), np.tile([1, 2, 3, 4], 200)
    >>> first = np.where(unit % 2 == 0, 0, 3)
    >>> y = time + 2.0 * ((first > 0) & (time >= first)) + rng.normal(size=800)
    >>> found = callaway_santanna(unit, time, first, y, draws=200)
    >>> found.low < 2 < found.high, [part.at for part in found.dynamic.parts]
    (True, [-1.0, 0.0, 1.0])
    """
    if anticipation < 0:
        raise InvalidInputError(f"anticipation must be 0 or more, not {anticipation}.")
    panel, cautions = _panel(unit, time, first_treated, outcome)
    cells = _cells(panel, control=control, anticipation=anticipation)
    since = _since(panel, cells)
    after = since >= 0
    if not after.any():
        raise InvalidInputError(
            "first_treated leaves no group with a period before and one after treatment to compare."
        )
    band = _Band(seed=seed, draws=draws, confidence=confidence)
    sizes = np.array([(panel.first == group).mean() for group in cells.group])
    members = (panel.first[:, None] == cells.group[None, :]).astype(np.float64)
    simple = _average(cells, after, sizes, members)
    p, doubts = _pre_trend(cells, since < -anticipation)
    for group in np.unique(cells.group):
        count = int((panel.first == group).sum())
        if count < SMALL_GROUP:
            cautions.append(caution("effect.small_group", n=count, group=f"{group:g}"))
    n = len(panel.first)
    ends = band.of(cells.influence)
    group_time = tuple(
        GroupTime(
            **_fields(float(cells.effect[k]), cells.influence[:, k], n=int(cells.n[k]), confidence=confidence),
            method="difference in differences",
            group=float(cells.group[k]),
            time=float(cells.time[k]),
            before=bool(since[k] < 0),
            band_low=float(cells.effect[k] - ends[k]),
            band_high=float(cells.effect[k] + ends[k]),
        )
        for k in range(len(cells.effect))
    )
    by_group = _aggregate("group", cells, cells.group, after, sizes, members, band, panel)
    return Staggered(
        **_fields(simple[0], simple[1], n=n, confidence=confidence),
        method=f"callaway-sant'anna, {control.replace('_', ' ')} treated, influence function",
        warnings=(*cautions, *doubts),
        group_time=group_time,
        group=by_group,
        calendar=_aggregate("calendar", cells, cells.time, after, sizes, members, band, panel),
        dynamic=_aggregate("dynamic", cells, since, np.ones(len(since), dtype=bool), sizes, members, band, panel),
        pre_trend_p=p,
    )


def _panel(
    unit: Sequence[object] | npt.NDArray[np.generic],
    time: npt.ArrayLike,
    first_treated: npt.ArrayLike,
    outcome: npt.ArrayLike,
) -> tuple[_Panel, list[Caution]]:
    codes, names = as_codes("unit", unit)
    when, y = as_array("time", time), as_array("outcome", outcome)
    given = np.array(first_treated, dtype=np.float64)
    # Infinity is a good word for never, which no other argument may hold.
    first = as_array("first_treated", np.where(np.isnan(given) | np.isinf(given) | (given == 0), -1e300, given))
    first = np.where(first == -1e300, np.inf, first)
    same_length(unit=codes, time=when, first_treated=first, outcome=y)
    times, places = np.unique(when, return_inverse=True)
    if len(times) < 2:
        raise InvalidInputError("time holds one period; at least 2 are needed.")
    start = np.full(len(names), np.nan)
    start[codes] = first
    if (start[codes] != first).any():
        wrong = names[int(codes[np.flatnonzero(start[codes] != first)[0]])]
        raise InvalidInputError(f"first_treated differs between the rows of unit {wrong!r}.")
    table = np.full((len(names), len(times)), np.nan)
    table[codes, places] = y
    if len(np.unique(codes * len(times) + places)) < len(codes):
        raise InvalidInputError("unit and time name a row twice; one outcome a unit and period is needed.")
    cautions: list[Caution] = []
    whole, early = ~np.isnan(table).any(axis=1), start <= times[0]
    if (~whole).any():
        cautions.append(caution("effect.units_left_out", n=int((~whole).sum())))
    if (whole & early).any():
        cautions.append(caution("effect.always_treated", n=int((whole & early).sum())))
    keep = whole & ~early
    if not keep.any() or np.isinf(start[keep]).all() or (start[keep] > times[-1]).all():
        raise InvalidInputError("first_treated: no complete unit begins treatment between the first and last period.")
    # Who begins after the data end is not treated in them.
    return _Panel(table[keep], np.where(start[keep] > times[-1], np.inf, start[keep]), times), cautions


def _cells(panel: _Panel, *, control: Literal["never", "not_yet"], anticipation: int) -> _Cells:
    groups = np.unique(panel.first[np.isfinite(panel.first)])
    never = np.isinf(panel.first)
    if control == "never" and not never.any():
        raise InvalidInputError("first_treated holds nobody who is never treated.", hint='Use control="not_yet".')
    n = len(panel.first)
    found: list[tuple[float, float, float, Floats, int]] = []
    for group in groups:
        treated = panel.first == group
        begin = int(np.searchsorted(panel.times, group)) - 1 - anticipation  # the last period before it can work
        for place in range(1, len(panel.times)):
            base = begin if place > begin else place - 1
            if base < 0:
                continue
            compared = never
            if control == "not_yet":
                horizon = panel.times[min(max(place, base) + anticipation, len(panel.times) - 1)]
                compared = (panel.first > horizon) & ~treated
            if not compared.any():
                continue
            change = panel.y[:, place] - panel.y[:, base]
            mine, theirs = float(change[treated].mean()), float(change[compared].mean())
            influence = (treated / treated.mean()) * (change - mine) - (compared / compared.mean()) * (change - theirs)
            cases = int(treated.sum() + compared.sum())
            found.append((float(group), float(panel.times[place]), mine - theirs, influence, cases))
    if not found:
        raise InvalidInputError("first_treated leaves nobody to compare the treated with.")
    return _Cells(
        np.array([cell[0] for cell in found]),
        np.array([cell[1] for cell in found]),
        np.array([cell[2] for cell in found]),
        np.column_stack([cell[3] for cell in found]).reshape(n, -1),
        np.array([cell[4] for cell in found], dtype=np.int64),
    )


def _since(panel: _Panel, cells: _Cells) -> Floats:
    """Periods since treatment began, counted in periods of the data: the first under treatment is 0."""
    begin = np.searchsorted(panel.times, cells.group)
    return np.asarray(np.searchsorted(panel.times, cells.time) - begin, dtype=np.float64)


def _average(cells: _Cells, which: npt.NDArray[np.bool_], sizes: Floats, members: Floats) -> tuple[float, Floats]:
    """Average of cells weighted by the size of their group, with its influence function.

    The sizes are estimated too, which the second part of the influence function counts.
    """
    total = sizes[which].sum()
    weights = sizes[which] / total
    effect = cells.effect[which]
    value = float(weights @ effect)
    drift = (members[:, which] - sizes[which]) @ (effect - value) / total
    return value, np.asarray(cells.influence[:, which] @ weights + drift)


def _aggregate(
    by: str,
    cells: _Cells,
    key: Floats,
    which: npt.NDArray[np.bool_],
    sizes: Floats,
    members: Floats,
    band: _Band,
    panel: _Panel,
) -> Aggregate:
    keys = np.unique(key[which])
    found = [_average(cells, which & (key == at), sizes, members) for at in keys]
    values = np.array([value for value, _ in found])
    influence = np.column_stack([part for _, part in found])
    ends = band.of(influence)
    n = len(panel.first)
    if by == "group":
        shares = np.array([(panel.first == at).mean() for at in keys])
        weights = shares / shares.sum()
        value = float(weights @ values)
        drift = ((panel.first[:, None] == keys[None, :]) - shares) @ (values - value) / shares.sum()
        whole = influence @ weights + drift
    else:
        counted = keys >= 0 if by == "dynamic" else np.ones(len(keys), dtype=bool)
        value, whole = float(values[counted].mean()), influence[:, counted].mean(axis=1)
    return Aggregate(
        **_fields(value, whole, n=n, confidence=band.confidence),
        method=f"average by {by}",
        by=by,
        parts=tuple(
            Part(
                **_fields(float(values[k]), influence[:, k], n=n, confidence=band.confidence),
                method="weighted by the size of the group",
                at=float(at),
                band_low=float(values[k] - ends[k]),
                band_high=float(values[k] + ends[k]),
            )
            for k, at in enumerate(keys)
        ),
    )


@dataclass(frozen=True, slots=True)
class _Band:
    """Half-widths that hold for all columns of an influence function together, by the multiplier bootstrap."""

    seed: int
    draws: int
    confidence: float

    def of(self, influence: Floats) -> Floats:
        n = len(influence)
        errors = np.sqrt((influence**2).sum(axis=0)) / n
        pointwise = critical(self.confidence)
        usable = errors > 0
        if self.draws < 1 or not usable.any():
            return np.asarray(errors * pointwise)
        rng = np.random.default_rng(self.seed)
        scaled = influence[:, usable] / n / errors[usable]
        step = max(1, 4_000_000 // n)
        largest = np.concatenate(
            [
                np.abs(rng.choice([-1.0, 1.0], size=(min(step, self.draws - start), n)) @ scaled).max(axis=1)
                for start in range(0, self.draws, step)
            ]
        )
        return np.asarray(errors * max(pointwise, float(np.quantile(largest, self.confidence))))


def _pre_trend(cells: _Cells, before: npt.NDArray[np.bool_]) -> tuple[float | None, list[Caution]]:
    if not before.any():
        return None, [caution("effect.no_pre_trend")]
    n = len(cells.influence)
    covariance = cells.influence[:, before].T @ cells.influence[:, before] / n**2
    effect = cells.effect[before]
    statistic = float(effect @ np.linalg.pinv(covariance) @ effect)
    p = float(chi2.sf(statistic, int(np.linalg.matrix_rank(covariance))))
    return p, [caution("effect.pre_trend", p=f"{p:.2g}") if p < 0.05 else caution("effect.pre_trend_weak")]


def _fields(estimate: float, influence: Floats, *, n: int, confidence: float) -> dict[str, Any]:
    error = float(np.sqrt(influence @ influence) / len(influence))
    found = around(estimate, error, confidence=confidence)
    return {
        "estimate": estimate,
        "low": found.low,
        "high": found.high,
        "n": n,
        "confidence": confidence,
        "standard_error": error,
        "p_value": found.p_value,
        "grade": Grade.QUASI_EXPERIMENT,
    }
