"""The inner loop of bracketed prices: climb by expectation and maximisation over brackets that are runs of spots.

The spots stand in order and a bracket holds all from its first to its last, so running sums make a round as cheap as
brackets and spots together. Each round is followed by a step of the iterative convex minorant: running sums go where a
parabola through their own slope puts them, kept in order (EM-ICM: Wellner and Zhan 1997, Journal of the American
Statistical Association 92:945-959). That takes tens of rounds where expectation and maximisation alone take thousands.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from klantreis.analysis.result import Floats, Ints
from klantreis.events.kernels.compiling import kernel


@kernel
def reach(counts: Floats, first: Ints, last: Ints, running: Floats) -> float:
    """The log-likelihood at running sums of the shares; a bracket that holds no spot counts for nothing."""
    reached, product = 0.0, 1.0
    for bracket in range(len(counts)):
        if last[bracket] < first[bracket]:
            continue
        likely = max(running[last[bracket] + 1] - running[first[bracket]], 1e-300)
        # A logarithm costs as much as the rest: those of brackets named once are taken of many at once.
        if counts[bracket] == 1.0 and likely > 1e-50:
            product *= likely
            if product < 1e-150:
                reached += np.log(product)
                product = 1.0
        else:
            reached += counts[bracket] * np.log(likely)
    return float(reached + np.log(product))


@kernel
def climb(counts: Floats, first: Ints, last: Ints, spots: Floats, rounds: int, tolerance: float) -> float:
    """Climb from ``spots``, which are written over; gives how much the steepest spot could still gain.

    Bracket i was named ``counts[i]`` times and holds the spots ``first[i]`` to ``last[i]``, none when the last comes
    first.
    """
    width = len(spots)
    whole = 0.0
    for bracket in range(len(counts)):
        if last[bracket] >= first[bracket]:
            whole += counts[bracket]
    running, trial, goal = np.zeros(width + 1), np.zeros(width + 1), np.empty(width + 1)
    gain, slope, bend = np.empty(width + 1), np.empty(width + 1), np.empty(width + 1)
    level, heavy, ends = np.empty(width + 1), np.empty(width + 1), np.empty(width + 1, np.int64)
    gap = np.inf
    for _ in range(rounds):
        for spot in range(width):
            running[spot + 1] = running[spot] + spots[spot]
        gain[:] = 0.0
        for bracket in range(len(counts)):
            if last[bracket] < first[bracket]:
                continue
            part = counts[bracket] / (whole * max(running[last[bracket] + 1] - running[first[bracket]], 1e-300))
            gain[first[bracket]] += part
            gain[last[bracket] + 1] -= part
        largest, total = 0.0, 0.0
        for spot in range(width):
            if spot:
                gain[spot] += gain[spot - 1]
            largest = max(largest, gain[spot])
            total += spots[spot] * max(gain[spot], 0.0)
        gap = largest - 1.0
        if gap < tolerance:
            break
        for spot in range(width):
            spots[spot] *= max(gain[spot], 0.0) / total
            running[spot + 1] = running[spot] + spots[spot]
        # Where each running sum would go by its own slope and bend, were it alone.
        slope[:] = 0.0
        bend[:] = 0.0
        for bracket in range(len(counts)):
            if last[bracket] < first[bracket]:
                continue
            likely = max(running[last[bracket] + 1] - running[first[bracket]], 1e-300)
            part = counts[bracket] / likely
            slope[first[bracket]] -= part
            slope[last[bracket] + 1] += part
            part /= likely
            bend[first[bracket]] += part
            bend[last[bracket] + 1] += part
        before = reach(counts, first, last, running)
        # They may not come down: neighbours that would are put at their weighted mean.
        blocks = 0
        for place in range(1, width):
            weight = max(bend[place], 1e-12)
            level[blocks] = running[place] + slope[place] / weight
            heavy[blocks] = weight
            ends[blocks] = place
            while blocks and level[blocks - 1] > level[blocks]:
                both = heavy[blocks - 1] + heavy[blocks]
                level[blocks - 1] = (level[blocks - 1] * heavy[blocks - 1] + level[blocks] * heavy[blocks]) / both
                heavy[blocks - 1] = both
                ends[blocks - 1] = ends[blocks]
                blocks -= 1
            blocks += 1
        place = 1
        for block in range(blocks):
            while place <= ends[block]:
                goal[place] = min(1.0, max(0.0, level[block]))
                place += 1
        # As far that way as leads up, halving; not at all when nothing does.
        trial[width] = 1.0
        far = 1.0
        for _ in range(12):
            for place in range(1, width):
                trial[place] = running[place] + far * (goal[place] - running[place])
            if reach(counts, first, last, trial) > before:
                for spot in range(width):
                    spots[spot] = max(trial[spot + 1] - trial[spot], 0.0)
                break
            far *= 0.5
    return gap


def climb_each(counts: Floats, first: Ints, last: Ints, *, rounds: int, tolerance: float) -> tuple[Floats, Floats]:
    """The shares of the spots for each row of counts, and the gaps.

    Examples
    --------
    >>> first, last = np.array([0, 0, 1]), np.array([0, 1, 1])
    >>> shares, gaps = climb_each(np.array([[3.0, 2.0, 1.0]]), first, last, rounds=1000, tolerance=1e-9)
    >>> shares.round(3).tolist(), bool(gaps[0] < 1e-9)
    ([[0.75, 0.25]], True)
    """
    width = int(last.max()) + 1
    shares = np.full((len(counts), width), 1 / width)
    rows = np.ascontiguousarray(counts, dtype=np.float64)

    def one(row: int) -> float:
        # A draw names two in three of the brackets that one person named each: the others are not walked past.
        named = np.flatnonzero(rows[row])
        return climb(rows[row, named], first[named], last[named], shares[row], rounds, tolerance)

    gaps = [one(0)]
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        gaps += threads.map(one, range(1, len(rows)))
    return shares, np.array(gaps)
