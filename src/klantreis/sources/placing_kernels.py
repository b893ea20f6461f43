"""The inner loops of ``placing.py``; see ``klantreis.events.kernels.counting`` for what a kernel is."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from klantreis.events.kernels.compiling import kernel

Ints = NDArray[np.int64]
Hashes = NDArray[np.uint64]


@kernel
def make_table(hashes: Hashes, slots: NDArray[np.int32]) -> None:
    """Put the number of each hash in a table (-1: free; a power of two, half empty); the hashes all differ."""
    mask = np.uint64(len(slots) - 1)
    for number in range(len(hashes)):
        slot = (hashes[number] >> np.uint64(7)) & mask
        while slots[slot] >= 0:
            slot = (slot + np.uint64(1)) & mask
        slots[slot] = number


@kernel
def look_up(
    wanted: Hashes, first: int, last: int, hashes: Hashes, slots: NDArray[np.int32], numbers: NDArray[np.int32]
) -> None:
    """The number of each wanted hash; -1 when it is not in the table."""
    mask = np.uint64(len(slots) - 1)
    for j in range(first, last):
        slot = (wanted[j] >> np.uint64(7)) & mask
        while slots[slot] >= 0 and hashes[slots[slot]] != wanted[j]:
            slot = (slot + np.uint64(1)) & mask
        numbers[j] = slots[slot]


@kernel
def take_places(numbers: NDArray[np.int32], first: int, last: int, next_place: Ints, places: Ints) -> None:
    """Give each event of the customers from ``first`` up to ``last`` the next place of its customer."""
    for j in range(len(numbers)):
        number = numbers[j]
        if first <= number < last:
            places[j] = next_place[number]
            next_place[number] += 1


@kernel
def put(values: NDArray[Any], places: Ints, first: int, last: int, column: NDArray[Any]) -> None:
    """Put each value at its place."""
    for j in range(first, last):
        column[places[j]] = values[j]


@kernel
def mark_unsorted(times: Ints, offsets: Ints, first: int, last: int, unsorted: NDArray[np.bool_]) -> None:
    """Mark the customers whose times do not ascend."""
    for i in range(first, last):
        unsorted[i] = False
        for j in range(offsets[i] + 1, offsets[i + 1]):
            if times[j] < times[j - 1]:
                unsorted[i] = True
