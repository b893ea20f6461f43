"""What every adjusted effect starts from and ends in: the cases with what was known of them, and the effect.

For everybody, or for those who were exposed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from klantreis.analysis.effect.estimate import Effect, Grade, around
from klantreis.analysis.effect.exposure import as_covariates, as_exposed
from klantreis.analysis.effect.foretelling import Known
from klantreis.analysis.effect.least_squares import Family
from klantreis.analysis.effect.sensitivity import EValue, e_value_of_effect
from klantreis.analysis.result import Caution, Floats, as_array, caution, same_length
from klantreis.errors import InvalidInputError

#: For whom: everybody, or those who were exposed.
Target = Literal["everybody", "exposed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Uplift(Effect):
    """Mean outcome if all had been exposed, less that if none had been.

    Parameters
    ----------
    mean_exposed, mean_unexposed
        The two means after adjustment.
    raw
        The plain difference between exposed and unexposed.
    effective_n
        How many equally weighted cases the weights are worth; n where there are none.
    e_value
        How strong an unmeasured confounder would have to be to explain the effect away.
    target
        ``everybody``, or those who were ``exposed``.
    """

    mean_exposed: float
    mean_unexposed: float
    raw: float
    effective_n: float
    e_value: EValue
    target: Target


def read_cases(
    outcome: npt.ArrayLike,
    exposed: npt.ArrayLike,
    covariates: npt.ArrayLike,
    *,
    family: Family = "linear",
    outcome_covariates: npt.ArrayLike | None = None,
) -> Known:
    """The arguments of an adjusted effect as arrays of one length, or an error that names the wrong one."""
    y, group, x = as_array("outcome", outcome), as_exposed(exposed), as_covariates(covariates)
    same_length(outcome=y, exposed=group, covariates=x)
    if family == "logistic" and not np.isin(y, (0, 1)).all():
        raise InvalidInputError("outcome must be 0 or 1 for a logistic regression.", hint='Use family="linear".')
    if outcome_covariates is None:
        return Known(y, group, x, x)
    z = as_covariates(outcome_covariates, name="outcome_covariates")
    same_length(outcome=y, outcome_covariates=z)
    return Known(y, group, x, z, "outcome_covariates")


def share_of(cases: Known, target: Target) -> Floats:
    """How much each case counts for the mean: 1, or only the exposed."""
    if target == "everybody":
        return np.ones(len(cases.y))
    return np.asarray(cases.exposed / cases.exposed.mean())


def uplift_of(
    cases: Known,
    means: list[float],
    influence: Floats,
    *,
    method: str,
    target: Target,
    confidence: float,
    effective: float,
    cautions: list[Caution],
) -> Uplift:
    n = len(cases.y)
    estimate = means[0] - means[1]
    error = float(np.sqrt(influence @ influence) / n)
    found = around(estimate, error, confidence=confidence)
    exposed, unexposed = cases.y[cases.exposed == 1], cases.y[cases.exposed == 0]
    doubt = e_value_of_effect(means, error, cases.y, confidence=confidence)
    every = [caution("effect.unmeasured"), *cautions]
    if cases.left_out:
        every.append(caution("effect.trimmed", n=cases.left_out))
    smallest = min(len(exposed), len(unexposed))
    if smallest < 30:
        every.append(caution("effect.few_cases", n=smallest))
    if doubt.low is not None and 1 < doubt.low < 1.25:
        every.append(caution("effect.easily_explained", value=round(doubt.low, 2)))
    return Uplift(
        estimate=estimate,
        low=found.low,
        high=found.high,
        n=n,
        method=method,
        confidence=confidence,
        warnings=tuple(every),
        standard_error=error,
        p_value=found.p_value,
        grade=Grade.ADJUSTED,
        mean_exposed=means[0],
        mean_unexposed=means[1],
        raw=float(exposed.mean() - unexposed.mean()),
        effective_n=effective,
        e_value=doubt,
        target=target,
    )
