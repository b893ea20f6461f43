"""The inner loops of fit: read each run as a trace, number the distinct ones, say what their moves mean, and count.

``docs/methods/fit.md`` says in words what is counted; ``fit_traces.py`` and ``fit_counts.py`` prepare the arrays.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from klantreis.events.kernels import kernel
from klantreis.journeys.alignment_kernels import MATCH, MODEL

Ints = NDArray[np.int64]
Small = NDArray[np.int32]
Bytes = NDArray[np.uint8]
Bools = NDArray[np.bool_]

#: What a kind of event is to a trace when it is not a symbol of it.
UNCOUNTED, OFF_MAP = -1, -2
#: The kinds of deviation of a step, as places in ``marks`` and as bits of a mark.
AD_HOC, MISSING, ORDER, FAILED = 0, 1, 2, 3
#: The ways to leave the map within one trace; each is numbered together with its two steps.
SKIPPED, STOPPED, SWAPPED, AGAIN, FAILING = 0, 1, 2, 3, 4
#: What is counted: runs, different customers, and two sums over customers (of the square of the runs counted, and of
#: these times all runs of the customer).
RUNS, CUSTOMERS, SQUARES, CROSSES = 0, 1, 2, 3
COUNTED = 4


@kernel
def read_traces(
    wanted: Ints,
    first: Ints,
    stop: Ints,
    chains: tuple[Ints, Ints],
    kinds: Small,
    symbol_of: Small,
    touchpoints: Small,
    n_touchpoints: int,
) -> tuple[Small, Small, Ints, tuple[Ints, Small, Small], Ints]:
    """The mapped events of each wanted run in order, and its touchpoints that are not on the map.

    Returns symbol and kind per mapped event and the offsets per run; then, per stretch between two mapped events in
    which a touchpoint was seen: run, number of mapped events before it, touchpoint; then the number of events off
    the map per run.
    """
    same, free = chains
    keyed = len(same) > 0
    n_runs = len(wanted)
    symbols, kind_of = np.empty(1024, np.int32), np.empty(1024, np.int32)
    offsets, off_events = np.zeros(n_runs + 1, np.int64), np.zeros(n_runs, np.int64)
    off_run, off_gap, off_touchpoint = np.empty(1024, np.int64), np.empty(1024, np.int32), np.empty(1024, np.int32)
    last_run, last_gap = np.full(n_touchpoints, -1, np.int64), np.full(n_touchpoints, -1, np.int32)
    n, n_off = 0, 0
    for number in range(n_runs):
        r = wanted[number]
        i = first[r]
        mine, common = (same[i], free[i]) if keyed else (i + 1, i + 1)
        while i < stop[r]:
            symbol = symbol_of[kinds[i]]
            if symbol >= 0:
                if n == len(symbols):
                    symbols = np.concatenate((symbols, np.empty(n, np.int32)))
                    kind_of = np.concatenate((kind_of, np.empty(n, np.int32)))
                symbols[n], kind_of[n] = symbol, kinds[i]
                n += 1
            elif symbol == OFF_MAP:
                off_events[number] += 1
                t, gap = touchpoints[i], np.int32(n - offsets[number])
                if last_run[t] != number or last_gap[t] != gap:
                    last_run[t], last_gap[t] = number, gap
                    if n_off == len(off_run):
                        off_run = np.concatenate((off_run, np.empty(n_off, np.int64)))
                        off_gap = np.concatenate((off_gap, np.empty(n_off, np.int32)))
                        off_touchpoint = np.concatenate((off_touchpoint, np.empty(n_off, np.int32)))
                    off_run[n_off], off_gap[n_off], off_touchpoint[n_off] = number, gap, t
                    n_off += 1
            if not keyed:
                i += 1
            elif mine <= common:
                i = mine
                mine = same[i] if i < len(kinds) else i
            else:
                i = common
                common = free[i]
        offsets[number + 1] = n
    off = (off_run[:n_off].copy(), off_gap[:n_off].copy(), off_touchpoint[:n_off].copy())
    return symbols[:n].copy(), kind_of[:n].copy(), offsets, off, off_events


@kernel
def number_variants(symbols: Small, offsets: Ints) -> tuple[Small, Ints]:
    """The variant of each run, numbered as they first appear, and the first run of each variant."""
    n_runs = len(offsets) - 1
    size = 16
    while size < 2 * n_runs:
        size *= 2
    slots = np.full(size, -1, np.int64)
    variant, leader = np.empty(n_runs, np.int32), np.empty(n_runs, np.int64)
    count = 0
    for r in range(n_runs):
        length = offsets[r + 1] - offsets[r]
        hashed = np.int64(length)
        for i in range(offsets[r], offsets[r + 1]):
            hashed = (hashed ^ np.int64(symbols[i] + 1)) * np.int64(0x100000001B3)
        slot = (hashed ^ (hashed >> 29)) & (size - 1)
        while slots[slot] >= 0:
            other = leader[slots[slot]]
            equal = offsets[other + 1] - offsets[other] == length
            j = 0
            while equal and j < length:
                equal = symbols[offsets[other] + j] == symbols[offsets[r] + j]
                j += 1
            if equal:
                break
            slot = (slot + 1) & (size - 1)
        if slots[slot] < 0:
            slots[slot], leader[count] = count, r
            count += 1
        variant[r] = slots[slot]
    return variant, leader[:count].copy()


@kernel
def neighbour(kind: Bytes, label: Small, low: int, high: int, step: int, side: int) -> int:
    """Of the steps matched from move ``low`` up to ``high``, the one nearest to ``step`` on the map; -1: none.

    ``side``: -1 for those that stand before it, 1 for those that stand after it.
    """
    found = -1
    for m in range(low, high):
        other = label[m]
        if kind[m] == MATCH and side * (other - step) > 0 and (found < 0 or abs(other - step) < abs(found - step)):
            found = other
    return found


@kernel
def passed(kind: Bytes, label: Small, low: int, high: int, step: int, side: int) -> int:
    """As ``neighbour``; in a second lap, where none stands on that side, one from the other side."""
    found = neighbour(kind, label, low, high, step, side)
    return found if found >= 0 else neighbour(kind, label, low, high, step, -side)


@kernel
def judge(
    symbols: Small,
    offsets: Ints,
    matches: Bools,
    move_offsets: Ints,
    kind: Bytes,
    event: Small,
    label: Small,
) -> tuple[Small, Bytes, Ints, Small]:
    """Say what the moves of each variant mean.

    Returns
    -------
    tuple
        The step that each event stands for; per variant and step the bits of its deviations; then the ways in which
        each variant leaves the map: offsets, and codes ``(way * (n + 1) + step) * (n + 1) + other + 1``.
    """
    n_variants, n_steps = len(offsets) - 1, matches.shape[1]
    stands_for = np.empty(len(symbols), np.int32)
    marks = np.zeros((n_variants, n_steps), np.uint8)
    way_offsets, ways = np.zeros(n_variants + 1, np.int64), np.empty(1024, np.int32)
    unpaired, seen = np.zeros(n_steps, np.int64), np.zeros(n_steps, np.int64)
    n = 0
    for v in range(n_variants):
        low, high = move_offsets[v], move_offsets[v + 1]
        while n + (high - low) > len(ways):
            ways = np.concatenate((ways, np.empty(len(ways), np.int32)))
        unpaired[:], seen[:] = 0, 0
        last_match = low - 1
        for m in range(low, high):
            if kind[m] == MODEL:
                unpaired[label[m]] += 1
            elif kind[m] == MATCH:
                seen[label[m]] += 1
                last_match = m
        paired = np.zeros(high - low, np.bool_)
        now = -1
        for m in range(low, high):
            if kind[m] == MODEL:
                continue
            if kind[m] == MATCH:
                now = label[m]
                stands_for[offsets[v] + event[m]] = now
                continue
            # Something seen where the map does not have it: as which step, and why not there?
            may_be = matches[symbols[offsets[v] + event[m]]]
            moved, unseen, near = -1, -1, -1
            for s in range(n_steps):
                if may_be[s]:
                    if unpaired[s] > 0 and moved < 0:
                        moved = s
                    if seen[s] == 0 and unseen < 0:
                        unseen = s
                    if s <= now or near < 0:
                        near = s
            later, earlier, step = -1, -1, near
            if moved >= 0:
                step = moved
                there = low
                while not (kind[there] == MODEL and label[there] == step and not paired[there - low]):
                    there += 1
                if there > m:
                    later, earlier = step, passed(kind, label, m, there, step, -1)
                else:
                    later, earlier = passed(kind, label, there, m, step, 1), step
                if later >= 0 and earlier >= 0:
                    paired[there - low] = True
                    unpaired[step] -= 1
            elif unseen >= 0:
                step = unseen
                later, earlier = step, neighbour(kind, label, m, high, step, -1)
                if earlier < 0:
                    later, earlier = neighbour(kind, label, low, m, step, 1), step
            stands_for[offsets[v] + event[m]] = step
            if later >= 0 and earlier >= 0:
                marks[v, step] |= 1 << ORDER
                ways[n] = (SWAPPED * (n_steps + 1) + later) * (n_steps + 1) + earlier + 1
            else:
                marks[v, step] |= 1 << AD_HOC
                ways[n] = (AGAIN * (n_steps + 1) + step) * (n_steps + 1)
            n += 1
        stopped = False
        for m in range(low, high):
            if kind[m] != MODEL or paired[m - low]:
                continue
            step, there = label[m], m
            while there < high and (kind[there] != MATCH or label[there] != step):
                there += 1
            later = passed(kind, label, m, there, step, 1) if there < high else -1
            if later >= 0:  # it did come, but only later, as a repeat
                marks[v, step] |= 1 << ORDER
                ways[n] = (SWAPPED * (n_steps + 1) + later) * (n_steps + 1) + step + 1
                n += 1
                continue
            marks[v, step] |= 1 << MISSING
            if m < last_match:
                ways[n] = (SKIPPED * (n_steps + 1) + step) * (n_steps + 1)
                n += 1
            elif not stopped:
                stopped = True
                after = label[last_match] if last_match >= low else -1
                ways[n] = (STOPPED * (n_steps + 1) + step) * (n_steps + 1) + after + 1
                n += 1
        way_offsets[v + 1] = n
    return stands_for, marks, way_offsets, ways[:n].copy()


@kernel
def count_run(
    counted: Ints, last: Ints, so_far: Ints, place: int | np.int64, customer: int, size: int | np.int64
) -> None:
    """Count one more run of a customer who made ``size`` runs; ``so_far[place]`` of them were counted before."""
    if last[place] != customer:
        last[place] = customer
        so_far[place] = 0
        counted[CUSTOMERS] += 1
    counted[RUNS] += 1
    counted[SQUARES] += 2 * so_far[place] + 1
    counted[CROSSES] += size
    so_far[place] += 1


@kernel
def tally(
    runs: tuple[Ints, Small, Small],
    runs_each: tuple[Ints, Ints],
    traces: tuple[Ints, Small, Ints],
    judged: tuple[Small, Bytes, Ints, Small],
    off: tuple[Ints, Small],
    failed: Bools,
) -> tuple[Ints, Ints, Small]:
    """Count runs and customers per step and kind of deviation, and per way of leaving the map.

    Parameters
    ----------
    runs
        Customer, variant and period (0 or 1) per run, in order of customer.
    runs_each
        Per run, how many its customer made: in the same period, and in all.
    traces
        Offsets and kind of event of the runs' own events, and the offsets of the variants' events.
    judged
        As ``judge`` returns them.
    off
        Run and number of mapped events before it, per touchpoint off the map, in order of run.
    failed
        ``failed[kind, step]``: if such an event counts as the step, it failed.

    Returns
    -------
    tuple
        ``[period, kind, step, COUNTED]``, where period 2 is both together, place n of the n steps stands for "before
        any" and place n + 1 for "somewhere"; ``[way, COUNTED]``; and per touchpoint off the map the step after which
        it came (-1: before any). COUNTED: runs, customers, and the sums for an interval by customer.
    """
    customer, variant, period = runs
    within, overall = runs_each
    offsets, kinds, variant_offsets = traces
    stands_for, marks, way_offsets, ways = judged
    off_run, off_gap = off
    n_steps = marks.shape[1]
    by_step = np.zeros((3, 4, n_steps + 2, COUNTED), np.int64)
    step_last, step_now = np.full((3, 4, n_steps + 2), -1, np.int64), np.zeros((3, 4, n_steps + 2), np.int64)
    n_ways = (FAILING + 1) * (n_steps + 1) * (n_steps + 1)
    by_way, way_run = np.zeros((n_ways, COUNTED), np.int64), np.full(n_ways, -1, np.int64)
    way_last, way_now = np.full(n_ways, -1, np.int64), np.zeros(n_ways, np.int64)
    after = np.empty(len(off_run), np.int32)
    here = np.zeros(n_steps + 2, np.uint8)
    o = 0
    for r in range(len(customer)):
        v, c = variant[r], customer[r]
        here[:n_steps] = marks[v]
        here[n_steps:] = 0
        n_own = way_offsets[v + 1] - way_offsets[v]
        length = offsets[r + 1] - offsets[r]
        for k in range(n_own + length):
            if k < n_own:
                way = np.int64(ways[way_offsets[v] + k])
            else:
                step = stands_for[variant_offsets[v] + k - n_own]
                if not failed[kinds[offsets[r] + k - n_own], step]:
                    continue
                here[step] |= 1 << FAILED
                way = np.int64((FAILING * (n_steps + 1) + step) * (n_steps + 1))
            if way_run[way] != r:
                way_run[way] = r
                count_run(by_way[way], way_last, way_now, way, c, overall[r])
        while o < len(off_run) and off_run[o] == r:
            step = stands_for[variant_offsets[v] + off_gap[o] - 1] if off_gap[o] > 0 else np.int32(-1)
            after[o] = step
            here[step if step >= 0 else n_steps] |= 1 << AD_HOC
            o += 1
        for step in range(n_steps + 1):
            here[n_steps + 1] |= here[step]
        for step in range(n_steps + 2):
            for deviation in range(4):
                if here[step] & (1 << deviation):
                    for part in (np.int64(period[r]), np.int64(2)):
                        size = overall[r] if part == 2 else within[r]
                        last, now = step_last[part, deviation], step_now[part, deviation]
                        count_run(by_step[part, deviation, step], last, now, step, c, size)
    return by_step, by_way, after
