"""The two models of repeat buying as formulas, stable for many purchases and short times.

Customers buy at random at a rate that is gamma over customers. In BG/NBD they may leave after each purchase with a
chance that is beta over customers; in Pareto/NBD they may leave at any time, at a rate that is gamma over customers.
"""

from __future__ import annotations

import math
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy.special import betaln, expit, gammaln, hyp2f1, log_expit

from klantreis.analysis.result import Floats

#: Above this first parameter of the chance to leave its closed form is no longer computed.
ALIKE = 50.0
_NODES, _NODE_WEIGHTS = np.polynomial.legendre.leggauss(48)


class Model(Protocol):
    """What both models answer; x purchases after the first, the last at t, observed until T; parameters p."""

    @property
    def name(self) -> str: ...

    @property
    def names(self) -> tuple[str, ...]: ...

    @property
    def starts(self) -> tuple[tuple[float, ...], ...]: ...

    def log_likelihood(self, p: Floats, x: Floats, t: Floats, T: Floats) -> Floats: ...  # noqa: N803

    def alive(self, p: Floats, x: Floats, t: Floats, T: Floats) -> Floats: ...  # noqa: N803

    def ahead(self, p: Floats, x: Floats, t: Floats, T: Floats, time: float) -> Floats: ...  # noqa: N803

    def new(self, p: Floats, time: Floats) -> Floats: ...


def _log_left(p: Floats, x: Floats, t: Floats, T: Floats) -> Floats:  # noqa: N803
    """BG/NBD: logarithm of the odds of having left right after the last purchase; nobody has without a repeat."""
    r, alpha, a, b = p
    repeat = x > 0
    many = np.where(repeat, x, 1.0)
    odds = np.log(a / (b + many - 1)) + (r + many) * np.log((alpha + T) / (alpha + t))
    return np.asarray(np.where(repeat, odds, -np.inf))


def _off_the_poles(a: float, b: float) -> tuple[float, float]:
    """What is expected is continuous in a and b, but its formula is 0/0 at a = 1 and 0 times infinity at a + b = 1."""
    if abs(a - 1) < 1e-6:
        a = 1 + 1e-6
    if abs(a + b - 1) < 1e-6:
        b += 2e-6
    return a, b


def _of_alike(rate: Floats, share: npt.ArrayLike, a: float, b: Floats) -> Floats:
    """The mean of (1 - (1 + q·share)^-rate) / q over beta(a, b) chances to leave q, by summing along their logit.

    The series of the closed form is 0 times infinity when a is large; the chances are then all but equal.
    """
    spread = np.sqrt(1 / a + 1 / b)
    step = np.minimum(0.5, 0.2 * spread)
    # Beyond this many steps the density, which falls off like e^-a and e^-b times the logit, adds nothing.
    reach = min(400, math.ceil(float(((9 * spread + 45 / np.minimum(a, b)) / step).max())))
    step = step[:, None]
    logit = np.log(a / b)[:, None] + step * np.arange(-reach, reach + 1)
    chance = expit(logit)
    log_density = a * log_expit(logit) + b[:, None] * log_expit(-logit) - betaln(a, b)[:, None]
    weight = np.exp(log_density) * step
    grown = np.asarray(share, dtype=np.float64).reshape(-1, 1)
    each = -np.expm1(-rate[:, None] * np.log1p(chance * grown)) / chance
    # What lies beyond the sum leaves for certain.
    rest = np.clip(1 - weight.sum(axis=1), 0.0, 1.0)
    return np.asarray((each * weight).sum(axis=1) - rest * np.expm1(-rate * np.log1p(grown[:, 0])))


