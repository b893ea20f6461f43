"""What a smooth shape makes of bracketed prices: a check on how much the answer rests on the shape chosen."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import ndtr

from klantreis.analysis.result import Floats


@dataclass(frozen=True, slots=True)
class Parametric:
    """A fitted shape: its two parameters, mean, median and log-likelihood.

    ``first`` and ``second`` are mean and spread of the logarithm (log-normal), or scale and shape (Weibull).
    """

    name: str
    first: float
    second: float
    mean: float
    median: float
    log_likelihood: float


def parametric(brackets: Floats, counts: Floats) -> tuple[Parametric, ...]:
    """Log-normal and Weibull by maximum likelihood; none when there are too few brackets or prices of zero.

    Parameters
    ----------
    brackets
        Shape (k, 2): distinct brackets (left, right].
    counts
        Shape (k,): how many named each.
    """
    used = counts > 0
    left, right, weight = brackets[used, 0], brackets[used, 1], counts[used]
    if len(weight) < 3 or (right <= 0).any():
        return ()
    finite = np.concatenate([left[left > 0], right[np.isfinite(right)]])
    start = np.array([math.log(float(np.median(finite))), math.log(0.7)])
    found = []
    for name in ("log-normal", "weibull"):
        fit = minimize(lambda t, shape=name: -_fit(shape, t, left, right, weight), start, method="Nelder-Mead")
        if fit.success and abs(fit.x[1]) < 5:
            found.append(_summary(name, float(fit.x[0]), math.exp(float(fit.x[1])), -float(fit.fun)))
    return tuple(found)


def _fit(shape: str, theta: Floats, left: Floats, right: Floats, weight: Floats) -> float:
    """Log-likelihood; theta is the place of the logarithm and the logarithm of its spread (Weibull: 1 / shape)."""
    spread = math.exp(min(10.0, max(-10.0, float(theta[1]))))
    exact = left == right
    with np.errstate(divide="ignore", over="ignore"):
        low, high = ((np.log(end) - theta[0]) / spread for end in (left, right))
    if shape == "log-normal":
        between = ndtr(high) - ndtr(low)
        density = -0.5 * high**2 - 0.5 * math.log(2 * math.pi)
    else:
        with np.errstate(over="ignore"):
            between = np.exp(-np.exp(np.minimum(low, 700))) - np.exp(-np.exp(np.minimum(high, 700)))
            density = high - np.exp(np.minimum(high, 700))
    with np.errstate(invalid="ignore"):
        exactly = density - math.log(spread) - np.log(np.where(right > 0, right, 1.0))
    value = np.where(exact, exactly, np.log(np.maximum(between, 1e-300)))
    return float(weight @ value)


def _summary(name: str, place: float, spread: float, likelihood: float) -> Parametric:
    if name == "log-normal":
        return Parametric(name, place, spread, math.exp(place + spread**2 / 2), math.exp(place), likelihood)
    scale, shape = math.exp(place), 1 / spread
    return Parametric(name, scale, shape, scale * math.gamma(1 + spread), scale * math.log(2) ** spread, likelihood)
