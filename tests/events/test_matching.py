"""Which events match a pattern: the mask over columns equals judging each event by itself."""

from __future__ import annotations

import operator
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from klantreis.events.columns import EPOCH
from klantreis.events.event import Event
from klantreis.events.local import log_of
from klantreis.events.pattern import AllOf, AnyOf, Comparison, EventPattern, Node, Not, OneOf

COMPARE = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
FIELDS = ("touchpoint", "channel", "code", "amount")
TEXTS = ("a", "b", "12", "12.0", "3", "x")
values = st.one_of(st.sampled_from(["", *TEXTS]), st.sampled_from([3.0, 12.0, -1.5]))
leaves: st.SearchStrategy[Node] = st.one_of(
    st.builds(Comparison, st.sampled_from(FIELDS), st.sampled_from(["=", "!="]), values),
    st.builds(Comparison, st.sampled_from(FIELDS), st.sampled_from(list(COMPARE)), st.sampled_from([3.0, 12.0])),
    st.builds(OneOf, st.sampled_from(FIELDS), st.lists(values, min_size=1, max_size=3).map(tuple)),
)
nodes: st.SearchStrategy[Node] = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(AllOf, st.tuples(inner, inner)),
        st.builds(AnyOf, st.tuples(inner, inner)),
    ),
    max_leaves=5,
)
events = st.builds(
    lambda touchpoint, channel, code, amount, second: Event(
        "an",
        EPOCH + timedelta(seconds=second),
        touchpoint,
        channel,
        {name: value for name, value in (("code", code), ("amount", amount)) if value is not None},
    ),
    st.sampled_from(TEXTS),
    st.none() | st.sampled_from(TEXTS),
    st.none() | st.sampled_from(TEXTS),
    st.none() | st.sampled_from([3.0, 12.0, -1.5]),
    st.integers(0, 5),
)
#: One event that has every field, so that the log has them too.
FULL = Event("an", EPOCH - timedelta(seconds=1), "a", "web", {"code": "x", "amount": 1.0})


def number(value: str | float) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None


def equal(have: str | float, wanted: str | float) -> bool:
    """A number finds what writes that number; a text finds that text, and the empty text what is missing."""
    if have == "" or wanted == "":
        return have == wanted
    if isinstance(have, str) and isinstance(wanted, str):
        return have == wanted
    return number(have) is not None and number(have) == number(wanted)


def holds(node: Node, event: Event) -> bool:
    if isinstance(node, Not):
        return not holds(node.part, event)
    if isinstance(node, AllOf):
        return all(holds(part, event) for part in node.parts)
    if isinstance(node, AnyOf):
        return any(holds(part, event) for part in node.parts)
    known = {"touchpoint": event.touchpoint, "channel": event.channel or "", **event.attributes}
    have = known.get(node.field, "")
    if isinstance(node, OneOf):
        return any(equal(have, value) for value in node.values)
    if node.operator in COMPARE:
        written = number(have)
        return written is not None and bool(COMPARE[node.operator](written, node.value))
    return equal(have, node.value) == (node.operator == "=")


@settings(deadline=None, max_examples=200)
@given(st.lists(events, max_size=8), nodes)
def test_a_mask_is_a_judgement_of_each_event(events: list[Event], node: Node) -> None:
    log = log_of([FULL, *events])
    ordered = sorted([FULL, *events], key=lambda event: event.time)
    assert log.mask(EventPattern(node)).tolist() == [holds(node, event) for event in ordered]
    assert log.mask(str(EventPattern(node))).tolist() == [holds(node, event) for event in ordered]


@given(st.lists(events, max_size=8))
def test_codes_and_traces_give_back_the_events(events: list[Event]) -> None:
    log = log_of([FULL, *events])
    ordered = sorted([FULL, *events], key=lambda event: event.time)
    assert log.trace("an") == tuple(ordered)
    for name in ("channel", "code", "amount"):
        texts = [log.attribute_values(name)[code] for code in log.attribute_codes(name)]
        expected = [event.channel if name == "channel" else event.attributes.get(name) for event in ordered]
        assert texts == [
            "" if value is None else f"{value:g}" if isinstance(value, float) else value for value in expected
        ]
