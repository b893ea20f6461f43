"""The inner loop of ``local/rework.py``: what each customer did again, and what lay between."""

from __future__ import annotations

import numpy as np

from klantreis.events.kernels.counting import Codes, Ints, kernel

#: The bits of a time that are summed apart from those above them.
LOWER = (1 << 32) - 1


@kernel
def walk_returns(
    codes: Codes,
    times: Ints,
    offsets: Ints,
    first: int,
    last: int,
    n_codes: int,
    away: Ints,
    by_code: Ints,
    slots: Ints,
    pairs: Ints,
    totals: Ints,
    scratch: Ints,
) -> int:
    """Count repeats, returns and cycles; how many different cycles, or -1 when ``pairs`` has no room for them.

    Parameters
    ----------
    away
        Per event: the time since the touchpoint's event before, when it is a return; else -1.
    by_code
        ``[what, code]``: repeats, their time, their customers, the last of these; returns' customers, the last of
        these; the upper part of the time.
    slots, pairs
        A hash (-1: free; a power of two, more than half empty) to columns of ``[what, cycle]``: key
        (``code * n_codes + via``), count, customers, the last of these, time, the upper part of the time.
    totals
        Customers with a repeat, customers with a return, time in all, time within returns, the upper parts of both.
    scratch
        Three numbers for each code.

    The touchpoints of a customer are kept in a list, the latest met first. Those before a touchpoint in the list are
    exactly the ones met since it was: one step per cycle that is counted, whatever the length of the trace.

    A sum of times can pass 64 bits. So its bits above the 32nd are summed apart, which two billion times cannot fill.
    """
    mask = len(slots) - 1
    found = 0
    seen, place, following = scratch[0], scratch[1], scratch[2]
    seen[:] = -1
    for i in range(first, last):
        begin, end = offsets[i], offsets[i + 1]
        head = np.int64(-1)
        repeated = False
        returned = False
        for j in range(begin, end):
            away[j] = -1
            a = np.int64(codes[j])
            if a == head:
                repeated = True
                by_code[0, a] += 1
                gap = times[j] - times[j - 1]
                by_code[1, a] += gap & LOWER
                by_code[6, a] += gap >> 32
                if by_code[3, a] != i:
                    by_code[3, a] = i
                    by_code[2, a] += 1
            elif seen[a] == i:
                returned = True
                lasted = times[j] - times[place[a]]
                away[j] = lasted
                if by_code[5, a] != i:
                    by_code[5, a] = i
                    by_code[4, a] += 1
                b = head
                before = b
                while b != a:
                    key = a * n_codes + b
                    slot = ((key * 0x1E3779B97F4A7C15) >> 20) & mask
                    while slots[slot] >= 0 and pairs[0, slots[slot]] != key:
                        slot = (slot + 1) & mask
                    if slots[slot] < 0:
                        if found == pairs.shape[1]:
                            return -1
                        slots[slot] = found
                        pairs[0, found] = key
                        pairs[3, found] = -1
                        found += 1
                    cycle = slots[slot]
                    pairs[1, cycle] += 1
                    pairs[4, cycle] += lasted & LOWER
                    pairs[5, cycle] += lasted >> 32
                    if pairs[3, cycle] != i:
                        pairs[3, cycle] = i
                        pairs[2, cycle] += 1
                    before = b
                    b = following[b]
                following[before] = following[a]
                following[a] = head
                head = a
            else:
                seen[a] = i
                following[a] = head
                head = a
            place[a] = j
        totals[0] += repeated
        totals[1] += returned
        whole = times[end - 1] - times[begin]
        totals[2] += whole & LOWER
        totals[4] += whole >> 32
        if returned:
            # Walked back, the earliest time to which some return still ahead reaches back.
            reach = times[end - 1]
            for j in range(end - 1, begin, -1):
                if away[j] >= 0:
                    reach = min(reach, times[j] - away[j])
                if reach < times[j]:
                    gap = times[j] - times[j - 1]
                    totals[3] += gap & LOWER
                    totals[5] += gap >> 32
    return found
