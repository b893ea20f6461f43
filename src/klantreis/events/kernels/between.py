"""The inner loop of ``local/between.py``: which end belongs to which start."""

from __future__ import annotations

from klantreis.events.kernels.counting import Ints, kernel
from klantreis.events.local.columns import Mask

FIRST, EACH, NEAREST = 0, 1, 2


@kernel
def match_ends(
    starting: Mask,
    ending: Mask,
    times: Ints,
    offsets: Ints,
    first: int,
    last: int,
    which: int,
    until: int,
    lasted: Ints,
    ended: Mask,
) -> tuple[int, int]:
    """How long each start that counts lasted: to its end, or ``until`` when it has none.

    Walks each trace backwards, so that the next end is at hand. Gives how many starts count, and whose: of how many
    customers.
    """
    found = 0
    customers = 0
    for i in range(first, last):
        known = False
        newer = False
        next_end = until
        before = found
        for j in range(offsets[i + 1] - 1, offsets[i] - 1, -1):
            if starting[j]:
                if which == FIRST:
                    found = before  # the one found before is later in the trace
                if not (which == NEAREST and newer):
                    lasted[found] = next_end - times[j]
                    ended[found] = known
                    found += 1
                newer = True
            if ending[j]:
                known = True
                newer = False
                next_end = times[j]
        customers += found > before
    return found, customers
