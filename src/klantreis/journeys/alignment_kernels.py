"""The inner loop of alignment: the least cost from every place in a trace and every state to the end, then the way.

``alignment.py`` says in words what is computed and prepares the arrays.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from klantreis.events.kernels import kernel

Ints = NDArray[np.int64]
Small = NDArray[np.int32]
Arrows = tuple[Small, Small, Small]

MATCH, LOG, MODEL = 0, 1, 2
#: More than any cost; small enough to add to.
NEVER = 1 << 29


@kernel
def settle(costs: Small, source: Small, target: Small, price: int, once: bool) -> None:  # noqa: FBT001 - a kernel
    """Lower the cost of every state to that of a model move and what follows, until nothing changes.

    ``once``: every arrow leads to a later state, so that one pass from the back is enough.
    """
    changed = True
    while changed:
        changed = False
        for a in range(len(source) - 1, -1, -1):
            cost = costs[target[a]] + price
            if cost < costs[source[a]]:
                costs[source[a]] = cost
                changed = not once


@kernel
def align(
    symbols: Small,
    offsets: Ints,
    by_symbol: Ints,
    seen: Arrows,
    unseen: Arrows,
    final: NDArray[np.bool_],
    log_cost: int,
    model_cost: int,
) -> tuple[Ints, tuple[NDArray[np.uint8], Small, Small], Ints, int]:
    """Align every trace.

    Parameters
    ----------
    symbols, offsets
        Trace t is ``symbols[offsets[t]:offsets[t + 1]]``.
    by_symbol, seen
        The arrows (source, label, target) that an event with symbol s can match: those from ``by_symbol[s]`` up to
        ``by_symbol[s + 1]``.
    unseen
        The arrows that a model move can take, in order of source.
    final
        Per state: a path may end here.

    Returns
    -------
    tuple
        The cost per trace; kind, event and label of all moves; the number of moves per trace; the cost of no events.
    """
    origin, label, to = seen
    model_from, model_label, model_to = unseen
    n_traces, n_states = len(offsets) - 1, len(final)
    once = True
    for a in range(len(model_from)):
        once = once and model_from[a] < model_to[a]
    longest = 0
    for t in range(n_traces):
        longest = max(longest, offsets[t + 1] - offsets[t])
    # From the back, as the same place in a longer trace: row k holds the costs with k events left.
    left = np.empty((longest + 1, n_states), np.int32)
    for q in range(n_states):
        left[0, q] = 0 if final[q] else NEVER
    settle(left[0], model_from, model_to, model_cost, once)
    cost, lengths = np.empty(n_traces, np.int64), np.zeros(n_traces, np.int64)
    kinds = np.empty(1024, np.uint8)
    events, labels = np.empty(1024, np.int32), np.empty(1024, np.int32)
    n_moves = 0
    for t in range(n_traces):
        first, n = offsets[t], offsets[t + 1] - offsets[t]
        for k in range(1, n + 1):
            before, now = left[k - 1], left[k]
            for q in range(n_states):
                now[q] = before[q] + log_cost
            s = symbols[first + n - k]
            for a in range(by_symbol[s], by_symbol[s + 1]):
                if before[to[a]] < now[origin[a]]:
                    now[origin[a]] = before[to[a]]
            settle(now, model_from, model_to, model_cost, once)
        cost[t] = left[n, 0]
        q, k = 0, n
        while k > 0 or left[0, q] > 0:
            kind, moved, to_state = LOG, np.int32(-1), q
            if k > 0:
                s = symbols[first + n - k]
                for a in range(by_symbol[s], by_symbol[s + 1]):
                    if origin[a] == q and left[k - 1, to[a]] == left[k, q]:
                        kind, moved, to_state = MATCH, label[a], to[a]
                        break
            if kind == LOG and (k == 0 or left[k - 1, q] + log_cost != left[k, q]):
                kind = MODEL
                for a in range(len(model_from)):
                    if model_from[a] == q and left[k, model_to[a]] + model_cost == left[k, q]:
                        moved, to_state = model_label[a], model_to[a]
                        break
            if n_moves == len(kinds):
                kinds = np.concatenate((kinds, np.empty(n_moves, np.uint8)))
                events = np.concatenate((events, np.empty(n_moves, np.int32)))
                labels = np.concatenate((labels, np.empty(n_moves, np.int32)))
            kinds[n_moves], events[n_moves], labels[n_moves] = kind, n - k, moved
            n_moves += 1
            lengths[t] += 1
            q = to_state
            if kind != MODEL:
                k -= 1
    return cost, (kinds[:n_moves].copy(), events[:n_moves].copy(), labels[:n_moves].copy()), lengths, left[0, 0]
