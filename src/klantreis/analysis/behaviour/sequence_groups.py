"""Groups of sequences from their distances, with how well each group holds together and comes back."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from klantreis.analysis.behaviour.grouping import WEAK, best_matches, by_size, mean_interval, medoids_of, silhouettes
from klantreis.analysis.options import checked_options
from klantreis.analysis.result import Floats, Ints, Result, as_array, caution, check_level
from klantreis.errors import InvalidInputError

Method = Literal["medoids", "ward", "average"]
#: At most so many cases are clustered anew in each draw.
DRAWN = 500


class _HasMatrix(Protocol):
    @property
    def matrix(self) -> Floats: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceGroup(Result):
    """One group; ``estimate`` is its mean silhouette, ``n`` how many sequences it holds.

    Parameters
    ----------
    group
        Its number; 0 is the largest.
    medoid
        Position of the sequence that lies closest to the others of the group: the one to show.
    stability
        Mean over draws of its overlap (Jaccard) with the nearest group found anew; None without draws. Below 0.6 do not
        trust it, from 0.75 it is a stable group.
    """

    group: int
    medoid: int
    stability: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceGroups(Result):
    """Groups, the largest first; ``estimate`` is the mean silhouette of all sequences."""

    labels: tuple[int, ...] = field(repr=False)
    groups: tuple[SequenceGroup, ...]


@checked_options
def cluster(
    distances: _HasMatrix | npt.ArrayLike,
    k: int,
    *,
    method: Method = "medoids",
    draws: int = 50,
    confidence: float = 0.95,
    seed: int = 0,
) -> SequenceGroups:
    """Cut sequences into k groups by their distances.

    Parameters
    ----------
    distances
        Shape (n, n), symmetric with zeros on the diagonal, or what :func:`optimal_matching` gave.
    method
        ``medoids`` (partition around medoids), or a tree by ``ward`` or ``average`` linkage cut at k.
    draws
        How many times a sample is clustered anew for the stability; 0 for none.

    Notes
    -----
    The intervals of the silhouettes take the groups as given. A draw holds at most 500 cases.

    Examples
    --------
    >>> line = np.array([0.0, 1.0, 2.0, 10.0, 11.0])
    >>> found = cluster(np.abs(line[:, None] - line), 2, draws=0)
    >>> found.labels, [group.medoid for group in found.groups]
    ((0, 0, 0, 1, 1), [1, 3])
    """
    check_level(confidence)
    apart = _checked(distances)
    n = len(apart)
    if not 2 <= k < n:
        raise InvalidInputError(f"k must lie between 2 and {n - 1}, not at {k}.")
    if method not in ("medoids", "ward", "average"):
        raise InvalidInputError(f"method must be medoids, ward or average, not {method!r}.")
    labels = _group(apart, k, method)
    labels = by_size(labels, k)[labels]
    width = silhouettes(apart, labels)
    steady = _stability(apart, labels, k, method, draws, seed) if draws else [None] * k
    groups = []
    for group in range(k):
        inside = np.flatnonzero(labels == group)
        low, high = mean_interval(width[inside], confidence)
        shaky = steady[group]
        groups.append(
            SequenceGroup(
                estimate=float(width[inside].mean()),
                low=low,
                high=high,
                n=len(inside),
                method="mean silhouette, student t",
                confidence=confidence,
                warnings=(caution("behaviour.unstable_group", group=group, jaccard=round(shaky, 2)),)
                if shaky is not None and shaky < 0.6
                else (),
                group=group,
                medoid=int(inside[apart[np.ix_(inside, inside)].sum(axis=1).argmin()]),
                stability=shaky,
            )
        )
    low, high = mean_interval(width, confidence)
    mean = float(width.mean())
    return SequenceGroups(
        estimate=mean,
        low=low,
        high=high,
        n=n,
        method=f"{method}, silhouette",
        confidence=confidence,
        warnings=(caution("behaviour.weak_structure", silhouette=round(mean, 2)),) if mean < WEAK else (),
        labels=tuple(labels.tolist()),
        groups=tuple(groups),
    )


def _checked(distances: _HasMatrix | npt.ArrayLike) -> Floats:
    given: Any = getattr(distances, "matrix", distances)
    apart = as_array("distances", given, dims=2, low=0)
    if apart.shape[0] != apart.shape[1]:
        raise InvalidInputError(f"distances must be square, not {apart.shape[0]} by {apart.shape[1]}.")
    if np.diagonal(apart).any() or not np.allclose(apart, apart.T):
        raise InvalidInputError("distances must be symmetric, with 0 from each sequence to itself.")
    return apart


def _group(apart: Floats, k: int, method: Method) -> Ints:
    if method == "medoids":
        return medoids_of(apart, k)[0]
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    tree = linkage(squareform(apart, checks=False), method)
    return np.asarray(fcluster(tree, k, criterion="maxclust"), dtype=np.int64) - 1


def _stability(apart: Floats, labels: Ints, k: int, method: Method, draws: int, seed: int) -> list[float]:
    """Mean Jaccard of each group with its nearest in a bootstrap sample; repeats of a case are taken once."""
    rng = np.random.default_rng(seed)
    samples = []
    for _ in range(draws):
        drawn = np.flatnonzero(np.bincount(rng.integers(0, len(apart), len(apart)), minlength=len(apart)))
        samples.append(rng.choice(drawn, DRAWN, replace=False) if len(drawn) > DRAWN else drawn)

    def overlap(drawn: Ints) -> Floats | None:
        if len(drawn) <= k:
            return None
        return best_matches(labels[drawn], _group(apart[np.ix_(drawn, drawn)], k, method))

    total, seen = np.zeros(k), np.zeros(k)
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        for drawn, found in zip(samples, threads.map(overlap, samples), strict=True):
            if found is not None:
                here = np.unique(labels[drawn])
                total[here] += found
                seen[here] += 1
    return [float(t / s) if s else float("nan") for t, s in zip(total, seen, strict=True)]
