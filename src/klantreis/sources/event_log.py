"""Events into the columns of a log: coded, sorted by customer, time and place in the source, and written.

Larger than memory: DuckDB codes all events in one pass and lays them aside by stretches of customers; each stretch is
sorted and appended to the columns.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np
from duckdb import DuckDBPyConnection
from numpy.lib.format import write_array_header_1_0
from numpy.typing import NDArray

from klantreis.events.columns import code_type
from klantreis.sources.tables import literal_path, quoted_text

#: Events sorted and written in one go, whole customers at a time; bounds the memory taken.
CHUNK = 4_000_000
#: Customers named in one go.
NAMED = 500_000

_SQL_TYPES = {np.uint8: "UTINYINT", np.uint16: "USMALLINT", np.uint32: "UINTEGER"}


def write_columns(
    connection: DuckDBPyConnection,
    folder: Path,
    scratch: Path,
    *,
    texts: Mapping[str, str],
    numbers: Mapping[str, str],
    tell: Callable[[float], None],
) -> dict[str, Any]:
    """Write the columns of all events of the view ``events``.

    Parameters
    ----------
    folder, scratch
        Where the files go; where to lay events aside.
    texts, numbers
        Field name to the SQL for it in the view; ``touchpoint`` is among the texts.
    tell
        Called with the part done, 0 to 1.

    Returns
    -------
    dict
        What the manifest says of them: customers, events, period, fields.
    """
    offsets = _write_customers(connection, folder)
    n_events = int(offsets[-1])
    fields: list[dict[str, Any]] = []
    joins, selected = "", ["s.time"]
    types: list[np.dtype[Any]] = [np.dtype(np.int64)]
    files = ["times.npy"]
    for k, (name, sql) in enumerate(texts.items()):
        values = _number_values(connection, f"d{k}", sql)
        (folder / f"text-{k}.json").write_text(json.dumps(values, ensure_ascii=False), encoding="utf-8")
        codes = code_type(len(values))
        joins += f" LEFT JOIN d{k} ON d{k}.value = s.{sql}"
        selected.append(f"CAST(coalesce(d{k}.code, 0) AS {_SQL_TYPES[codes]})")
        types.append(np.dtype(codes))
        files.append(f"text-{k}.npy")
        fields.append({"name": name, "kind": "text", "file": files[-1], "values": f"text-{k}.json"})
    for k, (name, sql) in enumerate(numbers.items()):
        selected.append(f"coalesce({sql}, 'nan'::DOUBLE)")
        types.append(np.dtype(np.float64))
        files.append(f"number-{k}.npy")
        fields.append({"name": name, "kind": "number", "file": files[-1]})
    named = ", ".join(f"{sql} AS v{k}" for k, sql in enumerate(selected))
    coded = (
        f"SELECT {named}, c.code AS customer, s.place AS place, c.part AS part "  # noqa: S608
        f"FROM events s JOIN customers c ON c.value = s.customer{joins}"
    )
    relations = _laid_aside(connection, coded, _n_parts(connection), scratch)
    columns = [_begin(folder / file, kind, n_events) for file, kind in zip(files, types, strict=True)]
    wanted = ", ".join(f"v{k}" for k in range(len(selected)))
    done, first, last = 0, None, None
    for relation in relations:
        part = connection.execute(
            f"SELECT {wanted} FROM {relation} ORDER BY customer, v0, place"  # noqa: S608
        ).fetchnumpy()
        times = np.ma.getdata(part["v0"])
        if len(times):
            first = min(int(times.min()), int(times.max()) if first is None else first)
            last = max(int(times.max()), int(times.min()) if last is None else last)
        for k, (column, kind) in enumerate(zip(columns, types, strict=True)):
            column.write(np.ascontiguousarray(np.ma.getdata(part[f"v{k}"]), dtype=kind).data)
        done += len(times)
        tell(done / max(n_events, 1))
    for column in columns:
        column.close()
    period = None if first is None else [first, last]
    return {"customers": len(offsets) - 1, "events": n_events, "period": period, "fields": fields}


def _write_customers(connection: DuckDBPyConnection, folder: Path) -> NDArray[np.int64]:
    """Number the customers, write their ids, and return the first event of each and the number of events."""
    connection.execute(
        "CREATE TABLE customers AS SELECT value, row_number() OVER w - 1 AS code, n, "  # noqa: S608
        f"CAST((sum(n) OVER w - n) // {CHUNK} AS INTEGER) AS part FROM "
        "(SELECT customer AS value, count(*) AS n FROM events GROUP BY customer) WINDOW w AS (ORDER BY value)"
    )
    found = connection.execute("SELECT count(*), coalesce(sum(strlen(value)), 0) FROM customers").fetchone()
    count, length = found or (0, 0)
    offsets = np.zeros(count + 1, dtype=np.int64)
    ends = np.zeros(count, dtype=np.int64)
    with _begin(folder / "customers.npy", np.dtype(np.uint8), int(length)) as names:
        written = 0
        for begin in range(0, count, NAMED):
            rows = connection.execute(
                "SELECT value, n FROM customers WHERE code >= ? AND code < ? ORDER BY code", [begin, begin + NAMED]
            ).fetchall()
            raw = [value.encode("utf-8") for value, _ in rows]
            span = slice(begin, begin + len(rows))
            ends[span] = written + np.cumsum([len(each) for each in raw])
            offsets[begin + 1 : begin + len(rows) + 1] = [n for _, n in rows]
            names.write(b"".join(raw))
            written = int(ends[begin + len(rows) - 1])
    np.cumsum(offsets, out=offsets)
    np.save(folder / "customer_ends.npy", ends)
    np.save(folder / "offsets.npy", offsets)
    return offsets


def _n_parts(connection: DuckDBPyConnection) -> int:
    found = connection.execute("SELECT coalesce(max(part) + 1, 0) FROM customers").fetchone()
    return int(found[0]) if found else 0


def _laid_aside(connection: DuckDBPyConnection, coded: str, parts: int, scratch: Path) -> list[str]:
    """SQL for each stretch of customers."""
    if parts <= 1:
        return [f"({coded})"]
    aside = scratch / "parts"
    connection.execute(
        f"COPY ({coded}) TO {quoted_text(str(aside))} (FORMAT parquet, COMPRESSION lz4, PARTITION_BY (part))"
    )
    return [f"read_parquet({quoted_text(f'{literal_path(aside)}/part={part}/*.parquet')})" for part in range(parts)]


def _number_values(connection: DuckDBPyConnection, table: str, sql: str) -> list[str]:
    connection.execute(
        f"CREATE TABLE {table} AS SELECT value, row_number() OVER (ORDER BY value) AS code FROM "  # noqa: S608
        f"(SELECT DISTINCT {sql} AS value FROM events WHERE {sql} IS NOT NULL)"
    )
    found = connection.execute(f"SELECT value FROM {table} ORDER BY code").fetchall()  # noqa: S608
    return ["", *(value for (value,) in found)]


def _begin(file: Path, kind: np.dtype[Any], length: int) -> IO[bytes]:
    """A NumPy file of this many values, to which they are then appended."""
    stream = file.open("wb")
    header = {"descr": np.lib.format.dtype_to_descr(kind), "fortran_order": False, "shape": (length,)}
    write_array_header_1_0(stream, header)
    return stream
