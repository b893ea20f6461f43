"""How a local log answers: prepares arrays, lets kernels count on several threads, and names what they found."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from klantreis.errors import InvalidInputError
from klantreis.events.answers.answer import (
    Quartiles,
    Reach,
    Scope,
    TouchpointCount,
    Variant,
    Variants,
)
from klantreis.events.durations import SECOND, Duration, microseconds
from klantreis.events.filter import Filter
from klantreis.events.kernels import counting as kernels
from klantreis.events.kernels.threads import in_threads, stretches
from klantreis.events.local.columns import EPOCH, Codes, sealed
from klantreis.events.pattern import EventPattern
from klantreis.events.share import wilson

if TYPE_CHECKING:
    from klantreis.events.local.log import LocalLog
    from klantreis.events.local.views import View

#: Up to this many possible pairs of touchpoints are numbered through a table (32 MB); above it, through a hash.
LARGEST_TABLE = 1 << 22


def variants(
    log: LocalLog, view: View, asked: Filter | None, *, top: int, gap: Duration | None, fold_repeats: bool
) -> Variants:
    """See ``EventLog.variants``."""
    if top < 1:
        raise InvalidInputError(f"The number of variants to name must be 1 or more, not {top}.")
    longest = None if gap is None else microseconds(gap, what="gap")
    codes, offsets = view.codes, view.offsets
    if longest is not None:
        offsets = visit_offsets(view, longest)
    if fold_repeats and len(codes):
        kept = np.concatenate(([True], codes[1:] != codes[:-1]))
        kept[offsets[:-1]] = True
        offsets = np.concatenate(([0], np.cumsum(np.add.reduceat(kept, offsets[:-1], dtype=np.int64))))
        codes = codes[kept]
    codes, offsets = sealed(codes), sealed(offsets.astype(np.int64, copy=False))
    n = len(offsets) - 1
    example, counts = _counted_sequences(codes, offsets)
    distinct = len(counts)
    # Equal counts stand in the order of the first trace that has them.
    likely = (
        np.flatnonzero(counts >= np.partition(counts, distinct - top)[distinct - top])
        if top < distinct
        else np.arange(distinct)
    )
    best = np.lexsort((example[likely], -counts[likely]))[:top]
    named = []
    for at, count in zip(example[likely][best].tolist(), counts[likely][best].tolist(), strict=True):
        path = tuple(log.touchpoints[code] for code in codes[offsets[at] : offsets[at + 1]].tolist())
        named.append(Variant(path, count, count / n))
    rest = n - sum(variant.count for variant in named)
    return Variants(
        scope=scope_of(view, asked),
        n=n,
        distinct=distinct,
        gap_seconds=None if longest is None else longest / SECOND,
        fold_repeats=fold_repeats,
        variants=tuple(named),
        rest_variants=distinct - len(named),
        rest_count=rest,
        rest_share=rest / n if n else 0.0,
    )


def _counted_sequences(codes: Codes, offsets: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The first of each group of equal stretches of codes, and how many there are of it."""
    n = len(offsets) - 1
    hashes = np.empty(n, dtype=np.uint64)
    parts = stretches(offsets)
    in_threads(lambda a, b: kernels.hash_sequences(codes, offsets, a, b, hashes), parts)
    shares = 1 << (len(parts) - 1).bit_length()
    found: dict[int, tuple[NDArray[np.int64], NDArray[np.int64]]] = {}

    def work(share: int) -> None:
        # Each share has room for all: nothing bounds what falls to it.
        slots = np.full(power_of_two(2 * n), -1, dtype=np.int64)
        example, counts = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64)
        groups = kernels.count_sequences(codes, offsets, hashes, share, shares, slots, example, counts)
        found[share] = example[:groups], counts[:groups]

    in_threads(work, [(share,) for share in range(shares)])
    example, counts = zip(*(found[share] for share in range(shares)), strict=True)
    return np.concatenate(example), np.concatenate(counts)


def reach(log: LocalLog, view: View, asked: Filter | None, *, pattern: EventPattern) -> Reach:
    """See ``EventLog.reach``."""
    found = view.of(log.mask(pattern))
    each = np.add.reduceat(found, view.offsets[:-1], dtype=np.int64) if view.n_customers else view.offsets[:0]
    events, reached = int(each.sum()), int(np.count_nonzero(each))
    once = int(np.count_nonzero(each == 1))
    return Reach(
        scope=scope_of(view, asked),
        pattern=str(pattern),
        customers=wilson(reached, view.n_customers),
        events=events,
        repeat_events=events - reached,
        once=once,
        more_often=reached - once,
    )


def visit_offsets(view: View, gap: int) -> NDArray[np.int64]:
    """Where each visit begins, and at the end the number of events: offsets by visit instead of by customer."""
    starts = np.zeros(len(view.times), dtype=bool)
    in_threads(lambda a, b: kernels.mark_starts(view.times, view.offsets, a, b, gap, starts), stretches(view.offsets))
    return np.append(np.flatnonzero(starts), len(starts)).astype(np.int64)


def scope_of(view: View, asked: Filter | None) -> Scope:
    """What is left of the log for a question."""
    if view.first_time is None or view.last_time is None:
        return Scope(0, 0, None, None, asked)
    return Scope(view.n_customers, len(view.times), _iso(view.first_time), _iso(view.last_time), asked)


