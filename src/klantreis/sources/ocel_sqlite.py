"""The tables of OCEL 2.0 in SQLite, read one row at a time from a file that may have been made to do harm.

Only plain tables are read: a view or a virtual table could run whatever its maker wrote.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any
from urllib.parse import quote

from klantreis.errors import EventImportError
from klantreis.sources.limits import beyond
from klantreis.sources.records import SourceFile, as_text

_NEEDED = ("event", "object", "event_object", "event_map_type")


def sqlite_objects(file: SourceFile) -> Iterator[tuple[str, str]]:
    """Id and type of every object."""
    with _opened(file) as connection:
        for row in connection.execute("SELECT ocel_id, ocel_type FROM object"):
            identity, kind = (_plain(value, file) for value in row)
            if identity and kind:
                yield identity, kind


def sqlite_events(
    file: SourceFile,
) -> Iterator[tuple[int, str | None, str | None, str | None, dict[str, Any], list[tuple[str, str]]]]:
    """Every event: its number, id, type, time, attributes, and the objects it is about."""
    with _opened(file) as connection:
        tables = _tables(connection)
        about = closing(connection.cursor())
        number = 0
        with about as related:
            kinds = connection.execute("SELECT ocel_type, ocel_type_map FROM event_map_type ORDER BY rowid").fetchall()
            if len(kinds) > file.limits.columns:
                raise beyond(file.limits, "columns", file.path)
            for kind, mapped in kinds:
                table = f"event_{mapped}"
                if table not in tables:
                    raise EventImportError(f"{file.path} has no table {table!r} for its events {kind!r}.")
                # The rowid keeps the order in which the file has them.
                rows = connection.execute(f"SELECT * FROM {_name(table)} ORDER BY rowid")  # noqa: S608
                names = [column[0] for column in rows.description]
                if len(names) > file.limits.columns:
                    raise beyond(file.limits, "columns", file.path)
                for row in rows:
                    number += 1
                    values: dict[str, Any] = {
                        name: value if isinstance(value, int | float) else _plain(value, file)
                        for name, value in zip(names, row, strict=True)
                    }
                    identity = as_text(values.pop("ocel_id", None))
                    found = related.execute(
                        "SELECT ocel_object_id, ocel_qualifier FROM event_object WHERE ocel_event_id = ?",
                        [row[names.index("ocel_id")] if "ocel_id" in names else None],
                    )
                    objects = [(_plain(one, file) or "", _plain(other, file) or "") for one, other in found]
                    yield number, identity, _plain(kind, file), as_text(values.pop("ocel_time", None)), values, objects


@contextmanager
def _opened(file: SourceFile) -> Iterator[sqlite3.Connection]:
    try:
        address = f"file:{quote(str(file.path.resolve()))}?mode=ro&immutable=1"
        with closing(sqlite3.connect(address, uri=True)) as connection:
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("PRAGMA temp_store = FILE")
            connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, max(file.limits.line, 1 << 20))
            missing = [name for name in _NEEDED if name not in _tables(connection)]
            if missing:
                raise EventImportError(
                    f"{file.path} is no OCEL 2.0 file: it has no table {', '.join(missing)}.",
                    hint="Its tables must be plain ones; views are not read.",
                )
            _index_relations(connection)
            yield connection
    except (sqlite3.Error, UnicodeError, OverflowError) as error:  # names of tables and columns too are UTF-8
        raise EventImportError(f"{file.path} cannot be read as SQLite: {error}.") from None


def _index_relations(connection: sqlite3.Connection) -> None:
    """A copy of the relations with an index, beside the file: files have none, and cannot be written."""
    connection.execute(
        "CREATE TEMP TABLE event_object AS SELECT ocel_event_id, ocel_object_id, ocel_qualifier FROM main.event_object"
    )
    connection.execute("CREATE INDEX temp.by_event ON event_object (ocel_event_id)")


def _tables(connection: sqlite3.Connection) -> set[str]:
    found = connection.execute(
        "SELECT name FROM main.sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
    )
    return {str(name) for (name,) in found}


def _plain(value: object, file: SourceFile) -> str | None:
    if isinstance(value, bytes):
        return None
    text = as_text(value)
    if text is not None and len(text) > file.limits.text:
        raise beyond(file.limits, "text", file.path)
    return text


def _name(table: str) -> str:
    return '"' + table.replace('"', '""') + '"'
