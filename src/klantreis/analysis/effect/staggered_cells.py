"""The effect on one group in one period beside those not treated, with what each unit adds to its error.

Without covariates that is a difference between two mean changes. With covariates the compared are made like the group
by weights, by a regression of their change, or by both (doubly robust): right when either of the two models is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from klantreis.analysis.effect.exposure import SURE, as_covariates
from klantreis.analysis.effect.least_squares import fit, with_intercept
from klantreis.analysis.result import Caution, Floats, Ints, as_array, as_codes, caution, same_length
from klantreis.errors import InvalidInputError

Control = Literal["never", "not_yet"]
Adjustment = Literal["doubly_robust", "regression", "weights"]


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """The units that can be used, each in every period.

    Parameters
    ----------
    y
        Shape (units, periods).
    first
        Shape (units,): the first period of treatment; infinite when never.
    times
        Shape (periods,).
    x
        Shape (units, periods, covariates); None without covariates.
    """

    y: Floats
    first: Floats
    times: Floats
    x: Floats | None


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Effects by group and period; ``influence`` is units by cells, ``sure`` the part that was all but sure to be."""

    group: Floats
    time: Floats
    effect: Floats
    influence: Floats
    n: Ints
    sure: float


def read_panel(
    unit: Sequence[object] | npt.NDArray[np.generic],
    time: npt.ArrayLike,
    first_treated: npt.ArrayLike,
    outcome: npt.ArrayLike,
    covariates: npt.ArrayLike | None,
) -> tuple[Panel, list[Caution]]:
    """Rows as a table of units and periods; who lacks a period or has no before is left out, and counted."""
    codes, names = as_codes("unit", unit)
    when, y, first = as_array("time", time), as_array("outcome", outcome), _first(first_treated)
    same_length(unit=codes, time=when, first_treated=first, outcome=y)
    times, places = np.unique(when, return_inverse=True)
    if len(times) < 2:
        raise InvalidInputError("time holds one period; at least 2 are needed.")
    start = np.full(len(names), np.nan)
    start[codes] = first
    if (start[codes] != first).any():
        wrong = names[int(codes[np.flatnonzero(start[codes] != first)[0]])]
        raise InvalidInputError(f"first_treated differs between the rows of unit {wrong!r}.")
    if len(np.unique(codes * len(times) + places)) < len(codes):
        raise InvalidInputError("unit and time name a row twice; one outcome a unit and period is needed.")
    table = np.full((len(names), len(times)), np.nan)
    table[codes, places] = y
    known = None
    if covariates is not None:
        given = as_covariates(covariates)
        same_length(unit=codes, covariates=given)
        known = np.full((*table.shape, given.shape[1]), np.nan)
        known[codes, places] = given
    cautions: list[Caution] = []
    whole, early = ~np.isnan(table).any(axis=1), start <= times[0]
    if (~whole).any():
        cautions.append(caution("effect.units_left_out", n=int((~whole).sum())))
    if (whole & early).any():
        cautions.append(caution("effect.always_treated", n=int((whole & early).sum())))
    keep = whole & ~early
    if not keep.any() or np.isinf(start[keep]).all() or (start[keep] > times[-1]).all():
        raise InvalidInputError("first_treated: no complete unit begins treatment between the first and last time.")
    # Who begins after the data end is not treated in them.
    begun = np.where(start[keep] > times[-1], np.inf, start[keep])
    return Panel(table[keep], begun, times, None if known is None else known[keep]), cautions


def _first(first_treated: npt.ArrayLike) -> Floats:
    """First periods of treatment; infinity, which no other argument may hold, is a good word for never."""
    try:
        given = np.asarray(first_treated)
    except ValueError:  # rows of unlike length, which the next line but one refuses by name
        given = np.array([first_treated], dtype=object)
    if given.dtype.kind == "f":
        given = np.where(given == np.inf, np.nan, given)
    first = as_array("first_treated", given, missing=True)
    return np.where(np.isnan(first) | (first == 0), np.inf, first)


