"""Events put where they belong in the columns of a log, without sorting them all.

Customers and their numbers of events are known, so each event, in the order of the source, goes to the next free place
of its customer. Only customers whose events did not come in the order of time are sorted after that. The columns are
the same as sorting by customer, time and place in the source would make.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from klantreis.errors import EventImportError
from klantreis.events.kernels.threads import in_threads, stretches
from klantreis.sources import placing_kernels as kernels

Ints = NDArray[np.int64]
#: Events sorted in one go, whole customers at a time.
BLOCK = 2_000_000


class Places:
    """Where the next event of each customer goes.

    Parameters
    ----------
    hashes
        A number for each customer, in the order of the log; all differ.
    offsets
        The first place of each customer, and the number of events.
    """

    def __init__(self, hashes: NDArray[np.uint64], offsets: Ints) -> None:
        self._hashes = hashes
        self._offsets = offsets
        self._next = offsets[:-1].copy()
        self._slots = np.full(1 << (2 * len(hashes)).bit_length(), -1, dtype=np.int32)
        kernels.make_table(hashes, self._slots)

    def put(self, hashes: NDArray[np.uint64], into: Sequence[tuple[NDArray[Any], NDArray[Any]]]) -> None:
        """Put events that follow in the source at their places.

        Parameters
        ----------
        hashes
            The customer of each.
        into
            Values of the events, and the column they go into.

        Raises
        ------
        EventImportError
            When an event is of a customer who is not among those that were counted: the source changed meanwhile.
        """
        numbers = np.empty(len(hashes), dtype=np.int32)
        halves = _halves(len(hashes))
        in_threads(lambda a, b: kernels.look_up(hashes, a, b, self._hashes, self._slots, numbers), halves)
        if np.any(numbers < 0):
            raise EventImportError("A source file changed while it was read.", hint="Import it again.")
        places = np.empty(len(hashes), dtype=np.int64)
        in_threads(lambda a, b: kernels.take_places(numbers, a, b, self._next, places), stretches(self._offsets))
        for values, column in into:
            in_threads(lambda a, b, v=values, c=column: kernels.put(v, places, a, b, c), halves)


def sort_within(times: Ints, offsets: Ints, columns: Sequence[NDArray[Any]]) -> None:
    """Sort the events of each customer by time, those at the same time as they stand.

    Parameters
    ----------
    columns
        All columns, the times among them; changed in place.
    """
    unsorted = np.empty(len(offsets) - 1, dtype=np.bool_)
    in_threads(lambda a, b: kernels.mark_unsorted(times, offsets, a, b, unsorted), stretches(offsets))
    for customers in _blocks(np.flatnonzero(unsorted), offsets):
        lengths = offsets[customers + 1] - offsets[customers]
        begins = np.cumsum(lengths) - lengths
        places = np.arange(int(lengths.sum())) + np.repeat(offsets[customers] - begins, lengths)
        order = places[np.lexsort((times[places], np.repeat(customers, lengths)))]
        for column in columns:
            column[places] = column[order]


def _blocks(customers: Ints, offsets: Ints) -> Iterator[Ints]:
    """Customers in stretches of about as many events as are sorted in one go."""
    if len(customers):
        events = np.cumsum(offsets[customers + 1] - offsets[customers])
        cuts = np.flatnonzero(np.diff(events // BLOCK)) + 1
        yield from np.split(customers, cuts)


def _halves(n: int) -> list[tuple[int, int]]:
    return list(pairwise(n * part // (os.cpu_count() or 1) for part in range((os.cpu_count() or 1) + 1)))
