"""What a log tells of each customer equals what a slow look at every event tells."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klantreis.analysis.behaviour.customer_fields import CustomerTable
from klantreis.analysis.behaviour.log_fields import customer_fields
from klantreis.errors import InvalidInputError, NotFoundError
from klantreis.events.event import Event
from klantreis.events.filter import Filter
from klantreis.events.local.log import log_of

START = datetime(2026, 3, 27, tzinfo=UTC)  # summer time begins two days later in Brussels
ZONE = "Europe/Brussels"
#: A household never changes, an amount does.
HOUSEHOLDS = {"a": "one", "b": "two", "c": "two", "d": ""}


@st.composite
def events(draw: st.DrawFn) -> list[Event]:
    """Some events of four customers."""
    found = []
    for _ in range(draw(st.integers(1, 25))):
        customer = draw(st.sampled_from("abcd"))
        attributes: dict[str, str | float] = {"household": HOUSEHOLDS[customer]}
        if draw(st.booleans()):
            attributes["amount"] = draw(st.integers(0, 9)) + 0.5
        at = START + timedelta(minutes=draw(st.integers(0, 6 * 24 * 60)))
        touchpoint, channel = draw(st.sampled_from(["shop", "mail", "call"])), draw(st.sampled_from(["web", "store"]))
        found.append(Event(customer, at, touchpoint, channel, attributes))
    return found


def value(table: CustomerTable, name: str, row: int) -> object:
    """One value; None where it is not known."""
    found = table.field(name).values[row]
    return None if found is None or found != found else found


@settings(max_examples=60)
@given(events())
def test_fields_equal_a_slow_count(some: list[Event]) -> None:
    log = log_of(some, timezone=ZONE)
    table = customer_fields(log)
    names = {field.name for field in table.fields}
    last = max(event.time for event in some)
    for row, customer in enumerate(log.customers):
        mine = sorted((event for event in some if event.customer == customer), key=lambda event: event.time)
        local = [event.time.astimezone(ZoneInfo(ZONE)) for event in mine]
        amounts = [float(event.attributes["amount"]) for event in mine if "amount" in event.attributes]
        expected = {
            **{f"count:{one}": sum(event.touchpoint == one for event in mine) for one in ("shop", "mail", "call")},
            "days_since_last": (last - mine[-1].time) // timedelta(days=1),
            "visits": 1 + sum(b.time - a.time > timedelta(minutes=30) for a, b in pairwise(mine)),
            "weekend": share([at.isoweekday() >= 6 for at in local]),
            "hours:18-24": share([at.hour >= 18 for at in local]),
            "mean:amount": sum(amounts) / len(amounts) if amounts else None,
            "sum:amount": sum(amounts),
            "times:amount": len(amounts),
        }
        for name, wanted in expected.items():
            if name in names:
                assert value(table, name, row) == (None if wanted is None else pytest.approx(wanted)), name


def share(flags: Sequence[bool]) -> float:
    """How many are true, of all."""
    return sum(flags) / len(flags)


def many(customers: int = 3) -> list[Event]:
    """Two events of each customer, who has one household and pays two amounts."""
    return [
        Event(f"c{who}", START + timedelta(days=day), "shop", "web", {"household": f"h{who % 2}", "amount": who + day})
        for who in range(customers)
        for day in (0, 1)
    ]


def test_what_stays_the_same_is_of_the_customer_and_what_changes_of_the_event() -> None:
    table = customer_fields(log_of(many()), unit="household")
    assert table.field("household").measure == "category"
    assert table.field("household").part == "demographics"
    assert table.field("household").values.tolist() == ["h0", "h1", "h0"]
    assert table.field("mean:amount").values.tolist() == [0.5, 1.5, 2.5]
    assert table.field("sum:amount").use == "spare"
    assert (table.n, table.unit) == (3, "household")


def test_what_is_not_known_is_no_category() -> None:
    some = [
        Event(who, START + timedelta(hours=hour), "shop", None, {"kids": kids})
        for who, kids in [("a", "none yet"), ("b", "Onbekend"), ("c", "two")]
        for hour in (0, 1)
    ]
    assert customer_fields(log_of(some)).field("kids").values.tolist() == ["none yet", None, "two"]


def test_a_filter_leaves_events_and_customers_out() -> None:
    some = [*many(), Event("mailed only", START, "mail", "web", {"household": "h1", "amount": 1})]
    table = customer_fields(log_of(some), filter=Filter(where='touchpoint = "shop"'))
    assert table.n == 3
    with pytest.raises(InvalidInputError, match="No event is left"):
        customer_fields(log_of(some), filter=Filter(where='touchpoint = "call"'))


def test_an_unknown_field_names_those_there_are() -> None:
    table = customer_fields(log_of(many()))
    with pytest.raises(NotFoundError, match="There is no field 'amount'") as raised:
        table.made_by(["amount"])
    assert "mean:amount" in str(raised.value.hint)


def test_one_channel_for_each_touchpoint_says_nothing_new() -> None:
    once = [
        Event(who, START + timedelta(hours=hour), touchpoint, channel, {})
        for who, touchpoint, channel in [("a", "shop", "store"), ("a", "mail", "post"), ("b", "mail", "post")]
        for hour in (0, 1)
    ]
    assert not [field for field in customer_fields(log_of(once)).fields if "channel" in field.name]
    both = [*once, Event("b", START, "shop", "web", {}), Event("a", START, "mail", "web", {})]
    shares = [field for field in customer_fields(log_of(both)).fields if field.what == "channel"]
    assert {field.value for field in shares} == {"post", "store", "web"}
    assert np.allclose(sum(field.values for field in shares), 1.0)
