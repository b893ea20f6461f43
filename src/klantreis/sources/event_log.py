"""Staged events into the columns of a log: coded, sorted by customer, time and place in the source, and written."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from duckdb import DuckDBPyConnection
from numpy.lib.format import open_memmap
from numpy.typing import NDArray

from klantreis.events.columns import code_type, packed

#: Events sorted and written in one go, whole customers at a time; bounds the memory taken.
CHUNK = 4_000_000

_SQL_TYPES = {np.uint8: "UTINYINT", np.uint16: "USMALLINT", np.uint32: "UINTEGER"}


def write_columns(
    connection: DuckDBPyConnection,
    folder: Path,
    *,
    texts: Mapping[str, str],
    numbers: Mapping[str, str],
    tell: Callable[[float], None],
) -> dict[str, Any]:
    """Write the columns of all staged events that were not refused.

    Parameters
    ----------
    folder
        Where the files go.
    texts, numbers
        Field name to the SQL for it in the staged table; ``touchpoint`` is among the texts.
    tell
        Called with the part done, 0 to 1.

    Returns
    -------
    dict
        What the manifest says of them: customers, events, period, fields.
    """
    customers, counts = _number_customers(connection)
    utf8, ends = packed(customers)
    np.save(folder / "customers.npy", utf8)
    np.save(folder / "customer_ends.npy", ends)
    offsets = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    np.save(folder / "offsets.npy", offsets)
    fields: list[dict[str, Any]] = []
    joins, selected = "", ["s.time"]
    types: list[np.dtype[Any]] = [np.dtype(np.int64)]
    files = ["times.npy"]
    for k, (name, sql) in enumerate(texts.items()):
        values = _number_values(connection, f"d{k}", sql)
        (folder / f"text-{k}.json").write_text(json.dumps(values, ensure_ascii=False), encoding="utf-8")
        kind = code_type(len(values))
        joins += f" LEFT JOIN d{k} ON d{k}.value = s.{sql}"
        selected.append(f"CAST(coalesce(d{k}.code, 0) AS {_SQL_TYPES[kind]})")
        types.append(np.dtype(kind))
        files.append(f"text-{k}.npy")
        fields.append({"name": name, "kind": "text", "file": files[-1], "values": f"text-{k}.json"})
    for k, (name, sql) in enumerate(numbers.items()):
        selected.append(f"coalesce({sql}, 'nan'::DOUBLE)")
        types.append(np.dtype(np.float64))
        files.append(f"number-{k}.npy")
        fields.append({"name": name, "kind": "number", "file": files[-1]})
    columns = [_new_column(folder / file, kind, int(offsets[-1])) for file, kind in zip(files, types, strict=True)]
    named = ", ".join(f"{sql} AS v{k}" for k, sql in enumerate(selected))
    for first, last in _chunks(offsets):
        part = connection.execute(
            f"SELECT {', '.join(f'v{k}' for k in range(len(selected)))} FROM ("  # noqa: S608
            f"SELECT {named}, c.code AS customer, s.rowid AS place FROM staged s "
            f"JOIN customers c ON c.value = s.customer{joins} "
            f"WHERE s.reason IS NULL AND c.code >= {first} AND c.code < {last}) ORDER BY customer, v0, place"
        ).fetchnumpy()
        for k, column in enumerate(columns):
            column[offsets[first] : offsets[last]] = np.ma.getdata(part[f"v{k}"])
        tell(float(offsets[last] / max(offsets[-1], 1)))
    times = columns[0]
    period = [int(times.min()), int(times.max())] if len(times) else None
    for column in columns:
        if isinstance(column, np.memmap):
            column.flush()
    return {"customers": len(customers), "events": int(offsets[-1]), "period": period, "fields": fields}


def _number_customers(connection: DuckDBPyConnection) -> tuple[Sequence[str], NDArray[np.int64]]:
    connection.execute(
        "CREATE TEMP TABLE customers AS SELECT value, row_number() OVER (ORDER BY value) - 1 AS code, n FROM "
        "(SELECT customer AS value, count(*) AS n FROM staged WHERE reason IS NULL GROUP BY customer)"
    )
    found = connection.execute("SELECT value, n FROM customers ORDER BY code").fetchall()
    return [value for value, _ in found], np.array([n for _, n in found], dtype=np.int64)


def _number_values(connection: DuckDBPyConnection, table: str, sql: str) -> list[str]:
    connection.execute(
        f"CREATE TEMP TABLE {table} AS SELECT value, row_number() OVER (ORDER BY value) AS code FROM "  # noqa: S608
        f"(SELECT DISTINCT {sql} AS value FROM staged WHERE reason IS NULL AND {sql} IS NOT NULL)"
    )
    found = connection.execute(f"SELECT value FROM {table} ORDER BY code").fetchall()  # noqa: S608
    return ["", *(value for (value,) in found)]


def _new_column(file: Path, kind: np.dtype[Any], length: int) -> NDArray[Any]:
    if length:
        return open_memmap(file, mode="w+", dtype=kind, shape=(length,))
    empty = np.empty(0, dtype=kind)
    np.save(file, empty)
    return empty


def _chunks(offsets: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Stretches of whole customers with about CHUNK events each."""
    found, first, n = [], 0, len(offsets) - 1
    while first < n:
        last = int(np.searchsorted(offsets, offsets[first] + CHUNK, side="right")) - 1
        last = min(max(last, first + 1), n)
        found.append((first, last))
        first = last
    return found
