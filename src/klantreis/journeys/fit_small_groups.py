"""A fit without the numbers of small groups, so that nobody can be picked out of what is shown around.

Hidden is every number of a group of 1 up to k - 1 customers. Zero is shown: it is nobody. A group hidden in one
period of a drift is hidden in both, as the whole is shown.
"""

from __future__ import annotations

from collections.abc import Iterable

from klantreis.errors import InvalidInputError
from klantreis.journeys.drift import Drift, StepDrift
from klantreis.journeys.fit_values import MapFit, StepDeviation


def suppressed(fit: MapFit, k: int) -> MapFit:
    """See :meth:`MapFit.suppressed`."""
    if k < 1:
        raise InvalidInputError(f"Groups are hidden below a number of at least 1, not {k}.", hint="The usual is 5.")
    few = _few(fit.runs.customers, k)
    follow = fit.follow
    return fit.model_copy(
        update={
            "fitness": None if few else fit.fitness,
            "fitness_with_ad_hoc": None if few else fit.fitness_with_ad_hoc,
            "follow": None if few or follow is None or _few(follow.count, k) else follow,
            "kinds": () if few else _deviations(fit.kinds, k),
            "before_steps": next(
                iter(_deviations([fit.before_steps] if fit.before_steps and not few else [], k)), None
            ),
            "steps": tuple(
                step.model_copy(update={"deviations": () if few else _deviations(step.deviations, k)})
                for step in fit.steps
            ),
            "departures": () if few else tuple(one for one in fit.departures if not _few(one.customers, k)),
            "variants": () if few else tuple(one for one in fit.variants if not _few(one.customers, k)),
            "drift": None if few or fit.drift is None else _drift(fit.drift, k),
            "hidden_below": k,
        }
    )


def _few(number: int, k: int) -> bool:
    return 0 < number < k


def _deviations(deviations: Iterable[StepDeviation], k: int) -> tuple[StepDeviation, ...]:
    return tuple(one for one in deviations if not _few(one.customers, k))


def _drift(drift: Drift, k: int) -> Drift | None:
    if _few(drift.before.customers, k) or _few(drift.after.customers, k):
        return None
    return drift.model_copy(
        update={
            "steps": tuple(one for one in drift.steps if not _small(one, k)),
            "new_variants": tuple(one for one in drift.new_variants if not _few(one.customers, k)),
        }
    )


def _small(one: StepDrift, k: int) -> bool:
    return _few(one.before_customers, k) or _few(one.after_customers, k)