def numbered_pairs(view: View, n_codes: int) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Number the pair that each event makes with the one before (-1: none), and the two codes of each, packed."""
    keys = np.empty(len(view.codes), dtype=np.int64)
    in_threads(lambda a, b: kernels.pair_keys(view.codes, view.offsets, a, b, n_codes, keys), stretches(view.offsets))
    return renumbered(keys, n_codes * n_codes)


def renumbered(keys: NDArray[np.int64], possible: int) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Number keys 0, 1, … as they first appear (-1 stays), and the key of each number."""
    numbers = np.empty(len(keys), dtype=np.int32)
    found = np.empty(min(len(keys), possible), dtype=np.int64)
    if possible <= LARGEST_TABLE:
        table = np.full(possible, -1, dtype=np.int64)
        count = kernels.number_by_table(keys, table, found, numbers)
    else:
        slots = np.full(power_of_two(2 * len(keys)), -1, dtype=np.int64)
        count = kernels.number_by_hash(keys, slots, found, numbers)
    return numbers, found[:count]


def tallies(
    numbers: NDArray[np.int32] | Codes, offsets: NDArray[np.int64], size: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Events and distinct customers of each number; -1 is passed over."""
    return added(tallies_by_part(numbers, offsets, stretches(offsets), size))


def tallies_by_part(
    numbers: NDArray[np.int32] | Codes, offsets: NDArray[np.int64], parts: Sequence[tuple[int, int]], size: int
) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Events and distinct customers of each number, for each stretch of customers."""
    counted = [(np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)) for _ in parts]
    in_threads(
        lambda a, b, counts, customers: kernels.tally(
            numbers, offsets, a, b, counts, customers, np.full(size, -1, dtype=np.int64)
        ),
        [(*part, *into) for part, into in zip(parts, counted, strict=True)],
    )
    return counted


def added(counted: list[tuple[NDArray[np.int64], NDArray[np.int64]]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """What ``tallies_by_part`` found, added up."""
    counts, customers = counted[0][0].copy(), counted[0][1].copy()
    for more_counts, more_customers in counted[1:]:
        counts += more_counts
        customers += more_customers
    return counts, customers


def touchpoint_counts(view: View, names: tuple[str, ...]) -> tuple[TouchpointCount, ...]:
    """What there is of each touchpoint, most events first."""
    events, customers = tallies(view.codes, view.offsets, len(names))
    first = np.bincount(view.codes[view.offsets[:-1]], minlength=len(names))
    last = np.bincount(view.codes[view.offsets[1:] - 1], minlength=len(names))
    return named_counts(view, names, events, customers, first, last)


def named_counts(view: View, names: tuple[str, ...], *per_code: NDArray[np.int64]) -> tuple[TouchpointCount, ...]:
    """As ``touchpoint_counts``, from what is there of each code: events, customers, traces begun and ended with it."""
    events, customers, first, last = per_code
    n = max(view.n_customers, 1)
    order = sorted(np.flatnonzero(events).tolist(), key=lambda code: (-int(events[code]), code))
    return tuple(
        TouchpointCount(
            names[code],
            int(events[code]),
            int(customers[code]),
            int(first[code]),
            int(first[code]) / n,
            int(last[code]),
            int(last[code]) / n,
        )
        for code in order
    )


def quartiles_of(values: NDArray[np.int64], unit: int) -> Quartiles:
    """Quartiles of values at hand, through the same kernel as those of transitions."""
    if not len(values):
        return Quartiles(None, None, None)
    found = np.empty((1, 3))
    kernels.quartiles(values.astype(np.int64, copy=True), np.array([0, len(values)]), 0, 1, found)
    return Quartiles(*(found[0] / unit).tolist())


def quartiles_of_each(arrays: Sequence[NDArray[np.int64]], unit: int) -> list[Quartiles]:
    """As ``quartiles_of``, of several arrays at the same time; these are reordered."""
    found = np.empty((len(arrays), 3))
    work = [(values, found[place : place + 1]) for place, values in enumerate(arrays) if len(values)]
    in_threads(lambda values, into: kernels.quartiles(values, np.array([0, len(values)]), 0, 1, into), work)
    return [
        Quartiles(*(row / unit).tolist()) if len(values) else Quartiles(None, None, None)
        for values, row in zip(arrays, found, strict=True)
    ]


def quartiles_of_tally(tally: NDArray[np.int64]) -> Quartiles:
    """Quartiles of whole numbers, of which there are ``tally[k]`` times k; the same as of the numbers themselves.

    Examples
    --------
    >>> quartiles_of_tally(np.array([0, 3, 1, 0, 1]))
    Quartiles(q1=1.0, median=1.0, q3=2.0)
    """
    ends = np.cumsum(tally)
    if not len(ends) or not ends[-1]:
        return Quartiles(None, None, None)
    found = []
    for quarter in (1, 2, 3):
        exact = (int(ends[-1]) - 1) * quarter * 0.25
        lower, upper = np.searchsorted(ends, [int(exact), math.ceil(exact)], side="right").tolist()
        found.append(float(lower + (upper - lower) * (exact - int(exact))))
    return Quartiles(*found)


def _iso(time: int) -> str:
    return (EPOCH + timedelta(microseconds=time)).isoformat().replace("+00:00", "Z")


def power_of_two(at_least: int) -> int:
    """A size for a hash: a power of two, 16 or more."""
    return 1 << max(4, (at_least - 1).bit_length())
