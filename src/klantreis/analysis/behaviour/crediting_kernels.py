"""The inner loop of ``crediting.py``: credit by every rule in one pass over the paths."""

from __future__ import annotations

import numpy as np

from klantreis.analysis.result import Floats, Ints
from klantreis.events.kernels.counting import kernel


@kernel
def credit_by_rules(
    touches: Ints, offsets: Ints, led: Ints, groups: Ints, kinds: int, ends: float, credit: Floats, met: Ints
) -> None:
    """Add the credit of every path that led to the outcome to its group of customers.

    Parameters
    ----------
    led
        Per path 1 when it led to the outcome.
    groups
        Per path the group of customers it belongs to.
    ends
        Part of the first and of the last touch by position.
    credit
        Rules × groups × kinds, in the order first, last, linear, position, shapley; added to.
    met
        Per touch whether it is the first of its kind on its path; written.
    """
    seen = np.full(kinds, -1, dtype=np.int64)
    for p in range(len(offsets) - 1):
        begin = offsets[p]
        end = offsets[p + 1]
        different = 0
        for at in range(begin, end):
            kind = touches[at]
            met[at] = 0
            if seen[kind] != p:
                seen[kind] = p
                met[at] = 1
                different += 1
        if led[p] == 0:
            continue
        group = groups[p]
        length = end - begin
        credit[0, group, touches[begin]] += 1.0
        credit[1, group, touches[end - 1]] += 1.0
        for at in range(begin, end):
            kind = touches[at]
            credit[2, group, kind] += 1.0 / length
            if length == 1:
                place = 1.0
            elif length == 2:
                place = 0.5
            elif at == begin or at == end - 1:
                place = ends
            else:
                place = (1.0 - 2.0 * ends) / (length - 2)
            credit[3, group, kind] += place
            if met[at] == 1:
                credit[4, group, kind] += 1.0 / different
