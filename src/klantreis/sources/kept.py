"""The staged rows that a log keeps, so that more can be added to it as if all had been imported at once.

Each source file has one Parquet file of staged rows. From them come the events of the log: ids that are one customer
taken together, and events that came twice taken once. Of an event that came twice the last one counts.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from klantreis.sources.identity import Identities, identities
from klantreis.sources.records import LinkKind
from klantreis.sources.staging import AttributeKind, staged_rows
from klantreis.sources.tables import Connection, literal_path, quoted_text

#: Numbers as a text may write them: no leading zeros (a code, not a number), no more digits than a float64 holds.
_NUMBER = r"[+-]?(0|[1-9]\d{0,14})(\.\d*)?([eE][+-]?\d{1,3})?"
#: The same with a decimal comma, and points between thousands; and a comma that cannot stand between thousands.
_COMMA_NUMBER = r"[+-]?(0|[1-9]\d{0,14}|[1-9]\d{0,2}(\.\d{3}){1,4})(,\d+)?"
_DECIMAL_COMMA = r"[+-]?(0,\d+|.*,(\d{1,2}|\d{4,}))"


@dataclass(frozen=True)
class Kept:
    """The staged rows of one source file, and the kind of each attribute that it was asked for."""

    file: Path
    kinds: Mapping[str, AttributeKind | None]


def combined_kinds(kept: Sequence[Kept], names: Sequence[str]) -> dict[str, AttributeKind | None]:
    """The kind of each attribute over all files; None when the values must tell."""
    found: dict[str, AttributeKind | None] = {}
    for name in names:
        kinds = {each.kinds[name] for each in kept if name in each.kinds}
        found[name] = "number" if kinds == {"number"} else ("text" if "text" in kinds else None)
    return found


def make_rows(
    connection: Connection, kept: Sequence[Kept], kinds: Mapping[str, AttributeKind | None], *, overlapping: bool
) -> None:
    """A view ``kept_rows`` of all rows that are events, in the order of files and rows; attribute k is ``a<k>``.

    Parameters
    ----------
    overlapping
        Take what tells rows apart from their content, where they have nothing else: the second row of a file with the
        same content is the same as the second such row of another file.
    """
    parts = []
    for number, each in enumerate(kept):
        mine = list(each.kinds)
        columns = []
        for k, (name, kind) in enumerate(kinds.items()):
            column = f"a{mine.index(name)}" if name in mine else "NULL"
            if each.kinds.get(name) == "number" and kind != "number":
                column = (
                    f"CASE WHEN {column} = floor({column}) AND abs({column}) < 1e15 "
                    f"THEN CAST(CAST({column} AS BIGINT) AS VARCHAR) ELSE CAST({column} AS VARCHAR) END"
                )
            columns.append(f", CAST({column} AS {'DOUBLE' if kind == 'number' else 'VARCHAR'}) AS a{k}")
        content = ", ".join(["customer", "time", "touchpoint", "channel", *(f"a{k}" for k in range(len(mine)))])
        key = "key"
        if overlapping:
            nth = f"row_number() OVER (PARTITION BY {content} ORDER BY file_row_number)"
            key = f"coalesce(key, CAST(md5(CAST(({content}, {nth}) AS VARCHAR)) AS UUID))"
        parts.append(
            f"SELECT {number}::BIGINT << 40 | file_row_number AS place, customer, time, touchpoint, channel, "  # noqa: S608
            f"{key} AS key{''.join(columns)} "
            f"FROM read_parquet({quoted_text(literal_path(each.file))}, file_row_number = true) WHERE reason IS NULL"
        )
    connection.execute(f"CREATE VIEW kept_rows AS {' UNION ALL '.join(parts)}")


def make_events(connection: Connection, kept: Sequence[Kept], scratch: Path, *, merge: bool) -> tuple[int, Identities]:
    """A view ``events`` of ``kept_rows``: customers merged, doubles gone.

    Returns
    -------
    tuple
        How many doubles there were, and which ids are one customer.
    """
    doubles = _make_doubled(connection)
    found = identities(links_of(connection, kept)) if merge else Identities()
    joins, wanted, customer = "", "", "r.customer"
    if doubles:
        joins += " LEFT JOIN doubled d ON d.key = r.key"
        wanted = " WHERE d.last IS NULL OR d.last = r.place"
    if found.owners:
        names = scratch / "owners.csv"
        with names.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(found.owners.items())
        connection.execute(
            f"CREATE TABLE owners AS SELECT * FROM read_csv({quoted_text(literal_path(names))}, auto_detect = false, "  # noqa: S608
            "delim = ',', quote = '\"', escape = '\"', header = false, new_line = '\\n', max_line_size = 67108864, "
            "columns = {'id': 'VARCHAR', 'owner': 'VARCHAR'})"
        )
        joins += " LEFT JOIN owners o ON o.id = r.customer"
        customer = "coalesce(o.owner, r.customer)"
    connection.execute(
        f"CREATE VIEW events AS SELECT r.* REPLACE ({customer} AS customer) FROM kept_rows r{joins}{wanted}"  # noqa: S608
    )
    return doubles, found


def settle_kinds(
    connection: Connection, kinds: Mapping[str, AttributeKind | None]
) -> tuple[dict[str, AttributeKind], dict[str, str]]:
    """The kind of every attribute, now that the values are there, and SQL for each among the events."""
    settled: dict[str, AttributeKind] = {}
    sql: dict[str, str] = {}
    for k, (name, kind) in enumerate(kinds.items()):
        if kind is None:
            as_number = _as_number(connection, f"a{k}")
            settled[name] = "text" if as_number is None else "number"
            sql[name] = as_number or f"a{k}"
        else:
            settled[name] = kind
            sql[name] = f"a{k}"
    return settled, sql


def _as_number(connection: Connection, column: str) -> str | None:
    """SQL for a column of texts as a number; None when they are not all numbers, written in one way.

    ``1,234`` may be a thousand or a bit more than one: a comma is that of decimals when some value leaves no doubt.
    """

    def count(*patterns: str) -> list[int]:
        full = (f"count(*) FILTER (regexp_full_match({column}, {quoted_text(pattern)}))" for pattern in patterns)
        (row,) = connection.execute(f"SELECT count({column}), {', '.join(full)} FROM events").fetchall()  # noqa: S608
        return [int(str(each)) for each in row]

    given, plain = count(_NUMBER)
    if given and plain == given:
        return f"TRY_CAST({column} AS DOUBLE)"
    if not given:
        return None
    _, with_comma, surely = count(_COMMA_NUMBER, _DECIMAL_COMMA)
    if with_comma == given and surely:
        return f"TRY_CAST(replace(replace({column}, '.', ''), ',', '.') AS DOUBLE)"
    return None


def _make_doubled(connection: Connection) -> int:
    """A table of the keys that occur more than once, with the place of the last; how many rows are too many."""
    if not connection.execute("SELECT 1 FROM kept_rows WHERE key IS NOT NULL LIMIT 1").fetchall():
        return 0
    connection.execute(
        "CREATE TABLE doubled AS SELECT key, max(place) AS last, count(*) AS n FROM kept_rows "
        "WHERE key IS NOT NULL GROUP BY key HAVING count(*) > 1"
    )
    return int(str(connection.execute("SELECT coalesce(sum(n - 1), 0) FROM doubled").fetchall()[0][0]))


def links_of(connection: Connection, kept: Sequence[Kept]) -> list[tuple[str, str, LinkKind]]:
    """What the rows say of which ids are one customer, each link once."""
    if not kept:
        return []
    said = connection.execute(
        f"SELECT DISTINCT trim(alias), trim(owner), kind FROM {staged_rows([each.file for each in kept])} "  # noqa: S608
        "WHERE trim(alias) <> '' AND trim(owner) <> '' AND kind IS NOT NULL"
    ).fetchall()
    return [(str(one), str(other), cast(LinkKind, kind)) for one, other, kind in said]
