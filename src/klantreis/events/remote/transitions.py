"""What follows what, asked of an engine: two group-bys over the events and their neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from klantreis.events.answers.answer import Quartiles, TouchpointCount, Transition, Transitions
from klantreis.events.durations import SECOND
from klantreis.events.filter import Filter
from klantreis.events.remote.quartiles import quartiles
from klantreis.events.remote.view import scope_of, view

if TYPE_CHECKING:
    from klantreis.events.remote.log import RemoteLog


def transitions(log: RemoteLog, asked: Filter | None, *, times: bool) -> Transitions:
    """See ``EventLog.transitions``."""
    seen = view(log, asked)
    scope = scope_of(log, seen, asked)
    pairs = f"SELECT tp, next_tp, c, gap FROM ({seen.around}) AS a WHERE next_tp <> 0"
    counted = log.ask(f"SELECT tp, next_tp, COUNT(*), COUNT(DISTINCT c) FROM ({pairs}) AS r GROUP BY tp, next_tp")
    lasted = quartiles(log, pairs, "gap", unit=SECOND, by=["tp", "next_tp"]) if times else {}
    leaving: dict[int, int] = {}
    for source, _, count, _ in counted:
        leaving[source] = leaving.get(source, 0) + int(count)
    names = log.touchpoints
    return Transitions(
        scope=scope,
        count=sum(leaving.values()),
        touchpoints=_touchpoints(log, seen.around, scope.customers),
        transitions=tuple(
            Transition(
                names[source],
                names[target],
                int(count),
                int(customers),
                int(count) / leaving[source],
                lasted.get((source, target), Quartiles(None, None, None)) if times else None,
            )
            for source, target, count, customers in sorted(counted, key=lambda row: (-row[2], row[0], row[1]))
        ),
    )


def _touchpoints(log: RemoteLog, around: str, customers: int) -> tuple[TouchpointCount, ...]:
    rows = log.ask(
        f"SELECT tp, COUNT(*), COUNT(DISTINCT c), SUM(is_first), SUM(is_last) FROM ({around}) AS a GROUP BY tp"
    )
    n = max(customers, 1)
    return tuple(
        TouchpointCount(
            log.touchpoints[code], int(events), int(people), int(first), int(first) / n, int(last), int(last) / n
        )
        for code, events, people, first, last in sorted(rows, key=lambda row: (-row[1], row[0]))
    )
