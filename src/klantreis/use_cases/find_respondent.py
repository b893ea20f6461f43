"""Which answers that a workspace keeps are those of one person: of surveys that keep ids, or pseudonyms of them.

Answers whose respondents are numbers tell nobody whose they are, so nobody can be found in them.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from klantreis.errors import NotFoundError
from klantreis.research.answers import Answers, answers_of
from klantreis.research.survey import Survey
from klantreis.sources.privacy_keys import DIGITS, find_key, pseudonym
from klantreis.sources.surveys.rejected import RejectedAnswer, rejects_read
from klantreis.store.protocol import Store

#: The folder of answers beside a workspace.
ANSWERS = "answers"


@dataclass(frozen=True)
class RespondentAnswers:
    """What one survey holds of a person: rows by question, and what was refused."""

    survey: str
    study: str
    rows: tuple[Mapping[str, str], ...]
    refused: tuple[RejectedAnswer, ...]

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {
            "survey": self.survey,
            "study": self.study,
            "answers": [dict(row) for row in self.rows],
            "refused": [one._asdict() for one in self.refused],
        }


def ids_in(store: Store, survey: Survey, ids: Collection[str], *, key_file: Path | None = None) -> frozenset[str]:
    """The ids of a person as the answers of a survey have them; empty where nobody can be found.

    Parameters
    ----------
    ids
        Ids of the person; a pseudonym may be given as well.

    Raises
    ------
    NotFoundError, InvalidInputError
        When the key of the survey's pseudonyms is needed and not there, or another.
    """
    if names_of(store, survey) == "numbers":
        return frozenset()
    if survey.respondents != "pseudonyms":
        return frozenset(ids)
    ready = {one for one in ids if re.fullmatch(rf"[0-9a-f]{{{DIGITS}}}", one)}
    if ready == set(ids):
        return frozenset(ready)
    key = find_key(key_file, log=store.file(ANSWERS).parent, expect=survey.key)
    return frozenset(ready | {pseudonym(one, key) for one in ids})


def names_of(store: Store, survey: Survey) -> str:
    """How a survey names who answered; of one that does not say so, by what its answers hold."""
    if survey.respondents is not None:
        return survey.respondents
    column = survey.of_role("respondent")
    if not column:
        return "numbers"
    seen = dict.fromkeys(filter(None, answers_of(store.file, survey).texts(column[0])))
    # Numbers were given in the order of the rows: 1, 2, 3, …
    return "numbers" if list(seen) == [str(number) for number in range(1, len(seen) + 1)] else "ids"


def answers_of_person(
    store: Store, ids: Collection[str], *, key_file: Path | None = None
) -> tuple[RespondentAnswers, ...]:
    """What every survey of a workspace holds of a person; surveys that hold nothing are left out.

    Raises
    ------
    NotFoundError, InvalidInputError, DocumentError
        When a key is needed and not there, or the answers are gone or were changed.
    """
    found = []
    for survey in store.load().of(Survey):
        mine = ids_in(store, survey, ids, key_file=key_file)
        if not mine:
            continue
        answers = answers_of(store.file, survey)
        rows = tuple(_told(answers, row) for row in rows_of(answers, mine))
        refused = tuple(one for one in refused_of(store, survey)[0] if is_about(one, mine))
        if rows or refused:
            found.append(RespondentAnswers(survey.id, survey.study, rows, refused))
    return tuple(found)


def rows_of(answers: Answers, ids: Collection[str]) -> list[int]:
    """The rows whose respondent has one of these ids."""
    column = answers.survey.of_role("respondent")
    return [row for row, who in enumerate(answers.texts(column[0])) if who in ids] if column else []


def refused_of(store: Store, survey: Survey) -> tuple[tuple[RejectedAnswer, ...], bool]:
    """The refused answers of a survey, and whether they say who gave them; none when the file is gone."""
    if survey.rejects is None:
        return (), True
    try:
        return rejects_read(store.file(survey.rejects).read_bytes())
    except OSError:
        return (), True


def is_about(one: RejectedAnswer, ids: Collection[str]) -> bool:
    """Whether a refused answer is of a person, or mentions one of the ids."""
    return one.who in ids or one.answer in ids


def earlier_files(store: Store, ids_by_survey: Mapping[str, Collection[str]], ids: Collection[str]) -> list[Path]:
    """Files of answers that no survey names any more, of earlier imports, and that hold one of the ids.

    Refused answers of a survey whose answers are found go as well where they do not say whose they are.

    Parameters
    ----------
    ids_by_survey
        The ids as the answers of each survey have them; of surveys that are gone ``ids`` are looked for.
    """
    folder = store.file(ANSWERS)
    surveys = {one.id: one for one in store.load().of(Survey)}
    current = {name for one in surveys.values() for name in (one.answers, one.rejects)}
    found = []
    for path in sorted(folder.glob("*.csv")) if folder.is_dir() else ():
        if f"{ANSWERS}/{path.name}" in current:
            continue
        slug = re.sub(r"-[0-9a-f]{8}(?:\.rejects)?\.csv$", "", path.name)
        survey = surveys.get(f"survey:{slug}")
        columns = {one.name for one in survey.of_role("respondent")} if survey else set()
        if _mentions(path, {*ids, *ids_by_survey.get(f"survey:{slug}", ())}, columns):
            found.append(path)
    return found


def _mentions(path: Path, ids: Collection[str], columns: Collection[str]) -> bool:
    """Whether a file of answers names one of the ids, or holds refused answers that do not say whose they are.

    Only the columns with who answered are looked into, where the file has them; else all.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return False
    if path.name.endswith(".rejects.csv"):
        lines, with_who = rejects_read(content)
        return not with_who or any(is_about(one, ids) for one in lines)
    rows = list(csv.reader(io.StringIO(content.decode("utf-8"), newline="")))
    headings = rows[0] if rows else []
    places = [place for place, name in enumerate(headings) if name in columns] or range(len(headings))
    return any(row[place] in ids for row in rows[1:] for place in places if place < len(row))


def _told(answers: Answers, row: int) -> dict[str, str]:
    asked = {column.name: column.question or column.name for column in answers.survey.columns}
    return {asked.get(name, name): cells[row] for name, cells in answers.cells.items() if cells[row]}


def nothing_held(place: str) -> NotFoundError:
    """What to say when nothing is held of a person."""
    return NotFoundError(f"{place} holds nothing of this customer.", hint="Ids are case-sensitive.")
