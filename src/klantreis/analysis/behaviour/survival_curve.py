"""A curve of shares over time from customers who came, left or were last seen; and the band around it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from klantreis.analysis.result import Caution, Floats, as_array, caution
from klantreis.errors import InvalidInputError

Band = Literal["log-log", "log", "plain"]
Flags = npt.NDArray[np.bool_]
#: Below this many departures the band is a rough guide (our convention).
FEW_EVENTS = 10


@dataclass(frozen=True, slots=True)
class Curve:
    """A step function that holds from each time until the next.

    Parameters
    ----------
    time
        Rising; each at which someone left or was last seen.
    value, low, high
        The share from then on, and its interval (NaN where there is none).
    at_risk, left
        How many were under observation just before, and how many of them left at that time.
    """

    time: tuple[float, ...]
    value: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    at_risk: tuple[int, ...]
    left: tuple[int, ...]

    @classmethod
    def of(cls, time: Floats, value: Floats, low: Floats, high: Floats, at_risk: Floats, left: Floats) -> Curve:
        """From arrays of one length."""
        counts = (tuple(int(x) for x in row) for row in (at_risk, left))
        return cls(*(tuple(row.tolist()) for row in (time, value, low, high)), *counts)

    def at(self, time: float, *, before: float = 1.0) -> tuple[float | None, float | None, float | None, int]:
        """Value, low, high and how many are still under observation at a time; ``before`` holds up to the first."""
        if math.isnan(time) or time < 0:
            raise InvalidInputError(f"time must be 0 or more, not {time:g}.")
        place = int(np.searchsorted(self.time, time, side="right")) - 1
        later = int(np.searchsorted(self.time, time, side="left"))
        n = self.at_risk[later] if later < len(self.time) else 0
        if place < 0:
            return before, before, before, n
        # After the last one left the share is known for good; after the last one was merely last seen it is not.
        if time > self.time[-1] and self.at_risk[-1] > self.left[-1]:
            return None, None, None, 0
        low, high = self.low[place], self.high[place]
        return self.value[place], None if math.isnan(low) else low, None if math.isnan(high) else high, n


def durations(duration: npt.ArrayLike, entry: npt.ArrayLike | None) -> tuple[Floats, Floats]:
    """Times of leaving and of coming under observation (before everything when not given)."""
    time = as_array("duration", duration, low=0)
    if entry is None:
        return time, np.full(len(time), -1.0)
    came = as_array("entry", entry, low=0)
    if len(came) != len(time):
        raise InvalidInputError(f"Unequal lengths: duration has {len(time)}, entry has {len(came)}.")
    if (came >= time).any():
        place = int(np.argmax(came >= time))
        raise InvalidInputError(f"entry {came[place]:g} at position {place} is not before duration {time[place]:g}.")
    return time, came


def flags(name: str, values: npt.ArrayLike) -> Flags:
    """Zeros and ones as booleans."""
    array = as_array(name, values, low=0, high=1)
    if not np.isin(array, (0, 1)).all():
        raise InvalidInputError(f"{name} must hold 0 or 1 only.")
    return np.asarray(array == 1)


def risk_table(time: Floats, came: Floats, left: Flags, *, at: Floats | None = None) -> tuple[Floats, Floats, Floats]:
    """At each time: how many were under observation just before, and how many left.

    Examples
    --------
    >>> _, risk, gone = risk_table(np.array([2.0, 3.0, 3.0]), np.full(3, -1.0), np.array([True, True, False]))
    >>> risk.tolist(), gone.tolist()
    ([3.0, 2.0], [1.0, 1.0])
    """
    times = np.unique(time) if at is None else at
    ends, starts = np.sort(time), np.sort(came)
    gone_before = np.searchsorted(ends, times, side="left")
    come_before = np.searchsorted(starts, times, side="left")
    departures = np.sort(time[left])
    gone = np.searchsorted(departures, times, side="right") - np.searchsorted(departures, times, side="left")
    return times, (come_before - gone_before).astype(float), gone.astype(float)


def greenwood(gone: Floats, risk: Floats) -> Floats:
    """What each time adds to the variance of the curve's logarithm; nothing where everyone left, and the curve is 0."""
    rest = risk - gone
    return np.divide(gone, risk * rest, out=np.zeros(len(gone)), where=(rest > 0) & (risk > 0))


def checked_band(band: str) -> None:
    """Refuse a band that is not there."""
    if band not in get_args(Band):
        raise InvalidInputError(f"band must be one of {', '.join(get_args(Band))}, not {band}.")


def band_of(value: Floats, variance: Floats, *, band: Band, confidence: float) -> tuple[Floats, Floats]:
    """Ends of the interval of a share, from the variance of its logarithm; at 1 and 0 there is nothing to vary."""
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    spread = np.sqrt(variance)
    inner = (value > 1e-15) & (value < 1 - 1e-15)
    safe = np.where(inner, value, 0.5)
    if band == "log-log":
        half = z * spread / np.log(safe)
        low, high = safe ** np.exp(-half), safe ** np.exp(half)
    elif band == "log":
        low, high = safe * np.exp(-z * spread), np.minimum(1.0, safe * np.exp(z * spread))
    else:
        low, high = np.maximum(0.0, safe * (1 - z * spread)), np.minimum(1.0, safe * (1 + z * spread))
    nothing = np.where(value >= 1 - 1e-15, 1.0, np.nan)
    return np.where(inner, low, nothing), np.where(inner, high, nothing)


def crossing(time: Floats, value: Floats, share: float = 0.5) -> float | None:
    """Where a falling curve first comes to a share: midway when it stays there, None when it never does.

    Examples
    --------
    >>> crossing(np.array([1.0, 2.0, 4.0]), np.array([0.8, 0.5, 0.3]))
    3.0
    """
    known = ~np.isnan(value)
    times, values = time[known], value[known]
    down = np.flatnonzero(values <= share + 1e-12)
    if not len(down):
        return None
    first = down[0]
    lower = np.flatnonzero(values < share - 1e-12)
    if values[first] < share - 1e-12 or not len(lower):
        return float(times[first])
    return float(times[first] + times[lower[0]]) / 2


def small_sample(n: int, events: int) -> list[Caution]:
    """What to say of few departures, or of none."""
    if events == 0:
        return [caution("behaviour.nobody_left", n=n)]
    return [caution("behaviour.few_events", events=events)] if events < FEW_EVENTS else []
