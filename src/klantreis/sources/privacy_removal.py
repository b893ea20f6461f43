"""Staged rows without those of one customer, or without old ones; what they said about others stays.

Rows also say which ids are one customer. Where that is about ids that stay in the log it is kept, without the rest of
the row: else the events of one person would fall apart, or those of a shared device go to whoever is left.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from klantreis.sources.identity import identities
from klantreis.sources.kept import Kept, links_of
from klantreis.sources.staging import NO_EVENT, staged_rows
from klantreis.sources.tables import Connection, quoted_text

#: Columns of a staged row that stay when only what it says about ids is kept.
_LINK = ("alias", "owner", "kind")


@dataclass(frozen=True)
class Removed:
    """Rows that went from one file: events, and refused rows by reason."""

    events: int
    refused: Mapping[str, int]
    others: int = 0

    @property
    def total(self) -> int:
        """All rows, also those that only say which ids are one customer."""
        return self.events + sum(self.refused.values()) + self.others


def ids_of(connection: Connection, kept: Sequence[Kept], customer: str, *, merge: bool) -> tuple[str, ...]:
    """All ids of the customer who has this id, the name under which the log has them first; they may not occur."""
    if not merge:
        return (customer,)
    owners = identities(links_of(connection, kept)).owners
    owner = owners.get(customer, customer)
    return (owner, *sorted(one for one, other in owners.items() if other == owner and one != owner))


def is_held(connection: Connection, kept: Sequence[Kept], ids: Sequence[str]) -> bool:
    """Whether any row has one of the ids."""
    named = _listed(ids)
    return any(
        connection.execute(
            f"SELECT 1 FROM {_relation(each.file)} WHERE customer IN {named} OR trim(alias) IN {named} "  # noqa: S608
            f"OR trim(owner) IN {named} LIMIT 1"
        ).fetchall()
        for each in kept
    )


def erase_rows(connection: Connection, file: Path, ids: Sequence[str], *, instead: str) -> Removed:
    """Rewrite one file without the rows of these ids.

    Parameters
    ----------
    instead
        What stands in the place of the ids where the row of an id that stays says that it was used with them.
    """
    named = _listed(ids)
    mine = {name: f"coalesce(trim({name}) IN {named}, false)" for name in ("customer", "alias", "owner")}
    gone = mine["customer"]
    outward = f"(kind IS NOT NULL AND {mine['alias']} <> {mine['owner']})"
    inward = f"({mine['alias']} AND {mine['owner']})"
    link = {
        name: f"CASE WHEN {inward} THEN NULL WHEN {mine[name]} THEN {quoted_text(instead)} ELSE {name} END"
        for name in ("alias", "owner")
    }
    link["kind"] = f"CASE WHEN {inward} THEN NULL ELSE kind END"
    no_event = f"coalesce(reason = '{NO_EVENT}', false)"
    stays = f"CASE WHEN {gone} THEN {outward} ELSE NOT ({no_event} AND {inward}) END"
    return _rewritten(connection, file, gone=gone, stays=stays, link=link, ordered=False)


def trim_rows(connection: Connection, files: Sequence[Path], *, before: int) -> list[Removed]:
    """Rewrite files without the rows that are older than a moment (microseconds since 1970 UTC)."""
    # What only says which ids are one customer, and not when, goes with the last events of that customer.
    gone = f"coalesce(time < {before}, reason = '{NO_EVENT}', false)"
    kept = [Kept(file, {}) for file in files]
    links = [(one, other) for one, other, _ in links_of(connection, kept)]
    _make_living(connection, files, links, gone)
    keeps_link = (
        "(kind IS NOT NULL AND (trim(alias) IN (SELECT id FROM living) OR trim(owner) IN (SELECT id FROM living)))"
    )
    stays = f"NOT {gone} OR {keeps_link}" if links else f"NOT {gone}"
    link = {name: name for name in _LINK}
    done = [_rewritten(connection, file, gone=gone, stays=stays, link=link, ordered=bool(links)) for file in files]
    connection.execute("DROP TABLE living")
    return done


def _rewritten(
    connection: Connection, file: Path, *, gone: str, stays: str, link: Mapping[str, str], ordered: bool
) -> Removed:
    """Write the rows that stay; of those that are gone and yet stay, only the link."""
    relation = _relation(file)
    link_changes = "".join(f" OR {name} IS DISTINCT FROM ({sql})" for name, sql in link.items())
    bare = f"(reason = '{NO_EVENT}' AND time IS NULL AND customer IS NULL)"
    same = f"(({stays}) AND (NOT {gone} OR coalesce({bare}, false)) AND NOT (false{link_changes}))"
    counted = connection.execute(
        f"SELECT CASE WHEN {gone} THEN coalesce(reason, '') ELSE '{NO_EVENT}' END, count(*) FROM {relation} "  # noqa: S608
        f"WHERE NOT {same} GROUP BY 1"
    ).fetchall()
    by_reason = {str(reason): int(str(count)) for reason, count in counted}
    others = by_reason.pop(NO_EVENT, 0)
    removed = Removed(by_reason.pop("", 0), by_reason, others)
    if not removed.total:
        return removed
    names = [str(row[0]) for row in connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()]  # noqa: S608
    columns = []
    for name in names:
        if name == "file_row_number":
            continue
        if name in _LINK:
            columns.append(f"{link.get(name, name)} AS {name}")
        else:
            left = quoted_text(NO_EVENT) if name == "reason" else "NULL"
            columns.append(f"CASE WHEN {gone} THEN {left} ELSE {name} END AS {name}")
    order = " ORDER BY file_row_number" if ordered else ""
    draft = file.with_name(f"draft-{file.name}")
    connection.execute(
        f"COPY (SELECT {', '.join(columns)} FROM {relation} WHERE {stays}{order}) "  # noqa: S608
        f"TO {quoted_text(str(draft))} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)"
    )
    draft.replace(file)  # a new file: what an older log has under this name by a link is not touched
    return removed


def _make_living(connection: Connection, files: Sequence[Path], links: Iterable[tuple[str, str]], gone: str) -> None:
    """A table ``living`` of the ids that are linked, in however many steps, to one that still has events."""
    above: dict[str, str] = {}

    def top(one: str) -> str:
        while above.setdefault(one, one) != one:
            above[one] = above[above[one]]
            one = above[one]
        return one

    for one, other in links:
        above[top(one)] = top(other)
    connection.execute("CREATE TEMP TABLE linked (id VARCHAR, root VARCHAR)")
    pairs = [(one, top(one)) for one in list(above)]
    if pairs:
        connection.execute(
            "INSERT INTO linked SELECT unnest(?::VARCHAR[]), unnest(?::VARCHAR[])",
            [[one for one, _ in pairs], [root for _, root in pairs]],
        )
    rows = " UNION ALL ".join(
        f"SELECT customer FROM {_relation(file)} WHERE reason IS NULL AND NOT {gone}"  # noqa: S608
        for file in files
    )
    connection.execute(
        "CREATE TEMP TABLE living AS SELECT id FROM linked WHERE root IN "  # noqa: S608
        f"(SELECT root FROM linked WHERE id IN (SELECT customer FROM ({rows})))"
    )
    connection.execute("DROP TABLE linked")


def _relation(file: Path) -> str:
    return staged_rows([file])


def _listed(ids: Sequence[str]) -> str:
    return f"({', '.join(quoted_text(one) for one in ids)})"


@dataclass(frozen=True)
class Found:
    """A staged row of a customer; ``what`` is event, double (a later row has the same key) or why it is no event."""

    what: str
    time: int | None
    touchpoint: str | None
    channel: str | None
    attributes: Mapping[str, str | float]
    id: str | None


def rows_of(connection: Connection, kept: Sequence[Kept], ids: Sequence[str]) -> list[tuple[int, Found]]:
    """The rows of a customer with these ids, each with the number of its file; refused ones stand in the rejects."""
    named = _listed(ids)
    found: list[tuple[int, Found]] = []
    lasts = " UNION ALL ".join(
        f"SELECT {number}::BIGINT << 40 | file_row_number AS place, key FROM {_relation(each.file)} "  # noqa: S608
        "WHERE reason IS NULL AND key IS NOT NULL"
        for number, each in enumerate(kept)
    )
    for number, each in enumerate(kept):
        attributes = "".join(f", a{k}" for k in range(len(each.kinds)))
        later = f"(SELECT max(place) FROM ({lasts}) l WHERE l.key = r.key)"  # noqa: S608
        rows = connection.execute(
            f"SELECT CASE WHEN reason IS NOT NULL THEN reason "  # noqa: S608
            f"WHEN {later} > ({number}::BIGINT << 40 | file_row_number) THEN 'double' ELSE 'event' END, "
            f"time, touchpoint, channel, customer{attributes} FROM {_relation(each.file)} r "
            f"WHERE customer IN {named} AND (reason IS NULL OR reason = '{NO_EVENT}') ORDER BY file_row_number"
        ).fetchall()
        for what, time, touchpoint, channel, customer, *values in rows:
            held = {
                name: value if isinstance(value, float) else str(value)
                for name, value in zip(each.kinds, values, strict=True)
                if value is not None
            }
            found.append(
                (
                    number,
                    Found(
                        str(what),
                        None if time is None else int(str(time)),
                        None if touchpoint is None else str(touchpoint),
                        None if channel is None else str(channel),
                        held,
                        None if customer is None else str(customer),
                    ),
                )
            )
    return found
