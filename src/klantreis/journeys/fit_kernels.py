"""The inner loops of fit: read each run as a trace, number the distinct ones, say what their moves mean, and count.

``docs/methods/fit.md`` says in words what is counted; ``fit_traces.py`` and ``fit_counts.py`` make the arrays, also
those that a kernel fills and those that it only works in.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from klantreis.events.kernels.counting import kernel
from klantreis.journeys.alignment_kernels import MATCH, MODEL

Ints = NDArray[np.int64]
Small = NDArray[np.int32]
Bytes = NDArray[np.uint8]
Bools = NDArray[np.bool_]
Number = int | np.int64

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
    same: Ints,
    free: Ints,
    kinds: Small,
    symbol_of: Small,
    touchpoints: Small,
    symbols: Small,
    kind_of: Small,
    offsets: Ints,
    off_run: Ints,
    off_gap: Small,
    off_touchpoint: Small,
    off_events: Ints,
    last: Ints,
) -> tuple[int, int]:
    """Read the mapped events of each wanted run in order, and its touchpoints that are not on the map.

    Returns the number of mapped events, and that of the stretches between two mapped events in which a touchpoint was
    seen; those for which there is no room are only counted.

    Parameters
    ----------
    wanted, first, stop
        The places of the runs, and the first event of every run and the place after its last.
    same, free
        As ``chain_keys`` fills them; empty arrays when runs have no key.
    kinds, symbol_of, touchpoints
        The kind per event, what a trace has for each kind, and the touchpoint per event.
    symbols, kind_of, offsets
        Filled: symbol and kind per mapped event, and from where on those of a run stand.
    off_run, off_gap, off_touchpoint
        Filled, per stretch: run, number of mapped events before it, touchpoint.
    off_events
        Added to, from zero: the events off the map, by run.
    last
        To work in: the run and the gap in which each touchpoint was seen last (both begin at -1).
    """
    keyed = len(same) > 0
    offsets[0] = 0
    n, n_off = 0, 0
    for number in range(len(wanted)):
        r = wanted[number]
        i = first[r]
        mine, common = i + 1, i + 1
        if keyed:
            mine, common = same[i], free[i]
        while i < stop[r]:
            symbol = symbol_of[kinds[i]]
            if symbol >= 0:
                if n < len(symbols):
                    symbols[n], kind_of[n] = symbol, kinds[i]
                n += 1
            elif symbol == OFF_MAP:
                off_events[number] += 1
                t, gap = touchpoints[i], n - offsets[number]
                if last[t, 0] != number or last[t, 1] != gap:
                    last[t, 0], last[t, 1] = number, gap
                    if n_off < len(off_run):
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
    return n, n_off


@kernel
def number_variants(symbols: Small, offsets: Ints, slots: Ints, variant: Small, leader: Ints) -> int:
    """Number the variant of each run as they first appear, find the first run of each, and return how many there are.

    ``slots`` (-1: free) is a power of two, at most half full.
    """
    n_runs, size = len(offsets) - 1, len(slots)
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
    return count


@kernel
def neighbour(kind: Bytes, label: Small, low: Number, high: Number, step: np.int64, side: np.int64) -> np.int64:
    """Of the steps matched from move ``low`` up to ``high``, the one nearest to ``step`` on the map; -1: none.

    ``side``: -1 for those that stand before it, 1 for those that stand after it.
    """
    found = np.int64(-1)
    for m in range(low, high):
        other = np.int64(label[m])
        if kind[m] == MATCH and side * (other - step) > 0 and (found < 0 or abs(other - step) < abs(found - step)):
            found = other
    return found


@kernel
def passed(kind: Bytes, label: Small, low: Number, high: Number, step: np.int64, side: np.int64) -> np.int64:
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
    stands_for: Small,
    marks: Bytes,
    way_offsets: Ints,
    ways: Small,
    unpaired: Ints,
    seen: Ints,
    paired: Bools,
) -> None:
    """Say what the moves of each variant mean.

    Parameters
    ----------
    symbols, offsets, matches
        The events of the variants, and ``matches[symbol, step]``: what an event may count as.
    move_offsets, kind, event, label
        The moves of the variants, see ``Alignments``.
    stands_for
        Filled: the step that each event stands for.
    marks
        Added to, from zero: per variant and step the bits of its deviations.
    way_offsets, ways
        Filled: the ways in which each variant leaves the map, as offsets and codes ``(way * (n + 1) + step) * (n + 1)
        + other + 1``. There are no more of them than moves.
    unpaired, seen, paired
        To work in: per step the moves of the map without a pair, and the matches; per move whether it has a pair
        (begins at False).
    """
    n_variants, n_steps = len(offsets) - 1, matches.shape[1]
    before, behind = np.int64(-1), np.int64(1)
    way_offsets[0] = 0
    n = 0
    for v in range(n_variants):
        low, high = move_offsets[v], move_offsets[v + 1]
        for s in range(n_steps):
            unpaired[s], seen[s] = 0, 0
        last_match = low - 1
        for m in range(low, high):
            if kind[m] == MODEL:
                unpaired[label[m]] += 1
            elif kind[m] == MATCH:
                seen[label[m]] += 1
                last_match = m
        now = np.int64(-1)
        for m in range(low, high):
            if kind[m] == MODEL:
                continue
            at = offsets[v] + event[m]
            if kind[m] == MATCH:
                now = np.int64(label[m])
                stands_for[at] = now
                continue
            # Something seen where the map does not have it: as which step, and why not there?
            moved, unseen, near = np.int64(-1), np.int64(-1), np.int64(-1)
            for s in range(n_steps):
                if matches[symbols[at], s]:
                    if unpaired[s] > 0 and moved < 0:
                        moved = np.int64(s)
                    if seen[s] == 0 and unseen < 0:
                        unseen = np.int64(s)
                    if s <= now or near < 0:
                        near = np.int64(s)
            later, earlier, step = np.int64(-1), np.int64(-1), near
            if moved >= 0:
                step = moved
                there = low
                while not (kind[there] == MODEL and label[there] == step and not paired[there]):
                    there += 1
                if there > m:
                    later, earlier = step, passed(kind, label, m, there, step, before)
                else:
                    later, earlier = passed(kind, label, there, m, step, behind), step
                if later >= 0 and earlier >= 0:
                    paired[there] = True
                    unpaired[step] -= 1
            elif unseen >= 0:
                step = unseen
                later, earlier = step, neighbour(kind, label, m, high, step, before)
                if earlier < 0:
                    later, earlier = neighbour(kind, label, low, m, step, behind), step
            stands_for[at] = step
            if later >= 0 and earlier >= 0:
                marks[v, step] |= 1 << ORDER
                ways[n] = (SWAPPED * (n_steps + 1) + later) * (n_steps + 1) + earlier + 1
            else:
                marks[v, step] |= 1 << AD_HOC
                ways[n] = (AGAIN * (n_steps + 1) + step) * (n_steps + 1)
            n += 1
        stopped = False
        for m in range(low, high):
            if kind[m] != MODEL or paired[m]:
                continue
            step, there = np.int64(label[m]), m
            while there < high and (kind[there] != MATCH or label[there] != step):
                there += 1
            later = passed(kind, label, m, there, step, behind) if there < high else np.int64(-1)
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


@kernel
def count_run(counted: Ints, last: Ints, so_far: Ints, place: int | np.int64, customer: np.int64, size: int) -> None:
    """Count one more run of a customer who made ``size`` runs; ``so_far[place]`` of them were counted before."""
    if last[place] != customer:
        last[place] = customer
        so_far[place] = 0
        counted[place, CUSTOMERS] += 1
    counted[place, RUNS] += 1
    counted[place, SQUARES] += 2 * so_far[place] + 1
    counted[place, CROSSES] += size
    so_far[place] += 1


@kernel
def tally(
    customer: Ints,
    variant: Small,
    period: Small,
    within: Ints,
    overall: Ints,
    offsets: Ints,
    kinds: Small,
    variant_offsets: Ints,
    stands_for: Small,
    marks: Bytes,
    way_offsets: Ints,
    ways: Small,
    off_run: Ints,
    off_gap: Small,
    failed: Bools,
    by_step: Ints,
    by_way: Ints,
    after: Small,
    step_last: Ints,
    step_now: Ints,
    way_run: Ints,
    way_last: Ints,
    way_now: Ints,
    here: Bytes,
) -> None:
    """Count runs and customers per step and kind of deviation, and per way of leaving the map.

    Parameters
    ----------
    customer, variant, period
        Customer, variant and period (0 or 1) per run, in order of customer.
    within, overall
        Per run, how many its customer made: in the same period, and in all.
    offsets, kinds, variant_offsets
        Offsets and kind of event of the runs' own events, and the offsets of the variants' events.
    stands_for, marks, way_offsets, ways
        As ``judge`` fills them.
    off_run, off_gap
        Run and number of mapped events before it, per touchpoint off the map, in order of run.
    failed
        ``failed[kind, step]``: if such an event counts as the step, it failed.
    by_step
        Added to, from zero: a row of COUNTED for each period, kind and step; period 2 is both together, place n of the
        n steps stands for "before any" and place n + 1 for "somewhere". COUNTED: runs, customers, and the sums for an
        interval by customer.
    by_way
        Added to, from zero: a row of COUNTED for each way.
    after
        Filled: per touchpoint off the map the step after which it came (-1: before any).
    step_last, step_now, way_run, way_last, way_now, here
        To work in: the customer at last (from -1) and that customer's runs so far, by row of ``by_step``; the same by
        way, and the run at last (from -1); the bits of the deviations of a run, by step.
    """
    n_steps = marks.shape[1]
    width = n_steps + 2
    o = 0
    for r in range(len(customer)):
        v, c = variant[r], customer[r]
        for step in range(n_steps):
            here[step] = marks[v, step]
        here[n_steps], here[n_steps + 1] = 0, 0
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
                count_run(by_way, way_last, way_now, way, c, overall[r])
        while o < len(off_run) and off_run[o] == r:
            step = stands_for[variant_offsets[v] + off_gap[o] - 1] if off_gap[o] > 0 else -1
            after[o] = step
            here[step if step >= 0 else n_steps] |= 1 << AD_HOC
            o += 1
        for step in range(n_steps + 1):
            here[n_steps + 1] |= here[step]
        for step in range(width):
            for deviation in range(4):
                if here[step] & (1 << deviation):
                    one = np.int64((period[r] * 4 + deviation) * width + step)
                    both = np.int64((2 * 4 + deviation) * width + step)
                    count_run(by_step, step_last, step_now, one, c, within[r])
                    count_run(by_step, step_last, step_now, both, c, overall[r])
