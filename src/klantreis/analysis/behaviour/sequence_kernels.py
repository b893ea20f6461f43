"""The inner loops of ``sequences.py``: edit distances of one sequence to many at a time.

The many stand side by side in memory, so that a row of the table is updated for all of them in one stretch of plain
arithmetic; what a replacement costs is looked up once per state, not once per cell.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

from klantreis.analysis.result import Floats, Ints
from klantreis.events.kernels.counting import kernel

#: How many sequences stand side by side: as many as keep two rows and one state's prices close to the processor.
LANES = 64


@kernel
def edit_block(states: Ints, lengths: Ints, costs: Floats, indel: float, first: int, out: Floats) -> None:
    """Distances of the sequences from ``first``, LANES of them, to themselves and to all before them."""
    n, width = states.shape
    kinds = costs.shape[0]
    lanes = min(LANES, n - first)
    price = np.zeros((kinds, width, LANES))
    for state in range(kinds):
        for place in range(width):
            for lane in range(lanes):
                other = states[first + lane, place]
                if other >= 0:
                    price[state, place, lane] = costs[state, other]
    rows = np.empty((2, width + 1, LANES))
    for one in range(first + lanes):
        for place in range(width + 1):
            rows[0, place, :] = place * indel
        new = 0
        for step in range(lengths[one]):
            old = new
            new = 1 - old
            state = states[one, step]
            rows[new, 0, :] = (step + 1) * indel
            for place in range(width):
                for lane in range(LANES):
                    replaced = rows[old, place, lane] + price[state, place, lane]
                    above = rows[old, place + 1, lane]
                    left = rows[new, place, lane]
                    shifted = (above if above < left else left) + indel
                    rows[new, place + 1, lane] = replaced if replaced < shifted else shifted
        for lane in range(lanes):
            out[one, first + lane] = rows[new, lengths[first + lane], lane]
            out[first + lane, one] = rows[new, lengths[first + lane], lane]


def edit_distances(states: Ints, lengths: Ints, costs: Floats, indel: float) -> Floats:
    """All distances between sequences (n × n) by the cheapest edits.

    Parameters
    ----------
    states
        Shape (n, longest): numbers of states from 0; -1 after the end of a shorter sequence.
    lengths
        Shape (n,).
    costs
        What it costs to replace one state by another, states × states, symmetric.
    indel
        What it costs to put in or take out one place.
    """
    n = len(states)
    out = np.empty((n, n))
    rows, prices = np.ascontiguousarray(states), np.ascontiguousarray(costs, dtype=np.float64)
    # The later a block, the more there is before it: the longest first.
    firsts = range(0, n, LANES)[::-1]
    edit_block(rows, lengths, prices, float(indel), firsts[0], out)
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        list(threads.map(lambda first: edit_block(rows, lengths, prices, float(indel), first, out), firsts[1:]))
    return out


def common_length_table(a: Ints, b: Ints) -> npt.NDArray[np.int64]:
    """Length of the longest common subsequence of all pairs of beginnings, (len(a) + 1) × (len(b) + 1).

    Examples
    --------
    >>> int(common_length_table(np.array([0, 1, 2]), np.array([0, 2]))[-1, -1])
    2
    """
    table = np.zeros((len(a) + 1, len(b) + 1), dtype=np.int64)
    for i in range(len(a)):
        # One more than both beginnings where the two agree; then the best so far along the row.
        table[i + 1, 1:] = np.maximum(table[i, 1:], table[i, :-1] + (a[i] == b))
        np.maximum.accumulate(table[i + 1], out=table[i + 1])
    return table
