"""How long until the next phase, when not everyone has got there yet?

Kaplan and Meier for one way to leave, Aalen and Johansen for several that compete, the log-rank test for whether groups
differ. Customers who are still waiting count for as long as they were seen. None of it says why someone left.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2

from klantreis.analysis.behaviour.survival_curve import (
    Band,
    Curve,
    band_of,
    checked_band,
    crossing,
    durations,
    flags,
    greenwood,
    risk_table,
    small_sample,
)
from klantreis.analysis.behaviour.survival_risks import CauseCurve, CompetingRisks, aalen_johansen
from klantreis.analysis.options import checked_options
from klantreis.analysis.result import Result, as_codes, caution, check_level, same_length
from klantreis.errors import InvalidInputError

__all__ = [
    "CauseCurve",
    "CompetingRisks",
    "Curve",
    "GroupRisk",
    "LogRank",
    "Survival",
    "aalen_johansen",
    "kaplan_meier",
    "log_rank",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Survival(Result):
    """The share still waiting over time; ``estimate`` is the median wait, infinite ends are not reached by the data.

    Parameters
    ----------
    curve
        One row for each time at which someone left or was last seen.
    events
        How many left; the others were still waiting when last seen.
    """

    curve: Curve = field(repr=False)
    events: int

    def at(self, time: float) -> Result:
        """The share still waiting after ``time``, with its interval; None beyond what was seen.

        Examples
        --------
        >>> share = kaplan_meier([2, 3, 3, 8], [1, 1, 0, 1]).at(5)
        >>> round(share.estimate, 3), share.n
        (0.5, 1)
        """
        share, low, high, n = self.curve.at(time)
        return Result(
            estimate=share, low=low, high=high, n=n, method=self.method, confidence=self.confidence, warnings=()
        )

    def mean_until(self, horizon: float) -> Result:
        """Mean wait when nobody waits longer than ``horizon`` (restricted mean), with its normal interval.

        Raises
        ------
        InvalidInputError
            When ``horizon`` is not above 0 or lies beyond the last time seen while some are still waiting.

        Examples
        --------
        >>> mean = kaplan_meier([1, 2, 3, 4], [1, 1, 1, 1]).mean_until(4)
        >>> mean.estimate, round(mean.high, 3)
        (2.5, 3.596)
        """
        last = self.curve.time[-1]
        if not horizon > 0 or (horizon > last and self.curve.value[-1] > 0):
            raise InvalidInputError(f"horizon must lie above 0 and not beyond {last:g}, not at {horizon:g}.")
        time, value = np.array(self.curve.time), np.array(self.curve.value)
        inside = time < horizon
        starts = np.r_[0.0, time[inside]]
        widths = np.diff(np.r_[starts, horizon])
        heights = np.r_[1.0, value[inside]]
        area = widths * heights
        # What is still to come after each time, which is how much a departure there takes away.
        after = (area[::-1].cumsum()[::-1])[1:]
        left = np.array(self.curve.left)[inside]
        risk = np.array(self.curve.at_risk)[inside]
        variance = float(after**2 @ greenwood(left, risk))
        half = NormalDist().inv_cdf(0.5 + self.confidence / 2) * math.sqrt(variance)
        mean = float(area.sum())
        return Result(
            estimate=mean,
            low=max(0.0, mean - half),
            high=min(horizon, mean + half),
            n=self.n,
            method="restricted mean, greenwood",
            confidence=self.confidence,
            warnings=self.warnings,
        )


@checked_options
def kaplan_meier(
    duration: npt.ArrayLike,
    event: npt.ArrayLike,
    *,
    entry: npt.ArrayLike | None = None,
    band: Band = "log-log",
    confidence: float = 0.95,
) -> Survival:
    """The share that has not yet left by each time, from customers of whom some were still waiting when last seen.

    Parameters
    ----------
    duration
        Shape (n,): time from the start until the customer left or was last seen, not negative.
    event
        Shape (n,): 1 (True) when the customer left, 0 when only last seen.
    entry
        When the customer came under observation, if later than the start (left truncation).
    band
        How the interval at each time is made from Greenwood's variance: ``log-log`` stays within 0 and 1 and holds
        best in small samples; ``log`` and ``plain`` are what other programs give.

    Raises
    ------
    InvalidInputError
        When durations are missing or negative, events not 0 or 1, or an entry not before its duration.

    Notes
    -----
    Who left and who was last seen at the same time: the latter still counts as waiting there. The median is where
    the curve comes to a half, midway when it stays at a half; its ends are where the band does.

    References
    ----------
    Kaplan and Meier (1958), JASA 53:457-481; Brookmeyer and Crowley (1982), Biometrics 38:29-41.

    Examples
    --------
    >>> weeks = [9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161]
    >>> wait = kaplan_meier(weeks, [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0])
    >>> wait.estimate, wait.low, wait.high
    (31.0, 13.0, inf)
    """
    check_level(confidence)
    checked_band(band)
    time, came = durations(duration, entry)
    left = flags("event", event)
    same_length(duration=time, event=left)
    times, risk, gone = risk_table(time, came, left)
    value = np.asarray(np.cumprod(1 - gone / risk), dtype=np.float64)
    low, high = band_of(value, np.cumsum(greenwood(gone, risk)), band=band, confidence=confidence)
    curve = Curve.of(times, value, low, high, risk, gone)
    notes = small_sample(len(time), int(left.sum()))
    middle = crossing(times, value)
    if middle is None:
        notes.append(caution("behaviour.median_not_reached", percent=round(100 * float(value[-1]))))
    if left.any() and np.any(risk[gone > 0][:-1] == gone[gone > 0][:-1]):
        notes.append(caution("behaviour.risk_set_emptied"))
    return Survival(
        estimate=middle,
        # Where the curve falls to 0 its band has no width: the lower end is then the median itself.
        low=_first_known(crossing(times, low), middle),
        high=_first_known(crossing(times, high)),
        n=len(time),
        method=f"kaplan-meier, greenwood {band}",
        confidence=confidence,
        warnings=tuple(notes),
        curve=curve,
        events=int(left.sum()),
    )


def _first_known(*times: float | None) -> float:
    return next((time for time in times if time is not None), math.inf)


@dataclass(frozen=True, slots=True)
class GroupRisk:
    """One group: how many left, and how many would have if it made no difference in which group one is."""

    group: Any
    n: int
    observed: int
    expected: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRank(Result):
    """Whether groups leave at different rates; ``estimate`` is the second group's rate over the first's (Peto).

    The ratio is None for more than two groups. It is a fair summary only while the ratio stays the same over time.
    """

    statistic: float
    degrees_of_freedom: int
    p_value: float
    groups: tuple[GroupRisk, ...]


@checked_options
def log_rank(
    duration: npt.ArrayLike,
    event: npt.ArrayLike,
    group: Sequence[object] | npt.NDArray[Any],
    *,
    strata: Sequence[object] | npt.NDArray[Any] | None = None,
    rho: float = 0,
    confidence: float = 0.95,
) -> LogRank:
    """Test whether groups wait equally long, against rates that differ by a factor.

    Parameters
    ----------
    duration, event
        As for :func:`kaplan_meier`.
    group
        Shape (n,): two groups or more.
    strata
        Compare within these only, and add up.
    rho
        Weight times by (share still waiting just before) to this power: 0 for the log-rank test, 1 for Peto and Peto.

    References
    ----------
    Mantel (1966), Cancer Chemotherapy Reports 50:163-170; Harrington and Fleming (1982), Biometrika 69:553-566.

    Examples
    --------
    >>> weeks = [9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161, 5, 5, 8, 8, 12, 16, 23, 27, 30, 33, 43, 45]
    >>> left = [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1]
    >>> test = log_rank(weeks, left, ["kept"] * 11 + ["not"] * 12)
    >>> round(test.statistic, 1), round(test.p_value, 3)
    (3.4, 0.065)
    """
    check_level(confidence)
    time, came = durations(duration, None)
    left = flags("event", event)
    codes, names = as_codes("group", group)
    where, layers = as_codes("strata", strata) if strata is not None else (np.zeros(len(codes), dtype=np.int64), (0,))
    same_length(duration=time, event=left, group=codes, strata=where)
    if len(names) < 2:
        raise InvalidInputError(f"group holds one group only ({names[0]}); two or more are needed.")
    if not left.any():
        raise InvalidInputError("event is 0 for everyone: nobody left, so nothing can be compared.")
    k = len(names)
    observed, expected = np.zeros(k), np.zeros(k)
    gap, spread = np.zeros(k), np.zeros((k, k))
    for layer in range(len(layers)):
        here = where == layer
        part = _score(time[here], came[here], left[here], codes[here], k, rho)
        for total, more in zip((observed, expected, gap, spread), part, strict=True):
            total += more
    statistic = float(gap[1:] @ np.linalg.pinv(spread[1:, 1:]) @ gap[1:])
    freedom = int(np.linalg.matrix_rank(spread)) if spread.any() else 0
    ratio, low, high = _peto(gap[1], spread[1, 1], confidence) if k == 2 and rho == 0 else (None, None, None)
    return LogRank(
        estimate=ratio,
        low=low,
        high=high,
        n=len(time),
        method="log-rank, peto ratio" if rho == 0 else f"harrington-fleming rho={rho:g}",
        confidence=confidence,
        warnings=tuple(small_sample(len(time), int(left.sum()))),
        statistic=statistic,
        degrees_of_freedom=freedom,
        p_value=float(chi2.sf(statistic, freedom)) if freedom else 1.0,
        groups=tuple(
            GroupRisk(name, int((codes == i).sum()), round(observed[i]), float(expected[i]))
            for i, name in enumerate(names)
        ),
    )


def _peto(gap: float, variance: float, confidence: float) -> tuple[float | None, float | None, float | None]:
    if variance <= 0:
        return None, None, None
    half = NormalDist().inv_cdf(0.5 + confidence / 2) / math.sqrt(variance)
    return math.exp(gap / variance), math.exp(gap / variance - half), math.exp(gap / variance + half)


def _score(time: Any, came: Any, left: Any, codes: Any, k: int, rho: float) -> tuple[Any, Any, Any, Any]:
    """Observed, expected, weighted difference and its covariance, by group, in one stratum."""
    times, risk, gone = risk_table(time, came, left)
    by = [risk_table(time[codes == i], came[codes == i], left[codes == i], at=times) for i in range(k)]
    at_risk = np.array([table[1] for table in by], dtype=float)
    observed = np.array([table[2] for table in by], dtype=float)
    share = np.divide(at_risk, risk, out=np.zeros_like(at_risk), where=risk > 0)
    before = np.r_[1.0, np.cumprod(1 - gone / risk)[:-1]]
    weight = before**rho
    both = weight**2 * gone * np.divide(risk - gone, risk - 1, out=np.zeros(len(risk)), where=risk > 1)
    spread = np.diag((both * share).sum(axis=1)) - (both * share) @ share.T
    gap = ((observed - gone * share) * weight).sum(axis=1)
    return observed.sum(axis=1), (gone * share).sum(axis=1), gap, spread
