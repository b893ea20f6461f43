"""The inner loops of ``around.py``: see there for what they mark, and ``kernels.py`` for what a kernel is."""

from __future__ import annotations

from klantreis.events.columns import Mask
from klantreis.events.kernels import Ints, kernel


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
