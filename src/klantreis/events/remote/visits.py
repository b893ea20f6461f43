"""Events close in time, asked of an engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from klantreis.events.answers.answer import Quartiles, Visits, VisitTouchpoint
from klantreis.events.durations import SECOND, Duration, microseconds
from klantreis.events.filter import Filter
from klantreis.events.remote.quartiles import quartiles
from klantreis.events.remote.table import VISIT_GAP, numbered_visits
from klantreis.events.remote.view import scope_of, view
from klantreis.events.share import wilson

if TYPE_CHECKING:
    from klantreis.events.remote.log import RemoteLog


def visits(log: RemoteLog, asked: Filter | None, *, gap: Duration) -> Visits:
    """See ``EventLog.visits``."""
    longest = microseconds(gap, what="gap")
    seen = view(log, asked)
    opens = f"CASE WHEN is_first = 1 OR since > {longest} THEN 1 ELSE 0 END"
    ends = f"CASE WHEN is_last = 1 OR gap > {longest} THEN 1 ELSE 0 END"
    marked = f"SELECT c, tp, since, is_first, {opens} AS opening, {ends} AS ending FROM ({seen.around}) AS a"
    if seen.whole and longest == VISIT_GAP:
        kept = "" if seen.customers is None else f" WHERE {seen.customers}"
        numbered = f"SELECT c, visit AS v, t FROM {log.table.events} AS e{kept}"
    else:
        numbered = numbered_visits(seen.around, gap=longest, columns=["c", "t"])
    made = f"SELECT c, v, COUNT(*) AS size, MAX(t) - MIN(t) AS lasted FROM ({numbered}) AS n GROUP BY c, v"
    n, singles = log.ask(f"SELECT COUNT(*), SUM(CASE WHEN size = 1 THEN 1 ELSE 0 END) FROM ({made}) AS m")[0]
    each = f"SELECT c, SUM(opening) AS opened FROM ({marked}) AS k GROUP BY c"
    # From a visit's end to the next one's begin is the pause before each visit but the first.
    pauses = f"SELECT since FROM ({marked}) AS k WHERE opening = 1 AND is_first = 0"
    bounds = log.ask(f"SELECT tp, SUM(opening), SUM(ending) FROM ({marked}) AS k GROUP BY tp")
    found = sorted(((int(a), int(b), tp) for tp, a, b in bounds if a or b), key=lambda row: (-row[0], row[2]))
    n = int(n or 0)
    none = Quartiles(None, None, None)
    return Visits(
        scope=scope_of(log, seen, asked),
        gap_seconds=longest / SECOND,
        n=n,
        per_customer=quartiles(log, each, "opened", unit=1).get((), none),
        events=quartiles(log, made, "size", unit=1).get((), none),
        seconds=quartiles(log, made, "lasted", unit=SECOND).get((), none),
        between_seconds=quartiles(log, pauses, "since", unit=SECOND).get((), none),
        single=wilson(int(singles or 0), n),
        touchpoints=tuple(
            VisitTouchpoint(log.touchpoints[tp], first, first / n, last, last / n) for first, last, tp in found
        ),
    )
