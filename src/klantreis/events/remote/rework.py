"""What customers do again, asked of an engine: each event and the customer's event of the same touchpoint before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from klantreis.errors import InvalidInputError
from klantreis.events.answers.answer import Quartiles
from klantreis.events.answers.rework import Cycle, Rework, TouchpointRework
from klantreis.events.durations import SECOND
from klantreis.events.filter import Filter
from klantreis.events.remote.quartiles import quartiles
from klantreis.events.remote.view import View, scope_of, view
from klantreis.events.share import wilson

if TYPE_CHECKING:
    from klantreis.events.remote.log import RemoteLog

#: A trace of more events than this is long.
LONG = 1000


def rework(log: RemoteLog, asked: Filter | None, *, top: int) -> Rework:
    """See ``EventLog.rework``."""
    if top < 1:
        raise InvalidInputError(f"The number of cycles to name must be 1 or more, not {top}.")
    seen = view(log, asked)
    scope = scope_of(log, seen, asked)
    marked = marked_sql(seen)
    away = quartiles(log, f"SELECT tp, away FROM ({marked}) AS m WHERE again = 2", "away", unit=SECOND, by=["tp"])
    touchpoints = _touchpoints(log, marked, away)
    repeating, returning, lasted, looped = (
        int(value or 0)
        for value in log.ask(
            "SELECT COUNT(DISTINCT CASE WHEN again = 1 THEN c END), COUNT(DISTINCT CASE WHEN again = 2 THEN c END), "
            f"{_time('since')}, {_time('CASE WHEN back_to < t THEN since END')} FROM ({marked}) AS m"
        )[0]
    )
    people = {each.touchpoint: each.customers for each in touchpoints}
    named, rest_cycles, rest_count = _cycles(log, marked, people, top=top)
    repeats, returns = sum(each.repeats for each in touchpoints), sum(each.returns for each in touchpoints)
    return Rework(
        scope=scope,
        repeats=repeats,
        repeating=wilson(repeating, scope.customers),
        returns=returns,
        returning=wilson(returning, scope.customers),
        of_events=(repeats + returns) / scope.events if scope.events else None,
        seconds=lasted / SECOND,
        loop_seconds=looped / SECOND,
        touchpoints=tuple(touchpoints),
        cycles=named,
        rest_cycles=rest_cycles,
        rest_count=rest_count,
    )


def marked_sql(seen: View) -> str:
    """Every event: ``again`` is 1 for a repeat, 2 for a return, else 0; ``away`` since the same touchpoint before.

    ``back_to`` is the earliest time to which a return, here or later, reaches back.
    """
    same = "OVER (PARTITION BY c, tp ORDER BY p)"
    # After the last one LEAD gives NULL, or 0 in ClickHouse; no event follows another at place 0.
    before = (
        f"SELECT c, p, t, tp, since, WHOLE(ROW_NUMBER() {same}) AS nth, LAG(p) {same} AS same_p, "
        f"LAG(t) {same} AS same_t, COALESCE(LEAD(p) {same}, 0) AS later_p FROM ({seen.around}) AS a"
    )
    told = (
        "SELECT c, p, t, tp, since, same_p, later_p, "
        "CASE WHEN nth = 1 THEN 0 WHEN p - same_p = 1 THEN 1 ELSE 2 END AS again, "
        f"CASE WHEN nth > 1 THEN same_t END AS same_t FROM ({before}) AS b"
    )
    return (
        "SELECT c, p, t, tp, since, same_p, later_p, again, t - same_t AS away, "
        "MIN(CASE WHEN again = 2 THEN same_t END) OVER "
        "(PARTITION BY c ORDER BY p ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS back_to, "
        f"MAX(again) OVER (PARTITION BY c) AS most, MAX(p) OVER (PARTITION BY c) AS last_p FROM ({told}) AS d"
    )


def _touchpoints(log: RemoteLog, marked: str, away: dict[tuple[int, ...], Quartiles]) -> list[TouchpointRework]:
    each_kind = ", ".join(
        f"SUM(CASE WHEN again = {kind} THEN 1 ELSE 0 END), COUNT(DISTINCT CASE WHEN again = {kind} THEN c END), "
        f"{_time(f'CASE WHEN again = {kind} THEN away END')}"
        for kind in (1, 2)
    )
    rows = [
        tuple(int(value or 0) for value in row)
        for row in log.ask(f"SELECT tp, COUNT(*), COUNT(DISTINCT c), {each_kind} FROM ({marked}) AS m GROUP BY tp")
    ]
    return [
        TouchpointRework(
            touchpoint=log.touchpoints[tp],
            events=events,
            customers=customers,
            repeats=repeats,
            repeating=wilson(repeating, customers),
            repeat_seconds=repeated / SECOND,
            returns=returns,
            returning=wilson(returning, customers),
            away=away.get((tp,), Quartiles(None, None, None)),
            away_seconds=lost / SECOND,
        )
        for tp, events, customers, repeats, repeating, repeated, returns, returning, lost in sorted(
            rows, key=lambda row: (-row[6], -row[1], row[0])
        )
    ]


def _cycles(log: RemoteLog, marked: str, people: dict[str, int], *, top: int) -> tuple[tuple[Cycle, ...], int, int]:
    """The most frequent cycles, how many others there are, and how often those occurred together."""
    counted = (
        f"SELECT tp, via, COUNT(*) AS times, COUNT(DISTINCT c) AS customers, {_time('away')} AS lasted "
        f"FROM ({_passed_short(marked)} UNION ALL {_passed_long(marked)}) AS passed GROUP BY tp, via"
    )
    rows = log.ask(
        "SELECT tp, via, times, customers, lasted, COUNT(*) OVER () AS different, SUM(times) OVER () AS returns "
        f"FROM ({counted}) AS k ORDER BY times DESC, tp, via LIMIT {top}"
    )
    named = tuple(
        Cycle(
            touchpoint=log.touchpoints[tp],
            via=log.touchpoints[via],
            count=int(times),
            customers=int(customers),
            of_customers=wilson(int(customers), people[log.touchpoints[tp]]),
            seconds=int(lasted) / SECOND,
        )
        for tp, via, times, customers, lasted, *_ in rows
    )
    different, returns = (int(rows[0][5]), int(rows[0][6])) if rows else (0, 0)
    return named, different - len(named), returns - sum(cycle.count for cycle in named)


def _passed_short(marked: str) -> str:
    """Each return of a short trace by way of each other touchpoint: that one's last event before it lies between."""
    columns = "c, p, tp, same_p, later_p, again, away"
    trace = f"SELECT {columns} FROM ({marked}) AS m WHERE most = 2 AND last_p < {LONG}"
    return (
        "SELECT r.c AS c, r.tp AS tp, k.tp AS via, r.away AS away "
        f"FROM ({trace} AND again = 2) AS r JOIN ({trace}) AS k ON k.c = r.c "
        "WHERE k.p > r.same_p AND k.p < r.p AND (k.later_p = 0 OR k.later_p > r.p)"
    )


