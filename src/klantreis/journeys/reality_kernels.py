"""The inner loops of reality: cut each customer's events into runs, then walk every run over the map's steps.

``docs/methods/reality.md`` says in words what is counted; ``laying.py`` prepares the arrays and calls these. The
events of customer c are those from ``offsets[c]`` up to ``offsets[c + 1]``, in order of time.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from klantreis.events.kernels import kernel

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Small = NDArray[np.int32]

#: What an event is to the journey, as bits of a flag.
STARTS, ENDS, BELONGS = 1, 2, 4
#: How a run stands when the data end.
OPEN, ENDED, TIMED_OUT = 0, 1, 2
#: Columns of ``after``: what came after the last time a step was seen in a run.
WENT_ON, ELSEWHERE, AT_END, SILENT, STILL_OPEN = 0, 1, 2, 3, 4
#: Places in ``totals``.
NO_STEP, OFF_RUNS, OFF_CUSTOMERS = range(3)
#: What is added up over customers: the square of the runs counted, and the runs counted times all runs they are of.
SQUARES, CROSSES = 0, 1
#: The shares of a step, each with these two sums.
REACHED, DROPPED, RETURNED = 0, 1, 2


@kernel
def find_runs(
    offsets: Ints,
    times: Ints,
    kinds: Small,
    flags: NDArray[np.uint8],
    keys: Small,
    keyed: bool,  # noqa: FBT001 - a kernel takes plain arguments
    n_keys: int,
    eligible: Bools,
    timeout: int,
    data_end: int,
    capacity: int,
) -> tuple[Ints, Ints, Ints, Small, NDArray[np.uint8]]:
    """Cut the events of eligible customers into runs; a negative ``timeout`` (microseconds) means none.

    ``flags[kinds[i]]`` says what event i is to the journey.

    Returns the runs in order of customer and first event: customer, first event, the place after the last event
    that can belong to it, key code, and how it stands.
    """
    customer = np.empty(capacity, np.int64)
    first = np.empty(capacity, np.int64)
    stop = np.empty(capacity, np.int64)
    key = np.empty(capacity, np.int32)
    stands = np.empty(capacity, np.uint8)
    last = np.empty(capacity, np.int64)  # time of the run's latest event that belongs to the journey
    run_of_key = np.full(n_keys, -1, np.int64)
    held = np.empty(n_keys, np.int64)  # open runs of this customer
    place = np.empty(n_keys, np.int64)  # where in ``held`` the open run of a key stands
    n = 0
    for c in range(len(offsets) - 1):
        if not eligible[c]:
            continue
        n_held = 0
        for i in range(offsets[c], offsets[c + 1]):
            # An event without a key concerns every open run; any other one the run of its own key.
            k, flag = keys[i], flags[kinds[i]]
            everyone = keyed and k == 0
            taken = False
            j = 0
            if not everyone:
                j = place[k] if run_of_key[k] >= 0 else n_held
            while j < n_held:
                r = held[j]
                if timeout >= 0 and times[i] - last[r] > timeout:
                    stands[r], stop[r] = TIMED_OUT, i
                else:
                    taken = True
                    if flag & BELONGS:
                        last[r] = times[i]
                    if flag & ENDS:
                        stands[r], stop[r] = ENDED, i + 1
                closed = stands[r] != OPEN
                if closed:
                    run_of_key[key[r]] = -1
                    n_held -= 1
                    held[j] = held[n_held]
                    place[key[held[j]]] = j
                if not everyone:
                    break
                if not closed:
                    j += 1
            if everyone or taken or not flag & STARTS:
                continue
            customer[n], first[n], stop[n], key[n], last[n] = c, i, offsets[c + 1], k, times[i]
            stands[n] = OPEN
            if flag & ENDS:
                stands[n], stop[n] = ENDED, i + 1
            else:
                run_of_key[k], place[k], held[n_held] = n, n_held, n
                n_held += 1
            n += 1
        for j in range(n_held):
            r = held[j]
            run_of_key[key[r]] = -1
            if timeout >= 0 and data_end - last[r] > timeout:
                stands[r] = TIMED_OUT
    return customer[:n].copy(), first[:n].copy(), stop[:n].copy(), key[:n].copy(), stands[:n].copy()


@kernel
def chain_keys(offsets: Ints, keys: Small, n_keys: int) -> tuple[Ints, Ints]:
    """For every event: the same customer's next event with the same key, and the next one without a key.

    The number of events stands for "none".
    """
    n = len(keys)
    same, free = np.empty(n, np.int64), np.empty(n, np.int64)
    next_of = np.full(n_keys, n, np.int64)
    for c in range(len(offsets) - 1):
        for i in range(offsets[c + 1] - 1, offsets[c] - 1, -1):
            same[i], free[i] = next_of[keys[i]], next_of[0]
            next_of[keys[i]] = i
        for i in range(offsets[c], offsets[c + 1]):
            next_of[keys[i]] = n
    return same, free


@kernel
def refine(mask: Bools, kinds: Small, split: Small, parents: Small) -> int:
    """Split the kinds of events by one more pattern: an event that matches moves to the new kind beside its own.

    ``split`` (-1: not yet) has a place per kind so far, as has ``parents``, which gets the kind that each new one
    comes from. Returns the number of new kinds.
    """
    n_kinds, new = len(split), 0
    for i in range(len(mask)):
        if mask[i]:
            kind = kinds[i]
            if split[kind] < 0:
                split[kind] = n_kinds + new
                parents[new] = kind
                new += 1
            kinds[i] = split[kind]
    return new


@kernel
def choices(matched: Bools, repeatable: Bools) -> NDArray[np.int16]:
    """Which step an event counts as: ``[kind, p + 1]`` when step p was the last (-1: none yet); -1: no step.

    ``matched[kind, s]``: events of that kind match step s.
    """
    n_kinds, n_steps = matched.shape
    chosen = np.full((n_kinds, n_steps + 1), -1, np.int16)
    for kind in range(n_kinds):
        for p in range(-1, n_steps):
            here = p >= 0 and matched[kind, p]
            step = p if here and repeatable[p] else -1
            s = p + 1
            while step < 0 and s < n_steps:
                if matched[kind, s]:
                    step = s
                s += 1
            if step < 0 and here:
                step = p
            s = p - 1
            while step < 0 and s >= 0:
                if matched[kind, s]:
                    step = s
                s -= 1
            chosen[kind, p + 1] = step
    return chosen


@kernel
def add_one(sums: Ints, so_far: Ints, place: int, of: int) -> None:
    """Count one more run of a customer: ``so_far[place]`` of that customer's runs were counted, out of ``of``."""
    sums[SQUARES] += 2 * so_far[place] + 1
    sums[CROSSES] += of
    so_far[place] += 1


