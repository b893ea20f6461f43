"""The refused rows of a log, held to its rules of privacy: ``rejects.csv`` cleaned, joined, and rid of rows.

A refused row that is a row stands in the staged rows too, in the same order; so its customer and its time are known
there as far as they could be read. Of what is no whole row nobody can say what stands where.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from klantreis.sources.privacy_keys import Key, pseudonym
from klantreis.sources.staging import NO_EVENT
from klantreis.sources.tables import Connection, literal_path, quoted_text

_FIXED = ("file", "line", "reason")
_MORE = "(more)"
_MALFORMED = "malformed-row"


@dataclass(frozen=True)
class Shown:
    """What of refused rows may be kept.

    Parameters
    ----------
    customers
        Columns with customer ids.
    only
        The other columns that are kept; None: all but those in ``without``.
    without
        Columns that are left out.
    key
        To make pseudonyms of the ids; None: they stay.
    """

    customers: Collection[str]
    only: Collection[str] | None
    without: Collection[str]
    key: Key | None

    def keeps(self, name: str) -> bool:
        """Whether a column is kept."""
        return name in self.customers or (name not in self.without and (self.only is None or name in self.only))


@dataclass(frozen=True)
class Refused:
    """One refused row: its file, line and reason, its values by column, and what is known of it.

    ``customer`` and ``time`` are those of the staged row, None when there is none.
    """

    file: str
    line: str
    reason: str
    values: Mapping[str, str]
    customer: str | None = None
    time: int | None = None


def read_rejects(rejects: Path) -> tuple[list[str], Iterator[list[str]]]:
    """The columns of a file of refused rows, and the rows."""
    csv.field_size_limit(1 << 27)

    def rows() -> Iterator[list[str]]:
        with rejects.open(encoding="utf-8", newline="") as stream:
            yield from csv.reader(stream)

    found = rows()
    return next(found, [*_FIXED, _MORE]), found


def clean_rejects(rejects: Path, shown: Shown) -> None:
    """Leave out and replace what may not be kept; of what is no whole row only file, line and reason stay."""
    names, rows = read_rejects(rejects)
    kept = [place for place in range(len(_FIXED), len(names) - 1) if shown.keeps(names[place])]
    draft = rejects.with_name("draft-rejects.csv")
    with draft.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([*_FIXED, *(names[place] for place in kept), _MORE])
        for row in rows:
            whole = row[2] != _MALFORMED
            values = [_value(names[place], row[place], shown) if whole and place < len(row) else "" for place in kept]
            writer.writerow([*row[: len(_FIXED)], *values, ""])
    draft.replace(rejects)


def joined(earlier: Path, later: Path, into: Path) -> None:
    """The refused rows of earlier imports and of this one in one file."""
    (old_names, old), (new_names, new) = read_rejects(earlier), read_rejects(later)
    names = list(dict.fromkeys([*old_names[len(_FIXED) : -1], *new_names[len(_FIXED) : -1]]))
    draft = into.with_name("draft-rejects.csv")
    with draft.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([*_FIXED, *names, _MORE])
        for mine, rows in ((old_names, old), (new_names, new)):
            for row in rows:
                values = dict(zip(mine, row, strict=False))
                writer.writerow([*row[: len(_FIXED)], *(values.get(name, "") for name in (*names, _MORE))])
    draft.replace(into)


def refused_rows(
    connection: Connection, rejects: Path, kept: Sequence[tuple[str, Path]]
) -> Iterator[tuple[list[str], Refused]]:
    """Every refused row as it stands, and what is known of it.

    Parameters
    ----------
    kept
        For each source file, in their order: its name in the refused rows, and its staged rows.
    """
    known: dict[str, deque[tuple[str, str | None, int | None]]] = {}
    for name, staged in kept:
        found = connection.execute(
            "SELECT reason, customer, time FROM "  # noqa: S608
            f"read_parquet({quoted_text(literal_path(staged))}, file_row_number = true) "
            f"WHERE reason IS NOT NULL AND reason <> '{NO_EVENT}' ORDER BY file_row_number"
        ).fetchall()
        queue = known.setdefault(name, deque())
        queue.extend(
            (str(reason), None if customer is None else str(customer), None if time is None else int(str(time)))
            for reason, customer, time in found
        )
    names, rows = read_rejects(rejects)
    for row in rows:
        values = dict(zip(names[len(_FIXED) :], row[len(_FIXED) :], strict=False))
        file, line, reason = row[: len(_FIXED)]
        queue = known.get(file, deque())
        if reason != _MALFORMED and queue and queue[0][0] == reason:
            _, customer, time = queue.popleft()
            yield row, Refused(file, line, reason, values, customer, time)
        else:
            yield row, Refused(file, line, reason, values)


def without(
    connection: Connection, rejects: Path, kept: Sequence[tuple[str, Path]], goes: Callable[[Refused], bool]
) -> list[Refused]:
    """Take rows out of a file of refused rows.

    Returns
    -------
    list of Refused
        The rows that were taken out.
    """
    names, _ = read_rejects(rejects)
    gone: list[Refused] = []
    draft = rejects.with_name("draft-rejects.csv")
    with draft.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(names)
        for row, refused in refused_rows(connection, rejects, kept):
            if goes(refused):
                gone.append(refused)
            else:
                writer.writerow(row)
    draft.replace(rejects)
    return gone


def _value(name: str, value: str, shown: Shown) -> str:
    if shown.key is not None and name in shown.customers and value.strip():
        return pseudonym(value.strip(), shown.key)
    return value


def _mention(one: str) -> str:
    """Where an id stands by itself; one of digits is not part of a date, a time or an amount."""
    alone = rf"(?<!\w){re.escape(one)}(?!\w)"
    return rf"(?<!\d[-:./]){alone}(?![-:./]\d)" if one.isdigit() else alone


class About:
    """Tells whether a refused row is about one of these ids: in any column, or anywhere in what is no whole row."""

    def __init__(self, ids: Collection[str]) -> None:
        self._ids = frozenset(ids)
        self._mentioned = re.compile("|".join(_mention(one) for one in ids))

    def is_about(self, refused: Refused) -> bool:
        """Whether it is."""
        if refused.customer in self._ids:
            return True
        if refused.reason == _MALFORMED:
            return any(self._mentioned.search(value) for value in refused.values.values())
        return any(value.strip() in self._ids for value in refused.values.values())
