"""Who got it and who did not, and what else every comparison of a plan needs from the log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from klantreis.analysis.effect.estimate import Grade
from klantreis.analysis.result import Caution, Result, caution
from klantreis.errors import InvalidInputError, Said
from klantreis.measurement.customer_arrays import NEVER, Mask, first_within, known_before, span_of, start_of, told
from klantreis.values import Period

if TYPE_CHECKING:
    from klantreis.events.local.log import LocalLog
    from klantreis.measurement.measurement import EffectPlan

Floats = NDArray[np.float64]

#: A group smaller than this tells of persons rather than of customers, as in every other answer.
FEWEST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """An effect, the plain difference beside it, and what it rests on.

    Parameters
    ----------
    level
        The outcome without it, as this comparison has it.
    e_value, e_value_limit
        Of an adjusted effect.
    overlap
        Share of customers whose chance of exposure also occurs in the other group.
    """

    effect: Result
    grade: Grade
    n_exposed: int
    n_comparison: int
    raw: Result | None = None
    level: float | None = None
    e_value: float | None = None
    e_value_limit: float | None = None
    overlap: float | None = None
    cautions: tuple[Caution, ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class Groups:
    """Who got it (``exposed``) and whom it is about (``about``); shape (customers,)."""

    exposed: Mask
    about: Mask
    cautions: tuple[Caution, ...]

    @property
    def others(self) -> Mask:
        """Whom the exposed are compared with."""
        return self.about & ~self.exposed


def groups_of(plan: EffectPlan, log: LocalLog, exposed_in: Period) -> Groups:
    """Who got it in the period of exposure, among those known on its first day who had not got it before."""
    assert plan.exposed is not None  # noqa: S101 - the plan has seen to it
    start, end = span_of(log, exposed_in).tolist()
    first_day = start_of(log, exposed_in.start + timedelta(days=1))
    known = known_before(log, first_day) & meant(plan, log, first_day)
    earlier = known & (first_within(log, plan.exposed, -NEVER, start) < NEVER)
    about = known & ~earlier
    exposed = about & (first_within(log, plan.exposed, start, end) < NEVER)
    measured_end = int(span_of(log, plan.measured)[1])
    later = about & ~exposed & (first_within(log, plan.exposed, end, measured_end) < NEVER)
    cautions = []
    if earlier.any():
        cautions.append(caution("measurement.exposed_before", n=int(earlier.sum())))
    if later.any():
        cautions.append(caution("measurement.exposed_later", n=int(later.sum())))
    return Groups(exposed, about, tuple(cautions))


def around_the_start(plan: EffectPlan) -> Period:
    """From the day after the baseline to the first measured day: exposure is settled when measuring begins."""
    return plan.exposed_in or Period(start=plan.baseline.end + timedelta(days=1), end=plan.measured.start)


def meant(plan: EffectPlan, log: LocalLog, until: int) -> Mask:
    """Whom the plan is about: everybody, or those with an event of ``among`` before a moment."""
    if plan.among is None:
        return np.ones(log.n_customers, dtype=np.bool_)
    return first_within(log, plan.among, -NEVER, until) < NEVER


def check_filled(exposed: Mask, others: Mask) -> None:
    """Refuse a comparison in which one side has too few to say anything, or to hide who they are."""
    few_exposed, few_others = int(exposed.sum()), int(others.sum())
    hint = Said("Does what says who got it, and when, fit the data?", message_id="measurement.error.hint.fit")
    if few_exposed < FEWEST:
        raise InvalidInputError(
            f"Of those it came to there are {few_exposed}; at least {FEWEST} are needed.",
            hint=hint,
            message_id="measurement.error.few_exposed",
            values={"n": few_exposed, "fewest": FEWEST},
        )
    if few_others < FEWEST:
        raise InvalidInputError(
            f"Of those to compare with there are {few_others}; at least {FEWEST} are needed.",
            hint=hint,
            message_id="measurement.error.few_others",
            values={"n": few_others, "fewest": FEWEST},
        )


def missing_amounts(n: int) -> tuple[Caution, ...]:
    """What is said when matching events lack the amount."""
    return (caution("measurement.no_amount", n=n),) if n else ()


def covariates_of(plan: EffectPlan, log: LocalLog) -> tuple[Floats, tuple[Caution, ...]]:
    """What was counted in the baseline; shape (customers, covariates)."""
    span, columns, missing = span_of(log, plan.baseline), [], 0
    for one in plan.covariates:
        found = told(log, one, span)
        missing += found.missing
        values = found.values[:, 0]
        if one.scale == "log":
            if (values < 0).any():
                raise InvalidInputError(
                    f"The covariate {one.name!r} goes below 0, so it has no logarithm.",
                    hint=Said("Leave it on its own scale.", message_id="measurement.error.hint.scale"),
                    message_id="measurement.error.no_logarithm",
                    values={"name": one.name},
                )
            values = np.log1p(values)
        columns.append(values)
    return np.column_stack(columns), missing_amounts(missing)
