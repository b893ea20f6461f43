"""A survey is imported, scored, written and taken back in a folder, in SQLite and in PostgreSQL alike."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from klantreis.errors import InvalidInputError
from klantreis.jobs.job import Job
from klantreis.jobs.outcome import DesiredOutcome
from klantreis.research.claim import Claim
from klantreis.research.survey import Survey
from klantreis.store.folder import FolderStore
from klantreis.texts import error_text
from klantreis.use_cases.copy_workspace import copy_workspace
from klantreis.use_cases.edit import undo
from klantreis.use_cases.find_prices import find_prices
from klantreis.use_cases.import_survey import import_survey
from klantreis.use_cases.open_answers import survey_answers
from klantreis.use_cases.open_workspace import is_database, open_store
from klantreis.use_cases.read_survey import read_survey
from klantreis.use_cases.score_outcomes import score_outcomes
from klantreis.use_cases.write_outcomes import write_outcomes
from klantreis.use_cases.write_prices import write_prices
from klantreis.workspace import WorkspaceSettings

JOB = Job(
    id="job:eten",
    statement=Claim(id="c1", text="De week rond eten"),
    type="functional",
    outcomes=(DesiredOutcome(claim=Claim(id="snel", text="Snel weten wat we eten")),),
)
ANSWERS = "imp,sat,Wat zou u betalen?\n" + "5,2,Tussen 10 en 20€\n" * 30 + "4,4,meer dan 20€\n" * 30


def test_from_file_to_evidence_and_back(location: str, tmp_path: Path) -> None:
    folder = tmp_path / "shop" if not is_database(location) else tmp_path / "first"
    FolderStore(folder).fill([WorkspaceSettings(id="workspace:shop", title="De winkel"), JOB])
    if is_database(location):
        copy_workspace(folder, location)
    path = tmp_path / "a.csv"
    path.write_text(ANSWERS, encoding="utf-8")
    store = open_store(location)
    roles = ["imp=importance:job:eten/snel", "sat=satisfaction:job:eten/snel"]
    proposal = read_survey(store.load(), path, roles=roles)
    first = import_survey(store, proposal, by="els", on=date(2026, 5, 1))
    again = import_survey(store, proposal, by="els", on=date(2026, 5, 1))
    assert (first.done, again.done) == ("made", "unchanged")
    answers = survey_answers(open_store(location), None)
    assert answers.rows == 60
    (edited,) = write_outcomes(store, score_outcomes(answers, draws=200), by="els")
    job = open_store(location).load().get("job:eten", Job)
    assert job == edited.document
    assert [piece.source for piece in job.outcomes[0].claim.evidence] == ["survey:a"]
    undo(store, "job:eten", by="els")
    assert open_store(location).load().get("job:eten", Job) == JOB
    assert write_prices(store, find_prices(answers, draws=200), by="els") is not None
    undo(store, "insight:price-a", by="els")
    assert open_store(location).load().find("insight:price-a") is None
    assert open_store(location).load().get("survey:a", Survey).n == 60


def test_outcomes_bound_to_no_job_are_refused_in_the_words_of_the_reader(tmp_path: Path) -> None:
    FolderStore(tmp_path / "shop").fill([WorkspaceSettings(id="workspace:shop", title="De winkel"), JOB])
    path = tmp_path / "a.csv"
    path.write_text(ANSWERS, encoding="utf-8")
    store = open_store(str(tmp_path / "shop"))
    roles = ["imp=importance:snel", "sat=satisfaction:snel"]
    import_survey(store, read_survey(store.load(), path, roles=roles), by="els", on=date(2026, 5, 1))
    with pytest.raises(InvalidInputError) as refused:
        write_outcomes(store, score_outcomes(survey_answers(store, None), draws=200), by="els")
    said = error_text(refused.value, "nl")
    assert said.message == "In survey:a is niets verbonden met een gewenst resultaat van een job."
    assert said.hint is not None
    assert said.hint.startswith("Importeer de enquête opnieuw met --role")
    assert error_text(refused.value, "en").message == refused.value.args[0]
