"""The inner loops of ``local/around.py`` and ``views.py``: masks in, masks and what they keep out.

See ``counting.py`` for what a kernel is.
"""

from __future__ import annotations

from klantreis.events.kernels.counting import Ints, kernel
from klantreis.events.local.columns import Codes, Mask


@kernel
def mark_nth(matching: Mask, offsets: Ints, first: int, last: int, n: int, found: Mask) -> None:
    """Mark the n-th match of each customer; the n-th from the end when n is below 0."""
    for i in range(first, last):
        begin, end = offsets[i], offsets[i + 1]
        left = abs(n)
        for step in range(end - begin):
            j = begin + step if n > 0 else end - 1 - step
            if matching[j]:
                left -= 1
                if left == 0:
                    found[j] = True
                    break


@kernel
def mark_after(
    matching: Mask, anchor: Mask, times: Ints, offsets: Ints, first: int, last: int, within: int, found: Mask
) -> None:
    """Mark the matches whose latest anchor before them is near enough."""
    for i in range(first, last):
        known = False
        latest = times[offsets[i]]
        for j in range(offsets[i], offsets[i + 1]):
            found[j] = matching[j] and known and times[j] - latest <= within
            if anchor[j]:
                known = True
                latest = times[j]


@kernel
def mark_before(
    matching: Mask, anchor: Mask, times: Ints, offsets: Ints, first: int, last: int, within: int, found: Mask
) -> None:
    """Mark the matches whose earliest anchor after them is near enough."""
    for i in range(first, last):
        known = False
        next_one = times[offsets[i]]
        for j in range(offsets[i + 1] - 1, offsets[i] - 1, -1):
            found[j] = matching[j] and known and next_one - times[j] <= within
            if anchor[j]:
                known = True
                next_one = times[j]


@kernel
def count_kept(keep: Mask, offsets: Ints, first: int, last: int, left: Ints) -> None:
    """How many events of each customer are kept."""
    for i in range(first, last):
        count = 0
        for j in range(offsets[i], offsets[i + 1]):
            count += keep[j]
        left[i] = count


@kernel
def gather_kept(
    keep: Mask,
    codes: Codes,
    times: Ints,
    offsets: Ints,
    first: int,
    last: int,
    at: int,
    kept_codes: Codes,
    kept_times: Ints,
) -> None:
    """Put the kept events one behind the other, from place ``at`` on."""
    for j in range(offsets[first], offsets[last]):
        if keep[j]:
            kept_codes[at] = codes[j]
            kept_times[at] = times[j]
            at += 1


@kernel
def keep_customers(having: Mask, offsets: Ints, first: int, last: int, keep: Mask) -> None:
    """Keep every event of the customers who have one that is marked."""
    for i in range(first, last):
        found = False
        for j in range(offsets[i], offsets[i + 1]):
            found = found or having[j]
        for j in range(offsets[i], offsets[i + 1]):
            keep[j] = found


@kernel
def look_up(of_code: Mask, codes: Codes, first: int, last: int, found: Mask) -> None:
    """For each event what was decided for its code."""
    for j in range(first, last):
        found[j] = of_code[codes[j]]