def effects_by_cell(panel: Panel, *, control: Control, anticipation: int, adjustment: Adjustment) -> Cells:
    """Every group in every period that has a period before it and somebody to compare with.

    Before treatment a period is compared with the one before it, from then on with the last one before treatment.
    """
    groups = np.unique(panel.first[np.isfinite(panel.first)])
    never = np.isinf(panel.first)
    if control == "never" and not never.any():
        raise InvalidInputError("first_treated holds nobody who is never treated.", hint='Use control="not_yet".')
    found: list[tuple[float, float, float, Floats, int]] = []
    sure = 0.0
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
            if panel.x is None:
                effect, influence = _plain(change, treated, compared)
            else:
                effect, influence, odd = _adjusted(
                    change, treated, compared, panel.x[:, base], adjustment=adjustment, group=float(group)
                )
                sure = max(sure, odd)
            cases = int(treated.sum() + compared.sum())
            found.append((float(group), float(panel.times[place]), effect, influence, cases))
    if not found:
        raise InvalidInputError("first_treated leaves nobody to compare the treated with.")
    return Cells(
        np.array([cell[0] for cell in found]),
        np.array([cell[1] for cell in found]),
        np.array([cell[2] for cell in found]),
        np.column_stack([cell[3] for cell in found]).reshape(len(panel.first), -1),
        np.array([cell[4] for cell in found], dtype=np.int64),
        sure,
    )


def _plain(change: Floats, treated: npt.NDArray[np.bool_], compared: npt.NDArray[np.bool_]) -> tuple[float, Floats]:
    mine, theirs = float(change[treated].mean()), float(change[compared].mean())
    influence = (treated / treated.mean()) * (change - mine) - (compared / compared.mean()) * (change - theirs)
    return mine - theirs, np.asarray(influence)


def _adjusted(
    change: Floats,
    treated: npt.NDArray[np.bool_],
    compared: npt.NDArray[np.bool_],
    covariates: Floats,
    *,
    adjustment: Adjustment,
    group: float,
) -> tuple[float, Floats, float]:
    """Effect, influence of every unit, and the part of the compared who were all but sure to be of the group.

    Sant'Anna and Zhao (2020), Journal of Econometrics 219(1): section 3 for the estimator, appendix A for the errors.
    """
    member = treated | compared
    n = int(member.sum())
    mine = treated[member].astype(np.float64)
    design, gone = with_intercept(covariates[member]), change[member]
    name = f"covariates, for the group first treated at {group:g},"
    left, of_line = gone, np.zeros_like(design)
    if adjustment != "weights":
        theirs = mine == 0
        line = fit(design[theirs], gone[theirs], name=name)
        left = gone - line.predict(design)
        of_line = ((1 - mine) * left)[:, None] * design @ line.bread * n
    mean = float(mine @ left / mine.sum())
    influence = (mine * (left - mean) - of_line @ (mine @ design / n)) / mine.mean()
    odd = 0.0
    if adjustment != "regression":
        odds = fit(design, mine, family="logistic", name=name)
        chance = odds.fitted
        odd = float((chance[mine == 0] > 1 - SURE).mean())
        weight = (1 - mine) * chance / (1 - chance)
        rest = float(weight @ left / weight.sum())
        off = weight * (left - rest)
        of_odds = (design * (mine - chance)[:, None]) @ odds.bread * n
        part = off + of_odds @ (off @ design / n) - of_line @ (weight @ design / n)
        mean, influence = mean - rest, influence - part / weight.mean()
    whole = np.zeros(len(change))
    whole[member] = influence * len(change) / n
    return mean, whole, odd


def since_treatment(panel: Panel, cells: Cells) -> Floats:
    """Periods since treatment began, counted in periods of the data: the first under treatment is 0."""
    begin = np.searchsorted(panel.times, cells.group)
    return np.asarray(np.searchsorted(panel.times, cells.time) - begin, dtype=np.float64)
