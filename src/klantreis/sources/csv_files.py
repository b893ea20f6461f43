"""CSV and TSV as a table: any common delimiter, quoted line breaks, a byte-order mark, other encodings, gzip.

All columns are read as text. A row with too few or too many fields is refused as a whole, with its line.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path

from klantreis.errors import EventImportError
from klantreis.sources.limits import DEFAULT, Limits, beyond
from klantreis.sources.opening import beginning, is_packed, opened
from klantreis.sources.scratch import Scratch
from klantreis.sources.tables import Column, RefusedRow, Table, literal_path, quoted_text

DELIMITERS = (",", ";", "\t", "|")
_BLOCK = 1 << 20
#: DuckDB keeps room for several lines of this length.
_LARGEST_LINE = 1 << 26


def csv_table(path: Path, *, encoding: str, scratch: Scratch, wanted: Sequence[str], limits: Limits = DEFAULT) -> Table:
    """A CSV file as a table.

    Parameters
    ----------
    encoding
        As Python names it; a byte-order mark is passed over, and says by itself that a file is in UTF-16.
    scratch
        For a copy in UTF-8 when the file is in another encoding.
    wanted
        Names of columns that are asked for: they decide between delimiters.

    Raises
    ------
    EventImportError
        When the file is empty, or is not in the encoding (naming the line).
    """
    codec = codec_of(encoding, beginning(path, limits, size=4))
    readable = path
    if codec == "utf-8":
        _check_utf8(path, limits)
    else:
        readable = scratch.numbered("utf8.csv")
        _to_utf8(path, readable, codec, limits)
    names, delimiter = _header(readable, path, wanted, limits)
    columns = tuple(Column(name, f"c{at}", "untyped", "VARCHAR") for at, name in enumerate(names))
    types = ", ".join(f"'{column.sql}': 'VARCHAR'" for column in columns)
    packing = "gzip" if is_packed(readable) else "none"
    relation = (
        f"read_csv({quoted_text(literal_path(readable))}, auto_detect = false, delim = {quoted_text(delimiter)}, "
        f"quote = '\"', escape = '\"', header = true, columns = {{{types}}}, store_rejects = true, "
        f"compression = '{packing}', max_line_size = {min(limits.line, _LARGEST_LINE)})"
    )

    def rows(places: Sequence[int] | None) -> Iterator[RefusedRow]:
        return _rows(readable, names, delimiter, places, limits)

    return Table(path, columns, relation, rows)


def codec_named(encoding: str) -> str:
    """The one name of an encoding.

    Raises
    ------
    EventImportError
        When there is none of that name.
    """
    try:
        name = codecs.lookup(encoding).name
        "".encode(name)  # some codecs are for bytes, and are no encoding of text
    except (LookupError, ValueError):
        raise EventImportError(
            f"There is no encoding {encoding!r}.", hint="Try utf-8, cp1252 (Windows), latin-1 or utf-16."
        ) from None
    return "utf-8" if name in ("utf-8", "utf-8-sig") else name


def codec_of(encoding: str, start: bytes) -> str:
    """The encoding of a file that begins so: a mark that UTF-8 cannot have decides where nothing else was named.

    Examples
    --------
    >>> codec_of("utf-8", "wie".encode("utf-16"))
    'utf-16'
    """
    codec = codec_named(encoding)
    if codec != "utf-8":
        return codec
    if start.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    return "utf-16" if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else codec


def _check_utf8(path: Path, limits: Limits) -> None:
    decoder, line, length = codecs.getincrementaldecoder("utf-8")(), 1, 0
    with opened(path, limits) as stream:
        while block := stream.read(_BLOCK):
            try:
                decoder.decode(block)
            except UnicodeDecodeError as error:
                # The decoder may have kept up to three bytes of the block before, none of them a line break.
                line += error.object[: error.start].count(b"\n")
                raise wrong_encoding(path, line, "utf-8") from None
            breaks = block.count(b"\n")
            length = len(block) - block.rindex(b"\n") if breaks else length + len(block)
            line += breaks
            if length > limits.line:
                raise beyond(limits, "line", path, place=f"line {line}")
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            raise wrong_encoding(path, line, "utf-8") from None


def wrong_encoding(path: Path, line: int, encoding: str) -> EventImportError:
    """That a file is in another encoding, with the option that names it."""
    return EventImportError(
        f"{path}, line {line}: this is not {encoding}.",
        hint="Name the encoding of the file with --encoding, for example --encoding cp1252 (Windows) or latin-1.",
    )


def _to_utf8(path: Path, copy: Path, codec: str, limits: Limits) -> None:
    decoder, line, length = codecs.getincrementaldecoder(codec)(), 1, 0
    with opened(path, limits) as stream, copy.open("wb") as into:
        while True:
            block = stream.read(_BLOCK)
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                line += error.object[: error.start].decode(codec, errors="ignore").count("\n")
                raise wrong_encoding(path, line, codec) from None
            except UnicodeError as error:  # UTF-16 and UTF-32 without a mark at the beginning
                raise EventImportError(f"{path} cannot be read as {codec}: {error}.") from None
            breaks = text.count("\n")
            length = len(text) - text.rindex("\n") if breaks else length + len(text)
            line += breaks
            if length > limits.line:
                raise beyond(limits, "line", path, place=f"line {line}")
            into.write(text.encode("utf-8", "replace"))
            if not block:
                return


def _header(readable: Path, path: Path, wanted: Sequence[str], limits: Limits) -> tuple[list[str], str]:
    """The column names and the delimiter: the one that yields the names asked for, or else the most names."""
    best: tuple[tuple[int, int], list[str], str] | None = None
    for delimiter in DELIMITERS:
        with _text_of(readable, limits) as stream:
            names = [name.strip() for name in next(_records(stream, delimiter, path, limits), (1, list[str]()))[1]]
        if len(names) > limits.columns:
            raise beyond(limits, "columns", path)
        fit = (sum(name in names for name in set(wanted)), len(names))
        if best is None or fit > best[0]:
            best = (fit, names, delimiter)
    if best is None or not best[1]:
        raise EventImportError(f"{path} is empty.", hint="A CSV file begins with a line of column names.")
    return best[1], best[2]


@contextmanager
def _text_of(path: Path, limits: Limits) -> Iterator[TextIOWrapper]:
    with opened(path, limits) as stream:
        yield TextIOWrapper(stream, encoding="utf-8-sig", newline="")


def _records(stream: TextIOWrapper, delimiter: str, path: Path, limits: Limits) -> Iterator[tuple[int, list[str]]]:
    """The records, each with the line it begins on."""
    csv.field_size_limit(limits.line)
    reader = csv.reader(stream, delimiter=delimiter)
    begins = 1
    try:
        for record in reader:
            yield begins, record
            begins = reader.line_num + 1
    except csv.Error as error:
        if "field larger" in str(error):
            raise beyond(limits, "line", path, place=f"line {begins}") from None
        raise EventImportError(f"{path}, line {begins}: this is no CSV ({error}).") from None


def _rows(
    path: Path, names: Sequence[str], delimiter: str, places: Sequence[int] | None, limits: Limits
) -> Iterator[RefusedRow]:
    """The rows at these places among the whole ones, or (None) those with too few or too many fields."""
    wanted = None if places is None else set(places)
    place = -1
    with _text_of(path, limits) as stream:
        records = _records(stream, delimiter, path, limits)
        next(records, None)
        for line, record in records:
            if not record:
                continue
            whole = len(record) == len(names)
            place += whole
            if (wanted is None and not whole) or (wanted is not None and whole and place in wanted):
                values = {name: value for name, value in zip(names, record, strict=False) if name}
                if len(record) > len(names):
                    values["(more)"] = delimiter.join(record[len(names) :])
                yield RefusedRow(line, values)
