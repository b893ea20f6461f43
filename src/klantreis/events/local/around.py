"""Masks that look at a customer's other events: the n-th match, and matches after or before others.

What is before what is the order in the log, so that events at equal times keep the order of the source. An event is
never its own neighbour.
"""

from __future__ import annotations

import numpy as np

from klantreis.events.kernels import around as kernels
from klantreis.events.kernels.threads import in_threads, stretches
from klantreis.events.local.columns import Columns, Mask, sealed

NO_LIMIT = int(np.iinfo(np.int64).max)


def nth(columns: Columns, matching: Mask, n: int) -> Mask:
    """Each customer's n-th match; from the last backwards when n is negative."""
    found = np.zeros(len(matching), dtype=np.bool_)
    offsets = sealed(columns.offsets)
    in_threads(lambda a, b: kernels.mark_nth(sealed(matching), offsets, a, b, n, found), stretches(offsets))
    return found


def after(columns: Columns, matching: Mask, anchor: Mask, *, within: int | None) -> Mask:
    """The matches with an anchor earlier in the trace, at most ``within`` µs before them."""
    found = np.zeros(len(matching), dtype=np.bool_)
    times, offsets, limit = sealed(columns.times), sealed(columns.offsets), NO_LIMIT if within is None else within
    masks = sealed(matching), sealed(anchor)
    in_threads(lambda a, b: kernels.mark_after(*masks, times, offsets, a, b, limit, found), stretches(offsets))
    return found


def before(columns: Columns, matching: Mask, anchor: Mask, *, within: int | None) -> Mask:
    """The matches with an anchor later in the trace, at most ``within`` µs after them."""
    found = np.zeros(len(matching), dtype=np.bool_)
    times, offsets, limit = sealed(columns.times), sealed(columns.offsets), NO_LIMIT if within is None else within
    masks = sealed(matching), sealed(anchor)
    in_threads(lambda a, b: kernels.mark_before(*masks, times, offsets, a, b, limit, found), stretches(offsets))
    return found
