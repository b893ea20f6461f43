"""ClickHouse over HTTP: ``clickhouse://user@host:8123/database``, or ``clickhouses://`` over HTTPS.

The password comes from the address or from ``KLANTREIS_ENGINE_PASSWORD``. What stands after ``?`` goes along as
settings.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.error import HTTPError, URLError
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit
from urllib.request import Request, urlopen

from klantreis.errors import EngineError
from klantreis.events.remote.engine import Row
from klantreis.sources.engines import PASSWORD, shown_address

#: NULL where other engines have it; names that mean the column when an alias is called the same; long statements.
SETTINGS = {
    "join_use_nulls": "1",
    "aggregate_functions_null_for_empty": "1",
    "prefer_column_name_to_alias": "1",
    "max_query_size": "16777216",
    "max_subquery_depth": "1000",
}
_HTTP = {
    "default_format": "JSONCompact",
    "output_format_json_quote_64bit_integers": "0",
    "output_format_json_quote_denormals": "1",
    "wait_end_of_query": "1",
}


@dataclass(frozen=True, eq=False)
class ClickHouse:
    """A ClickHouse server; each statement is one request."""

    title: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    dialect: str = "clickhouse"

    def rows(self, sql: str) -> Sequence[Row]:
        """See ``Engine.rows``."""
        request = Request(self.url, data=sql.encode(), headers=dict(self.headers))  # noqa: S310 - http or https, see connect
        try:
            with urlopen(request) as answer:  # noqa: S310
                body = answer.read()
        except HTTPError as error:
            said = error.read().decode(errors="replace").strip().splitlines() or [str(error)]
            raise EngineError(f"{self.title} refuses: {said[0][:500]}") from None
        except (URLError, OSError) as error:
            raise EngineError(f"{self.title} cannot be reached: {getattr(error, 'reason', error)}") from None
        return rows_in(body)

    def close(self) -> None:
        """Nothing is kept open."""


def connect(address: str) -> ClickHouse:
    """A server; it is asked for its version, to see that it is there."""
    parts = urlsplit(address)
    scheme = "https" if parts.scheme.lower() == "clickhouses" else "http"
    port = parts.port or (8443 if scheme == "https" else 8123)
    settings = {**SETTINGS, **_HTTP, **dict(parse_qsl(parts.query))}
    if database := unquote(parts.path.strip("/")):
        settings["database"] = database
    headers = {"X-ClickHouse-User": unquote(parts.username or "default")}
    if password := unquote(parts.password or "") or os.environ.get(PASSWORD):
        headers["X-ClickHouse-Key"] = password
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    engine = ClickHouse(
        f"ClickHouse ({shown_address(address)})", f"{scheme}://{host}:{port}/?{urlencode(settings)}", headers
    )
    engine.rows("SELECT version()")
    return engine


def rows_in(body: bytes) -> Sequence[Row]:
    """The rows in an answer in JSONCompact; none in an empty one."""
    return [tuple(row) for row in json.loads(body)["data"]] if body.strip() else ()
