"""The same events, put where each implementation keeps them: what the contract suite asks its questions of."""

from __future__ import annotations

import csv
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlglot import exp

from klantreis.events.dataset import ColumnRoles
from klantreis.events.event import Event
from klantreis.events.local.columns import EPOCH
from klantreis.events.local.folder import open_log
from klantreis.events.local.log import LocalLog, log_of
from klantreis.events.log import EventLog
from klantreis.events.remote.build import build, drop
from klantreis.events.remote.engine import Engine
from klantreis.events.remote.log import RemoteLog
from klantreis.events.remote.table import RemoteTable
from klantreis.use_cases.import_events import import_events

#: Time zone in which days are meant, in all logs of the suite.
ZONE = "Europe/Amsterdam"
ROLES = ColumnRoles(
    customer="customer", time="moment", touchpoint="what", channel="via", attributes=("amount", "Cart kind")
)
_TYPES = {
    "duckdb": ("VARCHAR", "DOUBLE"),
    "postgres": ("TEXT", "DOUBLE PRECISION"),
    "spark": ("STRING", "DOUBLE"),
    "clickhouse": ("Nullable(String)", "Nullable(Float64)"),
}


@dataclass(frozen=True)
class Row:
    """One event; rows at equal times stand in the order of the source."""

    customer: str
    time: int
    touchpoint: str
    channel: str | None = None
    amount: float | None = None
    cart: str | None = None


@dataclass(frozen=True)
class Place:
    """Where an implementation keeps a log."""

    name: str
    keep: Callable[[Sequence[Row]], EventLog]
    engine: Engine | None = None


def local_log(rows: Sequence[Row]) -> LocalLog:
    """The events in memory: what every other place must agree with."""
    return log_of(
        (
            Event(
                row.customer,
                EPOCH + timedelta(microseconds=row.time),
                row.touchpoint,
                row.channel,
                {name: value for name, value in (("amount", row.amount), ("Cart kind", row.cart)) if value is not None},
            )
            for row in rows
        ),
        timezone=ZONE,
    )


def folder_place(folder: Path, *, zone: str = ZONE) -> Place:
    """Logs imported into folders on this machine."""

    def keep(rows: Sequence[Row]) -> EventLog:
        at = folder / secrets.token_hex(4)
        at.mkdir()
        with (at / "rows.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["customer", "moment", "what", "via", "amount", "Cart kind"])
            for row in rows:
                amount = "" if row.amount is None else repr(row.amount)
                writer.writerow([row.customer, _stamp(row) + "Z", row.touchpoint, row.channel, amount, row.cart])
        import_events(
            [at / "rows.csv"],
            at / "log",
            customer=ROLES.customer,
            time=ROLES.time,
            touchpoint=ROLES.touchpoint,
            channel=ROLES.channel,
            attributes=ROLES.attributes,
            timezone=zone,
        )
        return open_log(at / "log")

    return Place("folder", keep)


def engine_place(name: str, engine: Engine) -> Place:
    """A log in tables of an engine. The next one takes the same names, so that each statement is translated once."""
    tables = RemoteTable(None, "kept")

    def keep(rows: Sequence[Row]) -> EventLog:
        made = secrets.token_hex(4)
        drop(engine, tables)
        engine.rows(source_sql(f"source_{made}", rows, engine.dialect))
        built = build(
            engine,
            tables,
            table=f"source_{made}",
            roles=ROLES,
            order="place",
            timezone="UTC",
        )
        assert (built.rows, built.refused) == (len(rows), {})
        return RemoteLog(engine, built.table, built.events, built.customers, built.period, zone_name=ZONE, name="kept")

    return Place(name, keep, engine)


def source_sql(table: str, rows: Sequence[Row], dialect: str) -> str:
    """The statement that makes a table of events in an engine's own SQL."""
    text, number = _TYPES[dialect]

    def cell(value: str | float | None) -> str:
        if isinstance(value, str):
            return exp.Literal.string(value).sql(dialect)
        return "NULL" if value is None else repr(value)

    def line(place: int, row: Row) -> str:
        stamp = f"'{_stamp(row)}'" if dialect == "clickhouse" else f"TIMESTAMP '{_stamp(row)}'"
        values = (row.touchpoint, row.channel, row.amount, row.cart)
        return f"({cell(row.customer)}, {stamp}, {', '.join(map(cell, values))}, {place})"

    lines = ", ".join(line(place, row) for place, row in enumerate(rows))
    if dialect == "clickhouse":
        columns = (
            f"customer {text}, moment DateTime64(6, ''UTC''), what {text}, via {text}, "
            f"amount {number}, `Cart kind` {text}, place Int64"
        )
        return f"CREATE TABLE {table} ENGINE = Memory AS SELECT * FROM values('{columns}', {lines})"  # noqa: S608
    quoted = exp.to_identifier("Cart kind", quoted=True).sql(dialect)
    selected = (
        f"SELECT customer, moment, what, CAST(via AS {text}) AS via, CAST(amount AS {number}) AS amount, "  # noqa: S608
        f"CAST(cart AS {text}) AS {quoted}, place FROM (VALUES {lines}) "
        "AS v(customer, moment, what, via, amount, cart, place)"
    )
    kind = "TEMPORARY VIEW" if dialect == "spark" else "TABLE"
    return f"CREATE {kind} {table} AS {selected}"


def _stamp(row: Row) -> str:
    return (EPOCH + timedelta(microseconds=row.time)).replace(tzinfo=None).isoformat(" ", "microseconds")
