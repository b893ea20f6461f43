"""What is counted of aligned runs: per step and kind of deviation, per way of leaving the map, per period."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from klantreis.events.share import Share
from klantreis.journeys import fit_kernels as kernels
from klantreis.journeys.alignment import Alignments, Costs
from klantreis.journeys.fit_traces import Traces
from klantreis.journeys.fit_values import WayOff
from klantreis.journeys.run_shares import RunSizes, runs_each, sizes_of

Ints = NDArray[np.int64]
Small = NDArray[np.int32]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False, slots=True)
class Way:
    """One way of leaving the map, by places among the bound steps (-1: none) or the code of a touchpoint."""

    way: WayOff
    step: int
    other: int
    touchpoint: int
    share: Share
    customers: int


@dataclass(frozen=True, eq=False, slots=True)
class FitCounts:
    """The counts.

    ``by_step[period, kind, step]`` holds what ``fit_kernels.tally`` counts; ``sizes`` the runs per period, 2 for both
    together. ``ways`` leaves out what is off the map; ``after`` is for ``off_map_ways``. ``cost`` and ``worst`` are per
    run, without what is off the map; ``again`` says whether a step came again where the map does not allow it. Each
    event of the variants ``stands_for`` a step; those of variant v are from ``offsets[v]`` on.
    """

    by_step: Ints
    sizes: tuple[RunSizes, RunSizes, RunSizes]
    ways: tuple[Way, ...]
    cost: Ints
    worst: Ints
    again: Bools
    offsets: Ints
    stands_for: Small
    after: Small

    def share(self, kind: int, step: int, *, period: int = 2) -> Share:
        """The share of runs with a kind of deviation at a step; step n: before any, n + 1: anywhere."""
        counted = self.by_step[period, kind, step]
        return _share(self.sizes[period], counted)

    def customers(self, kind: int, step: int, *, period: int = 2) -> int:
        """The different customers in those runs."""
        return int(self.by_step[period, kind, step, kernels.CUSTOMERS])


def count_deviations(traces: Traces, aligned: Alignments, *, period: Small, costs: Costs) -> FitCounts:
    """Say what every move means, and count; ``period`` (0 or 1) is per closed run."""
    symbols, offsets = traces.variant_events()
    n_variants, n_steps, n_moves = len(offsets) - 1, traces.matches.shape[1], len(aligned.kind)
    stands_for, marks = np.empty(len(symbols), np.int32), np.zeros((n_variants, n_steps), np.uint8)
    way_offsets, ways = np.empty(n_variants + 1, np.int64), np.empty(n_moves, np.int32)
    kernels.judge(
        symbols,
        offsets,
        traces.matches,
        aligned.offsets,
        aligned.kind,
        aligned.event,
        aligned.label,
        stands_for,
        marks,
        way_offsets,
        ways,
        np.empty(n_steps, np.int64),
        np.empty(n_steps, np.int64),
        np.zeros(n_moves, np.bool_),
    )
    off_run, off_gap, _ = traces.off
    customer = traces.customer
    parts = [np.flatnonzero(period == part) for part in (0, 1)]
    within = np.empty(len(customer), np.int64)
    for part in parts:
        within[part] = runs_each(customer[part])
    n_places, n_ways = 3 * 4 * (n_steps + 2), (kernels.FAILING + 1) * (n_steps + 1) ** 2
    by_step, by_way = np.zeros((n_places, kernels.COUNTED), np.int64), np.zeros((n_ways, kernels.COUNTED), np.int64)
    after = np.empty(len(off_run), np.int32)
    kernels.tally(
        customer,
        traces.variant,
        period,
        within,
        runs_each(customer),
        traces.offsets,
        traces.kinds,
        offsets,
        stands_for,
        marks,
        way_offsets,
        ways,
        off_run,
        off_gap,
        traces.failed,
        by_step,
        by_way,
        after,
        np.full(n_places, -1, np.int64),
        np.zeros(n_places, np.int64),
        np.full(n_ways, -1, np.int64),
        np.full(n_ways, -1, np.int64),
        np.zeros(n_ways, np.int64),
        np.empty(n_steps + 2, np.uint8),
    )
    whole = sizes_of(customer)
    lengths = np.diff(traces.offsets)
    again: Bools = np.any(marks & (1 << kernels.AD_HOC), axis=1)
    return FitCounts(
        by_step=by_step.reshape(3, 4, n_steps + 2, kernels.COUNTED),
        sizes=(sizes_of(customer[parts[0]]), sizes_of(customer[parts[1]]), whole),
        ways=tuple(_ways(by_way, len(traces.bound), whole)),
        cost=aligned.cost[traces.variant],
        worst=lengths * costs.log + aligned.shortest,
        again=again[traces.variant],
        offsets=offsets,
        stands_for=stands_for,
        after=after,
    )


def off_map_ways(traces: Traces, counts: FitCounts) -> list[Way]:
    """The touchpoints off the map as ways of leaving it, by the step after which they came."""
    run, _, touchpoint = traces.off
    if len(run) == 0:
        return []
    whole, after = counts.sizes[2], counts.after
    width = int(after.max()) + 2
    place = touchpoint.astype(np.int64) * width + after + 1
    # One number per place and run, then per place and customer: how many runs of that customer.
    runs = np.unique(place * len(traces.customer) + run)
    number, customer = runs // len(traces.customer), traces.customer[runs % len(traces.customer)]
    first = np.flatnonzero(np.append(True, (np.diff(number) != 0) | (np.diff(customer) != 0)))
    counted = np.diff(np.append(first, len(runs)))
    crossed = counted * runs_each(traces.customer)[runs[first] % len(traces.customer)]
    places, start = np.unique(number[first], return_index=True)
    table = np.stack(
        (
            np.add.reduceat(counted, start),
            np.diff(np.append(start, len(first))),
            np.add.reduceat(counted * counted, start),
            np.add.reduceat(crossed, start),
        ),
        axis=1,
    )
    return [
        Way("off_map", -1, int(one % width) - 1, int(one // width), _share(whole, row), int(row[kernels.CUSTOMERS]))
        for one, row in zip(places, table, strict=True)
    ]


def _ways(by_way: Ints, n_steps: int, whole: RunSizes) -> list[Way]:
    names: dict[int, WayOff] = {
        kernels.SKIPPED: "skipped",
        kernels.STOPPED: "stopped",
        kernels.SWAPPED: "swapped",
        kernels.AGAIN: "again",
        kernels.FAILING: "failed",
    }
    found = []
    for code in np.flatnonzero(by_way[:, kernels.RUNS]).tolist():
        rest, other = divmod(code, n_steps + 1)
        way, step = divmod(rest, n_steps + 1)
        counted = by_way[code]
        found.append(Way(names[way], step, other - 1, -1, _share(whole, counted), int(counted[kernels.CUSTOMERS])))
    return found


def _share(whole: RunSizes, counted: Ints) -> Share:
    return whole.share(
        int(counted[kernels.RUNS]), squares=int(counted[kernels.SQUARES]), crosses=int(counted[kernels.CROSSES])
    )
