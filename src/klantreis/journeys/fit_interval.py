"""How sure are we of a fitness, and of its change: a bootstrap that draws customers, not runs.

Runs of one customer resemble each other, so the customer is what is drawn again, with all of its runs.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

#: With fewer customers a bootstrap says nothing.
FEWEST = 10
#: Distinct customers times resamples is held below this, by fewer resamples (never below ``LEAST``).
MOST_WORK = 50_000_000
LEAST = 200


def per_customer(customer: Ints, *amounts: Ints) -> Ints:
    """Totals per customer: one row each, one column per amount."""
    _, row = np.unique(customer, return_inverse=True)
    return np.stack([np.bincount(row, weights=amount).astype(np.int64) for amount in amounts], axis=1)


def resampled(totals: Ints, *, resamples: int, seed: int) -> Floats:
    """The column totals of ``resamples`` draws of as many customers, with putting back.

    Customers with equal totals are drawn together: how often each distinct row comes is multinomial, so this is the
    plain bootstrap and costs the same for a thousand customers and for a million.
    """
    rows, counts = _distinct(totals)
    resamples = max(min(LEAST, resamples), min(resamples, MOST_WORK // len(rows)))
    chance = np.random.Generator(np.random.PCG64(seed))
    n = int(counts.sum())
    at_once = max(1, 4_000_000 // len(rows))
    sums = [
        chance.multinomial(n, counts / n, size=min(at_once, resamples - done)) @ rows.astype(np.float64)
        for done in range(0, resamples, at_once)
    ]
    return np.concatenate(sums)


def interval(values: Floats, *, confidence: float) -> tuple[float, float] | None:
    """The middle part of what was drawn (percentile interval); None when nothing could be computed."""
    known = values[np.isfinite(values)]
    if len(known) == 0:
        return None
    low, high = np.quantile(known, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)


def fitness_of(cost: Floats, worst: Floats) -> Floats:
    """One minus the cost as a part of the worst; NaN where there is nothing to align."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(worst > 0, 1 - cost / worst, np.nan)


def _distinct(rows: Ints) -> tuple[Ints, Ints]:
    """The distinct rows, and how often each comes; by one number per row where that fits, which is far quicker."""
    sizes = [int(column.max()) + 1 for column in rows.T]
    product = 1
    for size in sizes:
        product *= size
    if product >= 2**62:
        found, counts = np.unique(rows, axis=0, return_counts=True)
        return found, counts
    packed = np.zeros(len(rows), np.int64)
    for size, column in zip(sizes, rows.T, strict=True):
        packed = packed * size + column
    _, first, counts = np.unique(packed, return_index=True, return_counts=True)
    return rows[first], counts
