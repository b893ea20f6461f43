"""DuckDB on its own table, sorted once by customer and time, with each event's place in the trace."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from benchmarks import questions as q
from benchmarks.engines import duckdb_sql

PACKAGES = ("duckdb",)


def load(file: Path, into: Path) -> Path:
    """Sort the file into a table of a database; touchpoints as an enumeration, with each event's place in its trace."""
    into.unlink(missing_ok=True)
    with duckdb.connect(into) as connection:
        connection.execute(f"CREATE TYPE names AS ENUM (SELECT DISTINCT touchpoint FROM '{file}' ORDER BY 1)")
        connection.execute(
            f"""CREATE TABLE events AS
                SELECT customer, time, touchpoint::names AS touchpoint, channel,
                       row_number() OVER (PARTITION BY customer ORDER BY time) AS place
                FROM '{file}' ORDER BY customer, time"""
        )
    return into


def opened(file: Path) -> duckdb.DuckDBPyConnection:
    """The database, to read only."""
    return duckdb.connect(file, read_only=True)


def read(file: Path) -> Any:
    """The three columns of the table."""
    with opened(file) as connection:
        told = connection.sql("SELECT count(*), sum(customer), max(time), max(touchpoint) FROM events").fetchall()
    return q.load_told(told[0][0])


def transitions(log: duckdb.DuckDBPyConnection) -> Any:
    """The next row is the next event unless it is another customer's: no window by customer is needed."""
    rows = log.sql(
        """SELECT touchpoint, next, count(*) FROM (
             SELECT touchpoint, customer, lead(touchpoint) OVER () AS next, lead(customer) OVER () AS whose FROM events)
           WHERE whose = customer GROUP BY 1, 2"""
    ).fetchall()
    return q.pairs_told({(source, target): count for source, target, count in rows})


def medians(log: duckdb.DuckDBPyConnection) -> Any:
    """The same with the median over exact microseconds."""
    rows = log.sql(
        """SELECT touchpoint, next, count(*), median(gap) / 1e6 FROM (
             SELECT touchpoint, customer, lead(touchpoint) OVER () AS next, lead(customer) OVER () AS whose,
                    epoch_us(lead(time) OVER ()) - epoch_us(time) AS gap FROM events)
           WHERE whose = customer GROUP BY 1, 2"""
    ).fetchall()
    return q.medians_told({(source, target): (count, seconds) for source, target, count, seconds in rows})


def variants(log: duckdb.DuckDBPyConnection) -> Any:
    """The place stands in the table."""
    return duckdb_sql.hashed_variants(log, "FROM events")


def steps(log: duckdb.DuckDBPyConnection) -> Any:
    """The place stands in the table."""
    return duckdb_sql.placed_steps(log, "FROM events")


loaded = duckdb_sql.loaded
funnel = duckdb_sql.funnel
open_funnel = duckdb_sql.open_funnel
visits = duckdb_sql.visits
credit = duckdb_sql.credit
retention = duckdb_sql.retention
filtered = duckdb_sql.filtered
