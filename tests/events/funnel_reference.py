"""Funnels the plain, slow way: every choice of events, in order or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.events.log_reference import Row, traces


@dataclass(frozen=True)
class Step:
    """What a step asks: one of these touchpoints, so near the step before, with none of those between."""

    matching: frozenset[str]
    optional: bool = False
    within: int | None = None
    without: frozenset[str] = frozenset()


#: Per step: (since entry, since the step before) of every customer who came there.
Times = list[list[tuple[int, int]]]
#: A row of (step, place in the trace).
Taken = tuple[tuple[int, int], ...]


def in_order(rows: Sequence[Row], steps: Sequence[Step], window: int | None) -> Times:
    """For each step the customers' shortest way to their first arrival."""
    found: Times = [[] for _ in steps]
    for trace in traces(rows).values():
        ways: list[Taken] = []
        for place in range(len(trace)):
            if trace[place][1] in steps[0].matching:
                _extend(trace, steps, window, ((0, place),), ways)
        for k in range(len(steps)):
            ends = [way for way in ways if way[-1][0] == k]
            if not ends:
                continue
            arrival = min(way[-1][1] for way in ends)
            there = [way for way in ends if way[-1][1] == arrival]
            start = max(trace[way[0][1]][0] for way in there)
            since = trace[arrival][0] - start
            if k == 0:
                found[k].append((0, 0))
                continue
            before = max(way[-2][1] for way in there if trace[way[0][1]][0] == start)
            found[k].append((since, trace[arrival][0] - trace[before][0]))
    return found


def _extend(
    trace: list[tuple[int, str]], steps: Sequence[Step], window: int | None, way: Taken, ways: list[Taken]
) -> None:
    ways.append(way)
    step, place = way[-1]
    for k in range(step + 1, len(steps)):
        if any(not steps[skipped].optional for skipped in range(step + 1, k)):
            break
        for later in range(place + 1, len(trace)):
            time, touchpoint = trace[later]
            limit = steps[k].within
            allowed = (
                touchpoint in steps[k].matching
                and (limit is None or time - trace[place][0] <= limit)
                and (window is None or time - trace[way[0][1]][0] <= window)
                and not any(trace[between][1] in steps[k].without for between in range(place + 1, later))
            )
            if allowed:
                _extend(trace, steps, window, (*way, (k, later)), ways)


def in_any_order(
    rows: Sequence[Row], steps: Sequence[Step], window: int | None
) -> tuple[list[int], list[int], list[list[int]]]:
    """Customers per step; those of them who took a required step; per number of required steps how long it took."""
    required = [step for step in steps if not step.optional]
    each, entered = [0] * len(steps), [0] * len(steps)
    lasted: list[list[int]] = [[] for _ in required]
    for trace in traces(rows).values():
        names = {touchpoint for _, touchpoint in trace}
        started = any(step.matching & names for step in required)
        for k, step in enumerate(steps):
            each[k] += bool(step.matching & names)
            entered[k] += started and bool(step.matching & names)
        for m in range(1, len(required) + 1):
            for end in range(len(trace)):
                spans = [
                    trace[end][0] - trace[begin][0]
                    for begin in range(end + 1)
                    if (window is None or trace[end][0] - trace[begin][0] <= window)
                    and sum(bool(step.matching & {t for _, t in trace[begin : end + 1]}) for step in required) >= m
                ]
                if spans:
                    lasted[m - 1].append(min(spans))
                    break
    return each, entered, lasted
