"""The answers of a survey as columns: texts, or numbers with NaN where nobody answered.

Only the file that the survey describes is read: one that was changed since says so, and is not used.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from klantreis.errors import DocumentError, InvalidInputError, NotFoundError, Said, did_you_mean
from klantreis.research.survey import Survey, SurveyColumn

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Answers:
    """The answers of one survey, a row for each of ``rows``.

    Parameters
    ----------
    survey
        What its columns ask.
    rows
        How many rows there are; a respondent may have more than one.
    cells
        The texts by column; empty where nothing was answered.
    """

    survey: Survey
    rows: int
    cells: Mapping[str, tuple[str, ...]] = field(repr=False)

    def texts(self, column: str | SurveyColumn) -> tuple[str | None, ...]:
        """The answers in a column as they are written; None where there is none.

        Raises
        ------
        NotFoundError
            When there is no such column; the hint names those there are.
        """
        return tuple(cell or None for cell in self._cells(column))

    def numbers(self, column: str | SurveyColumn) -> Floats:
        """Shape (rows,): the answers in a column as numbers; NaN where there is none.

        Raises
        ------
        NotFoundError
            When there is no such column; the hint names those there are.
        InvalidInputError
            When an answer is no number, with its row.
        """
        found = np.full(self.rows, np.nan)
        for row, cell in enumerate(self._cells(column)):
            if cell:
                try:
                    found[row] = float(cell)
                except ValueError:
                    raise InvalidInputError(
                        f"{_name(column)!r} of {self.survey.id} holds {cell!r} in row {row + 1}, which is no number.",
                        hint="Ask for its texts, or import the survey again and say what the column is.",
                    ) from None
        return found

    def weights(self) -> Floats | None:
        """Shape (rows,): how much each row counts; None when the survey has no column of weights.

        A row without a weight counts for nothing.
        """
        weighing = self.survey.of_role("weight")
        return np.nan_to_num(self.numbers(weighing[0]), nan=0.0) if weighing else None

    def _cells(self, column: str | SurveyColumn) -> tuple[str, ...]:
        name = _name(column)
        if name not in self.cells:
            raise NotFoundError(
                f"{self.survey.id} has no column {name!r}.", hint=did_you_mean(name, self.cells, what="columns")
            )
        return self.cells[name]


def answers_of(file: Callable[[str], Path], survey: Survey) -> Answers:
    """The answers of a survey.

    Parameters
    ----------
    file
        Gives the path of a file beside the workspace; a store's own ``file``.
    survey
        The document that describes them.

    Raises
    ------
    NotFoundError
        When the file is not there.
    DocumentError
        When it is not the file that was imported, or does not have the columns that the survey describes.
    """
    path = file(survey.answers)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise NotFoundError(
            f"The answers of {survey.id} cannot be read: {path} ({error.strerror or error}).",
            hint="Put the file back, or import the survey again.",
        ) from None
    if survey.digest is not None and digest_of(content) != survey.digest:
        raise DocumentError(
            "The file with the answers is not the one that was imported: it was changed since.",
            place=f"{survey.id} ({survey.answers})",
            hint=Said(
                "Put the file back as it was, or import the survey again.", message_id="errors.hint.import_survey"
            ),
            message_id="errors.answers_changed",
        )
    return Answers(survey, *_table(content, survey))


def digest_of(content: bytes) -> str:
    """The SHA-256 of a file of answers.

    Examples
    --------
    >>> digest_of(b"q1\\n4\\n")[:12]
    '5ff02654ec6f'
    """
    return hashlib.sha256(content).hexdigest()


def written(columns: Mapping[str, tuple[str, ...]]) -> bytes:
    """Columns of answers as the one form in which they are kept: CSV in UTF-8, a line for each row.

    Line breaks within an answer are kept as ``\\n``, whatever they were.

    Examples
    --------
    >>> written({"q1": ("4", ""), "q2": ("ja, graag", "nee")}).decode()
    'q1,q2\\n4,"ja, graag"\\n,nee\\n'
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    for row in zip(*columns.values(), strict=True):
        writer.writerow([cell.replace("\r\n", "\n").replace("\r", "\n") for cell in row])
    return stream.getvalue().encode("utf-8")


def _table(content: bytes, survey: Survey) -> tuple[int, dict[str, tuple[str, ...]]]:
    csv.field_size_limit(1 << 24)
    try:
        lines = list(csv.reader(io.StringIO(content.decode("utf-8"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise DocumentError(f"The answers are no CSV in UTF-8: {error}.", place=survey.answers) from None
    names, rows = (lines[0], lines[1:]) if lines else ([], [])
    missing = [column.name for column in survey.columns if column.name not in names]
    if missing or len(set(names)) < len(names):
        what = f"have no column {missing[0]!r}" if missing else "have two columns of one name"
        raise DocumentError(f"The answers {what}.", place=f"{survey.id} ({survey.answers})")
    for place, row in enumerate(rows):
        if len(row) != len(names):
            raise DocumentError(
                f"Row {place + 1} of the answers has {len(row)} fields, not {len(names)}.", place=survey.answers
            )
    cells = {name: tuple(row[place] for row in rows) for place, name in enumerate(names)}
    return len(rows), cells


def _name(column: str | SurveyColumn) -> str:
    return column if isinstance(column, str) else column.name
