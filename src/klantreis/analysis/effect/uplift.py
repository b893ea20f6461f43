"""What did exposure make of the outcome, when nobody drew lots: the exposed beside like people who were not.

Each method adjusts for what was known **before** exposure, and for nothing else: not for what came after, and not
for what was never measured. Count people from the same moment, or those who lived to be exposed get a head start.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from klantreis.analysis.effect.estimate import Effect, Grade, around
from klantreis.analysis.effect.exposure import SURE, Overlap, as_covariates, as_exposed, overlap, propensity
from klantreis.analysis.effect.foretelling import Modifiers, boosted, both_ways, check_modifiers, regressed
from klantreis.analysis.effect.least_squares import Family, fit, with_intercept
from klantreis.analysis.effect.sensitivity import EValue, e_value, e_value_of_effect
from klantreis.analysis.options import checked_options
from klantreis.analysis.result import Caution, Floats, as_array, caution, same_length
from klantreis.errors import InvalidInputError

__all__ = ["EValue", "Overlap", "Uplift", "aipw", "e_value", "ipw", "overlap", "regression_adjustment"]

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


@dataclass(frozen=True, slots=True, eq=False)
class _Data:
    y: Floats
    exposed: Floats
    x: Floats
    left_out: int = 0


@checked_options
def regression_adjustment(
    outcome: npt.ArrayLike,
    exposed: npt.ArrayLike,
    covariates: npt.ArrayLike,
    *,
    family: Literal["linear", "logistic"] = "linear",
    modifiers: Modifiers = None,
    target: Target = "everybody",
    confidence: float = 0.95,
) -> Uplift:
    """Regress the outcome on exposure and what was known, foretell everybody both ways, and take the mean difference.

    Parameters
    ----------
    outcome
        Shape (n,).
    exposed
        Shape (n,): 1 (or True) when exposed, 0 when not.
    covariates
        Shape (n, p) or (n,): what was known before exposure; categories as dummies, squares as columns of their own.
    family
        ``logistic`` for a yes-or-no outcome.
    modifiers
        Places of the covariates with which the effect may change: all of them when None, which is a regression in each
        group; none when empty, and the estimate is then the coefficient of the exposure.
    target
        For whom the effect is meant.

    Raises
    ------
    InvalidInputError
        When a value is missing, lengths differ, all or none were exposed, or a group is too small for its regression.

    References
    ----------
    Hernán and Robins (2020), Causal Inference: What If, chapter 13 (standardisation); the interval is from the
    influence function.

    Examples
    --------
    >>> rng = np.random.default_rng(2)
    >>> x = rng.normal(size=2000)
    >>> exposed = rng.random(2000) < 1 / (1 + np.exp(-x))
    >>> found = regression_adjustment(3 * x + 1.0 * exposed + rng.normal(size=2000), exposed, x)
    >>> round(found.raw, 1), round(found.estimate, 1)
    (3.4, 1.0)
    """
    data = _data(outcome, exposed, covariates, family=family)
    check_modifiers(data.x, modifiers)
    n = len(data.y)
    line = fit(both_ways(data.x, data.exposed, modifiers), data.y, family=family)
    scores = (line.design * line.residuals[:, None]) @ line.bread * n
    share = _share(data, target)
    means, parts = [], []
    for arm in (1.0, 0.0):
        design = both_ways(data.x, np.full(n, arm), modifiers)
        foretold = line.predict(design)
        mean = float((share * foretold).mean())
        slope = foretold * (1 - foretold) if family == "logistic" else np.ones(n)
        means.append(mean)
        parts.append(share * (foretold - mean) + scores @ ((share * slope) @ design / n))
    return _uplift(
        data,
        means,
        parts[0] - parts[1],
        method=f"{family} regression, influence function",
        target=target,
        confidence=confidence,
        effective=float(len(data.y)),
        cautions=[],
    )


@checked_options
def ipw(
    outcome: npt.ArrayLike,
    exposed: npt.ArrayLike,
    covariates: npt.ArrayLike,
    *,
    target: Target = "everybody",
    interval: Literal["robust", "joint"] = "robust",
    trim: float | None = None,
    confidence: float = 0.95,
) -> Uplift:
    """Weight each person by one over the chance of the exposure they had, and compare the two weighted means.

    Parameters
    ----------
    outcome, exposed, covariates, target
        As for :func:`regression_adjustment`.
    interval
        ``robust`` takes the weights as known, which is wider than need be; ``joint`` counts that they were estimated.
    trim
        Leave out who had a chance of exposure below this, or above one less this; the effect is then of the rest.

    Notes
    -----
    The chance is a logistic regression; each group's weights add up to one (Hájek).

    References
    ----------
    Hernán and Robins (2020), Causal Inference: What If, chapter 12; Lunceford and Davidian (2004), Statistics in
    Medicine 23, for the joint interval.

    Examples
    --------
    >>> rng = np.random.default_rng(2)
    >>> x = rng.normal(size=2000)
    >>> exposed = rng.random(2000) < 1 / (1 + np.exp(-x))
    >>> found = ipw(3 * x + 1.0 * exposed + rng.normal(size=2000), exposed, x)
    >>> round(found.raw, 1), found.low < 1 < found.high
    (3.4, True)
    """
    data, chance = _with_chance(_data(outcome, exposed, covariates), trim)
    design = with_intercept(data.x)
    weights, slopes = _weights(data.exposed, chance, target)
    means, parts = [], []
    for arm in (1, 0):
        members = data.exposed == arm
        w = np.where(members, weights, 0.0)
        mean = float(w @ data.y / w.sum())
        part = w * (data.y - mean) / w.mean()
        if interval == "joint":
            slope = np.where(members, slopes, 0.0) * (data.y - mean) / w.mean()
            bread = np.linalg.inv((design * (chance * (1 - chance))[:, None]).T @ design / len(design))
            part = part + (design * (data.exposed - chance)[:, None]) @ bread @ (slope @ design / len(design))
        means.append(mean)
        parts.append(part)
    return _uplift(
        data,
        means,
        parts[0] - parts[1],
        method=f"inverse probability weights, {interval} interval",
        target=target,
        confidence=confidence,
        effective=_effective(data.exposed, weights),
        cautions=_chance_cautions(data, chance, weights),
    )


@checked_options
def aipw(
    outcome: npt.ArrayLike,
    exposed: npt.ArrayLike,
    covariates: npt.ArrayLike,
    *,
    family: Literal["linear", "logistic"] = "linear",
    modifiers: Modifiers = None,
    models: Literal["regression", "boosting"] = "regression",
    folds: int = 1,
    target: Target = "everybody",
    trim: float | None = None,
    seed: int = 0,
    confidence: float = 0.95,
) -> Uplift:
    """Regression and weighting together: right when either of the two models is (doubly robust).

    Parameters
    ----------
    outcome, exposed, covariates, family, modifiers, target, trim
        As for :func:`regression_adjustment` and :func:`ipw`.
    models
        ``regression``: linear or logistic; ``boosting``: gradient-boosted trees, for which two folds or more are
        needed (five when ``folds`` is 1).
    folds
        Each fold is foretold by models fitted on the others (cross-fitting); 1 fits and foretells on all.
    seed
        Of the folds and the trees.

    References
    ----------
    Robins, Rotnitzky and Zhao (1994), JASA 89; Chernozhukov and others (2018), Econometrics Journal 21.

    Examples
    --------
    >>> rng = np.random.default_rng(2)
    >>> x = rng.normal(size=2000)
    >>> exposed = rng.random(2000) < 1 / (1 + np.exp(-x))
    >>> found = aipw(3 * x + 1.0 * exposed + rng.normal(size=2000), exposed, x)
    >>> round(found.estimate, 1), str(found.grade)
    (1.0, 'adjusted')
    """
    if folds < 1:
        raise InvalidInputError(f"folds must be 1 or more, not {folds}.")
    data = _data(outcome, exposed, covariates, family=family)
    check_modifiers(data.x, modifiers)
    splits = 5 if models == "boosting" and folds == 1 else folds
    if min(data.exposed.sum(), (1 - data.exposed).sum()) < 2 * splits:
        raise InvalidInputError(f"exposed has a group too small for {splits} folds.")
    fold = np.random.default_rng(seed).permutation(len(data.y)) % splits
    chance, one, zero = (np.empty(len(data.y)) for _ in range(3))
    for number in range(splits):
        away = fold == number
        home = ~away if splits > 1 else away
        near = (data.y[home], as_exposed(data.exposed[home]), data.x[home])
        if models == "boosting":
            found = boosted(*near, data.x[away], family=family, seed=seed)
        else:
            found = regressed(*near, data.x[away], family=family, modifiers=modifiers)
        chance[away], one[away], zero[away] = found
    chance = np.clip(chance, 1e-6, 1 - 1e-6)
    if trim is not None:
        keep = _kept(chance, trim)
        data = _Data(data.y[keep], data.exposed[keep], data.x[keep], int((~keep).sum()))
        chance, one, zero = chance[keep], one[keep], zero[keep]
    weights, _ = _weights(data.exposed, chance, target)
    share = _share(data, target)
    means, parts = [], []
    for arm, foretold in ((1, one), (0, zero)):
        w = np.where(data.exposed == arm, weights, 0.0) / (data.exposed.mean() if target == "exposed" else 1.0)
        values = share * foretold + w * (data.y - foretold)
        mean = float(values.mean())
        means.append(mean)
        parts.append(values - share * mean)
    return _uplift(
        data,
        means,
        parts[0] - parts[1],
        method=f"augmented inverse probability weights, {models}, {splits} fold{'s' * (splits > 1)}",
        target=target,
        confidence=confidence,
        effective=_effective(data.exposed, weights),
        cautions=_chance_cautions(data, chance, weights),
    )


def _data(
    outcome: npt.ArrayLike, exposed: npt.ArrayLike, covariates: npt.ArrayLike, *, family: Family = "linear"
) -> _Data:
    y, group = as_array("outcome", outcome), as_exposed(exposed)
    x = as_covariates(covariates)
    same_length(outcome=y, exposed=group, covariates=x)
    if family == "logistic" and not np.isin(y, (0, 1)).all():
        raise InvalidInputError("outcome must be 0 or 1 for a logistic regression.", hint='Use family="linear".')
    return _Data(y, group, x)


def _share(data: _Data, target: Target) -> Floats:
    """How much each case counts for the mean: 1, or only the exposed."""
    if target == "everybody":
        return np.ones(len(data.y))
    return np.asarray(data.exposed / data.exposed.mean())


def _with_chance(data: _Data, trim: float | None) -> tuple[_Data, Floats]:
    chance = propensity(data.exposed, data.x)
    if trim is None:
        return data, chance
    keep = _kept(chance, trim)
    kept = _Data(data.y[keep], as_exposed(data.exposed[keep]), data.x[keep], int((~keep).sum()))
    # Fitted again on those who stay, so that the weights are those of the people they are used for.
    return kept, propensity(kept.exposed, kept.x)


def _kept(chance: Floats, trim: float) -> npt.NDArray[np.bool_]:
    if not 0 < trim < 0.5:
        raise InvalidInputError(f"trim lies between 0 and 0.5, not at {trim}.")
    keep = (chance >= trim) & (chance <= 1 - trim)
    if not keep.any():
        raise InvalidInputError(f"trim at {trim} leaves nobody.")
    return np.asarray(keep)


def _weights(exposed: Floats, chance: Floats, target: Target) -> tuple[Floats, Floats]:
    """Weight of each case, and how it moves with the linear predictor of the chance."""
    odds = chance / (1 - chance)
    if target == "exposed":
        return np.where(exposed == 1, 1.0, odds), np.where(exposed == 1, 0.0, odds)
    return np.where(exposed == 1, 1 / chance, 1 / (1 - chance)), np.where(exposed == 1, -1 / odds, odds)


def _effective(exposed: Floats, weights: Floats) -> float:
    total = 0.0
    for arm in (1, 0):
        w = weights[exposed == arm]
        total += float(w.sum() ** 2 / (w @ w))
    return total


def _chance_cautions(data: _Data, chance: Floats, weights: Floats) -> list[Caution]:
    found: list[Caution] = []
    sure = float(((chance < SURE) | (chance > 1 - SURE)).mean())
    if sure >= 0.01:
        found.append(caution("effect.positivity", percent=round(100 * sure)))
    effective = _effective(data.exposed, weights)
    if effective < 0.5 * len(data.y):
        found.append(caution("effect.heavy_weights", effective=round(effective), n=len(data.y)))
    return found


def _uplift(
    data: _Data,
    means: list[float],
    influence: Floats,
    *,
    method: str,
    target: Target,
    confidence: float,
    effective: float,
    cautions: list[Caution],
) -> Uplift:
    n = len(data.y)
    estimate = means[0] - means[1]
    error = float(np.sqrt(influence @ influence) / n)
    found = around(estimate, error, confidence=confidence)
    exposed, unexposed = data.y[data.exposed == 1], data.y[data.exposed == 0]
    doubt = e_value_of_effect(means, error, data.y, confidence=confidence)
    every = [caution("effect.unmeasured"), *cautions]
    if data.left_out:
        every.append(caution("effect.trimmed", n=data.left_out))
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
