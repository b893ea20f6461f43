"""The inner loops: one pass over the events, in machine code.

Each function takes plain arrays and a stretch of customers, ``first`` up to ``last``, so that threads can share the
work: it releases the interpreter's lock, and is compiled when first called and then kept on disk. What each counts is
said in ``counting.py``, which calls them; the events of customer i are those from ``offsets[i]`` up to
``offsets[i + 1]``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from klantreis.events.kernels.compiling import kernel as kernel

Ints = NDArray[np.int64]
Codes = NDArray[np.unsignedinteger[Any]]


@kernel
def count_pairs(codes: Codes, offsets: Ints, first: int, last: int, pairs: Ints, ends: Ints) -> None:
    """Count each pair of an event with the one before it, and what traces begin and end with.

    Row ``a * n_codes + b`` of ``pairs``: how often, customers, the last of these (begins at -1). Row ``a`` of ``ends``:
    traces that begin with it, that end with it, customers who have it, the last of these (begins at -1).
    """
    n_codes = len(ends)
    for i in range(first, last):
        a = np.int64(codes[offsets[i]])
        ends[a, 0] += 1
        ends[a, 2] += ends[a, 3] != i
        ends[a, 3] = i
        for j in range(offsets[i] + 1, offsets[i + 1]):
            b = np.int64(codes[j])
            key = a * n_codes + b
            pairs[key, 0] += 1
            pairs[key, 1] += pairs[key, 2] != i
            pairs[key, 2] = i
            ends[b, 2] += ends[b, 3] != i
            ends[b, 3] = i
            a = b
        ends[a, 1] += 1


@kernel
def scatter_pair_gaps(
    codes: Codes, times: Ints, offsets: Ints, first: int, last: int, n_codes: int, cursor: Ints, gaps: Ints
) -> None:
    """Put the time since the previous event at the next free place of the pair of the two."""
    for i in range(first, last):
        a = np.int64(codes[offsets[i]])
        for j in range(offsets[i] + 1, offsets[i + 1]):
            b = np.int64(codes[j])
            key = a * n_codes + b
            gaps[cursor[key]] = times[j] - times[j - 1]
            cursor[key] += 1
            a = b


@kernel
def pair_keys(codes: Codes, offsets: Ints, first: int, last: int, n_codes: int, keys: Ints) -> None:
    """Number the pair of each event with the one before it; -1 for a customer's first event."""
    for i in range(first, last):
        keys[offsets[i]] = -1
        before = np.int64(codes[offsets[i]])
        for j in range(offsets[i] + 1, offsets[i + 1]):
            now = np.int64(codes[j])
            keys[j] = before * n_codes + now
            before = now


@kernel
def number_by_table(keys: Ints, table: Ints, found: Ints, numbers: NDArray[np.int32]) -> int:
    """Renumber keys 0, 1, … as they first appear, through a table with a place for every possible key (-1: new)."""
    count = 0
    for j in range(len(keys)):
        key = keys[j]
        if key < 0:
            numbers[j] = -1
            continue
        number = table[key]
        if number < 0:
            number = count
            table[key] = number
            found[number] = key
            count += 1
        numbers[j] = number
    return count


@kernel
def number_by_hash(keys: Ints, slots: Ints, found: Ints, numbers: NDArray[np.int32]) -> int:
    """As ``number_by_table``, for keys too many for a table: ``slots`` (-1: free) is a power of two, half empty."""
    mask = len(slots) - 1
    count = 0
    for j in range(len(keys)):
        key = keys[j]
        if key < 0:
            numbers[j] = -1
            continue
        slot = ((key * 0x1E3779B97F4A7C15) >> 20) & mask
        while slots[slot] >= 0 and found[slots[slot]] != key:
            slot = (slot + 1) & mask
        if slots[slot] < 0:
            slots[slot] = count
            found[count] = key
            count += 1
        numbers[j] = slots[slot]
    return count


@kernel
def tally(
    numbers: NDArray[np.int32] | Codes, offsets: Ints, first: int, last: int, counts: Ints, customers: Ints, seen: Ints
) -> None:
    """Count each number's events and its distinct customers; -1 is passed over. ``seen`` starts at -1."""
    for i in range(first, last):
        for j in range(offsets[i], offsets[i + 1]):
            number = numbers[j]
            if number >= 0:
                counts[number] += 1
                if seen[number] != i:
                    seen[number] = i
                    customers[number] += 1


@kernel
def scatter_gaps(
    numbers: NDArray[np.int32], times: Ints, offsets: Ints, first: int, last: int, cursor: Ints, gaps: Ints
) -> None:
    """Put the time since the previous event at the next free place of its pair."""
    for i in range(first, last):
        for j in range(offsets[i] + 1, offsets[i + 1]):
            number = numbers[j]
            gaps[cursor[number]] = times[j] - times[j - 1]
            cursor[number] += 1


