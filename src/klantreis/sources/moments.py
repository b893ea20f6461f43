"""Times as sources write them, read as microseconds since 1970 UTC.

Read: ISO 8601 with or without a zone, the Dutch 31-12-2026 14:05, seconds, milliseconds, microseconds or nanoseconds
since 1970 (told apart by their size), a format of your own, and the date and time types of typed files. A time without
a zone is in the zone that the user names. In the hour that occurs twice when summer time ends, the zone's rules choose
one. Not read, because it can be meant in two ways: 01/02/2026. Nor is what lies outside the years 2 to 9998: it
may have no date, and is a mistake or stands for "none" or "for ever".
"""

from __future__ import annotations

from klantreis.errors import EventImportError
from klantreis.sources.tables import Column, Table, quoted_text

#: The years 2 to 9998 in UTC, in microseconds since 1970: every zone has a date for them, and for a year around them.
FIRST, LAST = -62_104_060_800_000_000, 253_370_764_799_999_999

_ZONED = r"\d{4}-\d{1,2}-\d{1,2}[Tt ]\d{1,2}:\d\d.*([Zz]| ?UTC|[+-]\d\d(:?\d\d)?)"
_NAIVE = r"\d{4}-\d{1,2}-\d{1,2}([Tt ]\d{1,2}:\d\d[\d:.]*)?"
_DUTCH = r"\d{1,2}-\d{1,2}-\d{4}( \d{1,2}:\d\d(:\d\d(\.\d+)?)?)?"
_EPOCH = r"\d{9,19}(\.\d+)?"
_DUTCH_FORMATS = ("%d-%m-%Y %H:%M:%S.%f", "%d-%m-%Y %H:%M:%S", "%d-%m-%Y %H:%M", "%d-%m-%Y")


def moment_sql(table: Table, column: Column, *, zone: str, time_format: str | None) -> str:
    """SQL for a time column as microseconds since 1970 UTC; NULL where it cannot be read.

    Raises
    ------
    EventImportError
        When the column's type is no time.
    """
    raw = column.sql
    if column.held == "instant":
        return f"epoch_us({raw})"
    if column.held in ("moment", "date"):
        return _local(f"CAST({raw} AS TIMESTAMP)", zone)
    if column.held == "number":
        return _epoch(f"CAST({raw} AS DECIMAL(38, 6))" if "INT" in column.type_name else f"CAST({raw} AS DOUBLE)")
    if column.held == "other" or column.type_name == "BOOLEAN":
        raise EventImportError(
            f"The column {column.name!r} of {table.path} holds {column.type_name}, which is no time.",
            hint="Name a column with dates, times, or seconds since 1970.",
        )
    text = f"trim(CAST({raw} AS VARCHAR))"
    if time_format is not None:
        parsed = f"try_strptime({text}, {quoted_text(time_format)})"
        return f"epoch_us({parsed})" if "%z" in time_format or "%Z" in time_format else _local(parsed, zone)
    dutch = ", ".join(quoted_text(each) for each in _DUTCH_FORMATS)
    return (
        f"CASE WHEN regexp_full_match({text}, {quoted_text(_ZONED)}) "
        f"THEN epoch_us(TRY_CAST({text} AS TIMESTAMP WITH TIME ZONE)) "
        f"WHEN regexp_full_match({text}, {quoted_text(_NAIVE)}) "
        f"THEN {_local(f'TRY_CAST({text} AS TIMESTAMP)', zone)} "
        f"WHEN regexp_full_match({text}, {quoted_text(_DUTCH)}) "
        f"THEN {_local(f'try_strptime({text}, [{dutch}])', zone)} "
        f"WHEN regexp_full_match({text}, {quoted_text(_EPOCH)}) "
        f"THEN {_epoch(f'TRY_CAST({text} AS DECIMAL(38, 6))')} END"
    )


def _local(moment: str, zone: str) -> str:
    return f"epoch_us({moment})" if zone == "UTC" else f"epoch_us(timezone({quoted_text(zone)}, {moment}))"


def _epoch(number: str) -> str:
    """Seconds, milliseconds, microseconds or nanoseconds, by size: each covers 1973 to 5138."""
    return (
        f"TRY_CAST(CASE WHEN abs({number}) < 1e11 THEN {number} * 1000000 "
        f"WHEN abs({number}) < 1e14 THEN {number} * 1000 "
        f"WHEN abs({number}) < 1e17 THEN {number} ELSE {number} / 1000 END AS BIGINT)"
    )
