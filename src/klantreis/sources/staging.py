"""Rows of any table into one staged table of events: what is cleaned, what is refused, and why.

Texts lose the spaces around them; an empty text is none. A row is refused when it has no customer, no time, a time
that cannot be read, or no touchpoint. Every refused row is kept with its reason.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Literal

from klantreis.errors import EventImportError, did_you_mean
from klantreis.events.dataset import ColumnRoles
from klantreis.events.event import RESERVED
from klantreis.sources.moments import moment_sql
from klantreis.sources.tables import Column, Connection, RefusedRow, Table, quoted_text

#: Why a row is refused, in the order in which they are looked for.
REASONS = ("malformed-row", "no-customer", "no-time", "unreadable-time", "no-touchpoint")

AttributeKind = Literal["text", "number"]

#: Numbers as a text may write them: no leading zeros (a code, not a number), no more digits than a float64 holds.
_NUMBER = r"[+-]?(0|[1-9]\d{0,14})(\.\d*)?([eE][+-]?\d{1,3})?"


@dataclass(frozen=True)
class Staged:
    """What one file brought: its rows stand in the staged table from ``first_row`` on, in file order."""

    table: Table
    first_row: int
    rows: int
    refused: Mapping[str, int]

    @property
    def n_refused(self) -> int:
        """Number of refused rows, malformed ones included."""
        return sum(self.refused.values())


def check_roles(tables: Sequence[Table], roles: ColumnRoles) -> None:
    """That every column asked for exists: customer, time and touchpoint in each file, the others in at least one.

    Raises
    ------
    EventImportError
        Naming the columns that exist.
    """
    taken = [name for name in roles.attributes if name in RESERVED]
    if taken:
        raise EventImportError(
            f"An attribute cannot be called {taken[0]!r}: a pattern gives that name another meaning.",
            hint=f"Name it with --{taken[0]}, or rename the column.",
        )
    if len(set(roles.attributes)) < len(roles.attributes):
        raise EventImportError("An attribute is named twice.", hint=f"Asked for: {', '.join(roles.attributes)}.")
    for table in tables:
        for name in (roles.customer, roles.time, *([] if _is_constant(roles.touchpoint) else [roles.touchpoint])):
            table.column(name)
    if roles.touchpoint.strip() == "=":
        raise EventImportError("The touchpoint after = is empty.", hint='Write it like --touchpoint "=shopping trip".')
    for name in (*roles.attributes, *([roles.channel] if roles.channel else [])):
        if not _is_constant(name) and not any(table.has(name) for table in tables):
            names = {column.name for table in tables for column in table.columns}
            where = str(tables[0].path) if len(tables) == 1 else "any of the files"
            raise EventImportError(
                f"There is no column {name!r} in {where}.", hint=did_you_mean(name, names, what="columns")
            )


def attribute_kinds(tables: Sequence[Table], roles: ColumnRoles) -> dict[str, AttributeKind | None]:
    """Whether each attribute is text or a number; None when its values must tell, because a CSV has no types."""
    kinds: dict[str, AttributeKind | None] = {}
    for name in roles.attributes:
        held = {table.column(name).held for table in tables if table.has(name)}
        if held == {"number"}:
            kinds[name] = "number"
        else:
            kinds[name] = None if held <= {"number", "untyped"} else "text"
    return kinds


def make_staged_table(connection: Connection, kinds: Mapping[str, AttributeKind | None]) -> None:
    """An empty staged table: attribute k is column ``a<k>``."""
    attributes = "".join(
        f", a{k} {'DOUBLE' if kind == 'number' else 'VARCHAR'}" for k, kind in enumerate(kinds.values())
    )
    connection.execute(
        "CREATE TABLE staged (customer VARCHAR, time BIGINT, touchpoint VARCHAR, channel VARCHAR, reason VARCHAR"
        f"{attributes})"
    )


def staging_sql(
    table: Table,
    roles: ColumnRoles,
    kinds: Mapping[str, AttributeKind | None],
    *,
    zone: str,
    time_format: str | None,
) -> str:
    """SQL that adds the rows of one table to the staged table."""
    customer, touchpoint = _text_of(table, roles.customer), _text_of(table, roles.touchpoint)
    channel = _text_of(table, roles.channel) if roles.channel else "NULL"
    time_column = table.column(roles.time)
    attributes = [f", {_attribute(table, name, kind)} AS a{k}" for k, (name, kind) in enumerate(kinds.items())]
    return (
        "INSERT INTO staged SELECT customer, time, touchpoint, channel, "  # noqa: S608
        "CASE WHEN customer IS NULL THEN 'no-customer' WHEN raw_time IS NULL THEN 'no-time' "
        "WHEN time IS NULL THEN 'unreadable-time' WHEN touchpoint IS NULL THEN 'no-touchpoint' END"
        f"{''.join(f', a{k}' for k in range(len(kinds)))} FROM (SELECT {customer} AS customer, "
        f"{moment_sql(table, time_column, zone=zone, time_format=time_format)} AS time, "
        f"{_text(time_column)} AS raw_time, {touchpoint} AS touchpoint, {channel} AS channel"
        f"{''.join(attributes)} FROM {table.relation})"
    )


def settle_kinds(
    connection: Connection, kinds: Mapping[str, AttributeKind | None]
) -> tuple[dict[str, AttributeKind], dict[str, str]]:
    """The kind of every attribute, now that the values are there, and SQL for each in the staged table."""
    settled: dict[str, AttributeKind] = {}
    sql: dict[str, str] = {}
    for k, (name, kind) in enumerate(kinds.items()):
        if kind is None:
            strange, given = connection.execute(
                f"SELECT count(*) FILTER (NOT regexp_full_match(a{k}, {quoted_text(_NUMBER)})), count(a{k}) "  # noqa: S608
                "FROM staged WHERE reason IS NULL"
            ).fetchall()[0]
            settled[name] = "number" if given and not strange else "text"
            sql[name] = f"TRY_CAST(a{k} AS DOUBLE)" if settled[name] == "number" else f"a{k}"
        else:
            settled[name] = kind
            sql[name] = f"a{k}"
    return settled, sql


def count_staged(connection: Connection, table: Table, first_row: int) -> Staged:
    """What the table that was just staged brought."""
    counted = connection.execute(
        "SELECT coalesce(reason, ''), count(*) FROM staged WHERE rowid >= ? GROUP BY 1", [first_row]
    ).fetchall()
    by_reason = {str(reason): int(str(count)) for reason, count in counted}
    rows = sum(by_reason.values())
    if table.columns and table.columns[0].held == "untyped":
        malformed = connection.execute(
            "SELECT count(DISTINCT (scan_id, line_byte_position)) FROM reject_errors"
        ).fetchall()[0][0]
        connection.execute("DELETE FROM reject_errors")
        by_reason["malformed-row"] = int(str(malformed))
        rows += by_reason["malformed-row"]
    refused = {reason: by_reason[reason] for reason in REASONS if by_reason.get(reason)}
    return Staged(table, first_row, rows, refused)


def write_rejects(connection: Connection, staged: Sequence[Staged], roles: ColumnRoles, into: Path) -> None:
    """All refused rows as a CSV file: file, line, reason, and the row's own values."""
    names = dict.fromkeys(
        column.name for each in staged if each.n_refused for column in each.table.columns if column.name
    )
    with into.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["file", "line", "reason", *names, "(more)"])
        for each in staged:
            for reason, row in _refused(connection, each, roles):
                values = [row.values.get(name, "") for name in (*names, "(more)")]
                writer.writerow([str(each.table.path), row.line, reason, *values])


