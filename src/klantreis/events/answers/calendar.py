"""What the calendar shows: who came back per day, week or month, and when on the day and in the week events happen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from klantreis.events.answers.answer import Answer, Scope
from klantreis.events.share import Share


@dataclass(frozen=True, slots=True)
class Cohort:
    """The customers who started in one period.

    Parameters
    ----------
    period
        The first day of the period (ISO 8601), in the log's time zone.
    customers
        How many started in it.
    cells
        Who came back in the same period, in the next one, and so on; None where the data end before that period
        does, so that nobody can tell.
    hidden
        The places in ``cells`` that are None because so few came back.
    """

    period: str
    customers: int
    cells: tuple[Share | None, ...]
    hidden: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Retention(Answer):
    """Which customers came back.

    Parameters
    ----------
    by
        ``day``, ``week`` (from Monday) or ``month``.
    unbounded
        Whether to have come back at or after a period counts, not only in it.
    start, back
        What counts as starting and as coming back; None: any event.
    timezone
        In which days begin and end.
    complete_to
        Up to when the data are complete (ISO 8601, UTC); None when there are none.
    customers
        How many started at all.
    cohorts
        By period, earliest first; periods in which nobody started are left out.
    total
        Per column, all cohorts for which the period can be seen whole, together.
    """

    method: ClassVar[str] = "retention"

    scope: Scope
    by: str
    unbounded: bool
    start: str | None
    back: str | None
    timezone: str
    complete_to: str | None
    customers: int
    cohorts: tuple[Cohort, ...]
    total: tuple[Share | None, ...]


@dataclass(frozen=True, slots=True)
class HourActivity:
    """One hour of the week: ``weekday`` 1 (Monday) to 7, ``hour`` 0 to 23.

    ``share`` is that of all events; ``customers`` are the different customers who were active in it.
    """

    weekday: int
    hour: int
    events: int | None
    share: float | None
    customers: int | None


@dataclass(frozen=True, slots=True)
class ChannelActivity:
    """One channel ("" is none): its events, their share of all, its customers of all.

    ``hours`` and ``hour_customers`` are its events and its different customers per hour of the day.
    """

    channel: str
    events: int
    share: float
    customers: Share
    hours: tuple[int | None, ...]
    hour_customers: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Activity(Answer):
    """When events happen, and through which channel.

    Parameters
    ----------
    timezone
        In which hours and days are meant.
    hours
        All 168 hours of the week in order; their events add up to all events.
    channels
        Most events first; empty when the log has no channel.
    """

    method: ClassVar[str] = "activity"

    scope: Scope
    timezone: str
    hours: tuple[HourActivity, ...]
    channels: tuple[ChannelActivity, ...]
