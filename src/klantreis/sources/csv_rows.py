"""The rows of a CSV file one at a time, for sources whose rows need more than reading a column."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from io import TextIOWrapper
from typing import Any

from klantreis.errors import EventImportError
from klantreis.sources.csv_files import codec_of, wrong_encoding
from klantreis.sources.json_reading import too_deep
from klantreis.sources.limits import beyond
from klantreis.sources.opening import beginning, opened
from klantreis.sources.records import Malformed, SourceFile

_DELIMITERS = ",;\t|"


def header_of(raw: bytes) -> tuple[str, ...]:
    """The names in the first line of a CSV file, with the delimiter that gives the most."""
    line = _first_line(raw, codec_of("utf-8", raw)).rstrip("\r")
    best: list[str] = []
    for delimiter in _DELIMITERS:
        try:
            names = next(csv.reader([line], delimiter=delimiter), [])
        except csv.Error:
            continue
        best = max(best, names, key=len)
    return tuple(name.strip() for name in best)


def csv_objects(file: SourceFile, *, nested: tuple[str, ...] = ()) -> Iterator[tuple[int, dict[str, Any]] | Malformed]:
    """The rows with their lines; the columns in ``nested`` hold JSON."""
    raw = beginning(file.path, file.limits)
    encoding = codec_of(file.encoding, raw)
    delimiter = max(_DELIMITERS, key=_first_line(raw, encoding).count)
    csv.field_size_limit(file.limits.line)
    with opened(file.path, file.limits) as stream:
        text = TextIOWrapper(stream, encoding="utf-8-sig" if encoding == "utf-8" else encoding, newline="")
        reader = csv.reader(_bounded(text, file), delimiter=delimiter)
        try:
            names = [name.strip() for name in next(reader, [])]
            if len(names) > file.limits.columns:
                raise beyond(file.limits, "columns", file.path)
            begins = reader.line_num + 1
            for fields in reader:
                line, begins = begins, reader.line_num + 1
                if not fields:
                    continue
                values: dict[str, Any] = dict(zip(names, fields, strict=False))
                if len(fields) != len(names) or not all(_read(values, name, file) for name in nested):
                    yield Malformed(line, delimiter.join(fields)[:2000])
                    continue
                yield line, values
        except csv.Error as error:
            if "field larger" in str(error):
                raise beyond(file.limits, "line", file.path, place=f"line {reader.line_num}") from None
            raise EventImportError(f"{file.path}, line {reader.line_num}: this is no CSV ({error}).") from None
        except UnicodeError:
            raise wrong_encoding(file.path, reader.line_num + 1, encoding) from None


def _first_line(raw: bytes, codec: str) -> str:
    return raw.decode("utf-8-sig" if codec == "utf-8" else codec, "replace").partition("\n")[0]


def _bounded(text: TextIOWrapper, file: SourceFile) -> Iterator[str]:
    while line := text.readline(file.limits.line + 1):
        if len(line) > file.limits.line:
            raise beyond(file.limits, "line", file.path)
        yield line


def _read(values: dict[str, Any], name: str, file: SourceFile) -> bool:
    """Read a column's JSON in its place; False when it is none."""
    text = values.get(name)
    if not text:
        return True
    try:
        value = json.loads(text)
    except ValueError:
        return False
    except RecursionError:
        raise beyond(file.limits, "depth", file.path) from None
    if too_deep(value, file.limits.depth):
        raise beyond(file.limits, "depth", file.path)
    values[name] = value
    return True
