"""What a map allows, as states and arrows: steps in order, optional and repeatable ones, declared loops.

A state is how far a run has come (its furthest step), where it is now, which is earlier after a declared way back, and
which optional steps it passed over that could be repeated: what never came cannot come again. Only bound steps count;
a step that no event can show is passed unseen. The rules in words: ``docs/methods/fit.md``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from klantreis.journeys.alignment import Automaton, automaton
from klantreis.journeys.journey import Step
from klantreis.journeys.laying import bound_steps, declared_returns

#: Furthest step, present step (places among the bound steps; -1: none yet), and a bit per step passed over.
State = tuple[int, int, int]
#: Of so many steps that are both optional and repeatable is remembered whether they were passed over.
REMEMBERED = 6


def automaton_of_steps(steps: Sequence[Step]) -> Automaton:
    """Every path that the map allows; label k is the k-th bound step.

    Examples
    --------
    >>> step = {"phase": "use", "pattern": 'touchpoint = "x"'}
    >>> steps = [Step(id="ask", title="Ask", **step), Step(id="buy", title="Buy", optional=True, **step)]
    >>> found = automaton_of_steps(steps)
    >>> found.labels, found.final.tolist()
    (('ask', 'buy'), [False, True, True])
    """
    bound = [steps[place] for place in bound_steps(steps)]
    back = declared_returns(steps)
    free = [place for place, step in enumerate(bound) if step.optional and step.repeatable]
    bit = {place: 1 << number for number, place in enumerate(free[:REMEMBERED])}

    def arrows(state: State) -> Iterator[tuple[int, State]]:
        furthest, now, missed = state
        passed_over = missed
        for step in range(now + 1, len(bound)):
            yield step, (max(furthest, step), step, passed_over & ~bit.get(step, 0))
            if step > furthest:
                if not bound[step].optional:
                    break
                passed_over |= bit.get(step, 0)
        for step in range(furthest + 1):
            if bound[step].repeatable and not missed & bit.get(step, 0):
                yield step, state
            if back[now, step]:
                yield step, (furthest, step, missed & ~bit.get(step, 0))

    states: set[State] = {(-1, -1, 0)}
    waiting = [(-1, -1, 0)]
    while waiting:
        new = {following for _, following in arrows(waiting.pop())} - states
        states |= new
        waiting += new
    # In this order nearly every arrow leads to a later state, which makes aligning quick.
    number = {state: place for place, state in enumerate(sorted(states))}
    required = [place for place, step in enumerate(bound) if not step.optional]
    last_required = max(required, default=-1)
    return automaton(
        ((number[state], step, number[following]) for state in states for step, following in arrows(state)),
        labels=[step.id for step in bound],
        final=(place for (furthest, _, _), place in number.items() if furthest >= last_required),
        n_states=len(number),
    )
