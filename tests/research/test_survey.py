"""A survey: its columns say what they are, and evidence from it counts as its study's."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from klantreis.errors import WorkspaceError
from klantreis.jobs.job import Job
from klantreis.jobs.outcome import DesiredOutcome
from klantreis.research.claim import Claim, ClaimStatus, Evidence
from klantreis.research.study import Study
from klantreis.research.survey import Survey, SurveyColumn
from klantreis.values import Period, to_body
from klantreis.workspace import Workspace, WorkspaceSettings, workspace_of

SETTINGS = WorkspaceSettings(id="workspace:w", title="W")
ASKED = Study(id="study:asked", title="Enquête", method="survey", n=400)
JOB = Job(
    id="job:eten",
    statement=Claim(id="c1", text="De week rond eten"),
    type="functional",
    outcomes=(DesiredOutcome(claim=Claim(id="snel", text="Minder tijd kwijt aan bedenken")),),
)


def survey(*columns: SurveyColumn) -> Survey:
    return Survey(
        id="survey:asked",
        title="Enquête",
        study="study:asked",
        answers="answers/asked.csv",
        columns=columns,
        n=380,
        collected=Period(start=date(2026, 1, 5), end=date(2026, 2, 6)),
    )


def workspace(asked: Survey) -> Workspace:
    return workspace_of([SETTINGS, ASKED, JOB, asked])


def test_evidence_from_a_survey_is_that_of_its_study_with_its_own_n_and_day() -> None:
    held = workspace(survey(SurveyColumn(name="nps", role="nps")))
    facts = held.facts("survey:asked")
    assert facts is not None
    assert (facts.kinds, facts.n, facts.collected_on) == (("survey",), 380, date(2026, 2, 6))
    claim = Claim(id="c", text="T", evidence=(Evidence(id="e1", source="survey:asked"),))
    assert held.status(claim, on=date(2026, 3, 1)).status is ClaimStatus.INDICATION


def test_an_outcome_that_the_job_does_not_have_is_named() -> None:
    column = SurveyColumn(name="q1", role="importance", job="job:eten", outcome="snell")
    with pytest.raises(WorkspaceError) as caught:
        workspace(survey(column))
    assert "outcome of job:eten" in str(caught.value.errors[0])


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (({"name": "q1", "role": "importance"},), "must say what it is about"),
        (({"name": "q1", "role": "importance", "outcome": "snel"},), "give the job too"),
        (({"name": "q1", "role": "number", "low": 5, "high": 1},), "low must be below high"),
        (({"name": "q1", "role": "nps"}, {"name": "q1", "role": "text"}), "described 2 times"),
        (({"name": "a", "role": "weight"}, {"name": "b", "role": "weight"}), "one at most"),
    ],
)
def test_columns_that_contradict_themselves_are_refused(columns: tuple[dict[str, object], ...], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        survey(*(SurveyColumn.model_validate(column) for column in columns))


def test_a_survey_is_written_and_read_back_the_same() -> None:
    asked = survey(
        SurveyColumn(name="q1", role="importance", job="job:eten", outcome="snel", low=1, high=5),
        SurveyColumn(name="q2", role="expected", about="Kassa"),
    )
    assert Survey.model_validate(to_body(asked)) == asked
    assert [column.subject for column in asked.of_role("importance", "expected")] == ["snel", "Kassa"]
