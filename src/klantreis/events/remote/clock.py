"""The clock and the calendar of a time zone as SQL: arithmetic on microseconds, the same for every engine."""

from __future__ import annotations

from collections.abc import Sequence

from klantreis.events.durations import SECOND
from klantreis.events.filter import zone_named
from klantreis.events.local_time import clock_shifts

HOUR = 3600 * SECOND
DAY = 24 * HOUR
WEEK = 7 * DAY
#: Whole weeks, so many that every time is above zero once they are added: engines round differently below it.
LONG_AGO = 210_000 * WEEK
#: 1 January 1970 was a Thursday.
MONDAY = 3 * DAY


def local_time(period: tuple[int, int], zone_name: str) -> str:
    """What the clock shows at ``t``, in µs: an expression, good for times within the period."""
    changes, shifts = clock_shifts(*period, zone_named(zone_name))
    return f"(t + {steps(changes.tolist(), shifts.tolist())})"


def steps(begins: Sequence[int], values: Sequence[int]) -> str:
    """The value that holds from the last of ``begins`` at or before ``t`` on, found by halving."""
    if len(begins) == 1:
        return str(values[0])
    half = len(begins) // 2
    low, high = steps(begins[:half], values[:half]), steps(begins[half:], values[half:])
    return f"CASE WHEN t < {begins[half]} THEN {low} ELSE {high} END"
