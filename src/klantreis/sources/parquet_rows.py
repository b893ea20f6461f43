"""The rows of a Parquet file with values inside values, as if they were JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from klantreis.errors import EventImportError
from klantreis.sources.limits import beyond
from klantreis.sources.records import Malformed, SourceFile
from klantreis.sources.tables import literal_path, quoted_text

_ROWS = 2_000


def parquet_objects(file: SourceFile) -> Iterator[tuple[int, dict[str, Any]] | Malformed]:
    """The rows with their numbers."""
    import duckdb

    number = 0
    try:
        with duckdb.connect() as connection:
            connection.execute("SET TimeZone = 'UTC'")
            found = connection.execute(
                f"SELECT CAST(to_json(t) AS VARCHAR) FROM read_parquet({quoted_text(literal_path(file.path))}) t"  # noqa: S608
            )
            while rows := found.fetchmany(_ROWS):
                for (text,) in rows:
                    number += 1
                    if len(text) > file.limits.line:
                        raise beyond(file.limits, "line", file.path, place=f"row {number}")
                    try:
                        yield number, json.loads(text)
                    except (ValueError, RecursionError):
                        yield Malformed(number, text[:2000])
    except duckdb.Error as error:
        raise EventImportError(f"{file.path} cannot be read as Parquet: {str(error).splitlines()[0]}") from None
