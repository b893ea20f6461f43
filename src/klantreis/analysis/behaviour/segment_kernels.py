"""The inner loop of latent classes: climb by expectation and maximisation over different answer patterns.

A few items at a time are taken as one, whose answers are all their combinations: what a combination is worth is worked
out once a round, and a pattern looks up a handful of combinations in place of all its answers.
After two rounds the climb leaps as far as their steps foretell (SQUAREM: Varadhan and Roland 2008, Scandinavian Journal
of Statistics 35:335-353), and goes back when that leads down.
"""

from __future__ import annotations

import math
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from klantreis.analysis.result import Floats, Ints
from klantreis.events.kernels.compiling import kernel

#: Items are taken together while they have no more combinations than this, and are no more than that.
COMBINATIONS, TOGETHER = 256, 8


@dataclass(frozen=True, slots=True, eq=False)
class Bundles:
    """Patterns by combinations of answers to a few items at a time.

    Parameters
    ----------
    states
        Patterns × bundles: the number of the combination, over all bundles.
    parts
        Combinations × items of a bundle: numbers of the categories; -1 for no answer, and past the last.
    lift
        After how many bundles chances may have become too small to be told from 0.
    """

    states: Ints
    parts: Ints
    lift: int


def bundled(codes: Ints, item: Ints) -> Bundles:
    """Items taken together as far as their combinations stay few.

    Examples
    --------
    >>> found = bundled(np.array([[0, 2], [1, 3], [1, -1]] * 40), np.array([0, 0, 1, 1]))
    >>> found.states[:3].ravel().tolist(), found.parts.tolist()
    ([0, 3, 5], [[0, 2], [1, 2], [0, 3], [1, 3], [0, -1], [1, -1]])
    """
    most = min(COMBINATIONS, len(codes) // 8)
    groups: list[tuple[list[Ints], Ints]] = []
    for place in range(codes.shape[1]):
        choices = np.flatnonzero(item == place)
        if (codes[:, place] < 0).any():
            choices = np.append(choices, -1)
        number = np.where(codes[:, place] < 0, len(choices) - 1, codes[:, place] - choices[0])
        if groups and math.prod(map(len, groups[-1][0])) * len(choices) <= most and len(groups[-1][0]) < TOGETHER:
            before, state = groups[-1]
            groups[-1] = [*before, choices], state + number * math.prod(map(len, before))
        else:
            groups.append(([choices], number))
    width = max(len(together) for together, _ in groups)
    tables, states, start = [], [], 0
    for together, state in groups:
        grid = np.stack([axis.ravel(order="F") for axis in np.meshgrid(*together, indexing="ij")], axis=1)
        tables.append(np.pad(grid, ((0, 0), (0, width - len(together))), constant_values=-1))
        states.append(state + start)
        start += len(grid)
    parts = np.ascontiguousarray(np.vstack(tables), dtype=np.int64)
    return Bundles(np.ascontiguousarray(np.stack(states, axis=1), dtype=np.int64), parts, max(1, 16 // width))


@kernel
def climb(
    states: Ints,
    parts: Ints,
    item: Ints,
    weights: Floats,
    share: Floats,
    chance: Floats,
    lift: int,
    most: int,
    tolerance: float,
    close: float,
    rests: NDArray[np.bool_],
) -> float:
    """Climb from ``share`` and ``chance``, which are written over; gives the log-likelihood where it stopped.

    ``states``, ``parts`` and ``lift`` are as in :class:`Bundles`, ``item`` is the item of each category, ``chance`` is
    categories × classes. It stops when a round gains less than ``tolerance`` of the likelihood, or when the way that is
    left, as the last steps foretell it, is shorter than ``close``; then the first of ``rests`` is set.
    """
    patterns, bundles = states.shape
    combinations, together = parts.shape
    categories, k = chance.shape
    width = item[categories - 1] + 1
    # Chances, and in the last row the shares: where the climb is, and was before each of the last two rounds.
    now = np.empty((categories + 1, k))
    now[:categories] = chance
    now[categories] = share
    zero, one, two = np.empty_like(now), np.empty_like(now), np.empty_like(now)
    counts = np.empty_like(now)
    joint, whole = np.empty(k), np.empty((width + 1, k))
    table, tallied = np.empty((combinations, k)), np.empty((combinations, k))
    total = weights.sum()
    before, reached = -np.inf, -np.inf
    phase = 0
    for _ in range(most):
        if phase == 0:
            zero[:] = now
        elif phase == 1:
            one[:] = now
        for combination in range(combinations):
            for c in range(k):
                table[combination, c] = 1.0
            for place in range(together):
                code = parts[combination, place]
                if code >= 0:
                    for c in range(k):
                        table[combination, c] *= now[code, c]
        tallied[:] = 0.0
        counts[:] = 0.0
        reached, product = 0.0, 1.0
        for pattern in range(patterns):
            weight = weights[pattern]
            if weight == 0.0:
                continue
            lifted = 0.0
            for c in range(k):
                joint[c] = now[categories, c]
            for bundle in range(bundles):
                state = states[pattern, bundle]
                for c in range(k):
                    joint[c] *= table[state, c]
                if bundle % lift == lift - 1:
                    # Chances of many items together become too small to be told from 0.
                    top = 0.0
                    for c in range(k):
                        top = max(top, joint[c])
                    if 0.0 < top < 1e-100:
                        joint *= 1e100
                        lifted += 100.0
            likely = 0.0
            for c in range(k):
                likely += joint[c]
            likely = max(likely, 1e-300)
            # A logarithm costs as much as the rest: most are taken of many patterns at once.
            if weight <= 2.0 and lifted == 0.0 and likely > 1e-50 and weight == np.floor(weight):
                product *= likely if weight == 1.0 else likely * likely
                if product < 1e-150:
                    reached += np.log(product)
                    product = 1.0
            else:
                reached += weight * (np.log(likely) - lifted * np.log(10.0))
            scale = weight / likely
            for c in range(k):
                joint[c] *= scale
                counts[categories, c] += joint[c]
            for bundle in range(bundles):
                state = states[pattern, bundle]
                for c in range(k):
                    tallied[state, c] += joint[c]
        reached += np.log(product)
        for combination in range(combinations):
            for place in range(together):
                code = parts[combination, place]
                if code >= 0:
                    for c in range(k):
                        counts[code, c] += tallied[combination, c]
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
            rests[0] = True
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


@dataclass(frozen=True, slots=True, eq=False)
class Climbed:
    """Where each climb ended, the log-likelihood there, and whether it came to rest."""

    share: Floats
    chance: Floats
    ends: Floats
    rests: NDArray[np.bool_]


def climb_all(
    bundles: Bundles,
    item: Ints,
    weights: Floats,
    share: Floats,
    chance: Floats,
    *,
    most: int,
    tolerance: float,
    close: float = 0.0,
) -> Climbed:
    """Climb from several beginnings, side by side.

    Parameters
    ----------
    bundles, item
        The patterns, and the item of each category.
    weights
        Beginnings × patterns, or one row for all.
    share, chance
        Beginnings × classes, and beginnings × categories × classes; left as they are.
    close
        How near is near enough, as a straight distance over all shares and chances.

    Examples
    --------
    >>> codes, item = np.array([[0, 2], [1, 3]]), np.array([0, 0, 1, 1])
    >>> begin = np.array([[0.5, 0.5]]), np.array([[[0.9, 0.2], [0.1, 0.8], [0.8, 0.1], [0.2, 0.9]]])
    >>> found = climb_all(bundled(codes, item), item, np.array([[3.0, 1.0]]), *begin, most=100, tolerance=1e-12)
    >>> found.share.round(3).tolist(), round(float(found.ends[0]), 3), found.rests.tolist()
    ([[0.75, 0.25]], -2.249, [True])
    """
    share, chance = np.array(share, order="C"), np.array(chance, order="C")
    of_category, rests = np.ascontiguousarray(item), np.zeros((len(share), 1), dtype=bool)

    def one(place: int) -> float:
        row = weights[place] if len(weights) > 1 else weights[0]
        return climb(
            bundles.states,
            bundles.parts,
            of_category,
            row,
            share[place],
            chance[place],
            bundles.lift,
            most,
            tolerance,
            close,
            rests[place],
        )

    ends = [one(0)]
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        ends += threads.map(one, range(1, len(share)))
    return Climbed(share, chance, np.array(ends), rests[:, 0])
