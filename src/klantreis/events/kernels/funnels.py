"""The inner loops of ``local/funnels.py``: one pass over the customers, whose steps are bits of their events.

Event j has the bits ``of_code[codes[j]]``, and ``more[j]`` too when ``more`` is not empty: bit k says that it matches
step k, bit 32 + k that it may not lie between step k and the step taken before it. ``scratch`` has three numbers for
each step: what a kernel allocates itself cannot be kept on disk by itself.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from klantreis.events.kernels.counting import Codes, Ints, kernel

Bits = NDArray[np.uint64]


@kernel
def walk_plainly(
    codes: Codes,
    step_of_code: Ints,
    times: Ints,
    offsets: Ints,
    first: int,
    last: int,
    gaps: Ints,
    window: int,
    since_entry: Ints,
    since_step: Ints,
    came: Ints,
    scratch: Ints,
) -> None:
    """As ``walk_in_order``, when no touchpoint is two steps, none is optional and nothing is excluded.

    The step before is then the only way to a step. Times to first arrivals stand one after the other, ``came[k]`` of
    them in row k.
    """
    n = len(came)
    reached, begun = scratch[0], scratch[1]
    for i in range(first, last):
        deepest = -1
        for j in range(offsets[i], offsets[i + 1]):
            k = step_of_code[codes[j]]
            if k < 0 or k > deepest + 1:
                continue
            now = times[j]
            if k == 0:
                begun[0] = now
                reached[0] = now
                if deepest < 0:
                    deepest = 0
                    came[0] += 1
            elif now - begun[k - 1] <= window and now - reached[k - 1] <= gaps[k]:
                if k > deepest:
                    deepest = k
                    since_entry[k, came[k]] = now - begun[k - 1]
                    since_step[k, came[k]] = now - reached[k - 1]
                    came[k] += 1
                    if k == n - 1:
                        break
                begun[k] = begun[k - 1]
                reached[k] = now


@kernel
def walk_in_order(
    codes: Codes,
    of_code: Bits,
    more: Bits,
    times: Ints,
    offsets: Ints,
    first: int,
    last: int,
    required: NDArray[np.bool_],
    gaps: Ints,
    window: int,
    since_entry: Ints,
    since_step: Ints,
    scratch: Ints,
) -> None:
    """For each customer and step the time to the first arrival, ``[step, i - first]``; -1 where there is none.

    ``place[k]`` is the latest event at which step k was reached, ``begun[k]`` the latest start that leads there. The
    latest is the best for every later step: it is nearest in time, fewest exclusions lie after it, and no earlier one
    has a later start. Steps are tried from the last to the first, so that one event does not count for two.
    """
    n = len(required)
    place, begun, barred = scratch[0], scratch[1], scratch[2]
    for i in range(first, last):
        place[:] = -1
        barred[:] = -1
        since_entry[:, i - first] = -1
        since_step[:, i - first] = -1
        missing = n
        for j in range(offsets[i], offsets[i + 1]):
            bits = of_code[codes[j]]
            if len(more):
                bits |= more[j]
            if bits == 0:
                continue
            now = times[j]
            for k in range(n - 1, 0, -1):
                if (bits >> np.uint64(k)) & np.uint64(1) == 0:
                    continue
                best = -1
                for p in range(k - 1, -1, -1):
                    if (
                        place[p] >= 0
                        and place[p] >= barred[k]
                        and now - times[place[p]] <= gaps[k]
                        and now - begun[p] <= window
                        and (best < 0 or begun[p] > begun[best] or (begun[p] == begun[best] and place[p] > place[best]))
                    ):
                        best = p
                    if required[p]:
                        break
                if best >= 0:
                    if since_entry[k, i - first] < 0:
                        since_entry[k, i - first] = now - begun[best]
                        since_step[k, i - first] = now - times[place[best]]
                        missing -= 1
                    begun[k] = begun[best]
                    place[k] = j
            if bits & np.uint64(1):
                begun[0] = now
                place[0] = j
                if since_entry[0, i - first] < 0:
                    since_entry[0, i - first] = 0
                    since_step[0, i - first] = 0
                    missing -= 1
            if missing == 0:
                break
            if bits >> np.uint64(32):
                for k in range(n):
                    if (bits >> np.uint64(32 + k)) & np.uint64(1):
                        barred[k] = j


@kernel
def walk_in_any_order(
    codes: Codes,
    of_code: Bits,
    more: Bits,
    times: Ints,
    offsets: Ints,
    first: int,
    last: int,
    required: NDArray[np.bool_],
    window: int,
    taken: Bits,
    lasted: Ints,
    scratch: Ints,
) -> None:
    """Which steps each customer took (``taken``, as bits), and how long the first m required ones took.

    ``lasted[m - 1, i - first]`` belongs to the first event at which m different required steps lie within the window
    that ends there; -1 where there is none.
    """
    n = len(required)
    latest, known, near = scratch[0], scratch[1], scratch[2]
    for i in range(first, last):
        known[:] = 0
        lasted[:, i - first] = -1
        done = 0
        for j in range(offsets[i], offsets[i + 1]):
            bits = of_code[codes[j]]
            if len(more):
                bits |= more[j]
            if bits == 0:
                continue
            taken[i] |= bits
            count = 0
            for k in range(n):
                if (bits >> np.uint64(k)) & np.uint64(1):
                    known[k] = 1
                    latest[k] = times[j]
                if known[k] and required[k] and times[j] - latest[k] <= window:
                    # Kept in order, the latest first.
                    at = count
                    while at > 0 and near[at - 1] < latest[k]:
                        near[at] = near[at - 1]
                        at -= 1
                    near[at] = latest[k]
                    count += 1
            while done < count:
                lasted[done, i - first] = times[j] - near[done]
                done += 1
