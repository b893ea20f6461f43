"""Sequences of states as rows of numbers, shorter ones filled up."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from klantreis.analysis.result import Floats, Ints, as_codes, is_missing
from klantreis.errors import InvalidInputError

States = npt.NDArray[Any] | Sequence[Sequence[object]]


@dataclass(frozen=True, slots=True, eq=False)
class StateTable:
    """Numbers of states (n × longest, -1 after the end) and what each stands for, in sorted order."""

    codes: Ints
    names: tuple[Any, ...]


def is_nothing(state: object) -> bool:
    """Whether this stands for no state: None, NaN or an empty text."""
    return is_missing(state) or (isinstance(state, str) and not state)


def coded(name: str, row: Sequence[object]) -> list[Any]:
    """One sequence without what stands after its end, or an error when it has a gap or is empty."""
    states = row.tolist() if isinstance(row, np.ndarray) else list(row)
    while states and is_nothing(states[-1]):
        states.pop()
    if not states:
        raise InvalidInputError(f"{name} has no state.")
    if not all(isinstance(state, Hashable) for state in states):
        raise InvalidInputError(f"{name} must hold states, not rows.")
    if any(map(is_nothing, states)):
        raise InvalidInputError(
            f"{name} has no state at place {[is_nothing(s) for s in states].index(True)}, though it goes on after it.",
            hint="Give not knowing a name of its own, such as 'unknown'.",
        )
    return states


def read_states(name: str, states: States) -> StateTable:
    """Sequences as numbers.

    Examples
    --------
    >>> table = read_states("states", ["ba", "b"])
    >>> table.codes.tolist(), table.names
    ([[1, 0], [1, -1]], ('a', 'b'))
    """
    if hasattr(states, "columns") and hasattr(states, "to_numpy"):
        states = states.to_numpy()  # rows of a table from pandas or Polars, which by itself goes by its columns
    if isinstance(states, np.ndarray) and states.ndim == 2 and states.size and states.dtype.kind in "iub":
        codes, names = as_codes(name, states.ravel())
        return StateTable(codes.reshape(states.shape), names)
    if isinstance(states, str) or (isinstance(states, np.ndarray) and states.ndim != 2) or not len(states):
        raise InvalidInputError(f"{name} must hold one sequence or more, each of one state or more.")
    if not all(isinstance(row, Sequence | np.ndarray) for row in states):
        raise InvalidInputError(f"{name} must hold sequences of states, not single states.")
    rows = [coded(f"{name}[{place}]", row) for place, row in enumerate(states)]
    flat = np.empty(sum(map(len, rows)), dtype=object)
    flat[:] = [state for row in rows for state in row]
    numbers, names = as_codes(name, flat)
    lengths = np.array([len(row) for row in rows])
    filled = np.full((len(rows), int(lengths.max())), -1, dtype=np.int64)
    filled[np.arange(filled.shape[1]) < lengths[:, None]] = numbers
    return StateTable(filled, names)


def transition_counts(codes: Ints, weights: Floats, kinds: int) -> Floats:
    """How often each state was followed by each, weighted."""
    source, target = codes[:, :-1], codes[:, 1:]
    real = target >= 0
    weight = np.broadcast_to(weights[:, None], source.shape)[real]
    pairs = source[real] * kinds + target[real]
    return np.asarray(np.bincount(pairs, weight, minlength=kinds * kinds).reshape(kinds, kinds), dtype=np.float64)