def _passed_long(marked: str) -> str:
    """The same of long traces, of which looking at every pair of events would take forever.

    Where only two touchpoints are left of a trace, a return by way of the other one comes right after it. So each event
    is looked at once beside every other touchpoint of its customer.
    """
    long = f"FROM ({marked}) AS m WHERE most = 2 AND last_p >= {LONG}"
    beside = (
        "SELECT c, p, tp, again, away, via, CASE WHEN tp < via THEN tp ELSE via END AS low, "
        "CASE WHEN tp < via THEN via ELSE tp END AS high "
        f"FROM (SELECT c, p, tp, again, away {long}) AS e JOIN (SELECT DISTINCT c AS who, tp AS via {long}) AS o "
        "ON o.who = e.c WHERE tp <> via"
    )
    paired = (
        "SELECT c, tp, via, again, away, COALESCE(LAG(tp) OVER (PARTITION BY c, low, high ORDER BY p), 0) AS latest "
        f"FROM ({beside}) AS b"
    )
    return f"SELECT c, tp, via, away FROM ({paired}) AS q WHERE again = 2 AND latest = via"


def _time(value: str) -> str:
    """A sum of microseconds; of many customers it can pass 64 bits, where engines stop or go round."""
    return f"SUM(CAST({value} AS DECIMAL(38, 0)))"
