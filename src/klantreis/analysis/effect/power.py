"""How many are needed to see an effect, how likely is it to be seen, and what is the smallest that would be?

For two groups of units drawn by lot, compared by their means (Student's t) or by their shares (normal).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import brentq
from scipy.stats import nct, norm, t

from klantreis.analysis.options import checked_options
from klantreis.analysis.result import Caution, Result, caution
from klantreis.errors import InvalidInputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Power(Result):
    """A power, a number per group, or an effect: ``estimate`` is what was asked for.

    Parameters
    ----------
    power, per_group, effect
        The three that hang together; ``per_group`` is of the first group and not rounded, n is both groups rounded up.
    alpha
        False alarms allowed.
    curve
        (units in the first group, power) at a quarter to four times that many.
    """

    power: float
    per_group: float
    effect: float
    alpha: float
    curve: tuple[tuple[float, float], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What stays the same while one of the three is sought."""

    baseline: float | None
    sd: float
    ratio: float
    alpha: float
    sides: int

    def power(self, effect: float, n: float) -> float:
        if self.baseline is None:
            return self._of_means(effect, n)
        return self._of_shares(self.baseline, self.baseline + effect, n)

    def _of_means(self, effect: float, n: float) -> float:
        df = n * (1 + self.ratio) - 2
        if df <= 0:
            return 0.0
        apart = abs(effect) / self.sd * math.sqrt(n * self.ratio / (1 + self.ratio))
        bound = float(t.isf(self.alpha / self.sides, df))
        if apart > 4 * bound + 40:  # beyond doubt, and beyond what the noncentral t can be computed for
            return 1.0
        if df > 1e5:  # where the noncentral t is normal, and its series is slow
            return float(norm.sf(bound - apart) + (norm.cdf(-bound - apart) if self.sides == 2 else 0))
        # Far out in a tail SciPy's noncentral t gives no number; what lies there is nothing, or all.
        ours = float(np.nan_to_num(nct.sf(bound, df, apart), nan=norm.sf(bound - apart)))
        other = float(np.nan_to_num(nct.cdf(-bound, df, apart), nan=0.0)) if self.sides == 2 else 0.0
        return min(1.0, ours + other)

    def _of_shares(self, p: float, q: float, n: float) -> float:
        mean = (p + self.ratio * q) / (1 + self.ratio)
        same = math.sqrt(mean * (1 - mean) * (1 + 1 / self.ratio))
        apart = math.sqrt(p * (1 - p) + q * (1 - q) / self.ratio)
        bound = float(norm.isf(self.alpha / self.sides)) * same
        gap = abs(q - p) * math.sqrt(n)
        if apart == 0:
            return 1.0 if gap > bound else 0.0
        return float(norm.cdf((gap - bound) / apart) + (norm.cdf((-gap - bound) / apart) if self.sides == 2 else 0))


@checked_options
def power(
    effect: float,
    n: float,
    *,
    baseline: float | None = None,
    sd: float = 1.0,
    ratio: float = 1.0,
    correlation: float = 0.0,
    design_effect: float = 1.0,
    alpha: float = 0.05,
    sides: int = 2,
) -> Power:
    """The chance that a test finds an effect of this size.

    Parameters
    ----------
    effect
        Difference between the means, in the unit of ``sd`` (which is 1: in standard deviations); or between the shares
        when a baseline is given.
    n
        Units in the first group.
    baseline
        Share in the first group; the second has that plus the effect.
    sd
        Standard deviation of the outcome within a group.
    ratio
        Size of the second group over that of the first.
    correlation
        Of the outcome with its own value from before, when that is adjusted for (CUPED); means only.
    design_effect
        How many times the variance is that of independent units, when units hang together.
    alpha, sides
        False alarms allowed, on one or two sides.

    References
    ----------
    Cohen (1988), Statistical Power Analysis for the Behavioral Sciences; Fleiss (1981), section 3.2, without
    continuity correction, for shares.

    Examples
    --------
    >>> round(power(0.5, 64).estimate, 3)
    0.801
    """
    plan = _plan(baseline, sd, ratio, correlation, design_effect, alpha, sides)
    _check_effect(effect, baseline)
    if not (n > 1 and math.isfinite(n)):
        raise InvalidInputError(f"n must be 2 or more, not {n}.")
    found = plan.power(effect, n)
    return _answer(plan, found, effect=effect, n=float(n), found=found, method="power")


