"""Groups around a typical member when some fields are numbers and others categories."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from klantreis.analysis.behaviour.grouping import WEAK, by_size, mean_interval, silhouettes, straight_distances
from klantreis.analysis.behaviour.segment_centres import as_cases, gather_best
from klantreis.analysis.behaviour.segment_tables import Coded, indicators, points, read_categories
from klantreis.analysis.options import checked_options
from klantreis.analysis.result import Caution, Floats, Ints, Result, caution, check_level
from klantreis.errors import InvalidInputError

#: Of more cases than this the silhouette is taken over a sample of so many.
SAMPLED = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Prototype(Result):
    """One group; ``estimate`` is its mean silhouette, ``n`` how many it holds.

    Parameters
    ----------
    group
        Its number; 0 is the largest.
    centre
        Mean of each numeric field, in its own unit.
    mode
        Commonest category of each categorical field.
    """

    group: int
    centre: tuple[float, ...]
    mode: tuple[Any, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MixedPrototypes(Result):
    """Groups, the largest first; ``estimate`` is the mean silhouette.

    Parameters
    ----------
    cost
        Sum over cases of (squared distance to the centre) + gamma · (categories that differ from the mode).
    numeric_part
        Part of the cost that is numeric; near 0 or 1 one kind of field decides everything.
    """

    labels: tuple[int, ...] = field(repr=False)
    prototypes: tuple[Prototype, ...]
    gamma: float
    cost: float
    numeric_part: float
    starts: int
    found: int


@checked_options
def mixed_prototypes(
    numeric: npt.ArrayLike,
    categorical: npt.ArrayLike | Sequence[Sequence[object]] | None,
    k: int,
    *,
    gamma: float | None = None,
    scale: bool = True,
    starts: int = 20,
    confidence: float = 0.95,
    seed: int = 0,
) -> MixedPrototypes:
    """Groups of the least distance to their centre and mode (k-prototypes).

    Parameters
    ----------
    numeric
        Shape (n, numbers).
    categorical
        Shape (n, categories): any labels; None for no such fields, and then this is k-means.
    k
        How many groups.
    gamma
        What a category that differs counts against a squared distance of one; default: half the mean variance of
        the numeric fields (one half when scaled). 0 leaves the categories out, a very large one the numbers.
    scale
        Whether to give each numeric field a variance of one first.
    starts
        Random starts; the best is kept.

    Raises
    ------
    InvalidInputError
        When something is missing, or there are fewer cases than groups.

    References
    ----------
    Huang (1998), Data Mining and Knowledge Discovery 2:283-304.

    Examples
    --------
    >>> found = mixed_prototypes([[1.0], [1.2], [5.0], [5.1]], [["web"], ["web"], ["shop"], ["web"]], 2)
    >>> found.labels, [prototype.mode for prototype in found.prototypes]
    ((0, 0, 1, 1), [('web',), ('shop',)])
    """
    check_level(confidence)
    x = points("numeric", numeric)
    coded = read_categories("categorical", categorical) if categorical is not None else None
    if coded is not None and (coded.codes < 0).any():
        raise InvalidInputError("categorical holds a missing value.", hint="Give not knowing a category of its own.")
    if coded is not None and len(coded.codes) != len(x):
        raise InvalidInputError(f"Unequal lengths: numeric has {len(x)}, categorical has {len(coded.codes)}.")
    spread = x.std(axis=0)
    used = (x - x.mean(axis=0)) / np.where(spread > 0, spread, 1.0) if scale else x
    weight = float(used.var(axis=0).mean()) / 2 if gamma is None else float(gamma)
    if not 0 <= weight < float("inf"):
        raise InvalidInputError(f"gamma must be 0 or more, not {weight}.")
    if not 2 <= k < len(x):
        raise InvalidInputError(f"k must lie between 2 and {len(x) - 1}, not at {k}.")
    rows = x if coded is None or weight == 0 else np.hstack([x, coded.codes])
    if len(np.unique(rows, axis=0)) < k:
        raise InvalidInputError(f"k is {k}, but numeric and categorical have fewer different rows than that.")
    labels, ends = partition(used, coded, k, gamma=weight, starts=starts, seed=seed)
    labels = by_size(labels, k)[labels]
    apart, away = _costs(used, coded, labels, k, weight)
    cost = apart + away
    place = _sample(len(x), seed)
    width = silhouettes(mixed_distances(used[place], coded, weight, place), labels[place])
    mean = float(width.mean())
    low, high = mean_interval(width, confidence)
    notes = _cautions(mean, apart / cost if cost else 0.5, coded, weight)
    if len(place) < len(x):
        notes.append(caution("behaviour.silhouette_sampled", n=len(place)))
    return MixedPrototypes(
        estimate=mean,
        low=low,
        high=high,
        n=len(x),
        method=f"k-prototypes, gamma {weight:g}, silhouette",
        confidence=confidence,
        warnings=tuple(notes),
        labels=tuple(labels.tolist()),
        prototypes=tuple(
            _prototype(group, x, coded, labels, width[labels[place] == group], confidence) for group in range(k)
        ),
        gamma=weight,
        cost=cost,
        numeric_part=apart / cost if cost else 1.0,
        starts=starts,
        found=int((ends < ends.min() * (1 + 1e-9) + 1e-12).sum()),
    )


def _cautions(mean: float, numeric: float, coded: Coded | None, gamma: float) -> list[Caution]:
    notes = [caution("behaviour.weak_structure", silhouette=round(mean, 2))] if mean < WEAK else []
    if coded is not None and gamma > 0 and not 0.1 <= numeric <= 0.9:
        notes.append(caution("behaviour.gamma_decides", gamma=round(gamma, 3), percent=round(100 * numeric)))
    return notes


def _prototype(group: int, x: Floats, coded: Coded | None, labels: Ints, width: Floats, confidence: float) -> Prototype:
    inside = labels == group
    low, high = mean_interval(width, confidence)
    mode: tuple[Any, ...] = ()
    if coded is not None:
        mode = tuple(
            names[int(np.bincount(coded.codes[inside, field], minlength=len(names)).argmax())]
            for field, names in enumerate(coded.names)
        )
    return Prototype(
        estimate=float(width.mean()) if len(width) else None,
        low=low,
        high=high,
        n=int(inside.sum()),
        method="mean silhouette, student t",
        confidence=confidence,
        group=group,
        centre=tuple(x[inside].mean(axis=0).tolist()),
        mode=mode,
    )


def _sample(n: int, seed: int) -> Ints:
    return np.arange(n) if n <= SAMPLED else np.sort(np.random.default_rng(seed).choice(n, SAMPLED, replace=False))


def mixed_distances(x: Floats, coded: Coded | None, gamma: float, rows: Ints) -> Floats:
    """√(squared distance + gamma · categories that differ), between the rows."""
    if coded is None or gamma == 0:
        return straight_distances(x)
    marks, _ = indicators(Coded(coded.codes[rows], coded.names))
    return straight_distances(np.hstack([x, marks * np.sqrt(gamma / 2)]))


def _costs(x: Floats, coded: Coded | None, labels: Ints, k: int, gamma: float) -> tuple[float, float]:
    """What the groups cost in numbers and in categories; every group holds somebody."""
    sizes = np.bincount(labels, minlength=k)
    apart = 0.0
    for column in x.T:
        centres = np.bincount(labels, column, minlength=k) / np.maximum(sizes, 1)
        apart += float(((column - centres[labels]) ** 2).sum())
    away = 0
    for item, names in enumerate(coded.names if coded is not None else ()):
        assert coded is not None  # noqa: S101 - it has fields
        counts = np.bincount(labels * len(names) + coded.codes[:, item], minlength=k * len(names))
        away += len(x) - int(counts.reshape(k, len(names)).max(axis=1).sum())
    return apart, gamma * away


def partition(x: Floats, coded: Coded | None, k: int, *, gamma: float, starts: int, seed: int) -> tuple[Ints, Floats]:
    """Labels of the best of several starts, and the cost at which each ended."""
    best, ends = gather_best(as_cases(x, coded, gamma=gamma), k, starts=starts, seed=seed)
    return best.labels, ends
