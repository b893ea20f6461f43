"""What adjusting needs foretold: the chance of exposure, and the outcome with and without it, for other people."""

from __future__ import annotations

import numpy as np

from klantreis.analysis.effect.least_squares import Family, Fit, fit, with_intercept
from klantreis.analysis.result import Floats, Ints


def group_fit(outcome: Floats, exposed: Floats, design: Floats, *, arm: int, family: Family) -> Fit:
    """The regression of the outcome among the exposed (arm 1) or the others (arm 0)."""
    members = exposed == arm
    which = "exposed" if arm else "unexposed"
    return fit(design[members], outcome[members], family=family, name=f"covariates of the {which}")


def regressed(
    outcome: Floats, exposed: Floats, covariates: Floats, others: Floats, *, family: Family
) -> tuple[Floats, Floats, Floats]:
    """Chance, outcome if exposed and outcome if not, of ``others``, by regressions on the first three arrays."""
    far, design = with_intercept(others), with_intercept(covariates)
    chance = fit(design, exposed, family="logistic").predict(far)
    one, zero = (group_fit(outcome, exposed, design, arm=arm, family=family).predict(far) for arm in (1, 0))
    return chance, one, zero


def boosted(
    outcome: Floats, exposed: Floats, covariates: Floats, others: Floats, *, family: Family, seed: int
) -> tuple[Floats, Floats, Floats]:
    """As :func:`regressed`, by gradient-boosted trees."""
    chance = _chance(covariates, exposed, others, seed=seed)
    foretell = _chance if family == "logistic" else _amount
    one, zero = (foretell(covariates[exposed == arm], outcome[exposed == arm], others, seed=seed) for arm in (1, 0))
    return chance, one, zero


# scikit-learn is loaded where it is used: it takes a second that regressions need not wait for.
OPTIONS = {"max_iter": 100, "learning_rate": 0.05, "max_leaf_nodes": 8}


def _chance(covariates: Floats, target: Floats, others: Floats, *, seed: int) -> Floats:
    from sklearn.ensemble import HistGradientBoostingClassifier

    codes: Ints = target.astype(np.int64)
    if len(np.unique(codes)) < 2:
        return np.full(len(others), float(codes[0]))
    trees = HistGradientBoostingClassifier(random_state=seed, **OPTIONS).fit(covariates, codes)
    return np.asarray(trees.predict_proba(others)[:, 1])


def _amount(covariates: Floats, target: Floats, others: Floats, *, seed: int) -> Floats:
    from sklearn.ensemble import HistGradientBoostingRegressor

    trees = HistGradientBoostingRegressor(random_state=seed, **OPTIONS).fit(covariates, target)
    return np.asarray(trees.predict(others))
