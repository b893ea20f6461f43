"""Alignments are optimal: they equal a plain search on random small nets and maps, and the published numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import count

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from klantreis.errors import InvalidInputError
from klantreis.journeys.alignment import (
    Alignment,
    Costs,
    Move,
    Net,
    Transition,
    align,
    align_symbols,
    automaton_of,
    fitness,
)
from klantreis.journeys.alignment_map import automaton_of_steps
from tests.journeys.fit_reference import (
    CASES,
    N1,
    N2,
    N3,
    fire,
    fits,
    least_cost,
    least_edits,
    net,
    token_replay,
)
from tests.journeys.reality_reference import PlainRule, PlainStep
from tests.journeys.test_reality_laws import journey_of

LABELS = "abc"


# The published example.


def test_the_nets_are_those_of_the_published_example() -> None:
    assert sum(CASES.values()) == 1391
    assert [round(token_replay(found, CASES), 4) for found in (N1, N2, N3)] == [1.0, 0.9504, 0.8797]


@pytest.mark.parametrize(("found", "cost", "value"), [(N1, 0, 1.0), (N2, 914, 0.9369), (N3, 2366, 0.8368)])
def test_the_published_alignments(found: Net, cost: int, value: float) -> None:
    *aligned, nothing = align(automaton_of(found), [*CASES, ""])
    total = sum(cases * one.cost for cases, one in zip(CASES.values(), aligned, strict=True))
    worst = sum(cases * (len(trace) + nothing.cost) for trace, cases in CASES.items())
    share = fitness(cost=total, worst=worst)
    assert share is not None
    assert (total, round(share, 4)) == (cost, value)


# Against a plain search.


@st.composite
def processes(draw: st.DrawFn) -> Net:
    """A net from blocks: in order, a choice, side by side, over and over, nothing seen."""
    numbers = count()
    transitions: list[Transition] = []

    def block(start: str, end: str, depth: int) -> None:
        kinds = ["seen", "seen", "silent", "order", "choice", "parallel", "again"]
        match draw(st.sampled_from(kinds if depth else kinds[:3])):
            case "seen":
                transitions.append(Transition(draw(st.sampled_from(LABELS)), (start,), (end,)))
            case "silent":
                transitions.append(Transition(None, (start,), (end,)))
            case "order":
                middle = f"p{next(numbers)}"
                block(start, middle, depth - 1)
                block(middle, end, depth - 1)
            case "choice":
                block(start, end, depth - 1)
                block(start, end, depth - 1)
            case "parallel":
                ways = [(f"p{next(numbers)}", f"p{next(numbers)}") for _ in range(2)]
                transitions.append(Transition(None, (start,), tuple(way[0] for way in ways)))
                transitions.append(Transition(None, tuple(way[1] for way in ways), (end,)))
                for way in ways:
                    block(*way, depth - 1)
            case "again":
                inside, done = f"p{next(numbers)}", f"p{next(numbers)}"
                transitions.append(Transition(None, (start,), (inside,)))
                transitions.append(Transition(None, (done,), (end,)))
                block(inside, done, depth - 1)
                block(done, inside, depth - 1)

    block("start", "end", 3)
    return Net(tuple(transitions))


places = st.sampled_from(["start", "p", "q", "end"])
pairs = st.tuples(places, places)
arrows = st.builds(Transition, label=st.sampled_from([*LABELS, None]), takes=st.tuples(places), gives=st.tuples(places))
joint = st.builds(Transition, label=st.sampled_from([*LABELS, None]), takes=pairs, gives=pairs)
#: Any arrows between places, two tokens at a time among them, after a split and before a join.
wild = st.lists(arrows | joint, max_size=8).map(
    lambda transitions: Net(
        (*transitions, Transition("a", ("start", "p"), ("end", "end"))), start=("start", "p"), end=("end", "end")
    )
)
traces = st.lists(st.sampled_from([*LABELS, "x"]), max_size=6).map(tuple)
prices = st.integers(1, 3)


@given(found=processes(), trace=traces, log=prices, model=prices)
@settings(max_examples=300)
def test_an_alignment_costs_what_a_plain_search_finds(found: Net, trace: tuple[str, ...], log: int, model: int) -> None:
    (aligned,) = align(automaton_of(found), [trace], costs=Costs(log=log, model=model))
    assert aligned.cost == least_cost(found, trace, log=log, model=model)
    hold_to_its_moves(found, trace, aligned, log=log, model=model)


@given(found=wild, trace=traces)
@settings(max_examples=300)
def test_also_on_nets_without_any_order(found: Net, trace: tuple[str, ...]) -> None:
    (aligned,) = align(automaton_of(found), [trace])
    assert aligned.cost == least_cost(found, trace)
    hold_to_its_moves(found, trace, aligned, log=1, model=1)


def hold_to_its_moves(found: Net, trace: tuple[str, ...], aligned: Alignment, *, log: int, model: int) -> None:
    """The moves spell the trace, walk a path through the net, and cost what is said."""
    assert tuple(move.label for move in aligned.moves if move.kind != "model") == trace
    prices = {"match": 0, "log": log, "model": model}
    assert sum(prices[move.kind] for move in aligned.moves) == aligned.cost
    end = Counter(found.end)
    states = _settled(found, [Counter(found.start)])
    for move in aligned.moves:
        if move.kind != "log":
            after = [fire(tokens, one) for tokens in states for one in found.transitions if one.label == move.label]
            states = _settled(found, [tokens for tokens in after if tokens is not None])
    assert end in states


def _settled(found: Net, states: list[Counter[str]]) -> list[Counter[str]]:
    for tokens in states:  # it grows while it is read
        for one in found.transitions:
            after = fire(tokens, one) if one.label is None else None
            if after is not None and after not in states:
                states.append(after)
    return states


@st.composite
def maps(draw: st.DrawFn) -> tuple[PlainStep, ...]:
    n = draw(st.integers(1, 4))
    step = st.builds(
        PlainStep,
        touchpoints=st.just(frozenset("t")),
        observable=st.sampled_from([True, True, True, False]),
        optional=st.booleans(),
        repeatable=st.booleans(),
        loop_to=st.none() | st.integers(0, n - 1),
    )
    return tuple(draw(st.lists(step, min_size=n, max_size=n)))


@given(data=st.data(), steps=maps())
@settings(max_examples=150)
def test_a_map_allows_what_the_words_say(data: st.DataObject, steps: tuple[PlainStep, ...]) -> None:
    bound = [place for place, step in enumerate(steps) if step.bound]
    assume(bound)
    one = st.frozensets(st.sampled_from(bound), min_size=1, max_size=2)
    events = data.draw(st.lists(one, max_size=4))
    cost = cost_on_map(events, steps)
    assert (cost == 0) == fits(events, steps)
    if sum(not steps[place].optional for place in bound) + len(events) <= 6:
        assert cost == least_edits(events, steps)


def cost_on_map(events: Sequence[frozenset[int]], steps: tuple[PlainStep, ...]) -> int:
    """The cost of events that may count as several steps."""
    found = automaton_of_steps(journey_of(steps, PlainRule()).steps)
    bound = [place for place, step in enumerate(steps) if step.bound]
    aligned = align_symbols(
        found,
        np.arange(len(events), dtype=np.int32),
        np.array([0, len(events)]),
        matches=np.array([[place in event for place in bound] for event in events], dtype=np.bool_).reshape(
            len(events), len(bound)
        ),
        costs=Costs(),
    )
    return int(aligned.cost[0])


# What it is and is not.


def test_the_moves_of_one_alignment() -> None:
    found = automaton_of(net("start a p", "p b q", "q c end"))
    assert align(found, ["axc"])[0] == Alignment(
        2, (Move("match", "a"), Move("log", "x"), Move("model", "b"), Move("match", "c"))
    )


def test_a_dearer_move_is_avoided() -> None:
    found = automaton_of(net("start a p", "p b end"))
    # "b a": leave out one and add the same, whichever way; but as "b" alone, only adding is possible.
    assert [one.cost for one in align(found, ["ba", "b"], costs=Costs(log=5, model=2))] == [7, 2]


def test_model_moves_may_lead_back_to_an_earlier_state() -> None:
    found = automaton_of(net("start a p", "start b q", "q c p", "p d end"))
    assert align(found, ["b"])[0].moves == (Move("match", "b"), Move("model", "c"), Move("model", "d"))


def test_nets_that_cannot_be_walked_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="reaches its end"):
        automaton_of(net("start a p"))
    with pytest.raises(InvalidInputError, match="more than"):
        automaton_of(net("start a start,p", "start b end"))


@pytest.mark.parametrize("costs", [{"log": 0}, {"model": -1}, {"log": 1.5}])
def test_a_cost_is_a_whole_number_from_one(costs: dict[str, int]) -> None:
    with pytest.raises(InvalidInputError, match="whole number"):
        Costs(**costs)
