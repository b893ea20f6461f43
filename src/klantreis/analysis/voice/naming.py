"""Names of the columns of a table: as given, as the table itself has them, or their numbers from 1."""

from __future__ import annotations

from collections.abc import Sequence

from klantreis.analysis.result import headings
from klantreis.errors import InvalidInputError


def column_names(names: Sequence[str] | None, width: int, *, of: object = None) -> tuple[str, ...]:
    """One distinct name per column; ``of`` is the table, whose own names count when it comes from pandas or Polars.

    Examples
    --------
    >>> column_names(None, 2)
    ('1', '2')
    """
    names = headings(of) if names is None else names
    if names is None:
        return tuple(str(number) for number in range(1, width + 1))
    if isinstance(names, str) or not hasattr(names, "__iter__") or not all(isinstance(name, str) for name in names):
        raise InvalidInputError(f"names must be a list of texts, one per column, not {names!r}.")
    found = tuple(names)
    if len(found) != width or len(set(found)) != width:
        raise InvalidInputError(f"names must be {width} different names, one per column; there are {len(set(found))}.")
    return found
