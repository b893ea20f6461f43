"""Which touchpoint follows which, how often and after how long; see ``EventLog.transitions``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import repeat
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from klantreis.events.answers.answer import Quartiles, TouchpointCount, Transition, Transitions
from klantreis.events.durations import SECOND
from klantreis.events.filter import Filter
from klantreis.events.kernels import counting as kernels
from klantreis.events.kernels.threads import in_threads, stretches
from klantreis.events.local.counting import (
    added,
    named_counts,
    numbered_pairs,
    scope_of,
    tallies_by_part,
    touchpoint_counts,
)

if TYPE_CHECKING:
    from klantreis.events.local.log import LocalLog
    from klantreis.events.local.views import View

#: Up to this many possible pairs are counted in a table (24 MB a thread); above it, those that occur get numbers.
LARGEST_PAIRS = 1 << 20


def transitions(log: LocalLog, view: View, asked: Filter | None, *, times: bool) -> Transitions:
    """See ``EventLog.transitions``."""
    names, n_codes = log.touchpoints, len(log.touchpoints)
    parts = stretches(view.offsets)
    if n_codes * n_codes <= min(LARGEST_PAIRS, 4 * len(view.codes) + 4096):
        found, counts, customers, touchpoints, scatter = _pairs_by_table(view, names, parts)
    else:
        found, counts, customers, touchpoints, scatter = _pairs_by_number(view, names, parts)
    starts = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    seconds: list[Quartiles] | repeat[None] = repeat(None)
    sources, targets = found // n_codes, found % n_codes
    leaving = np.bincount(sources, weights=counts, minlength=n_codes)
    order = np.lexsort((targets, sources, -counts))
    if times:
        gaps = np.empty(starts[-1], dtype=np.int64)
        scatter(starts, gaps)
        quartiles = np.empty((len(found), 3))
        in_threads(lambda a, b: kernels.quartiles(gaps, starts, a, b, quartiles), stretches(starts))
        seconds = [Quartiles(*row) for row in (quartiles / SECOND)[order].tolist()]
    return Transitions(
        scope=scope_of(view, asked),
        count=int(starts[-1]),
        touchpoints=touchpoints,
        transitions=tuple(
            map(
                Transition,
                map(names.__getitem__, sources[order].tolist()),
                map(names.__getitem__, targets[order].tolist()),
                counts[order].tolist(),
                customers[order].tolist(),
                (counts / np.maximum(leaving[sources], 1))[order].tolist(),
                seconds,
            )
        ),
    )


#: The two codes of each pair, packed; how often; customers; what there is of each touchpoint; and what puts the time
#: between the two events of each pair in the stretch that begins at its place in the first array.
_Pairs = tuple[
    NDArray[np.int64],
    NDArray[np.int64],
    NDArray[np.int64],
    tuple[TouchpointCount, ...],
    Callable[[NDArray[np.int64], NDArray[np.int64]], None],
]


def _pairs_by_table(view: View, names: tuple[str, ...], parts: Sequence[tuple[int, int]]) -> _Pairs:
    """With a place for every possible pair, in one pass."""
    n_codes = len(names)
    counted = [(np.zeros((n_codes * n_codes, 3), np.int64), np.zeros((n_codes, 4), np.int64)) for _ in parts]
    for pairs, ends in counted:
        pairs[:, 2], ends[:, 3] = -1, -1
    in_threads(
        lambda a, b, pairs, ends: kernels.count_pairs(view.codes, view.offsets, a, b, pairs, ends),
        [(*part, *into) for part, into in zip(parts, counted, strict=True)],
    )
    counts, customers = (np.sum([pairs[:, row] for pairs, _ in counted], axis=0) for row in (0, 1))
    first, last, people = (np.sum([ends[:, row] for _, ends in counted], axis=0) for row in (0, 1, 2))
    found = np.flatnonzero(counts)

    def scatter(starts: NDArray[np.int64], gaps: NDArray[np.int64]) -> None:
        cursors, at = [], np.zeros(n_codes * n_codes, dtype=np.int64)
        at[found] = starts[:-1]
        for pairs, _ in counted:
            cursors.append(at.copy())
            at += pairs[:, 0]
        in_threads(
            lambda a, b, cursor: kernels.scatter_pair_gaps(
                view.codes, view.times, view.offsets, a, b, n_codes, cursor, gaps
            ),
            [(a, b, cursor) for (a, b), cursor in zip(parts, cursors, strict=True)],
        )

    events = first + counts.reshape(n_codes, n_codes).sum(axis=0)
    touchpoints = named_counts(view, names, events, people, first, last)
    return found, counts[found], customers[found], touchpoints, scatter


def _pairs_by_number(view: View, names: tuple[str, ...], parts: Sequence[tuple[int, int]]) -> _Pairs:
    """With a number for every pair that occurs, for touchpoints too many for a table."""
    numbers, found = numbered_pairs(view, len(names))
    counted = tallies_by_part(numbers, view.offsets, parts, len(found))
    counts, customers = added(counted)

    def scatter(starts: NDArray[np.int64], gaps: NDArray[np.int64]) -> None:
        cursors, at = [], starts[:-1].copy()
        for part_counts, _ in counted:
            cursors.append(at.copy())
            at += part_counts
        in_threads(
            lambda a, b, cursor: kernels.scatter_gaps(numbers, view.times, view.offsets, a, b, cursor, gaps),
            [(a, b, cursor) for (a, b), cursor in zip(parts, cursors, strict=True)],
        )

    return found, counts, customers, touchpoint_counts(view, names), scatter
