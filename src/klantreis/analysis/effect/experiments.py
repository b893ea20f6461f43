"""Did the experiment work: is the split sound, how far do the groups differ, and how much surer does the past make it?

For units drawn by lot into groups. Looking at the answer before the planned end makes false alarms; for that there are
``confidence_sequence`` and ``group_sequential``. How many are needed: ``power``, ``sample_size`` and
``minimum_detectable_effect``.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import false_discovery_control, skew, t

from klantreis.analysis.effect.estimate import Effect, Grade, around, known
from klantreis.analysis.effect.least_squares import fit
from klantreis.analysis.effect.power import Power, minimum_detectable_effect, power, sample_size
from klantreis.analysis.effect.sample_ratio import SampleRatio, sample_ratio
from klantreis.analysis.effect.sequential import (
    ConfidenceSequence,
    GroupSequential,
    confidence_sequence,
    group_sequential,
)
from klantreis.analysis.options import checked_options
from klantreis.analysis.result import LARGEST, Caution, Floats, Result, as_array, as_codes, caution, same_length
from klantreis.errors import InvalidInputError

__all__ = [
    "Comparison",
    "ConfidenceSequence",
    "Cuped",
    "GroupSequential",
    "Power",
    "SampleRatio",
    "compare",
    "confidence_sequence",
    "cuped",
    "false_discovery",
    "group_sequential",
    "minimum_detectable_effect",
    "power",
    "sample_ratio",
    "sample_size",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison(Effect):
    """The mean of a less that of b; ``relative`` is that as a part of b's mean, with its interval (delta method)."""

    mean_a: float
    mean_b: float
    df: float
    relative: Result | None


@checked_options
def compare(
    a: npt.ArrayLike,
    b: npt.ArrayLike,
    *,
    customer_a: Sequence[object] | npt.NDArray[np.generic] | None = None,
    customer_b: Sequence[object] | npt.NDArray[np.generic] | None = None,
    confidence: float = 0.95,
) -> Comparison:
    """How much higher the outcome is in a (the new) than in b (the old), of units drawn by lot.

    Parameters
    ----------
    a, b
        Shapes (n_a,), (n_b,): the outcome of each unit. A yes or no is 1 or 0.
    customer_a, customer_b
        Whose outcome each is, when customers were drawn and have several (visits, orders): the interval then counts
        customers (delta method).

    Raises
    ------
    InvalidInputError
        When a value is missing, a group has fewer than two units (or customers), or only one has customers.

    References
    ----------
    Welch (1947), Biometrika 34; Deng and others (2018), KDD: Applying the delta method in metric analytics.

    Examples
    --------
    >>> found = compare([5.0, 7.0, 6.0, 8.0], [4.0, 5.0, 3.0, 4.0])
    >>> found.estimate, round(found.low, 2), round(found.high, 2), round(found.p_value, 3)
    (2.5, 0.54, 4.46, 0.022)
    """
    one, two = as_array("a", a, minimum=2), as_array("b", b, minimum=2)
    if (customer_a is None) != (customer_b is None):
        raise InvalidInputError("customer_a and customer_b must both be given, or neither.")
    cautions: list[Caution] = []
    parts = [_mean("customer_a", one, customer_a), _mean("customer_b", two, customer_b)]
    if customer_a is not None and sum(part[2] for part in parts) < len(one) + len(two):
        units = int(sum(part[2] for part in parts))
        cautions.append(caution("effect.repeated_customers", n=len(one) + len(two), customers=units))
    (mean_a, var_a, n_a), (mean_b, var_b, n_b) = parts
    estimate, variance = mean_a - mean_b, var_a + var_b
    df = variance**2 / (var_a**2 / (n_a - 1) + var_b**2 / (n_b - 1)) if variance > 0 else float(n_a + n_b - 2)
    found = around(estimate, math.sqrt(variance), confidence=confidence, df=df)
    for values, n in ((one, n_a), (two, n_b)):
        # Rule of thumb for the normal interval: n above 355 times the squared skewness (Kohavi and others 2014).
        tilt = float(skew(values)) if np.ptp(values) > 0 else 0.0
        if n < 355 * tilt**2 and not np.isin(values, (0, 1)).all():
            cautions.append(caution("effect.skewed", n=int(n)))
            break
    if variance == 0:
        cautions.append(caution("effect.no_spread"))
    if min(n_a, n_b) < 30:
        cautions.append(caution("effect.few_cases", n=int(min(n_a, n_b))))
    how = "welch" if customer_a is None else "welch over customers (delta method)"
    return Comparison(
        estimate=estimate,
        low=found.low,
        high=found.high,
        n=len(one) + len(two),
        method=how,
        confidence=confidence,
        warnings=tuple(cautions),
        standard_error=math.sqrt(variance),
        p_value=found.p_value,
        grade=Grade.EXPERIMENT,
        mean_a=mean_a,
        mean_b=mean_b,
        df=df,
        relative=_relative(parts, df=df, n=len(one) + len(two), confidence=confidence),
    )


