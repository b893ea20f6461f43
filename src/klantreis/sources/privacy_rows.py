"""Rules of privacy applied to staged rows: pseudonyms, columns dropped, values made coarser.

It happens before anything is laid down in the log. The order of the rows stays that of the file, also where times
become equal: within a day, a week, a month the log then has the order of the file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from klantreis.errors import EventImportError
from klantreis.sources.moments import moment_sql
from klantreis.sources.privacy_keys import Key, lay_ready, pseudonym_sql
from klantreis.sources.privacy_rules import UNITS, Coarse, Target
from klantreis.sources.staging import AttributeKind, staged_rows
from klantreis.sources.tables import Column, Connection, Table, literal_path, quoted_text

#: What stands in the place of a value that is not among the most frequent.
OTHER = "other"

#: Years 1 to 9999, in microseconds: what has a day and a month.
_FIRST, _LAST = -62_000_000_000_000_000, 253_000_000_000_000_000

_FORMS = {"hour": "%Y-%m-%dT%H", "day": "%Y-%m-%d", "week": "%G-W%V", "month": "%Y-%m"}


@dataclass(frozen=True)
class Rows:
    """Staged rows that rules are to be applied to: where they are, and where they go (the same file is fine)."""

    file: Path
    into: Path
    kinds: Mapping[str, AttributeKind | None]


@dataclass(frozen=True)
class ForRows:
    """The rules for some rows.

    Parameters
    ----------
    key
        Put pseudonyms made with it in the place of ids.
    drop, coarsen
        What to leave out and to make coarser.
    top
        For a ``top`` rule: the values that are kept.
    zone
        Whose hours, days, weeks and months are meant.
    """

    key: Key | None
    drop: Sequence[Target]
    coarsen: Mapping[Target, Coarse]
    top: Mapping[Target, Sequence[str]]
    zone: str


def check_fits(target: Target, rule: Coarse, kind: AttributeKind | None) -> None:
    """That a column can be made coarser by this rule.

    Raises
    ------
    EventImportError
        When it cannot.
    """
    fits: tuple[str, ...] = (*UNITS, "first", "band", "top")
    if target == "time":
        fits = UNITS
    elif target in ("touchpoint", "channel"):
        fits = ("first", "top")
    elif kind == "number":
        fits = ("band",)
    if rule.kind not in fits:
        raise EventImportError(
            f"The column {target!r} cannot be made coarser by {rule}.", hint=f"It can be by: {', '.join(fits)}."
        )


def most_frequent(connection: Connection, files: Sequence[Rows], target: Target, number: int) -> tuple[str, ...]:
    """The values that most events have, most first; of equals the first in the alphabet."""
    parts = [
        f"SELECT CAST({column} AS VARCHAR) AS value FROM read_parquet({quoted_text(literal_path(each.file))}) "  # noqa: S608
        "WHERE reason IS NULL"
        for each in files
        if (column := _column(target, each.kinds)) is not None
    ]
    if not parts:
        return ()
    found = connection.execute(
        f"SELECT value FROM ({' UNION ALL '.join(parts)}) WHERE value IS NOT NULL "  # noqa: S608
        f"GROUP BY value ORDER BY count(*) DESC, value LIMIT {number}"
    ).fetchall()
    return tuple(str(value) for (value,) in found)


def apply_rules(connection: Connection, rows: Rows, rules: ForRows) -> None:
    """Write the rows by the rules, in their order."""
    relation = staged_rows([rows.file])
    changed: dict[str, str] = {}
    for target in rules.drop:
        column = _column(target, rows.kinds)
        if column is not None:
            changed[column] = f"CAST(NULL AS {'DOUBLE' if rows.kinds.get(target) == 'number' else 'VARCHAR'})"
    for target, rule in rules.coarsen.items():
        column = _column(target, rows.kinds)
        if column is not None:
            kind = rows.kinds.get(target)
            changed[column] = coarse_sql(f"r.{column}", target, rule, kind, zone=rules.zone, top=rules.top.get(target))
    joins = ""
    if rules.key is not None:
        lay_ready(connection, rules.key)
        _make_pseudonyms(connection, relation)
        for column in ("customer", "alias", "owner"):
            # Once for each id, and not once for each row.
            joins += f" LEFT JOIN pseudonyms p_{column} ON p_{column}.id = trim(r.{column})"
            changed[column] = f"p_{column}.pseudonym"
        changed["key"] = f"CAST({pseudonym_sql('CAST(r.key AS VARCHAR)')} AS UUID)"
    replaced = f" REPLACE ({', '.join(f'{sql} AS {column}' for column, sql in changed.items())})" if changed else ""
    draft = rows.into.with_name(f"draft-{rows.into.name}")
    connection.execute(
        f"COPY (SELECT r.* EXCLUDE (file_row_number){replaced} FROM {relation} r{joins} ORDER BY r.file_row_number) "  # noqa: S608
        f"TO {quoted_text(str(draft))} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)"
    )
    draft.replace(rows.into)
    if rules.key is not None:
        connection.execute("DROP TABLE pseudonyms")


def coarse_sql(
    column: str, target: Target, rule: Coarse, kind: AttributeKind | None, *, zone: str, top: Sequence[str] | None
) -> str:
    """SQL for a value made coarser.

    A number becomes the lower end of its band. Of an attribute, what is no time or number becomes none, as nobody can
    say of it how coarse it is.
    """
    if target == "time":
        coarse = f"epoch_us({_to_zone(_truncated(column, rule.kind, zone), zone)})"
        return f"CASE WHEN {column} BETWEEN {_FIRST} AND {_LAST} THEN {coarse} ELSE {column} END"
    if rule.kind == "first":
        return f"nullif(trim(left({column}, {int(rule.number or 0)})), '')"
    if rule.kind == "top":
        known = ", ".join(quoted_text(value) for value in top or ())
        named = f"{column} IN ({known})" if known else "false"
        return f"CASE WHEN {column} IS NULL OR {named} THEN {column} ELSE {quoted_text(OTHER)} END"
    if rule.kind == "band":
        width = rule.number or 1.0
        low = f"floor(TRY_CAST({column} AS DOUBLE) / {width!r}) * {width!r}"
        if kind == "number":
            return low
        return (
            f"CASE WHEN isfinite({low}) AND abs({low}) < 1e15 THEN CASE WHEN {low} = floor({low}) "
            f"THEN CAST(CAST({low} AS BIGINT) AS VARCHAR) ELSE CAST(round({low}, 6) AS VARCHAR) END END"
        )
    moment = moment_sql(_NO_TABLE, Column(target, column, "text", "VARCHAR"), zone=zone, time_format=None)
    coarse = f"strftime({_truncated(f'({moment})', rule.kind, zone)}, {quoted_text(_FORMS[rule.kind])})"
    return f"CASE WHEN ({moment}) BETWEEN {_FIRST} AND {_LAST} THEN {coarse} END"


#: For ``moment_sql``, which names the table in an error that a text column never gives.
_NO_TABLE = Table(Path(), (), "", lambda _places: iter(()))


def _truncated(moment: str, unit: str, zone: str) -> str:
    """A moment in microseconds as the local begin of its unit."""
    local = f"make_timestamp({moment})" if zone == "UTC" else _to_zone(f"make_timestamptz({moment})", zone)
    return f"date_trunc({quoted_text(unit)}, {local})"


def _to_zone(moment: str, zone: str) -> str:
    return moment if zone == "UTC" else f"timezone({quoted_text(zone)}, {moment})"


def _column(target: Target, kinds: Mapping[str, AttributeKind | None]) -> str | None:
    if target in kinds:
        return f"a{list(kinds).index(target)}"
    return target if target in ("time", "touchpoint", "channel") else None


def _make_pseudonyms(connection: Connection, relation: str) -> None:
    ids = " UNION ALL ".join(f"SELECT trim({name}) AS id FROM {relation}" for name in ("customer", "alias", "owner"))  # noqa: S608
    connection.execute(
        f"CREATE TEMP TABLE pseudonyms AS SELECT id, {pseudonym_sql('id')} AS pseudonym "  # noqa: S608
        f"FROM (SELECT DISTINCT id FROM ({ids}) WHERE id <> '')"
    )
