"""Connections to engines that keep events, by address; each driver is loaded only when its engine is asked for.

==========================================  ====================================================================
``duckdb:///path/to/file.duckdb``           a DuckDB file on this machine
``postgresql://user@host:5432/database``    PostgreSQL
``clickhouse://user@host:8123/database``    ClickHouse over HTTP; ``clickhouses://`` over HTTPS
``chdb:///path/to/folder``                  chDB: ClickHouse inside this process
``sc://host:15002``                         a Spark Connect server
``spark://host:7077``                       a Spark cluster, with the driver here; ``spark://local`` without a cluster
``trino://user@host:8080/catalog/schema``   Trino; ``trinos://`` over HTTPS
==========================================  ====================================================================
"""

from __future__ import annotations

import importlib
from urllib.parse import urlsplit, urlunsplit

from klantreis.errors import InvalidInputError, did_you_mean
from klantreis.events.remote.engine import Engine

#: Environment variable with the password (or token) that an address does not hold.
PASSWORD = "KLANTREIS_ENGINE_PASSWORD"  # noqa: S105 - the name of a variable, not what is in it

_DRIVERS = {
    "duckdb": "duckdb_file",
    "postgresql": "postgresql",
    "postgres": "postgresql",
    "clickhouse": "clickhouse",
    "clickhouses": "clickhouse",
    "chdb": "chdb_folder",
    "sc": "spark",
    "spark": "spark",
    "trino": "trino_server",
    "trinos": "trino_server",
}


def connect_engine(address: str) -> Engine:
    """A connection to the engine at an address.

    Raises
    ------
    InvalidInputError
        When the address is of no kind that is known, or its driver is not installed.
    EngineError
        When the engine cannot be reached.
    """
    scheme = address.split("://", 1)[0].lower() if "://" in address else ""
    if scheme not in _DRIVERS:
        raise InvalidInputError(
            f"{shown_address(address)!r} is no address of an engine.",
            hint=did_you_mean(f"{scheme}://", [f"{name}://" for name in _DRIVERS], what="kind of address"),
        )
    module = importlib.import_module(f"klantreis.sources.engines.{_DRIVERS[scheme]}")
    engine: Engine = module.connect(address)
    return engine


def shown_address(address: str) -> str:
    """An address without a password or token: as it may be shown and kept.

    Examples
    --------
    >>> shown_address("postgresql://an:secret@db.example:5432/shop?sslmode=require&password=x")
    'postgresql://an@db.example:5432/shop?sslmode=require'
    >>> shown_address("sc://lake.example:443/;use_ssl=true;token=abc")
    'sc://lake.example:443/;use_ssl=true'
    """
    parts = urlsplit(address)
    who, at, where = parts.netloc.rpartition("@")
    user = who.split(":", 1)[0]
    path = ";".join(part for part in parts.path.split(";") if not _is_secret(part))
    query = "&".join(part for part in parts.query.split("&") if not _is_secret(part))
    shown = urlunsplit((parts.scheme, f"{user}{at}{where}", path, query, ""))
    # urlunsplit leaves out an empty host, as in duckdb:///file
    return shown if "://" in shown or "://" not in address else shown.replace(":", "://", 1)


def _is_secret(setting: str) -> bool:
    name = setting.split("=", 1)[0].lower()
    return "=" in setting and any(word in name for word in ("password", "passwd", "token", "secret", "key"))
