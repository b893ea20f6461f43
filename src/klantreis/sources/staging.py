"""Rows of any table into one form, a Parquet file of staged rows: what is cleaned, what is refused, and why.

Texts lose the spaces around them; an empty text is none. A row is refused when it has no customer, no time, a time
that cannot be read, or no touchpoint. Every refused row is kept with its reason. A row that is no event (it only says
which ids are one customer) is neither an event nor refused.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Literal

from klantreis.errors import EventImportError, did_you_mean
from klantreis.events.dataset import ColumnRoles
from klantreis.events.event import RESERVED
from klantreis.sources.moments import FIRST, LAST, moment_sql
from klantreis.sources.tables import Column, Connection, RefusedRow, Table, literal_path, quoted_text

#: Why a row is refused, in the order in which they are looked for.
REASONS = ("malformed-row", "no-customer", "no-time", "unreadable-time", "no-touchpoint")

#: What stands in the place of a reason for a row that is no event.
NO_EVENT = "no-event"

AttributeKind = Literal["text", "number"]

#: Types that written as text have no spaces around them and are never empty.
_BARE = (
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
    "UBIGINT",
    "UHUGEINT",
)
#: How staged rows are packed: columns of many different texts, such as ids, without a dictionary that cannot help.
_PACKED = "COMPRESSION zstd, COMPRESSION_LEVEL 1, PARQUET_VERSION V2, DICTIONARY_SIZE_LIMIT 4096, USE_TMP_FILE false"


@dataclass(frozen=True)
class Staged:
    """What one file brought: its rows stand in ``file``, in their order."""

    table: Table
    roles: ColumnRoles
    file: Path
    rows: int
    refused: Mapping[str, int]
    no_events: int

    @property
    def n_refused(self) -> int:
        """Number of refused rows, malformed ones included."""
        return sum(self.refused.values())


def check_roles(tables: Sequence[tuple[Table, ColumnRoles]], *, known: Collection[str] = ()) -> None:
    """That every column asked for exists: customer, time and touchpoint in each file, the others in at least one.

    Parameters
    ----------
    known
        Attributes that the log has already, which the files need not have.

    Raises
    ------
    EventImportError
        Naming the columns that exist.
    """
    for _, roles in tables[:1]:
        taken = [name for name in roles.attributes if name in RESERVED]
        if taken:
            raise EventImportError(
                f"An attribute cannot be called {taken[0]!r}: a pattern gives that name another meaning.",
                hint=f"Name it with --{taken[0]}, or rename the column.",
            )
        if len(set(roles.attributes)) < len(roles.attributes):
            raise EventImportError("An attribute is named twice.", hint=f"Asked for: {', '.join(roles.attributes)}.")
    for table, roles in tables:
        for name in (roles.customer, roles.time, *([] if is_constant(roles.touchpoint) else [roles.touchpoint])):
            table.column(name)
        if roles.touchpoint.strip() == "=":
            raise EventImportError(
                "The touchpoint after = is empty.", hint='Write it like --touchpoint "=shopping trip".'
            )
    wanted = {name for _, roles in tables for name in (*roles.attributes, *([roles.channel] if roles.channel else []))}
    for name in sorted(wanted.difference(known)):
        if not is_constant(name) and not any(table.has(name) for table, _ in tables):
            names = {column.name for table, _ in tables for column in table.columns}
            where = str(tables[0][0].path) if len(tables) == 1 else "any of the files"
            raise EventImportError(
                f"There is no column {name!r} in {where}.", hint=did_you_mean(name, names, what="columns")
            )


def attribute_kinds(tables: Sequence[Table], attributes: Sequence[str]) -> dict[str, AttributeKind | None]:
    """Whether each attribute is text or a number; None when its values must tell, because a CSV has no types."""
    kinds: dict[str, AttributeKind | None] = {}
    for name in attributes:
        held = {table.column(name).held for table in tables if table.has(name)}
        if held == {"number"}:
            kinds[name] = "number"
        else:
            kinds[name] = None if held <= {"number", "untyped"} else "text"
    return kinds


def staging_sql(
    table: Table,
    roles: ColumnRoles,
    kinds: Mapping[str, AttributeKind | None],
    *,
    zone: str,
    time_format: str | None,
    key: str | None,
    into: Path,
) -> str:
    """SQL that writes the rows of one table, staged, to a Parquet file; attribute k is column ``a<k>``."""
    customer, touchpoint = _text_of(table, roles.customer), _text_of(table, roles.touchpoint)
    channel = _text_of(table, roles.channel) if roles.channel else "NULL"
    time_column = table.column(roles.time)
    attributes = [f", {_attribute(table, name, kind)} AS a{k}" for k, (name, kind) in enumerate(kinds.items())]
    extras = table.extras
    told_by = extras.key if extras else (_text(table.column(key)) if key and table.has(key) else "NULL")
    scope = quoted_text(f"{table.source}\x1f")
    said = {"alias": extras.alias, "owner": extras.owner, "kind": extras.kind} if extras else {}
    event = extras.event if extras else "NULL"
    within = f"time BETWEEN {FIRST} AND {LAST}"
    return (
        f"COPY (SELECT customer, CASE WHEN {within} THEN time END AS time, touchpoint, channel, "  # noqa: S608
        f"CASE WHEN is_event IS FALSE THEN '{NO_EVENT}' WHEN customer IS NULL THEN 'no-customer' "
        "WHEN raw_time IS NULL THEN 'no-time' "
        f"WHEN ({within}) IS NOT TRUE THEN 'unreadable-time' "
        "WHEN touchpoint IS NULL THEN 'no-touchpoint' END AS reason, "
        f"CAST(md5({scope} || told_by) AS UUID) AS key{''.join(f', {name}' for name in said)}"
        f"{''.join(f', a{k}' for k in range(len(kinds)))} FROM (SELECT {customer} AS customer, "
        f"{moment_sql(table, time_column, zone=zone, time_format=time_format)} AS time, "
        f"{_given(time_column)} AS raw_time, {touchpoint} AS touchpoint, {channel} AS channel, "
        f"CAST({told_by} AS VARCHAR) AS told_by, CAST({event} AS BOOLEAN) AS is_event"
        f"{''.join(f', CAST({sql} AS VARCHAR) AS {name}' for name, sql in said.items())}"
        f"{''.join(attributes)} FROM {table.relation})) "
        f"TO {quoted_text(str(into))} (FORMAT parquet, {_PACKED})"
    )


def staged_rows(files: Sequence[Path]) -> str:
    """SQL for staged rows with their places, and with what they say of ids: NULL where their source says nothing."""
    named = ", ".join(quoted_text(literal_path(file)) for file in files)
    return (
        f"(SELECT * FROM read_parquet([{named}], file_row_number = true, union_by_name = {len(files) > 1}) "  # noqa: S608
        "UNION ALL BY NAME SELECT NULL::VARCHAR AS alias, NULL::VARCHAR AS owner, NULL::VARCHAR AS kind WHERE false)"
    )


def count_staged(connection: Connection, table: Table, roles: ColumnRoles, file: Path) -> Staged:
    """What the table that was just staged brought."""
    relation = f"read_parquet({quoted_text(literal_path(file))})"
    counted = connection.execute(
        f"SELECT coalesce(reason, ''), count(*) FROM {relation} GROUP BY 1"  # noqa: S608
    ).fetchall()
    by_reason = {str(reason): int(str(count)) for reason, count in counted}
    rows = sum(by_reason.values())
    malformed = table.malformed
    if malformed is None:
        found = connection.execute("SELECT count(DISTINCT (scan_id, line_byte_position)) FROM reject_errors").fetchall()
        malformed = int(str(found[0][0]))
        connection.execute("DELETE FROM reject_errors")
    by_reason["malformed-row"] = malformed
    refused = {reason: by_reason[reason] for reason in REASONS if by_reason.get(reason)}
    return Staged(table, roles, file, rows + malformed, refused, by_reason.get(NO_EVENT, 0))


def write_rejects(connection: Connection, staged: Sequence[Staged], into: Path, *, earlier: Path | None) -> None:
    """All refused rows as a CSV file: file, line, reason, and the row's own values.

    Parameters
    ----------
    earlier
        The refused rows of imports that this one adds to.
    """
    fixed = ("file", "line", "reason")
    names = dict.fromkeys(
        column.name
        for each in staged
        if each.n_refused
        for column in each.table.columns
        if column.name and (column.sql != "NULL" or each.table.extras is None)
    )
    names |= dict.fromkeys(["(row)"] if any(each.table.extras and each.table.malformed for each in staged) else [])
    csv.field_size_limit(1 << 27)
    with (
        into.open("w", encoding="utf-8", newline="") as stream,
        earlier.open(encoding="utf-8", newline="") if earlier else io.StringIO() as old,
    ):
        before = csv.reader(old)
        old_names = next(before, [*fixed, "(more)"])
        names = dict.fromkeys(old_names[len(fixed) : -1]) | names
        writer = csv.writer(stream)
        writer.writerow([*fixed, *names, "(more)"])
        for row in before:
            values = dict(zip(old_names, row, strict=False))
            writer.writerow([*row[: len(fixed)], *(values.get(name, "") for name in (*names, "(more)"))])
        for each in staged:
            for reason, refused in _refused(connection, each):
                told = [refused.values.get(name, "") for name in (*names, "(more)")]
                writer.writerow([str(each.table.path), refused.line, reason, *told])


def _refused(connection: Connection, staged: Staged) -> Iterator[tuple[str, RefusedRow]]:
    if staged.refused.get("malformed-row"):
        for row in staged.table.refused_rows(None):
            yield "malformed-row", row
    relation = f"read_parquet({quoted_text(literal_path(staged.file))}, file_row_number = true)"
    found = connection.execute(
        f"SELECT file_row_number, reason, customer FROM {relation} "  # noqa: S608
        f"WHERE reason IS NOT NULL AND reason <> '{NO_EVENT}' ORDER BY 1"
    ).fetchall()
    if not found:
        return
    places = [int(str(place)) for place, _, _ in found]
    checked = staged.table.malformed is None  # DuckDB and Python both took the file apart
    name = staged.roles.customer
    for refused, row in zip_longest(found, staged.table.refused_rows(places)):
        _, reason, customer = refused or (None, "malformed-row", None)
        if row is None or (checked and row.values.get(name, "").strip() != str(customer or "").strip()):
            # The two readers of this file disagree on its rows: a wrong line would mislead, so there is none.
            yield str(reason), RefusedRow(None, {name: str(customer or "")})
        else:
            yield str(reason), row


def is_constant(name: str) -> bool:
    """Whether it stands for one text for all rows, and not for a column."""
    return name.startswith("=")


def _text_of(table: Table, name: str) -> str:
    if is_constant(name):
        return quoted_text(name[1:].strip()) if name[1:].strip() else "NULL"
    return _text(table.column(name)) if table.has(name) else "NULL"


def _text(column: Column) -> str:
    if column.type_name in ("DOUBLE", "FLOAT"):
        # Whole numbers that a table keeps as floats, as many do for ids with gaps, read 12 and not 12.0.
        return (
            f"CASE WHEN {column.sql} = floor({column.sql}) AND abs({column.sql}) < 1e15 "
            f"THEN CAST(CAST({column.sql} AS BIGINT) AS VARCHAR) ELSE CAST({column.sql} AS VARCHAR) END"
        )
    if column.type_name in _BARE:
        return f"CAST({column.sql} AS VARCHAR)"
    return f"nullif(trim(CAST({column.sql} AS VARCHAR)), '')"


def _given(column: Column) -> str:
    """SQL that is NULL where a column has nothing; not its text, which costs as much as all the rest for a time."""
    return column.sql if column.held in ("moment", "instant", "date") else _text(column)


def _attribute(table: Table, name: str, kind: AttributeKind | None) -> str:
    if not table.has(name):
        return "NULL"
    column = table.column(name)
    return f"CAST({column.sql} AS DOUBLE)" if kind == "number" else _text(column)
