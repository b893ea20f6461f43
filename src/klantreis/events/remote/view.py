"""What a filter leaves of a remote log, as SQL that the questions count in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from klantreis.events.answers.answer import Scope
from klantreis.events.filter import Filter, bounds, zone_named
from klantreis.events.local.columns import EPOCH
from klantreis.events.pattern import EventPattern
from klantreis.events.remote.patterns import Conditions
from klantreis.events.remote.table import enriched

if TYPE_CHECKING:
    from klantreis.events.remote.log import RemoteLog

#: The columns of ``View.around``.
AROUND = ("c", "p", "t", "tp", "next_tp", "since", "gap", "is_first", "is_last")


@dataclass(frozen=True, slots=True)
class View:
    """The events of a log that a filter leaves.

    Parameters
    ----------
    rows
        A SELECT of ``c, p, t, tp`` of the events left, and of ``m0, m1, …``: 1 where the first, second … pattern asked
        for matches, else 0.
    whole
        Whether every customer that is left has all of their events: then what the table knows of an event's
        neighbours holds as it is.
    around
        A SELECT of ``AROUND`` of the events left, with neighbours among these.
    customers
        A condition on ``c`` that leaves the same customers, when ``whole``; None when all are left.
    """

    rows: str
    whole: bool
    around: str
    customers: str | None


def view(
    log: RemoteLog,
    *chosen: Filter | None,
    patterns: Sequence[EventPattern] = (),
    columns: Sequence[str] = (),
    only: str = "",
) -> View:
    """The events that a filter leaves (of several: that all of them leave), with a column per pattern.

    Parameters
    ----------
    columns
        Columns of the table that ``rows`` must have too.
    only
        A further condition on ``c``, to look at some customers alone.
    """
    filters = [each for each in chosen if each is not None]
    conditions = Conditions(log.table, log.texts_of)
    marks = "".join(f", CASE WHEN {conditions.of(each)} THEN 1 ELSE 0 END AS m{k}" for k, each in enumerate(patterns))
    of_events: list[str] = []
    of_customers = [only] if only else []
    for each in filters:
        start, end = bounds(each.span, zone_named(log.zone_name))
        if start is not None:
            of_events.append(f"t >= {start}")
        if end is not None:
            of_events.append(f"t < {end}")
        if each.where_pattern is not None:
            of_events.append(f"({conditions.of(each.where_pattern)})")
        if each.customers_pattern is not None:
            having = Conditions(log.table, log.texts_of)
            condition = having.of(each.customers_pattern)
            of_customers.append(f"c IN (SELECT c FROM ({having.source}) AS every_event WHERE {condition})")
    kept = [*of_events, *of_customers]
    where = f" WHERE {' AND '.join(kept)}" if kept else ""
    more = "".join(f", {column}" for column in columns)
    rows = f"SELECT c, p, t, tp{more}{marks} FROM ({conditions.source}) AS source{where}"
    if not of_events:
        around = f"SELECT {', '.join(AROUND)} FROM {log.table.events} AS e{where}"
    else:
        plain = f"SELECT c, p, t, tp FROM ({conditions.source}) AS source{where}"
        around = enriched(plain, order="p")
    return View(rows, not of_events, around, " AND ".join(of_customers) or None)


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which events of a log are asked of: those that all the filters leave, of customers for whom ``only`` holds."""

    log: RemoteLog
    filters: tuple[Filter | None, ...]
    only: str = ""

    def seen(self, patterns: Sequence[EventPattern] = (), columns: Sequence[str] = (), only: str = "") -> View:
        """These events, as ``view`` gives them, of the customers for whom a further condition holds."""
        both = " AND ".join(each for each in (self.only, only) if each)
        return view(self.log, *self.filters, patterns=patterns, columns=columns, only=both)


def without(log: RemoteLog, others: View) -> str:
    """A condition on ``c``: the customers who have nothing in a view. A group-by, where NOT IN would be slow."""
    return (
        "c IN (SELECT c FROM ("
        f"SELECT c, 0 AS inside FROM {log.table.part('paths')} AS everybody "
        f"UNION ALL SELECT c, 1 AS inside FROM ({others.rows}) AS others) AS both_of_them "
        "GROUP BY c HAVING MAX(inside) = 0)"
    )


@dataclass(frozen=True, slots=True)
class Extent:
    """How much a view has, and the times of its first and last event (µs since 1970 UTC); None when it is empty."""

    customers: int
    events: int
    first: int | None
    last: int | None


def extent_of(log: RemoteLog, seen: View) -> Extent:
    """How much is left of the log."""
    if seen.whole and seen.customers is None:
        return Extent(log.n_customers, log.n_events, *(log.period or (None, None)))
    sql = f"SELECT COUNT(DISTINCT c), COUNT(*), MIN(t), MAX(t) FROM ({seen.rows}) AS r"
    customers, events, first, last = log.ask(sql)[0]
    return Extent(int(customers), int(events), int(first), int(last)) if events else Extent(0, 0, None, None)


def scope_of(log: RemoteLog, seen: View, asked: Filter | None) -> Scope:
    """What is left of the log for a question."""
    return scoped(extent_of(log, seen), asked)


def scoped(found: Extent, asked: Filter | None) -> Scope:
    """How much a view has, as answers say it."""
    if found.first is None or found.last is None:
        return Scope(0, 0, None, None, asked)
    return Scope(found.customers, found.events, iso(found.first), iso(found.last), asked)


def iso(time: int) -> str:
    """A time in µs since 1970 as ISO 8601 in UTC."""
    return (EPOCH + timedelta(microseconds=time)).isoformat().replace("+00:00", "Z")
