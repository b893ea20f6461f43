"""Steps between touches as a Markov chain: how often each was taken, and what is lost when a channel leads nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse import linalg

from klantreis.analysis.behaviour.attribution_paths import PathTable
from klantreis.analysis.result import Floats, Ints

#: Up to so many states the chains of several draws are solved at once as full matrices of so many numbers together.
FULL = 300
NUMBERS = 4_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """Different steps from state to state (start: ``states``; outcome and nothing after it), and who takes them."""

    states: int
    members: npt.NDArray[np.bool_]  # channel × state: whether the state stands on the channel
    source: Ints
    target: Ints
    by_path: sparse.csr_array  # path × step: how often the path takes it
    last: Ints  # path: the state it ended in


def chain_of(table: PathTable, order: int) -> Chain:
    """States are the last touches of a path, up to ``order`` of them."""
    kinds, touches = len(table.channels), table.touches
    lengths, firsts = table.lengths, table.offsets[:-1]
    path = np.repeat(np.arange(len(lengths)), lengths)
    place = np.arange(len(touches)) - np.repeat(firsts, lengths)
    history = [touches]
    for back in range(1, order):
        shifted = np.full(len(touches), -1, dtype=np.int64)
        inside = place >= back
        shifted[inside] = touches[np.flatnonzero(inside) - back]
        history.append(shifted)
    if order == 1:
        states, code = np.arange(kinds)[:, None], touches
    else:
        states, code = _states(history, kinds)
    count = len(states)
    members = np.zeros((kinds, count), dtype=bool)
    for column in range(order):
        known = states[:, column] >= 0
        members[states[known, column], np.flatnonzero(known)] = True
    # A touch is a step from the one before it, or from the start.
    before = np.full(len(touches), count, dtype=np.int64)
    before[place > 0] = code[np.flatnonzero(place > 0) - 1]
    keys, step = np.unique(before * count + code, return_inverse=True)
    by_path = sparse.csr_array((np.ones(len(touches)), (path, step.ravel())), shape=(len(lengths), len(keys)))
    return Chain(count, members, keys // count, keys % count, by_path, code[table.offsets[1:] - 1])


def _states(history: list[Ints], kinds: int) -> tuple[Ints, Ints]:
    """The different rows of touches, the latest first, -1 for none before; and the number of each touch's row."""
    if (kinds + 1) ** len(history) >= 2**62:
        states, code = np.unique(np.stack(history, axis=1), axis=0, return_inverse=True)
        return states, code.ravel()
    # A row is one number to the base of the channels and none: much quicker to sort.
    number = np.zeros(len(history[0]), dtype=np.int64)
    for column in history:
        number = number * (kinds + 1) + column + 1
    different, code = np.unique(number, return_inverse=True)
    states = np.empty((len(different), len(history)), dtype=np.int64)
    for place in reversed(range(len(history))):
        states[:, place] = different % (kinds + 1) - 1
        different = different // (kinds + 1)
    return states, code.ravel()


def counted_steps(chain: Chain, won: Any, lost: Any) -> tuple[Any, Any, Any]:
    """For each draw (or unit): how often every step was taken, and every state led to the outcome, and to nothing."""
    ending = sparse.csr_array(
        (np.ones(len(chain.last)), (np.arange(len(chain.last)), chain.last)), shape=(len(chain.last), chain.states)
    )
    return (won + lost) @ chain.by_path, won @ ending, lost @ ending


def lost_without(chain: Chain, steps: Floats, won: Floats, lost: Floats) -> Floats:
    """Removal effects, draws × channels."""
    s = chain.states
    leaving = won + lost
    inner = chain.source < s
    for draw in range(len(steps)):
        leaving[draw] += np.bincount(chain.source[inner], steps[draw][inner], minlength=s)
    scale = np.divide(1.0, leaving, out=np.zeros_like(leaving), where=leaving > 0)
    ending = won * scale
    if s > FULL:
        return np.array([_sparse(chain, steps[d], ending[d], scale[d]) for d in range(len(steps))])
    at_once = max(1, NUMBERS // (s * s))
    blocks = [slice(start, start + at_once) for start in range(0, len(steps), at_once)]
    return np.concatenate([_full(chain, steps[block], ending[block], scale[block]) for block in blocks])


def _full(chain: Chain, steps: Floats, ending: Floats, scale: Floats) -> Floats:
    """Of several draws at once. Who is lost came to the channel for the first time, and would have got there.

    With N = (I - Q)^-1 the visits to its states are f = (first arrivals) N, so the arrivals follow from the visits.
    """
    s, draws = chain.states, len(steps)
    inner = chain.source < s
    system = np.zeros((draws, s, s))
    system[:, chain.source[inner], chain.target[inner]] = -steps[:, inner] * scale[:, chain.source[inner]]
    system[:, np.arange(s), np.arange(s)] += 1
    begin = np.zeros((draws, s))
    begin[:, chain.target[~inner]] = steps[:, ~inner]
    begin /= begin.sum(axis=1, keepdims=True)
    visits = np.linalg.inv(system)
    seen = (begin[:, None, :] @ visits)[:, 0, :]
    reach = (visits @ ending[:, :, None])[:, :, 0]
    whole = (begin * reach).sum(axis=1)
    effects = np.empty((draws, len(chain.members)))
    for channel, row in enumerate(chain.members):
        on = np.flatnonzero(row)
        among = visits[:, on[:, None], on[None, :]].transpose(0, 2, 1)
        arrivals = np.linalg.solve(among, seen[:, on, None])[:, :, 0]
        effects[:, channel] = (arrivals * reach[:, on]).sum(axis=1) / whole
    return np.clip(effects, 0.0, 1.0)


def _sparse(chain: Chain, steps: Floats, ending: Floats, scale: Floats) -> Floats:
    s = chain.states
    inner = chain.source < s
    onward = sparse.csr_array(
        (steps[inner] * scale[chain.source[inner]], (chain.source[inner], chain.target[inner])), shape=(s, s)
    )
    begin = np.zeros(s)
    begin[chain.target[~inner]] = steps[~inner]
    begin /= begin.sum()

    def chance(kept: npt.NDArray[np.bool_]) -> float:
        system = sparse.eye_array(int(kept.sum()), format="csc") - onward[kept][:, kept].tocsc()
        return float(begin[kept] @ np.atleast_1d(linalg.spsolve(system, ending[kept])))

    whole = chance(np.ones(s, dtype=bool))
    return np.array([1 - chance(~row) / whole if not row.all() else 1.0 for row in chain.members])
