"""The inner loops of ``local/outcomes.py``: traces cut into paths, and credit by rule along them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from klantreis.events.kernels.counting import Codes, Ints, kernel
from klantreis.events.local.columns import Mask

NOTHING, LED, OPEN = 0, 1, 2


@kernel
def cut_paths(
    codes: Codes,
    outcome: Mask,
    touches: Mask,
    times: Ints,
    offsets: Ints,
    first: int,
    last: int,
    lookback: int,
    until: int,
    first_only: Mask,
    fold: Mask,
    at: Ints,
    kept: Codes,
    ends: Ints,
    kinds: NDArray[np.uint8],
    customers: Ints,
    spans: Ints,
) -> None:
    """Put the codes of every path one behind the other, from the places in ``at`` on (touches, paths), which it moves.

    Only counts when ``kept`` is empty. Code 0 and events outside ``touches`` (empty: all are in) are on no path.

    Parameters
    ----------
    lookback, until
        In µs; a path to nothing is open when its last touch is at most ``lookback`` before ``until``.
    first_only, fold
        One value each: stop at a customer's first outcome; take immediate repeats as one.
    ends, kinds, customers, spans
        Per path: where its codes end, what it led to, whose it is, and from its first touch to its end.
    """
    writes = len(kept) > 0 or len(ends) > 0
    for i in range(first, last):
        begin = offsets[i]
        j = begin
        stop = offsets[i + 1]
        while j <= stop:
            led = j < stop and outcome[j]
            if j < stop and not led:
                j += 1
                continue
            # The touches from begin up to j: those too old for this outcome led to nothing.
            middle = begin
            if led:
                while middle < j and times[j] - times[middle] > lookback:
                    middle += 1
            for part in range(2):
                low, high = (begin, middle) if part == 0 else (middle, j)
                before = np.int64(0)
                count = 0
                started, ended = times[begin] if begin < stop else 0, 0
                for e in range(low, high):
                    code = np.int64(codes[e])
                    if outcome[e] or code == 0 or (len(touches) and not touches[e]):
                        continue
                    if count == 0:
                        started = times[e]
                    ended = times[e]
                    if fold[0] and count and code == before:
                        continue
                    if writes:
                        kept[at[0]] = codes[e]
                    at[0] += 1
                    count += 1
                    before = code
                belongs = led and part == 1
                if count or belongs:
                    if writes:
                        ends[at[1]] = at[0]
                        customers[at[1]] = i
                        if belongs:
                            kinds[at[1]] = LED
                            spans[at[1]] = times[j] - started if count else 0
                        else:
                            open_still = not led and lookback >= until - ended
                            kinds[at[1]] = OPEN if open_still else NOTHING
                            spans[at[1]] = ended - started
                    at[1] += 1
            begin = j + 1
            j += 1
            if led and first_only[0]:
                break


@kernel
def credit_paths(
    codes: Codes,
    ends: Ints,
    kinds: NDArray[np.uint8],
    counts: Ints,
    standing: Ints,
    long: Ints,
    seen: Ints,
) -> None:
    """Count where every code stands on the paths.

    Parameters
    ----------
    counts
        ``[code, what]``: paths, paths that led to the outcome, paths to it that begin and that end with the code.
    standing
        ``[code, length, where]``, of paths to the outcome: at either end (0) or between (1).
    long
        A place for each touch on a path too long for ``standing``: ``(length * codes + code) * 2 + where``.
    seen
        The last path each code was seen on; starts at -1.
    """
    n_codes, width = standing.shape[0], standing.shape[1]
    listed = 0
    begin = np.int64(0)
    for path in range(len(ends)):
        end = ends[path]
        length = end - begin
        led = kinds[path] == LED
        for e in range(begin, end):
            code = np.int64(codes[e])
            if seen[code] != path:
                seen[code] = path
                counts[code, 0] += 1
                counts[code, 1] += led
            if led:
                between = np.int64(begin < e < end - 1)
                if length < width:
                    standing[code, length, between] += 1
                else:
                    long[listed] = (length * n_codes + code) * 2 + between
                    listed += 1
        if led and length:
            counts[codes[begin], 2] += 1
            counts[codes[end - 1], 3] += 1
        begin = end
