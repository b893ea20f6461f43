"""How sure is a coefficient of a series whose neighbouring periods hang together? Newey and West's variance, mended.

Newey and West sum the products of residuals up to some lags. A step and a trend take much of what hangs together out of
the residuals, so that the sum is too small; and it varies much, so that a normal interval is too narrow. Both are
worked out here for residuals of a first-order process as strong as the series shows: the variance is divided by what is
expected to be left of it, and gets Student's t with as many degrees of freedom as it varies (Satterthwaite).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.signal import lfilter

from klantreis.analysis.effect.least_squares import Fit
from klantreis.analysis.result import Floats

#: Correlations of neighbours that are tried; beyond them a series is no first-order process around a line.
TRIED = np.linspace(-0.5, 0.95, 59)
#: With more periods the variance hardly varies, and how much is not worked out.
MOST = 1000


@dataclass(frozen=True, slots=True)
class Spread:
    """The standard error of a coefficient, and the degrees of freedom of its Student's t."""

    error: float
    df: float


def newey_west(line: Fit, lags: int) -> Floats:
    """The covariance as published (1987), with the usual n / (n - p).

    Examples
    --------
    >>> from klantreis.analysis.effect.least_squares import fit, with_intercept
    >>> line = fit(with_intercept(np.arange(6.0)), np.array([0.0, 1, 3, 2, 4, 6]))
    >>> newey_west(line, 1).shape
    (2, 2)
    """
    scores = line.design * line.residuals[:, None]
    meat = scores.T @ scores
    for lag, kept in enumerate(_bartlett(lags)[1:], start=1):
        cross = scores[lag:].T @ scores[:-lag]
        meat += kept * (cross + cross.T)
    return np.asarray(line.bread @ meat @ line.bread * len(line.fitted) / line.df)


def lagged_spreads(line: Fit, weight: Floats, lags: int, places: tuple[int, ...]) -> dict[int, Spread]:
    """For coefficients by their place: Newey-West's error after its correction, with its degrees of freedom.

    Parameters
    ----------
    weight
        Shape (periods,): the variance of each period, up to a factor.
    lags
        Over how many periods residuals are taken to hang together.

    Notes
    -----
    Bell and McCaffrey (2002) and Pustejovsky and Tipton (2018) correct the variance of clusters so, under a working
    model of the residuals. Here that is a first-order process; its correlation is the one under which the residuals
    of this design would correlate as they do.

    Examples
    --------
    >>> from klantreis.analysis.effect.least_squares import fit, with_intercept
    >>> line = fit(with_intercept(np.arange(12.0)), np.array([0.0, 1, 3, 4, 4, 3, 4, 7, 9, 10, 10, 10]))
    >>> spread = lagged_spreads(line, np.ones(12), 2, (1,))[1]
    >>> bool(spread.error > 1.3 * newey_west(line, 2)[1, 1] ** 0.5), spread.df < 10
    (True, True)
    """
    root = np.sqrt(weight)
    design = line.design * root[:, None]
    residuals = line.residuals / root
    across = design @ line.bread
    rho = _correlation(design, across, residuals)
    bartlett = _bartlett(lags)
    found = {}
    for place in places:
        pull = across[:, place]
        seen = _banded(pull * residuals, pull * residuals, bartlett)
        expected = expected_sum(design, across, pull, rho, bartlett)
        true = float(pull @ _process(pull, rho))
        variance = seen * true / expected if expected > 0 else math.nan
        df = freedom(design, across, pull, rho, bartlett) if len(pull) <= MOST else float(line.df)
        found[place] = Spread(math.sqrt(max(variance, 0.0)), df)
    return found


def _bartlett(lags: int) -> Floats:
    return np.asarray(1 - np.arange(lags + 1) / (lags + 1))


def _banded(one: Floats, other: Floats, kept: Floats) -> float:
    """Sum over pairs of periods of the one times the other, each pair weighing by its distance."""
    total = kept[0] * float((one * other).sum())
    for lag in range(1, len(kept)):
        total += kept[lag] * float((one[lag:] * other[:-lag]).sum() + (other[lag:] * one[:-lag]).sum())
    return float(total)


def _process(values: Floats, rho: float) -> Floats:
    """The covariance of a first-order process (variance 1) times the values."""
    ahead = lfilter([1.0], [1.0, -rho], values, axis=0)
    back = lfilter([1.0], [1.0, -rho], values[::-1], axis=0)[::-1]
    return np.asarray(ahead + back - values)


def _diagonals(design: Floats, across: Floats, lag: int) -> Floats:
    """What of M's products moved by ``lag`` is met at each distance, M taking the fitted values out: sums by distance.

    The expected product of residuals ``lag`` apart is the sum over distances d of rho^d times these.
    """
    n = len(design)
    full = np.eye(n) - across @ design.T
    moved = full[:, lag:] @ full[: n - lag, :] if lag else full
    both = moved + moved.T if lag else moved
    sums = np.array([np.trace(both, offset=d) for d in range(n)])
    sums[1:] *= 2
    return sums / (2 if lag else 1)


def _correlation(design: Floats, across: Floats, residuals: Floats) -> float:
    """The correlation of neighbours under which residuals of this design would correlate as they do."""
    total = float(residuals @ residuals)
    if total <= 0:
        return 0.0
    seen = float(residuals[1:] @ residuals[:-1]) / total
    if len(design) > MOST:  # of so many periods the design takes little
        return float(np.clip(seen, TRIED[0], TRIED[-1]))
    powers = TRIED[:, None] ** np.arange(len(design))
    neighbours, own = (powers @ _diagonals(design, across, lag) for lag in (1, 0))
    return float(np.interp(seen, neighbours / own, TRIED))


def expected_sum(design: Floats, across: Floats, pull: Floats, rho: float, kept: Floats) -> float:
    """What the banded sum of squares is expected to be, for residuals of a process with variance 1."""
    moved = _process(design, rho)
    inner = design.T @ moved
    total = 0.0
    n = len(pull)
    for lag, part in enumerate(kept):
        ahead, behind = slice(lag, n), slice(0, n - lag)
        cell = (
            rho**lag
            - (across[ahead] * moved[behind]).sum(axis=1)
            - (moved[ahead] * across[behind]).sum(axis=1)
            + ((across[ahead] @ inner) * across[behind]).sum(axis=1)
        )
        total += (2 if lag else 1) * part * float((pull[ahead] * pull[behind] * cell).sum())
    return total


def freedom(design: Floats, across: Floats, pull: Floats, rho: float, kept: Floats) -> float:
    """Satterthwaite's degrees of freedom of the banded sum of squares."""
    n = len(pull)
    apart = np.abs(np.subtract.outer(np.arange(n), np.arange(n)))
    left = np.eye(n) - across @ design.T
    spread = left @ (float(rho) ** apart) @ left.T
    band = np.where(apart < len(kept), kept[np.minimum(apart, len(kept) - 1)], 0.0) * np.outer(pull, pull)
    product = band @ spread
    return float(np.trace(product) ** 2 / (product * product.T).sum())
