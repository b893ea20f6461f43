"""Rows of any source as a table: what is wanted of them is written to a scratch file that SQL reads."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from klantreis.sources.limits import Limits, beyond
from klantreis.sources.records import (
    CHANNEL,
    CUSTOMER,
    TIME,
    TOUCHPOINT,
    Malformed,
    Record,
    Rows,
    as_text,
    at,
    names_in,
)
from klantreis.sources.scratch import Scratch
from klantreis.sources.tables import Column, Extras, RefusedRow, Table, literal_path, quoted_text

#: How many rows are looked at for the names that exist, to tell them when one is asked for that does not.
_LOOKED_AT = 1_000
_FIXED = ("line", "key", "alias", "owner", "kind", "event")
_LARGEST_ROW = 1 << 26
_WORKED_OUT: dict[str, Callable[[Record], str | None]] = {
    CUSTOMER: lambda record: record.customer,
    TIME: lambda record: record.time,
    TOUCHPOINT: lambda record: record.touchpoint,
    CHANNEL: lambda record: record.channel,
}


def spooled_table(
    path: Path,
    rows: Rows,
    *,
    source: str,
    wanted: Sequence[str],
    key: str | None,
    typed: bool,
    scratch: Scratch,
    limits: Limits,
) -> Table:
    """Read all rows once and keep what is wanted.

    Parameters
    ----------
    wanted
        Names of columns: dotted paths, or ``@customer`` and the like.
    key
        The column that tells rows apart, in place of what the source takes for that.
    typed
        Whether the file tells text from numbers; if not, the values must.
    scratch
        Where to write.
    """
    kept, broken = scratch.numbered("rows.csv"), scratch.numbered("malformed.csv")
    wanted = list(dict.fromkeys(wanted))
    seen: dict[str, None] = {}
    worded: set[str] = set()
    malformed = count = 0
    # A lone surrogate, which JSON can write, is no text; it becomes a question mark.
    with (
        kept.open("w", encoding="utf-8", errors="replace", newline="") as into,
        broken.open("w", encoding="utf-8", errors="replace", newline="") as refused,
    ):
        writer, broken_writer = csv.writer(into, lineterminator="\n"), csv.writer(refused, lineterminator="\n")
        for record in rows:
            if isinstance(record, Malformed):
                malformed += 1
                broken_writer.writerow([record.line, record.text.replace("\0", "�")])
                continue
            if len(record.values) > limits.columns:
                raise beyond(limits, "columns", path, place=f"line {record.line}")
            if count < _LOOKED_AT:
                names = names_in(record.values, most=limits.columns, deepest=limits.depth)
                if names is None:
                    raise beyond(limits, "columns", path, place=f"line {record.line}")
                seen.update(names)
            count += 1
            cells = [_cell(record, name, worded) for name in wanted]
            link = record.link or (None, None, None)
            told_by = record.key if key is None else as_text(at(record.values, key))
            row = [record.line, told_by, *link, "" if record.event else "no", *cells]
            if any(cell is not None and not isinstance(cell, int) and len(cell) > limits.text for cell in row):
                raise beyond(limits, "text", path, place=f"line {record.line}")
            seen.update((name, None) for name, cell in zip(wanted, cells, strict=True) if cell is not None)
            writer.writerow([cell.replace("\0", "�") if isinstance(cell, str) else cell for cell in row])
    columns = [
        Column(name, f"w{place}", "text" if typed and name in worded else "untyped", "VARCHAR")
        for place, name in enumerate(wanted)
        if name in seen or name in _WORKED_OUT
    ]
    columns += [Column(name, "NULL", "untyped", "VARCHAR") for name in sorted(seen) if name not in wanted]
    types = ", ".join(f"'{name}': 'VARCHAR'" for name in (*_FIXED, *(f"w{place}" for place in range(len(wanted)))))
    relation = (
        f"read_csv({quoted_text(literal_path(kept))}, auto_detect = false, delim = ',', quote = '\"', escape = '\"', "
        f"header = false, new_line = '\\n', columns = {{{types}}}, max_line_size = {_LARGEST_ROW})"
    )
    key_sql, alias, owner, kind = (f"nullif({name}, '')" for name in ("key", "alias", "owner", "kind"))
    extras = Extras(key_sql, alias, owner, kind, "(event IS NULL OR event = '')")

    def refused_rows(places: Sequence[int] | None) -> Iterator[RefusedRow]:
        csv.field_size_limit(_LARGEST_ROW)
        if places is None:
            with broken.open(encoding="utf-8", newline="") as stream:
                for line, text in csv.reader(stream):
                    yield RefusedRow(int(line), {"(row)": text})
            return
        asked = set(places)
        with kept.open(encoding="utf-8", newline="") as stream:
            for place, row in enumerate(csv.reader(stream)):
                if place in asked:
                    yield RefusedRow(int(row[0]), dict(zip(wanted, row[len(_FIXED) :], strict=True)))

    return Table(path, tuple(columns), relation, refused_rows, source=source, malformed=malformed, extras=extras)


def _cell(record: Record, name: str, worded: set[str]) -> str | None:
    worked_out = _WORKED_OUT.get(name)
    if worked_out is not None:
        return worked_out(record)
    value: Any = at(record.values, name)
    if isinstance(value, str | bool):
        worded.add(name)
    return as_text(value)
