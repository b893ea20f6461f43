"""The inner loop of alignment: the least cost from every place in a trace and every state to the end, then the way.

``alignment.py`` says in words what is computed and makes the arrays, also those that are filled here.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from klantreis.events.kernels.counting import kernel

Ints = NDArray[np.int64]
Small = NDArray[np.int32]

MATCH, LOG, MODEL = 0, 1, 2
#: More than any cost; small enough to add to.
NEVER = 1 << 29


@kernel
def settle(left: Small, row: int | np.int64, source: Small, target: Small, price: int, once: int) -> None:
    """Lower the cost of every state in a row to that of a model move and what follows, until nothing changes.

    ``once`` (1): every arrow leads to a later state, so that one pass from the back is enough.
    """
    changed = True
    while changed:
        changed = False
        for a in range(len(source) - 1, -1, -1):
            cost = left[row, target[a]] + price
            if cost < left[row, source[a]]:
                left[row, source[a]] = cost
                changed = once == 0


@kernel
def align(
    symbols: Small,
    offsets: Ints,
    by_symbol: Ints,
    origin: Small,
    label: Small,
    to: Small,
    model_from: Small,
    model_label: Small,
    model_to: Small,
    final: NDArray[np.bool_],
    log_cost: int,
    model_cost: int,
    once: int,
    left: Small,
    cost: Ints,
    lengths: Ints,
    kinds: NDArray[np.uint8],
    events: Small,
    labels: Small,
) -> int:
    """Align every trace, and return the number of moves of all; those for which there is no room are only counted.

    Parameters
    ----------
    symbols, offsets
        Trace t is ``symbols[offsets[t]:offsets[t + 1]]``.
    by_symbol, origin, label, to
        The arrows (source, label, target) that an event with symbol s can match: those from ``by_symbol[s]`` up to
        ``by_symbol[s + 1]``.
    model_from, model_label, model_to
        The arrows that a model move can take, in order of source.
    final
        Per state: a path may end here.
    once
        1: every arrow of a model move leads to a later state; else 0.
    left
        To work in: a row per event of the longest trace and one more. Row k holds the costs with k events left, from
        the back, as the same place in a longer trace; the first one that of no events.
    cost, lengths
        Filled: the cost and the number of moves per trace.
    kinds, events, labels
        Filled: kind, event and label of all moves.
    """
    n_traces, n_states = len(offsets) - 1, len(final)
    for q in range(n_states):
        left[0, q] = 0 if final[q] else NEVER
    settle(left, np.int64(0), model_from, model_to, model_cost, once)
    n_moves = 0
    for t in range(n_traces):
        first, n, before = offsets[t], offsets[t + 1] - offsets[t], n_moves
        for k in range(1, n + 1):
            for q in range(n_states):
                left[k, q] = left[k - 1, q] + log_cost
            s = symbols[first + n - k]
            for a in range(by_symbol[s], by_symbol[s + 1]):
                if left[k - 1, to[a]] < left[k, origin[a]]:
                    left[k, origin[a]] = left[k - 1, to[a]]
            settle(left, k, model_from, model_to, model_cost, once)
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
            if n_moves < len(kinds):
                kinds[n_moves], events[n_moves], labels[n_moves] = kind, n - k, moved
            n_moves += 1
            q = to_state
            if kind != MODEL:
                k -= 1
        lengths[t] = n_moves - before
    return n_moves
