"""What did a change on a date make of a series: level and trend before, carried on as if nothing had happened.

One series and one date. Whatever else changed then is in the estimate; a series without the change beside it (see
``synthetic_control``) answers more.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2

from klantreis.analysis.effect.estimate import Effect, Grade, around
from klantreis.analysis.effect.lagged_errors import Spread, lagged_spreads, newey_west
from klantreis.analysis.effect.least_squares import Fit, fit, mean_of
from klantreis.analysis.options import checked_options
from klantreis.analysis.result import Caution, Floats, Result, as_array, caution, same_length
from klantreis.errors import InvalidInputError

#: Of a larger number the exponential is none.
LARGEST_LOGARITHM = 709.0
Errors = Literal["quasi", "hac", "newey_west", "model"]


@dataclass(frozen=True, slots=True, kw_only=True)
class InterruptedSeries(Effect):
    """The jump in level: a ratio for counts, a difference otherwise.

    Parameters
    ----------
    trend
        Per period, before the change (a ratio for counts).
    slope
        Change of the trend after it; None when not asked for.
    dispersion
        Pearson's: 1 for Poisson counts; the residual variance otherwise.
    autocorrelation
        Of neighbouring Pearson residuals; ``ljung_box_p`` tests the first lags together.
    fitted, without
        What the model says was expected in every period, and had nothing changed.
    """

    trend: Result
    slope: Result | None
    dispersion: float
    autocorrelation: float
    ljung_box_p: float
    fitted: tuple[float, ...] = field(repr=False)
    without: tuple[float, ...] = field(repr=False)


@checked_options
def interrupted_series(
    outcome: npt.ArrayLike,
    start: int,
    *,
    exposure: npt.ArrayLike | None = None,
    family: Literal["poisson", "linear"] = "poisson",
    errors: Errors = "quasi",
    slope: bool = False,
    period: float | None = None,
    harmonics: int = 0,
    season: npt.ArrayLike | None = None,
    lags: int | None = None,
    confidence: float = 0.95,
) -> InterruptedSeries:
    """Level (and slope) change on a date decided beforehand, with trend and season.

    Parameters
    ----------
    outcome
        Shape (periods,), evenly spaced; counts for ``poisson``.
    start
        First period after the change: how many lie before.
    exposure
        Shape (periods,): population or traffic that the counts are out of.
    errors
        ``quasi``: variance as large as it is seen to be; ``hac``: neighbouring periods may also hang together
        (Newey-West, corrected for what the fit takes out of it, with Student's t); ``newey_west``: the same as it was
        published, which is too narrow; ``model``: Poisson's own variance, or constant variance.
    slope
        Whether the trend may change too; the level is then that at the change itself.
    period, harmonics
        Length of the season, and how many pairs of sine and cosine describe it (2 of 12 for months, say).
    season
        Shape (periods,): the place in the season; the number of the period when left out.
    lags
        Of the HAC variance; about n^(1/4) when left out.

    Raises
    ------
    InvalidInputError
        When a value is missing, a count negative, ``start`` leaves a side empty, or there are too few periods.

    References
    ----------
    Lopez Bernal, Cummins and Gasparrini (2017), International Journal of Epidemiology 46(1); Newey and West (1987),
    Econometrica 55(3); Pustejovsky and Tipton (2018), Journal of Business & Economic Statistics 36(4), on correcting.

    Examples
    --------
    >>> rng = np.random.default_rng(4)
    >>> visits = rng.poisson(200 * np.where(np.arange(60) < 36, 1.0, 0.8))
    >>> found = interrupted_series(visits, 36)
    >>> found.low < 0.8 < found.high
    True
    """
    y = as_array("outcome", outcome, low=0 if family == "poisson" else None, minimum=6)
    n = len(y)
    if not 1 <= start < n:
        raise InvalidInputError(f"start must leave a period before and one after: 1 to {n - 1}, not {start}.")
    if family == "poisson" and (y[:start].sum() == 0 or y[start:].sum() == 0):
        raise InvalidInputError(
            "outcome is zero throughout before start, or after it: there is no ratio.", hint='Try family="linear".'
        )
    offset = np.zeros(n)
    if exposure is not None:
        size = as_array("exposure", exposure, low=0)
        same_length(outcome=y, exposure=size)
        if (size == 0).any():
            raise InvalidInputError("exposure holds a zero.")
        if family == "linear":
            raise InvalidInputError("exposure is for counts.", hint="Divide the outcome by it.")
        offset = np.log(size)
    design = _design(n, start, slope=slope, period=period, harmonics=harmonics, season=season)
    line = fit(design, y, family=family, offset=offset, name="outcome")
    weight = line.fitted if family == "poisson" else np.ones(n)
    dispersion = float((line.residuals**2 / weight).sum()) / line.df
    named = {"level": 1, "trend": 2, **({"slope": 3} if slope else {})}
    spreads = _spreads(line, weight, dispersion, tuple(named.values()), family=family, errors=errors, lags=lags)
    correlation, p = _correlation(line.residuals / np.sqrt(weight))
    found = {
        name: _coefficient(float(line.coefficients[place]), spreads[place], family=family, confidence=confidence, n=n)
        for name, place in named.items()
    }
    changed = 2 if slope else 1
    places = [1, 3][:changed]
    without = mean_of(family, np.delete(design, places, axis=1) @ np.delete(line.coefficients, places) + offset)
    level = found["level"]
    return InterruptedSeries(
        estimate=level.estimate,
        low=level.low,
        high=level.high,
        n=n,
        method=f"interrupted series, {family}, {errors} errors",
        confidence=confidence,
        warnings=tuple(_cautions(n, start, period, dispersion, correlation, p, family=family, errors=errors)),
        standard_error=level.standard_error,
        p_value=level.p_value,
        grade=Grade.QUASI_EXPERIMENT,
        trend=found["trend"],
        slope=found.get("slope"),
        dispersion=dispersion,
        autocorrelation=correlation,
        ljung_box_p=p,
        fitted=tuple(line.fitted.tolist()),
        without=tuple(without.tolist()),
    )


def _design(
    n: int, start: int, *, slope: bool, period: float | None, harmonics: int, season: npt.ArrayLike | None
) -> Floats:
    place = np.arange(n, dtype=np.float64)
    after = (place >= start).astype(np.float64)
    columns = [np.ones(n), after, place - start]
    if slope:
        columns.append(after * (place - start))
    if harmonics < 0:
        raise InvalidInputError(f"harmonics must be 0 or more, not {harmonics}.")
    if period is not None and not 1 < period <= 10 * n:
        raise InvalidInputError(f"period must lie above 1 and within sight of {n} periods, not at {period}.")
    if harmonics and (period is None or 2 * harmonics > period):
        raise InvalidInputError(
            f"harmonics of {harmonics} needs a period of at least {max(2, 2 * harmonics)}.",
            hint="Give period=12 for months of a year.",
        )
    when = place + 1 if season is None else as_array("season", season)
    if len(when) != n:
        raise InvalidInputError(f"season has {len(when)} values for {n} periods.")
    if harmonics and np.ptp(when) == 0:
        raise InvalidInputError("season does not vary.")
    for order in range(1, harmonics + 1):
        angle = 2 * math.pi * order * when / (period or 1)
        columns.append(np.sin(angle))
        # At half the season's length the sine vanishes, and beyond it waves repeat.
        columns.append(np.cos(angle))
    kept = [column for k, column in enumerate(columns) if k < 3 or np.abs(column).max() > 1e-8]
    return np.column_stack(kept)


def _spreads(
    line: Fit,
    weight: Floats,
    dispersion: float,
    places: tuple[int, ...],
    *,
    family: str,
    errors: Errors,
    lags: int | None,
) -> dict[int, Spread]:
    """For each coefficient its standard error and degrees of freedom, on the scale of the fit."""
    n = len(line.fitted)
    # Least squares has Student's t; for counts the normal interval is the usual one.
    df = line.df if family == "linear" else math.inf
    if errors in ("hac", "newey_west"):
        reach = math.floor(4 * (n / 100) ** (2 / 9)) if lags is None else lags
        if not 0 <= reach < n:
            raise InvalidInputError(f"lags must be 0 to {n - 1}, not {reach}.")
        if errors == "hac":
            return lagged_spreads(line, weight, reach, places)
        covariance = newey_west(line, reach)
    elif errors == "model" and family == "poisson":
        covariance = line.bread
    else:
        covariance = line.bread * dispersion
    return {place: Spread(math.sqrt(max(float(covariance[place, place]), 0.0)), df) for place in places}


def _times(logarithm: float) -> float:
    """A ratio from its logarithm; infinite beyond the largest number there is."""
    return math.exp(logarithm) if logarithm < LARGEST_LOGARITHM else math.inf


def _coefficient(value: float, spread: Spread, *, family: str, confidence: float, n: int) -> Effect:
    found = around(value, spread.error, confidence=confidence, df=spread.df)
    turn = _times if family == "poisson" else float
    return Effect(
        estimate=turn(value),
        low=None if found.low is None else turn(found.low),
        high=None if found.high is None else turn(found.high),
        n=n,
        method="ratio" if family == "poisson" else "difference",
        confidence=confidence,
        standard_error=spread.error,
        p_value=found.p_value,
        grade=Grade.QUASI_EXPERIMENT,
    )


def _correlation(residuals: Floats) -> tuple[float, float]:
    """Lag-one autocorrelation, and the Ljung-Box p-value of the first lags."""
    n = len(residuals)
    total = float(residuals @ residuals)
    if total <= 0:
        return 0.0, 1.0
    count = max(1, min(10, n // 5))
    values = [float(residuals[lag:] @ residuals[:-lag]) / total for lag in range(1, count + 1)]
    statistic = n * (n + 2) * sum(value**2 / (n - lag) for lag, value in enumerate(values, 1))
    return values[0], float(chi2.sf(statistic, count))


def _cautions(
    n: int,
    start: int,
    period: float | None,
    dispersion: float,
    correlation: float,
    p: float,
    *,
    family: str,
    errors: Errors,
) -> list[Caution]:
    found = [caution("effect.one_event")]
    if family == "poisson" and errors == "model" and dispersion > 1.5:
        found.append(caution("effect.overdispersed", dispersion=round(dispersion, 2)))
    if errors not in ("hac", "newey_west") and p < 0.05 and correlation > 0:
        found.append(caution("effect.autocorrelated", correlation=round(correlation, 2)))
    if errors == "newey_west":
        found.append(caution("effect.hac_narrow"))
    found += [
        caution(f"effect.short_{side}", n=size) for size, side in ((start, "before"), (n - start, "after")) if size < 8
    ]
    if period and start < period:
        found.append(caution("effect.season_not_seen"))
    return found
