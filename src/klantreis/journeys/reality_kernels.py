"""The inner loops of reality: cut each customer's events into runs, then walk every run over the map's steps.

``docs/methods/reality.md`` says in words what is counted; ``laying.py`` prepares the arrays and calls these. The
events of customer c are those from ``offsets[c]`` up to ``offsets[c + 1]``, in order of time.

The caller makes every array, also those that a kernel fills and those that it only works in, so that the machine code
needs nothing of Numba once it is there.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from klantreis.events.kernels.counting import kernel

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Small = NDArray[np.int32]
Bytes = NDArray[np.uint8]

#: What an event is to the journey, as bits of a flag.
STARTS, ENDS, BELONGS = 1, 2, 4
#: How a run stands when the data end.
OPEN, ENDED, TIMED_OUT = 0, 1, 2
#: Columns of ``after``: what came after the last time a step was seen in a run.
WENT_ON, ELSEWHERE, AT_END, SILENT, STILL_OPEN = 0, 1, 2, 3, 4
#: Columns of ``by_step``: runs that reached a step, their customers, times it was repeated, runs that came back to it,
#: their customers, and those of these runs that no loop allows.
STEP_RUNS, STEP_CUSTOMERS, STEP_REPEATS, STEP_RETURNED, STEP_RETURNED_BY, STEP_UNDECLARED = range(6)
#: Columns of ``by_touchpoint``, of those that are off the map.
EVENTS, IN_RUNS, OF_CUSTOMERS = range(3)
#: Columns of ``marks``, of the run that is walked: seen, seen in this lap, came back, and did so where no loop allows.
SEEN, LAP, CAME_BACK, NOT_DECLARED = range(4)
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
    flags: Bytes,
    keys: Small,
    keyed: int,
    eligible: Bools,
    timeout: int,
    data_end: int,
    customer: Ints,
    first: Ints,
    stop: Ints,
    key: Small,
    stands: Bytes,
    last: Ints,
    run_of_key: Ints,
    held: Ints,
    place: Ints,
) -> int:
    """Cut the events of eligible customers into runs, and return their number.

    Parameters
    ----------
    flags
        ``flags[kinds[i]]`` says what event i is to the journey.
    keyed
        1 when runs have a key, else 0.
    timeout
        In microseconds; a negative one means none.
    customer, first, stop, key, stands
        Filled, in order of customer and first event: customer, first event, the place after the last event that can
        belong to the run, key code, and how it stands.
    last
        To work in, a place per run: the time of its latest event that belongs to the journey.
    run_of_key, held, place
        To work in, a place per key: its open run (begins at -1); the open runs of this customer; where among these
        the open run of a key stands.
    """
    n = 0
    for c in range(len(offsets) - 1):
        if not eligible[c]:
            continue
        n_held = 0
        for i in range(offsets[c], offsets[c + 1]):
            # An event without a key concerns every open run; any other one the run of its own key.
            k, flag = keys[i], flags[kinds[i]]
            everyone = keyed != 0 and k == 0
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
    return n


@kernel
def chain_keys(offsets: Ints, keys: Small, next_of: Ints, same: Ints, free: Ints) -> None:
    """Find for every event the same customer's next event with the ``same`` key, and the next one without a key.

    The number of events stands for "none"; ``next_of``, a place per key, begins with it.
    """
    n = len(keys)
    for c in range(len(offsets) - 1):
        for i in range(offsets[c + 1] - 1, offsets[c] - 1, -1):
            same[i], free[i] = next_of[keys[i]], next_of[0]
            next_of[keys[i]] = i
        for i in range(offsets[c], offsets[c + 1]):
            next_of[keys[i]] = n


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
def choices(matched: Bools, repeatable: Bools, chosen: NDArray[np.int16]) -> None:
    """Say which step an event counts as: ``chosen[kind, p + 1]`` when step p was the last (-1: none yet); -1: no step.

    ``matched[kind, s]``: events of that kind match step s.
    """
    n_kinds, n_steps = matched.shape
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


@kernel
def add_one(sums: Ints, so_far: Ints, place: int | np.int64, of: int) -> None:
    """Count one more run of a customer: ``so_far[place]`` of that customer's runs were counted, out of ``of``."""
    sums[place, SQUARES] += 2 * so_far[place] + 1
    sums[place, CROSSES] += of
    so_far[place] += 1


