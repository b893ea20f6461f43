"""Parquet as a table; its columns have types."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from klantreis.errors import EventImportError
from klantreis.sources.limits import DEFAULT, Limits, beyond
from klantreis.sources.tables import Column, Connection, Held, RefusedRow, Table, literal_path, quoted_name, quoted_text

_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "UTINYINT", "USMALLINT", "UINTEGER", "FLOAT", "DOUBLE", "DECIMAL")
_LONG = ("BIGINT", "HUGEINT", "UBIGINT", "UHUGEINT")
#: From here on a float64 no longer tells neighbouring whole numbers apart.
_EXACT = 2**53


def parquet_table(path: Path, connection: Connection, *, limits: Limits = DEFAULT) -> Table:
    """A Parquet file as a table.

    Raises
    ------
    EventImportError
        When it cannot be read.
    """
    literal = literal_path(path)
    relation = f"read_parquet({quoted_text(literal)}, file_row_number = false)"
    with _told(path):
        described = connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()  # noqa: S608
        if len(described) > limits.columns:
            raise beyond(limits, "columns", path)
        columns = tuple(
            Column(
                str(row[0]),
                quoted_name(str(row[0])),
                _held(connection, relation, str(row[0]), str(row[1])),
                str(row[1]),
            )
            for row in described
        )

    def rows(places: Sequence[int] | None) -> Iterator[RefusedRow]:
        if not places:
            return
        texts = ", ".join(f"CAST({column.sql} AS VARCHAR)" for column in columns)
        wanted = ", ".join(str(place) for place in places)
        with _told(path):
            found = connection.execute(
                f"SELECT file_row_number, {texts} FROM read_parquet({quoted_text(literal)}, file_row_number = true) "  # noqa: S608
                f"WHERE file_row_number IN ({wanted}) ORDER BY file_row_number"
            ).fetchall()
        for number, *values in found:
            named = zip(columns, values, strict=True)
            yield RefusedRow(
                int(str(number)) + 1, {column.name: "" if value is None else str(value) for column, value in named}
            )

    return Table(path, columns, relation, rows, source="parquet", malformed=0)


def unreadable_parquet(path: Path) -> EventImportError:
    """Why a file of which not even the columns can be read is no Parquet."""
    import duckdb

    try:
        with duckdb.connect() as connection:
            parquet_table(path, connection)
    except EventImportError as error:
        return error
    return EventImportError(f"{path} has no columns.")


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Say what is wrong with the file when SQL cannot read it."""
    try:
        yield
    except Exception as error:
        if type(error).__module__.partition(".")[0] not in ("duckdb", "_duckdb"):
            raise
        raise EventImportError(f"{path} cannot be read as Parquet: {str(error).partition(chr(10))[0]}") from None


def _held(connection: Connection, relation: str, name: str, type_name: str) -> Held:
    base = type_name.partition("(")[0]
    if base in _NUMBERS:
        return "number"
    if base in _LONG:
        largest = connection.execute(
            f"SELECT coalesce(max({quoted_name(name)}) > {_EXACT} OR min({quoted_name(name)}) < -{_EXACT}, false) "  # noqa: S608
            f"FROM {relation}"
        ).fetchall()[0][0]
        return "text" if largest else "number"
    if type_name == "TIMESTAMP WITH TIME ZONE":
        return "instant"
    if base.startswith("TIMESTAMP"):
        return "moment"
    if base == "DATE":
        return "date"
    return "text" if base in ("VARCHAR", "BOOLEAN", "UUID", "ENUM") else "other"
