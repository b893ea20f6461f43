"""Did it work: carry out a plan on an event log, and judge what came of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

from klantreis.analysis.result import Caution, Result
from klantreis.errors import NotFoundError, did_you_mean
from klantreis.measurement.compared import Compared
from klantreis.measurement.comparing_customers import adjusted, change, experiment
from klantreis.measurement.comparing_over_time import difference_in_differences, interrupted, synthetic
from klantreis.measurement.measurement import EffectPlan, EffectResult, ToKnow, plan_digest
from klantreis.measurement.verdict import verdict
from klantreis.research.claim import Estimate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from klantreis.events.local.log import LocalLog
    from klantreis.events.pattern import EventPattern

#: How each comparison of a plan is carried out.
COMPARISONS: Mapping[str, Callable[[EffectPlan, LocalLog], Compared]] = MappingProxyType(
    {
        "experiment": experiment,
        "adjusted": adjusted,
        "difference_in_differences": difference_in_differences,
        "interrupted_series": interrupted,
        "synthetic_control": synthetic,
        "before_after": change,
    }
)
#: Kept digits: the same on every machine.
DIGITS = 6


def measure(plan: EffectPlan, log: LocalLog, *, on: date, data: str | None = None) -> EffectResult:
    """The effect that a plan asks for, with the plain difference beside it, and the verdict.

    Parameters
    ----------
    log
        The log of the plan's dataset.
    on
        The day it is computed; before the plan's day it is too early to tell.
    data
        Digest of the log, kept with the result.

    Raises
    ------
    NotFoundError
        When the plan names a touchpoint or a field that no event has.
    InvalidInputError
        When the log has nobody to compare, or a period of the plan holds too little.

    Notes
    -----
    A customer is the unit of all comparisons but an interrupted series (a period) and a synthetic control (a region,
    a shop). What counts as exposure is settled before the outcome is counted, except over time, where an outcome
    counts from the period in which exposure began.
    """
    check_names(plan, log)
    found = COMPARISONS[plan.comparison](plan, log)
    effect = found.effect
    estimate, low, high = (_finite(value) for value in (effect.estimate, effect.low, effect.high))
    judged = verdict(
        estimate,
        low,
        high,
        plan.smallest_relevant_effect,
        direction=plan.direction,
        n=effect.n,
        n_needed=plan.n_needed,
        on=on if plan.due else None,
        due=plan.due,
        confidence=plan.confidence,
    )
    cautions = dict.fromkeys((*effect.warnings, *found.cautions, *judged.warnings))
    return EffectResult(
        estimate=_estimate(effect, plan),
        raw=_estimate(found.raw, plan) if found.raw is not None else None,
        level=_kept(found.level),
        grade=found.grade.value,
        judgement=judged.judgement.value,
        cautions=tuple(_to_know(one) for one in cautions),
        e_value=_kept(found.e_value),
        e_value_limit=_kept(found.e_value_limit),
        overlap=_kept(found.overlap),
        n_exposed=found.n_exposed,
        n_comparison=found.n_comparison,
        computed_on=on,
        plan=plan_digest(plan),
        data=data,
    )


def check_names(plan: EffectPlan, log: LocalLog) -> None:
    """Refuse a plan with a touchpoint or a field that the log does not know: most likely a typing slip."""
    for place, pattern in _patterns(plan):
        for field in sorted(pattern.fields() - set(log.fields)):
            raise NotFoundError(
                f"{place} looks at {field!r}, which no event has.",
                hint=did_you_mean(field, log.fields, what="field"),
                message_id="measurement.error.field",
                values={"place": place, "field": field},
            )
        for field, value in log.unknown_values(pattern) if log.n_events else ():
            if field == "touchpoint":
                raise NotFoundError(
                    f"{place} names the touchpoint {value!r}, which is not in the log.",
                    hint=did_you_mean(value, log.touchpoints[1:], what="touchpoint"),
                    message_id="measurement.error.touchpoint",
                    values={"place": place, "touchpoint": value},
                )


def _patterns(plan: EffectPlan) -> Iterator[tuple[str, EventPattern]]:
    yield "plan.outcome", plan.outcome.pattern
    for name in ("exposed", "control", "among"):
        if (pattern := getattr(plan, name)) is not None:
            yield f"plan.{name}", cast("EventPattern", pattern)
    for one in plan.covariates:
        yield f"plan.covariates ({one.name})", one.pattern


def unit_of(plan: EffectPlan) -> str:
    """The unit of the effect: relative where a series of counts is followed."""
    relative = plan.comparison == "interrupted_series" and plan.outcome.measure != "sum"
    return "share" if relative else plan.unit


def _estimate(found: Result, plan: EffectPlan) -> Estimate | None:
    value = _kept(found.estimate)
    if value is None:
        return None
    return Estimate(
        value=value,
        low=_kept(found.low),
        high=_kept(found.high),
        n=found.n,
        unit=unit_of(plan),
        method=found.method,
        period=plan.measured,
    )


def _to_know(one: Caution) -> ToKnow:
    return ToKnow(code=one.code, values=dict(one.values))


def _finite(value: float | None) -> float | None:
    """What is open or unknown is no number to judge by."""
    return value if value is not None and math.isfinite(value) else None


def _kept(value: float | None) -> float | None:
    value = _finite(value)
    return None if value is None else float(f"{value:.{DIGITS}g}")