@kernel
def walk_runs(
    customer: Ints,
    first: Ints,
    stop: Ints,
    stands: Bytes,
    runs_each: Ints,
    same: Ints,
    free: Ints,
    times: Ints,
    kinds: Small,
    touchpoints: Small,
    flags: Bytes,
    chosen: NDArray[np.int16],
    may_return: Bools,
    by_step: Ints,
    after: Ints,
    step_sums: Ints,
    by_touchpoint: Ints,
    off_sums: Ints,
    totals: Ints,
    last_time: Ints,
    wait_step: Small,
    wait: Ints,
    wait_of: Ints,
    marks: Bools,
    step_last: Ints,
    step_now: Ints,
    off_last: Ints,
    off_now: Ints,
    counted: Bools,
) -> int:
    """Walk every run over the steps and count; return the number of waits.

    Parameters
    ----------
    customer, first, stop, stands, runs_each
        The runs as ``find_runs`` fills them, and per run how many its customer made.
    same, free
        As ``chain_keys`` fills them; empty arrays when runs have no key.
    times, kinds, touchpoints
        Time, kind and touchpoint code per event.
    flags, chosen
        By kind of event: what it is to the journey, and which step it counts as (see ``choices``).
    may_return
        ``may_return[p, s]``: a declared loop leads from step p back to step s.
    by_step, after, step_sums
        Added to, from zero: a row per step; of the sums three, one for each share of a step.
    by_touchpoint, off_sums
        Added to, from zero: a row per touchpoint; of the sums one more, for any touchpoint.
    totals, last_time
        Added to, from zero; and filled: the time of the last event of each run.
    wait_step, wait, wait_of
        Filled: step, microseconds until another step, and customer; room for a wait per run and step is enough.
    marks, step_last, step_now, off_last, off_now, counted
        To work in: per step, customer at last (from -1) with and without coming back, and per share of a step the
        runs so far of that customer; per touchpoint the run and the customer at last (from -1), and per touchpoint
        and for any the runs so far; per event, when runs have a key, whether it was counted as off the map.
    """
    n_steps, n_touchpoints, keyed = len(may_return), len(by_touchpoint), len(same) > 0
    n_waits, any_last = 0, -1
    for r in range(len(first)):
        for s in range(n_steps):
            for mark in range(4):
                marks[s, mark] = False
        p, waiting_since, waiting = -1, np.int64(0), False
        strayed, any_off = False, False
        c, i, size = customer[r], first[r], runs_each[r]
        mine, common = i + 1, i + 1
        if keyed:
            mine, common = same[i], free[i]
        while i < stop[r]:
            last_time[r] = times[i]
            s = chosen[kinds[i], p + 1]
            if s >= 0:
                strayed = False
                if p >= 0 and s != p and waiting:
                    wait_step[n_waits], wait[n_waits], wait_of[n_waits] = p, times[i] - waiting_since, c
                    n_waits += 1
                    waiting = False
                if s <= p and may_return[p, s]:
                    for later in range(s, n_steps):  # a new lap: the steps from here on may be taken once more
                        marks[later, LAP] = False
                if not marks[s, SEEN]:
                    marks[s, SEEN], waiting, waiting_since = True, True, times[i]
                else:
                    by_step[s, STEP_REPEATS] += 1
                    if s != p:
                        marks[s, CAME_BACK] = True
                        marks[s, NOT_DECLARED] = marks[s, NOT_DECLARED] or marks[s, LAP]
                marks[s, LAP] = True
                p = s
            elif not flags[kinds[i]] & BELONGS:
                strayed, any_off = True, True
                t = np.int64(touchpoints[i])
                if not keyed or not counted[i]:
                    by_touchpoint[t, EVENTS] += 1
                    if keyed:
                        counted[i] = True
                if off_last[t, 1] != c:
                    off_last[t, 1] = c
                    by_touchpoint[t, OF_CUSTOMERS] += 1
                    off_now[t] = 0
                if off_last[t, 0] != r:
                    off_last[t, 0] = r
                    by_touchpoint[t, IN_RUNS] += 1
                    add_one(off_sums, off_now, t, size)
            if not keyed:
                i += 1
            elif mine <= common:
                i = mine
                mine = same[i] if i < len(times) else i
            else:
                i = common
                common = free[i]
        for s in range(n_steps):
            if not marks[s, SEEN]:
                continue
            by_step[s, STEP_RUNS] += 1
            share = 3 * s
            if step_last[s, 0] != c:
                step_last[s, 0] = c
                by_step[s, STEP_CUSTOMERS] += 1
                for one in range(3):
                    step_now[share + one] = 0
            add_one(step_sums, step_now, share + REACHED, size)
            # Of the next two, this run adds one to all runs: those that reached the step.
            step_sums[share + DROPPED, CROSSES] += step_now[share + DROPPED]
            step_sums[share + RETURNED, CROSSES] += step_now[share + RETURNED]
            if s != p:
                after[s, WENT_ON] += 1
            elif stands[r] == OPEN:
                after[s, STILL_OPEN] += 1
            elif stands[r] == ENDED:
                after[s, AT_END] += 1
            else:
                after[s, ELSEWHERE if strayed else SILENT] += 1
                add_one(step_sums, step_now, share + DROPPED, step_now[share + REACHED])
            if marks[s, CAME_BACK]:
                by_step[s, STEP_RETURNED] += 1
                add_one(step_sums, step_now, share + RETURNED, step_now[share + REACHED])
                if step_last[s, 1] != c:
                    step_last[s, 1] = c
                    by_step[s, STEP_RETURNED_BY] += 1
                if marks[s, NOT_DECLARED]:
                    by_step[s, STEP_UNDECLARED] += 1
        if p < 0:
            totals[NO_STEP] += 1
        if any_off:
            totals[OFF_RUNS] += 1
            if any_last != c:
                any_last = c
                totals[OFF_CUSTOMERS] += 1
                off_now[n_touchpoints] = 0
            add_one(off_sums, off_now, n_touchpoints, size)
    return n_waits