@kernel
def walk_runs(
    runs: tuple[Ints, Ints, Ints, Small, NDArray[np.uint8]],
    chains: tuple[Ints, Ints],
    events: tuple[Ints, Small, Small],
    flags: NDArray[np.uint8],
    chosen: NDArray[np.int16],
    may_return: Bools,
    runs_each: Ints,
    n_touchpoints: int,
) -> tuple[Any, ...]:
    """Walk every run over the steps and count.

    Parameters
    ----------
    runs
        As ``find_runs`` returns them.
    chains
        As ``chain_keys`` returns them; empty arrays when runs have no key.
    events
        Time, kind and touchpoint code per event.
    flags, chosen
        By kind of event: what it is to the journey, and which step it counts as (see ``choices``).
    may_return
        ``may_return[p, s]``: a declared loop leads from step p back to step s.
    runs_each
        Per run: how many its customer made.
    """
    customer, first, stop, _key, stands = runs
    same, free = chains
    times, kinds, touchpoints = events
    n_steps, keyed = len(may_return), len(same) > 0
    reached, customers, repeats = np.zeros(n_steps, np.int64), np.zeros(n_steps, np.int64), np.zeros(n_steps, np.int64)
    returned, returned_by = np.zeros(n_steps, np.int64), np.zeros(n_steps, np.int64)
    undeclared = np.zeros(n_steps, np.int64)
    after = np.zeros((n_steps, 5), np.int64)
    step_sums, step_now = np.zeros((n_steps, 3, 2), np.int64), np.zeros((n_steps, 3), np.int64)
    step_last, return_last = np.full(n_steps, -1, np.int64), np.full(n_steps, -1, np.int64)
    off_events, off_runs = np.zeros(n_touchpoints, np.int64), np.zeros(n_touchpoints, np.int64)
    off_customers = np.zeros(n_touchpoints, np.int64)
    off_run, off_customer = np.full(n_touchpoints, -1, np.int64), np.full(n_touchpoints, -1, np.int64)
    # The last place of these two stands for any touchpoint.
    off_sums, off_now = np.zeros((n_touchpoints + 1, 2), np.int64), np.zeros(n_touchpoints + 1, np.int64)
    counted = np.zeros(len(times) if keyed else 0, np.bool_)
    last_time = np.empty(len(first), np.int64)
    wait_step, wait, wait_of = np.empty(1024, np.int32), np.empty(1024, np.int64), np.empty(1024, np.int64)
    n_waits, off_last = 0, -1
    totals = np.zeros(3, np.int64)
    seen, lap = np.zeros(n_steps, np.bool_), np.zeros(n_steps, np.bool_)
    came_back, not_declared = np.zeros(n_steps, np.bool_), np.zeros(n_steps, np.bool_)
    for r in range(len(first)):
        seen[:], lap[:], came_back[:], not_declared[:] = False, False, False, False
        p, waiting_since, waiting = -1, np.int64(0), False
        strayed, any_off = False, False
        c, i, size = customer[r], first[r], runs_each[r]
        mine, common = (same[i], free[i]) if keyed else (i + 1, i + 1)
        while i < stop[r]:
            last_time[r] = times[i]
            s = chosen[kinds[i], p + 1]
            if s >= 0:
                strayed = False
                if p >= 0 and s != p and waiting:
                    if n_waits == len(wait):
                        wait_step = np.concatenate((wait_step, np.empty(n_waits, np.int32)))
                        wait = np.concatenate((wait, np.empty(n_waits, np.int64)))
                        wait_of = np.concatenate((wait_of, np.empty(n_waits, np.int64)))
                    wait_step[n_waits], wait[n_waits], wait_of[n_waits] = p, times[i] - waiting_since, c
                    n_waits += 1
                    waiting = False
                if s <= p and may_return[p, s]:
                    lap[s:] = False  # a new lap: the steps from here on may be taken once more
                if not seen[s]:
                    seen[s], waiting, waiting_since = True, True, times[i]
                else:
                    repeats[s] += 1
                    if s != p:
                        came_back[s] = True
                        not_declared[s] = not_declared[s] or lap[s]
                lap[s] = True
                p = s
            elif not flags[kinds[i]] & BELONGS:
                strayed, any_off = True, True
                t = touchpoints[i]
                if not keyed or not counted[i]:
                    off_events[t] += 1
                    if keyed:
                        counted[i] = True
                if off_customer[t] != c:
                    off_customer[t] = c
                    off_customers[t] += 1
                    off_now[t] = 0
                if off_run[t] != r:
                    off_run[t] = r
                    off_runs[t] += 1
                    add_one(off_sums[t], off_now, t, size)
            if not keyed:
                i += 1
            elif mine <= common:
                i = mine
                mine = same[i] if i < len(times) else i
            else:
                i = common
                common = free[i]
        for s in range(n_steps):
            if not seen[s]:
                continue
            reached[s] += 1
            if step_last[s] != c:
                step_last[s] = c
                customers[s] += 1
                step_now[s] = 0
            add_one(step_sums[s, REACHED], step_now[s], REACHED, size)
            # Of the next two, this run adds one to all runs: those that reached the step.
            for share in (DROPPED, RETURNED):
                step_sums[s, share, CROSSES] += step_now[s, share]
            if s != p:
                after[s, WENT_ON] += 1
            elif stands[r] == OPEN:
                after[s, STILL_OPEN] += 1
            elif stands[r] == ENDED:
                after[s, AT_END] += 1
            else:
                after[s, ELSEWHERE if strayed else SILENT] += 1
                add_one(step_sums[s, DROPPED], step_now[s], DROPPED, step_now[s, REACHED])
            if came_back[s]:
                returned[s] += 1
                add_one(step_sums[s, RETURNED], step_now[s], RETURNED, step_now[s, REACHED])
                if return_last[s] != c:
                    return_last[s] = c
                    returned_by[s] += 1
                if not_declared[s]:
                    undeclared[s] += 1
        totals[NO_STEP] += p < 0
        if any_off:
            totals[OFF_RUNS] += 1
            if off_last != c:
                off_last = c
                totals[OFF_CUSTOMERS] += 1
                off_now[n_touchpoints] = 0
            add_one(off_sums[n_touchpoints], off_now, n_touchpoints, size)
    steps = (reached, customers, repeats, after, returned, returned_by, undeclared, step_sums)
    return (
        steps,
        (off_events, off_runs, off_customers, off_sums),
        (wait_step[:n_waits].copy(), wait[:n_waits].copy(), wait_of[:n_waits].copy(), last_time),
        totals,
    )
