"""Erase the answers of one person from the surveys of a workspace.

The new file of answers comes first, then the survey that names it, then the files that still held the person go. So
whenever it breaks off, the survey is as it was or as it becomes, and doing it again completes it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from klantreis.edits import SetField, SetFields
from klantreis.ids import slug_of
from klantreis.research.answers import Answers, answers_of, digest_of, written
from klantreis.research.study import Study
from klantreis.research.survey import Survey
from klantreis.sources.surveys.filling import respondents_in
from klantreis.sources.surveys.rejected import RejectedAnswer, rejects_written
from klantreis.store.disk import disk_errors_told, remove_file, write_whole
from klantreis.store.protocol import Store
from klantreis.use_cases.edit import edit
from klantreis.use_cases.find_respondent import (
    ANSWERS,
    earlier_files,
    ids_in,
    is_about,
    names_of,
    refused_of,
    rows_of,
)


@dataclass(frozen=True)
class ErasedAnswers:
    """What was erased of answers.

    Parameters
    ----------
    rows
        Rows of answers, by survey.
    refused
        Refused answers, by survey.
    files
        How many files of earlier imports that held the person were removed.
    numbered
        Surveys whose respondents are numbers, in which nobody can be found.
    """

    rows: dict[str, int]
    refused: dict[str, int]
    files: int
    numbered: tuple[str, ...]

    @property
    def total(self) -> int:
        """Rows, refused answers and files that went."""
        return sum(self.rows.values()) + sum(self.refused.values()) + self.files

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {"rows": self.rows, "refused": self.refused, "files": self.files, "numbered": list(self.numbered)}


def erase_answers(store: Store, ids: Collection[str], *, by: str, key_file: Path | None = None) -> ErasedAnswers:
    """Take a person out of every survey of a workspace that keeps ids or pseudonyms; a second time changes nothing.

    Files of earlier imports that held the person are removed, so that going back to them is not possible any more.
    Refused answers that do not say whose they are, of imports before that was noted, go with the first person erased.

    Raises
    ------
    NotFoundError, InvalidInputError, DocumentError, StoreError
        When a key is needed and not there, or the answers cannot be read or written.
    """
    surveys = store.load().of(Survey)
    named = {one.id: ids_in(store, one, ids, key_file=key_file) for one in surveys}
    rows: dict[str, int] = {}
    refused: dict[str, int] = {}
    for survey in surveys:
        answers = answers_of(store.file, survey) if named[survey.id] else None
        if answers is not None:
            gone, lines = _erased(store, survey, answers, named[survey.id], by=by)
            rows |= {survey.id: gone} if gone else {}
            refused |= {survey.id: lines} if lines else {}
    with disk_errors_told(store.file(ANSWERS)):
        left = earlier_files(store, named, ids)
        for path in left:
            remove_file(path)
    numbered = tuple(one.id for one in surveys if one.of_role("respondent") and names_of(store, one) == "numbers")
    return ErasedAnswers(rows, refused, len(left), numbered)


def _erased(store: Store, survey: Survey, answers: Answers, ids: Collection[str], *, by: str) -> tuple[int, int]:
    """Rows and refused answers that went from one survey."""
    gone = set(rows_of(answers, ids))
    lines, with_who = refused_of(store, survey)
    if not gone and not any(is_about(one, ids) for one in lines):
        return 0, 0
    kept_lines = [one for one in lines if with_who and not is_about(one, ids)]
    cells = {
        name: tuple(cell for row, cell in enumerate(column) if row not in gone)
        for name, column in answers.cells.items()
    }
    content, rejected = written(cells), rejects_written(kept_lines)
    slug, digest = slug_of(survey.id), digest_of(content)
    who = survey.of_role("respondent")
    fields: dict[str, Any] = {
        "answers": f"{ANSWERS}/{slug}-{digest[:8]}.csv",
        "digest": digest,
        "n": respondents_in(answers.rows - len(gone), cells[who[0].name]),
        "refused": survey.refused - _rows_among(lines) + _rows_among(kept_lines),
        "rejects": f"{ANSWERS}/{slug}-{digest_of(rejected)[:8]}.rejects.csv" if rejected else None,
    }
    files = [(fields["answers"], content), *([(fields["rejects"], rejected)] if rejected else [])]
    with disk_errors_told(store.file(ANSWERS)):
        for name, body in files:
            store.file(name).parent.mkdir(parents=True, exist_ok=True)
            write_whole(store.file(name), body)
    study = store.load().get(survey.study, Study)
    if study.n is not None and study.n == survey.n != fields["n"]:
        edit(store, study.id, SetField(path=("n",), value=fields["n"]), by=by)
    edit(store, survey.id, SetFields(fields=fields), by=by)
    # Old files go here as well as among those of earlier imports: they may hold the person under no id of theirs.
    with disk_errors_told(store.file(ANSWERS)):
        for name in {survey.answers, survey.rejects} - {fields["answers"], fields["rejects"], None}:
            if store.file(str(name)).is_file():
                remove_file(store.file(str(name)))
    return len(gone), len(lines) - len(kept_lines)


def _rows_among(lines: Collection[RejectedAnswer]) -> int:
    """How many whole rows were refused among these lines; answers left empty in a row that is kept are none."""
    whole = ("too-few-fields", "too-many-fields", "no-answers", "no-json", "no-response")
    return len({one.line for one in lines if one.reason in whole})
