"""Make the enriched tables of a log on the engine, from a table of events there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from klantreis.errors import InvalidInputError, NotFoundError, did_you_mean
from klantreis.events.dataset import ColumnRoles
from klantreis.events.filter import zone_named
from klantreis.events.remote.dialects import Held, dialect_named, held_by
from klantreis.events.remote.engine import Engine, Row
from klantreis.events.remote.sql import literal, quoted, quoted_table, table_in, translated
from klantreis.events.remote.table import (
    PARTS,
    VISIT_GAP,
    Field,
    RemoteTable,
    enriched,
    fingerprints,
    numbered_visits,
)

#: Beyond this whole numbers lose digits as floating numbers; such columns are kept as text.
LARGEST_EXACT = 2**53
#: Called when a table is about to be made, with its name.
Told = Callable[[str], None]

_REASONS = ("no-customer", "no-time", "no-touchpoint")
_AROUND = ("c", "p", "t", "tp", "next_tp", "since", "gap", "is_first", "is_last")


@dataclass(frozen=True, slots=True)
class Built:
    """The tables that were made, and what was counted on the way.

    Parameters
    ----------
    rows, refused
        Rows of the source, and how many were left out by reason: ``no-customer``, ``no-time``, ``no-touchpoint``.
    """

    table: RemoteTable
    rows: int
    events: int
    customers: int
    period: tuple[int, int] | None
    refused: dict[str, int]


def columns_of(engine: Engine, table: str) -> dict[str, Held]:
    """The columns of a table on the engine, and what each holds.

    Raises
    ------
    EngineError
        When there is no such table.
    """
    named = table_in(quoted_table(table), engine.dialect)
    sql = dialect_named(engine.dialect).describe
    found: dict[str, Held] = {}
    for name, type_name, *_ in engine.rows(
        sql.replace("{table}", named).replace("{literal}", named.replace("'", "''"))
    ):
        if not name or str(name).startswith("#"):  # Spark goes on with notes on the table
            break
        found[str(name)] = held_by(str(type_name), dialect=engine.dialect)
    return found


def build(
    engine: Engine,
    into: RemoteTable,
    *,
    table: str,
    roles: ColumnRoles,
    order: str | None,
    timezone: str,
    told: Told | None = None,
) -> Built:
    """Make the tables ``into`` names; on a failure those already made are dropped.

    Parameters
    ----------
    table
        The table or view of events, as written on the engine; its schema before it where needed.
    roles
        Which column plays which part; ``=text`` is the same text for all rows.
    order
        A column that orders events of one customer at equal times. None: by touchpoint, then by the other columns,
        which is always the same order but has no meaning.
    timezone
        The zone of times that have none of their own.

    Raises
    ------
    NotFoundError
        When a column does not exist.
    InvalidInputError
        When a column cannot play its part, or no row at all can be used.
    EngineError
        When the engine refuses.
    """
    held = columns_of(engine, table)
    if order is not None:
        _known(order, held, table)
    tell = told or (lambda _name: None)
    made = RemoteTable(into.schema, into.prefix, _fields(engine, table, roles, held))
    source = _source(made, table, roles, held, order=order, zone=zone_named(timezone).key)
    try:
        tell("staged")
        _create(engine, made.part("staged"), source, by="")
        counted = {str(reason): int(n) for reason, n in _ask(engine, _count_reasons(made))}
        rows = sum(counted.values())
        if not counted.get("", 0):
            reasons = ", ".join(f"{reason} {n}" for reason, n in sorted(counted.items())) or "it is empty"
            raise InvalidInputError(
                f"No row of {table} can be used ({reasons}).", hint="Check which columns are named."
            )
        for part in PARTS:
            tell(part)
            select, by = _select(made, part, ordered=order is not None)
            _create(engine, made.part(part), select, by=by)
        totals = _ask(engine, f"SELECT COUNT(*), COUNT(DISTINCT c), MIN(t), MAX(t) FROM {made.events}")[0]
    except BaseException:  # Ctrl-C too: nothing half-made stays behind
        drop(engine, made, parts=("staged", *PARTS))
        raise
    drop(engine, made, parts=("staged",))
    return Built(
        table=made,
        rows=rows,
        events=int(totals[0]),
        customers=int(totals[1]),
        period=(int(totals[2]), int(totals[3])),
        refused={reason: counted[reason] for reason in _REASONS if counted.get(reason)},
    )


def drop(engine: Engine, table: RemoteTable, *, parts: Sequence[str] = PARTS) -> None:
    """Take the tables of a log away, where they are."""
    for part in parts:
        engine.rows(f"DROP TABLE IF EXISTS {table_in(table.part(part), engine.dialect)}")


def _fields(engine: Engine, table: str, roles: ColumnRoles, held: dict[str, Held]) -> tuple[Field, ...]:
    """The channel and the attributes; whole numbers that are too long to be exact are texts."""
    for column in (roles.customer, roles.time, roles.touchpoint, roles.channel, *roles.attributes):
        if column is not None and not _is_constant(column, roles):
            _known(column, held, table)
    if held[roles.time] not in dialect_named(engine.dialect).micros and held[roles.time] not in ("integer", "number"):
        raise InvalidInputError(
            f"The column {roles.time!r} of {table} holds {held[roles.time]}, which is no time.",
            hint="Name a column with timestamps, dates or a number since 1970; or make a view that casts it.",
        )
    found: list[Field] = []
    if roles.channel is not None:
        found.append(Field("channel", "text", "f0"))
    whole = [name for name in roles.attributes if held[name] == "integer"]
    long = _too_long(engine, table, whole) if whole else set()
    for name in roles.attributes:
        if held[name] == "other":
            raise InvalidInputError(
                f"The column {name!r} of {table} is neither text nor a number.",
                hint="Leave it out, or make a view that casts it.",
            )
        is_number = held[name] in ("integer", "number") and name not in long
        found.append(Field(name, "number" if is_number else "text", f"f{len(found)}"))
    return tuple(found)


def _too_long(engine: Engine, table: str, names: Sequence[str]) -> set[str]:
    parts = ", ".join(f"MIN({quoted(name)}), MAX({quoted(name)})" for name in names)
    ends = _ask(engine, f"SELECT {parts} FROM {quoted_table(table)}")[0]
    return {
        name
        for k, name in enumerate(names)
        if any(end is not None and abs(int(end)) > LARGEST_EXACT for end in ends[2 * k : 2 * k + 2])
    }


def _source(
    made: RemoteTable, table: str, roles: ColumnRoles, held: dict[str, Held], *, order: str | None, zone: str
) -> str:
    """The rows of the source as texts, microseconds and numbers, each with the reason why it is left out, or ''."""

    def text(column: str) -> str:
        if _is_constant(column, roles):
            return literal(column[1:])
        return f"NULLIF(TRIM(CAST({quoted(column)} AS VARCHAR)), '')"

    parts = [f"{text(roles.customer)} AS customer", f"{_moment(roles.time, held, zone)} AS t"]
    parts.append(f"{text(roles.touchpoint)} AS touchpoint")
    for field in made.fields:
        column = (roles.channel or "") if field.name == "channel" else field.name
        if field.kind == "text":
            parts.append(f"COALESCE({text(column)}, '') AS {field.column}")
        elif held[column] == "integer":
            parts.append(f"CAST({quoted(column)} AS DOUBLE) AS {field.column}")
        else:
            number = f"CAST({quoted(column)} AS DOUBLE)"
            parts.append(f"CASE WHEN NO_NUMBER({number}) THEN NULL ELSE {number} END AS {field.column}")
    if order is not None:
        parts.append(f"{quoted(order)} AS ord")
    reason = (
        "CASE WHEN customer IS NULL THEN 'no-customer' WHEN t IS NULL THEN 'no-time' "
        "WHEN touchpoint IS NULL THEN 'no-touchpoint' ELSE '' END"
    )
    return f"SELECT *, {reason} AS reason FROM (SELECT {', '.join(parts)} FROM {quoted_table(table)}) AS read"


def _moment(column: str, held: dict[str, Held], zone: str) -> str:
    kind, raw = held[column], quoted(column)
    if kind not in ("integer", "number"):
        return f"MICROS({raw}, '{kind}', {literal(zone)})"
    # Seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by size, as for files.
    number = f"CAST({raw} AS BIGINT)" if kind == "integer" else f"CAST({raw} AS DOUBLE)"
    scaled = (
        f"CASE WHEN ABS({number}) < 100000000000 THEN {number} * 1000000 "
        f"WHEN ABS({number}) < 100000000000000 THEN {number} * 1000 "
        f"WHEN ABS({number}) < 100000000000000000 THEN {number} ELSE {number} / 1000 END"
    )
    return f"CAST(ROUND({scaled}) AS BIGINT)"


def _select(made: RemoteTable, part: str, *, ordered: bool) -> tuple[str, str]:
    """What makes one of the tables, and the columns to store it by."""
    staged = made.part("staged")
    if part in ("touchpoints", "customers"):
        column, code, first = ("touchpoint", "tp", 0) if part == "touchpoints" else ("customer", "c", 1)
        found = f"SELECT DISTINCT {column} FROM {staged} WHERE reason = ''"
        numbered = f"WHOLE(ROW_NUMBER() OVER (ORDER BY TEXT_ORDER({column}))) - {first} AS {code}"
        return f"SELECT {numbered}, {column} FROM ({found}) AS found", code
    if part == "paths":
        return fingerprints(f"SELECT c, p, tp FROM {made.events}", by=["c"]), "c"
    fields = [field.column for field in made.fields]
    order = ", ".join(["t", *(["ord"] if ordered else []), "tp", *fields])
    extra = [*fields, *(["ord"] if ordered else [])]
    rows = (
        f"SELECT who.c AS c, s.t AS t, what.tp AS tp{''.join(f', s.{name} AS {name}' for name in extra)} "
        f"FROM {staged} AS s JOIN {made.part('customers')} AS who ON who.customer = s.customer "
        f"JOIN {made.part('touchpoints')} AS what ON what.touchpoint = s.touchpoint WHERE s.reason = ''"
    )
    columns = [*_AROUND, *fields]
    visits = numbered_visits(enriched(rows, order=order, extra=fields), gap=VISIT_GAP, columns=columns)
    return f"SELECT {', '.join(columns)}, v AS visit FROM ({visits}) AS counted", "c, p"


def _count_reasons(made: RemoteTable) -> str:
    return f"SELECT reason, COUNT(*) FROM {made.part('staged')} GROUP BY reason"


def _create(engine: Engine, table: str, select: str, *, by: str) -> None:
    differs, named = dialect_named(engine.dialect), table_in(table, engine.dialect)
    engine.rows(
        differs.create.replace("{table}", named)
        .replace("{order}", f"({by})" if by else "tuple()")
        .replace("{select}", translated(select, engine.dialect))
    )
    if differs.made is not None:
        engine.rows(differs.made.replace("{table}", named))


def _ask(engine: Engine, sql: str) -> Sequence[Row]:
    return engine.rows(translated(sql, engine.dialect))


def _known(column: str, held: dict[str, Held], table: str) -> None:
    if column not in held:
        raise NotFoundError(f"{table} has no column {column!r}.", hint=did_you_mean(column, held, what="column"))


def _is_constant(column: str, roles: ColumnRoles) -> bool:
    return column.startswith("=") and column in (roles.touchpoint, roles.channel)
