"""What two groups can be compared on where a customer does more than one thing: visits, coming back, rework, paths.

Each question is brought down to one number for each customer, so that customers are what is counted. ``what`` of each
row is said in ``EventLog.compare``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from klantreis.events.answers.comparison import ComparedRow
from klantreis.events.answers.comparison_rows import (
    PAUSE,
    How,
    Shares,
    What,
    patterns_in,
    rows_of_retention,
    rows_of_shares,
    rows_of_times,
)
from klantreis.events.answers.steps import Branch, PathNode
from klantreis.events.durations import SECOND, microseconds
from klantreis.events.filter import Filter
from klantreis.events.kernels import counting as kernels
from klantreis.events.kernels import outcomes as inner
from klantreis.events.local import activity, between, funnels, path_trees, retention, rework
from klantreis.events.local.columns import Codes, sealed
from klantreis.events.local.counting import power_of_two, visit_offsets
from klantreis.events.local.outcomes import Paths, paths, question
from klantreis.events.share import Share, wilson

if TYPE_CHECKING:
    from klantreis.events.local.log import LocalLog
    from klantreis.events.local.views import View


@dataclass(frozen=True, eq=False, slots=True)
class Side:
    """One of the groups: its events, and the filter from which they come (the period ends where it says)."""

    view: View
    filter: Filter | None


def _visits(log: LocalLog, one: Side, other: Side, how: How) -> list[ComparedRow]:
    gap = microseconds(PAUSE if how.within is None else how.within, what="gap")
    return _both(one, other, lambda side: _visits_of(log, side.view, gap, how.upto))


def _visits_of(log: LocalLog, view: View, gap: int, upto: int) -> Shares:
    cuts, n = visit_offsets(view, gap), view.n_customers
    # The customer of each visit: cuts hold every customer's first event too.
    whose = np.searchsorted(view.offsets, cuts[:-1], side="right") - 1
    each = np.bincount(whose, minlength=n)
    found: dict[What, Share] = {
        (str(k),): wilson(int(np.count_nonzero(each >= k)), n)
        for k in range(2, min(upto, int(each.max(initial=0))) + 1)
    }
    for word, places in (("begins", cuts[:-1]), ("ends", cuts[1:] - 1)):
        counts = _different(view.codes[places], whose, len(log.touchpoints))
        found |= {(word, log.touchpoints[code]): wilson(count, n) for code, count in counts.items()}
    return found


def _retention(log: LocalLog, one: Side, other: Side, how: How) -> list[ComparedRow]:
    asked = retention.asked_by(how)
    first, second = (retention.retention(log, side.view, side.filter, how=asked) for side in (one, other))
    return rows_of_retention(first, second)


def _between(log: LocalLog, one: Side, other: Side, how: How) -> list[ComparedRow]:
    start, end = patterns_in(how, exactly=2)
    limit = None if how.within is None else microseconds(how.within, what="window")

    def ask(side: Side) -> tuple[Shares, dict[What, NDArray[np.float64]]]:
        times, n = between.first_times(log, side.view, start, end, limit)
        return {("ended",): wilson(len(times), n)}, {("time",): np.sort(times) / SECOND}

    (ended, times), (other_ended, other_times) = ask(one), ask(other)
    return [*rows_of_shares(ended, other_ended, sizes=(0, 0)), *rows_of_times(times, other_times)]


def _rework(log: LocalLog, one: Side, other: Side, _how: How) -> list[ComparedRow]:
    def ask(side: Side) -> Shares:
        answer = rework.rework(log, side.view, None, top=1)
        found: dict[What, Share] = {("repeats",): answer.repeating, ("returns",): answer.returning}
        for each in answer.touchpoints:
            found |= {("repeats", each.touchpoint): each.repeating, ("returns", each.touchpoint): each.returning}
        return found

    # Of a touchpoint that nobody in a group has, there is no share.
    return rows_of_shares(ask(one), ask(other), sizes=(0, 0))


def _paths(log: LocalLog, one: Side, other: Side, how: How) -> list[ComparedRow]:
    left, right = (_first_paths(log, side.view, how) for side in (one, other))
    shares = most_frequent(left.names, (left.codes, left.offsets), (right.codes, right.offsets), top=how.top)
    return rows_of_shares(*shares, sizes=(0, 0))


def _credit(log: LocalLog, one: Side, other: Side, how: How) -> list[ComparedRow]:
    found: list[dict[What, Share]] = []
    sizes: list[int] = []
    for side in (one, other):
        made = _first_paths(log, side.view, how)
        lengths = np.diff(made.offsets)
        first, last = made.codes[made.offsets[:-1][lengths > 0]], made.codes[made.offsets[1:][lengths > 0] - 1]
        n, n_codes = int(np.count_nonzero(lengths)), len(made.names)
        counted = {
            "on": _different(made.codes, np.repeat(np.arange(len(lengths)), lengths), n_codes),
            "first": _times(first, n_codes),
            "last": _times(last, n_codes),
        }
        found.append(
            {(word, made.names[code]): wilson(count, n) for word, by in counted.items() for code, count in by.items()}
        )
        sizes.append(n)
    return rows_of_shares(found[0], found[1], sizes=(sizes[0], sizes[1]))


def _activity(log: LocalLog, one: Side, other: Side, _how: How) -> list[ComparedRow]:
    def ask(side: Side) -> Shares:
        answer, n = activity.activity(log, side.view, None), side.view.n_customers
        found: dict[What, Share] = {
            (str(each.weekday), str(each.hour)): wilson(each.customers, n) for each in answer.hours if each.customers
        }
        return found | {("channel", each.channel): each.customers for each in answer.channels}

    return _both(one, other, ask)


def _tree(log: LocalLog, one: Side, other: Side, how: How) -> list[ComparedRow]:
    pattern = (*patterns_in(how, at_most=1), None)[0]
    shape = path_trees.Shape(backward=False, depth=how.upto, breadth=0, gap=how.within, fold_repeats=False)
    trees = [path_trees.tree(log, side.view, None, pattern=pattern, shape=shape) for side in (one, other)]
    left, right = (dict(_ways(tree.roots, ())) for tree in trees)
    counts = {what: sum(part[what].count for part in (left, right) if what in part) for what in (*left, *right)}
    kept = sorted(counts, key=lambda what: (-counts[what], what))[: how.top]
    found = [{what: part[what] for what in kept if what in part} for part in (left, right)]
    return rows_of_shares(found[0], found[1], sizes=(trees[0].customers, trees[1].customers))


def _ways(nodes: tuple[PathNode, ...], before: What) -> list[tuple[What, Share]]:
    found: list[tuple[What, Share]] = []
    for node in nodes:
        path = (*before, node.touchpoint)
        found.append((path, node.customers))
        ended: Branch | None = node.ended
        if ended is not None and ended.customers is not None and ended.count:
            found.append(((*path, ""), ended.customers))
        found += _ways(node.next, path)
    return found


def _any_order(log: LocalLog, one: Side, other: Side, how: How) -> list[ComparedRow]:
    def ask(side: Side) -> Shares:
        answer = funnels.unordered_funnel(log, side.view, None, steps=how.steps, within=how.within)
        found: dict[What, Share] = {(step.pattern,): step.of_exposed for step in answer.steps}
        return found | {(str(each.steps),): each.of_exposed for each in answer.done}

    return _both(one, other, ask)


HABITS: Mapping[str, Callable[[LocalLog, Side, Side, How], list[ComparedRow]]] = {
    "visits": _visits,
    "retention": _retention,
    "between": _between,
    "rework": _rework,
    "paths": _paths,
    "credit": _credit,
    "activity": _activity,
    "tree": _tree,
    "any-order": _any_order,
}


def most_frequent(
    names: tuple[str, ...],
    one: tuple[Codes, NDArray[np.int64]],
    other: tuple[Codes, NDArray[np.int64]],
    *,
    top: int,
) -> tuple[Shares, Shares]:
    """The share of the traces (codes and offsets) of each group that are exactly a path, for the most frequent ones."""
    codes = np.concatenate((one[0], other[0]))
    offsets = np.concatenate((one[1], other[1][1:] + one[1][-1]))
    n, m = len(offsets) - 1, len(one[1]) - 1
    slots = np.full(power_of_two(2 * n), -1, dtype=np.int64)
    example, counts = np.empty(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    groups = np.empty(n, dtype=np.int32)
    distinct = kernels.group_sequences(sealed(codes), sealed(offsets), slots, example, counts, groups)
    best = np.argsort(-counts[:distinct], kind="stable")[:top].tolist()
    of_one = np.bincount(groups[:m], minlength=distinct)
    first, second = {}, {}
    for group in best:
        path = codes[offsets[example[group]] : offsets[example[group] + 1]].tolist()
        what = tuple(names[code] for code in path)
        first[what] = wilson(int(of_one[group]), m)
        second[what] = wilson(int(counts[group] - of_one[group]), n - m)
    return first, second


def _both(one: Side, other: Side, ask: Callable[[Side], Shares]) -> list[ComparedRow]:
    return rows_of_shares(ask(one), ask(other), sizes=(one.view.n_customers, other.view.n_customers))


def _first_paths(log: LocalLog, view: View, how: How) -> Paths:
    """Of each customer with the outcome: the path to the first one."""
    (outcome,) = patterns_in(how, exactly=1)
    asked = question(outcome, how.by or "touchpoint", how.within, "first", None, fold_repeats=False)
    made = paths(log, view, asked)
    led = np.flatnonzero(made.kinds == inner.LED)
    lengths = np.diff(made.offsets)
    kept = np.repeat(made.kinds == inner.LED, lengths)
    offsets = np.concatenate(([0], np.cumsum(lengths[led]))).astype(np.int64)
    return Paths(made.names, made.codes[kept], offsets, made.kinds[led], made.customers[led], made.spans[led])


def _different(codes: Codes, whose: NDArray[np.int64], n_codes: int) -> dict[int, int]:
    """Per code: how many different customers have it."""
    return _times((np.unique(whose * n_codes + codes) % n_codes).astype(np.int64), n_codes)


def _times(codes: NDArray[np.int64] | Codes, n_codes: int) -> dict[int, int]:
    counts = np.bincount(codes, minlength=n_codes)
    return {code: int(counts[code]) for code in np.flatnonzero(counts).tolist()}
