"""Which part of a log a question is about: a period, a kind of event, a kind of customer.

An event that a filter hides is gone for the question: the event before it is followed by the event after it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from klantreis.errors import InvalidInputError
from klantreis.events.pattern import EventPattern, as_pattern
from klantreis.values import Period

#: From and to; None leaves that side open. A date includes the whole of that day, at both sides; a datetime is an
#: instant: from it (included), up to it (not included).
Span = tuple[date | datetime | None, date | datetime | None]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Filter:
    """Only these events, of only these customers.

    Parameters
    ----------
    period
        Days or instants. Days, and instants without a time zone, are read in the log's own time zone.
    where
        Only events that match; a pattern or its text.
    customers
        Only customers with at least one matching event anywhere in the log, also outside ``period`` and
        ``where``; a pattern or its text.

    Examples
    --------
    >>> Filter(where="channel='web'").where == as_pattern('channel = "web"')
    True
    """

    period: Period | Span | None = None
    where: EventPattern | str | None = None
    customers: EventPattern | str | None = None

    def __post_init__(self) -> None:
        if self.where is not None:
            object.__setattr__(self, "where", as_pattern(self.where))
        if self.customers is not None:
            object.__setattr__(self, "customers", as_pattern(self.customers))
        start, end = self.span
        first, after = bounds((start, end), UTC)
        if first is not None and after is not None and first >= after:
            raise InvalidInputError(f"The period ends ({end}) before it starts ({start}).")

    @property
    def span(self) -> Span:
        """The period as from and to."""
        if self.period is None:
            return (None, None)
        return (self.period.start, self.period.end) if isinstance(self.period, Period) else self.period

    @property
    def where_pattern(self) -> EventPattern | None:
        """``where`` as a pattern."""
        return None if self.where is None else as_pattern(self.where)

    @property
    def customers_pattern(self) -> EventPattern | None:
        """``customers`` as a pattern."""
        return None if self.customers is None else as_pattern(self.customers)

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON."""
        start, end = self.span
        return {
            "from": None if start is None else start.isoformat(),
            "to": None if end is None else end.isoformat(),
            "where": None if self.where is None else str(self.where),
            "customers": None if self.customers is None else str(self.customers),
        }


def bounds(span: Span, zone: tzinfo) -> tuple[int | None, int | None]:
    """From (included) and to (not included) as microseconds since 1970 UTC."""
    start, end = span
    first = None if start is None else _instant(start, zone)
    if end is None:
        return first, None
    if not isinstance(end, datetime):
        if end == date.max:  # nothing is later
            return first, None
        end += timedelta(days=1)
    return first, _instant(end, zone)


def zone_named(name: str) -> ZoneInfo:
    """The time zone with this IANA name.

    Raises
    ------
    InvalidInputError
        When there is none.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidInputError(
            f"There is no time zone {name!r}.", hint="Names look like Europe/Amsterdam, Europe/Brussels or UTC."
        ) from None


def _instant(moment: date | datetime, zone: tzinfo) -> int:
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time(), tzinfo=zone)
    elif moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    # Not by way of the moment in UTC: on the first and the last day of the calendar there is none.
    shift = moment.utcoffset() or timedelta()
    return (moment.replace(tzinfo=UTC) - _EPOCH - shift) // timedelta(microseconds=1)
