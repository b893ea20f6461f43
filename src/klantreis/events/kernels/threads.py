"""Splitting the customers of a log over threads: kernels release the interpreter's lock."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Below this many events a second thread costs more than it gains.
EVENTS_PER_THREAD = 200_000


def stretches(offsets: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Split the customers into stretches with about as many events each, one for a thread."""
    n, events = len(offsets) - 1, int(offsets[-1])
    wanted = max(1, min(os.cpu_count() or 1, events // EVENTS_PER_THREAD))
    cuts = np.searchsorted(offsets, [events * part // wanted for part in range(1, wanted)])
    places = [0, *(int(cut) for cut in cuts), n]
    return [(a, b) for a, b in pairwise(places) if a < b] or [(0, 0)]


def in_threads(work: Callable[..., object], parts: Sequence[tuple[Any, ...]]) -> None:
    """Call ``work`` for each part, at the same time; kernels release the lock."""
    if len(parts) < 2:
        for part in parts:
            work(*part)
        return
    with ThreadPoolExecutor(len(parts)) as pool:
        for done in [pool.submit(work, *part) for part in parts]:
            done.result()
