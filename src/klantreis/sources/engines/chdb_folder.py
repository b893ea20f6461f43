"""chDB, ClickHouse inside this process: ``chdb:///path/to/folder``. One process at a time may hold the folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from klantreis.errors import EngineError, InvalidInputError
from klantreis.events.remote.engine import Row
from klantreis.sources.engines.clickhouse import SETTINGS, rows_in


@dataclass(frozen=True, eq=False)
class Chdb:
    """A chDB session on a folder."""

    title: str
    session: Any
    dialect: str = "clickhouse"

    def rows(self, sql: str) -> Sequence[Row]:
        """See ``Engine.rows``."""
        try:
            answer = self.session.query(sql, "JSONCompact")
        except Exception as error:  # noqa: BLE001 - chDB raises plain RuntimeErrors
            raise EngineError(f"{self.title} refuses: {str(error).strip().splitlines()[0][:500]}") from None
        return rows_in(answer.bytes())

    def close(self) -> None:
        """End the session; the folder stays."""
        self.session.close()


def connect(address: str) -> Chdb:
    """Open the folder, or make it."""
    try:
        from chdb import session
    except ImportError:
        raise InvalidInputError("chDB is not installed.", hint="pip install 'klantreis[chdb]'") from None
    folder = unquote(urlsplit(address).netloc + urlsplit(address).path)
    engine = Chdb(f"ClickHouse (chDB, {folder})", session.Session(folder))
    for name, value in {**SETTINGS, "output_format_json_quote_64bit_integers": "0"}.items():
        engine.rows(f"SET {name} = {value if value.isdigit() else repr(value)}")
    engine.rows("CREATE DATABASE IF NOT EXISTS klantreis ENGINE = Atomic")
    engine.rows("USE klantreis")
    return engine
