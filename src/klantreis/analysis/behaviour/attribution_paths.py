"""Paths to an outcome as rows of numbers, equal ones taken together, with how often each led to it or to nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

from klantreis.analysis.result import Floats, Ints, as_array, is_missing
from klantreis.errors import InvalidInputError

#: Above this a float no longer tells one outcome from the next.
MOST_OUTCOMES = 2**53
Paths = Sequence[str] | Sequence[Sequence[object]] | npt.NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class PathTable:
    """Different paths with their counts.

    Parameters
    ----------
    channels
        What can be on a path, in sorted order.
    touches, offsets
        Numbers of channels of all paths after one another; path i is ``touches[offsets[i]:offsets[i + 1]]``.
    conversions, nulls
        How often each path led to the outcome, and to nothing.
    again
        For each path as it was given its place among the different ones.
    """

    channels: tuple[Any, ...]
    touches: Ints
    offsets: Ints
    conversions: Floats
    nulls: Floats
    again: Ints

    @property
    def lengths(self) -> Ints:
        """How many touches each path has."""
        return np.diff(self.offsets)


def read_paths(paths: Paths, conversions: npt.ArrayLike, nulls: npt.ArrayLike | None = None) -> PathTable:
    """Paths as numbers; a text is cut at ``>``.

    Raises
    ------
    InvalidInputError
        When a path has no touch, counts are negative or of another length, or nothing was converted.

    Examples
    --------
    >>> table = read_paths(["a > b", ("b",), "a>b"], [1, 1, 1], [0, 2, 0])
    >>> table.channels, table.touches.tolist(), table.conversions.tolist(), table.nulls.tolist()
    (('a', 'b'), [0, 1, 1], [2.0, 1.0], [0.0, 2.0])
    """
    if isinstance(paths, str) or not len(paths):
        raise InvalidInputError("paths must hold one path or more.")
    won = as_array("conversions", conversions, low=0)
    lost = np.zeros(len(won)) if nulls is None else as_array("nulls", nulls, low=0)
    lengths = {"paths": len(paths), "conversions": len(won), "nulls": len(lost)}
    if len(set(lengths.values())) > 1:
        raise InvalidInputError("Unequal lengths: " + ", ".join(f"{k} has {n}" for k, n in lengths.items()) + ".")
    if (total := won.sum() + lost.sum()) > MOST_OUTCOMES:
        raise InvalidInputError(f"conversions and nulls add up to {total:g}, which is more than can be counted.")
    if won.sum() <= 0:
        raise InvalidInputError("conversions are all zero: no path led to the outcome.")
    # Most paths recur, so texts are cut and names numbered once for each different one.
    places: dict[object, int] = {}
    try:
        number = np.fromiter(
            (places.setdefault(_key(path), len(places)) for path in paths), dtype=np.int64, count=len(paths)
        )
    except TypeError as error:
        raise InvalidInputError("paths holds a touch that is itself a list; a touch is one name.") from error
    keys: list[Any] = list(places)
    cut = [_cut(key) for key in keys]
    merged: dict[tuple[object, ...], int] = {}
    again = np.array([merged.setdefault(touches, len(merged)) for touches in cut], dtype=np.int64)[number]
    different = list(merged)
    if () in merged:
        raise InvalidInputError("paths holds a path without a touch.", hint="Leave out direct conversions.")
    names = _ordered(set(chain.from_iterable(different)))
    index = {name: code for code, name in enumerate(names)}
    sizes = np.array([len(touches) for touches in different], dtype=np.int64)
    touches = np.fromiter(
        map(index.__getitem__, chain.from_iterable(different)), dtype=np.int64, count=int(sizes.sum())
    )
    return PathTable(
        channels=tuple(names),
        touches=touches,
        offsets=np.r_[0, np.cumsum(sizes)].astype(np.int64),
        conversions=np.bincount(again, won, minlength=len(different)).astype(np.float64),
        nulls=np.bincount(again, lost, minlength=len(different)).astype(np.float64),
        again=again,
    )


def _key(path: object) -> object:
    if isinstance(path, str | tuple):
        return path
    if isinstance(path, Iterable):
        return tuple(path.tolist() if isinstance(path, np.ndarray) else path)
    raise InvalidInputError(f"paths holds {path!r}, which is no path.", hint="Give 'a > b > c', or a list of touches.")


def _cut(path: Any) -> tuple[object, ...]:
    if isinstance(path, str):
        parts = tuple(part.strip() for part in path.split(">"))
        if parts == ("",):
            return ()
        if "" in parts:
            raise InvalidInputError(f"paths holds {path!r}, which has an empty touch.")
        return parts
    for touch in path:
        if is_missing(touch):
            raise InvalidInputError("paths holds a touch without a name (None or NaN).")
    return tuple(path)


def _ordered(names: set[object]) -> list[Any]:
    try:
        return sorted(names)
    except TypeError as error:
        raise InvalidInputError(f"paths mixes names that cannot be put in order ({error}).") from error
