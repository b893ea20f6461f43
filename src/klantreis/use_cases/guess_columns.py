"""Guess which columns of a file hold the customer, the time and the touchpoint, for a person to confirm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from klantreis.sources.guessing import Guess


@dataclass(frozen=True)
class Guessed:
    """What a file seems to be, and which column seems to play which part.

    Parameters
    ----------
    source
        The name of the kind of file.
    worked_out
        Whether that kind works out the parts by itself, so that nothing need be guessed.
    names
        The columns.
    sample
        The first rows; none for Parquet.
    """

    path: Path
    source: str
    title: str
    worked_out: bool
    guess: Guess
    names: tuple[str, ...]
    sample: tuple[Mapping[str, str], ...]


def guess_columns(
    path: Path | str,
    *,
    taken: Sequence[str | None] = (),
    source: str | None = None,
    encoding: str = "utf-8",
    limits: Sequence[str] = (),
    rows: int = 3,
) -> Guessed:
    """What a file seems to hold where.

    Parameters
    ----------
    taken
        Columns that are given a part already.
    rows
        How many rows of the file to show.

    Raises
    ------
    EventImportError
        When it cannot be read, or is of no kind that can be.
    """
    from klantreis.sources.guessing import guess_roles
    from klantreis.sources.limits import limits_from
    from klantreis.sources.reading import Asked, recognised, sample_of

    asked = Asked(source=source, encoding=encoding, limits=limits_from(limits))
    head, found = recognised(Path(path), asked)
    names, sample = ([], []) if found.worked_out else sample_of(head, asked, rows=rows)
    return Guessed(
        Path(path),
        found.name,
        found.title,
        found.worked_out,
        guess_roles(names, taken=taken),
        tuple(names),
        tuple(sample),
    )
