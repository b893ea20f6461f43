"""What adjusting needs foretold: the chance of exposure, and the outcome with and without it, for other people."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from klantreis.analysis.effect.least_squares import Family, fit, with_intercept
from klantreis.analysis.result import Floats, Ints
from klantreis.errors import InvalidInputError

#: Places of the covariates with which the effect changes; None for all.
Modifiers = Sequence[int] | None


def both_ways(covariates: Floats, exposed: Floats, modifiers: Modifiers) -> Floats:
    """Shape (n, p): intercept, covariates, exposure, and exposure times each modifier (all covariates when None)."""
    changed = covariates if modifiers is None else covariates[:, list(modifiers)]
    return np.column_stack([np.ones(len(covariates)), covariates, exposed, exposed[:, None] * changed])


def check_modifiers(covariates: Floats, modifiers: Modifiers) -> None:
    """Each modifier is the place of a covariate, once."""
    if modifiers is None:
        return
    columns = covariates.shape[1]
    if isinstance(modifiers, str) or not isinstance(modifiers, Sequence | np.ndarray):
        raise InvalidInputError(f"modifiers must be a list of places of covariates, not {modifiers!r}.")
    for place in modifiers:
        if isinstance(place, bool) or not isinstance(place, int | np.integer) or not 0 <= place < columns:
            raise InvalidInputError(f"modifiers holds {place!r}, and covariates has columns 0 to {columns - 1}.")
    if len(set(modifiers)) < len(modifiers):
        raise InvalidInputError(f"modifiers names a covariate twice: {list(modifiers)}.")


def regressed(
    outcome: Floats, exposed: Floats, covariates: Floats, others: Floats, *, family: Family, modifiers: Modifiers
) -> tuple[Floats, Floats, Floats]:
    """Chance, outcome if exposed and outcome if not, of ``others``, by regressions on the first three arrays."""
    chance = fit(with_intercept(covariates), exposed, family="logistic").predict(with_intercept(others))
    line = fit(both_ways(covariates, exposed, modifiers), outcome, family=family)
    one, zero = (line.predict(both_ways(others, np.full(len(others), arm), modifiers)) for arm in (1.0, 0.0))
    return chance, one, zero


def boosted(
    outcome: Floats, exposed: Floats, covariates: Floats, others: Floats, *, family: Family, seed: int
) -> tuple[Floats, Floats, Floats]:
    """As :func:`regressed`, by gradient-boosted trees."""
    chance = _chance(covariates, exposed, others, seed=seed)
    foretell = _chance if family == "logistic" else _amount
    one, zero = (foretell(covariates[exposed == arm], outcome[exposed == arm], others, seed=seed) for arm in (1, 0))
    return chance, one, zero


# scikit-learn is loaded where it is used: it takes a second that regressions need not wait for. One thread: small trees
# spend more time waiting for other threads than growing, and by far on a busy machine.
OPTIONS = {"max_iter": 100, "learning_rate": 0.05, "max_leaf_nodes": 8}


def _chance(covariates: Floats, target: Floats, others: Floats, *, seed: int) -> Floats:
    from sklearn.ensemble import HistGradientBoostingClassifier
    from threadpoolctl import threadpool_limits

    codes: Ints = target.astype(np.int64)
    if len(np.unique(codes)) < 2:
        return np.full(len(others), float(codes[0]))
    with threadpool_limits(1):
        trees = HistGradientBoostingClassifier(random_state=seed, **OPTIONS).fit(covariates, codes)
        return np.asarray(trees.predict_proba(others)[:, 1])


def _amount(covariates: Floats, target: Floats, others: Floats, *, seed: int) -> Floats:
    from sklearn.ensemble import HistGradientBoostingRegressor
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        trees = HistGradientBoostingRegressor(random_state=seed, **OPTIONS).fit(covariates, target)
        return np.asarray(trees.predict(others))
