"""How well do groups hold together: silhouettes, medoids, and how alike two groupings are.

Says nothing of whether the groups are true: a cloud without any groups can be cut in stable pieces.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from klantreis.analysis.result import Floats, Ints
from klantreis.errors import InvalidInputError
from klantreis.events.kernels.compiling import kernel

#: Below this an average silhouette tells of no structure worth a name (Kaufman and Rousseeuw 1990, table 4).
WEAK = 0.25


def straight_distances(points: Floats) -> Floats:
    """Euclidean distances between rows.

    Examples
    --------
    >>> straight_distances(np.array([[0.0, 0.0], [3.0, 4.0]]))[0, 1].item()
    5.0
    """
    squares = (points**2).sum(axis=1)
    apart = squares[:, None] + squares[None, :] - 2 * points @ points.T
    np.fill_diagonal(apart, 0.0)
    return np.asarray(np.sqrt(np.maximum(apart, 0.0)))


def silhouettes(distances: Floats, labels: Ints) -> Floats:
    """For each case how much closer it is to its own group than to the next, -1 to 1; 0 when it is alone.

    References
    ----------
    Rousseeuw (1987), Journal of Computational and Applied Mathematics 20:53-65.

    Examples
    --------
    >>> line = np.array([0.0, 1.0, 10.0])
    >>> silhouettes(np.abs(line[:, None] - line), np.array([0, 0, 1])).round(3).tolist()
    [0.9, 0.889, 0.0]
    """
    _, codes = np.unique(labels, return_inverse=True)
    k = int(codes.max()) + 1
    if k < 2:
        raise InvalidInputError("labels hold one group only; two or more are needed.")
    sizes = np.bincount(codes, minlength=k)
    sums = distances @ np.eye(k)[codes]
    cases = np.arange(len(codes))
    own = sums[cases, codes] / np.maximum(sizes[codes] - 1, 1)
    means = sums / sizes
    means[cases, codes] = np.inf
    other = means.min(axis=1)
    widest = np.maximum(own, other)
    width = np.divide(other - own, widest, out=np.zeros(len(codes)), where=widest > 0)
    return np.where(sizes[codes] > 1, width, 0.0)


@kernel
def add_nearest(distances: Floats, nearest: Floats, gain: Floats) -> None:
    """Add to each candidate how far all would be from the nearest medoid, were it one."""
    n = len(distances)
    for case in range(n):
        row, limit = distances[case], nearest[case]
        for candidate in range(n):
            gain[candidate] += min(row[candidate], limit)


@kernel
def add_changes(distances: Floats, labels: Ints, first: Floats, second: Floats, away: Floats, change: Floats) -> None:
    """Add what all together would lose by a swap: of any medoid, and (medoid × candidate) of their own besides."""
    n = len(distances)
    for case in range(n):
        row, own, near, next_near = distances[case], change[labels[case]], first[case], second[case]
        for candidate in range(n):
            apart = row[candidate]
            away[candidate] += min(apart, near) - near
            own[candidate] += min(apart, next_near) - min(apart, near)


def medoids_of(distances: Floats, k: int, *, rounds: int = 200) -> tuple[Ints, Ints]:
    """Partition around medoids: labels 0 to k-1 and the case in the middle of each, chosen to lie closest to the rest.

    References
    ----------
    Kaufman and Rousseeuw (1990), Finding Groups in Data, chapter 2: build and swap; each round takes the best swap.

    Examples
    --------
    >>> line = np.array([0.0, 1.0, 2.0, 10.0, 11.0])
    >>> labels, middle = medoids_of(np.abs(line[:, None] - line), 2)
    >>> labels.tolist(), middle.tolist()
    ([0, 0, 0, 1, 1], [1, 3])
    """
    n = len(distances)
    if not 1 <= k <= n:
        raise InvalidInputError(f"k must lie between 1 and {n}, not at {k}.")
    distances = np.ascontiguousarray(distances)
    chosen = [int(distances.sum(axis=0).argmin())]
    nearest = distances[:, chosen[0]].copy()
    while len(chosen) < k:
        gain = np.zeros(n)
        add_nearest(distances, nearest, gain)
        gain[chosen] = np.inf
        chosen.append(int(gain.argmin()))
        nearest = np.minimum(nearest, distances[:, chosen[-1]])
    middle = np.array(chosen)
    for _ in range(rounds if k < n else 0):
        labels, first, second = _two_nearest(distances, middle)
        away, change = np.zeros(n), np.zeros((k, n))
        add_changes(distances, labels, first, second, away, change)
        change += away
        change[:, middle] = np.inf
        out, into = np.unravel_index(int(change.argmin()), change.shape)
        if change[out, into] >= -1e-9 * max(float(first.sum()), 1e-300):
            break
        middle[out] = into
    return _two_nearest(distances, middle)[0], middle


def _two_nearest(distances: Floats, middle: Ints) -> tuple[Ints, Floats, Floats]:
    to = distances[:, middle]
    labels = to.argmin(axis=1)
    labels[middle] = np.arange(len(middle))
    cases = np.arange(len(to))
    first = to[cases, labels]
    if len(middle) == 1:
        return labels, first, np.full(len(to), np.inf if len(to) == 1 else to.max() * 2 + 1)
    rest = to.copy()
    rest[cases, labels] = np.inf
    return labels, first, rest.min(axis=1)


def best_matches(labels: Ints, others: Ints) -> Floats:
    """For each group (sorted label) the largest overlap with a group of another grouping, of what either holds.

    Examples
    --------
    >>> best_matches(np.array([0, 0, 1, 1]), np.array([5, 5, 5, 7])).round(3).tolist()
    [0.667, 0.5]
    """
    _, a = np.unique(labels, return_inverse=True)
    _, b = np.unique(others, return_inverse=True)
    both = np.zeros((a.max() + 1, b.max() + 1))
    np.add.at(both, (a, b), 1)
    either = both.sum(axis=1)[:, None] + both.sum(axis=0)[None, :] - both
    return np.asarray((both / either).max(axis=1))


def by_size(labels: Ints, k: int, *, weights: Floats | None = None) -> Ints:
    """New number of each group when the largest is 0; of equal sizes the one that is met first."""
    met = np.full(k, len(labels))
    np.minimum.at(met, labels, np.arange(len(labels)))
    order = np.lexsort((met, -np.bincount(labels, weights, minlength=k)))
    rank = np.empty(k, dtype=np.int64)
    rank[order] = np.arange(k)
    return rank


def mean_interval(values: npt.NDArray[np.float64], confidence: float) -> tuple[float | None, float | None]:
    """Student's interval of a mean; none for a single value."""
    n = len(values)
    if n < 2:
        return None, None
    half = float(stdtrit(n - 1, 0.5 + confidence / 2)) * float(values.std(ddof=1)) / math.sqrt(n)
    return float(values.mean()) - half, float(values.mean()) + half
