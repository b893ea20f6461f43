"""Answers in CSV or TSV: any common delimiter and encoding, quoted line breaks, gzip."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator

from klantreis.errors import SurveyImportError
from klantreis.sources.csv_files import DELIMITERS, codec_named, wrong_encoding
from klantreis.sources.limits import beyond
from klantreis.sources.opening import opened
from klantreis.sources.surveys.sheet import LARGEST, Question, Refused, Sheet, SurveyFile, cleaned, headings, told

#: How many records tell which delimiter it is.
_LOOKED_AT = 60
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def delimited_sheet(file: SurveyFile) -> Sheet:
    """A CSV file as a sheet; a row with too few or too many fields is refused, with its line.

    Raises
    ------
    SurveyImportError
        When the file is empty, not in the encoding that was named, or goes beyond a limit.
    """
    with told(file.path):
        text, encoding = _decoded(file, content_of(file))
        delimiter = _delimiter(text)
        records = _records(text, delimiter, file)
        _, first = next(records, (1, list[str]()))
        if not any(cleaned(name) for name in first):
            raise SurveyImportError(f"{file.path} is empty.", hint="A CSV file begins with a line of headings.")
        if len(first) > file.limits.columns:
            raise beyond(file.limits, "columns", file.path)
        while first and not cleaned(first[-1]):
            first.pop()
        names = headings(first)
        rows: list[tuple[str, ...]] = []
        lines: list[int] = []
        refused: list[Refused] = []
        for line, record in records:
            fields = [cleaned(each) for each in record]
            if not any(fields):
                continue
            while len(fields) > len(names) and not fields[-1]:
                fields.pop()
            if len(fields) == len(names):
                rows.append(tuple(fields))
                lines.append(line)
                continue
            reason = "too-few-fields" if len(fields) < len(names) else "too-many-fields"
            values = dict(zip(names, fields, strict=False))
            if len(fields) > len(names):
                values["(more)"] = delimiter.join(fields[len(names) :])
            refused.append(Refused(line, reason, values))
    questions = tuple(
        Question(name, " ".join(cleaned(whole).split())[:4000] or None)
        for name, whole in zip(names, first, strict=True)
    )
    return Sheet(file.path, "csv", questions, tuple(rows), tuple(lines), tuple(refused), encoding)


def content_of(file: SurveyFile) -> bytes:
    """The bytes of a file, unpacked, and no more than can be read whole."""
    with opened(file.path, file.limits) as stream:
        content = stream.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise SurveyImportError(f"{file.path} holds more than {LARGEST >> 20} MiB, which is no survey.")
    return content


def _decoded(file: SurveyFile, content: bytes) -> tuple[str, str]:
    """The text, in the encoding named, or else in the first that fits: its mark, UTF-8, or that of Windows."""
    if file.encoding is not None:
        codec = codec_named(file.encoding)
        try:
            return content.decode("utf-8-sig" if codec == "utf-8" else codec), codec
        except UnicodeDecodeError as error:
            raise wrong_encoding(file.path, content[: error.start].count(b"\n") + 1, codec) from None
        except UnicodeError as error:
            raise SurveyImportError(f"{file.path} cannot be read as {codec}: {error}.") from None
    for mark, codec in _MARKS:
        if content.startswith(mark):
            try:
                return content.decode(codec), codec.removesuffix("-sig")
            except UnicodeError:
                raise wrong_encoding(file.path, 1, codec.removesuffix("-sig")) from None
    for codec in ("utf-8", "cp1252"):
        try:
            return content.decode(codec), codec
        except UnicodeDecodeError:
            continue
    raise wrong_encoding(file.path, 1, "utf-8")


def _delimiter(text: str) -> str:
    """The delimiter that cuts most records into the same number of fields, and into most fields."""
    head = text[: 1 << 20]

    def fit(delimiter: str) -> tuple[float, int]:
        try:
            reader = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
            widths = [len(record) for record, _ in zip(reader, range(_LOOKED_AT), strict=False) if record]
        except csv.Error:
            return 0, 0
        if not widths or widths[0] < 2:
            return 0, 0
        alike = Counter(widths)[widths[0]] / len(widths)
        return round(alike, 1), widths[0]

    return max(DELIMITERS, key=fit)


def _records(text: str, delimiter: str, file: SurveyFile) -> Iterator[tuple[int, list[str]]]:
    """The records, each with the line it begins on."""
    csv.field_size_limit(file.limits.text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    begins = 1
    try:
        for record in reader:
            yield begins, record
            begins = reader.line_num + 1
    except csv.Error as error:
        if "field larger" in str(error):
            raise beyond(file.limits, "text", file.path, place=f"line {begins}") from None
        raise SurveyImportError(f"{file.path}, line {begins}: this is no CSV ({error}).") from None
