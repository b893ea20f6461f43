"""What adjusting needs foretold: the chance of exposure, and the outcome with and without it, for other people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from klantreis.analysis.effect.least_squares import Family, Fit, Link, fit, mean_of, steepness, with_intercept
from klantreis.analysis.result import Floats, Ints
from klantreis.errors import InvalidInputError

#: Places of the covariates with which the effect changes; None for all.
Modifiers = Sequence[int] | None


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What is known of some cases.

    Parameters
    ----------
    y, exposed
        Shape (n,): outcome, and 1 or 0.
    x, z
        Shapes (n, p), (n, q): on what the chance of exposure hangs, and on what the outcome does.
    name
        Of the argument that z came from.
    left_out
        How many more were there.
    """

    y: Floats
    exposed: Floats
    x: Floats
    z: Floats
    name: str = "covariates"
    left_out: int = 0

    def of(self, which: npt.NDArray[np.bool_], *, counted: bool = False) -> Known:
        """Some of the cases; ``counted`` says that the others were left out."""
        out = int((~which).sum()) if counted else self.left_out
        return Known(self.y[which], self.exposed[which], self.x[which], self.z[which], self.name, out)


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


@dataclass(frozen=True, slots=True, eq=False)
class Models:
    """The two regressions behind an effect: of exposure, and of the outcome."""

    odds: Fit
    line: Fit
    modifiers: Modifiers

    def foretell(self, others: Known) -> tuple[Floats, Floats, Floats]:
        """Chance of exposure, outcome if exposed and outcome if not."""
        one, zero = (self.line.predict(self._as_if(others, arm)) for arm in (1.0, 0.0))
        return self.odds.predict(with_intercept(others.x)), one, zero

    def doubt(self, cases: Known, arm: float, *, kept: Floats, slopes: Floats) -> Floats:
        """What estimating both regressions adds to the influence of each case on a mean of both together.

        ``kept`` is how much of a foretold outcome counts, ``slopes`` how fast the weighted rest moves with the chance;
        all of shape (n,).
        """
        n = len(cases.y)
        design = self._as_if(cases, arm)
        predictor = design @ self.line.coefficients
        foretold = mean_of(self.line.family, predictor)
        pull = (kept * steepness(self.line.family, predictor, foretold)) @ design / n
        return np.asarray(self.line.scores() @ pull + self.odds.scores() @ (slopes @ self.odds.design / n))

    def _as_if(self, cases: Known, arm: float) -> Floats:
        return both_ways(cases.z, np.full(len(cases.z), arm), self.modifiers)


def regressed(known: Known, *, family: Family, link: Link, modifiers: Modifiers) -> Models:
    """Both regressions, on those known."""
    odds = fit(with_intercept(known.x), known.exposed, family=link)
    line = fit(both_ways(known.z, known.exposed, modifiers), known.y, family=family, name=known.name)
    return Models(odds, line, modifiers)


def boosted(known: Known, others: Known, *, family: Family, seed: int) -> tuple[Floats, Floats, Floats]:
    """As :func:`regressed`, by gradient-boosted trees."""
    chance = _chance(known.x, known.exposed, others.x, seed=seed)
    foretell = _chance if family == "logistic" else _amount
    arms = (known.exposed == arm for arm in (1, 0))
    one, zero = (foretell(known.z[arm], known.y[arm], others.z, seed=seed) for arm in arms)
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
