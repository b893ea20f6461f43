"""What a filter leaves of a remote log, as SQL that the questions count in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from klantreis.events.answers import Scope
from klantreis.events.columns import EPOCH
from klantreis.events.filter import Filter, bounds, zone_named
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
    chosen: Filter | None,
    *,
    patterns: Sequence[EventPattern] = (),
    columns: Sequence[str] = (),
    only: str = "",
) -> View:
    """The events that a filter leaves, with a column per pattern.

    Parameters
    ----------
    columns
        Columns of the table that ``rows`` must have too.
    only
        A further condition on ``c``, to look at some customers alone.
    """
    chosen = chosen or Filter()
    conditions = Conditions(log.table, log.texts_of)
    marks = "".join(f", CASE WHEN {conditions.of(each)} THEN 1 ELSE 0 END AS m{k}" for k, each in enumerate(patterns))
    kept = [only] if only else []
    start, end = bounds(chosen.span, zone_named(log.zone_name))
    if start is not None:
        kept.append(f"t >= {start}")
    if end is not None:
        kept.append(f"t < {end}")
    if chosen.where_pattern is not None:
        kept.append(f"({conditions.of(chosen.where_pattern)})")
    whole = start is None and end is None and chosen.where_pattern is None
    customers = None
    if chosen.customers_pattern is not None:
        having = Conditions(log.table, log.texts_of)
        condition = having.of(chosen.customers_pattern)
        customers = f"c IN (SELECT c FROM ({having.source}) AS every_event WHERE {condition})"
        kept.append(customers)
    where = f" WHERE {' AND '.join(kept)}" if kept else ""
    more = "".join(f", {column}" for column in columns)
    rows = f"SELECT c, p, t, tp{more}{marks} FROM ({conditions.source}) AS source{where}"
    if whole:
        around = f"SELECT {', '.join(AROUND)} FROM {log.table.events} AS e{where}"
    else:
        plain = f"SELECT c, p, t, tp FROM ({conditions.source}) AS source{where}"
        around = enriched(plain, order="p")
    return View(rows, whole, around, customers)


def scope_of(log: RemoteLog, seen: View, asked: Filter | None) -> Scope:
    """What is left of the log for a question."""
    if seen.whole and seen.customers is None:
        events, customers = log.n_events, log.n_customers
        first, last = log.period or (None, None)
    else:
        sql = f"SELECT COUNT(*), COUNT(DISTINCT c), MIN(t), MAX(t) FROM ({seen.rows}) AS r"
        events, customers, first, last = log.ask(sql)[0]
    if not events or first is None or last is None:
        return Scope(0, 0, None, None, asked)
    return Scope(int(customers), int(events), iso(int(first)), iso(int(last)), asked)


def iso(time: int) -> str:
    """A time in µs since 1970 as ISO 8601 in UTC."""
    return (EPOCH + timedelta(microseconds=time)).isoformat().replace("+00:00", "Z")
