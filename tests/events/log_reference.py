"""The questions of a log answered the plain, slow way: what the kernels must agree with.

Works on lists of (customer, time in µs, touchpoint), in any order; ties keep the order given.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Callable, Sequence

Row = tuple[str, int, str]


def traces(rows: Sequence[Row]) -> dict[str, list[tuple[int, str]]]:
    """Each customer's events in order."""
    found: dict[str, list[tuple[int, str]]] = {}
    for customer, time, touchpoint in sorted(rows, key=lambda row: (row[0], row[1])):
        found.setdefault(customer, []).append((time, touchpoint))
    return found


def quartiles(values: Sequence[float]) -> tuple[float | None, float | None, float | None]:
    """By sorting, with linear interpolation."""
    if not values:
        return (None, None, None)
    ordered = sorted(values)

    def at(share: float) -> float:
        place = (len(ordered) - 1) * share
        low, high = math.floor(place), math.ceil(place)
        return ordered[low] + (ordered[high] - ordered[low]) * (place - low)

    return (at(0.25), at(0.5), at(0.75))


def transitions(rows: Sequence[Row]) -> dict[tuple[str, str], tuple[int, int, list[float]]]:
    """(source, target) to count, customers, seconds."""
    gaps: dict[tuple[str, str], list[float]] = {}
    people: dict[tuple[str, str], set[str]] = {}
    for customer, trace in traces(rows).items():
        for (before, a), (now, b) in itertools.pairwise(trace):
            gaps.setdefault((a, b), []).append((now - before) / 1e6)
            people.setdefault((a, b), set()).add(customer)
    return {pair: (len(found), len(people[pair]), found) for pair, found in gaps.items()}


def visits(rows: Sequence[Row], gap: int) -> dict[str, list[list[tuple[int, str]]]]:
    """Each customer's visits."""
    found: dict[str, list[list[tuple[int, str]]]] = {}
    for customer, trace in traces(rows).items():
        made: list[list[tuple[int, str]]] = []
        for time, touchpoint in trace:
            if not made or time - made[-1][-1][0] > gap:
                made.append([])
            made[-1].append((time, touchpoint))
        found[customer] = made
    return found


def variants(rows: Sequence[Row], *, gap: int | None, fold: bool) -> Counter[tuple[str, ...]]:
    """How often each whole sequence occurs."""
    cut = visits(rows, gap) if gap is not None else {who: [trace] for who, trace in traces(rows).items()}
    counted: Counter[tuple[str, ...]] = Counter()
    for parts in cut.values():
        for part in parts:
            path = [touchpoint for _, touchpoint in part]
            if fold:
                path = [t for place, t in enumerate(path) if place == 0 or path[place - 1] != t]
            counted[tuple(path)] += 1
    return counted


def funnel(rows: Sequence[Row], steps: Sequence[Callable[[str], bool]], within: int | None) -> list[int]:
    """Customers who came to each step, by trying every choice of events in order."""
    came = [0] * len(steps)
    for trace in traces(rows).values():
        deepest = 0
        for start in range(len(trace)):
            if steps[0](trace[start][1]):
                deepest = max(deepest, 1 + _further(trace, start, steps[1:], trace[start][0], within))
        for place in range(deepest):
            came[place] += 1
    return came


def _further(
    trace: list[tuple[int, str]], at: int, steps: Sequence[Callable[[str], bool]], begun: int, within: int | None
) -> int:
    if not steps:
        return 0
    deepest = 0
    for later in range(at + 1, len(trace)):
        time, touchpoint = trace[later]
        if (within is None or time - begun <= within) and steps[0](touchpoint):
            deepest = max(deepest, 1 + _further(trace, later, steps[1:], begun, within))
    return deepest
