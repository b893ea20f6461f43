"""How two groups of customers differ; see ``EventLog.compare``.

Whatever is compared is one number for each customer (did, did not; one time), so that customers are what is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from klantreis.events.answers.comparison import ComparedRow, Comparison, Group
from klantreis.events.answers.comparison_rows import How as How
from klantreis.events.answers.comparison_rows import (
    Shares,
    What,
    as_group,
    check,
    comparison,
    ending_first,
    rows_of_shares,
    rows_of_times,
)
from klantreis.events.durations import SECOND
from klantreis.events.filter import Filter
from klantreis.events.kernels import comparison as comparison_kernels
from klantreis.events.local import counting
from klantreis.events.local.comparing_habits import HABITS, Side, most_frequent
from klantreis.events.local.counting import numbered_pairs, scope_of, tallies, touchpoint_counts
from klantreis.events.local.steps import count_positions
from klantreis.events.local.views import View, view_of, view_without
from klantreis.events.pattern import EventPattern, as_pattern
from klantreis.events.share import wilson
from klantreis.events.stage import Stage

if TYPE_CHECKING:
    from klantreis.events.local.log import LocalLog


def compare(
    log: LocalLog,
    view: View,
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
    base = asked or Filter()
    one = view_of(log, base, first)
    other = view_without(log, base, one) if second is None else view_of(log, base, second)
    if on in HABITS:
        sides = [
            Side(view, ending_first(log.zone_name, base, group)) for view, group in ((one, first), (other, second))
        ]
        rows = HABITS[on](log, sides[0], sides[1], how)
    else:
        rows = _times(log, one, other) if on == "times" else _shares(log, one, other, on, how)
    groups = (Group(first, one.n_customers, len(one.times)), Group(second, other.n_customers, len(other.times)))
    in_both = int(np.count_nonzero(_members(log, one) & _members(log, other)))
    return comparison(scope_of(view, asked), on, groups, rows, in_both=in_both)


def _members(log: LocalLog, view: View) -> NDArray[np.bool_]:
    found = np.full(log.n_customers, view.customers is None)
    if view.customers is not None:
        found[view.customers] = True
    return found


def _shares(log: LocalLog, one: View, other: View, on: str, how: How) -> list[ComparedRow]:
    if on == "variants":
        first, second = most_frequent(
            log.touchpoints, (one.codes, one.offsets), (other.codes, other.offsets), top=how.top
        )
    else:
        ask: Callable[[LocalLog, View, How], Shares] = {
            "reach": _reach,
            "transitions": _transitions,
            "funnel": _funnel,
            "steps": _steps,
        }[on]
        first, second = ask(log, one, how), ask(log, other, how)
    return rows_of_shares(first, second, sizes=(one.n_customers, other.n_customers))


def _reach(log: LocalLog, view: View, how: How) -> Shares:
    if how.steps:
        patterns = [step.matching if isinstance(step, Stage) else as_pattern(step) for step in how.steps]
        answers = [counting.reach(log, view, None, pattern=pattern) for pattern in patterns]
        return {(answer.pattern,): answer.customers for answer in answers}
    counts = touchpoint_counts(view, log.touchpoints)
    return {(each.touchpoint,): wilson(each.customers, view.n_customers) for each in counts}


def _transitions(log: LocalLog, view: View, _how: How) -> Shares:
    numbers, found = numbered_pairs(view, len(log.touchpoints))
    _, customers = tallies(numbers, view.offsets, len(found))
    return {
        pair: wilson(count, view.n_customers)
        for pair, count in zip(_pairs(log, found), customers.tolist(), strict=True)
    }


def _funnel(log: LocalLog, view: View, how: How) -> Shares:
    from klantreis.events.local import funnels

    answer = funnels.funnel(log, view, None, steps=how.steps, within=how.within)
    return {
        (f"{place}. {step.pattern}",): step.of_exposed if place == 1 else step.of_entered
        for place, step in enumerate(answer.steps, start=1)
    }


def _steps(log: LocalLog, view: View, how: How) -> Shares:
    table, _ = count_positions(view, view.offsets[:-1], 0, how.upto, len(log.touchpoints))
    n = view.n_customers
    table[:, 0] = n - table.sum(axis=1)  # code 0, which no event has, stands for those whose trace is over
    return {
        (str(place + 1), log.touchpoints[code]): wilson(int(table[place, code]), n)
        for place, code in np.argwhere(table).tolist()
    }


def _times(log: LocalLog, one: View, other: View) -> list[ComparedRow]:
    return rows_of_times(_first_times(log, one), _first_times(log, other))


def _first_times(log: LocalLog, view: View) -> dict[What, NDArray[np.float64]]:
    """Of each pair of touchpoints: the seconds between the two the first time that each customer made it, sorted."""
    numbers, found = numbered_pairs(view, len(log.touchpoints))
    _, customers = tallies(numbers, view.offsets, len(found))
    starts = np.concatenate(([0], np.cumsum(customers))).astype(np.int64)
    gaps = np.empty(starts[-1], dtype=np.int64)
    seen = np.full(len(found), -1, dtype=np.int64)
    comparison_kernels.scatter_first_gaps(numbers, view.times, view.offsets, seen, starts[:-1].copy(), gaps)
    seconds = gaps / SECOND
    return {
        pair: np.sort(seconds[begin:end])
        for pair, begin, end in zip(_pairs(log, found), starts[:-1].tolist(), starts[1:].tolist(), strict=True)
    }


def _pairs(log: LocalLog, found: NDArray[np.int64]) -> Iterable[What]:
    n_codes = len(log.touchpoints)
    return ((log.touchpoints[key // n_codes], log.touchpoints[key % n_codes]) for key in found.tolist())
