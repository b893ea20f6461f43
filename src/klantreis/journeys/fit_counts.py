"""What is counted of aligned runs: per step and kind of deviation, per way of leaving the map, per period."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from klantreis.journeys import fit_kernels as kernels
from klantreis.journeys.alignment import Alignments, Costs
from klantreis.journeys.fit_traces import Traces
from klantreis.journeys.fit_values import WayOff

Ints = NDArray[np.int64]
Small = NDArray[np.int32]


@dataclass(frozen=True, eq=False, slots=True)
class Way:
    """One way of leaving the map, by places among the bound steps (-1: none) or the code of a touchpoint."""

    way: WayOff
    step: int
    other: int
    touchpoint: int
    runs: int
    customers: int


@dataclass(frozen=True, eq=False, slots=True)
class FitCounts:
    """The counts.

    ``runs[period, kind, step]`` and ``customers`` alike: period 2 is both together, place n of the n bound steps stands
    for "before any", n + 1 for "somewhere". ``cost`` and ``worst`` are per run, without what is off the map.
    """

    runs: Ints
    customers: Ints
    ways: tuple[Way, ...]
    cost: Ints
    worst: Ints
    stands_for: Small


def count_deviations(traces: Traces, aligned: Alignments, *, period: Small, costs: Costs) -> FitCounts:
    """Say what every move means, and count; ``period`` (0 or 1) is per closed run."""
    symbols, offsets = traces.variant_events()
    judged = kernels.judge(
        symbols, offsets, traces.matches, aligned.offsets, aligned.kind, aligned.event, aligned.label
    )
    off_run, off_gap, off_touchpoint = traces.off
    runs, customers, way_runs, way_customers, after = kernels.tally(
        (traces.customer, traces.variant, period),
        (traces.offsets, traces.kinds, offsets),
        judged,
        (off_run, off_gap),
        traces.failed,
    )
    lengths = np.diff(traces.offsets)
    return FitCounts(
        runs=runs,
        customers=customers,
        ways=(
            *_ways(way_runs, way_customers, len(traces.laid.bound)),
            *_off_map(traces.customer, off_run, off_touchpoint, after),
        ),
        cost=aligned.cost[traces.variant],
        worst=lengths * costs.log + aligned.shortest,
        stands_for=judged[0],
    )


def _ways(runs: Ints, customers: Ints, n_steps: int) -> list[Way]:
    names: dict[int, WayOff] = {
        kernels.SKIPPED: "skipped",
        kernels.STOPPED: "stopped",
        kernels.SWAPPED: "swapped",
        kernels.AGAIN: "again",
        kernels.FAILING: "failed",
    }
    found = []
    for code in np.flatnonzero(runs).tolist():
        rest, other = divmod(code, n_steps + 1)
        way, step = divmod(rest, n_steps + 1)
        found.append(Way(names[way], step, other - 1, -1, int(runs[code]), int(customers[code])))
    return found


def _off_map(customer: Ints, run: Ints, touchpoint: Small, after: Small) -> list[Way]:
    if len(run) == 0:
        return []
    width = int(after.max()) + 2
    place = touchpoint.astype(np.int64) * width + after + 1
    numbers, runs = _distinct_within(place, run)
    _, customers = _distinct_within(place, customer[run])
    return [
        Way("off_map", -1, int(number % width) - 1, int(number // width), int(n), int(by))
        for number, n, by in zip(numbers, runs, customers, strict=True)
    ]


def _distinct_within(place: Ints, who: Ints) -> tuple[Ints, Ints]:
    """The distinct places, and how many different ``who`` each has."""
    width = int(who.max()) + 1
    pairs = np.unique(place * width + who)
    numbers, counts = np.unique(pairs // width, return_counts=True)
    return numbers, counts
