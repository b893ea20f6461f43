"""A DuckDB file on this machine: ``duckdb:///path/to/file.duckdb``. One process at a time may write it."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from klantreis.errors import EngineError, InvalidInputError
from klantreis.sources.engines.dbapi import DbapiEngine, refused


def connect(address: str) -> DbapiEngine:
    """Open the file; it must exist."""
    import duckdb

    parts = urlsplit(address)
    path = Path(unquote(parts.netloc + parts.path))
    if not path.is_file():
        raise InvalidInputError(
            f"There is no DuckDB file {path}.", hint="Write duckdb:///folder/file.duckdb, with three slashes."
        )
    title = f"DuckDB ({path})"
    try:
        connection = duckdb.connect(str(path))
        connection.execute("SET TimeZone = 'UTC'")
    except duckdb.Error as error:
        raise refused(title, error) from None
    except OSError as error:
        raise EngineError(f"{title} cannot be opened: {error}") from None
    return DbapiEngine(title, "duckdb", connection)
