"""How many customers have a matching event, asked of an engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from klantreis.events.answers.answer import Reach
from klantreis.events.filter import Filter
from klantreis.events.pattern import EventPattern
from klantreis.events.remote.view import scope_of, view
from klantreis.events.share import wilson

if TYPE_CHECKING:
    from klantreis.events.remote.log import RemoteLog


def reach(log: RemoteLog, asked: Filter | None, *, pattern: EventPattern) -> Reach:
    """See ``EventLog.reach``."""
    seen = view(log, asked, patterns=[pattern])
    each = f"SELECT c, SUM(m0) AS times FROM ({seen.rows}) AS r WHERE m0 = 1 GROUP BY c"
    sql = f"SELECT COUNT(*), SUM(times), SUM(CASE WHEN times = 1 THEN 1 ELSE 0 END) FROM ({each}) AS e"
    reached, events, once = (int(value or 0) for value in log.ask(sql)[0])
    scope = scope_of(log, seen, asked)
    return Reach(
        scope=scope,
        pattern=str(pattern),
        customers=wilson(reached, scope.customers),
        events=events,
        repeat_events=events - reached,
        once=once,
        more_often=reached - once,
    )