class BgNbd:
    """Fader, Hardie and Lee (2005), Marketing Science 24:275-284."""

    name = "BG/NBD"
    names = ("r", "alpha", "a", "b")
    starts = ((0.5, 5.0, 0.8, 2.5), (1.0, 1.0, 1.0, 1.0))

    def log_likelihood(self, p: Floats, x: Floats, t: Floats, T: Floats) -> Floats:  # noqa: N803
        """Of each customer."""
        r, alpha, a, b = p
        bought = gammaln(r + x) - gammaln(r) + r * np.log(alpha) - (r + x) * np.log(alpha + T)
        stayed = gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
        return np.asarray(bought + stayed + np.logaddexp(0.0, _log_left(p, x, t, T)))

    def alive(self, p: Floats, x: Floats, t: Floats, T: Floats) -> Floats:  # noqa: N803
        """Chance that a customer may still buy."""
        return np.asarray(np.exp(-np.logaddexp(0.0, _log_left(p, x, t, T))))

    def ahead(self, p: Floats, x: Floats, t: Floats, T: Floats, time: float) -> Floats:  # noqa: N803
        """Purchases of a customer in the time ahead."""
        r, alpha, a, b = p
        if a > ALIKE:
            return _of_alike(r + x, time / (alpha + T), a, b + x) * self.alive(p, x, t, T)
        a, b = _off_the_poles(a, b)
        z = time / (alpha + T + time)
        # Euler's transformation keeps the parameters of the series small, however many purchases there were.
        kept = (1 - z) ** (a - 1) * hyp2f1(a + b - 1 - r, a - 1, a + b + x - 1, z)
        return np.asarray((a + b + x - 1) / (a - 1) * (1 - kept) * self.alive(p, x, t, T))

    def new(self, p: Floats, time: Floats) -> Floats:
        """Repeat purchases of a new customer by a time."""
        r, alpha, a, b = p
        if a > ALIKE:
            return _of_alike(np.full(len(time), r), time / alpha, a, np.full(len(time), b))
        a, b = _off_the_poles(a, b)
        z = time / (alpha + time)
        kept = (1 - z) ** (a - 1) * hyp2f1(a + b - 1 - r, a - 1, a + b - 1, z)
        return np.asarray((a + b - 1) / (a - 1) * (1 - kept))


class ParetoNbd:
    """Schmittlein, Morrison and Colombo (1987), Management Science 33:1-24."""

    name = "Pareto/NBD"
    names = ("r", "alpha", "s", "beta")
    starts = ((0.5, 10.0, 0.6, 12.0), (1.0, 1.0, 1.0, 1.0))

    def _parts(self, p: Floats, x: Floats, t: Floats, T: Floats) -> tuple[Floats, Floats]:  # noqa: N803
        """Logarithms of being still there at T, and of having left between the last purchase and T."""
        r, alpha, s, beta = p
        there = -(r + x) * np.log(alpha + T) - s * np.log(beta + T)
        # ∫ s (α+y)^-(r+x) (β+y)^-(s+1) dy from t to T, in v = log((α+y)/(α+t)), where it falls off like e^-(r+x-1)v.
        width = np.log((alpha + T) / (alpha + t))
        fall = r + x - 1
        width = np.where(fall > 0, np.minimum(width, 45 / np.maximum(fall, 1e-12)), width)
        v = width[..., None] * (_NODES + 1) / 2
        grown = (alpha + t)[..., None] * np.exp(v)
        inner = -fall[..., None] * v - (s + 1) * np.log(beta - alpha + grown)
        top = inner.max(axis=-1)
        total = (np.exp(inner - top[..., None]) * _NODE_WEIGHTS).sum(axis=-1) * width / 2
        with np.errstate(divide="ignore"):
            left = np.log(s) - fall * np.log(alpha + t) + top + np.log(total)
        return there, left

    def log_likelihood(self, p: Floats, x: Floats, t: Floats, T: Floats) -> Floats:  # noqa: N803
        """Of each customer."""
        r, alpha, s, beta = p
        there, left = self._parts(p, x, t, T)
        start = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta)
        return np.asarray(start + np.logaddexp(there, left))

    def alive(self, p: Floats, x: Floats, t: Floats, T: Floats) -> Floats:  # noqa: N803
        """Chance that a customer may still buy."""
        there, left = self._parts(p, x, t, T)
        return np.asarray(np.exp(-np.logaddexp(0.0, left - there)))

    def ahead(self, p: Floats, x: Floats, t: Floats, T: Floats, time: float) -> Floats:  # noqa: N803
        """Purchases of a customer in the time ahead."""
        r, alpha, s, beta = p
        rate = (r + x) / (alpha + T)
        return np.asarray(rate * (beta + T) * _lasting(s, (beta + T) / (beta + T + time)) * self.alive(p, x, t, T))

    def new(self, p: Floats, time: Floats) -> Floats:
        """Repeat purchases of a new customer by a time."""
        r, alpha, s, beta = p
        return np.asarray(r / alpha * beta * _lasting(s, beta / (beta + time)))


def _lasting(s: float, share: Floats) -> Floats:
    """(1 - share^(s-1)) / (s-1), also where s is 1."""
    if abs(s - 1) < 1e-9:
        return -np.log(share)
    return np.asarray(-np.expm1((s - 1) * np.log(share)) / (s - 1))
