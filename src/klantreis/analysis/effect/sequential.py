"""May we look already: intervals that hold at every moment, and limits for a planned number of looks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import ndtr
from scipy.stats import norm

from klantreis.analysis.effect.estimate import Grade
from klantreis.analysis.effect.exposure import as_exposed
from klantreis.analysis.options import checked_options
from klantreis.analysis.result import Floats, Result, as_array, caution, check_level, is_number, same_length
from klantreis.errors import InvalidInputError

Spending = Literal["pocock", "obrien_fleming", "lan_demets_pocock", "lan_demets_obrien_fleming"]
#: More planned looks than this cost much time and gain nothing.
MOST_LOOKS = 100
#: With an estimated spread nothing is said before so many cases a group (our convention).
BURN_IN = 30


@checked_options
def mixture_rho(v_opt: float, *, alpha: float = 0.05) -> float:
    """The mixture's parameter that makes the bound tightest at intrinsic time v_opt.

    Examples
    --------
    >>> round(mixture_rho(100), 5)
    12.60056
    """
    if not v_opt > 0 or not 0 < alpha < 1:
        raise InvalidInputError(f"v_opt lies above 0 and alpha between 0 and 1, not at {v_opt} and {alpha}.")
    return v_opt / (2 * math.log(1 / alpha) + math.log(1 + 2 * math.log(1 / alpha)))


@checked_options
def log_mixture(s: float, v: float, *, rho: float) -> float:
    """Log of the two-sided normal mixture martingale at sum s and intrinsic time v.

    Examples
    --------
    >>> round(log_mixture(10, 100, rho=mixture_rho(100)), 7)
    -0.6510052
    """
    return 0.5 * math.log(rho / (v + rho)) + s * s / (2 * (v + rho))


@checked_options
def mixture_bound(v: npt.ArrayLike, *, rho: float, alpha: float = 0.05) -> Floats:
    """How far a sum may stray at intrinsic time v; it does so, ever, with a chance of at most alpha.

    Examples
    --------
    >>> round(float(mixture_bound([100.0], rho=mixture_rho(100))[0]), 5)
    30.35209
    """
    time = as_array("v", v, low=0)
    return np.asarray(np.sqrt((time + rho) * np.log((time + rho) / (rho * alpha**2))))


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfidenceSequence(Result):
    """The mean (or difference of means) so far, with an interval that may be looked at after every case.

    Parameters
    ----------
    at
        After how many cases the three that follow are given.
    estimates, lows, highs
        At those moments; the ends are infinite where nothing can be said yet.
    first_away
        After how many cases the interval first left out ``null``; None when it never did.
    """

    at: tuple[int, ...] = field(repr=False)
    estimates: tuple[float, ...] = field(repr=False)
    lows: tuple[float, ...] = field(repr=False)
    highs: tuple[float, ...] = field(repr=False)
    first_away: int | None
    null: float
    grade: Grade = Grade.EXPERIMENT


@checked_options
def confidence_sequence(
    values: npt.ArrayLike,
    *,
    group: npt.ArrayLike | None = None,
    sd: float | None = None,
    tightest_at: int | None = None,
    null: float = 0.0,
    confidence: float = 0.95,
) -> ConfidenceSequence:
    """An interval for the mean that holds at all moments together, however often one looks and whenever one stops.

    Parameters
    ----------
    values
        Shape (n,): the outcomes in the order in which they came.
    group
        Shape (n,): 1 for the new, 0 for the old; the interval is then of the difference between their means.
    sd
        Standard deviation, when known; or half the range, for outcomes that lie between bounds. Without it the running
        standard deviation is used, and nothing is said before 30 cases (of each group).
    tightest_at
        At how many cases the interval should be tightest: set it beforehand. Default: 1,000.
    null
        The value whose leaving out is watched for.

    Notes
    -----
    Two-sided normal mixture. Exact for sub-Gaussian outcomes with the sd given; with a running sd, in the limit.

    References
    ----------
    Howard, Ramdas, McAuliffe and Sekhon (2021), Annals of Statistics 49(2); Waudby-Smith and others (2024), Annals of
    Statistics 52(6), for the estimated spread.

    Examples
    --------
    >>> found = confidence_sequence(np.tile([0.0, 1.0, 1.0], 300), sd=0.5, null=0.5)
    >>> round(found.low, 2), round(found.high, 2), found.first_away
    (0.62, 0.72, 123)
    """
    x = as_array("values", values)
    alpha = 1 - check_level(confidence)
    tuned = 1000 if tightest_at is None else tightest_at
    if not 1 <= tuned < 1e15:
        raise InvalidInputError(f"tightest_at must be 1 or more, not {tuned}.")
    if sd is not None and not 0 < sd < 1e150:
        raise InvalidInputError(f"sd must lie above 0, not at {sd}.")
    count = np.arange(1, len(x) + 1, dtype=np.float64)
    if group is None:
        mean, spread = _running(x, np.ones(len(x)), sd)
        variance = spread / count
        enough = count >= (1 if sd is not None else BURN_IN)
    else:
        arm = as_exposed(group, name="group")
        same_length(values=x, group=arm)
        (one, var_one), (zero, var_zero) = _running(x, arm, sd), _running(x, 1 - arm, sd)
        n_one, n_zero = np.cumsum(arm), np.cumsum(1 - arm)
        mean = one - zero
        with np.errstate(divide="ignore", invalid="ignore"):
            variance = var_one / n_one + var_zero / n_zero
        enough = np.minimum(n_one, n_zero) >= (1 if sd is not None else BURN_IN)
    bound = mixture_bound(count, rho=mixture_rho(tuned, alpha=alpha), alpha=alpha)
    half = np.sqrt(np.where(enough, variance, 0.0) / count) * bound
    half = np.where(enough, half, np.inf)
    mean = np.where(np.isfinite(mean), mean, 0.0)
    away = np.flatnonzero((mean - half > null) | (mean + half < null))
    return ConfidenceSequence(
        estimate=float(mean[-1]),
        low=float(mean[-1] - half[-1]),
        high=float(mean[-1] + half[-1]),
        n=len(x),
        method="normal mixture" + ("" if sd is not None else ", running standard deviation"),
        confidence=confidence,
        warnings=() if sd is not None else (caution("effect.burn_in", n=BURN_IN),),
        at=tuple(range(1, len(x) + 1)),
        estimates=tuple(mean.tolist()),
        lows=tuple((mean - half).tolist()),
        highs=tuple((mean + half).tolist()),
        first_away=int(away[0]) + 1 if len(away) else None,
        null=null,
    )


def _running(x: Floats, members: Floats, sd: float | None) -> tuple[Floats, Floats]:
    """Mean and variance of the members so far; not a number before the first."""
    n = np.cumsum(members)
    # Around the mean of all, so that squares of large numbers lose no digits.
    shifted = (x - x.mean()) * members
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.cumsum(shifted) / n
        spread = np.cumsum(shifted**2) / n - mean**2
    variance = np.full(len(x), sd**2) if sd is not None else np.maximum(spread, 0.0) * n / np.maximum(n - 1, 1)
    return mean + x.mean(), variance


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSequential(Result):
    """The limits of each planned look; ``estimate`` is the last critical value, n the number of looks.

    Parameters
    ----------
    fractions
        Part of all information at each look.
    critical
        Stop when the z-score is beyond this (in size, when two-sided).
    nominal
        The p-value that goes with it.
    spent
        False alarms used up so far.
    """

    fractions: tuple[float, ...]
    critical: tuple[float, ...]
    nominal: tuple[float, ...]
    spent: tuple[float, ...]
    sides: int

    def interval(self, estimate: float, standard_error: float, *, look: int) -> Result:
        """The repeated confidence interval at a look (1 is the first): it holds at all looks together.

        Examples
        --------
        >>> found = group_sequential(5, 0.05, "pocock").interval(1.0, 0.4, look=2)
        >>> round(found.low, 3), round(found.high, 3)
        (0.035, 1.965)
        """
        if not is_number(look) or not 1 <= look <= self.n or look != int(look):
            raise InvalidInputError(f"look must be 1 to {self.n}, not {look!r}.")
        if not (is_number(estimate) and math.isfinite(estimate)):
            raise InvalidInputError(f"estimate must be a number, not {estimate!r}.")
        if not (is_number(standard_error) and 0 <= standard_error < math.inf):
            raise InvalidInputError(f"standard_error must be 0 or more, not {standard_error!r}.")
        half = self.critical[look - 1] * standard_error
        return Result(
            estimate=estimate,
            low=estimate - half,
            high=estimate + half if self.sides == 2 else math.inf,
            n=look,
            method="repeated confidence interval",
            confidence=self.confidence,
            warnings=self.warnings,
        )


@checked_options
def group_sequential(
    looks: int | Sequence[float],
    alpha: float = 0.05,
    spending: Spending = "obrien_fleming",
    *,
    sides: int = 2,
) -> GroupSequential:
    """The limits that keep false alarms at alpha over all looks together.

    Parameters
    ----------
    looks
        How many, evenly spaced; or the part of all information at each, rising to 1.
    alpha
        False alarms over all looks.
    spending
        ``pocock`` (the same limit at each look), ``obrien_fleming`` (strict early), or the spending functions of Lan
        and DeMets that resemble them.

    Raises
    ------
    InvalidInputError
        When the fractions do not rise, or do not lie above 0 and at most at 1.

    References
    ----------
    Armitage, McPherson and Rowe (1969), JRSS A 132, for the recursion; Jennison and Turnbull (2000), Group Sequential
    Methods; Lan and DeMets (1983), Biometrika 70.

    Examples
    --------
    >>> [round(limit, 3) for limit in group_sequential(5, 0.05, "obrien_fleming").critical]
    [4.562, 3.226, 2.634, 2.281, 2.04]
    """
    part = _fractions(looks)
    if not 0 < alpha < 1 or sides not in (1, 2):
        raise InvalidInputError(f"alpha lies between 0 and 1 and sides is 1 or 2, not {alpha} and {sides}.")
    if spending not in ("pocock", "obrien_fleming", "lan_demets_pocock", "lan_demets_obrien_fleming"):
        raise InvalidInputError(f"spending knows no {spending!r}.", hint="Known: pocock, obrien_fleming, lan_demets_….")
    if spending in ("pocock", "obrien_fleming"):
        shape = np.ones(len(part)) if spending == "pocock" else np.sqrt(part[-1] / part)
        size = brentq(lambda c: _crossings(part, c * shape, sides).sum() - alpha, 0.0, 12.0, xtol=1e-10)
        limits = size * shape
    else:
        limits = _spend(part, alpha, spending, sides)
    crossed = np.cumsum(_crossings(part, limits, sides))
    return GroupSequential(
        estimate=float(limits[-1]),
        low=None,
        high=None,
        n=len(part),
        method=f"{spending}, {sides}-sided",
        confidence=1 - alpha,
        warnings=(caution("effect.planned_looks", n=len(part)),),
        fractions=tuple(part.tolist()),
        critical=tuple(limits.tolist()),
        nominal=tuple((sides * norm.sf(limits)).tolist()),
        spent=tuple(crossed.tolist()),
        sides=sides,
    )


def _fractions(looks: int | Sequence[float]) -> Floats:
    if is_number(looks):
        if not 1 <= looks <= MOST_LOOKS or looks != int(looks):
            raise InvalidInputError(
                f"looks must be a whole number from 1 to {MOST_LOOKS}, or rising parts of 1, not {looks}.",
                hint="To look as often as you like, use confidence_sequence.",
            )
        return np.arange(1, int(looks) + 1) / int(looks)
    part = as_array("looks", looks, low=0, high=1)
    if len(part) > MOST_LOOKS:
        raise InvalidInputError(f"looks holds {len(part)} moments, more than {MOST_LOOKS}.")
    if part[0] <= 0 or (np.diff(part) <= 0).any():
        raise InvalidInputError("looks must rise from above 0 to at most 1.", hint="Give one number for even spacing.")
    return part


def _spend(part: Floats, alpha: float, spending: Spending, sides: int) -> Floats:
    each = alpha / sides
    if spending == "lan_demets_pocock":
        target = sides * each * np.log(1 + (math.e - 1) * part)
    else:
        target = sides * 2 * norm.sf(norm.isf(each / 2) / np.sqrt(part))
    limits: list[float] = []
    for look in range(len(part)):
        due = float(target[look] - (target[look - 1] if look else 0.0))

        def short(limit: float, done: list[float] = limits, due: float = due, upto: int = look + 1) -> float:
            return float(_crossings(part[:upto], np.array([*done, limit]), sides)[-1]) - due

        limits.append(float(brentq(short, 0.0, 40.0, xtol=1e-10)) if due > 1e-15 else 40.0)
    return np.array(limits)


def _crossings(part: Floats, limits: Floats, sides: int) -> Floats:
    """Chance of crossing the limit for the first time at each look, when there is no effect.

    The density of the sum, while it has not crossed, is carried from look to look on a Gauss-Legendre grid.
    """
    nodes, weights = _grid(float(np.diff(part, prepend=0.0).min()))
    chances = np.empty(len(part))
    grid, mass = np.zeros(1), np.ones(1)
    before = 0.0
    for look, (now, limit) in enumerate(zip(part, limits, strict=True)):
        step = math.sqrt(now - before)
        edge = limit * math.sqrt(now)
        beyond = ndtr((grid - edge) / step)
        if sides == 2:
            beyond = beyond + ndtr((-edge - grid) / step)
        chances[look] = float(mass @ beyond)
        # Nine standard deviations hold all that a finite grid can tell.
        reach = 9 * math.sqrt(now)
        top, bottom = min(edge, reach), (-min(edge, reach) if sides == 2 else -reach)
        points = bottom + (top - bottom) * (nodes + 1) / 2
        apart = (points[:, None] - grid[None, :]) * (math.sqrt(0.5) / step)
        density = np.exp(-(apart**2)) @ mass / (step * math.sqrt(2 * math.pi))
        grid, mass, before = points, density * weights * (top - bottom) / 2, float(now)
    return chances


@cache
def _grid(smallest_step: float) -> tuple[Floats, Floats]:
    """Points close enough to follow the normal density of the smallest step between two looks."""
    size = int(np.clip(40 / math.sqrt(smallest_step), 160, 2000))
    nodes, weights = np.polynomial.legendre.leggauss(size)
    return np.asarray(nodes), np.asarray(weights)
