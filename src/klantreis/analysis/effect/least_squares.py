"""A regression: coefficients, what they weigh on, and how sure they are. Linear, logistic, probit or Poisson.

Only what the effects need: a full-rank design with its intercept, weights, and the parts of a sandwich.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import ndtr, ndtri

from klantreis.analysis.result import Floats
from klantreis.errors import InvalidInputError

Family = Literal["linear", "logistic", "probit", "poisson"]
#: How the chance of exposure hangs on what was known.
Link = Literal["logistic", "probit"]


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """A fitted regression.

    Parameters
    ----------
    coefficients
        Shape (p,).
    fitted
        Shape (n,), on the scale of the outcome.
    design
        Shape (n, p).
    slope
        Shape (n,): what each case weighs in the bread.
    steep
        Shape (n,): how fast the fitted value moves with the linear predictor.
    bread
        Shape (p, p): inverse of the sum of weighted outer products.
    residuals
        Shape (n,).
    """

    family: Family
    coefficients: Floats
    fitted: Floats
    design: Floats
    slope: Floats
    steep: Floats
    bread: Floats
    residuals: Floats

    def predict(self, design: Floats) -> Floats:
        """Fitted values of other cases."""
        return mean_of(self.family, design @ self.coefficients)

    @property
    def df(self) -> int:
        """Cases less parameters."""
        return int(len(self.fitted) - len(self.coefficients))

    def scores(self) -> Floats:
        """Shape (n, p): what each case adds to the error of the coefficients, times n (their influence function)."""
        return np.asarray(
            (self.design * (self.residuals * self.slope / self.steep)[:, None]) @ self.bread * len(self.fitted)
        )

    def classical(self) -> Floats:
        """Covariance of the coefficients when all residuals spread alike."""
        return np.asarray(self.bread * float(self.residuals @ self.residuals) / self.df)

    def hc3(self) -> Floats:
        """Covariance of the coefficients whatever the residuals' spread (MacKinnon and White 1985).

        A coefficient that one case alone decides has no residual to judge it by: its variance is NaN, not known.
        """
        pull = self.design @ self.bread
        leverage = (pull * self.design).sum(axis=1) * self.slope
        alone = leverage > 1 - 1e-8
        scaled = pull * (self.residuals / np.where(alone, 1.0, 1 - leverage))[:, None]
        decided = np.abs(pull) * np.abs(self.design).max(axis=1)[:, None] > 1e-8
        scaled[alone[:, None] & decided] = np.nan
        return np.asarray(scaled.T @ scaled)


def mean_of(family: Family, predictor: Floats) -> Floats:
    """The outcome that a linear predictor stands for.

    Examples
    --------
    >>> [float(mean_of(family, np.array([0.0]))[0]) for family in ("linear", "logistic", "probit", "poisson")]
    [0.0, 0.5, 0.5, 1.0]
    """
    if family == "logistic":
        return np.asarray(1 / (1 + np.exp(-np.clip(predictor, -35, 35))))
    if family == "probit":
        return np.asarray(ndtr(np.clip(predictor, -8, 8)))
    if family == "poisson":
        return np.asarray(np.exp(np.clip(predictor, -50, 50)))
    return predictor


def steepness(family: Family, predictor: Floats, mean: Floats) -> Floats:
    """How fast the outcome moves with its linear predictor; never quite zero."""
    if family == "linear":
        return np.ones(len(predictor))
    if family == "probit":
        return np.asarray(np.exp(-np.minimum(predictor**2, 64.0) / 2) / math.sqrt(2 * math.pi))
    return np.maximum(mean * (1 - mean) if family == "logistic" else mean, 1e-12)


def _weight(family: Family, steep: Floats, mean: Floats) -> Floats:
    """What a case says of the predictor: the squared steepness over the variance of the outcome."""
    return np.asarray(steep**2 / np.maximum(mean * (1 - mean), 1e-15)) if family == "probit" else steep


def with_intercept(columns: Floats) -> Floats:
    """A column of ones before the others.

    Examples
    --------
    >>> with_intercept(np.array([[3.0], [4.0]])).tolist()
    [[1.0, 3.0], [1.0, 4.0]]
    """
    return np.column_stack([np.ones(len(columns)), columns])


def check_design(name: str, design: Floats) -> None:
    """The design has more cases than parameters and no column that the others make up."""
    n, p = design.shape
    if n <= p:
        raise InvalidInputError(f"{name} asks for {p} parameters of {n} cases: too few.")
    scaled = design / np.maximum(np.abs(design).max(axis=0), 1e-150)  # smaller than that is nothing
    if np.linalg.matrix_rank(scaled, tol=1e-9 * np.sqrt(n) * np.linalg.norm(scaled, 2)) < p:
        raise InvalidInputError(
            f"{name} holds a column that does not vary, or that the others make up.",
            hint="Leave one category out of every set of dummies, and leave constants out.",
        )


def fit(
    design: Floats,
    outcome: Floats,
    *,
    family: Family = "linear",
    offset: Floats | None = None,
    weights: Floats | None = None,
    name: str = "covariates",
) -> Fit:
    """Least squares, or iteratively reweighted least squares to convergence.

    Raises
    ------
    InvalidInputError
        When the design lacks rank or cases, or the fit does not settle (a perfect separation).

    Examples
    --------
    >>> line = fit(with_intercept(np.array([[0.0], [1.0], [2.0]])), np.array([1.0, 3.0, 5.0]))
    >>> line.coefficients.round(6).tolist()
    [1.0, 2.0]
    """
    check_design(name, design)
    shift = np.zeros(len(design)) if offset is None else offset
    w = np.ones(len(design)) if weights is None else weights
    # Columns of like size, so that squares of large numbers do not spoil the solution.
    scale = np.sqrt((design**2).mean(axis=0))
    z = design / scale
    if family == "linear":
        root = np.sqrt(w)
        beta = np.linalg.lstsq(z * root[:, None], root * (outcome - shift), rcond=None)[0]
    else:
        beta = _reweighted(z, outcome, family, shift, w, name)
    predictor = z @ beta + shift
    fitted = mean_of(family, predictor)
    steep = steepness(family, predictor, fitted)
    slope = w * _weight(family, steep, fitted)
    try:
        bread = np.linalg.inv((z * slope[:, None]).T @ z) / np.outer(scale, scale)
    except np.linalg.LinAlgError as error:
        raise InvalidInputError(f"{name} hold numbers too far apart to fit a line through.") from error
    return Fit(family, beta / scale, fitted, design, slope, steep, bread, outcome - fitted)


def _reweighted(z: Floats, y: Floats, family: Family, shift: Floats, w: Floats, name: str) -> Floats:
    start = (y + y.mean()) / 2
    if family == "poisson":
        predictor = np.log(np.maximum(start, 1e-8))
    else:
        predictor = np.asarray(ndtri(start)) if family == "probit" else np.log(start / (1 - start))
    far = {"logistic": 30.0, "probit": 7.5}.get(family, math.inf)
    beta = np.zeros(z.shape[1])
    for _ in range(60):
        mean = mean_of(family, predictor)
        steep = steepness(family, predictor, mean)
        root = np.sqrt(w * _weight(family, steep, mean))
        target = predictor - shift + (y - mean) / steep
        new = np.linalg.lstsq(z * root[:, None], root * target, rcond=None)[0]
        predictor = z @ new + shift
        if np.abs(new - beta).max() <= 1e-10 * (1 + np.abs(new).max()):
            return np.asarray(new)
        if np.abs(predictor).max() > far:
            break
        beta = new
    if family == "poisson":
        raise InvalidInputError(f"{name}: the Poisson regression does not settle.")
    raise InvalidInputError(
        f"{name} foretell the outcome of a {family} regression all but perfectly, or it does not settle.",
        hint="Leave out what decides by itself who was exposed: there nobody can be compared with anybody.",
    )
