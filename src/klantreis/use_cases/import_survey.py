"""Keep the answers of a survey beside a workspace, with the document that says what they are.

The files come first, named after their content; then the survey with its study, both or neither. So whenever an import
breaks off, the workspace is as it was or as it is now, and doing it again completes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Literal

from klantreis.edits import SetField, SetFields
from klantreis.errors import ConflictError
from klantreis.ids import free_id, slug_of
from klantreis.research.answers import digest_of, written
from klantreis.research.study import Study
from klantreis.research.survey import Survey
from klantreis.sources.privacy_keys import pseudonym
from klantreis.sources.surveys.filling import Filled, filled
from klantreis.sources.surveys.rejected import RejectedAnswer, rejects_written
from klantreis.sources.surveys.sheet import Refused
from klantreis.store.disk import disk_errors_told, write_whole
from klantreis.store.protocol import Store
from klantreis.use_cases.create_together import create_together
from klantreis.use_cases.edit import edit
from klantreis.use_cases.name_respondents import key_for, respondents_named
from klantreis.use_cases.read_survey import SurveyProposal
from klantreis.values import Period, to_body

#: Folder of the answers beside the workspace.
ANSWERS = "answers"
#: Fields that a new import sets on a survey that is there; the others stay as people left them.
_IMPORTED = (
    *("study", "answers", "digest", "columns", "n", "refused", "respondents", "key", "collected", "rejects"),
    *("imported_from", "imported_on"),
)


@dataclass(frozen=True)
class SurveyImport:
    """What an import did.

    Parameters
    ----------
    done
        ``made``, ``changed``, or ``unchanged`` when all of it was there already.
    answers, rejects
        The files that were written, relative to the workspace; ``rejects`` None when all could be read.
    refused, unread
        How many rows, and how many answers in rows that are kept, by reason.
    left_out
        Columns that are not kept, by reason.
    """

    survey: Survey
    done: Literal["made", "changed", "unchanged"]
    answers: Path
    rejects: Path | None
    refused: dict[str, int]
    unread: dict[str, int]
    left_out: dict[str, tuple[str, ...]]

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {
            "survey": self.survey.id,
            "study": self.survey.study,
            "done": self.done,
            "n": self.survey.n,
            "answers": str(self.answers),
            "rejects": None if self.rejects is None else str(self.rejects),
            "refused": self.refused,
            "unread": self.unread,
            "left_out": {reason: list(names) for reason, names in self.left_out.items()},
            "columns": to_body(self.survey)["columns"],
        }


def import_survey(
    store: Store,
    proposal: SurveyProposal,
    *,
    by: str,
    on: date,
    consent: str | None = None,
    replace: bool = False,
    pseudonymise: bool = False,
    key_file: Path | None = None,
) -> SurveyImport:
    """Keep the answers and say what they are.

    Parameters
    ----------
    proposal
        What :func:`klantreis.use_cases.read_survey.read_survey` made of the file.
    by, on
        Who imports, and the day.
    consent
        On what basis the answers may be used; for the study that is made.
    replace
        Put other answers in the place of those that the survey has.
    pseudonymise, key_file
        Put pseudonyms in the place of the ids of respondents, with the key in this file (the user's own when None): the
        same as an event log has that was imported with that key. A survey that has them keeps having them.

    Raises
    ------
    SurveyImportError
        When no row has an answer to anything that is kept; nothing was written.
    ConflictError
        When there is a survey with this id and other answers, and ``replace`` was not said.
    InvalidInputError, NotFoundError
        When ids are both to be kept and to become pseudonyms, or the key cannot be used.
    """
    workspace = store.load()
    before = workspace.find(proposal.survey)
    held = before if isinstance(before, Survey) else None
    key = key_for(store, proposal, held, pseudonymise=pseudonymise, key_file=key_file)
    named = None if key is None else partial(pseudonym, key=key)
    kept = filled(
        proposal.sheet,
        proposal.kept,
        named=str if proposal.keep_ids else named,
        redact=proposal.redact,
        lang=workspace.settings.lang,
    )
    content, slug = written(kept.cells), slug_of(proposal.survey)
    digest = digest_of(content)
    answers = f"{ANSWERS}/{slug}-{digest[:8]}.csv"
    rejected = _rejects(kept)
    rejects = f"{ANSWERS}/{slug}-{digest_of(rejected)[:8]}.rejects.csv" if rejected else None
    study = proposal.study or _study_id(store, proposal, before)
    survey = Survey(
        id=proposal.survey,
        title=proposal.title,
        study=study,
        answers=answers,
        digest=digest,
        columns=proposal.kept,
        n=kept.n,
        refused=len(kept.refused),
        respondents=respondents_named(proposal, key),
        key=None if key is None else key.fingerprint,
        collected=Period(start=kept.days[0], end=kept.days[1]) if kept.days else None,
        rejects=rejects,
        imported_from=proposal.sheet.source,
        imported_on=on,
    )
    fields = _changed_fields(before, survey) if isinstance(before, Survey) else {}
    if isinstance(before, Survey) and before.digest != digest and not replace:
        raise ConflictError(
            f"{survey.id} is there already, with {before.n} respondents and other answers.",
            hint="Say --replace to put these in their place, or give these a --title of their own.",
        )
    paths = {name: store.file(name) for name in (answers, rejects) if name is not None}
    with disk_errors_told(next(iter(paths.values())).parent):
        for name, body in ((answers, content), (rejects, rejected)):
            if name is not None and not (paths[name].is_file() and paths[name].read_bytes() == body):
                paths[name].parent.mkdir(parents=True, exist_ok=True)
                write_whole(paths[name], body)
    done: Literal["made", "changed", "unchanged"] = "made"
    if isinstance(before, Survey):
        done = "changed" if fields else "unchanged"
        if fields:
            edit(store, survey.id, SetFields(fields=fields), by=by)
    else:
        made = [] if workspace.find(study) else [_study(proposal, study, kept, consent=consent)]
        create_together(store, [*made, survey], by=by)
    _update_study(store, proposal, survey, by=by)
    held = store.load().get(survey.id, Survey)
    return SurveyImport(
        held,
        done,
        paths[answers],
        paths[rejects] if rejects else None,
        _counted(kept.refused),
        _counted(kept.unread),
        _left_out(proposal),
    )


def _study_id(store: Store, proposal: SurveyProposal, before: object) -> str:
    """The study that the survey has, or the id of the one to make."""
    if isinstance(before, Survey):
        return before.study
    held, wanted = store.load(), f"study:{slug_of(proposal.survey)}"
    there = held.find(wanted)
    # One of a survey that was removed, or taken back, has the same title and nothing that refers to it; it is used.
    free = isinstance(there, Study) and there.method == "survey" and there.title == proposal.title
    return wanted if free else free_id(wanted, held.documents)


def _study(proposal: SurveyProposal, study: str, kept: Filled, *, consent: str | None) -> Study:
    return Study(
        id=study,
        title=proposal.title,
        method="survey",
        n=kept.n,
        held_on=kept.days[1] if kept.days else None,
        consent_basis=consent,
    )


def _update_study(store: Store, proposal: SurveyProposal, survey: Survey, *, by: str) -> None:
    """Let the study that an import made say how many there are now."""
    study = store.load().find(survey.study)
    made_here = isinstance(study, Study) and study.title == proposal.title and proposal.study is None
    if made_here and isinstance(study, Study) and study.n != survey.n:
        edit(store, study.id, SetField(path=("n",), value=survey.n), by=by)


def _changed_fields(before: Survey, survey: Survey) -> dict[str, Any]:
    """The fields that say something new; the day of import alone is nothing new."""
    old, new = to_body(before), to_body(survey)
    fields = {name: new.get(name) for name in _IMPORTED if new.get(name) != old.get(name)}
    return {} if set(fields) <= {"imported_on"} else fields


def _rejects(kept: Filled) -> bytes:
    """What was refused as CSV, with its line and reason; nothing when nothing was."""
    if not kept.refused and not kept.unread:
        return b""
    lines = [
        RejectedAnswer(str(each.line), each.reason, name, cell, each.who)
        for each in sorted((*kept.refused, *kept.unread), key=lambda one: one.line)
        for name, cell in (each.values.items() or (("", ""),))
    ]
    return rejects_written(lines)


def _counted(refused: Sequence[Refused]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for each in refused:
        counts[each.reason] = counts.get(each.reason, 0) + 1
    return counts


def _left_out(proposal: SurveyProposal) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for one in proposal.columns:
        if one.left_out is not None:
            found[one.left_out] = (*found.get(one.left_out, ()), one.name)
    return found
