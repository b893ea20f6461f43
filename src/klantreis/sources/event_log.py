"""Events into the columns of a log: coded, sorted by customer, time and place in the source, and written.

Each event is put at its place in the columns (``placing.py``). When these are too large to be held at once, DuckDB
codes all events in one pass and lays them aside by stretches of customers; each stretch is sorted and appended to the
columns. Both make the same columns.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from duckdb import DuckDBPyConnection
from numpy.lib.format import write_array_header_1_0
from numpy.typing import NDArray

from klantreis.events.local.columns import code_type
from klantreis.sources.placing import Places, sort_within
from klantreis.sources.tables import literal_path, quoted_text

#: Events sorted and written in one go, whole customers at a time; bounds the memory taken.
CHUNK = 4_000_000
#: Events that are read while those before them are put at their places.
READ = CHUNK // 2
#: Bytes of columns that are held at once.
PLACED = 2 << 30
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
    in_order: bool,
    tell: Callable[[float], None],
) -> dict[str, Any]:
    """Write the columns of all events of the view ``events``.

    Parameters
    ----------
    folder, scratch
        Where the files go; where to lay events aside.
    texts, numbers
        Field name to the SQL for it in the view; ``touchpoint`` is among the texts.
    in_order
        A stretch of the events by their place in the source costs no more than its length.
    tell
        Called with the part done, 0 to 1.

    Returns
    -------
    dict
        What the manifest says of them: customers, events, period, fields.
    """
    hashes, offsets, ends = _make_customers(connection)
    np.save(folder / "customer_ends.npy", ends)
    np.save(folder / "offsets.npy", offsets)
    # In this order: who is beside must be ready before what it reads with is closed, after a failure too.
    with connection.cursor() as other, ThreadPoolExecutor(1) as beside:
        names = beside.submit(_write_names, other, folder, ends)
        told = _write_events(
            connection, folder, scratch, hashes, offsets, texts=texts, numbers=numbers, in_order=in_order, tell=tell
        )
        names.result()
    return told


def _write_events(
    connection: DuckDBPyConnection,
    folder: Path,
    scratch: Path,
    hashes: NDArray[np.uint64] | None,
    offsets: NDArray[np.int64],
    *,
    texts: Mapping[str, str],
    numbers: Mapping[str, str],
    in_order: bool,
    tell: Callable[[float], None],
) -> dict[str, Any]:
    """Write the columns with a value for each event; what the manifest says of them."""
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
    coded = _Coded([f"{sql} AS v{k}" for k, sql in enumerate(selected)], joins, types)
    if in_order and hashes is not None and n_events * sum(kind.itemsize for kind in types) <= PLACED:
        blocks = _placed(connection, coded, hashes, offsets, tell)
    else:
        blocks = _sorted(connection, coded, scratch, n_events, tell)
    columns = [_begin(folder / file, kind, n_events) for file, kind in zip(files, types, strict=True)]
    first, last = [], []
    for block in blocks:
        if len(block[0]):
            first.append(int(block[0].min()))
            last.append(int(block[0].max()))
        for column, values_of, kind in zip(columns, block, types, strict=True):
            column.write(np.ascontiguousarray(values_of, dtype=kind).data)
    for column in columns:
        column.close()
    period = [min(first), max(last)] if first else None
    return {"customers": len(offsets) - 1, "events": n_events, "period": period, "fields": fields}


@dataclass(frozen=True)
class _Coded:
    """The values of each event, as SQL over ``events s`` and these joins, and their types."""

    selected: Sequence[str]
    joins: str
    types: Sequence[np.dtype[Any]]


def _placed(
    connection: DuckDBPyConnection,
    coded: _Coded,
    hashes: NDArray[np.uint64],
    offsets: NDArray[np.int64],
    tell: Callable[[float], None],
) -> Iterator[list[NDArray[Any]]]:
    """All columns at once, every event put at its place."""
    n_events = int(offsets[-1])
    columns = [np.empty(n_events, dtype=kind) for kind in coded.types]
    places = Places(hashes, offsets)

    def put(part: dict[str, NDArray[Any]]) -> int:
        rows = {name: np.ascontiguousarray(np.ma.getdata(values)) for name, values in part.items()}
        if np.any(rows["place"][1:] < rows["place"][:-1]):  # a join may answer in another order
            order = np.argsort(rows["place"])
            rows = {name: values[order] for name, values in rows.items()}
        values = [rows[f"v{k}"].astype(kind, copy=False) for k, kind in enumerate(coded.types)]
        places.put(rows["customer"], list(zip(values, columns, strict=True)))
        return len(values[0])

    done = 0
    with ThreadPoolExecutor(1) as beside:
        before: Future[int] | None = None
        for part in _read_in_order(connection, coded):
            done += before.result() if before is not None else 0
            tell(done / max(n_events, 1))
            before = beside.submit(put, part)
        if before is not None:
            before.result()
    tell(1.0)
    sort_within(columns[0], offsets, columns)
    yield columns


def _read_in_order(connection: DuckDBPyConnection, coded: _Coded) -> Iterator[dict[str, NDArray[Any]]]:
    """The values of events, and a hash of the customer of each, by stretches of the source."""
    ends = connection.execute("SELECT place >> 40, max(place) FROM kept_rows GROUP BY 1 ORDER BY 1").fetchall()
    for file, end in ends:
        for begin in range(file << 40, end + 1, READ):
            yield connection.execute(
                f"SELECT hash(s.customer) AS customer, s.place AS place, {', '.join(coded.selected)} "  # noqa: S608
                f"FROM events s{coded.joins} WHERE s.place >= {begin} AND s.place < {min(begin + READ, end + 1)}"
            ).fetchnumpy()


def _sorted(
    connection: DuckDBPyConnection, coded: _Coded, scratch: Path, n_events: int, tell: Callable[[float], None]
) -> Iterator[list[NDArray[Any]]]:
    """The columns by stretches of customers, for events that are too many to be held at once."""
    connection.execute(
        "CREATE TABLE parts AS SELECT value, row_number() OVER w AS code, "  # noqa: S608
        f"CAST((sum(n) OVER w - n) // {CHUNK} AS INTEGER) AS part FROM customers WINDOW w AS (ORDER BY value)"
    )
    select = (
        f"SELECT {', '.join(coded.selected)}, c.code AS customer, s.place AS place, c.part AS part "  # noqa: S608
        f"FROM events s JOIN parts c ON c.value = s.customer{coded.joins}"
    )
    wanted = ", ".join(f"v{k}" for k in range(len(coded.selected)))
    done = 0
    for relation in _laid_aside(connection, select, scratch):
        part = connection.execute(
            f"SELECT {wanted} FROM {relation} ORDER BY customer, v0, place"  # noqa: S608
        ).fetchnumpy()
        block = [np.ma.getdata(part[f"v{k}"]) for k in range(len(coded.selected))]
        done += len(block[0])
        tell(done / max(n_events, 1))
        yield block


def _make_customers(
    connection: DuckDBPyConnection,
) -> tuple[NDArray[np.uint64] | None, NDArray[np.int64], NDArray[np.int64]]:
    """Make a table of the customers, in the order of their ids.

    Returns
    -------
    tuple
        A hash of each, None when two of them share one; the first event of each and the number of events; where the
        id of each ends, in bytes, when they stand end to end.
    """
    connection.execute(
        "CREATE TABLE customers AS SELECT customer AS value, count(*) AS n, hash(customer) AS hash "
        "FROM events GROUP BY customer ORDER BY customer"
    )
    found = connection.execute("SELECT n, hash, strlen(value) AS length FROM customers ORDER BY rowid").fetchnumpy()
    offsets = np.concatenate(([0], np.cumsum(found["n"]))).astype(np.int64)
    hashes = np.ascontiguousarray(np.ma.getdata(found["hash"]), dtype=np.uint64)
    ordered = np.sort(hashes)  # a hundredth of the time of np.unique, which does not sort them
    unique = not np.any(ordered[1:] == ordered[:-1])
    return hashes if unique else None, offsets, np.cumsum(found["length"], dtype=np.int64)


def _write_names(connection: DuckDBPyConnection, folder: Path, ends: NDArray[np.int64]) -> None:
    """Write the customers' ids end to end, in their order."""
    with _begin(folder / "customers.npy", np.dtype(np.uint8), int(ends[-1]) if len(ends) else 0) as names:
        for begin in range(0, len(ends), NAMED):
            texts = connection.execute(
                "SELECT string_agg(value, '' ORDER BY rowid) FROM customers WHERE rowid >= ? AND rowid < ?",
                [begin, begin + NAMED],
            ).fetchall()
            names.write(texts[0][0].encode("utf-8"))


def _laid_aside(connection: DuckDBPyConnection, coded: str, scratch: Path) -> list[str]:
    """SQL for each stretch of customers."""
    # Not every number between: a customer with more events than a stretch has skips some.
    parts = [part for (part,) in connection.execute("SELECT DISTINCT part FROM parts ORDER BY part").fetchall()]
    if len(parts) < 2:
        return [f"({coded})"]
    aside = scratch / "parts"
    connection.execute(
        f"COPY ({coded}) TO {quoted_text(str(aside))} (FORMAT parquet, COMPRESSION lz4, PARTITION_BY (part))"
    )
    return [f"read_parquet({quoted_text(f'{literal_path(aside)}/part={part}/*.parquet')})" for part in parts]


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
