"""CSV and TSV as a table: any common delimiter, quoted line breaks, a byte-order mark, other encodings, gzip.

All columns are read as text. A row with too few or too many fields is refused as a whole, with its line.
"""

from __future__ import annotations

import codecs
import csv
import gzip
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import IO, cast

from klantreis.errors import EventImportError
from klantreis.sources.tables import Column, RefusedRow, Table, quoted_text

DELIMITERS = (",", ";", "\t", "|")
_BLOCK = 1 << 20
_LARGEST_FIELD = 1 << 27


def csv_table(path: Path, *, encoding: str, scratch: Path, wanted: Sequence[str]) -> Table:
    """A CSV file as a table.

    Parameters
    ----------
    encoding
        As Python names it; a byte-order mark is passed over.
    scratch
        A folder for a copy in UTF-8 when the file is in another encoding.
    wanted
        Names of columns that are asked for: they decide between delimiters.

    Raises
    ------
    EventImportError
        When the file is empty, or is not in the encoding (naming the line).
    """
    codec = _codec(encoding)
    readable = path
    if codec == "utf-8":
        _check_utf8(path)
    else:
        readable = scratch / f"{len(list(scratch.iterdir()))}-utf8.csv"
        _to_utf8(path, readable, codec)
    names, delimiter = _header(readable, path, wanted)
    columns = tuple(Column(name, f"c{at}", "untyped", "VARCHAR") for at, name in enumerate(names))
    types = ", ".join(f"'{column.sql}': 'VARCHAR'" for column in columns)
    relation = (
        f"read_csv({quoted_text(_literal_path(readable))}, auto_detect = false, delim = {quoted_text(delimiter)}, "
        f"quote = '\"', escape = '\"', header = true, columns = {{{types}}}, store_rejects = true, "
        f"compression = '{'gzip' if _is_gzip(readable) else 'none'}', max_line_size = {_LARGEST_FIELD // 8})"
    )

    def rows(places: Sequence[int] | None) -> Iterator[RefusedRow]:
        return _rows(readable, names, delimiter, places)

    return Table(path, columns, relation, rows)


def _codec(encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name
    except LookupError:
        raise EventImportError(
            f"There is no encoding {encoding!r}.", hint="Try utf-8, cp1252 (Windows), latin-1 or utf-16."
        ) from None
    return "utf-8" if name in ("utf-8", "utf-8-sig") else name


def _is_gzip(path: Path) -> bool:
    return path.suffix.lower() == ".gz"


def _literal_path(path: Path) -> str:
    """The path without the signs that DuckDB takes as a pattern of names."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in str(path))


@contextmanager
def _bytes_of(path: Path) -> Iterator[IO[bytes]]:
    with gzip.open(path, "rb") if _is_gzip(path) else path.open("rb") as stream:
        yield cast(IO[bytes], stream)


def _check_utf8(path: Path) -> None:
    decoder, line = codecs.getincrementaldecoder("utf-8")(), 1
    try:
        with _bytes_of(path) as stream:
            while block := stream.read(_BLOCK):
                try:
                    decoder.decode(block)
                except UnicodeDecodeError as error:
                    # The decoder may have kept up to three bytes of the block before, none of them a line break.
                    line += error.object[: error.start].count(b"\n")
                    raise _wrong_encoding(path, line, "utf-8") from None
                line += block.count(b"\n")
            try:
                decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                raise _wrong_encoding(path, line, "utf-8") from None
    except (gzip.BadGzipFile, EOFError) as error:
        raise EventImportError(f"{path} cannot be unpacked: {error}.") from None


def _wrong_encoding(path: Path, line: int, encoding: str) -> EventImportError:
    return EventImportError(
        f"{path}, line {line}: this is not {encoding}.",
        hint="Name the encoding of the file with --encoding, for example --encoding cp1252 (Windows) or latin-1.",
    )


def _to_utf8(path: Path, copy: Path, codec: str) -> None:
    decoder, line = codecs.getincrementaldecoder(codec)(), 1
    with _bytes_of(path) as stream, copy.open("wb") as into:
        while True:
            block = stream.read(_BLOCK)
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                line += error.object[: error.start].decode(codec, errors="ignore").count("\n")
                raise _wrong_encoding(path, line, codec) from None
            line += text.count("\n")
            into.write(text.encode("utf-8"))
            if not block:
                return


def _header(readable: Path, path: Path, wanted: Sequence[str]) -> tuple[list[str], str]:
    """The column names and the delimiter: the one that yields the names asked for, or else the most names."""
    best: tuple[tuple[int, int], list[str], str] | None = None
    for delimiter in DELIMITERS:
        with _text_of(readable) as stream:
            names = [name.strip() for name in next(_records(stream, delimiter), [])]
        fit = (sum(name in names for name in set(wanted)), len(names))
        if best is None or fit > best[0]:
            best = (fit, names, delimiter)
    if best is None or not best[1]:
        raise EventImportError(f"{path} is empty.", hint="A CSV file begins with a line of column names.")
    return best[1], best[2]


@contextmanager
def _text_of(path: Path) -> Iterator[TextIOWrapper]:
    with _bytes_of(path) as stream:
        yield TextIOWrapper(stream, encoding="utf-8-sig", newline="")


def _records(stream: TextIOWrapper, delimiter: str) -> Iterator[list[str]]:
    csv.field_size_limit(_LARGEST_FIELD)
    return csv.reader(stream, delimiter=delimiter)


def _rows(path: Path, names: Sequence[str], delimiter: str, places: Sequence[int] | None) -> Iterator[RefusedRow]:
    """The rows at these places among the whole ones, or (None) those with too few or too many fields."""
    wanted = None if places is None else set(places)
    place = -1
    with _text_of(path) as stream:
        reader = csv.reader(stream, delimiter=delimiter)
        next(reader, None)
        begins = reader.line_num + 1
        for record in reader:
            line, begins = begins, reader.line_num + 1
            if not record:
                continue
            whole = len(record) == len(names)
            place += whole
            if (wanted is None and not whole) or (wanted is not None and whole and place in wanted):
                values = {name: value for name, value in zip(names, record, strict=False) if name}
                if len(record) > len(names):
                    values["(more)"] = delimiter.join(record[len(names) :])
                yield RefusedRow(line, values)