def _mean(
    name: str, values: Floats, customer: Sequence[object] | npt.NDArray[np.generic] | None
) -> tuple[float, float, int]:
    """Mean, its variance, and how many independent units it rests on."""
    if customer is None:
        return float(values.mean()), float(values.var(ddof=1) / len(values)), len(values)
    codes, names = as_codes(name, customer)
    if len(codes) != len(values):
        raise InvalidInputError(f"{name} has {len(codes)} values for {len(values)} outcomes.")
    k = len(names)
    if k < 2:
        raise InvalidInputError(f"{name} holds one customer; at least 2 are needed.")
    sums, sizes = np.bincount(codes, values, k), np.bincount(codes, minlength=k)
    mean = float(sums.sum() / sizes.sum())
    rest = sums - mean * sizes
    return mean, float(rest @ rest / (k - 1) * k / sizes.sum() ** 2), k


def _relative(parts: list[tuple[float, float, int]], *, df: float, n: int, confidence: float) -> Result | None:
    (a, var_a, _), (b, var_b, _) = parts
    # Near the smallest number there is, neither the ratio nor its square is one.
    if b <= 1 / LARGEST or abs(a) > b * LARGEST:
        return None
    ratio = a / b
    error = math.sqrt(var_a + ratio**2 * var_b) / b
    found = around(ratio - 1, error, confidence=confidence, df=df)
    return Result(
        estimate=ratio - 1, low=found.low, high=found.high, n=n, method="ratio, delta method", confidence=confidence
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cuped(Effect):
    """The difference between the groups after taking out what the past foretells.

    Parameters
    ----------
    raw
        The plain difference.
    theta
        By how much the outcome moves with the value from before, within the groups.
    correlation
        Of the two, within the groups.
    variance_ratio
        1 - correlation²: the variance that is left.
    """

    raw: float
    theta: float
    correlation: float
    variance_ratio: float


@checked_options
def cuped(
    y: npt.ArrayLike,
    x: npt.ArrayLike,
    group: Sequence[object] | npt.NDArray[np.generic],
    *,
    control: Hashable | None = None,
    robust: bool = False,
    confidence: float = 0.95,
) -> Cuped:
    """The other group less the control, using each unit's own value from before the experiment.

    Parameters
    ----------
    y
        Shape (n,): the outcome.
    x
        Shape (n,): the value from **before** exposure; NaN for who had none, who are given an indicator.
    group
        Shape (n,): two values.
    control
        Which value is the control; the first in sorted order when left out (0 of 0 and 1, False of False and True).
    robust
        HC3 standard error, for groups of unlike size and spread.

    Raises
    ------
    InvalidInputError
        When there are not two groups, an outcome is missing, or x does not vary.

    Notes
    -----
    θ is pooled within the groups, which makes the estimate that of an analysis of covariance, with its standard error.

    References
    ----------
    Deng, Xu, Kohavi and Walker (2013), WSDM: Improving the sensitivity of online controlled experiments.

    Examples
    --------
    >>> rng = np.random.default_rng(5)
    >>> before, group = rng.normal(size=4000), rng.integers(0, 2, 4000)
    >>> found = cuped(before + 0.1 * group + rng.normal(size=4000), before, group)
    >>> round(found.variance_ratio, 2), found.low < 0.1 < found.high
    (0.51, True)
    """
    target, past = as_array("y", y), as_array("x", x, missing=True)
    codes, names = as_codes("group", group)
    n = same_length(y=target, x=past, group=codes)
    if len(names) != 2:
        raise InvalidInputError(f"group must hold two values, not {len(names)}.")
    if control is not None and (not isinstance(control, Hashable) or control not in names):
        raise InvalidInputError(f"control is {control!r}, and group holds {names[0]!r} and {names[1]!r}.")
    arm = (codes != (0 if control is None else names.index(control))).astype(np.float64)
    absent = np.isnan(past)
    if absent.all() or np.ptp(past[~absent]) == 0:
        raise InvalidInputError("x does not vary: it cannot foretell anything.")
    filled = np.where(absent, past[~absent].mean(), past)
    columns = [np.ones(n), arm, filled] + ([absent.astype(np.float64)] if absent.any() else [])
    line = fit(np.column_stack(columns), target, name="x with group")
    covariance = line.hc3() if robust else line.classical()
    # Not a number when one case alone decides; rounding may leave a hair below zero.
    error = float(np.sqrt(np.maximum(covariance[1, 1], 0.0)))
    found = around(float(line.coefficients[1]), error, confidence=confidence, df=line.df)
    plain = fit(np.column_stack([columns[0], columns[1], *columns[3:]]), target)
    left = float(line.residuals @ line.residuals) / max(float(plain.residuals @ plain.residuals), 1e-300)
    slope = float(line.coefficients[2])
    cautions = _before_cautions(past, absent, arm)
    if not robust and _unlike(line.residuals, arm):
        cautions.append(caution("effect.unequal_spread"))
    return Cuped(
        estimate=float(line.coefficients[1]),
        low=found.low,
        high=found.high,
        n=n,
        method="cuped" + (", hc3" if robust else ""),
        confidence=confidence,
        warnings=tuple(cautions),
        standard_error=known(error),
        p_value=found.p_value,
        grade=Grade.EXPERIMENT,
        raw=float(target[arm == 1].mean() - target[arm == 0].mean()),
        theta=slope,
        correlation=math.copysign(math.sqrt(max(0.0, 1 - left)), slope),
        variance_ratio=left,
    )


def _before_cautions(past: Floats, absent: npt.NDArray[np.bool_], arm: Floats) -> list[Caution]:
    found: list[Caution] = []
    if absent.any():
        found.append(caution("effect.before_missing", n=int(absent.sum())))
    one, two = past[(arm == 1) & ~absent], past[(arm == 0) & ~absent]
    if min(len(one), len(two)) > 1:
        error = math.sqrt(one.var(ddof=1) / len(one) + two.var(ddof=1) / len(two))
        p = 2 * float(t.sf(abs(one.mean() - two.mean()) / error, len(one) + len(two) - 2)) if error > 0 else 1.0
        if p < 0.001:
            found.append(caution("effect.before_differs", p=f"{p:.2g}"))
    return found


def _unlike(residuals: Floats, arm: Floats) -> bool:
    one, two = residuals[arm == 1], residuals[arm == 0]
    sizes, spreads = sorted((len(one), len(two))), sorted((float(one.var()), float(two.var())))
    return sizes[1] > 1.5 * sizes[0] and spreads[1] > 1.5 * spreads[0]


def false_discovery(p_values: npt.ArrayLike) -> tuple[float, ...]:
    """Benjamini-Hochberg adjusted p-values: of those below a rate, at most that part are false alarms on average.

    Examples
    --------
    >>> [round(p, 3) for p in false_discovery([0.01, 0.04, 0.03, 0.5])]
    [0.04, 0.053, 0.053, 0.5]
    """
    return tuple(map(float, false_discovery_control(as_array("p_values", p_values, low=0, high=1))))
