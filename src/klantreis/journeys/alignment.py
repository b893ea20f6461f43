"""Alignment: the cheapest way to read a trace as a path that the map allows.

A path through a map may differ from what was seen in two ways: something was seen that the path does not have there (a
*log* move), or the path has a step that was not seen (a *model* move). An optimal alignment has the least cost of all.
It does not say what a move means to a customer; ``fit_deviations.py`` does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from klantreis.errors import InvalidInputError
from klantreis.journeys import alignment_kernels as kernels

Ints = NDArray[np.int64]
Small = NDArray[np.int32]
Bools = NDArray[np.bool_]
MoveKind = Literal["match", "log", "model"]
MOVE_KINDS: tuple[MoveKind, ...] = ("match", "log", "model")
#: A net with more states than this is refused: it most likely has no bound.
MOST_STATES = 20_000
#: Room for moves of the map per trace, beside two moves per event; when it is not enough, traces are aligned twice.
FEW_MOVES = 64


@dataclass(frozen=True, slots=True)
class Transition:
    """What can happen in a net: it takes a token from each place in ``takes`` and puts one in each of ``gives``.

    ``label`` is what is seen when it happens; None when nothing is.
    """

    label: str | None
    takes: tuple[str, ...]
    gives: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Net:
    """A general map with choices and parallel parts: places with tokens, and transitions that move them.

    A path begins with one token in each place of ``start`` and ends with exactly one in each of ``end``.
    """

    transitions: tuple[Transition, ...]
    start: tuple[str, ...] = ("start",)
    end: tuple[str, ...] = ("end",)


@dataclass(frozen=True, slots=True)
class Costs:
    """What one move costs, in whole numbers from 1; a match is free."""

    log: int = 1
    model: int = 1

    def __post_init__(self) -> None:
        for name, cost in (("log", self.log), ("model", self.model)):
            if not isinstance(cost, int) or not 1 <= cost <= 1000:
                raise InvalidInputError(f"A {name} move costs a whole number from 1 to 1000, not {cost!r}.")


@dataclass(frozen=True, eq=False)
class Automaton:
    """The paths that a map allows, as states and arrows; state 0 is the start, and every arrow is a label seen.

    ``source``, ``label`` and ``target`` are arrays over the arrows, in order of state, label and target; ``final`` is
    one over the states. Build it with :func:`automaton`.
    """

    labels: tuple[str, ...]
    source: Small
    label: Small
    target: Small
    final: Bools

    @cached_property
    def model_arrows(self) -> Small:
        """The arrows that a model move can need.

        Left out are those that lead to a state where nothing more is possible than before: the path is cheaper
        without them.
        """
        after: list[set[tuple[int, int]]] = [set() for _ in self.final]
        for source, label, target in zip(self.source, self.label, self.target, strict=True):
            after[source].add((int(label), int(target)))
        return np.array(
            [
                arrow
                for arrow, (source, target) in enumerate(zip(self.source, self.target, strict=True))
                if not (after[target] <= after[source] and self.final[target] <= self.final[source])
            ],
            dtype=np.int32,
        )


@dataclass(frozen=True, eq=False, slots=True)
class Alignments:
    """Optimal alignments of many traces, as arrays.

    ``cost`` has one number per trace. The moves of trace t are those from ``offsets[t]`` up to ``offsets[t + 1]``:
    their ``kind`` (place in ``MOVE_KINDS``), the ``event`` (its place in the trace; of a model move that of the event
    it comes before), and the ``label`` (-1: a log move). ``shortest`` is the cost of the cheapest path without events.
    """

    cost: Ints
    offsets: Ints
    kind: NDArray[np.uint8]
    event: Small
    label: Small
    shortest: int


@dataclass(frozen=True, slots=True)
class Move:
    """One move of an alignment; ``label`` is what was seen or, in a model move, what the path has there."""

    kind: MoveKind
    label: str


@dataclass(frozen=True, slots=True)
class Alignment:
    """An optimal alignment of one trace."""

    cost: int
    moves: tuple[Move, ...]


def automaton(
    arrows: Iterable[tuple[int, int, int]], *, labels: Sequence[str], final: Iterable[int], n_states: int
) -> Automaton:
    """States and arrows ``(source, label, target)`` as arrays.

    Raises
    ------
    InvalidInputError
        When no path leads from state 0 to a final state.
    """
    ordered = np.array(sorted(set(arrows)), dtype=np.int32).reshape(-1, 3)
    ends = np.zeros(n_states, dtype=np.bool_)
    ends[list(final)] = True
    source, label, target = (np.ascontiguousarray(column) for column in ordered.T)
    found = Automaton(tuple(labels), source, label, target, ends)
    reached = {0}
    before = -1
    while before != len(reached):
        before = len(reached)
        reached |= {int(target) for source, _, target in ordered if int(source) in reached}
    if not any(ends[state] for state in reached):
        raise InvalidInputError("No path through this net reaches its end.")
    return found


def automaton_of(net: Net) -> Automaton:
    """Every state that a net can be in, with the arrows between them; what cannot be seen is folded away.

    Raises
    ------
    InvalidInputError
        When the net has no bound, or cannot reach its end.
    """
    start, end = _marking(net.start), _marking(net.end)
    place: dict[frozenset[tuple[str, int]], int] = {start: 0}
    waiting = [start]
    steps: list[tuple[int, str | None, int]] = []
    while waiting:
        marking = waiting.pop(0)
        for transition in net.transitions:
            following = _fired(marking, transition)
            if following is None:
                continue
            if following not in place:
                if len(place) == MOST_STATES:
                    raise InvalidInputError(
                        f"This net has more than {MOST_STATES} states.", hint="Tokens most likely pile up somewhere."
                    )
                place[following] = len(place)
                waiting.append(following)
            steps.append((place[marking], transition.label, place[following]))
    labels = sorted({label for _, label, _ in steps if label is not None})
    silent: dict[int, set[int]] = {}
    seen: dict[int, set[tuple[int, int]]] = {}
    for source, label, target in steps:
        if label is None:
            silent.setdefault(source, set()).add(target)
        else:
            seen.setdefault(source, set()).add((labels.index(label), target))
    within = [_closure(state, silent) for state in range(len(place))]
    return automaton(
        ((state, *arrow) for state, near in enumerate(within) for one in near for arrow in seen.get(one, ())),
        labels=labels,
        final=(state for state, near in enumerate(within) if place.get(end) in near),
        n_states=len(place),
    )


def align(found: Automaton, traces: Iterable[Sequence[str]], *, costs: Costs | None = None) -> tuple[Alignment, ...]:
    """An optimal alignment of each trace of labels.

    Where several are optimal, the one taken matches as soon as it can, and then prefers a log move to a model move.

    Examples
    --------
    >>> net = Net((Transition("ask", ("start",), ("p",)), Transition("buy", ("p",), ("end",))))
    >>> [one.cost for one in align(automaton_of(net), [["ask", "buy"], ["buy", "ask"], ["call", "ask"]])]
    [0, 2, 2]
    """
    listed = [tuple(trace) for trace in traces]
    codes = {label: code for code, label in enumerate(found.labels)}
    matches = np.zeros((len(codes) + 1, len(codes)), dtype=np.bool_)  # the last symbol: a label the net does not have
    np.fill_diagonal(matches, val=True)
    symbols = np.array([codes.get(label, len(codes)) for trace in listed for label in trace], dtype=np.int32)
    offsets = np.cumsum([0, *map(len, listed)], dtype=np.int64)
    aligned = align_symbols(found, symbols, offsets, matches=matches, costs=costs or Costs())
    return tuple(
        Alignment(
            int(aligned.cost[number]),
            tuple(
                Move(
                    MOVE_KINDS[aligned.kind[at]],
                    trace[aligned.event[at]] if aligned.label[at] < 0 else found.labels[aligned.label[at]],
                )
                for at in range(aligned.offsets[number], aligned.offsets[number + 1])
            ),
        )
        for number, trace in enumerate(listed)
    )


def align_symbols(found: Automaton, symbols: Small, offsets: Ints, *, matches: Bools, costs: Costs) -> Alignments:
    """Optimal alignments of traces of symbols: trace t is ``symbols[offsets[t]:offsets[t + 1]]``.

    ``matches[symbol, label]`` says which labels an event can count as; it may be several.
    """
    model = found.model_arrows
    by_symbol = [np.flatnonzero(row[found.label]) for row in matches]
    arrows = np.concatenate([*by_symbol, np.empty(0, np.int64)]).astype(np.int64)
    sources, targets = found.source[model], found.target[model]
    given = (
        symbols,
        offsets,
        np.cumsum([0, *map(len, by_symbol)], dtype=np.int64),
        found.source[arrows],
        found.label[arrows],
        found.target[arrows],
        sources,
        found.label[model],
        targets,
        found.final,
        costs.log,
        costs.model,
        int(np.all(sources < targets)),
    )
    n_traces = len(offsets) - 1
    left = np.empty((int(np.diff(offsets).max(initial=0)) + 1, len(found.final)), np.int32)
    cost, lengths = np.empty(n_traces, np.int64), np.empty(n_traces, np.int64)
    room, n_moves = -1, 2 * len(symbols) + n_traces * min(len(found.final), FEW_MOVES)
    while room < n_moves:
        room = n_moves
        kind, event, label = np.empty(room, np.uint8), np.empty(room, np.int32), np.empty(room, np.int32)
        n_moves = kernels.align(*given, left, cost, lengths, kind, event, label)
    return Alignments(
        cost=cost,
        offsets=np.concatenate(([0], np.cumsum(lengths))),
        kind=kind[:n_moves].copy(),
        event=event[:n_moves].copy(),
        label=label[:n_moves].copy(),
        shortest=int(left[0, 0]),
    )


def fitness(*, cost: float, worst: float) -> float | None:
    """One minus the cost as a part of the worst: everything seen off the path, and the cheapest path unseen.

    None when there is nothing to align.
    """
    return None if worst == 0 else 1 - cost / worst


def _marking(places: Iterable[str]) -> frozenset[tuple[str, int]]:
    return frozenset(Counter(places).items())


def _fired(marking: frozenset[tuple[str, int]], transition: Transition) -> frozenset[tuple[str, int]] | None:
    tokens = Counter(dict(marking))
    needed = Counter(transition.takes)
    if any(tokens[place] < number for place, number in needed.items()):
        return None
    tokens.subtract(needed)
    tokens.update(transition.gives)
    return frozenset((place, number) for place, number in tokens.items() if number)


def _closure(state: int, silent: Mapping[int, set[int]]) -> set[int]:
    found, waiting = {state}, [state]
    while waiting:
        new = silent.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return found
