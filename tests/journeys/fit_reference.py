"""Alignment the plain way, written from the words of ``docs/methods/fit.md``: tokens, sets and a heap, no arrays.

Also the nets and the log of a published example, and token replay, which its authors used.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations, count

from klantreis.journeys.alignment import Net, Transition
from tests.journeys.reality_reference import PlainStep, may_return

#: The log with 1,391 cases: van der Aalst, Process Mining (2nd ed. 2016), chapter 8.
CASES: dict[str, int] = {
    "acdeh": 455, "abdeg": 191, "adceh": 177, "abdeh": 144, "acdeg": 111, "adceg": 82, "adbeh": 56,
    "acdefdbeh": 47, "adbeg": 38, "acdefbdeh": 33, "acdefbdeg": 14, "acdefdbeg": 11, "adcefcdeh": 9,
    "adcefdbeh": 8, "adcefbdeg": 5, "acdefbdefdbeg": 3, "adcefdbeg": 2, "adcefbdefbdeg": 2,
    "adcefdbefbdeh": 1, "adbefbdefdbeg": 1, "adcefdbefcdefdbeg": 1,
}  # fmt: skip


def net(*transitions: str) -> Net:
    """A net from lines such as ``"start a p,q"``; ``-`` as the label: nothing is seen."""
    parts = [line.split() for line in transitions]
    return Net(
        tuple(
            Transition(None if label == "-" else label, tuple(takes.split(",")), tuple(gives.split(",")))
            for takes, label, gives in parts
        )
    )


#: Its three nets: with everything, without the parallel part, without choices and without the way back.
N1 = net("start a p,q", "p b r", "p c r", "q d s", "r,s e t", "t f p,q", "t g end", "t h end")
N2 = net("start a p", "p b q", "p c q", "q d r", "r e s", "s f p", "s g end", "s h end")
N3 = net("start a p,q", "p c r", "q d s", "r,s e t", "t h end")


def fire(tokens: Counter[str], transition: Transition) -> Counter[str] | None:
    """The tokens afterwards; None when it cannot happen."""
    needed = Counter(transition.takes)
    if any(tokens[place] < number for place, number in needed.items()):
        return None
    return +(tokens - needed + Counter(transition.gives))


def least_cost(found: Net, trace: Sequence[str], *, log: int = 1, model: int = 1) -> int:
    """The cost of an optimal alignment: every way is tried, cheapest first."""
    ties = count()
    heap = [(0, next(ties), 0, Counter(found.start))]
    done: set[tuple[int, frozenset[tuple[str, int]]]] = set()
    while heap:
        cost, _, at, tokens = heapq.heappop(heap)
        if at == len(trace) and tokens == Counter(found.end):
            return cost
        if (at, frozenset(tokens.items())) in done:
            continue
        done.add((at, frozenset(tokens.items())))
        if at < len(trace):
            heapq.heappush(heap, (cost + log, next(ties), at + 1, tokens))
        for transition in found.transitions:
            following = fire(tokens, transition)
            if following is None:
                continue
            price = 0 if transition.label is None else model
            heapq.heappush(heap, (cost + price, next(ties), at, following))
            if at < len(trace) and transition.label == trace[at]:
                heapq.heappush(heap, (cost, next(ties), at + 1, following))
    raise AssertionError("the net cannot reach its end")


def token_replay(found: Net, cases: dict[str, int]) -> float:
    """Fitness by token replay: tokens that were missing and that remained; each label stands once in the net."""
    by_label = {transition.label: transition for transition in found.transitions}
    produced = consumed = missing = remaining = 0
    for trace, cases_of in cases.items():
        tokens = Counter(found.start)
        produced += cases_of * len(found.start)
        for moved in [*(by_label[label] for label in trace if label in by_label), Transition(None, found.end, ())]:
            lacking = Counter(moved.takes) - tokens
            missing += cases_of * lacking.total()
            consumed += cases_of * len(moved.takes)
            produced += cases_of * len(moved.gives)
            tokens = tokens + lacking - Counter(moved.takes) + Counter(moved.gives)
        remaining += cases_of * tokens.total()
    return 0.5 * (1 - missing / consumed) + 0.5 * (1 - remaining / produced)


def fits(events: Sequence[frozenset[int]], steps: Sequence[PlainStep]) -> bool:
    """Whether the map allows exactly these events, each a set of steps that it may count as."""
    bound = [place for place, step in enumerate(steps) if step.bound]

    def required(low: int, high: int) -> bool:
        return any(low < place < high and not steps[place].optional for place in bound)

    def go(seen: tuple[int, ...], now: int) -> bool:
        furthest = max(seen, default=-1)
        if len(seen) == len(events):
            return not required(furthest, len(steps))
        for step in events[len(seen)]:
            if step > now and not required(max(now, furthest), step) and go((*seen, step), step):
                return True
            if step in seen and steps[step].repeatable and go((*seen, step), now):
                return True
            if step <= now and may_return(steps, now, step) and go((*seen, step), step):
                return True
        return False

    return go((), -1)


def least_edits(events: Sequence[frozenset[int]], steps: Sequence[PlainStep]) -> int:
    """The fewest events to leave out and steps to add before the map allows what is left: all are tried."""
    bound = [frozenset({place}) for place, step in enumerate(steps) if step.bound]
    # Leaving everything out and adding every required step always does.
    enough = len(events) + sum(step.bound and not step.optional for step in steps)
    for edits in range(enough + 1):
        for left_out in range(min(edits, len(events)) + 1):
            for kept in combinations(events, len(events) - left_out):
                if any(fits(word, steps) for word in _longer(kept, bound, edits - left_out)):
                    return edits
    raise AssertionError("leaving out everything is enough")


def _longer(
    word: tuple[frozenset[int], ...], letters: Sequence[frozenset[int]], more: int
) -> Iterator[tuple[frozenset[int], ...]]:
    found = {word}
    for _ in range(more):
        found = {(*one[:at], letter, *one[at:]) for one in found for at in range(len(one) + 1) for letter in letters}
    return iter(found)
