"""The likeliest spread of values known only up to brackets: where mass can lie, and how much lies there."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from klantreis.analysis.result import Floats
from klantreis.analysis.voice.turnbull_kernels import climb_each


def innermost(brackets: Floats) -> Floats:
    """The brackets (left, right] that can hold mass: a left end followed at once by a right end.

    Examples
    --------
    >>> innermost(np.array([[0.0, 7.0], [4.0, 11.0], [6.0, 10.0], [5.0, 5.0]])).tolist()
    [[5.0, 5.0], [6.0, 7.0]]
    """
    exact = brackets[:, 0] == brackets[:, 1]
    # At one value: an exact value begins just before it, a right end holds it, a left end begins just after.
    lefts = np.column_stack([brackets[:, 0], np.where(exact, 0, 2)])
    rights = np.column_stack([brackets[:, 1], np.ones(len(brackets))])
    ends = np.vstack([np.unique(lefts, axis=0), np.unique(rights, axis=0)])
    is_left = ends[:, 1] != 1
    order = np.lexsort((ends[:, 1], ends[:, 0]))
    ends, is_left = ends[order], is_left[order]
    begins = np.flatnonzero(is_left[:-1] & ~is_left[1:])
    return np.column_stack([ends[begins, 0], ends[begins + 1, 0]])


def members(brackets: Floats, spots: Floats) -> npt.NDArray[np.bool_]:
    """Brackets × spots: whether the bracket holds the spot."""
    left, right = brackets[:, [0]], brackets[:, [1]]
    exact_spot = spots[:, 0] == spots[:, 1]
    begins = np.where(exact_spot, (left < spots[:, 0]) | ((left == right) & (left == spots[:, 0])), left <= spots[:, 0])
    return np.asarray(begins & (spots[:, 1] <= right))


def maximise(
    counts: Floats, holds: npt.NDArray[np.bool_], *, rounds: int = 50_000, tolerance: float = 1e-9
) -> tuple[Floats, Floats]:
    """The shares of the spots that make the counts of the brackets likeliest, for several rows of counts at once.

    Parameters
    ----------
    counts
        Rows × brackets: how many (or how much weight) named each.
    holds
        Brackets × spots; a bracket holds all spots between its first and its last.
    rounds, tolerance
        Most rounds of EM-ICM, and the Kuhn-Tucker gap at which to stop.

    Returns
    -------
    shares, gaps
        Rows × spots, and per row how much the steepest spot could still gain per respondent (0 at the maximum).
    """
    if (holds.sum(axis=1) == 1).all():
        # No two brackets overlap: the shares are those that were named.
        return np.asarray(counts @ holds / counts.sum(axis=1, keepdims=True)), np.zeros(len(counts))
    there = holds.any(axis=1)
    first = np.where(there, holds.argmax(axis=1), 1).astype(np.int64)
    last = np.where(there, holds.shape[1] - 1 - holds[:, ::-1].argmax(axis=1), 0).astype(np.int64)
    shares, gaps = climb_each(counts, first, last, rounds=rounds, tolerance=tolerance)
    return np.hstack([shares, np.zeros((len(shares), holds.shape[1] - shares.shape[1]))]), gaps


def settle(counts: Floats, holds: npt.NDArray[np.bool_]) -> tuple[Floats, float]:
    """The shares for one row of counts, with spots that the maximum leaves empty at exactly 0, and the gap.

    The climb comes near 0 only slowly. So it runs on the spots that matter; a spot outside that could still gain
    comes in, one that is nearly empty goes out, until nothing outside could gain.
    """
    first, _ = maximise(counts, holds, rounds=1000, tolerance=1e-6)
    keep = _covering(first[0] > 1e-4 * first[0].max(), counts[0], holds, first[0])
    best, gap = first[0], np.inf
    for _ in range(30):
        kept, _ = maximise(counts, holds[:, keep], rounds=10_000, tolerance=1e-8)
        whole = np.zeros_like(first)
        whole[:, keep] = kept
        gain = _gain(counts / counts.sum(), whole, holds.astype(np.float64))[0]
        spare = keep & (whole[0] < 1e-5 * whole[0].max())
        if gain.max() - 1 < gap:
            best, gap = whole[0], float(gain.max() - 1)
            if gap < 1e-6 and not spare.any():
                break
        rest = _covering(keep & ~spare | (gain > 1 + 1e-7), counts[0], holds, whole[0])
        if (rest == keep).all():
            break
        keep = rest
    return best, gap


def _covering(
    keep: npt.NDArray[np.bool_], counts: Floats, holds: npt.NDArray[np.bool_], shares: Floats
) -> npt.NDArray[np.bool_]:
    """The spots to keep and, for a bracket that would hold none of them, its fullest."""
    keep = keep.copy()
    for row in np.flatnonzero((counts > 0) & ~holds[:, keep].any(axis=1)):
        keep[np.argmax(np.where(holds[row], shares, -1.0))] = True
    return keep


def _gain(share: Floats, spots: Floats, inside: Floats) -> Floats:
    likely = spots @ inside.T
    return np.asarray(np.divide(share, likely, out=np.zeros_like(share), where=likely > 0) @ inside)
