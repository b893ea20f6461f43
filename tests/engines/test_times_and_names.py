"""What a table on an engine may look like: times of every type, names that need quotes, numbers of every size."""

from __future__ import annotations

import secrets

import pytest

from klantreis.errors import EngineError, KlantreisError
from klantreis.events.dataset import ColumnRoles
from klantreis.events.remote.build import Built, build, columns_of
from klantreis.events.remote.engine import Engine
from klantreis.events.remote.log import RemoteLog
from klantreis.events.remote.sql import table_in
from klantreis.events.remote.table import RemoteTable

#: 1 March 2026, 11:00:00.123456 UTC; noon in Amsterdam.
NOON = 1_772_362_800_123_456
DAY = 1_772_319_600_000_000
WHOLE = NOON - 123_456
TIMES: dict[str, dict[str, int]] = {
    "duckdb": {
        "TIMESTAMP '2026-03-01 12:00:00.123456'": NOON,
        "TIMESTAMPTZ '2026-03-01 13:00:00.123456+02'": NOON,
        "DATE '2026-03-01'": DAY,
    },
    "postgres": {
        "TIMESTAMP '2026-03-01 12:00:00.123456'": NOON,
        "TIMESTAMPTZ '2026-03-01 13:00:00.123456+02'": NOON,
        "DATE '2026-03-01'": DAY,
    },
    "clickhouse": {
        "toDateTime64('2026-03-01 12:00:00.123456', 6, 'Europe/Amsterdam')": NOON,
        "toDateTime('2026-03-01 06:00:00', 'America/New_York')": WHOLE,
        "toNullable(toDate('2026-03-01'))": DAY,
    },
    "spark": {
        "TIMESTAMP_NTZ '2026-03-01 12:00:00.123456'": NOON,
        "TIMESTAMP '2026-03-01 13:00:00.123456+02:00'": NOON,
        "DATE '2026-03-01'": DAY,
    },
}
#: Numbers since 1970, on every engine: s, ms, µs and ns.
NUMBERS = {str(WHOLE // 1_000_000): WHOLE, str(NOON // 1000): NOON - 456, str(NOON): NOON, str(NOON * 1000): NOON}


def made(
    engine: Engine, select: str, *, customer: str = "who", time: str = "moment", attributes: tuple[str, ...] = ()
) -> Built:
    """The tables of a log of what a SELECT in the engine's own SQL gives."""
    source = f"of {secrets.token_hex(4)}"
    create = "TABLE %s ENGINE = Memory" if engine.dialect == "clickhouse" else "TABLE %s"
    create = "TEMPORARY VIEW %s" if engine.dialect == "spark" else create
    engine.rows(f"CREATE {create % table_in(chr(34) + source + chr(34), engine.dialect)} AS {select}")
    roles = ColumnRoles(customer=customer, time=time, touchpoint="=visit", attributes=attributes)
    return build(
        engine,
        RemoteTable(None, f"made_{secrets.token_hex(4)}"),
        table=source,
        roles=roles,
        order=None,
        timezone="Europe/Amsterdam",
    )


def test_times_of_every_type(engine: Engine) -> None:
    for sql, expected in TIMES[engine.dialect].items():
        built = made(engine, f"SELECT 'an' AS who, {sql} AS moment")
        assert built.period == (expected, expected), sql
    rows = " UNION ALL ".join(
        f"SELECT '{at}' AS who, CAST({sql} AS BIGINT) AS moment" for at, sql in enumerate(NUMBERS)
    )
    built = made(engine, rows)
    events = table_in(built.table.events, engine.dialect)
    found = engine.rows(f"SELECT t FROM {events} ORDER BY c")  # noqa: S608 - our own names
    assert [t for (t,) in found] == list(NUMBERS.values())


@pytest.mark.on_any_spark
def test_names_and_numbers_of_every_kind(engine: Engine) -> None:
    mark = "`" if engine.dialect in ("spark", "clickhouse") else '"'
    numbers = f"12 AS {mark}Long id{mark}, 1.5 AS rate, 9007199254740993 AS big, 3 AS small"
    built = made(
        engine,
        f"SELECT {numbers}, {next(iter(TIMES[engine.dialect]))} AS {mark}Select{mark}",
        customer="Long id",
        time="Select",
        attributes=("rate", "big", "small"),
    )
    assert [(field.name, field.kind) for field in built.table.fields] == [
        ("rate", "number"),
        ("big", "text"),
        ("small", "number"),
    ]
    log = RemoteLog(engine, built.table, built.events, built.customers, built.period)
    asked = 'rate = 1.5 and big = "9007199254740993" and small in (3, 4) and rate < 2'
    assert log.reach(asked).customers.count == 1
    assert log.touchpoints == ("", "visit")


def test_what_is_not_there_is_told_in_a_sentence(engine: Engine) -> None:
    with pytest.raises(EngineError, match="refuses") as caught:
        columns_of(engine, "no_such_table")
    assert "Traceback" not in str(caught.value)
    with pytest.raises(KlantreisError):
        columns_of(engine, "no such; DROP TABLE x")
    assert [row[0] for row in engine.rows("SELECT 1")] == [1]
