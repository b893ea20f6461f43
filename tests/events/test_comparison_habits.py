"""Comparisons on what customers do more than once equal plain counting, one number for each customer."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klantreis.errors import InvalidInputError, NotFoundError
from klantreis.events.answers.comparison import Comparison, MedianTime
from klantreis.events.answers.differing import median_difference, p_of_shares
from klantreis.events.event import Event
from klantreis.events.filter import Filter
from klantreis.events.local.columns import EPOCH
from klantreis.events.local.log import LocalLog, log_of
from klantreis.events.share import Share, difference, wilson
from tests.events.log_reference import Row, traces, visits
from tests.events.test_comparison import check_whole, split

SECOND = 1_000_000
DAY = 86_400 * SECOND
What = tuple[str, ...]
Trace = list[tuple[int, str]]
rows = st.lists(
    st.tuples(
        st.sampled_from(["an", "bo", "cé", "di", "ed", "fé"]),
        st.integers(0, 12).map(lambda s: s * SECOND),
        st.sampled_from("abcd"),
    ),
    max_size=30,
)
seconds = st.sampled_from([None, "b"])


def log_from(rows: list[Row]) -> LocalLog:
    """The rows as a log, with a channel that is the touchpoint's place in the alphabet."""
    return log_of(
        Event(who, EPOCH + timedelta(microseconds=time), name, channel=str(ord(name) - ord("a")))
        for who, time, name in rows
    )


def compared(rows: list[Row], second: str | None, **how: Any) -> tuple[Comparison, list[list[Row]]]:
    """Those with an a beside those with the second touchpoint, or beside the others."""
    answer = log_from(rows).compare("touchpoint = 'a'", f"touchpoint = '{second}'" if second else None, **how)
    parts = list(split(rows, second, ""))
    check_whole(answer, *parts)
    return answer, parts


def check_shares(answer: Comparison, wanted: Sequence[dict[What, Share]], *, sizes: Sequence[int]) -> None:
    assert {row.what for row in answer.rows} == wanted[0].keys() | wanted[1].keys()
    for row in answer.rows:
        left, right = (part.get(row.what, wilson(0, n)) for part, n in zip(wanted, sizes, strict=True))
        assert (row.first, row.second, row.difference) == (left, right, difference(left, right))
        assert row.p == p_of_shares(left, right)


def did(part: list[Row], what: Callable[[Trace], set[What]]) -> dict[What, Share]:
    """The share of the customers of a group who did each thing."""
    each = [what(trace) for trace in traces(part).values()]
    return {one: wilson(sum(one in found for found in each), len(each)) for one in set().union(*each)}


@settings(deadline=None, max_examples=100)
@given(rows, seconds)
def test_visits_equal_plain_counting(rows: list[Row], second: str | None) -> None:
    answer, parts = compared(rows, second, on="visits", within="2s", upto=3)

    def wanted(part: list[Row]) -> dict[What, Share]:
        made = visits(part, 2 * SECOND).values()
        each = [
            {(str(k),) for k in (2, 3) if len(mine) >= k}
            | {("begins", visit[0][1]) for visit in mine}
            | {("ends", visit[-1][1]) for visit in mine}
            for mine in made
        ]
        return {one: wilson(sum(one in found for found in each), len(each)) for one in set().union(*each)}

    check_shares(answer, [wanted(part) for part in parts], sizes=[len(traces(part)) for part in parts])


@settings(deadline=None, max_examples=100)
@given(rows, seconds)
def test_rework_equals_plain_counting(rows: list[Row], second: str | None) -> None:
    answer, parts = compared(rows, second, on="rework")

    def wanted(part: list[Row]) -> dict[What, Share]:
        names = [[name for _, name in trace] for trace in traces(part).values()]

        def repeats(trace: list[str], name: str) -> bool:
            return any(a == b == name for a, b in itertools.pairwise(trace))

        def returns(trace: list[str], name: str) -> bool:
            places = [place for place, one in enumerate(trace) if one == name]
            return any(b - a > 1 for a, b in itertools.pairwise(places))

        found: dict[What, Share] = {}
        for word, holds in (("repeats", repeats), ("returns", returns)):
            found[word,] = wilson(sum(any(holds(trace, one) for one in "abcd") for trace in names), len(names))
            for one in {name for trace in names for name in trace}:
                having = [trace for trace in names if one in trace]
                found[word, one] = wilson(sum(holds(trace, one) for trace in having), len(having))
        return found

    check_shares(answer, [wanted(part) for part in parts], sizes=[0, 0])