@checked_options
def sample_size(
    effect: float,
    *,
    power: float = 0.8,
    baseline: float | None = None,
    sd: float = 1.0,
    ratio: float = 1.0,
    correlation: float = 0.0,
    design_effect: float = 1.0,
    alpha: float = 0.05,
    sides: int = 2,
) -> Power:
    """How many units the first group needs; ``estimate`` is not rounded. Options as for :func:`power`.

    Examples
    --------
    >>> round(sample_size(0.5).estimate, 2), round(sample_size(0.25, baseline=0.5, power=0.9).estimate, 1)
    (63.77, 76.7)
    """
    plan = _plan(baseline, sd, ratio, correlation, design_effect, alpha, sides)
    _check_effect(effect, baseline)
    _check_power(power, alpha)
    n = _root(lambda size: plan.power(effect, size) - power, 3 / (1 + ratio), 1e12, "effect is too small")
    return _answer(plan, n, effect=effect, n=n, found=power, method="sample size")


@checked_options
def minimum_detectable_effect(
    n: float,
    *,
    power: float = 0.8,
    baseline: float | None = None,
    sd: float = 1.0,
    ratio: float = 1.0,
    correlation: float = 0.0,
    design_effect: float = 1.0,
    alpha: float = 0.05,
    sides: int = 2,
) -> Power:
    """The smallest effect that is found this often with n units in the first group. Options as for :func:`power`.

    Examples
    --------
    >>> round(minimum_detectable_effect(64).estimate, 3)
    0.499
    """
    plan = _plan(baseline, sd, ratio, correlation, design_effect, alpha, sides)
    _check_power(power, alpha)
    if not (n > 1 and math.isfinite(n)):
        raise InvalidInputError(f"n must be 2 or more, not {n}.")
    most = plan.sd * 1e6 if baseline is None else 1 - baseline
    effect = _root(lambda size: plan.power(size, n) - power, most * 1e-12, most, f"n is too small ({n:g})")
    return _answer(plan, effect, effect=effect, n=float(n), found=power, method="minimum detectable effect")


def _plan(
    baseline: float | None,
    sd: float,
    ratio: float,
    correlation: float,
    design_effect: float,
    alpha: float,
    sides: int,
) -> _Plan:
    if baseline is not None and not 0 <= baseline < 1:
        raise InvalidInputError(f"baseline is a share from 0 to 1, not {baseline}.")
    for name, value in (("sd", sd), ("ratio", ratio), ("design_effect", design_effect)):
        if not (value > 0 and math.isfinite(value)):
            raise InvalidInputError(f"{name} must lie above 0, not at {value}.")
    if not -1 < correlation < 1:
        raise InvalidInputError(f"correlation must lie between -1 and 1, not at {correlation}.")
    if baseline is not None and (correlation or design_effect != 1):
        raise InvalidInputError(
            "correlation and design_effect are for means.", hint="Give sd = √(p(1-p)) instead of the baseline."
        )
    if not 0 < alpha < 1 or sides not in (1, 2):
        raise InvalidInputError(f"alpha lies between 0 and 1 and sides is 1 or 2, not {alpha} and {sides}.")
    return _Plan(baseline, sd * math.sqrt((1 - correlation**2) * design_effect), ratio, alpha, sides)


def _check_effect(effect: float, baseline: float | None) -> None:
    if not 1e-12 <= abs(effect) <= 1e12:
        raise InvalidInputError(f"effect must be a number other than 0, neither minute nor vast, not {effect}.")
    if baseline is not None and not 0 <= baseline + effect <= 1:
        raise InvalidInputError(f"effect takes the share from {baseline} to {baseline + effect}, outside 0 to 1.")


def _check_power(power: float, alpha: float) -> None:
    if not alpha < power < 1:
        raise InvalidInputError(f"power lies between alpha ({alpha}) and 1, not at {power}.")


def _root(missing: Callable[[float], float], low: float, high: float, wrong: str) -> float:
    if missing(low) >= 0:
        return low
    top = low
    while missing(top) < 0:
        top = min(top * 4, high)
        if top >= high and missing(high) < 0:
            raise InvalidInputError(f"{wrong}: that power cannot be had.")
    return float(brentq(missing, low, top, xtol=1e-10, rtol=1e-12))


def _answer(plan: _Plan, estimate: float, *, effect: float, n: float, found: float, method: str) -> Power:
    sizes = [n * part for part in (0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4)]
    cautions: list[Caution] = []
    if plan.baseline is not None:
        shares = (plan.baseline, plan.baseline + effect)
        if min(min(p, 1 - p) * n for p in shares) < 5:
            cautions.append(caution("effect.normal_approximation"))
    return Power(
        estimate=estimate,
        low=None,
        high=None,
        n=math.ceil(n - 1e-9) + math.ceil(n * plan.ratio - 1e-9),
        method=f"{method}, {'noncentral t' if plan.baseline is None else 'normal'}, {plan.sides}-sided",
        confidence=1 - plan.alpha,
        warnings=tuple(cautions),
        power=found,
        per_group=n,
        effect=effect,
        alpha=plan.alpha,
        curve=tuple((size, plan.power(effect, size)) for size in sizes),
    )
