"""The inner loop of bracketed prices: climb by expectation and maximisation over brackets that are runs of spots.

The spots stand in order and a bracket holds all from its first to its last, so running sums make a round as cheap as
brackets and spots together. After two rounds the climb leaps as far as these foretell (SQUAREM: Varadhan and Roland
2008, Scandinavian Journal of Statistics 35:335-353), and goes back when that leads down.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from klantreis.analysis.result import Floats, Ints
from klantreis.events.kernels.counting import kernel


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
    running, gain = np.empty(width + 1), np.empty(width + 1)
    zero, one, two = np.empty(width), np.empty(width), np.empty(width)
    before, gap = -np.inf, np.inf
    phase = 0
    for _ in range(rounds):
        if phase == 0:
            zero[:] = spots
        elif phase == 1:
            one[:] = spots
        running[0] = 0.0
        for spot in range(width):
            running[spot + 1] = running[spot] + spots[spot]
            gain[spot] = 0.0
        gain[width] = 0.0
        reached = 0.0
        for bracket in range(len(counts)):
            if counts[bracket] == 0.0 or last[bracket] < first[bracket]:
                continue
            likely = max(running[last[bracket] + 1] - running[first[bracket]], 1e-300)
            if phase:
                reached += counts[bracket] * np.log(likely)
            part = counts[bracket] / (whole * likely)
            gain[first[bracket]] += part
            gain[last[bracket] + 1] -= part
        if phase == 2 and reached < before:
            # The leap led down: back to where two plain rounds had come.
            spots[:] = two
            phase = 0
            continue
        before = reached
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
        if phase == 1:
            two[:] = spots
            step, bend, total = 0.0, 0.0, 0.0
            for spot in range(width):
                move = one[spot] - zero[spot]
                step += move * move
                bend += (two[spot] - one[spot] - move) ** 2
            far = max(1.0, np.sqrt(step / bend)) if bend > 0.0 else 1.0
            for spot in range(width):
                move = one[spot] - zero[spot]
                leap = zero[spot] + 2 * far * move + far * far * (two[spot] - one[spot] - move)
                spots[spot] = leap if leap > 0.0 else two[spot]
                total += spots[spot]
            spots /= total
        phase = (phase + 1) % 3
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
        return climb(rows[row], first, last, shares[row], rounds, tolerance)

    gaps = [one(0)]
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        gaps += threads.map(one, range(1, len(rows)))
    return shares, np.array(gaps)
