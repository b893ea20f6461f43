"""Retention and activity equal the plain reference, on the calendar and the clock of the log's own time zone."""

from __future__ import annotations

import json
import os
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klantreis.errors import InvalidInputError
from klantreis.events.event import Event
from klantreis.events.filter import Filter, zone_named
from klantreis.events.kernels import threads
from klantreis.events.local.columns import EPOCH
from klantreis.events.local.log import LocalLog, log_of
from klantreis.events.local_time import calendar_edges, clock_shifts
from klantreis.events.share import wilson
from tests.events import path_reference as reference
from tests.events.log_reference import Row

ZONE = "Europe/Amsterdam"
HOUR = 3_600_000_000
#: The week in which summer time ends.
BEGUN = (datetime(2026, 10, 19, tzinfo=UTC) - EPOCH) // timedelta(microseconds=1)
rows = st.lists(
    st.tuples(
        st.sampled_from(["an", "bo", "cé"]),
        st.integers(0, 24 * 50).map(lambda hour: BEGUN + hour * HOUR),
        st.sampled_from("abc"),
    ),
    max_size=20,
)
matches = st.none() | st.sampled_from(["a", "bc"])


def log_from(rows: list[Row]) -> LocalLog:
    return log_of(
        (
            Event(who, EPOCH + timedelta(microseconds=time), name, None if name == "c" else f"via {name}")
            for who, time, name in rows
        ),
        timezone=ZONE,
    )


def pattern(names: str | None) -> str | None:
    return None if names is None else f"touchpoint in ({', '.join(repr(name) for name in names)})"


@settings(deadline=None, max_examples=200)
@given(
    rows,
    matches,
    matches,
    st.sampled_from(["day", "week", "month"]),
    st.booleans(),
    st.integers(0, 10),
    st.sampled_from(["", "b"]),
    st.none() | st.integers(0, 60),
    st.none() | st.integers(0, 50),
)
def test_retention_equals_the_reference(
    rows: list[Row],
    start: str | None,
    back: str | None,
    by: str,
    unbounded: bool,
    periods: int,
    hide: str,
    complete: int | None,
    until: int | None,
) -> None:
    last = max((time for _, time, _ in rows), default=None)
    begin = date(2026, 10, 19)
    end = None if until is None else begin + timedelta(days=until)
    said = None if complete is None else begin + timedelta(days=complete)
    if said is not None and last is not None and reference.local(last, ZONE).date() > said:
        said = None
    asked = Filter(period=None if end is None else (None, end), where=f"touchpoint != '{hide}'" if hide else None)
    answer = log_from(rows).retention(
        by=by,
        start=pattern(start),
        back=pattern(back),
        periods=periods,
        unbounded=unbounded,
        complete_to=said,
        filter=asked,
    )
    left = [row for row in rows if row[2] not in hide and (end is None or reference.local(row[1], ZONE).date() <= end)]
    holds = [None if names is None else names.__contains__ for names in (start, back)]
    expected = reference.returns(left, holds[0], holds[1], by, ZONE, unbounded=unbounded, periods=periods)
    assert [reference.ordinal(date.fromisoformat(c.period), by) for c in answer.cohorts] == sorted(expected)
    # A period has been seen whole when the first moment after it is not later than the end of the data.
    ends = [] if last is None else [reference.local(last, ZONE)]
    if said is not None:
        ends = [datetime.combine(said + timedelta(days=1), datetime.min.time(), zone_named(ZONE))]
    if end is not None:
        ends.append(datetime.combine(end + timedelta(days=1), datetime.min.time(), zone_named(ZONE)))
    seen = reference.ordinal(min(ends).date(), by) if rows else 0
    pooled = [[0, 0] for _ in range(periods + 1)]
    for cohort, (number, (size, counts)) in zip(answer.cohorts, sorted(expected.items()), strict=True):
        assert cohort.customers == size
        for k, cell in enumerate(cohort.cells):
            if number + k < seen:
                assert cell == wilson(counts[k], size)
                pooled[k][0] += counts[k]
                pooled[k][1] += size
            else:
                assert cell is None
    assert answer.total == tuple(wilson(count, n) if n else None for count, n in pooled)
    assert answer.customers == sum(size for size, _ in expected.values())


def test_what_nobody_could_have_seen_is_not_zero() -> None:
    log = log_from([("an", BEGUN, "a"), ("bo", BEGUN + 15 * 24 * HOUR, "a")])
    answer = log.retention(by="week", periods=3)
    assert [c.period for c in answer.cohorts] == ["2026-10-19", "2026-11-02"]
    assert [None if cell is None else cell.count for cell in answer.cohorts[0].cells] == [0, 0, None, None]
    assert answer.cohorts[1].cells == (None,) * 4
    later = log.retention(by="week", periods=3, complete_to=date(2026, 11, 8))
    assert [None if cell is None else cell.count for cell in later.cohorts[0].cells] == [0, 0, 0, None]
    assert later.complete_to == "2026-11-08T23:00:00Z"
    with pytest.raises(InvalidInputError, match="has events after that"):
        log.retention(complete_to=date(2026, 10, 20))


