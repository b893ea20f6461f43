"""Which events match a pattern: the mask over columns equals judging each event by itself."""

from __future__ import annotations

import itertools
import operator
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from klantreis.events.event import Event
from klantreis.events.filter import Filter
from klantreis.events.local.columns import EPOCH
from klantreis.events.local.log import log_of
from klantreis.events.pattern import (
    AllOf,
    AnyOf,
    Comparison,
    EventPattern,
    Near,
    Node,
    Not,
    Nth,
    OneOf,
    Then,
)

COMPARE = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
FIELDS = ("touchpoint", "channel", "code", "amount")
TEXTS = ("a", "b", "12", "12.0", "3", "x")
values = st.one_of(st.sampled_from(["", *TEXTS]), st.sampled_from([3.0, 12.0, -1.5]))
leaves: st.SearchStrategy[Node] = st.one_of(
    st.builds(Comparison, st.sampled_from(FIELDS), st.sampled_from(["=", "!="]), values),
    st.builds(Comparison, st.sampled_from(FIELDS), st.sampled_from(list(COMPARE)), st.sampled_from([3.0, 12.0])),
    st.builds(OneOf, st.sampled_from(FIELDS), st.lists(values, min_size=1, max_size=3).map(tuple)),
)
gaps = st.none() | st.integers(1, 5).map(lambda second: second * 1_000_000)
nodes: st.SearchStrategy[Node] = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(AllOf, st.tuples(inner, inner)),
        st.builds(AnyOf, st.tuples(inner, inner)),
        st.builds(Nth, st.sampled_from([1, -1, 2, 3, -2]), inner),
        st.builds(Near, inner, st.sampled_from(["after", "before"]), inner, gaps),
        st.builds(Near, inner, st.just("around"), inner, gaps.filter(bool)),
        st.builds(lambda a, b, first: Then((a, b), (first,)), inner, inner, gaps),
        st.builds(lambda a, b, c, first, second: Then((a, b, c), (first, second)), inner, inner, inner, gaps, gaps),
    ),
    max_leaves=6,
)
events = st.builds(
    lambda customer, touchpoint, channel, code, amount, second: Event(
        customer,
        EPOCH + timedelta(seconds=second),
        touchpoint,
        channel,
        {name: value for name, value in (("code", code), ("amount", amount)) if value is not None},
    ),
    st.sampled_from(["an", "bo"]),
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


def holds(node: Node, trace: list[Event], at: int) -> bool:
    """Whether the event at this place of its customer's trace is in the set that the pattern denotes."""
    if isinstance(node, Not):
        return not holds(node.part, trace, at)
    if isinstance(node, AllOf):
        return all(holds(part, trace, at) for part in node.parts)
    if isinstance(node, AnyOf):
        return any(holds(part, trace, at) for part in node.parts)
    if isinstance(node, Nth):
        matching = [place for place in range(len(trace)) if holds(node.part, trace, place)]
        return len(matching) >= abs(node.n) and at == matching[node.n - 1 if node.n > 0 else node.n]
    if isinstance(node, Near):
        sides = ("after", "before") if node.side == "around" else (node.side,)
        return holds(node.part, trace, at) and any(
            holds(node.anchor, trace, place)
            and (("after" in sides and place < at) or ("before" in sides and place > at))
            and apart(trace, at, place, node.within)
            for place in range(len(trace))
        )
    if isinstance(node, Then):
        # Every choice of events in order that ends here.
        return any(
            all(holds(part, trace, place) for part, place in zip(node.parts, (*chosen, at), strict=True))
            and all(
                apart(trace, a, b, gap)
                for (a, b), gap in zip(itertools.pairwise((*chosen, at)), node.gaps, strict=True)
            )
            for chosen in itertools.combinations(range(at), len(node.parts) - 1)
        )
    event = trace[at]
    known = {"touchpoint": event.touchpoint, "channel": event.channel or "", **event.attributes}
    have = known.get(node.field, "")
    if isinstance(node, OneOf):
        return any(equal(have, value) for value in node.values)
    if node.operator in COMPARE:
        written = number(have)
        return written is not None and bool(COMPARE[node.operator](written, node.value))
    return equal(have, node.value) == (node.operator == "=")


def apart(trace: list[Event], a: int, b: int, within: int | None) -> bool:
    return within is None or abs(trace[a].time - trace[b].time) <= timedelta(microseconds=within)


@settings(deadline=None, max_examples=300)
@given(st.lists(events, max_size=8), nodes)
def test_a_mask_is_a_judgement_of_each_event(events: list[Event], node: Node) -> None:
    log = log_of([FULL, *events])
    ordered = sorted([FULL, *events], key=lambda event: (event.customer, event.time))
    traces = [list(trace) for _, trace in itertools.groupby(ordered, key=lambda event: event.customer)]
    expected = [holds(node, trace, at) for trace in traces for at in range(len(trace))]
    assert log.mask(EventPattern(node)).tolist() == expected
    assert log.mask(str(EventPattern(node))).tolist() == expected


letters = st.sampled_from(["a", "b"]).map(lambda name: Comparison("touchpoint", "=", name))
near = st.one_of(
    st.builds(Near, letters, st.sampled_from(["after", "before"]), letters, gaps),
    st.builds(Near, letters, st.just("around"), letters, gaps.filter(bool)),
    st.builds(lambda a, b, c, first, second: Then((a, b, c), (first, second)), letters, letters, letters, gaps, gaps),
    st.builds(Nth, st.sampled_from([1, -1, 2, -2]), letters),
)
moments = st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 9)), min_size=2, max_size=8)


@settings(deadline=None, max_examples=300)
@given(moments, near)
def test_neighbours_are_found_to_the_second(moments: list[tuple[str, int]], node: Node) -> None:
    trace = [Event("an", EPOCH + timedelta(seconds=second), name) for name, second in moments]
    trace.sort(key=lambda event: event.time)
    expected = [holds(node, trace, at) for at in range(len(trace))]
    assert log_of(trace).mask(EventPattern(node)).tolist() == expected


def test_an_event_is_not_its_own_neighbour_and_equal_times_keep_their_order() -> None:
    log = log_of(Event("an", EPOCH + timedelta(days=day), name) for name, day in (("a", 0), ("b", 0), ("a", 8)))
    assert log.mask("touchpoint = 'a' after touchpoint = 'a'").tolist() == [False, False, True]
    assert log.mask("touchpoint = 'a' within 7d after touchpoint = 'a'").tolist() == [False] * 3
    assert log.mask("touchpoint = 'b' within 1s after touchpoint = 'a'").tolist() == [False, True, False]
    assert log.mask("touchpoint = 'b' within 1s before touchpoint = 'a'").tolist() == [False] * 3
    assert log.mask("touchpoint = 'b' within 8d before touchpoint = 'a'").tolist() == [False, True, False]
    assert log.mask("touchpoint = 'b' within 7d before touchpoint = 'a'").tolist() == [False] * 3
    assert log.mask("touchpoint = 'a' within 8d around touchpoint = 'b'").tolist() == [True, False, True]


def test_first_is_first_of_the_whole_log_under_a_filter_too() -> None:
    log = log_of(Event("an", EPOCH + timedelta(days=day), "a") for day in (0, 8))
    later = Filter(period=(EPOCH + timedelta(days=1), None))
    assert log.reach("first touchpoint = 'a'", filter=later).events == 0
    assert log.reach("nth(2) touchpoint = 'a'", filter=later).events == 1
    assert log.reach("touchpoint = 'a'", filter=Filter(where="last touchpoint = 'a'")).events == 1
