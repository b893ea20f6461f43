"""Runs as traces: the closed runs of a journey, the steps that each of their events may count as, aligned by variant.

Runs with the same trace are one *variant*; each variant is aligned once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from klantreis.journeys import fit_kernels as kernels
from klantreis.journeys.alignment import Alignments, Costs, align_symbols
from klantreis.journeys.alignment_map import automaton_of_steps
from klantreis.journeys.laying import Laid, mask_of
from klantreis.journeys.reality_kernels import BELONGS, OPEN, refine

if TYPE_CHECKING:
    from klantreis.events.local.log import LocalLog
    from klantreis.journeys.journey import Journey

Ints = NDArray[np.int64]
Small = NDArray[np.int32]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False, slots=True)
class Traces:
    """The closed runs as traces, in order of customer; arrays by closed run, by event, or by variant.

    ``bound`` has the places of the steps that events can show. ``symbols`` and ``kinds`` hold the mapped events of all
    runs, those of run r from ``offsets[r]`` up to ``offsets[r + 1]``; ``off_*`` the touchpoints off the map.
    ``matches[symbol, step]`` and ``failed[kind, step]`` say what an event may count as, and whether the step failed if
    it counts as that. ``leaders`` has the first run of each variant.
    """

    bound: tuple[int, ...]
    n_open: int
    customer: Ints
    began: Ints
    symbols: Small
    kinds: Small
    offsets: Ints
    off: tuple[Ints, Small, Small]
    off_events: Ints
    matches: Bools
    failed: Bools
    variant: Small
    leaders: Ints

    def variant_events(self) -> tuple[Small, Ints]:
        """Symbols and offsets of the variants."""
        lengths = self.offsets[self.leaders + 1] - self.offsets[self.leaders]
        offsets = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
        places = np.arange(offsets[-1]) + np.repeat(self.offsets[self.leaders] - offsets[:-1], lengths)
        return self.symbols[places], offsets


def read_traces(journey: Journey, log: LocalLog, laid: Laid) -> Traces:
    """The closed runs of a journey that is laid out over a log."""
    kinds, matched, flags, failed = _with_failures(journey, laid, log)
    numbers: dict[bytes, int] = {}
    symbol_of = np.empty(len(matched), np.int32)
    for kind, row in enumerate(matched):
        if row.any():
            symbol_of[kind] = numbers.setdefault(row.tobytes(), len(numbers))
        else:
            symbol_of[kind] = kernels.UNCOUNTED if flags[kind] & BELONGS else kernels.OFF_MAP
    matches = np.array([np.frombuffer(row, dtype=np.bool_) for row in numbers], dtype=np.bool_)
    closed = np.flatnonzero(laid.runs.stands != OPEN)
    offsets, n_touchpoints = np.empty(len(closed) + 1, np.int64), max(1, len(log.touchpoints))
    room, needed = -1, log.n_events
    while room < needed:  # a second time when many runs share events that have no key
        room = needed
        symbols, event_kinds = np.empty(room, np.int32), np.empty(room, np.int32)
        off_run, off_gap, off_touchpoint = np.empty(room, np.int64), np.empty(room, np.int32), np.empty(room, np.int32)
        off_events = np.zeros(len(closed), np.int64)
        n, n_off = kernels.read_traces(
            closed,
            laid.runs.first,
            laid.runs.stop,
            *laid.chains,
            kinds,
            symbol_of,
            np.array(log.touchpoint_codes, dtype=np.int32),
            symbols,
            event_kinds,
            offsets,
            off_run,
            off_gap,
            off_touchpoint,
            off_events,
            np.full((n_touchpoints, 2), -1, np.int64),
        )
        needed = max(n, n_off)
    symbols = symbols[:n].copy()
    variant, leaders = number_variants(symbols, offsets)
    return Traces(
        bound=laid.bound,
        n_open=len(laid.runs.stands) - len(closed),
        customer=laid.runs.customer[closed],
        began=np.asarray(log.times)[laid.runs.first[closed]],
        symbols=symbols,
        kinds=event_kinds[:n].copy(),
        offsets=offsets,
        off=(off_run[:n_off].copy(), off_gap[:n_off].copy(), off_touchpoint[:n_off].copy()),
        off_events=off_events,
        matches=matches.reshape(len(numbers), len(laid.bound)),
        failed=failed,
        variant=variant,
        leaders=leaders,
    )


def number_variants(symbols: Small, offsets: Ints) -> tuple[Small, Ints]:
    """The variant of each run, numbered as they first appear, and the first run of each variant."""
    n_runs = len(offsets) - 1
    variant, leaders = np.empty(n_runs, np.int32), np.empty(n_runs, np.int64)
    slots = np.full(max(16, 1 << (2 * n_runs).bit_length()), -1, np.int64)
    n = kernels.number_variants(symbols, offsets, slots, variant, leaders)
    return variant, leaders[:n].copy()


def align_variants(journey: Journey, traces: Traces, *, costs: Costs) -> Alignments:
    """An optimal alignment of every variant with the map."""
    symbols, offsets = traces.variant_events()
    return align_symbols(automaton_of_steps(journey.steps), symbols, offsets, matches=traces.matches, costs=costs)


def _with_failures(journey: Journey, laid: Laid, log: LocalLog) -> tuple[Small, Bools, NDArray[np.uint8], Bools]:
    """The kinds of events split further by the patterns of failure; and which steps each kind shows to have failed."""
    kinds, matched, flags = laid.kinds, laid.matched, laid.flags
    failed = np.zeros(matched.shape, dtype=np.bool_)
    for row, place in enumerate(laid.bound):
        step = journey.steps[place]
        if step.failed is None:
            continue
        if kinds is laid.kinds:
            kinds = kinds.copy()
        n = len(flags)
        parents = np.empty(n, dtype=np.int32)
        mask = mask_of(log, step.failed, f"{journey.id} (steps.{step.id}.failed)")
        new = refine(mask, kinds, np.full(n, -1, dtype=np.int32), parents)
        parents = parents[:new]
        matched, flags = np.concatenate((matched, matched[parents])), np.concatenate((flags, flags[parents]))
        failed = np.concatenate((failed, failed[parents]))
        failed[n:, row] = True
    return kinds, matched, flags, failed
