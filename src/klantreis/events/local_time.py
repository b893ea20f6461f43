"""Days, weeks and months, and the hour on the clock, in a time zone: as instants in microseconds since 1970 UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from klantreis.errors import InvalidInputError, did_you_mean
from klantreis.events.filter import bounds
from klantreis.events.local.columns import EPOCH

Step = Literal["day", "week", "month"]

#: More periods than this are a slip: a log with a time far off, or days where months are meant.
MOST_PERIODS = 40_000
_MICROSECOND = timedelta(microseconds=1)
#: The calendar in UTC.
_FIRST = (datetime.min.replace(tzinfo=UTC) - EPOCH) // _MICROSECOND
_LAST = (datetime.max.replace(tzinfo=UTC) - EPOCH) // _MICROSECOND


def calendar_edges(first: int, last: int, by: str, zone: tzinfo) -> tuple[list[date], NDArray[np.int64]]:
    """The first day of each period that an instant from ``first`` up to ``last`` lies in, and where each begins.

    The instants are one more than the days: the end of the last period. Weeks begin on Monday.

    Raises
    ------
    InvalidInputError
        When ``by`` is not day, week or month, or when there are too many periods to show.

    Examples
    --------
    >>> from datetime import UTC
    >>> days, edges = calendar_edges(0, 86_400_000_000, "day", UTC)
    >>> days[1].isoformat(), edges.tolist()
    ('1970-01-02', [0, 86400000000, 172800000000])
    """
    if by not in get_args(Step):
        raise InvalidInputError(
            f"{by!r} is no period to count by.", hint=did_you_mean(by, get_args(Step), what="period")
        )
    begin, end = (local_moment(instant, zone).date() for instant in (first, last))
    if by == "week":
        begin -= timedelta(days=begin.weekday())
    elif by == "month":
        begin = begin.replace(day=1)
    days = [begin]
    while days[-1] <= end:
        if len(days) > MOST_PERIODS:
            raise InvalidInputError(
                f"From {begin} to {end} there are more than {MOST_PERIODS} {by}s.",
                hint="Count by month, or leave out stray times with a period.",
            )
        days.append(_next(days[-1], by))
    edges = [bounds((day, None), zone)[0] for day in days]
    if not all(edge is not None and _FIRST <= edge <= _LAST for edge in edges):
        raise InvalidInputError(
            f"There is no calendar around {begin} to {end}.", hint="Leave out stray times with a period."
        )
    return days[:-1], np.array(edges, dtype=np.int64)


def clock_shifts(first: int, last: int, zone: tzinfo) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How far the clock is ahead of UTC: from each instant on, starting at or before ``first``, in microseconds.

    Found to the second, by looking at each day and halving the days in which it changes.
    """
    changes, shifts = [first], [_shift(first, zone)]
    step = 86_400_000_000
    at = first
    while at < last:
        after = min(at + step, last)
        if _shift(after, zone) != shifts[-1]:
            low, high = at, after
            while high - low > 1:
                middle = (low + high) // 2
                if _shift(middle, zone) == shifts[-1]:
                    low = middle
                else:
                    high = middle
            changes.append(high)
            shifts.append(_shift(high, zone))
            at = high
        else:
            at = after
    return np.array(changes, dtype=np.int64), np.array(shifts, dtype=np.int64)


def _next(day: date, by: str) -> date:
    try:
        if by == "month":
            return date(day.year + day.month // 12, day.month % 12 + 1, 1)
        return day + timedelta(days=7 if by == "week" else 1)
    except (ValueError, OverflowError):
        raise InvalidInputError(
            f"The calendar ends after {day}.", hint="Leave out stray times with a period."
        ) from None


def local_moment(instant: int, zone: tzinfo) -> datetime:
    """The moment on the clock of a zone; where the calendar ends before it, as on 9999-12-31, the moment in UTC.

    Examples
    --------
    >>> from zoneinfo import ZoneInfo
    >>> local_moment(0, ZoneInfo("Europe/Amsterdam")).isoformat()
    '1970-01-01T01:00:00+01:00'
    >>> local_moment(253_402_300_799_000_000, ZoneInfo("Europe/Amsterdam")).isoformat()
    '9999-12-31T23:59:59+00:00'
    """
    moment = EPOCH + timedelta(microseconds=instant)
    try:
        return moment.astimezone(zone)
    except OverflowError:
        return moment


def _shift(instant: int, zone: tzinfo) -> int:
    moment = local_moment(instant, zone)
    # Beyond the calendar the clock of the zone is as far ahead as at its edge.
    shift = moment.replace(tzinfo=zone).utcoffset() if moment.tzinfo is UTC else moment.utcoffset()
    assert shift is not None  # noqa: S101 - a time in a zone has one
    return shift // _MICROSECOND