def first_paths(part: list[Row], lookback: int | None = None) -> list[tuple[str, ...]]:
    """Of each customer with a d: what came before the first one."""
    found = []
    for trace in traces(part).values():
        at = next((place for place, (_, name) in enumerate(trace) if name == "d"), None)
        if at is not None:
            until = trace[at][0]
            found.append(tuple(name for time, name in trace[:at] if lookback is None or until - time <= lookback))
    return found


@settings(deadline=None, max_examples=100)
@given(rows, seconds, st.sampled_from([None, 4]))
def test_paths_equal_plain_counting(rows: list[Row], second: str | None, lookback: int | None) -> None:
    within = None if lookback is None else f"{lookback}s"
    if not any(name == "d" for _, _, name in rows):
        return
    answer, parts = compared(rows, second, on="paths", steps=["touchpoint = 'd'"], within=within, top=100)
    made = [first_paths(part, None if lookback is None else lookback * SECOND) for part in parts]
    wanted = [{path: wilson(paths.count(path), len(paths)) for path in paths} for paths in made]
    check_shares(answer, wanted, sizes=[len(paths) for paths in made])


@settings(deadline=None, max_examples=100)
@given(rows, seconds, st.booleans())
def test_credit_equals_plain_counting(rows: list[Row], second: str | None, by_channel: bool) -> None:
    if not any(name == "d" for _, _, name in rows):
        return
    by = "channel" if by_channel else None
    answer, parts = compared(rows, second, on="credit", steps=["touchpoint = 'd'"], by=by)
    name = {one: str(place) if by_channel else one for place, one in enumerate("abcd")}
    touched = [[[name[one] for one in path] for path in first_paths(part) if path] for part in parts]
    wanted: list[dict[What, Share]] = [
        {
            what: wilson(sum(what in found for found in each), len(each))
            for each in [[{("on", one) for one in path} | {("first", path[0]), ("last", path[-1])} for path in paths]]
            for what in set().union(*each)
        }
        for paths in touched
    ]
    check_shares(answer, wanted, sizes=[len(paths) for paths in touched])


@settings(deadline=None, max_examples=100)
@given(rows, seconds, st.sampled_from([None, 3]))
def test_the_time_between_equals_plain_counting(rows: list[Row], second: str | None, limit: int | None) -> None:
    answer, parts = compared(
        rows, second, on="between", steps=["touchpoint = 'b'", "touchpoint = 'c'"], within=limit and f"{limit}s"
    )
    found = {row.what: row for row in answer.rows}
    assert found.keys() == {("ended",), ("time",)}
    times: list[list[float]] = []
    starts = []
    for part in parts:
        lasted = []
        for trace in traces(part).values():
            at = next((place for place, (_, name) in enumerate(trace) if name == "b"), None)
            if at is not None:
                end = next((time for time, name in trace[at + 1 :] if name == "c"), None)
                lasted.append(None if end is None else (end - trace[at][0]) / SECOND)
        starts.append(len(lasted))
        times.append(sorted(one for one in lasted if one is not None and (limit is None or one <= limit)))
    shares = [wilson(len(ended), n) for ended, n in zip(times, starts, strict=True)]
    row = found["ended",]
    assert (row.first, row.second, row.p) == (*shares, p_of_shares(*shares))
    row = found["time",]
    for group, values in ((row.first, times[0]), (row.second, times[1])):
        assert group == MedianTime(len(values), statistics.median(values) if values else None)
    assert (row.difference, row.p) == median_difference(*times)


