"""How two groups of customers differ, asked of an engine: each group is counted there, differences are told here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from klantreis.events.answers.comparison import ComparedRow, Comparison, Group
from klantreis.events.answers.comparison_rows import (
    How,
    Shares,
    What,
    as_group,
    check,
    comparison,
    ending_first,
    rows_of_shares,
    rows_of_times,
)
from klantreis.events.durations import microseconds
from klantreis.events.filter import Filter
from klantreis.events.pattern import EventPattern, as_pattern
from klantreis.events.remote import comparing_habits, comparing_paths, comparing_trees
from klantreis.events.remote.funnel import arrivals_sql, came_to, patterns_of
from klantreis.events.remote.members import Members, Middle, middles
from klantreis.events.remote.view import Chosen, View, extent_of, scope_of, without
from klantreis.events.share import wilson
from klantreis.events.stage import Stage, stages_in_order

if TYPE_CHECKING:
    from klantreis.events.remote.log import RemoteLog


def compare(
    log: RemoteLog,
    asked: Filter | None,
    *,
    first: Filter | EventPattern | str,
    second: Filter | EventPattern | str | None,
    on: str,
    how: How,
) -> Comparison:
    """See ``EventLog.compare``."""
    first = as_group(first)
    second = None if second is None else as_group(second)
    check(on, how)
    zone = log.zone_name
    here, there = Chosen(log, (asked,)), Chosen(log, (asked, first))
    one = Members(there, extent_of(log, there.seen()), ending_first(zone, asked, first))
    there = Chosen(log, (asked,), without(log, there.seen())) if second is None else Chosen(log, (asked, second))
    other = Members(there, extent_of(log, there.seen()), ending_first(zone, asked, second))
    rows = _BOTH[on](one, other, how) if on in _BOTH else _shares(one, other, on, how)
    groups = (
        Group(first, one.extent.customers, one.extent.events),
        Group(second, other.extent.customers, other.extent.events),
    )
    in_both = 0 if second is None else _in_both(log, one.chosen.seen(), other.chosen.seen())
    return comparison(scope_of(log, here.seen(), asked), on, groups, rows, in_both=in_both)


def _in_both(log: RemoteLog, one: View, other: View) -> int:
    """How many customers have something in both views."""
    groups = (
        f"SELECT DISTINCT c, 0 AS which FROM ({one.rows}) AS one "
        f"UNION ALL SELECT DISTINCT c, 1 AS which FROM ({other.rows}) AS other"
    )
    twice = f"SELECT c FROM ({groups}) AS g GROUP BY c HAVING COUNT(*) = 2"
    return int(log.ask(f"SELECT COUNT(*) FROM ({twice}) AS t")[0][0])


def _shares(one: Members, other: Members, on: str, how: How) -> list[ComparedRow]:
    first, second = _COUNTED[on](one, how), _COUNTED[on](other, how)
    return rows_of_shares(first, second, sizes=(one.extent.customers, other.extent.customers))


def _reach(group: Members, how: How) -> Shares:
    log, n = group.log, group.extent.customers
    if not how.steps:
        rows = log.ask(f"SELECT tp, COUNT(DISTINCT c) FROM ({group.chosen.seen().rows}) AS r GROUP BY tp")
        return {(log.touchpoints[int(tp)],): wilson(int(customers), n) for tp, customers in rows}
    patterns = [step.matching if isinstance(step, Stage) else as_pattern(step) for step in how.steps]
    most = ", ".join(f"MAX(m{k}) AS k{k}" for k in range(len(patterns)))
    each = f"SELECT c, {most} FROM ({group.chosen.seen(patterns).rows}) AS r GROUP BY c"
    sums = log.ask(f"SELECT {', '.join(f'SUM(k{k})' for k in range(len(patterns)))} FROM ({each}) AS e")[0]
    return {(str(pattern),): wilson(int(found or 0), n) for pattern, found in zip(patterns, sums, strict=True)}


def _transitions(group: Members, _how: How) -> Shares:
    rows = group.log.ask(
        f"SELECT tp, next_tp, COUNT(DISTINCT c) FROM ({group.chosen.seen().around}) AS a WHERE next_tp <> 0 "
        "GROUP BY tp, next_tp"
    )
    names, n = group.log.touchpoints, group.extent.customers
    return {(names[int(a)], names[int(b)]): wilson(int(customers), n) for a, b, customers in rows}


def _funnel(group: Members, how: How) -> Shares:
    stages = stages_in_order(how.steps)
    window = None if how.within is None else microseconds(how.within, what="window")
    arrivals = arrivals_sql(group.chosen.seen(patterns_of(stages)).rows, stages, window)
    came = came_to(group.log, arrivals, len(stages))
    return {
        (f"{place}. {stage.pattern}",): wilson(reached, came[0] if place > 1 else group.extent.customers)
        for place, (stage, reached) in enumerate(zip(stages, came, strict=True), start=1)
    }


def _steps(group: Members, how: How) -> Shares:
    log, n = group.log, group.extent.customers
    events = group.chosen.seen().rows
    placed = f"SELECT tp, WHOLE(ROW_NUMBER() OVER (PARTITION BY c ORDER BY p)) AS pos FROM ({events}) AS r"
    rows = log.ask(f"SELECT pos, tp, COUNT(*) FROM ({placed}) AS s WHERE pos <= {how.upto} GROUP BY pos, tp")
    over = dict.fromkeys(range(1, how.upto + 1), n)
    for pos, _, customers in rows:
        over[int(pos)] -= int(customers)
    found = {(str(int(pos)), log.touchpoints[int(tp)]): int(customers) for pos, tp, customers in rows}
    found |= {(str(pos), ""): customers for pos, customers in over.items() if customers}
    return {what: wilson(customers, n) for what, customers in found.items()}


_COUNTED: dict[str, Callable[[Members, How], Shares]] = {
    "reach": _reach,
    "transitions": _transitions,
    "funnel": _funnel,
    "steps": _steps,
}


def _times(one: Members, other: Members, _how: How) -> list[ComparedRow]:
    return rows_of_times(_first_times(one), _first_times(other))


def _first_times(group: Members) -> dict[What, Middle]:
    """Of each pair of touchpoints: the seconds between the two the first time that each customer made it."""
    turns = (
        "SELECT tp, next_tp, gap, WHOLE(ROW_NUMBER() OVER (PARTITION BY c, tp, next_tp ORDER BY p)) AS turn "
        f"FROM ({group.chosen.seen().around}) AS a WHERE next_tp <> 0"
    )
    first = f"SELECT tp, next_tp, gap FROM ({turns}) AS u WHERE turn = 1"
    names = group.log.touchpoints
    found = middles(group.log, first, "gap", by=["tp", "next_tp"])
    return {(names[a], names[b]): times for (a, b), times in found.items()}


_BOTH: dict[str, Callable[[Members, Members, How], list[ComparedRow]]] = {
    "times": _times,
    "variants": comparing_paths.variants,
    "paths": comparing_paths.paths,
    "credit": comparing_paths.credit,
    "tree": comparing_trees.tree,
    "visits": comparing_habits.visits,
    "retention": comparing_habits.retention,
    "between": comparing_habits.between,
    "rework": comparing_habits.rework,
    "activity": comparing_habits.activity,
    "any-order": comparing_habits.any_order,
}
