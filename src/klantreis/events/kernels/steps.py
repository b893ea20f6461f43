"""The inner loops of ``local/steps.py`` and ``path_trees.py``; see ``counting.py`` for what a kernel is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from klantreis.events.kernels.counting import Ints, kernel
from klantreis.events.local.columns import Codes, Mask


@kernel
def first_matches(matching: Mask, offsets: Ints, first: int, last: int, found: Ints) -> None:
    """The place of each customer's first match; -1 without one."""
    for i in range(first, last):
        found[i] = -1
        for j in range(offsets[i], offsets[i + 1]):
            if matching[j]:
                found[i] = j
                break


@kernel
def count_positions(
    codes: Codes, offsets: Ints, centres: Ints, first: int, last: int, before: int, table: Ints, not_begun: Ints
) -> None:
    """Count codes per position: row ``before`` of ``table`` is each customer's centre (below 0: not counted)."""
    width = len(not_begun)
    for i in range(first, last):
        if centres[i] < 0:
            continue
        begin = centres[i] - before
        low = max(begin, offsets[i])
        for p in range(low - begin):
            not_begun[p] += 1
        for j in range(low, min(begin + width, offsets[i + 1])):
            table[j - begin, codes[j]] += 1


@kernel
def branch_keys(
    codes: Codes,
    starts: Ints,
    bounds: Ints,
    nodes: NDArray[np.int32],
    first: int,
    last: int,
    far: int,
    n_codes: int,
    keys: Ints,
) -> None:
    """Number what each path does next: its node and the code ``far`` places on (back, when below 0); code 0: it ends.

    ``bounds`` is the last place that each path may take. A path that is followed no more (node -1) has key -1.
    """
    for k in range(first, last):
        if nodes[k] < 0:
            keys[k] = -1
            continue
        at = starts[k] + far
        over = (far > 0 and at > bounds[k]) or (far < 0 and at < bounds[k])
        keys[k] = np.int64(nodes[k]) * n_codes + (0 if over else np.int64(codes[at]))
