"""DuckDB on the file as it is: every question is SQL over a view of the Parquet file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from benchmarks import questions as q
from benchmarks.engines import duckdb_sql

PACKAGES = ("duckdb",)


def read(file: Path) -> Any:
    """The three columns, decoded and touched."""
    told = duckdb.connect().sql(f"SELECT count(*), sum(customer), max(time), max(touchpoint) FROM '{file}'").fetchall()
    return q.load_told(told[0][0])


def sort(file: Path, into: Path) -> Any:
    """The whole file by customer and time into another one: the sort that our import is held to."""
    duckdb.sql(f"COPY (FROM '{file}' ORDER BY customer, time) TO '{into}' (FORMAT parquet, COMPRESSION zstd)")
    return q.load_told(duckdb.connect().sql(f"SELECT count(*) FROM '{into}'").fetchall()[0][0])


def load(file: Path, into: Path) -> Path:
    """Nothing to do: the file is what is asked."""
    return file


def opened(file: Path) -> duckdb.DuckDBPyConnection:
    """A view of the file."""
    connection = duckdb.connect()
    connection.execute(f"CREATE VIEW events AS FROM '{file}'")
    return connection


loaded = duckdb_sql.loaded
variants = duckdb_sql.variants
funnel = duckdb_sql.funnel
open_funnel = duckdb_sql.open_funnel
visits = duckdb_sql.visits
credit = duckdb_sql.credit
steps = duckdb_sql.steps
retention = duckdb_sql.retention
filtered = duckdb_sql.filtered
transitions = duckdb_sql.transitions
medians = duckdb_sql.medians
