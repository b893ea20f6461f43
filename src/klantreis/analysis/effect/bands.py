"""How wide must intervals be to hold for many effects together, of groups of which some are small?

The wild bootstrap of Student's ratio: each unit's share in the errors keeps or changes its sign, the effects move with
it, and so do their standard errors, group by group. The largest ratio of all effects is what the bands must hold.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from klantreis.analysis.effect.estimate import critical
from klantreis.analysis.result import Floats, Ints

#: Numbers held at once.
BLOCK = 4_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Bands:
    """Makes bands for effects on the same units.

    Parameters
    ----------
    group
        Shape (units,): the group of each unit, from 0.
    draws, seed, confidence
        Of the bootstrap; without draws the bands are as wide as the intervals.
    """

    group: Ints
    draws: int
    seed: int
    confidence: float

    def of(self, influence: Floats) -> Floats:
        """Half the width of each band; influence is units by effects."""
        n = len(influence)
        errors = np.sqrt((influence**2).sum(axis=0)) / n
        pointwise = critical(self.confidence)
        usable = errors > 0
        if self.draws < 1 or not usable.any():
            return np.asarray(errors * pointwise)
        order = np.argsort(self.group, kind="stable")
        parts = influence[np.ix_(order, usable)] / (n * errors[usable])
        sizes = np.bincount(self.group)
        starts = np.cumsum(sizes) - sizes
        # What the variance of a mean of so few loses to its own mean, given back.
        back = (sizes / np.maximum(sizes - 1, 1))[:, None]
        squares = np.add.reduceat(parts**2, starts, axis=0)
        rng = np.random.default_rng(self.seed)
        step = max(1, BLOCK // max(n, parts.shape[1] * len(sizes)))
        largest: list[Floats] = []
        for begin in range(0, self.draws, step):
            signs = rng.choice([-1.0, 1.0], size=(min(step, self.draws - begin), n))
            sums = np.stack(
                [signs[:, a : a + size] @ parts[a : a + size] for a, size in zip(starts, sizes, strict=True)], axis=1
            )
            spread = ((squares - sums**2 / sizes[:, None]) * back).sum(axis=1)
            ratios = np.abs(sums.sum(axis=1)) / np.sqrt(np.maximum(spread, 1e-12))
            largest.append(ratios.max(axis=1))
        # The corrected error of each effect, so that ratio and error are of one kind.
        wider = np.ones(len(errors))
        wider[usable] = np.sqrt((squares * back).sum(axis=0))
        bound = float(np.quantile(np.concatenate(largest), self.confidence, method="higher"))
        return np.asarray(errors * np.maximum(pointwise, bound * wider))
