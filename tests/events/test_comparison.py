"""Comparisons of two groups equal the plain reference; the statistics equal published and enumerated numbers."""

from __future__ import annotations

import itertools
import json
import math
import statistics
from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klantreis.errors import InvalidInputError, NotFoundError
from klantreis.events.answers import differing
from klantreis.events.answers.comparison import Comparison, MedianTime
from klantreis.events.answers.differing import false_discovery, median_difference, p_of_shares
from klantreis.events.event import Event
from klantreis.events.filter import Filter
from klantreis.events.local.columns import EPOCH
from klantreis.events.local.log import LocalLog, log_of
from klantreis.events.share import Share, difference, wilson
from tests.events.log_reference import Row, traces

SECOND = 1_000_000
rows = st.lists(
    st.tuples(
        st.sampled_from(["an", "bo", "cé", "di", "ed"]),
        st.integers(0, 12).map(lambda s: s * SECOND),
        st.sampled_from("abc"),
    ),
    max_size=25,
)


def log_from(rows: list[Row]) -> LocalLog:
    return log_of(Event(who, EPOCH + timedelta(microseconds=time), name) for who, time, name in rows)


def split(rows: list[Row], second: str | None, hide: str) -> tuple[list[Row], list[Row]]:
    """Rows of those who have an a, and of those who have the second (or of the others)."""
    having = {who for who, _, name in rows if name == "a"}
    left = [row for row in rows if row[2] not in hide]
    there = {who for who, _, name in rows if name == second}
    one = [row for row in left if row[0] in having]
    other = [row for row in left if (row[0] in there if second else row[0] not in {who for who, _, _ in one})]
    return one, other


Did = Callable[[list[tuple[int, str]]], set[tuple[str, ...]]]


def did_transitions(trace: list[tuple[int, str]]) -> set[tuple[str, ...]]:
    return {(a, b) for (_, a), (_, b) in itertools.pairwise(trace)}


def did_steps(trace: list[tuple[int, str]]) -> set[tuple[str, ...]]:
    names = [name for _, name in trace]
    return {(str(k + 1), names[k] if k < len(names) else "") for k in range(3)}


DID: dict[str, Did] = {
    "reach": lambda trace: {(name,) for _, name in trace},
    "transitions": did_transitions,
    "variants": lambda trace: {tuple(name for _, name in trace)},
    "steps": did_steps,
}


def check_whole(answer: Comparison, one: list[Row], other: list[Row]) -> None:
    people = [{who for who, _, _ in part} for part in (one, other)]
    assert [(g.customers, g.events) for g in answer.groups] == [
        (len(people[0]), len(one)),
        (len(people[1]), len(other)),
    ]
    assert answer.in_both == len(people[0] & people[1])
    assert [row.q for row in answer.rows] == false_discovery([row.p for row in answer.rows])
    assert all(row.differs == (row.q is not None and row.q <= 0.05) for row in answer.rows)
    order = [(not row.differs, -abs(row.difference.value or 0.0)) for row in answer.rows]
    assert order == sorted(order)


@settings(deadline=None, max_examples=200)
@given(rows, st.sampled_from(sorted(DID)), st.sampled_from([None, "b"]), st.sampled_from(["", "c"]))
def test_shares_equal_the_reference(rows: list[Row], on: str, second: str | None, hide: str) -> None:
    answer = log_from(rows).compare(
        "touchpoint = 'a'",
        None if second is None else f"touchpoint = '{second}'",
        on=on,
        upto=3,
        top=1000,
        filter=Filter(where=f"touchpoint != '{hide}'") if hide else None,
    )
    one, other = split(rows, second, hide)
    check_whole(answer, one, other)
    did = [[DID[on](trace) for trace in traces(part).values()] for part in (one, other)]
    expected = {what for part in did for each in part for what in each}
    assert {row.what for row in answer.rows} == expected
    for row in answer.rows:
        left, right = (wilson(sum(row.what in each for each in part), len(part)) for part in did)
        assert (row.first, row.second, row.difference) == (left, right, difference(left, right))
        assert row.p == p_of_shares(left, right)