def test_midnight_is_that_of_the_log() -> None:
    late = (datetime(2026, 10, 19, 21, 59, tzinfo=UTC) - EPOCH) // timedelta(microseconds=1)
    log = log_from([("an", late, "a"), ("an", late + HOUR // 30, "a"), ("bo", late + 100 * HOUR, "a")])
    answer = log.retention(by="day", periods=1)
    assert answer.cohorts[0].period == "2026-10-19"
    assert answer.cohorts[0].cells == (wilson(0, 1), wilson(1, 1))


@settings(deadline=None)
@given(rows, st.sampled_from(["", "b"]))
def test_activity_equals_the_reference(rows: list[Row], hide: str) -> None:
    answer = log_from(rows).activity(filter=Filter(where=f"touchpoint != '{hide}'") if hide else None)
    left = [(who, reference.local(time, ZONE), name) for who, time, name in rows if name not in hide]
    assert [(hour.weekday, hour.hour) for hour in answer.hours] == [(d, h) for d in range(1, 8) for h in range(24)]
    for cell in answer.hours:
        active = [who for who, time, _ in left if (time.isoweekday(), time.hour) == (cell.weekday, cell.hour)]
        assert (cell.events, cell.customers) == (len(active), len(set(active)))
        assert cell.share == pytest.approx(len(active) / len(left) if left else 0.0)
    if not any(name != "c" for _, _, name in rows):
        assert answer.channels == ()
        return
    counts = Counter("" if name == "c" else f"via {name}" for _, _, name in left)
    assert [each.channel for each in answer.channels] == sorted(counts, key=lambda name: (-counts[name], name))
    for each in answer.channels:
        inside = [(who, time) for who, time, name in left if each.channel == ("" if name == "c" else f"via {name}")]
        assert each.events == sum(hour or 0 for hour in each.hours) == len(inside)
        assert each.customers == wilson(len({who for who, _ in inside}), len({who for who, _, _ in left}))
        people = [{who for who, time in inside if time.hour == hour} for hour in range(24)]
        assert list(each.hour_customers) == [len(found) for found in people]
        assert list(each.hours) == [sum(time.hour == hour for _, time in inside) for hour in range(24)]


@settings(deadline=None, max_examples=20)
@given(rows)
def test_threads_change_no_answer(rows: list[Row]) -> None:
    log = log_from(rows)
    alone = [log.retention(), log.retention(unbounded=True), log.activity()]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(threads, "EVENTS_PER_THREAD", 3)
        patch.setattr(os, "cpu_count", lambda: 3)
        assert [log.retention(), log.retention(unbounded=True), log.activity()] == alone


def test_an_empty_log_has_no_cohorts_and_no_activity() -> None:
    log = log_of([])
    assert log.retention(periods=2).to_dict()["total"] == [None, None, None]
    assert all(hour.events == 0 for hour in log.activity().hours)
    assert json.loads(json.dumps(log.activity().to_dict()))["method"] == "activity"


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda log: log.retention(by="weeks"), "no period to count by"),
        (lambda log: log.retention(periods=-1), "0 to 1000 periods"),
    ],
)
def test_a_wrong_question_is_refused_in_a_sentence(ask: object, says: str) -> None:
    with pytest.raises(InvalidInputError, match=says):
        ask(log_from([("an", BEGUN, "a")]))  # type: ignore[operator]


def test_too_many_days_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="more than 40000 days"):
        calendar_edges(0, 200 * 366 * 24 * HOUR, "day", UTC)
    days, edges = calendar_edges(0, 200 * 366 * 24 * HOUR, "month", UTC)
    assert len(days) == len(edges) - 1
    assert (days[0], days[-1]) == (date(1970, 1, 1), date(2170, 6, 1))


@pytest.mark.parametrize("by", ["day", "week", "month"])
def test_where_the_calendar_ends_is_said(by: str) -> None:
    log = log_of([Event("an", datetime(9999, 12, 31, 12, tzinfo=UTC), "a")])
    with pytest.raises(InvalidInputError, match="calendar ends after 9999-12"):
        log.retention(by=by)
    first = log_of([Event("an", datetime(1, 1, 1, 12, tzinfo=UTC), "a")], timezone=ZONE)
    with pytest.raises(InvalidInputError, match="no calendar around 0001-01-01"):
        first.retention(by=by)


@given(st.integers(-(10**15), 2 * 10**15), st.integers(0, 400))
def test_the_clock_is_that_of_the_zone_at_every_moment(first: int, days: int) -> None:
    zone = zone_named(ZONE)
    last = first + days * 24 * HOUR
    changes, shifts = clock_shifts(first, last, zone)
    for moment in (first, (first + last) // 2, last, *changes.tolist(), *(changes[1:] - 1).tolist()):
        there = (EPOCH + timedelta(microseconds=moment)).astimezone(zone).utcoffset()
        assert there is not None
        known = max(k for k, change in enumerate(changes.tolist()) if change <= moment)
        assert shifts[known] == there // timedelta(microseconds=1)


@pytest.mark.parametrize("zone", ["UTC", "Europe/Amsterdam", "America/New_York"])
def test_the_edges_of_the_calendar_are_no_reason_to_stop(zone: str) -> None:
    last, first = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC)
    log = log_of([Event("an", last, "ends"), Event("bo", last, "ends")], timezone=zone)
    assert sum(hour.events or 0 for hour in log.activity().hours) == 2
    with pytest.raises(InvalidInputError, match="calendar ends"):
        log.retention(by="month")
    assert [event.touchpoint for event in log.trace("an")] == ["ends"]
    for span in ((None, date.max), (date.min, None), (date.min, date.max)):
        assert log.reach("touchpoint = 'ends'", filter=Filter(period=span)).customers.count == 2
    early = log_of([Event("an", first, "begins"), Event("an", first + timedelta(hours=1), "begins")], timezone=zone)
    assert sum(hour.events or 0 for hour in early.activity().hours) == 2
