"""A file of rows that events can be read from, whatever its format: its columns, and the SQL that reads it.

Values are not interpreted here; ``staging.py`` does that, the same way for every format.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from klantreis.errors import EventImportError, did_you_mean

#: What a column holds as far as its file says: ``untyped`` is the text of a CSV, which may write numbers.
Held = Literal["untyped", "text", "number", "date", "moment", "instant", "other"]


@dataclass(frozen=True)
class Column:
    """A column of a source: its name, how SQL names it, what it holds."""

    name: str
    sql: str
    held: Held
    type_name: str


@dataclass(frozen=True)
class RefusedRow:
    """A row as the source has it: its line (CSV) or row (Parquet), counted from 1, and its values by column."""

    line: int | None
    values: Mapping[str, str]


class Connection(Protocol):
    """What is used of a DuckDB connection."""

    def execute(self, query: str, parameters: object = ...) -> Connection:
        """Run one statement."""
        ...

    def fetchall(self) -> list[tuple[object, ...]]:
        """Its rows."""
        ...


@dataclass(frozen=True)
class Extras:
    """SQL for what some sources know of a row besides its columns; see ``records.Record``."""

    key: str
    alias: str
    owner: str
    kind: str
    event: str


@dataclass(frozen=True)
class Table:
    """One file, ready to be read.

    Parameters
    ----------
    path
        The file as the user named it.
    columns
        In the file's order.
    relation
        SQL for its rows, to stand after FROM; rows come in file order.
    refused_rows
        Given places of rows (from 0, as they come), the rows themselves in the same order; ``None`` asks for the
        rows that cannot be read as rows at all.
    source
        The name of the source whose form it has.
    malformed
        How many rows cannot be read as rows; None when reading it as SQL does will tell.
    extras
        None when the source knows nothing but columns.
    """

    path: Path
    columns: tuple[Column, ...]
    relation: str
    refused_rows: Callable[[Sequence[int] | None], Iterator[RefusedRow]]
    source: str = "csv"
    malformed: int | None = None
    extras: Extras | None = None

    def column(self, name: str) -> Column:
        """The column with this name.

        Raises
        ------
        EventImportError
            When there is none, or more than one; names the columns that exist.
        """
        found = [column for column in self.columns if column.name == name]
        if len(found) == 1:
            return found[0]
        names = [column.name for column in self.columns]
        if found:
            raise EventImportError(f"{self.path} has {len(found)} columns called {name!r}.", hint="Rename one of them.")
        raise EventImportError(f"{self.path} has no column {name!r}.", hint=did_you_mean(name, names, what="columns"))

    def has(self, name: str) -> bool:
        """Whether there is a column with this name."""
        return any(column.name == name for column in self.columns)


def quoted_name(name: str) -> str:
    """A name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def quoted_text(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def literal_path(path: Path) -> str:
    """The path without the signs that DuckDB takes as a pattern of names."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in str(path))