@settings(deadline=None, max_examples=60)
@given(rows, seconds)
def test_activity_and_trees_equal_plain_counting(rows: list[Row], second: str | None) -> None:
    later = [(who, time * 3600, name) for who, time, name in rows]  # hours instead of seconds
    answer, parts = compared(later, second, on="activity")
    # The first of January 1970 was a Thursday, the fourth day of the week.
    wanted = [
        did(
            part,
            lambda trace: (
                {("4", str(time // SECOND // 3600)) for time, _ in trace}
                | {("channel", str(ord(name) - ord("a"))) for _, name in trace}
            ),
        )
        for part in parts
    ]
    check_shares(answer, wanted, sizes=[len(traces(part)) for part in parts])

    answer, parts = compared(rows, second, on="tree", upto=2, top=1000)

    def ways(trace: Trace) -> set[What]:
        names = tuple(name for _, name in trace)
        ended = {(*names, "")} if len(names) <= 3 else set()
        return {names[:k] for k in range(1, min(len(names), 3) + 1)} | ended

    check_shares(answer, [did(part, ways) for part in parts], sizes=[len(traces(part)) for part in parts])


@settings(deadline=None, max_examples=60)
@given(rows)
def test_the_calendar_and_the_funnel_are_those_of_each_group(rows: list[Row]) -> None:
    spread = [(who, time * 86_400, name) for who, time, name in rows]  # days instead of seconds
    log = log_from(spread)
    groups = [Filter(customers="touchpoint = 'a'"), Filter(period=(None, EPOCH + timedelta(days=8)))]
    answer = log.compare(groups[0], groups[1], on="retention", by="day", upto=4, steps=["touchpoint = 'b'"])
    totals = [log.retention(by="day", start="touchpoint = 'b'", periods=4, filter=group).total for group in groups]
    seen = [k for k in range(1, 5) if totals[0][k] is not None and totals[1][k] is not None]
    assert {row.what: (row.first, row.second) for row in answer.rows} == {
        (str(k),): (totals[0][k], totals[1][k]) for k in seen
    }
    steps = ["touchpoint = 'b'", "touchpoint = 'c'"]
    answer = log.compare(groups[0], groups[1], on="any-order", steps=steps, within="3d")
    funnels = [log.unordered_funnel(steps, within="3d", filter=group) for group in groups]
    wanted = [
        {(step.pattern,): step.of_exposed for step in each.steps}
        | {(str(done.steps),): done.of_exposed for done in each.done}
        for each in funnels
    ]
    assert {row.what: (row.first, row.second) for row in answer.rows} == {
        what: (wanted[0][what], wanted[1][what]) for what in wanted[0]
    }


def test_who_came_back_can_be_asked_of_a_pattern() -> None:
    week = [("an", 0, "a"), ("an", 7 * DAY, "c"), ("bo", 0, "a"), ("bo", 8 * DAY, "b"), ("zz", 30 * DAY, "d")]
    answer = log_from(week).compare(
        "touchpoint = 'c'", "touchpoint = 'b'", on="retention", upto=2, steps=["touchpoint = 'a'", "touchpoint = 'c'"]
    )
    assert {row.what: (row.first, row.second) for row in answer.rows} == {
        ("0",): (wilson(0, 1), wilson(0, 1)),
        ("1",): (wilson(1, 1), wilson(0, 1)),
        ("2",): (wilson(0, 1), wilson(0, 1)),
    }


@pytest.mark.parametrize(
    ("how", "error", "says"),
    [
        ({"on": "between", "steps": ["touchpoint = 'a'"]}, InvalidInputError, "takes 2 patterns as its steps, not 1"),
        ({"on": "paths"}, InvalidInputError, "takes 1 patterns as its steps, not 0"),
        ({"on": "retention", "steps": ["touchpoint = 'a'"] * 3}, InvalidInputError, "at most 2"),
        ({"on": "retention", "by": "year"}, InvalidInputError, "year"),
        ({"on": "credit", "steps": ["touchpoint = 'a'"], "by": "chanel"}, NotFoundError, "chanel"),
        ({"on": "visits", "by": "day"}, InvalidInputError, "not by 'day'"),
        ({"on": "visits", "within": "soon"}, InvalidInputError, "soon"),
        ({"on": "tree", "upto": 1000}, InvalidInputError, "deep"),
    ],
)
def test_a_wrong_comparison_is_refused(how: dict[str, Any], error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        log_from([("an", 0, "a"), ("bo", 0, "b")]).compare("touchpoint = 'a'", **how)


@pytest.mark.parametrize(
    "on", ["visits", "retention", "between", "rework", "paths", "credit", "activity", "tree", "any-order"]
)
def test_nobody_to_compare_gives_no_fault(on: str) -> None:
    steps = {"between": ["touchpoint = 'a'"] * 2, "any-order": ["touchpoint = 'a'"]}
    steps |= {which: ["touchpoint = 'a'"] for which in ("paths", "credit")}
    for log in (log_of([]), log_from([("an", 0, "b")])):
        answer = log.compare("touchpoint = 'a'", on=on, steps=steps.get(on, ()))
        assert all(row.first.n == 0 and row.p is None for row in answer.rows)
        assert answer.to_dict()["on"] == on