@kernel
def select(values: Ints, low: int, high: int, rank: int) -> int:
    """The value that would stand at ``rank`` if ``values[low:high + 1]`` were sorted; reorders them around it."""
    while low < high:
        middle = (low + high) // 2
        a, b, c = values[low], values[middle], values[high]
        pivot = max(min(a, b), min(max(a, b), c))
        i, j = low, high
        while i <= j:
            while values[i] < pivot:
                i += 1
            while values[j] > pivot:
                j -= 1
            if i <= j:
                values[i], values[j] = values[j], values[i]
                i += 1
                j -= 1
        if rank <= j:
            high = j
        elif rank >= i:
            low = i
        else:
            break
    return values[rank]  # type: ignore[no-any-return]


@kernel
def quartiles(values: Ints, starts: Ints, first: int, last: int, found: NDArray[np.float64]) -> None:
    """Quartiles of each stretch ``starts[k]`` up to ``starts[k + 1]``, which must not be empty; reorders it."""
    for k in range(first, last):
        low, high = starts[k], starts[k + 1] - 1
        at = low
        for q in range(3):
            exact = (high - low) * (q + 1) * 0.25
            rank = low + int(exact)
            lower = select(values, at, high, rank)
            upper = lower
            part = exact - int(exact)
            if part > 0.0:
                upper = values[rank + 1]
                for j in range(rank + 2, high + 1):
                    upper = min(upper, values[j])
            found[k, q] = lower + (upper - lower) * part
            at = rank


@kernel
def mark_starts(times: Ints, offsets: Ints, first: int, last: int, gap: int, starts: NDArray[np.bool_]) -> None:
    """Mark each event that begins a visit: a customer's first, and any after more than ``gap``."""
    for i in range(first, last):
        starts[offsets[i]] = True
        for j in range(offsets[i] + 1, offsets[i + 1]):
            starts[j] = times[j] - times[j - 1] > gap


@kernel
def hash_sequences(codes: Codes, offsets: Ints, first: int, last: int, hashes: NDArray[np.uint64]) -> None:
    """A number for each stretch of codes; equal stretches have equal numbers."""
    for i in range(first, last):
        mixed = np.uint64(14695981039346656037)
        for j in range(offsets[i], offsets[i + 1]):
            mixed = (mixed ^ np.uint64(codes[j])) * np.uint64(1099511628211)
            mixed ^= mixed >> np.uint64(29)
        hashes[i] = mixed


@kernel
def count_sequences(
    codes: Codes,
    offsets: Ints,
    hashes: NDArray[np.uint64],
    share: int,
    shares: int,
    slots: Ints,
    example: Ints,
    counts: Ints,
) -> int:
    """Group equal stretches of codes among those whose hash falls to this share of all (a power of two).

    As ``group_sequences``, which says more.
    """
    mask = np.uint64(len(slots) - 1)
    groups = 0
    for i in range(len(hashes)):
        mixed = hashes[i]
        if np.int64((mixed >> np.uint64(40)) & np.uint64(shares - 1)) != share:
            continue
        begin, length = offsets[i], offsets[i + 1] - offsets[i]
        slot = mixed & mask
        group = slots[slot]
        while group >= 0:
            other = offsets[example[group]]
            same = hashes[example[group]] == mixed and offsets[example[group] + 1] - other == length
            j = 0
            while same and j < length:
                same = codes[begin + j] == codes[other + j]
                j += 1
            if same:
                break
            slot = (slot + np.uint64(1)) & mask
            group = slots[slot]
        if group < 0:
            group = groups
            slots[slot] = group
            example[group] = i
            counts[group] = 0
            groups += 1
        counts[group] += 1
    return groups


@kernel
def group_sequences(
    codes: Codes, offsets: Ints, slots: Ints, example: Ints, counts: Ints, groups_of: NDArray[np.int32]
) -> int:
    """Group equal stretches of codes: how many groups, the first stretch of each (``example``) and its ``counts``.

    ``groups_of`` is given the group of each stretch.

    A hash finds the candidate; the stretches themselves are compared, so that no two are taken for one.
    """
    mask = len(slots) - 1
    groups = 0
    for i in range(len(offsets) - 1):
        begin, length = offsets[i], offsets[i + 1] - offsets[i]
        mixed = np.uint64(14695981039346656037)
        for j in range(begin, begin + length):
            mixed = (mixed ^ np.uint64(codes[j])) * np.uint64(1099511628211)
            mixed ^= mixed >> np.uint64(29)
        slot = np.int64(mixed & np.uint64(mask))
        while slots[slot] >= 0:
            other = offsets[example[slots[slot]]]
            same = offsets[example[slots[slot]] + 1] - other == length
            j = 0
            while same and j < length:
                same = codes[begin + j] == codes[other + j]
                j += 1
            if same:
                break
            slot = (slot + 1) & mask
        if slots[slot] < 0:
            slots[slot] = groups
            example[groups] = i
            groups += 1
        counts[slots[slot]] += 1
        groups_of[i] = slots[slot]
    return groups
