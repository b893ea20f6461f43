"""A measurement: how the effect of something we did is going to be measured, and what came of it.

The plan is written before the result is known: what counts, who is compared with whom, and which effect is the
smallest that matters. Each result keeps the digest of the plan it was computed by, so that a plan that was changed
afterwards shows.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from klantreis.events.pattern import PatternText
from klantreis.ids import AnyId, DatasetRef, MetricRef, RefTo
from klantreis.research.claim import Estimate
from klantreis.values import Document, Period, Text, Value

#: What can be measured: what we chose to do.
MeasuredRef = Annotated[AnyId, RefTo(("opportunity", "action", "content-item", "content-need"))]
#: How it is made likely that the difference is an effect.
Comparison = Literal[
    "experiment",
    "difference_in_differences",
    "interrupted_series",
    "synthetic_control",
    "adjusted",
    "before_after",
]
#: Comparisons that follow the outcome over periods of one length.
OVER_TIME: frozenset[str] = frozenset({"difference_in_differences", "interrupted_series", "synthetic_control"})
#: Comparisons of everybody before a day with everybody after it: nobody is left unexposed.
OF_ALL: frozenset[str] = frozenset({"interrupted_series", "before_after"})
#: Comparisons that make groups alike in what was known before.
USES_COVARIATES: frozenset[str] = frozenset({"adjusted", "experiment", "difference_in_differences"})


class Counted(Value):
    """Something counted for each customer: whether a matching event happened, how often, or for how much."""

    pattern: PatternText = Field(description="Which events count.")
    measure: Literal["share", "count", "sum"] = "share"
    amount: Text | None = Field(default=None, description="The attribute that a sum adds up.")

    @model_validator(mode="after")
    def _a_sum_has_an_amount(self) -> Counted:
        if (self.measure == "sum") != (self.amount is not None):
            raise ValueError("a sum names the attribute it adds up (amount), and only a sum does")
        return self


class Covariate(Counted):
    """Something counted in the baseline, before anybody was exposed, for which groups are made alike."""

    name: Text
    scale: Literal["plain", "log"] = Field(
        default="plain", description="log: the logarithm of one more, for what is very unequally spread."
    )


class EffectPlan(Value):
    """What is going to be compared, written down before the outcome is known."""

    metric: MetricRef
    dataset: DatasetRef
    comparison: Comparison
    outcome: Counted
    unit: Text = Field(description="Unit of the effect: 'share', 'EUR', 'visits', …")
    every: Literal["day", "week", "month"] | None = Field(
        default=None, description="Counts and sums are told per day, week or month; the length of a period over time."
    )
    exposed: PatternText | None = Field(default=None, description="Which event says that a customer got it.")
    control: PatternText | None = Field(
        default=None, description="Experiment: which event says that a customer was drawn to go without."
    )
    split: tuple[float, float] = Field(default=(1.0, 1.0), description="Experiment: exposed to control, as drawn.")
    among: PatternText | None = Field(
        default=None, description="Whom it is about: customers with such an event by the first day of exposure."
    )
    by: Text | None = Field(
        default=None, description="Synthetic control: the attribute that names the unit, such as a region or a shop."
    )
    covariates: tuple[Covariate, ...] = ()
    baseline: Period
    measured: Period
    exposed_in: Period | None = Field(default=None, description="When exposure counts; by default around the start.")
    smallest_relevant_effect: float = Field(gt=0, description="The smallest effect that would make you act.")
    direction: Literal["up", "down"] = "up"
    n_needed: int | None = Field(default=None, gt=0, description="Customers needed to see that effect, in all.")
    confidence: float = Field(default=0.95, gt=0, lt=1)
    fixed_on: date
    due: date | None = None
    note: Text | None = Field(default=None, description="What was known or looked at when the plan was made.")

    @model_validator(mode="after")
    def _the_plan_can_be_carried_out(self) -> EffectPlan:
        for complaint in _complaints(self):
            raise ValueError(complaint)
        return self


def _complaints(plan: EffectPlan) -> list[str]:
    over_time = plan.comparison in OVER_TIME
    checks = (
        (plan.baseline.start > plan.baseline.end, "the baseline ends before it starts"),
        (plan.measured.start > plan.measured.end, "the measured period ends before it starts"),
        (plan.baseline.end >= plan.measured.start, "the baseline must end before the measured period starts"),
        (over_time and plan.every is None, f"{plan.comparison} needs periods of one length: every day, week or month"),
        (
            over_time and (plan.measured.start - plan.baseline.end).days != 1,
            f"{plan.comparison} needs a baseline that ends the day before the measured period starts",
        ),
        (
            plan.exposed is None and plan.comparison not in OF_ALL,
            f"{plan.comparison} needs the event that says who was exposed",
        ),
        (
            (plan.control is not None) != (plan.comparison == "experiment"),
            "an experiment, and nothing else, has the event that says who was drawn to go without (control)",
        ),
        ((plan.by is not None) != (plan.comparison == "synthetic_control"), "only a synthetic control has units (by)"),
        (plan.comparison == "adjusted" and not plan.covariates, "adjusted needs what to adjust for (covariates)"),
        (
            bool(plan.covariates) and plan.comparison not in USES_COVARIATES,
            f"{plan.comparison} does not use covariates",
        ),
        (plan.comparison == "experiment" and len(plan.covariates) > 1, "an experiment uses one covariate at most"),
        (min(plan.split) <= 0, "both sides of the split must be above 0"),
        (plan.every is not None and plan.outcome.measure == "share" and not over_time, "a share is not told per time"),
        (len({one.name for one in plan.covariates}) < len(plan.covariates), "two covariates have the same name"),
    )
    return [complaint for wrong, complaint in checks if wrong]


class ToKnow(Value):
    """A caution that was said with a result: the id of its sentence, and what fills the sentence."""

    code: Text
    values: dict[str, str | int | float] = Field(default={})


class EffectResult(Value):
    """What came of a plan: an effect with its interval, how it was come by, and what can be said of it."""

    estimate: Estimate | None = Field(description="None when the data do not determine it.")
    raw: Estimate | None = Field(default=None, description="The difference as it stands, adjusted for nothing.")
    level: float | None = Field(default=None, description="The outcome of those compared with, to set the effect by.")
    grade: Literal["experiment", "quasi-experiment", "adjusted", "association"]
    judgement: Literal["worked", "no effect", "too early", "cannot tell", "harmful"]
    cautions: tuple[ToKnow, ...] = ()
    e_value: float | None = Field(
        default=None, description="How strong something unmeasured must be to explain the effect away."
    )
    e_value_limit: float | None = Field(default=None, description="The same for the near end of the interval.")
    overlap: float | None = Field(default=None, ge=0, le=1, description="Share of customers that can be compared.")
    n_exposed: int = Field(ge=0)
    n_comparison: int = Field(ge=0)
    computed_on: date
    plan: Text = Field(description="Digest of the plan that it was computed by.")
    data: Text | None = Field(default=None, description="Digest of the event log that it was computed from.")


class Measurement(Document):
    """How the effect of an opportunity, an action or content is measured, and every result so far."""

    kind: ClassVar[str] = "measurement"
    folder: ClassVar[str] = "measurements"

    title: Text
    of: MeasuredRef
    plan: EffectPlan
    results: tuple[EffectResult, ...] = ()
    owner: Text | None = None
    illustrative: bool = False

    @property
    def latest(self) -> EffectResult | None:
        """The last result; None when nothing was computed yet."""
        return self.results[-1] if self.results else None

    def by_this_plan(self, result: EffectResult) -> bool:
        """Whether a result was computed by the plan as it is now."""
        return result.plan == plan_digest(self.plan)


def plan_digest(plan: EffectPlan) -> str:
    """A digest of what decides the result: all of the plan but its note.

    Examples
    --------
    >>> plan = EffectPlan.model_validate({
    ...     "metric": "metric:visits", "dataset": "dataset:card", "comparison": "before_after", "unit": "share",
    ...     "outcome": {"pattern": 'touchpoint = "shop"'}, "smallest_relevant_effect": 0.1, "fixed_on": "2026-01-01",
    ...     "baseline": {"start": "2026-01-01", "end": "2026-01-31"},
    ...     "measured": {"start": "2026-02-01", "end": "2026-02-28"}})
    >>> later = plan.model_copy(update={"smallest_relevant_effect": 0.05})
    >>> plan_digest(plan) == plan_digest(plan.model_copy(update={"note": "x"})), plan_digest(plan) == plan_digest(later)
    (True, False)
    """
    body = plan.model_dump(mode="json", exclude_defaults=True, exclude={"note"})
    written = json.dumps(body, sort_keys=True, ensure_ascii=False)
    return hashlib.blake2b(written.encode(), digest_size=8).hexdigest()