@settings(deadline=None, max_examples=100)
@given(rows, st.sampled_from([None, "b"]))
def test_times_equal_the_reference(rows: list[Row], second: str | None) -> None:
    answer = log_from(rows).compare(
        "touchpoint = 'a'", None if second is None else f"touchpoint = '{second}'", on="times"
    )
    one, other = split(rows, second, "")
    check_whole(answer, one, other)
    found: list[dict[tuple[str, str], list[float]]] = []
    for part in (one, other):
        times: dict[tuple[str, str], list[float]] = {}
        for trace in traces(part).values():
            seen = set()
            for (before, a), (now, b) in itertools.pairwise(trace):
                if (a, b) not in seen:
                    seen.add((a, b))
                    times.setdefault((a, b), []).append((now - before) / SECOND)
        found.append(times)
    assert {row.what for row in answer.rows} == found[0].keys() | found[1].keys()
    for row in answer.rows:
        left, right = (sorted(times.get((row.what[0], row.what[1]), [])) for times in found)
        for group, values in ((row.first, left), (row.second, right)):
            assert group == MedianTime(len(values), statistics.median(values) if values else None)
        assert (row.difference, row.p) == median_difference(left, right)


@settings(deadline=None, max_examples=50)
@given(rows, st.integers(0, 12))
def test_periods_and_funnels_can_be_compared(rows: list[Row], moment: int) -> None:
    log = log_from(rows)
    cut = EPOCH + timedelta(seconds=moment)
    before, after = Filter(period=(None, cut)), Filter(period=(cut, None))
    answer = log.compare(before, after, on="funnel", steps=["touchpoint = 'a'", "touchpoint = 'b'"], within="5s")
    parts = [[row for row in rows if (row[1] < moment * SECOND) == early] for early in (True, False)]
    check_whole(answer, *parts)
    for group, place in ((before, 0), (after, 1)):
        funnel = log.funnel(["touchpoint = 'a'", "touchpoint = 'b'"], within="5s", filter=group)
        shares = {row.what[0]: (row.first, row.second)[place] for row in answer.rows}
        assert shares == {
            '1. touchpoint = "a"': funnel.steps[0].of_exposed,
            '2. touchpoint = "b"': funnel.steps[1].of_entered,
        }


def test_reach_can_be_that_of_patterns() -> None:
    log = log_from([("an", 0, "a"), ("an", SECOND, "b"), ("bo", 0, "b"), ("cé", 0, "c")])
    answer = log.compare("touchpoint = 'a'", on="reach", steps=["touchpoint in ('b', 'c')"])
    assert [(row.what, row.first.n, row.second.n) for row in answer.rows] == [(('touchpoint in ("b", "c")',), 1, 2)]
    assert [row.first for row in answer.rows] == [wilson(1, 1)]


def test_a_comparison_is_plain_data() -> None:
    log = log_from([("an", 0, "a"), ("an", SECOND, "b"), ("bo", 0, "b"), ("bo", SECOND, "c")])
    for on in ("times", "reach"):
        plain = json.loads(json.dumps(log.compare("touchpoint = 'a'", on=on).to_dict()))
        assert (plain["method"], plain["on"], plain["groups"][1]["filter"]) == ("compare", on, None)
        assert plain["rows"][0].keys() == {"what", "first", "second", "difference", "p", "q", "differs"}
    empty = log_of([])
    assert empty.compare("touchpoint = 'a'").rows == ()
    assert empty.compare("touchpoint = 'a'", on="variants").rows == ()
    assert all(share.n == 0 for row in empty.compare("touchpoint = 'a'", on="steps").rows for share in (row.first,))


