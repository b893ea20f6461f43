"""Where the engines differ, beyond what the transpiler knows: a value per engine.

Templates are in the engine's own SQL; ``{0}`` stands for the argument, ``{zone}`` for the name of a time zone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from klantreis.errors import InvalidInputError, did_you_mean

#: What a column of the source holds: an instant, a moment without a zone, a day, a whole number, a number, a text.
Held = Literal["instant", "moment", "date", "integer", "number", "text", "boolean", "other"]


@dataclass(frozen=True, slots=True)
class Dialect:
    """What one engine says in its own way.

    Parameters
    ----------
    title
        The engine's name for people.
    describe
        The statement that lists a table's columns: name first, type second.
    micros
        An expression for the whole microseconds since 1970 UTC of an instant, a moment and a date.
    create
        The statement that keeps the rows of ``{select}`` as a table, stored by ``{order}`` where the engine can.
    quartiles
        An aggregate that gives the exact quartiles (linear interpolation) as an array; None when there is none, and
        the quartiles are then read from a histogram.
    is_nan
        Whether a number is no number.
    text_order
        A text that sorts by code point.
    whole
        A number as a whole one of 64 bits, never NULL where the argument is not.
    made
        What to say once a table has been made, so that the engine plans well.
    """

    title: str
    describe: str
    micros: Mapping[Held, str]
    create: str = "CREATE TABLE {table} AS {select}"
    quartiles: str | None = None
    is_nan: str = "{0} <> {0}"
    text_order: str = "{0}"
    whole: str = "CAST({0} AS bigint)"
    made: str | None = None


_POSTGRES_DESCRIBE = (
    "SELECT attname::text, format_type(atttypid, NULL) FROM pg_attribute "
    "WHERE attrelid = '{literal}'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
)
_TRINO_MICROS = "CAST(round(to_unixtime({0}) * 1000000) AS bigint)"

#: By the name that the transpiler has for the engine.
DIALECTS: dict[str, Dialect] = {
    "duckdb": Dialect(
        title="DuckDB",
        describe="DESCRIBE {table}",
        micros={
            "instant": "epoch_us({0})",
            "moment": "epoch_us(timezone('{zone}', {0}))",
            "date": "epoch_us(timezone('{zone}', CAST({0} AS TIMESTAMP)))",
        },
        quartiles="quantile_cont({0}, [0.25, 0.5, 0.75])",
        is_nan="isnan({0})",
    ),
    "postgres": Dialect(
        title="PostgreSQL",
        describe=_POSTGRES_DESCRIBE,
        micros={
            "instant": "CAST(extract(epoch FROM {0}) * 1000000 AS bigint)",
            "moment": "CAST(extract(epoch FROM ({0} AT TIME ZONE '{zone}')) * 1000000 AS bigint)",
            "date": "CAST(extract(epoch FROM (CAST({0} AS timestamp) AT TIME ZONE '{zone}')) * 1000000 AS bigint)",
        },
        quartiles="percentile_cont(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY {0})",
        is_nan="{0} = 'NaN'",
        text_order='({0} COLLATE "C")',
        # Without it a new table is taken to be large, and every question is compiled first.
        made="ANALYZE {table}",
    ),
    "clickhouse": Dialect(
        title="ClickHouse",
        describe="DESCRIBE TABLE {table}",
        # A DateTime is an instant there, whatever the zone in which it is shown.
        micros={
            "instant": "toUnixTimestamp64Micro(toDateTime64({0}, 6, 'UTC'))",
            "date": "toUnixTimestamp64Micro(toDateTime64(toString({0}), 6, '{zone}'))",
        },
        create="CREATE TABLE {table} ENGINE = MergeTree ORDER BY {order} AS {select}",
        quartiles="quantilesExactInclusive(0.25, 0.5, 0.75)({0})",
        is_nan="isNaN({0})",
        whole="toInt64({0})",
    ),
    "spark": Dialect(
        title="Spark",
        describe="DESCRIBE TABLE {table}",
        # A session in UTC is part of the connection: see sources/engines/spark.py.
        micros={
            "instant": "unix_micros({0})",
            "moment": "unix_micros(to_utc_timestamp(CAST({0} AS TIMESTAMP), '{zone}'))",
            "date": "unix_micros(to_utc_timestamp(CAST({0} AS TIMESTAMP), '{zone}'))",
        },
        create="CREATE TABLE {table} USING parquet AS {select}",
        quartiles="percentile({0}, array(0.25, 0.5, 0.75))",
        is_nan="isnan({0})",
    ),
    "trino": Dialect(
        title="Trino",
        describe="DESCRIBE {table}",
        micros={
            "instant": _TRINO_MICROS,
            "moment": _TRINO_MICROS.replace("{0}", "with_timezone({0}, '{zone}')"),
            "date": _TRINO_MICROS.replace("{0}", "with_timezone(CAST({0} AS timestamp), '{zone}')"),
        },
        is_nan="is_nan({0})",
    ),
}

_ZONED = ("timestamp with time zone", "timestamptz", "timestamp with local time zone")
_HELD: tuple[tuple[Held, str], ...] = (
    ("boolean", r"bool(ean)?"),
    ("integer", r"u?(tiny|small|medium|big|huge)?int(eger)?\d*|long|short|byte|serial|bigserial"),
    ("number", r"float\d*|double( precision)?|real|decimal|numeric|number"),
    ("date", r"date(32)?"),
    ("text", r"(n?var)?char(acter)?( varying)?|n?text|string|fixedstring|uuid|enum\d*|bpchar|name"),
)


def dialect_named(name: str) -> Dialect:
    """The dialect with this name.

    Raises
    ------
    InvalidInputError
        When there is none; the hint names those that exist.
    """
    if name not in DIALECTS:
        raise InvalidInputError(
            f"There is no engine that speaks {name!r}.", hint=did_you_mean(name, DIALECTS, what="dialect")
        )
    return DIALECTS[name]


def held_by(type_name: str, *, dialect: str) -> Held:
    """What a column of this type holds.

    Examples
    --------
    >>> held_by("Nullable(DateTime64(6, 'UTC'))", dialect="clickhouse")
    'instant'
    >>> held_by("timestamp(3) with time zone", dialect="trino"), held_by("varchar(20)", dialect="trino")
    ('instant', 'text')
    """
    name = type_name.strip().lower()
    while wrapped := re.fullmatch(r"(?:nullable|lowcardinality)\((.*)\)", name):
        name = wrapped[1]
    name = re.sub(r"\(.*?\)", "", name).strip()
    if name in _ZONED:
        return "instant"
    if name.startswith(("timestamp", "datetime")):
        has_zone = dialect == "clickhouse" or (dialect == "spark" and name == "timestamp")
        return "instant" if has_zone else "moment"
    return next((held for held, pattern in _HELD if re.fullmatch(pattern, name)), "other")
