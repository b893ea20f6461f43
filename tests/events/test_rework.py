"""Repeats, returns and cycles equal the plain reference."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klantreis.errors import InvalidInputError
from klantreis.events.answers.rework import Rework
from klantreis.events.event import Event
from klantreis.events.filter import Filter
from klantreis.events.kernels import threads
from klantreis.events.local import rework
from klantreis.events.local.columns import EPOCH
from klantreis.events.local.log import LocalLog, log_of
from klantreis.events.share import wilson
from tests.events import order_reference as reference
from tests.events.log_reference import Row, quartiles

SECOND = 1_000_000
rows = st.lists(
    st.tuples(st.sampled_from(["an", "bo"]), st.integers(0, 20).map(lambda s: s * SECOND), st.sampled_from("abcde")),
    max_size=25,
)


def log_from(rows: list[Row]) -> LocalLog:
    return log_of(Event(customer, EPOCH + timedelta(microseconds=time), name) for customer, time, name in rows)


def check(answer: Rework, rows: list[Row]) -> None:
    expected = reference.rework(rows)
    customers = {row[0] for row in rows}
    returns = sum(len(times) for times in expected.away.values())
    assert (answer.repeats, answer.returns) == (expected.repeats.total(), returns)
    assert answer.repeating == wilson(len(set().union(*expected.repeaters.values())), len(customers))
    assert answer.returning == wilson(len(set().union(*expected.returners.values())), len(customers))
    assert answer.of_events == ((answer.repeats + returns) / len(rows) if rows else None)
    assert answer.seconds == expected.time / SECOND
    assert answer.loop_seconds == pytest.approx(expected.loop_time / SECOND)
    assert {each.touchpoint for each in answer.touchpoints} == {row[2] for row in rows}
    for each in answer.touchpoints:
        name, people = each.touchpoint, {row[0] for row in rows if row[2] == each.touchpoint}
        assert (each.events, each.customers) == (sum(row[2] == name for row in rows), len(people))
        assert (each.repeats, each.repeat_seconds) == (expected.repeats[name], expected.repeat_time[name] / SECOND)
        assert each.repeating == wilson(len(expected.repeaters.get(name, ())), len(people))
        away = expected.away.get(name, [])
        assert (each.returns, each.away_seconds) == (len(away), sum(away) / SECOND)
        assert each.returning == wilson(len(expected.returners.get(name, ())), len(people))
        got = (each.away.q1, each.away.median, each.away.q3)
        assert got == pytest.approx(quartiles([time / SECOND for time in away]), abs=1e-9)
    for cycle in answer.cycles:
        pair = cycle.touchpoint, cycle.via
        people = {row[0] for row in rows if row[2] == cycle.touchpoint}
        assert (cycle.count, cycle.customers) == (expected.cycles[pair], len(expected.cyclers[pair]))
        assert cycle.of_customers == wilson(cycle.customers, len(people))
        assert cycle.seconds == expected.cycle_time[pair] / SECOND
    assert len(answer.cycles) + answer.rest_cycles == len(expected.cycles)
    assert sum(cycle.count for cycle in answer.cycles) + answer.rest_count == expected.cycles.total()
    assert [cycle.count for cycle in answer.cycles] == sorted(expected.cycles.values(), reverse=True)[
        : len(answer.cycles)
    ]


@settings(deadline=None, max_examples=200)
@given(rows, st.integers(1, 30), st.booleans())
def test_rework_equals_the_reference(rows: list[Row], top: int, filtered: bool) -> None:
    left = [row for row in rows if not (filtered and row[2] == "e")]
    check(log_from(rows).rework(top=top, filter=Filter(where="touchpoint != 'e'") if filtered else None), left)


@settings(deadline=None, max_examples=25)
@given(rows)
def test_threads_and_little_room_change_no_rework(rows: list[Row]) -> None:
    rows = [(f"{customer}{number}", time, name) for customer, time, name in rows for number in range(3)]
    alone = log_from(rows).rework(top=100)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(threads, "EVENTS_PER_THREAD", 3)
        patch.setattr(os, "cpu_count", lambda: 3)
        patch.setattr(rework, "CYCLES", 1)
        assert log_from(rows).rework(top=100) == alone
    check(alone, rows)


def test_what_is_a_repeat_and_what_a_return() -> None:
    answer = log_from([("an", at * SECOND, name) for at, name in enumerate("aabcba")]).rework()
    a, b, c = (next(each for each in answer.touchpoints if each.touchpoint == name) for name in "abc")
    assert ((a.repeats, a.returns), (b.repeats, b.returns), (c.repeats, c.returns)) == ((1, 1), (0, 1), (0, 0))
    assert {(cycle.touchpoint, cycle.via): cycle.count for cycle in answer.cycles} == {
        ("a", "b"): 1,
        ("a", "c"): 1,
        ("b", "c"): 1,
    }
    # From the second a to the last one; the loop of b lies within.
    assert (answer.seconds, answer.loop_seconds) == (5, 4)


def test_an_empty_log_and_a_wrong_number() -> None:
    assert json.loads(json.dumps(log_from([]).rework().to_dict()))["of_events"] is None
    with pytest.raises(InvalidInputError, match="1 or more"):
        log_from([]).rework(top=0)


def test_sums_of_times_beyond_64_bits_are_right() -> None:
    """Of sixty customers whose first and last events are 9998 years apart, the sum of microseconds has 65 bits."""
    last = (datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC) - EPOCH) // timedelta(microseconds=1)
    first = (datetime(1, 1, 1, tzinfo=UTC) - EPOCH) // timedelta(microseconds=1)
    customers = [f"k{number}" for number in range(60)]
    rows = [(who, time, name) for who in customers for time, name in ((first, "a"), (0, "b"), (last, "a"))]
    assert len(customers) * (last - first) > 2**64
    check(log_from(rows).rework(), rows)
    rows = [(who, time, "a") for who in customers for time in (first, last)]
    check(log_from(rows).rework(), rows)
