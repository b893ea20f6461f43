"""Respondents × fields as numbers: categories coded, missing answers marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from klantreis.analysis.behaviour.sequence_states import is_nothing
from klantreis.analysis.result import Floats, Ints, as_array, as_codes, dimensions, headings
from klantreis.errors import InvalidInputError

Column = Sequence[object] | npt.NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """Numbers of categories (respondents × fields, -1: not known) and what each stands for, per field."""

    codes: Ints
    names: tuple[tuple[Any, ...], ...]


def read_categories(name: str, values: npt.ArrayLike | Sequence[Sequence[object]]) -> Coded:
    """Any labels as numbers; None, NaN and "" are not known.

    Examples
    --------
    >>> read_categories("items", [["a", 1], ["b", None]]).codes.tolist()
    [[0, 0], [1, -1]]
    """
    table = np.asarray(values, dtype=object)
    if table.ndim != 2 or not table.size:
        raise InvalidInputError(f"{name} must be a table of respondents by fields, not of {table.ndim} dimension(s).")
    codes = np.full(table.shape, -1, dtype=np.int64)
    names = []
    for field in range(table.shape[1]):
        known = np.array([not is_nothing(value) for value in table[:, field]])
        if not known.any():
            raise InvalidInputError(f"{name} holds no answer in column {field}.")
        codes[known, field], labels = as_codes(f"{name}, column {field},", table[known, field])
        names.append(labels)
    return Coded(codes, tuple(names))


def indicators(coded: Coded) -> tuple[Floats, Ints]:
    """One column per category (1: it is this one; all 0: not known), and to which field each column belongs.

    Examples
    --------
    >>> marks, field = indicators(read_categories("items", [["a"], ["b"], [None]]))
    >>> marks.tolist(), field.tolist()
    ([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]], [0, 0])
    """
    parts = [
        (coded.codes[:, [field]] == np.arange(len(labels))).astype(np.float64)
        for field, labels in enumerate(coded.names)
    ]
    field = np.repeat(np.arange(len(coded.names)), [len(labels) for labels in coded.names])
    return np.hstack(parts), field


def read_columns(name: str, table: Mapping[str, Column]) -> tuple[dict[str, npt.NDArray[Any]], int]:
    """Columns by name as arrays of one length; a table from pandas or Polars has them by name already."""
    if not isinstance(table, Mapping) and (named := headings(table)):
        table = {heading: table[heading] for heading in named}
    if not isinstance(table, Mapping) or not table:
        raise InvalidInputError(f"{name} must map names of fields to columns.")
    columns = {}
    for field, values in table.items():
        column = np.asarray(values)
        if column.ndim != 1:
            raise InvalidInputError(f"{name}[{field!r}] must be one column, not of {column.ndim} dimensions.")
        columns[field] = column
    lengths = {field: len(column) for field, column in columns.items()}
    if len(set(lengths.values())) > 1 or not min(lengths.values()):
        shown = ", ".join(f"{field} has {n}" for field, n in lengths.items())
        raise InvalidInputError(f"{name} must hold columns of one length, above 0: {shown}.")
    return columns, next(iter(lengths.values()))


def known(column: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Where a column holds a value."""
    if column.dtype.kind in "iub":
        return np.ones(len(column), dtype=bool)
    if column.dtype.kind == "f":
        return np.asarray(~np.isnan(column))
    return np.array([not is_nothing(value) for value in column])


def is_number(column: npt.NDArray[Any]) -> bool:
    """Whether all that is known in a column are numbers (booleans are categories)."""
    if column.dtype.kind in "iuf":
        return True
    here = column[known(column)]
    return len(here) > 0 and all(isinstance(v, int | float) and not isinstance(v, bool) for v in here)


def points(name: str, table: npt.ArrayLike, *, minimum: int = 2) -> Floats:
    """A table of numbers; a single column may be given as a row of numbers."""
    dimensions(name, table)
    given = np.asarray(table)
    return as_array(name, given[:, None] if given.ndim == 1 else given, dims=2, minimum=minimum)
