"""How two groups of customers differ, asked of an engine: each group is counted there, differences are told here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from klantreis.errors import UnsupportedQuestionError
from klantreis.events.answers.comparison import ComparedRow, Comparison, Group
from klantreis.events.answers.comparison_rows import (
    How,
    Shares,
    What,
    as_group,
    check,
    comparison,
    rows_of_shares,
    rows_of_times,
)
from klantreis.events.durations import SECOND, microseconds
from klantreis.events.filter import Filter
from klantreis.events.pattern import EventPattern, as_pattern
from klantreis.events.remote.funnel import arrivals_sql, came_to, ordered_stages, patterns_of
from klantreis.events.remote.table import fingerprints
from klantreis.events.remote.view import Extent, View, extent_of, scope_of, view, without
from klantreis.events.share import Share, wilson
from klantreis.events.stage import Stage

if TYPE_CHECKING:
    from klantreis.events.remote.log import RemoteLog

#: Group and customer in one number.
_MOST_CUSTOMERS = 1 << 40


@dataclass(frozen=True, slots=True)
class _Members:
    """One of the groups: the filters that make it, a condition on ``c``, and how much it has."""

    log: RemoteLog
    filters: tuple[Filter | None, ...]
    only: str
    extent: Extent

    def seen(self, patterns: Sequence[EventPattern] = (), columns: Sequence[str] = (), only: str = "") -> View:
        """Its events, as ``view`` gives them."""
        both = " AND ".join(each for each in (self.only, only) if each)
        return view(self.log, *self.filters, patterns=patterns, columns=columns, only=both)


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
    if on not in _COUNTED and on not in ("times", "variants"):
        raise UnsupportedQuestionError(
            f"a comparison on {on}",
            engine=log.engine.title,
            why="this version makes it of logs on this machine only",
            hint="Import the events, or a part of them, with: klantreis events import.",
        )
    there = view(log, asked, first)
    one = _Members(log, (asked, first), "", extent_of(log, there))
    if second is None:
        only = without(log, there)
        other = _Members(log, (asked,), only, extent_of(log, view(log, asked, only=only)))
    else:
        other = _Members(log, (asked, second), "", extent_of(log, view(log, asked, second)))
    rows = rows_of_times(_times(one), _times(other)) if on == "times" else _shares(one, other, on, how)
    groups = (
        Group(first, one.extent.customers, one.extent.events),
        Group(second, other.extent.customers, other.extent.events),
    )
    in_both = 0 if second is None else _in_both(log, there, other.seen())
    return comparison(scope_of(log, view(log, asked), asked), on, groups, rows, in_both=in_both)


def _in_both(log: RemoteLog, one: View, other: View) -> int:
    """How many customers have something in both views."""
    groups = (
        f"SELECT DISTINCT c, 0 AS which FROM ({one.rows}) AS one "
        f"UNION ALL SELECT DISTINCT c, 1 AS which FROM ({other.rows}) AS other"
    )
    twice = f"SELECT c FROM ({groups}) AS g GROUP BY c HAVING COUNT(*) = 2"
    return int(log.ask(f"SELECT COUNT(*) FROM ({twice}) AS t")[0][0])


def _shares(one: _Members, other: _Members, on: str, how: How) -> list[ComparedRow]:
    if on == "variants":
        first, second = _variants(one, other, how.top)
    else:
        first, second = _COUNTED[on](one, how), _COUNTED[on](other, how)
    return rows_of_shares(first, second, sizes=(one.extent.customers, other.extent.customers))


def _reach(group: _Members, how: How) -> Shares:
    log, n = group.log, group.extent.customers
    if not how.steps:
        rows = log.ask(f"SELECT tp, COUNT(DISTINCT c) FROM ({group.seen().rows}) AS r GROUP BY tp")
        return {(log.touchpoints[int(tp)],): wilson(int(customers), n) for tp, customers in rows}
    patterns = [step.matching if isinstance(step, Stage) else as_pattern(step) for step in how.steps]
    most = ", ".join(f"MAX(m{k}) AS k{k}" for k in range(len(patterns)))
    each = f"SELECT c, {most} FROM ({group.seen(patterns).rows}) AS r GROUP BY c"
    sums = log.ask(f"SELECT {', '.join(f'SUM(k{k})' for k in range(len(patterns)))} FROM ({each}) AS e")[0]
    return {(str(pattern),): wilson(int(found or 0), n) for pattern, found in zip(patterns, sums, strict=True)}


def _transitions(group: _Members, _how: How) -> Shares:
    rows = group.log.ask(
        f"SELECT tp, next_tp, COUNT(DISTINCT c) FROM ({group.seen().around}) AS a WHERE next_tp <> 0 "
        "GROUP BY tp, next_tp"
    )
    names, n = group.log.touchpoints, group.extent.customers
    return {(names[int(a)], names[int(b)]): wilson(int(customers), n) for a, b, customers in rows}


def _funnel(group: _Members, how: How) -> Shares:
    stages = ordered_stages(how.steps)
    window = None if how.within is None else microseconds(how.within, what="window")
    arrivals = arrivals_sql(group.seen(patterns_of(stages)).rows, stages, window)
    came = came_to(group.log, arrivals, len(stages))
    return {
        (f"{place}. {stage.pattern}",): wilson(reached, came[0] if place > 1 else group.extent.customers)
        for place, (stage, reached) in enumerate(zip(stages, came, strict=True), start=1)
    }


def _steps(group: _Members, how: How) -> Shares:
    log, n = group.log, group.extent.customers
    placed = f"SELECT tp, WHOLE(ROW_NUMBER() OVER (PARTITION BY c ORDER BY p)) AS pos FROM ({group.seen().rows}) AS r"
    rows = log.ask(f"SELECT pos, tp, COUNT(*) FROM ({placed}) AS s WHERE pos <= {how.upto} GROUP BY pos, tp")
    over = dict.fromkeys(range(1, how.upto + 1), n)
    for pos, _, customers in rows:
        over[int(pos)] -= int(customers)
    found = {(str(int(pos)), log.touchpoints[int(tp)]): int(customers) for pos, tp, customers in rows}
    found |= {(str(pos), ""): customers for pos, customers in over.items() if customers}
    return {what: wilson(customers, n) for what, customers in found.items()}


def _variants(one: _Members, other: _Members, top: int) -> tuple[Shares, Shares]:
    """The most frequent paths of both groups together, in each."""
    log = one.log
    both = " UNION ALL ".join(
        f"SELECT {which} AS g, c, p, tp FROM ({group.seen().around}) AS a{which}"
        for which, group in enumerate((one, other))
    )
    made = fingerprints(both, by=["g", "c"])
    counted = (
        "SELECT COUNT(*) AS times, SUM(CASE WHEN g = 0 THEN 1 ELSE 0 END) AS of_one, "
        f"MIN(g * {_MOST_CUSTOMERS} + c) AS example FROM ({made}) AS m GROUP BY h1, h2, n"
    )
    rows = [
        tuple(map(int, row))
        for row in log.ask(
            f"SELECT times, of_one, example FROM ({counted}) AS k ORDER BY times DESC, example LIMIT {top}"
        )
    ]
    first: dict[What, Share] = {}
    second: dict[What, Share] = {}
    paths = _paths([one, other], [example for _, _, example in rows])
    for times, of_one, example in rows:
        first[paths[example]] = wilson(of_one, one.extent.customers)
        second[paths[example]] = wilson(times - of_one, other.extent.customers)
    return first, second


def _paths(groups: Sequence[_Members], examples: Sequence[int]) -> dict[int, What]:
    """The touchpoints of some customers, by group and number."""
    found: dict[int, list[str]] = {}
    for which, group in enumerate(groups):
        base = which * _MOST_CUSTOMERS
        here = [str(example - base) for example in examples if example // _MOST_CUSTOMERS == which]
        if here:
            seen = group.seen(only=f"c IN ({', '.join(here)})")
            rows = group.log.ask(f"SELECT c, p, tp FROM ({seen.rows}) AS r")
            for c, _, tp in sorted(tuple(map(int, row)) for row in rows):
                found.setdefault(base + c, []).append(group.log.touchpoints[tp])
    return {example: tuple(path) for example, path in found.items()}


_COUNTED: dict[str, Callable[[_Members, How], Shares]] = {
    "reach": _reach,
    "transitions": _transitions,
    "funnel": _funnel,
    "steps": _steps,
}


@dataclass(frozen=True, slots=True)
class _Ordered(Sequence[float]):
    """Sorted values of which only some places are known: those around the middle and around what gives its interval."""

    n: int
    known: Mapping[int, float]

    def __len__(self) -> int:
        return self.n

    def __getitem__(self, place: Any) -> Any:
        return self.known[place]


def _times(group: _Members) -> dict[What, _Ordered]:
    """Of each pair of touchpoints: the seconds between the two the first time that each customer made it."""
    turns = (
        "SELECT tp, next_tp, gap, WHOLE(ROW_NUMBER() OVER (PARTITION BY c, tp, next_tp ORDER BY p)) AS turn "
        f"FROM ({group.seen().around}) AS a WHERE next_tp <> 0"
    )
    ranked = (
        "SELECT tp, next_tp, gap, WHOLE(ROW_NUMBER() OVER (PARTITION BY tp, next_tp ORDER BY gap)) AS place, "
        f"COUNT(*) OVER (PARTITION BY tp, next_tp) AS n FROM ({turns}) AS t WHERE turn = 1"
    )
    # Half of n + 1, and a root of n to both sides of it; the exact places are chosen here.
    away = "ABS(2 * place - n - 1)"
    rows = group.log.ask(
        f"SELECT tp, next_tp, n, place, gap FROM ({ranked}) AS r "
        f"WHERE {away} <= 1 OR ABS({away} - 2 * SQRT(n)) <= 3 OR place = 1 OR place = n"
    )
    found: dict[tuple[int, int, int], dict[int, float]] = {}
    for a, b, n, place, gap in rows:
        found.setdefault((int(a), int(b), int(n)), {})[int(place) - 1] = int(gap) / SECOND
    names = group.log.touchpoints
    return {(names[a], names[b]): _Ordered(n, known) for (a, b, n), known in found.items()}