@pytest.mark.parametrize(
    ("how", "error", "says"),
    [
        ({"on": "reaches"}, InvalidInputError, "compared on 'reaches'"),
        ({"on": "funnel"}, InvalidInputError, "steps"),
        ({"on": "steps", "upto": 0}, InvalidInputError, "1 or more"),
        ({"first": "kanaal = 'x'"}, NotFoundError, "kanaal"),
    ],
)
def test_a_wrong_comparison_is_refused(how: dict[str, object], error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        log_from([("an", 0, "a")]).compare(**{"first": "touchpoint = 'a'", **how})  # type: ignore[arg-type]


def test_the_false_discovery_rate_is_that_of_its_authors() -> None:
    # Benjamini and Hochberg (1995), section 4: at 0.05 four of the fifteen are rejected.
    published = [
        *(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344),
        *(0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0),
    ]
    corrected = false_discovery(published)
    assert [q is not None and q <= 0.05 for q in corrected] == [True] * 4 + [False] * 11
    assert corrected[3] == pytest.approx(0.0095 * 15 / 4)


@given(st.lists(st.none() | st.floats(0, 1), max_size=20), st.floats(0.001, 0.999))
def test_the_false_discovery_rate_is_the_step_up_rule(chances: list[float | None], level: float) -> None:
    known = sorted(p for p in chances if p is not None)
    passing = [p for rank, p in enumerate(known, start=1) if p * len(known) / rank <= level]
    limit = max(passing, default=-1.0)
    corrected = false_discovery(chances)
    assert [None if q is None else q <= level for q in corrected] == [
        None if p is None else p <= limit for p in chances
    ]


@given(st.integers(0, 8), st.integers(0, 8), st.integers(1, 8), st.integers(1, 8))
def test_small_shares_are_compared_by_counting_all_tables(a: int, b: int, m: int, n: int) -> None:
    a, b = min(a, m), min(b, n)
    found = p_of_shares(wilson(a, m), wilson(b, n))
    weights = [math.comb(m, k) * math.comb(n, a + b - k) for k in range(max(0, a + b - n), min(m, a + b) + 1)]
    seen = math.comb(m, a) * math.comb(n, b)
    hits = a + b
    if min(m, n) * min(hits, m + n - hits) / (m + n) < 5:
        assert found == pytest.approx(sum(weight for weight in weights if weight <= seen) / sum(weights))


def test_large_shares_are_compared_by_the_normal_curve() -> None:
    # 56 of 70 and 48 of 80: chi-squared is 150 (56·32 − 14·48)² / (70·80·104·46).
    chi_squared = 150 * (56 * 32 - 14 * 48) ** 2 / (70 * 80 * 104 * 46)
    expected = 2 * statistics.NormalDist().cdf(-math.sqrt(chi_squared))
    assert p_of_shares(wilson(56, 70), wilson(48, 80)) == pytest.approx(expected)
    assert p_of_shares(wilson(0, 0), wilson(1, 2)) is None
    assert p_of_shares(wilson(5, 5), wilson(7, 7)) == 1.0


def test_the_interval_of_medians_covers_and_its_chances_are_even() -> None:
    random = np.random.default_rng(5)
    covered, small, rounds = 0, 0, 1000
    for _ in range(rounds):
        first, second = np.sort(random.exponential(1, 40)), np.sort(random.exponential(1, 60))
        apart, p = median_difference(first.tolist(), second.tolist())
        assert apart.low is not None
        assert apart.high is not None
        assert p is not None
        covered += apart.low <= 0 <= apart.high
        small += p < 0.05
    assert 0.93 <= covered / rounds <= 0.98
    assert small == rounds - covered


def test_medians_of_few_or_equal_values() -> None:
    apart, p = median_difference([1.0, 2.0, 9.0], [4.0])
    assert (apart.value, apart.low, p) == (-2.0, None, None)
    assert median_difference([], [1.0])[0].value is None
    apart, p = median_difference([3.0] * 5, [3.0] * 9)
    assert (apart.value, apart.low, apart.high, p) == (0.0, 0.0, 0.0, 1.0)
    apart, p = median_difference([3.0] * 5, [4.0] * 5)
    assert apart.value == -1.0
    assert p == pytest.approx(2 / math.comb(10, 5))


def test_groups_that_overlap_are_counted() -> None:
    log = log_from([("an", 0, "a"), ("an", SECOND, "b"), ("bo", 0, "b")])
    answer = log.compare("touchpoint = 'a'", "touchpoint = 'b'", on="reach")
    assert answer.in_both == 1
    assert isinstance(answer.rows[0].first, Share)


def test_the_spread_of_a_median_does_not_jump_where_counting_ends() -> None:
    spreads = []
    for n in (differing.MOST_EXACT, differing.MOST_EXACT + 1):
        even = [place / n for place in range(n)]
        apart, _ = median_difference(even, even)
        assert apart.high is not None
        spreads.append(apart.high * math.sqrt(n))
    assert spreads[0] == pytest.approx(spreads[1], rel=0.03)