def _refused(connection: Connection, staged: Staged, roles: ColumnRoles) -> Iterator[tuple[str, RefusedRow]]:
    if staged.refused.get("malformed-row"):
        for row in staged.table.refused_rows(None):
            yield "malformed-row", row
    last = staged.first_row + staged.rows - staged.refused.get("malformed-row", 0)
    found = connection.execute(
        "SELECT rowid, reason, customer FROM staged WHERE reason IS NOT NULL AND rowid >= ? AND rowid < ? ORDER BY 1",
        [staged.first_row, last],
    ).fetchall()
    if not found:
        return
    places = [int(str(row_id)) - staged.first_row for row_id, _, _ in found]
    for refused, row in zip_longest(found, staged.table.refused_rows(places)):
        _, reason, customer = refused or (None, "malformed-row", None)
        seen = row is not None and row.values.get(roles.customer, "").strip() == (customer or "")
        if row is None or not (seen or staged.table.columns[0].held != "untyped"):
            # The two readers of this file disagree on its rows: a wrong line would mislead, so there is none.
            yield str(reason), RefusedRow(None, {roles.customer: str(customer or "")})
        else:
            yield str(reason), row


def _is_constant(name: str) -> bool:
    return name.startswith("=")


def _text_of(table: Table, name: str) -> str:
    if _is_constant(name):
        return quoted_text(name[1:].strip()) if name[1:].strip() else "NULL"
    return _text(table.column(name)) if table.has(name) else "NULL"


def _text(column: Column) -> str:
    if column.type_name in ("DOUBLE", "FLOAT"):
        # Whole numbers that a table keeps as floats, as many do for ids with gaps, read 12 and not 12.0.
        return (
            f"CASE WHEN {column.sql} = floor({column.sql}) AND abs({column.sql}) < 1e15 "
            f"THEN CAST(CAST({column.sql} AS BIGINT) AS VARCHAR) ELSE CAST({column.sql} AS VARCHAR) END"
        )
    return f"nullif(trim(CAST({column.sql} AS VARCHAR)), '')"


def _attribute(table: Table, name: str, kind: AttributeKind | None) -> str:
    if not table.has(name):
        return "NULL"
    column = table.column(name)
    return f"CAST({column.sql} AS DOUBLE)" if kind == "number" else _text(column)
