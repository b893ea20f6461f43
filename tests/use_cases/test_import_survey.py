"""A survey comes into a workspace whole, says what was left out, and again changes nothing."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from klantreis.errors import ConflictError, InvalidInputError, NotFoundError, SurveyImportError
from klantreis.jobs.job import Job
from klantreis.jobs.outcome import DesiredOutcome
from klantreis.research.answers import answers_of
from klantreis.research.claim import Claim, ClaimStatus, Evidence
from klantreis.research.study import Study
from klantreis.research.survey import Survey
from klantreis.store.folder import FolderStore
from klantreis.store.protocol import Store
from klantreis.use_cases import import_survey as importing
from klantreis.use_cases.copy_workspace import copy_workspace
from klantreis.use_cases.edit import undo
from klantreis.use_cases.import_survey import SurveyImport, import_survey
from klantreis.use_cases.read_survey import read_survey
from klantreis.workspace import WorkspaceSettings

TODAY = date(2026, 5, 1)
JOB = Job(
    id="job:eten",
    statement=Claim(id="c1", text="De week rond eten"),
    type="functional",
    outcomes=(
        DesiredOutcome(claim=Claim(id="snel", text="Minder tijd kwijt aan bedenken wat we eten")),
        DesiredOutcome(claim=Claim(id="compleet", text="Niets vergeten")),
    ),
)
HEADINGS = (
    *("id", "Ingevuld op", "E-mail", "Hoe belangrijk is het dat u weinig tijd kwijt bent aan bedenken wat u eet?"),
    *("Hoe tevreden bent u over hoeveel tijd u kwijt bent aan bedenken wat u eet?", "nps", "Waarom?"),
)
ROWS = (
    ("klant-7", "01-03-2026 12:00", "a@example.org", "5", "2", "9", "Het was fijn"),
    ("klant-9", "03-03-2026 09:10", "b@example.org", "4", "3", "12", "Bel me op 06-12345678"),
    ("klant-7", "04-03-2026 09:10", "a@example.org", "3", "weet niet", "7", ""),
    ("klant-3", "", "", "", "", "", ""),
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = FolderStore(tmp_path / "shop")
    store.fill([WorkspaceSettings(id="workspace:shop", title="De winkel"), JOB])
    return store


def file(folder: Path, rows: tuple[tuple[str, ...], ...] = ROWS, name: str = "Avondeten.csv") -> Path:
    path = folder / name
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([HEADINGS, *rows])
    return path


def brought(store: Store, path: Path, *, replace: bool = False, **how: Any) -> SurveyImport:
    proposal = read_survey(store.load(), path, **how)
    return import_survey(store, proposal, by="els", on=TODAY, replace=replace)


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_answers_come_in_with_a_survey_and_a_study(store: Store, tmp_path: Path) -> None:
    done = brought(store, file(tmp_path))
    survey = store.load().get("survey:avondeten", Survey)
    assert done.survey == survey
    assert (survey.n, survey.refused, survey.imported_from, survey.imported_on) == (2, 1, "csv", TODAY)
    assert survey.collected is not None
    assert (survey.collected.start, survey.collected.end) == (date(2026, 3, 1), date(2026, 3, 4))
    study = store.load().get(survey.study, Study)
    assert (study.id, study.method, study.n, study.held_on) == ("study:avondeten", "survey", 2, date(2026, 3, 4))
    answers = answers_of(store.file, survey)
    assert answers.texts("nps") == ("9", None, "7")
    assert answers.texts("Ingevuld op") == ("2026-03-01", "2026-03-03", "2026-03-04")
    assert done.refused == {"no-answers": 1}
    assert done.unread == {"outside-scale": 1, "unknown": 1}


def test_counts_equal_those_of_the_file(store: Store, tmp_path: Path) -> None:
    brought(store, file(tmp_path))
    answers = answers_of(store.file, store.load().get("survey:avondeten", Survey))
    for place, heading in ((3, HEADINGS[3]), (5, "nps")):
        told = [row[place] for row in ROWS if row[place].isdigit() and int(row[place]) <= 10]
        assert [text for text in answers.texts(heading) if text is not None] == told


def test_outcomes_are_bound_by_their_words(store: Store, tmp_path: Path) -> None:
    brought(store, file(tmp_path))
    survey = store.load().get("survey:avondeten", Survey)
    bound = [(one.role, one.job, one.outcome) for one in survey.columns if one.job]
    assert bound == [("importance", "job:eten", "snel"), ("satisfaction", "job:eten", "snel")]


def test_nobody_can_be_recognised(store: Store, tmp_path: Path) -> None:
    done = brought(store, file(tmp_path))
    assert done.left_out == {"personal": ("E-mail", "Waarom?")}
    kept = "".join(text.decode("utf-8") for text in everything(tmp_path / "shop").values())
    for personal in ("klant-7", "example.org", "12345678", "09:10"):
        assert personal not in kept
    answers = answers_of(store.file, done.survey)
    assert answers.texts("id") == ("1", "2", "1"), "one number for each id, in order"


def test_what_is_asked_for_is_kept(store: Store, tmp_path: Path) -> None:
    done = brought(store, file(tmp_path), keep=["Waarom?"], keep_ids=True)
    answers = answers_of(store.file, done.survey)
    assert answers.texts("id") == ("klant-7", "klant-9", "klant-7")
    assert answers.texts("Waarom?")[1] == "Bel me op 06-12345678"
    assert done.left_out == {"personal": ("E-mail",)}


def test_words_can_be_kept_without_the_numbers_in_them(store: Store, tmp_path: Path) -> None:
    done = brought(store, file(tmp_path), redact=["Waarom?"])
    assert answers_of(store.file, done.survey).texts("Waarom?") == ("Het was fijn", "Bel me op [telefoonnummer]", None)


def test_refused_answers_are_kept_with_their_reason_and_without_persons(store: Store, tmp_path: Path) -> None:
    path = file(tmp_path)
    with path.open("a", encoding="utf-8") as stream:
        stream.write("klant-4,01-03-2026,c@example.org\n")
    done = brought(store, path)
    assert done.rejects is not None
    told = list(csv.reader(done.rejects.read_text(encoding="utf-8").splitlines()))
    assert told == [
        ["line", "reason", "column", "answer"],
        ["3", "outside-scale", "nps", "12"],
        ["4", "unknown", HEADINGS[4], "weet niet"],
        ["5", "no-answers", "", ""],
        ["6", "too-few-fields", "Ingevuld op", "01-03-2026"],
    ]


def test_the_same_again_changes_nothing(store: Store, tmp_path: Path) -> None:
    brought(store, file(tmp_path))
    before = everything(tmp_path / "shop")
    proposal = read_survey(store.load(), file(tmp_path))
    done = import_survey(store, proposal, by="els", on=date(2027, 1, 1))
    assert done.done == "unchanged"
    assert everything(tmp_path / "shop") == before


def test_other_answers_need_a_word_and_can_be_taken_back(store: Store, tmp_path: Path) -> None:
    first = brought(store, file(tmp_path)).survey
    more = (*ROWS[:2], ("klant-8", "05-03-2026", "", "2", "2", "5", "Ging wel"))
    with pytest.raises(ConflictError, match="other answers"):
        brought(store, file(tmp_path, more))
    assert store.load().get(first.id, Survey) == first
    done = brought(store, file(tmp_path, more), replace=True)
    assert (done.done, done.survey.n) == ("changed", 3)
    assert store.load().get(first.study, Study).n == 3
    assert answers_of(store.file, done.survey).texts("nps") == ("9", None, "5")
    undo(store, first.id, by="els")
    assert store.load().get(first.id, Survey) == first
    assert answers_of(store.file, first).texts("nps") == ("9", None, "7")


def test_what_was_said_of_columns_is_remembered(store: Store, tmp_path: Path) -> None:
    how: dict[str, Any] = {
        "roles": ["nps=number", "Waarom?=-", f"{HEADINGS[3]}=importance:job:eten/compleet"],
        "scales": ["4=1..7"],
    }
    first = brought(store, file(tmp_path), **how).survey
    assert [(one.name, one.role) for one in first.columns if one.name in ("nps", "Waarom?")] == [("nps", "number")]
    bound = next(one for one in first.columns if one.role == "importance")
    assert (bound.outcome, bound.low, bound.high) == ("compleet", 1, 7)
    again = read_survey(store.load(), file(tmp_path), roles=["Waarom?=-"])
    assert again.kept == first.columns


def test_a_study_that_is_there_is_used(store: Store, tmp_path: Path) -> None:
    store.save(Study(id="study:panel", title="Panel", method="survey", n=9), expect=None, entry=None)
    done = brought(store, file(tmp_path), study="study:panel", title="Voorjaar 2026")
    assert (done.survey.id, done.survey.study) == ("survey:voorjaar-2026", "study:panel")
    assert store.load().get("study:panel", Study).n == 9
    with pytest.raises(NotFoundError, match="study:panell"):
        read_survey(store.load(), file(tmp_path), study="study:panell")


@pytest.mark.parametrize("breaks", ["write_whole", "second write_whole", "create_together"])
def test_an_import_that_breaks_off_leaves_a_whole_workspace_and_can_be_done_again(
    breaks: str, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, calls = breaks.removeprefix("second "), []
    real = getattr(importing, name)

    def broken(*given: Any, **how: Any) -> Any:
        calls.append(given)
        if len(calls) > breaks.startswith("second"):
            raise KeyboardInterrupt
        return real(*given, **how)

    monkeypatch.setattr(importing, name, broken)
    with pytest.raises(KeyboardInterrupt):
        brought(store, file(tmp_path))
    monkeypatch.undo()
    held = FolderStore(tmp_path / "shop").load()
    assert held.of(Survey) == ()
    assert held.of(Study) == (), "a study without answers would hang in the air"
    done = brought(store, file(tmp_path))
    assert (done.survey.study, store.load().get("study:avondeten", Study).n) == ("study:avondeten", 2)
    assert len(store.load().of(Study)) == 1


def test_evidence_from_it_counts_as_a_survey(store: Store, tmp_path: Path) -> None:
    survey = brought(store, file(tmp_path)).survey
    claim = Claim(id="c", text="T", evidence=(Evidence(id="e", source=survey.id),))
    assert store.load().status(claim, on=TODAY).status is ClaimStatus.INDICATION


def test_a_copy_of_the_workspace_brings_the_answers(store: Store, tmp_path: Path) -> None:
    survey = brought(store, file(tmp_path)).survey
    copied = copy_workspace(tmp_path / "shop", tmp_path / "copy")
    assert copied.answers == (survey.answers, survey.rejects)
    other = FolderStore(tmp_path / "copy")
    assert answers_of(other.file, other.load().get(survey.id, Survey)).rows == 3


@pytest.mark.parametrize(
    ("how", "error", "said"),
    [
        ({"roles": ["nps=npss"]}, InvalidInputError, "nps"),
        ({"roles": ["npz=nps"]}, NotFoundError, "nps"),
        ({"roles": ["nps"]}, InvalidInputError, "names no role"),
        ({"roles": ["4=importance:job:eten"]}, InvalidInputError, "no outcome"),
        ({"roles": ["4=date", "5=date"]}, InvalidInputError, "3 columns have the role 'date'"),
        ({"scales": ["nps=5..1"]}, InvalidInputError, "no scale"),
        ({"keep": ["Waarom"]}, NotFoundError, "Waarom?"),
        ({"questions": "nowhere.lss"}, SurveyImportError, "plain CSV"),
    ],
)
def test_what_does_not_fit_is_told(
    how: dict[str, Any], error: type[Exception], said: str, store: Store, tmp_path: Path
) -> None:
    with pytest.raises(error) as caught:
        brought(store, file(tmp_path), **how)
    assert said in str(caught.value)
    assert store.load().of(Survey) == ()


def test_nothing_that_is_kept_was_answered(store: Store, tmp_path: Path) -> None:
    with pytest.raises(SurveyImportError, match="No row"):
        brought(store, file(tmp_path, ROWS[3:]))
    assert not (tmp_path / "shop" / "answers").exists()
