"""The inner loop of ``local/comparing.py``; see ``counting.py`` for what a kernel is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from klantreis.events.kernels.counting import Ints, kernel


@kernel
def scatter_first_gaps(
    numbers: NDArray[np.int32], times: Ints, offsets: Ints, seen: Ints, cursor: Ints, gaps: Ints
) -> None:
    """Put each customer's first time of each pair at the next free place of the pair. ``seen`` starts at -1."""
    for i in range(len(offsets) - 1):
        for j in range(offsets[i] + 1, offsets[i + 1]):
            number = numbers[j]
            if seen[number] != i:
                seen[number] = i
                gaps[cursor[number]] = times[j] - times[j - 1]
                cursor[number] += 1
