"""A log laid on a journey the plain, slow way: what the kernels must agree with.

Written from the words of ``docs/methods/reality.md``: whole runs as lists of events, sets of steps, no arrays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from klantreis.events.share import Share
from klantreis.journeys.run_shares import wilson_by_customer


@dataclass(frozen=True)
class Row:
    """One event; ``key`` None: it has no value for the key."""

    customer: str
    time: int
    touchpoint: str
    key: str | None = None


@dataclass(frozen=True)
class PlainStep:
    """A step by the touchpoints that count as it; none: no event can show it."""

    touchpoints: frozenset[str]
    observable: bool = True
    optional: bool = False
    repeatable: bool = False
    loop_to: int | None = None

    @property
    def bound(self) -> bool:
        return self.observable and bool(self.touchpoints)


@dataclass(frozen=True)
class PlainRule:
    start: frozenset[str] | None = None
    end: frozenset[str] = frozenset()
    timeout: int | None = None
    keyed: bool = False
    customers: frozenset[str] | None = None


@dataclass
class Run:
    customer: str
    key: str | None
    last: int
    events: list[Row] = field(default_factory=list)
    stands: str = "open"
    path: list[tuple[int, int]] = field(default_factory=list)  # step, time


def runs_of(rows: Sequence[Row], steps: Sequence[PlainStep], rule: PlainRule) -> list[Run]:
    """Every run, with its events."""
    mapped = frozenset().union(*(step.touchpoints for step in steps if step.bound)) | rule.end | (rule.start or set())
    until = max((row.time for row in rows), default=0)
    runs: list[Run] = []
    for customer in sorted({row.customer for row in rows}):
        trace = sorted((row for row in rows if row.customer == customer), key=lambda row: row.time)
        if rule.customers is not None and not any(row.touchpoint in rule.customers for row in trace):
            continue
        mine: list[Run] = []
        for row in trace:
            for run in mine:
                if run.stands == "open" and rule.timeout is not None and row.time - run.last > rule.timeout:
                    run.stands = "timed_out"
            keyless = rule.keyed and row.key is None
            key = row.key if rule.keyed else None
            fitting = [run for run in mine if run.stands == "open" and (keyless or run.key == key)]
            starts = rule.start is None or row.touchpoint in rule.start
            if not fitting and starts and not keyless:
                fitting = [Run(customer, key, row.time)]
                mine += fitting
            for run in fitting:
                run.events.append(row)
                if row.touchpoint in mapped:
                    run.last = row.time
                if row.touchpoint in rule.end:
                    run.stands = "ended"
        for run in mine:
            if run.stands == "open" and rule.timeout is not None and until - run.last > rule.timeout:
                run.stands = "timed_out"
        runs += mine
    return runs


def chosen(matching: set[int], p: int | None, steps: Sequence[PlainStep]) -> int:
    """The step that an event counts as."""
    if p is None:
        return min(matching)
    if p in matching and steps[p].repeatable:
        return p
    if later := [s for s in matching if s > p]:
        return min(later)
    return p if p in matching else max(matching)


def may_return(steps: Sequence[PlainStep], p: int, s: int) -> bool:
    """Whether a declared loop leads from p back to s: hidden steps may be passed unseen on both sides."""
    if s > p:
        return False
    for q in range(p, len(steps)):
        if q > p and steps[q].bound:
            return False
        target = steps[q].loop_to
        if target is not None and target <= s and not any(steps[t].bound for t in range(target, s)):
            return True
    return False


def lay(rows: Sequence[Row], steps: Sequence[PlainStep], rule: PlainRule) -> dict[str, Any]:
    """All counts, as plain data."""
    runs = runs_of(rows, steps, rule)
    bound = [place for place, step in enumerate(steps) if step.bound]
    known = rule.end | (rule.start or frozenset())
    off: list[tuple[int, Row]] = []
    after_last: dict[int, list[Row]] = {}
    for number, run in enumerate(runs):
        after_last[number] = []
        for row in run.events:
            matching = {place for place in bound if row.touchpoint in steps[place].touchpoints}
            if matching:
                run.path.append((chosen(matching, run.path[-1][0] if run.path else None, steps), row.time))
                after_last[number] = []
            elif row.touchpoint not in known:
                off.append((number, row))
                after_last[number].append(row)
    returns = [_returns(run, steps) for run in runs]
    return {
        "runs": len(runs),
        "customers_with_runs": len({run.customer for run in runs}),
        "stands": Counter(run.stands for run in runs),
        "without_steps": sum(not run.path for run in runs),
        "events": [(run.events[0].time, run.events[-1].time) for run in runs],
        "steps": {place: _step(place, runs, returns, after_last) for place in bound},
        "off": {
            name: (
                len({id(row) for _, row in off if row.touchpoint == name}),
                len({number for number, row in off if row.touchpoint == name}),
                len({row.customer for _, row in off if row.touchpoint == name}),
            )
            for name in {row.touchpoint for _, row in off}
        },
        "off_runs": len({number for number, _ in off}),
        "off_share": _share(runs, {number for number, _ in off}, range(len(runs))),
        "off_customers": len({row.customer for _, row in off}),
    }


def _returns(run: Run, steps: Sequence[PlainStep]) -> list[tuple[int, bool]]:
    """Where a run came back to a step after another one, and whether the map declares it."""
    path = [step for step, _ in run.path]
    loops = [at for at in range(1, len(path)) if may_return(steps, path[at - 1], path[at])]
    found = []
    for at, step in enumerate(path):
        if step in path[:at] and path[at - 1] != step:
            before = max(place for place in range(at) if path[place] == step)
            found.append((step, any(before < loop <= at and path[loop] <= step for loop in loops)))
    return found


def _share(runs: Sequence[Run], counted: Iterable[int], of: Iterable[int]) -> Share:
    """A share of runs, with the interval that looks at customers."""
    part, whole = (Counter(runs[number].customer for number in numbers) for numbers in (counted, of))
    return wilson_by_customer([part[who] for who in whole], list(whole.values()))


def _step(
    place: int, runs: Sequence[Run], all_returns: Sequence[list[tuple[int, bool]]], after_last: dict[int, list[Row]]
) -> dict[str, Any]:
    reaching = [number for number, run in enumerate(runs) if place in [step for step, _ in run.path]]
    waits, outcome, dropped = [], Counter[str](), []
    for number in reaching:
        run = runs[number]
        first = next(at for at, (step, _) in enumerate(run.path) if step == place)
        following = [time for step, time in run.path[first:] if step != place]
        if following:
            waits.append(following[0] - run.path[first][1])
        if run.path[-1][0] != place:
            outcome["went_on"] += 1
        elif run.stands == "timed_out":
            outcome["elsewhere" if after_last[number] else "silent"] += 1
            dropped.append(number)
        else:
            outcome["at_end" if run.stands == "ended" else "open"] += 1
    returns = {number: [declared for step, declared in all_returns[number] if step == place] for number in reaching}
    return {
        "reach": len(reaching),
        "customers": len({runs[number].customer for number in reaching}),
        "repeats": sum(step == place for run in runs for step, _ in run.path) - len(reaching),
        "after": outcome,
        "waits": sorted(waits),
        "reach_share": _share(runs, reaching, range(len(runs))),
        "dropped_share": _share(runs, dropped, reaching),
        "returned_share": _share(runs, [number for number, found in returns.items() if found], reaching),
        "returned": sum(bool(found) for found in returns.values()),
        "returned_by": len({runs[number].customer for number, found in returns.items() if found}),
        "undeclared": sum(not all(found) for found in returns.values()),
    }
