"""How many customers does a plan need to see the smallest effect that matters?"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from klantreis.analysis.effect.power import Power, sample_size
from klantreis.errors import InvalidInputError, Said
from klantreis.measurement.compared import meant
from klantreis.measurement.customer_arrays import known_before, scale_of, span_of, start_of, told
from klantreis.measurement.measuring import check_names

if TYPE_CHECKING:
    from klantreis.events.local.log import LocalLog
    from klantreis.measurement.measurement import EffectPlan


def needed(plan: EffectPlan, log: LocalLog, *, power: float = 0.8) -> Power:
    """Customers that an experiment needs in its first group, by how the outcome was spread in the baseline.

    Of a share: by the share in the baseline. Of counts and sums: by the standard deviation over customers there. Other
    comparisons than an experiment need more, and how many more is not told by this.

    Raises
    ------
    InvalidInputError
        When fewer than two customers are known in the baseline, or they all did the same.

    Notes
    -----
    The baseline's own length is used: a share or a spread over other lengths is another one.
    """
    check_names(plan, log)
    start = start_of(log, plan.measured.start)
    about = known_before(log, start) & meant(plan, log, start)
    found = told(log, plan.outcome, span_of(log, plan.baseline)).values[about, 0] / scale_of(plan, plan.baseline)
    ratio = plan.split[1] / plan.split[0]
    alpha = 1 - plan.confidence
    hint = Said("Does what says who got it, and when, fit the data?", message_id="measurement.error.hint.fit")
    if len(found) < 2 or found.std() == 0:
        raise InvalidInputError(
            f"In the baseline the {len(found)} customers that the log knows all did the same.",
            hint=hint,
            message_id="measurement.error.no_spread",
            values={"n": len(found)},
        )
    if plan.outcome.measure == "share":
        share = float(found.mean())
        effect = plan.smallest_relevant_effect * (1 if plan.direction == "up" else -1)
        return sample_size(effect, power=power, baseline=share, ratio=ratio, alpha=alpha)
    spread = float(found.std(ddof=1))
    return sample_size(plan.smallest_relevant_effect, power=power, sd=spread, ratio=ratio, alpha=alpha)


def in_all(found: Power, plan: EffectPlan) -> int:
    """Customers of both groups together, rounded up."""
    assert found.estimate is not None  # noqa: S101 - a sample size always has one
    return math.ceil(found.estimate) + math.ceil(found.estimate * plan.split[1] / plan.split[0])
