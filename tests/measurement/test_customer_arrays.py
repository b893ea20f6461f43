"""Arrays by customer equal plain loops over the events, in the log's own days; and the calendar of a plan."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantreis.errors import InvalidInputError
from klantreis.events.event import Event
from klantreis.events.local.log import log_of
from klantreis.measurement.customer_arrays import (
    NEVER,
    calendar,
    first_within,
    known_before,
    scale_of,
    span_of,
    start_of,
    told,
)
from klantreis.measurement.measurement import Counted
from klantreis.values import Period
from tests.measurement.simulated_log import plan

ZONE = ZoneInfo("Europe/Amsterdam")
#: Around the day on which summer time begins.
MIDNIGHT = datetime(2026, 3, 27, tzinfo=UTC)
HAPPENED = st.lists(
    st.tuples(
        st.sampled_from("abc"),
        st.integers(0, 6 * 24 * 4),
        st.sampled_from(["shop", "mail"]),
        st.one_of(st.none(), st.integers(-5, 20)),
    ),
    min_size=1,
    max_size=40,
)


def events_of(happened: list[tuple[str, int, str, int | None]]) -> list[Event]:
    """Events on quarters of an hour."""
    return [
        Event(
            who, MIDNIGHT + timedelta(minutes=15 * when), what, None, {} if value is None else {"value": float(value)}
        )
        for who, when, what, value in happened
    ]


@given(HAPPENED, st.sampled_from(["share", "count", "sum"]), st.integers(0, 6 * 24 * 4))
def test_what_customers_did_in_each_period_equals_a_loop(
    happened: list[tuple[str, int, str, int | None]], measure: str, since: int
) -> None:
    # One event with an amount, so that the log has the attribute.
    events = events_of([*happened, ("a", 0, "mail", 1)])
    log = log_of(events, timezone="Europe/Amsterdam")
    days = [date(2026, 3, 28) + timedelta(days=number) for number in range(5)]
    edges = np.array([start_of(log, day) for day in days])
    body: dict[str, Any] = {"pattern": 'touchpoint = "shop"', "measure": measure}
    counted = Counted.model_validate(body | ({"amount": "value"} if measure == "sum" else {}))
    begun = MIDNIGHT + timedelta(minutes=15 * since)
    from_then = np.full(log.n_customers, int(begun.timestamp()) * 1_000_000)
    found = told(log, counted, edges, since=from_then)
    wanted, missing = np.zeros((log.n_customers, 4)), 0
    for event in events:
        day = event.time.astimezone(ZONE).date()
        if event.touchpoint != "shop" or not days[0] <= day < days[-1] or event.time < begun:
            continue
        cell = log.customers.index(event.customer), (day - days[0]).days
        value = event.attributes.get("value")
        missing += measure == "sum" and value is None
        added = float(value or 0) if measure == "sum" else 1.0
        wanted[cell] = min(1.0, wanted[cell] + 1) if measure == "share" else wanted[cell] + added
    assert np.allclose(found.values, wanted)
    assert found.missing == missing


@given(HAPPENED)
def test_first_times_and_who_was_known_equal_a_loop(happened: list[tuple[str, int, str, int | None]]) -> None:
    events = events_of(happened)
    log = log_of(events, timezone="Europe/Amsterdam")
    start, end = span_of(log, Period(start=date(2026, 3, 28), end=date(2026, 3, 29))).tolist()
    # The night on which the clock goes forward is an hour short.
    assert end - start == 47 * 3600 * 1_000_000
    found = first_within(log, Counted.model_validate({"pattern": 'touchpoint = "mail"'}).pattern, start, end)
    known = known_before(log, start)
    for place, customer in enumerate(log.customers):
        times = [int(one.time.timestamp()) * 1_000_000 for one in events if one.customer == customer]
        mails = [
            time
            for one in events
            if one.customer == customer
            and one.touchpoint == "mail"
            and start <= (time := int(one.time.timestamp()) * 1_000_000) < end
        ]
        assert found[place] == min(mails, default=NEVER)
        assert known[place] == (min(times) < start)


@pytest.mark.parametrize(
    ("every", "before", "after", "left_out"), [("day", 31, 28, 0), ("week", 4, 4, 3), ("month", 1, 1, 0)]
)
def test_periods_are_counted_both_ways_from_the_first_measured_day(
    every: str, before: int, after: int, left_out: int
) -> None:
    asked = plan(
        "interrupted_series",
        before=4,
        after=4,
        every=every,
        baseline={"start": "2026-01-01", "end": "2026-01-31"},
        measured={"start": "2026-02-01", "end": "2026-02-28"},
    )
    log = log_of(events_of([("a", 0, "shop", 1)]), timezone="Europe/Amsterdam")
    found = calendar(log, asked)
    assert (found.before, found.after, found.left_out) == (before, after, left_out)
    assert found.edges[found.before] == start_of(log, date(2026, 2, 1))
    assert (np.diff(found.edges) > 0).all()


def test_a_calendar_without_a_whole_period_is_refused() -> None:
    log = log_of(events_of([("a", 0, "shop", 1)]))
    short: dict[str, Any] = {"baseline": {"start": "2026-01-29", "end": "2026-01-31"}}
    whole: dict[str, Any] = {"baseline": {"start": "2026-01-01", "end": "2026-01-31"}}
    start = {"start": "2026-02-01"}
    with pytest.raises(InvalidInputError, match="baseline does not hold"):
        calendar(log, plan("interrupted_series", before=4, after=4, **short, measured={**start, "end": "2026-02-28"}))
    with pytest.raises(InvalidInputError, match="measured period does not hold"):
        calendar(log, plan("interrupted_series", before=4, after=4, **whole, measured={**start, "end": "2026-02-04"}))
    with pytest.raises(InvalidInputError, match="day 31"):
        calendar(
            log,
            plan(
                "interrupted_series",
                before=4,
                after=4,
                every="month",
                baseline={"start": "2026-01-01", "end": "2026-01-30"},
                measured={"start": "2026-01-31", "end": "2026-03-31"},
            ),
        )


def test_totals_are_told_per_day_week_or_month() -> None:
    two_weeks = Period(start=date(2026, 1, 5), end=date(2026, 1, 18))
    per = {
        every: scale_of(plan("before_after", before=4, after=4, every=every), two_weeks)
        for every in ("day", "week", "month", None)
    }
    assert per == {"day": 14, "week": 2, "month": pytest.approx(14 / 30.4375), None: 1}
