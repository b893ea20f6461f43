"""Answers in a spreadsheet (XLSX): the first sheet that holds any, its values as they were last saved.

Nothing is computed: a formula counts with the value that the program that saved it put beside it.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from klantreis.errors import KlantreisError, SurveyImportError
from klantreis.sources.limits import RATIO_FROM, Limits, beyond
from klantreis.sources.surveys.delimited import content_of
from klantreis.sources.surveys.sheet import Question, Refused, Sheet, SurveyFile, cleaned, headings, told

#: Rows that a sheet can have in the programs that write them.
_ROWS = 1 << 20
#: A cell with a formula and no value.
_UNSAVED = re.compile(
    rb"<c\b(?P<cell>[^>]{0,200})>\s*<f\b(?:[^>]{0,500}/>|[^>]{0,500}(?<!/)>[^<]*</f>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>"
)


def is_workbook(content: bytes) -> bool:
    """Whether bytes begin as a packed file that could be a workbook."""
    return content.startswith(b"PK\x03\x04")


def workbook_sheet(file: SurveyFile) -> Sheet:
    """The first sheet with rows of a workbook.

    Raises
    ------
    SurveyImportError
        When it is no workbook, is damaged, goes beyond a limit, or has formulas without a value.
    """
    with told(file.path):
        content = content_of(file)
        _check_packed(content, file.path, file.limits)
        try:
            table = next((rows for rows in _tables(content, file) if rows), [])
            _check_formulas(content, file.path)
        except KlantreisError:
            raise
        except Exception as error:  # noqa: BLE001 - the library raises whatever a damaged file makes its parsing meet
            raise SurveyImportError(
                f"{file.path} cannot be read as a workbook ({type(error).__name__}).",
                hint="Open it in a spreadsheet program and save it again, or save it as CSV.",
            ) from None
    if not table:
        raise SurveyImportError(f"{file.path} is empty.", hint="Its first row must hold the headings.")
    (_, first), rows = table[0], table[1:]
    width = max(place for place, cell in enumerate(first) if cell) + 1
    names = headings(first[:width])
    kept: list[tuple[str, ...]] = []
    lines: list[int] = []
    refused: list[Refused] = []
    for line, cells in rows:
        fields = (*cells[:width], *([""] * (width - len(cells))))
        if any(cells[width:]):
            values = dict(zip(names, fields, strict=True)) | {"(more)": " ".join(filter(None, cells[width:]))}
            refused.append(Refused(line, "too-many-fields", values))
        else:
            kept.append(fields)
            lines.append(line)
    questions = tuple(Question(name, whole[:4000] or None) for name, whole in zip(names, first[:width], strict=True))
    return Sheet(file.path, "xlsx", questions, tuple(kept), tuple(lines), tuple(refused))


def _check_packed(content: bytes, path: Path, limits: Limits) -> None:
    """Refuse what unpacks to too much, before anything is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            names = packed.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError):
        raise SurveyImportError(
            f"{path} is no workbook: it cannot be unpacked.", hint="Save it again as .xlsx, or as CSV."
        ) from None
    size = sum(each.file_size for each in names)
    if size > limits.unpacked:
        raise beyond(limits, "unpacked", path)
    if size > RATIO_FROM and size > max(len(content), 1) * limits.ratio:
        raise beyond(limits, "ratio", path)
    if not any(each.filename.endswith("workbook.xml") for each in names):
        raise SurveyImportError(f"{path} is packed, but no workbook.", hint="Give an .xlsx, .csv or .json file.")


def _tables(content: bytes, file: SurveyFile) -> Iterator[list[tuple[int, tuple[str, ...]]]]:
    """The rows with anything in them of each sheet, as texts, with their number."""
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    try:
        for sheet in book.worksheets:
            # What a file says of its own size may be wrong, or meant to cost.
            sheet.reset_dimensions()
            rows = []
            for line, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
                if len(cells) > file.limits.columns:
                    raise beyond(file.limits, "columns", file.path, place=f"row {line}")
                if line > _ROWS:
                    raise SurveyImportError(f"{file.path} has more than {_ROWS:,} rows.")
                texts = tuple(_text(cell) for cell in cells)
                if any(len(text) > file.limits.text for text in texts):
                    raise beyond(file.limits, "text", file.path, place=f"row {line}")
                if any(texts):
                    rows.append((line, texts))
            yield rows
    finally:
        book.close()


def _check_formulas(content: bytes, path: Path) -> None:
    """Refuse formulas whose value was never saved: they would look like questions that nobody answered."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        sheets = [packed.read(name) for name in packed.namelist() if "worksheets/" in name and name.endswith(".xml")]
    for found in (found for sheet in sheets for found in _UNSAVED.finditer(sheet)):
        if b't="str"' not in found["cell"]:
            cell = re.search(rb'r="([A-Z]{1,3}\d{1,7})"', found["cell"])
            where = f" in cell {cell[1].decode()}" if cell else ""
            raise SurveyImportError(
                f"{path} has a formula without a value{where}.",
                hint="Open it in a spreadsheet program and save it, so that its values are in the file.",
            )


def _text(value: Any) -> str:
    """A cell as text: whole numbers without a point, days as YYYY-MM-DD."""
    match value:
        case None:
            return ""
        case bool():
            return "1" if value else "0"
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime() | date() | time():
            return value.isoformat(sep=" ") if isinstance(value, datetime) else value.isoformat()
        case timedelta():
            return str(value)
    return cleaned(str(value))
