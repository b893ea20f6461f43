"""What did exposure make of the outcome, when nobody drew lots: the exposed beside like people who were not.

Each method adjusts for what was known **before** exposure, and for nothing else: not for what came after, and not
for what was never measured. Count people from the same moment, or those who lived to be exposed get a head start.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from klantreis.analysis.effect.adjusting import Target, Uplift, read_cases, share_of, uplift_of
from klantreis.analysis.effect.exposure import Overlap, as_exposed, comparison_cautions, overlap
from klantreis.analysis.effect.foretelling import Modifiers, boosted, both_ways, check_modifiers, regressed
from klantreis.analysis.effect.least_squares import Link, fit
from klantreis.analysis.effect.sensitivity import EValue, e_value
from klantreis.analysis.effect.weighting import (
    chance_cautions,
    effective_number,
    weight_slopes,
    weights_of,
    with_chance,
    within,
)
from klantreis.analysis.options import checked_options
from klantreis.analysis.result import caution
from klantreis.errors import InvalidInputError

__all__ = ["EValue", "Overlap", "Uplift", "aipw", "e_value", "ipw", "overlap", "regression_adjustment"]


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
        When a value is missing, lengths differ, all or none were exposed, a group is too small for its regression, or
        the covariates part the exposed from all others.

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
    data = read_cases(outcome, exposed, covariates, family=family)
    check_modifiers(data.x, modifiers)
    n = len(data.y)
    line = fit(both_ways(data.x, data.exposed, modifiers), data.y, family=family)
    scores = line.scores()
    share = share_of(data, target)
    means, parts = [], []
    for arm in (1.0, 0.0):
        design = both_ways(data.x, np.full(n, arm), modifiers)
        foretold = line.predict(design)
        mean = float((share * foretold).mean())
        slope = foretold * (1 - foretold) if family == "logistic" else np.ones(n)
        means.append(mean)
        parts.append(share * (foretold - mean) + scores @ ((share * slope) @ design / n))
    return uplift_of(
        data,
        means,
        parts[0] - parts[1],
        method=f"{family} regression, influence function",
        target=target,
        confidence=confidence,
        effective=float(len(data.y)),
        cautions=comparison_cautions(data.exposed, data.x),
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
    link: Link = "logistic",
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
    link
        Of the regression of the chance.

    Raises
    ------
    InvalidInputError
        As for :func:`regression_adjustment`, and when the covariates decide by themselves who was exposed.

    Notes
    -----
    Each group's weights add up to one (Hájek).

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
    data, odds = with_chance(read_cases(outcome, exposed, covariates), trim, link=link)
    chance = odds.fitted
    weights, slopes = weights_of(data.exposed, chance, target), weight_slopes(data.exposed, odds, target)
    means, parts = [], []
    for arm in (1, 0):
        members = data.exposed == arm
        w = np.where(members, weights, 0.0)
        mean = float(w @ data.y / w.sum())
        part = w * (data.y - mean) / w.mean()
        if interval == "joint":
            slope = np.where(members, slopes, 0.0) * (data.y - mean) / w.mean()
            part = part + odds.scores() @ (slope @ odds.design / len(slope))
        means.append(mean)
        parts.append(part)
    cautions = chance_cautions(data.exposed, chance, weights)
    if interval == "robust":
        cautions.append(caution("effect.wide_interval"))
    return uplift_of(
        data,
        means,
        parts[0] - parts[1],
        method=f"inverse probability weights{_by(link)}, {interval} interval",
        target=target,
        confidence=confidence,
        effective=effective_number(data.exposed, weights),
        cautions=cautions,
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
    link: Link = "logistic",
    outcome_covariates: npt.ArrayLike | None = None,
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
    link
        Of the regression of the chance.
    outcome_covariates
        Shape (n, q) or (n,): on what the outcome hangs, when that is not what exposure hangs on; ``modifiers`` are then
        places among these.
    seed
        Of the folds and the trees.

    Raises
    ------
    InvalidInputError
        As for :func:`ipw`, and when a group is too small for the folds.

    Notes
    -----
    With regressions on all cases (one fold) the interval counts that both were estimated, and holds when one of the two
    is wrong; with folds or trees it takes them as known, which needs both to be near the truth.

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
    data = read_cases(outcome, exposed, covariates, family=family, outcome_covariates=outcome_covariates)
    check_modifiers(data.z, modifiers)
    splits = 5 if models == "boosting" and folds == 1 else folds
    if min(data.exposed.sum(), (1 - data.exposed).sum()) < 2 * splits:
        raise InvalidInputError(f"exposed has a group too small for {splits} folds.")
    fold = np.random.default_rng(seed).permutation(len(data.y)) % splits
    fitted = None
    chance, one, zero = (np.empty(len(data.y)) for _ in range(3))
    for number in range(splits):
        away = fold == number
        near = data.of(~away if splits > 1 else away)
        as_exposed(near.exposed)
        if models == "boosting":
            found = boosted(near, data.of(away), family=family, seed=seed)
        else:
            fitted = regressed(near, family=family, link=link, modifiers=modifiers)
            found = fitted.foretell(data.of(away))
        chance[away], one[away], zero[away] = found
    chance = np.clip(chance, 1e-6, 1 - 1e-6)
    if trim is not None:
        keep = within(chance, trim)
        data = data.of(keep, counted=True)
        as_exposed(data.exposed)
        chance, one, zero = chance[keep], one[keep], zero[keep]
    weights, share = weights_of(data.exposed, chance, target), share_of(data, target)
    size = data.exposed.mean() if target == "exposed" else 1.0
    means, parts = [], []
    for arm, foretold in ((1, one), (0, zero)):
        w = np.where(data.exposed == arm, weights, 0.0) / size
        values = share * foretold + w * (data.y - foretold)
        mean = float(values.mean())
        means.append(mean)
        part = values - share * mean
        if fitted is not None and splits == 1 and trim is None:
            slopes = np.where(data.exposed == arm, weight_slopes(data.exposed, fitted.odds, target), 0.0) / size
            part = part + fitted.doubt(data, arm, kept=share - w, slopes=slopes * (data.y - foretold))
        parts.append(part)
    return uplift_of(
        data,
        means,
        parts[0] - parts[1],
        method=f"augmented inverse probability weights, {models}{_by(link)}, {splits} fold{'s' * (splits > 1)}",
        target=target,
        confidence=confidence,
        effective=effective_number(data.exposed, weights),
        cautions=chance_cautions(data.exposed, chance, weights),
    )


def _by(link: Link) -> str:
    return "" if link == "logistic" else f" ({link})"
