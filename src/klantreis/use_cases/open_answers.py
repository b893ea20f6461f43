"""The answers of a survey: of one that a workspace keeps, or straight from a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from klantreis.errors import NotFoundError, did_you_mean
from klantreis.research.answers import Answers, answers_of
from klantreis.research.survey import Survey
from klantreis.sources.surveys.filling import filled
from klantreis.store.protocol import Store
from klantreis.use_cases.open_workspace import is_database
from klantreis.use_cases.read_survey import read_survey
from klantreis.workspace import Workspace, WorkspaceSettings, workspace_of

#: What stands for a workspace when a file is read without one.
_NONE = WorkspaceSettings(id="workspace:none", title="-", lang="en")


def survey_of(workspace: Workspace, name: str | None, *, roles: Sequence[str] = ()) -> Survey:
    """The survey with this id or slug; when none is named the only one there is, or the only one with these roles.

    Raises
    ------
    NotFoundError
        When there is none, or more than one and none is named.
    """
    surveys = workspace.of(Survey)
    if name is None:
        fitting = [one for one in surveys if one.of_role(*roles)] if roles else list(surveys)
        if len(fitting) == 1:
            return fitting[0]
        known = [one.id for one in fitting or surveys]
        raise NotFoundError(
            "Which survey?" if known else "This workspace has no survey yet.",
            hint=f"There are: {', '.join(known)}." if known else "Bring one in with: klantreis survey import",
        )
    wanted = name if name.startswith("survey:") else f"survey:{name}"
    for one in surveys:
        if one.id == wanted:
            return one
    raise NotFoundError(
        f"There is no survey {name!r} in this workspace.",
        hint=did_you_mean(wanted, [one.id for one in surveys], what="survey"),
    )


def survey_answers(store: Store, name: str | None, *, roles: Sequence[str] = ()) -> Answers:
    """The answers of a survey of a workspace; for :func:`survey_of`'s names.

    Raises
    ------
    NotFoundError, DocumentError
        When there is no such survey, or its file is gone or was changed.
    """
    return answers_of(store.file, survey_of(store.load(), name, roles=roles))


def file_answers(path: Path | str, **how: Any) -> Answers:
    """The answers in a file, as it is guessed or said what its columns ask; nothing is kept.

    Parameters
    ----------
    how
        As for :func:`klantreis.use_cases.read_survey.read_survey`.

    Raises
    ------
    SurveyImportError
        When the file cannot be read.
    """
    proposal = read_survey(workspace_of([_NONE]), path, **how)
    kept = filled(proposal.sheet, proposal.kept)
    survey = Survey(
        id=proposal.survey,
        title=proposal.title,
        study="study:none",
        answers=str(path),
        columns=proposal.kept,
        n=kept.n,
        refused=len(kept.refused),
    )
    return Answers(survey, len(next(iter(kept.cells.values()))), kept.cells)


def is_file_of_answers(location: str) -> bool:
    """Whether a location is a file of answers rather than a workspace."""
    return Path(location).is_file() and not is_database(location)
