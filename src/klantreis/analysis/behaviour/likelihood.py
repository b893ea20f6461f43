"""The parameters that make the data likeliest, all above zero, and how sure they are."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from scipy.optimize import minimize

from klantreis.analysis.bootstrap import percentiles
from klantreis.analysis.result import Caution, Floats, caution


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a model, with its interval (None where the data do not determine it)."""

    name: str
    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """The likeliest parameters.

    Parameters
    ----------
    values
        All above zero.
    log_likelihood
        At those values.
    drawn
        Values drawn from what the likelihood leaves open (rows), normal in the logarithms; None where it is flat.
    warnings
        What went wrong, if anything.
    """

    values: Floats
    log_likelihood: float
    drawn: Floats | None
    warnings: tuple[Caution, ...]

    def parameters(self, names: tuple[str, ...], confidence: float) -> tuple[Parameter, ...]:
        """Each parameter with its interval."""
        lows, highs = ([None] * len(names), [None] * len(names))
        if self.drawn is not None:
            spread = np.log(self.drawn).std(axis=0)
            half = NormalDist().inv_cdf(0.5 + confidence / 2) * spread
            lows, highs = (self.values * np.exp(-half)).tolist(), (self.values * np.exp(half)).tolist()
        rows = zip(names, self.values.tolist(), lows, highs, strict=True)
        return tuple(Parameter(name, value, low, high) for name, value, low, high in rows)

    def interval(self, quantity: Callable[[Floats], float], confidence: float) -> tuple[float | None, float | None]:
        """Ends for something that follows from the parameters."""
        if self.drawn is None:
            return None, None
        values = np.array([quantity(row) for row in self.drawn])
        low, high = percentiles(values[~np.isnan(values)], confidence) if not np.isnan(values).all() else (None, None)
        return (None, None) if low is None or high is None else (float(low), float(high))


def likeliest(
    log_likelihood: Callable[[Floats], float], starts: tuple[tuple[float, ...], ...], *, draws: int = 500, seed: int = 0
) -> Fitted:
    """Climb from each start in the logarithms of the parameters, then polish with Newton's steps.

    Parameters
    ----------
    log_likelihood
        Of the parameters themselves; infinite or NaN where they are impossible.
    starts
        Where to begin; the best end is kept.
    draws
        How many rows of ``drawn``.

    Examples
    --------
    >>> counts = np.array([3, 5, 4])
    >>> fit = likeliest(lambda rate: float((counts * np.log(rate[0]) - rate[0]).sum()), ((1.0,),))
    >>> round(float(fit.values[0]), 6)
    4.0
    """

    def loss(log_values: Floats) -> float:
        if np.abs(log_values).max() > 25:
            return 1e300
        with np.errstate(all="ignore"):
            value = -log_likelihood(np.exp(log_values))
        return value if math.isfinite(value) else 1e300

    ends = [_climb(loss, np.log(start)) for start in starts]
    place = min(ends, key=loss)
    for _ in range(4):
        slope, bend = _slope(loss, place), _bend(loss, place)
        try:
            step = np.linalg.solve(bend, slope)
        except np.linalg.LinAlgError:
            break
        if np.abs(step).max() > 0.5 or loss(place - step) > loss(place):
            break
        place = place - step
    notes: list[Caution] = []
    drawn = _drawn(place, _bend(loss, place), draws, seed)
    if drawn is None or np.abs(place).max() > 12:
        notes.append(caution("behaviour.flat_likelihood"))
    return Fitted(np.exp(place), -loss(place), drawn, tuple(notes))


def _climb(loss: Callable[[Floats], float], start: Floats) -> Floats:
    rough = minimize(loss, start, method="Nelder-Mead", options={"maxiter": 400 * len(start), "fatol": 1e-6})
    fine = minimize(loss, rough.x, method="BFGS", jac=lambda place: _slope(loss, place), options={"gtol": 1e-6})
    return np.asarray(fine.x if loss(fine.x) <= loss(rough.x) else rough.x, dtype=np.float64)


def _slope(loss: Callable[[Floats], float], place: Floats, *, step: float = 1e-5) -> Floats:
    return np.array([(loss(place + e) - loss(place - e)) / (2 * step) for e in np.eye(len(place)) * step])


def _bend(loss: Callable[[Floats], float], place: Floats, *, step: float = 1e-3) -> Floats:
    k = len(place)
    bend = np.empty((k, k))
    moves = np.eye(k) * step
    for i in range(k):
        for j in range(i + 1):
            a, b = moves[i], moves[j]
            corners = loss(place + a + b) - loss(place + a - b) - loss(place - a + b) + loss(place - a - b)
            bend[i, j] = bend[j, i] = corners / (4 * step * step)
    return bend


def _drawn(place: Floats, bend: Floats, draws: int, seed: int) -> Floats | None:
    if not np.isfinite(bend).all():
        return None
    roots, vectors = np.linalg.eigh(bend)
    # A direction in which a step of ten in the logarithm changes nothing is not determined by the data.
    if roots.min() < 1e-2:
        return None
    rng = np.random.default_rng(seed)
    normal = rng.standard_normal((draws, len(place)))
    return np.asarray(np.exp(np.clip(place + normal / np.sqrt(roots) @ vectors.T, -30, 30)))
