"""Follow an outcome over periods: difference in differences, an interrupted series, a synthetic control."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from klantreis.analysis.effect.estimate import Effect, Grade
from klantreis.analysis.effect.experiments import compare
from klantreis.analysis.effect.quasi import callaway_santanna, interrupted_series, synthetic_control
from klantreis.analysis.result import Caution, Result, caution
from klantreis.errors import InvalidInputError, NotFoundError, Said, did_you_mean
from klantreis.measurement.compared import Compared, check_filled, covariates_of, groups_of, meant, missing_amounts
from klantreis.measurement.customer_arrays import Calendar, calendar, customer_of_event, first_within, span_of, told

if TYPE_CHECKING:
    from klantreis.events.local.log import LocalLog
    from klantreis.measurement.measurement import EffectPlan

Floats = NDArray[np.float64]


def difference_in_differences(plan: EffectPlan, log: LocalLog) -> Compared:
    """How those who got it changed, beside those who had not got it yet; followed by the period."""
    periods = calendar(log, plan)
    assert plan.exposed is not None  # noqa: S101 - the plan has seen to it
    exposed_in = plan.exposed_in or plan.measured
    groups = groups_of(plan, log, exposed_in)
    about = groups.about
    outcome = told(log, plan.outcome, periods.edges)
    y = outcome.values[about]
    first = first_within(log, plan.exposed, *span_of(log, exposed_in).tolist())[about]
    begun = np.searchsorted(periods.edges, first, side="right")
    # Who gets it after the last whole period has not got it within what is looked at.
    begun = np.where(begun > y.shape[1], 0, begun)
    exposed = begun > 0
    # Those who got it later are compared with, too, for as long as they had not.
    check_filled(exposed, ~exposed | (begun > np.min(begun, where=exposed, initial=y.shape[1])))
    count = y.shape[1]
    known, gaps = covariates_of(plan, log) if plan.covariates else (None, ())
    found = callaway_santanna(
        np.repeat(np.arange(len(y)), count),
        np.tile(np.arange(1, count + 1), len(y)),
        np.repeat(begun, count),
        y.ravel(),
        covariates=None if known is None else np.repeat(known[about], count, axis=0),
        control="not_yet",
        draws=0,  # the bands are not shown
        confidence=plan.confidence,
    )
    after = y[:, periods.before :].mean(axis=1)
    treated = np.arange(1, count + 1)[None, :] >= np.where(exposed, begun, count + 1)[:, None]
    return Compared(
        effect=found,
        grade=Grade.QUASI_EXPERIMENT,
        n_exposed=int(exposed.sum()),
        n_comparison=int((~exposed).sum()),
        raw=_apart(after[exposed], after[~exposed], confidence=plan.confidence),
        level=None if found.estimate is None else float(y[treated].mean()) - found.estimate,
        cautions=(*groups.cautions, *missing_amounts(outcome.missing), *gaps, *_days_left_out(periods)),
    )


def interrupted(plan: EffectPlan, log: LocalLog) -> Compared:
    """Whether the level of all customers together changed on the day, beside where it was going.

    Of shares and counts the effect is relative (0.1: a tenth more), of sums it is in the plan's unit a period.
    """
    periods = calendar(log, plan)
    outcome = told(log, plan.outcome, periods.edges)
    about = meant(plan, log, int(periods.edges[periods.before]))
    series = outcome.values[about].sum(axis=0)
    summed = plan.outcome.measure == "sum"
    found = interrupted_series(
        series,
        periods.before,
        family="linear" if summed else "poisson",
        errors="hac" if summed else "quasi",
        confidence=plan.confidence,
    )
    return Compared(
        effect=found if summed else _less_one(found),
        grade=Grade.QUASI_EXPERIMENT,
        n_exposed=periods.after,
        n_comparison=periods.before,
        level=float(np.mean(found.without[periods.before :])),
        cautions=(*missing_amounts(outcome.missing), *_days_left_out(periods)),
    )


def synthetic(plan: EffectPlan, log: LocalLog) -> Compared:
    """A region or shop that got it, beside the blend of the others that followed it before."""
    assert plan.by is not None  # noqa: S101 - the plan has seen to it
    assert plan.exposed is not None  # noqa: S101
    periods = calendar(log, plan)
    if plan.by not in log.fields:
        raise NotFoundError(
            f"No event in this log has a field {plan.by!r}.", hint=did_you_mean(plan.by, log.fields, what="field")
        )
    codes, names = np.asarray(log.attribute_codes(plan.by)).astype(np.int64), log.attribute_values(plan.by)
    start, end = span_of(log, plan.exposed_in or plan.measured).tolist()
    times = np.asarray(log.times)
    got = np.unique(codes[log.mask(plan.exposed) & (times >= start) & (times < end)])
    got = got[got > 0]
    outcomes, missing = _by_unit(plan, log, codes, len(names), periods)
    there = np.flatnonzero(outcomes.any(axis=1))
    there = there[there > 0]
    rows = np.flatnonzero(np.isin(there, got))
    if not len(rows) or len(there) - len(rows) < 2:
        raise InvalidInputError(
            f"Of the units by {plan.by!r}, {len(rows)} got it and {len(there) - len(rows)} did not; "
            "at least 1 and 2 are needed.",
            hint=Said(
                "Events that say who was exposed must carry the attribute that names the unit.",
                message_id="measurement.error.hint.units",
            ),
            message_id="measurement.error.units",
            values={"by": plan.by, "exposed": len(rows), "others": len(there) - len(rows)},
        )
    found = synthetic_control(
        outcomes[there],
        rows.tolist(),
        periods.before,
        names=[names[code] for code in there],
        confidence=plan.confidence,
    )
    after = float(outcomes[there][rows][:, periods.before :].mean())
    return Compared(
        effect=found,
        grade=Grade.QUASI_EXPERIMENT,
        n_exposed=len(rows),
        n_comparison=len(there) - len(rows),
        raw=Result(
            estimate=found.difference_in_differences,
            low=None,
            high=None,
            n=len(there),
            method="difference in differences of the means",
            confidence=plan.confidence,
        ),
        level=None if found.estimate is None else after - found.estimate,
        cautions=(*missing_amounts(missing), *_days_left_out(periods)),
    )


def _apart(one: Floats, other: Floats, *, confidence: float) -> Result | None:
    """The plain difference; None when everybody got it in the end, or all but one."""
    return compare(one, other, confidence=confidence) if min(len(one), len(other)) > 1 else None


def _by_unit(
    plan: EffectPlan, log: LocalLog, codes: NDArray[np.int64], units: int, periods: Calendar
) -> tuple[Floats, int]:
    """The outcome of each unit in each period, summed over its customers; shape (units, periods)."""
    times, count = np.asarray(log.times), len(periods.edges) - 1
    place = np.searchsorted(periods.edges, times, side="right") - 1
    chosen = log.mask(plan.outcome.pattern) & (place >= 0) & (place < count)
    cell = codes[chosen] * count + place[chosen]
    if plan.outcome.measure == "share":  # each customer once in a unit and period
        key = cell * log.n_customers + customer_of_event(log)[chosen]
        cell = np.unique(key) // log.n_customers
        return np.bincount(cell, minlength=units * count).reshape(units, count).astype(np.float64), 0
    weights, missing = None, 0
    if plan.outcome.amount is not None:
        amounts = np.asarray(log.attribute_numbers(plan.outcome.amount))[chosen]
        missing = int(np.isnan(amounts).sum())
        weights = np.nan_to_num(amounts)
    return np.bincount(cell, weights, units * count).reshape(units, count).astype(np.float64), missing


def _less_one(found: Effect) -> Result:
    """A rate ratio as a relative change."""
    parts = [None if value is None else value - 1 for value in (found.estimate, found.low, found.high)]
    return Result(
        estimate=parts[0],
        low=parts[1],
        high=parts[2],
        n=found.n,
        method=f"{found.method}; relative",
        confidence=found.confidence,
        warnings=found.warnings,
    )


def _days_left_out(periods: Calendar) -> tuple[Caution, ...]:
    return (caution("measurement.days_left_out", n=periods.left_out),) if periods.left_out else ()
