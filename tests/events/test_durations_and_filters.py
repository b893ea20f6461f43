"""Lengths of time and periods as people write them; days are days in the log's own time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantreis.errors import InvalidInputError, PatternSyntaxError
from klantreis.events.durations import duration_text, microseconds
from klantreis.events.event import Event
from klantreis.events.filter import Filter, bounds, zone_named
from klantreis.events.local.log import log_of
from klantreis.values import Period


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7d", timedelta(days=7)),
        ("30min", timedelta(minutes=30)),
        ("PT30M", timedelta(minutes=30)),
        ("1h30min", timedelta(minutes=90)),
        ("1.5 H", timedelta(minutes=90)),
        ("P1W", timedelta(weeks=1)),
        ("P2DT3H4M5.5S", timedelta(days=2, hours=3, minutes=4, seconds=5.5)),
        ("2w 1d", timedelta(days=15)),
        ("250ms", timedelta(milliseconds=250)),
        ("0,5d", timedelta(hours=12)),
    ],
)
def test_durations(text: str, expected: timedelta) -> None:
    assert microseconds(text) == microseconds(expected) == expected // timedelta(microseconds=1)


@pytest.mark.parametrize(
    "text", ["", "7", "d", "7 days", "1m", "P1M", "P", "PT", "P1Y", "-1d", "1d x", "PT1.2.3S", "0s"]
)
def test_what_has_no_fixed_length_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError, match="gap"):
        microseconds(text, what="gap")


def test_no_time_at_all_is_refused() -> None:
    for nothing in (timedelta(0), timedelta(seconds=-1)):
        with pytest.raises(InvalidInputError, match="more than zero"):
            microseconds(nothing)


@given(st.integers(1, 10**6))
def test_a_shown_duration_is_at_most_a_tenth_off_and_reads_back(seconds: int) -> None:
    shown = microseconds(duration_text(seconds)) / 1e6
    assert shown == pytest.approx(seconds, rel=0.05)
    assert shown <= seconds


def test_a_day_is_a_day_in_the_zone_of_the_log() -> None:
    amsterdam = timezone(timedelta(hours=2))
    log = log_of(
        [
            Event("an", datetime(2026, 6, 30, 23, 59, tzinfo=amsterdam), "laat"),
            Event("an", datetime(2026, 7, 1, 0, 0, tzinfo=amsterdam), "vroeg"),
            Event("an", datetime(2026, 7, 1, 23, 59, tzinfo=amsterdam), "avond"),
            Event("an", datetime(2026, 7, 2, 0, 0, tzinfo=amsterdam), "later"),
        ],
        timezone="Europe/Amsterdam",
    )
    day = date(2026, 7, 1)
    for period in (Period(start=day, end=day), (day, day)):
        path = log.variants(filter=Filter(period=period)).variants[0].path
        assert path == ("vroeg", "avond")
    assert log.transitions(filter=Filter(period=(None, date(2026, 6, 30)))).scope.events == 1
    instant = datetime(2026, 6, 30, 22, 0, tzinfo=UTC)
    assert log.transitions(filter=Filter(period=(instant, None))).scope.events == 3
    assert log.transitions(filter=Filter(period=(None, instant))).scope.events == 1
    naive = datetime(2026, 7, 1, 0, 0)  # noqa: DTZ001 - a moment without a zone is what is tested
    assert log.transitions(filter=Filter(period=(naive, None))).scope.events == 3


def test_a_day_of_the_change_to_summer_time_has_23_hours() -> None:
    start, end = bounds((date(2026, 3, 29), date(2026, 3, 29)), zone_named("Europe/Amsterdam"))
    assert start is not None
    assert end is not None
    assert (end - start) / 3.6e9 == 23


def test_a_filter_is_a_value() -> None:
    asked = Filter(where="channel='web'", customers='x  in ("a")', period=(date(2026, 1, 1), None))
    assert asked == Filter(where='channel = "web"', customers='x in ("a")', period=(date(2026, 1, 1), None))
    assert len({asked, Filter(**{name: getattr(asked, name) for name in ("period", "where", "customers")})}) == 1
    assert asked.to_dict() == {
        "from": "2026-01-01",
        "to": None,
        "where": 'channel = "web"',
        "customers": 'x in ("a")',
    }
    with pytest.raises(InvalidInputError, match="before it starts"):
        Filter(period=(date(2026, 1, 2), date(2026, 1, 1)))
    with pytest.raises(PatternSyntaxError):
        Filter(where="channel")


def test_a_log_keeps_the_last_views_only() -> None:
    log = log_of([Event("an", datetime(2026, 1, day, tzinfo=UTC), "a") for day in range(1, 20)])
    first = log.view(Filter(period=(date(2026, 1, 1), None)))
    assert log.view(Filter(period=(date(2026, 1, 1), None))) is first
    for day in range(2, 8):
        log.view(Filter(period=(date(2026, 1, day), None)))
    assert log.view(Filter(period=(date(2026, 1, 1), None))) is not first


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Event("", datetime.now(UTC), "a"), "needs a customer"),
        (lambda: Event("an", datetime(2026, 1, 1), "a"), "no time zone"),  # noqa: DTZ001
        (lambda: Event("an", datetime.now(UTC), "a", None, {"time": 3.0}), "cannot be called 'time'"),
        (lambda: log_of([], timezone="Mokum"), "no time zone 'Mokum'"),
    ],
)
def test_an_event_that_cannot_be_is_refused(make: object, says: str) -> None:
    with pytest.raises(InvalidInputError, match=says):
        make()  # type: ignore[operator]
