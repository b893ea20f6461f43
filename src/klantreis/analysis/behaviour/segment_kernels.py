"""The inner loop of latent classes: climb by expectation and maximisation over different answer patterns.

A pattern's answers are numbers of categories, so a round costs patterns × items × classes and holds no table of them.
After two rounds the climb leaps as far as their steps foretell (SQUAREM: Varadhan and Roland 2008, Scandinavian Journal
of Statistics 35:335-353), and goes back when that leads down.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from klantreis.analysis.result import Floats, Ints
from klantreis.events.kernels.counting import kernel


@kernel
def climb(
    codes: Ints, item: Ints, weights: Floats, share: Floats, chance: Floats, most: int, tolerance: float, close: float
) -> float:
    """Climb from ``share`` and ``chance``, which are written over; gives the log-likelihood where it stopped.

    ``codes`` is patterns × items (numbers of categories over all items, -1 for no answer), ``item`` the item of each
    category, ``chance`` categories × classes. It stops when a round gains less than ``tolerance`` of the likelihood,
    or when the way that is left, as the last steps foretell it, is shorter than ``close``.
    """
    patterns, width = codes.shape
    categories, k = chance.shape
    # Chances, and in the last row the shares: where the climb is, and was before each of the last two rounds.
    now = np.empty((categories + 1, k))
    now[:categories] = chance
    now[categories] = share
    zero, one, two = np.empty_like(now), np.empty_like(now), np.empty_like(now)
    counts = np.empty_like(now)
    joint, whole = np.empty(k), np.empty((width + 1, k))
    total = weights.sum()
    before, reached = -np.inf, -np.inf
    phase = 0
    for _ in range(most):
        if phase == 0:
            zero[:] = now
        elif phase == 1:
            one[:] = now
        counts[:] = 0.0
        reached = 0.0
        for pattern in range(patterns):
            weight = weights[pattern]
            if weight == 0.0:
                continue
            lifted = 0.0
            for c in range(k):
                joint[c] = now[categories, c]
            for place in range(width):
                code = codes[pattern, place]
                if code >= 0:
                    for c in range(k):
                        joint[c] *= now[code, c]
                if place % 16 == 15:
                    # Chances of many items together become too small to be told from 0.
                    top = joint.max()
                    if 0.0 < top < 1e-100:
                        joint *= 1e100
                        lifted += 100.0
            likely = 0.0
            for c in range(k):
                likely += joint[c]
            likely = max(likely, 1e-300)
            reached += weight * (np.log(likely) - lifted * np.log(10.0))
            scale = weight / likely
            for c in range(k):
                joint[c] *= scale
                counts[categories, c] += joint[c]
            for place in range(width):
                code = codes[pattern, place]
                if code >= 0:
                    for c in range(k):
                        counts[code, c] += joint[c]
        if phase == 2 and reached < before:
            # The leap led down: back to where two plain rounds had come.
            now[:] = two
            phase = 0
            continue
        done = phase < 2 and reached - before <= tolerance * max(1.0, abs(reached))
        whole[:] = 0.0
        whole[width] = total
        for category in range(categories):
            for c in range(k):
                whole[item[category], c] += counts[category, c]
        for category in range(categories + 1):
            for c in range(k):
                base = whole[item[category] if category < categories else width, c]
                if base > 0.0:
                    now[category, c] = counts[category, c] / base
        before = reached
        if done:
            break
        if phase == 1:
            two[:] = now
            step, bend = 0.0, 0.0
            for category in range(categories + 1):
                for c in range(k):
                    first = one[category, c] - zero[category, c]
                    second = two[category, c] - one[category, c] - first
                    step += first * first
                    bend += second * second
            far = max(1.0, np.sqrt(step / bend)) if bend > 0.0 else 1.0
            if far * np.sqrt(step) < close:
                break
            whole[:] = 0.0
            for category in range(categories + 1):
                for c in range(k):
                    first = one[category, c] - zero[category, c]
                    second = two[category, c] - one[category, c] - first
                    leap = zero[category, c] + 2 * far * first + far * far * second
                    now[category, c] = leap if leap > 0.0 else two[category, c]
                    if category < categories:
                        whole[item[category], c] += now[category, c]
                    else:
                        whole[width, 0] += now[category, c]
            for category in range(categories + 1):
                for c in range(k):
                    base = whole[item[category], c] if category < categories else whole[width, 0]
                    if base > 0.0:
                        now[category, c] /= base
        phase = (phase + 1) % 3
    chance[:] = now[:categories]
    share[:] = now[categories]
    return reached


def climb_all(
    codes: Ints,
    item: Ints,
    weights: Floats,
    share: Floats,
    chance: Floats,
    *,
    most: int,
    tolerance: float,
    close: float = 0.0,
) -> tuple[Floats, Floats, Floats]:
    """Climb from several beginnings, side by side.

    Parameters
    ----------
    codes, item
        As for :func:`climb`.
    weights
        Beginnings × patterns, or one row for all.
    share, chance
        Beginnings × classes, and beginnings × categories × classes; left as they are.
    close
        How near is near enough, as a straight distance over all shares and chances.

    Returns
    -------
    share, chance, ends
        Where each climb ended, and the log-likelihood there.

    Examples
    --------
    >>> codes, item = np.array([[0, 2], [1, 3]]), np.array([0, 0, 1, 1])
    >>> begin = np.array([[0.5, 0.5]]), np.array([[[0.9, 0.2], [0.1, 0.8], [0.8, 0.1], [0.2, 0.9]]])
    >>> share, chance, ends = climb_all(codes, item, np.array([[3.0, 1.0]]), *begin, most=100, tolerance=1e-12)
    >>> share.round(3).tolist(), round(float(ends[0]), 3)
    ([[0.75, 0.25]], -2.249)
    """
    share, chance = share.copy(), np.ascontiguousarray(chance)
    chance = chance.copy()
    rows, of_category = np.ascontiguousarray(codes), np.ascontiguousarray(item)

    def one(place: int) -> float:
        row = weights[place] if len(weights) > 1 else weights[0]
        return climb(rows, of_category, row, share[place], chance[place], most, tolerance, close)

    ends = [one(0)]
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        ends += threads.map(one, range(1, len(share)))
    return share, chance, np.array(ends)
