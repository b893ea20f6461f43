"""Compare customers with customers, or with themselves: an experiment, an adjusted effect, before and after."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from klantreis.analysis.effect.before_after import before_after
from klantreis.analysis.effect.estimate import Grade
from klantreis.analysis.effect.experiments import compare, cuped, sample_ratio
from klantreis.analysis.effect.exposure import overlap
from klantreis.analysis.effect.proportions import difference
from klantreis.analysis.effect.uplift import aipw
from klantreis.analysis.result import Result, caution
from klantreis.errors import InvalidInputError, Said
from klantreis.measurement.compared import (
    Compared,
    around_the_start,
    check_filled,
    covariates_of,
    groups_of,
    meant,
    missing_amounts,
)
from klantreis.measurement.customer_arrays import (
    NEVER,
    Mask,
    first_within,
    known_before,
    scale_of,
    span_of,
    start_of,
    told,
)
from klantreis.values import Period

if TYPE_CHECKING:
    from klantreis.events.local.log import LocalLog
    from klantreis.measurement.measurement import EffectPlan

Floats = NDArray[np.float64]


def experiment(plan: EffectPlan, log: LocalLog) -> Compared:
    """Those drawn to get it, beside those drawn to go without; what each did from the own draw on."""
    assert plan.exposed is not None  # noqa: S101 - the plan has seen to it
    assert plan.control is not None  # noqa: S101
    drawn_in = plan.exposed_in or Period(start=plan.baseline.end + timedelta(days=1), end=plan.measured.end)
    start, end = span_of(log, drawn_in).tolist()
    one, zero = (first_within(log, pattern, start, end) for pattern in (plan.exposed, plan.control))
    both = (one < NEVER) & (zero < NEVER)
    asked = meant(plan, log, end) & ~both
    exposed, others = asked & (one < NEVER), asked & (zero < NEVER)
    check_filled(exposed, others)
    outcome = told(log, plan.outcome, span_of(log, plan.measured), since=np.minimum(one, zero))
    y = outcome.values[:, 0] / scale_of(plan, plan.measured)
    split = sample_ratio([int(exposed.sum()), int(others.sum())], plan.split)
    cautions = [*split.warnings, *missing_amounts(outcome.missing)]
    if both.any():
        cautions.append(caution("measurement.both_arms", n=int(both.sum())))
    plain = _plain(plan, y, exposed, others)
    if plan.covariates:
        past, gaps = covariates_of(plan, log)
        cautions += gaps
        both_arms = exposed | others
        found: Result = cuped(
            y[both_arms], past[both_arms, 0], exposed[both_arms], robust=True, confidence=plan.confidence
        )
    else:
        found = plain
    return Compared(
        effect=found,
        # A broken split is no draw any more.
        grade=Grade.ASSOCIATION if split.broken else Grade.EXPERIMENT,
        n_exposed=int(exposed.sum()),
        n_comparison=int(others.sum()),
        raw=plain if plan.covariates else None,
        level=float(y[others].mean()),
        cautions=tuple(cautions),
    )


def adjusted(plan: EffectPlan, log: LocalLog) -> Compared:
    """Those who got it beside those who did not, made alike in what was known before."""
    groups = groups_of(plan, log, around_the_start(plan))
    check_filled(groups.exposed, groups.others)
    outcome = told(log, plan.outcome, span_of(log, plan.measured))
    y = outcome.values[:, 0] / scale_of(plan, plan.measured)
    x, gaps = covariates_of(plan, log)
    about = groups.about
    fixed = [one.name for one, column in zip(plan.covariates, x[about].T, strict=True) if np.ptp(column) == 0]
    varying = [place for place, one in enumerate(plan.covariates) if one.name not in fixed]
    if not varying:
        raise InvalidInputError(
            "Everybody is alike in all covariates: there is nothing to adjust for.",
            hint=Said(
                "Do their patterns match events of the baseline?", message_id="measurement.error.hint.covariates"
            ),
            message_id="measurement.error.nothing_to_adjust",
        )
    x = x[:, varying]
    family: Literal["linear", "logistic"] = "logistic" if plan.outcome.measure == "share" else "linear"
    found = aipw(y[about], groups.exposed[about], x[about], family=family, confidence=plan.confidence)
    shared = overlap(groups.exposed[about], x[about], names=[plan.covariates[place].name for place in varying])
    cautions = [*groups.cautions, *missing_amounts(outcome.missing), *gaps, *shared.warnings]
    cautions += [caution("measurement.same_for_all", name=name) for name in fixed]
    return Compared(
        effect=found,
        grade=found.grade,
        n_exposed=int(groups.exposed.sum()),
        n_comparison=int(groups.others.sum()),
        raw=_plain(plan, y, groups.exposed, groups.others),
        level=found.mean_unexposed,
        e_value=found.e_value.estimate,
        e_value_limit=found.e_value.low,
        overlap=shared.estimate,
        cautions=tuple(cautions),
    )


def change(plan: EffectPlan, log: LocalLog) -> Compared:
    """How much the same customers changed, from before to after; nobody to compare with."""
    start = start_of(log, plan.measured.start)
    about = known_before(log, start) & meant(plan, log, start)
    if plan.exposed is not None:
        about &= first_within(log, plan.exposed, *span_of(log, around_the_start(plan)).tolist()) < NEVER
    was, now = ((one.end - one.start).days + 1 for one in (plan.baseline, plan.measured))
    if was != now and (plan.every is None or plan.outcome.measure == "share"):
        raise InvalidInputError(
            f"The baseline has {was} days and the measured period {now}: they cannot be compared.",
            hint=Said(
                "Take periods of one length, or tell counts and sums per day, week or month.",
                message_id="measurement.error.hint.lengths",
            ),
            message_id="measurement.error.lengths",
            values={"before": was, "after": now},
        )
    held = [told(log, plan.outcome, span_of(log, period)) for period in (plan.baseline, plan.measured)]
    first, second = (
        one.values[about, 0] / scale_of(plan, period)
        for one, period in zip(held, (plan.baseline, plan.measured), strict=True)
    )
    check_filled(about, about)
    return Compared(
        effect=before_after(first, second, confidence=plan.confidence),
        grade=Grade.ASSOCIATION,
        n_exposed=int(about.sum()),
        n_comparison=int(about.sum()),
        level=float(first.mean()),
        cautions=missing_amounts(sum(one.missing for one in held)),
    )


def _plain(plan: EffectPlan, y: Floats, exposed: Mask, others: Mask) -> Result:
    """The difference as it stands."""
    if plan.outcome.measure == "share":
        return difference(
            int(y[exposed].sum()),
            int(exposed.sum()),
            int(y[others].sum()),
            int(others.sum()),
            confidence=plan.confidence,
        )
    return compare(y[exposed], y[others], confidence=plan.confidence)
