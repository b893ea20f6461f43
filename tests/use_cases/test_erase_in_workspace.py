"""A customer leaves a whole workspace: logs, answers, refused answers and files of earlier imports; or gets it all."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from klantreis.cli.main import cli
from klantreis.errors import InvalidInputError, KlantreisError, NotFoundError
from klantreis.events.dataset import Dataset
from klantreis.research.answers import answers_of
from klantreis.research.study import Study
from klantreis.research.survey import Survey
from klantreis.sources.privacy_keys import find_key, pseudonym
from klantreis.sources.privacy_rules import Privacy
from klantreis.store.protocol import Store
from klantreis.use_cases import erase_answers as erasing
from klantreis.use_cases.edit import create, edit, undo
from klantreis.use_cases.erase_in_workspace import erase_in_workspace, export_from_workspace
from klantreis.use_cases.import_events import import_events
from klantreis.use_cases.import_survey import import_survey
from klantreis.use_cases.new_workspace import new_workspace
from klantreis.use_cases.open_workspace import open_store
from klantreis.use_cases.read_survey import read_survey
from klantreis.workspace import Workspace
from tests.use_cases.small_shop import events_file, small_shop

TODAY = date(2026, 5, 1)
ROWS = (
    ("c1", "9", "Het was fijn", "55+"),
    ("c2", "12", "Niet zo", "18-34"),
    ("c2", "3", "Nog eens", "18-34"),
    ("c3", "7", "Prima", "12"),
    ("c2", "", "", ""),
)


def answers_file(folder: Path, rows: tuple[tuple[str, ...], ...] = ROWS, name: str = "Voorjaar.csv") -> Path:
    path = folder / name
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([("respondent", "nps", "Waarom?", "Leeftijd"), *rows])
    return path


def brought(store: Store, path: Path, *, replace: bool = False, keep_ids: bool = True, **how: Any) -> Survey:
    proposal = read_survey(store.load(), path, keep_ids=keep_ids)
    return import_survey(store, proposal, by="els", on=TODAY, replace=replace, **how).survey


def everything(store: Store) -> str:
    """All text that is kept of answers and documents, histories too."""
    folder = Path(store.location)
    kinds = (".csv", ".yaml", ".jsonl")
    return "\n".join(path.read_text(encoding="utf-8") for path in folder.rglob("*") if path.suffix in kinds)


@pytest.fixture
def shop(tmp_path: Path) -> Store:
    """A log of customers c0, c1, …, and a survey in which c1, c2 and c3 answered under those ids."""
    store = small_shop(tmp_path)
    brought(store, answers_file(tmp_path))
    return store


def survey_of(store: Store) -> Survey:
    return store.load().get("survey:voorjaar", Survey)


def test_a_customer_leaves_log_answers_and_refused_answers(shop: Store) -> None:
    assert "Nog eens" in everything(shop)
    before = survey_of(shop)
    assert (before.n, before.refused, before.respondents) == (3, 1, "ids")
    done = erase_in_workspace(shop, "c2", by="privacy")
    assert done.logs["dataset:shop"].events > 0
    assert done.answers.rows == {"survey:voorjaar": 2}
    assert done.answers.refused == {"survey:voorjaar": 2}, "an answer off the scale, and a row without any"
    survey = survey_of(shop)
    assert (survey.n, survey.refused, survey.rejects) == (2, 0, None)
    assert answers_of(shop.file, survey).texts("respondent") == ("c1", "c3")
    assert shop.load().get("study:voorjaar", Study).n == 2
    kept = everything(shop)
    for gone in ("c2", "Niet zo", "Nog eens"):
        assert gone not in kept
    assert "Het was fijn" in kept
    assert shop.history("survey:voorjaar")[-1].by == "privacy"


def test_a_second_time_nothing_changes(shop: Store) -> None:
    erase_in_workspace(shop, "c2")
    before, kept = shop.fingerprint(), everything(shop)
    assert erase_in_workspace(shop, "c2").total == 0
    assert (shop.fingerprint(), everything(shop)) == (before, kept)


def test_files_of_earlier_imports_go_too_and_cannot_be_gone_back_to(shop: Store, tmp_path: Path) -> None:
    first = survey_of(shop).answers
    brought(shop, answers_file(tmp_path, ROWS[:1]), replace=True)
    assert shop.file(first).is_file()
    done = erase_in_workspace(shop, "c2")
    assert (done.answers.rows, done.answers.files) == ({}, 2)
    assert "Nog eens" not in everything(shop)
    undo(shop, "survey:voorjaar", by="els")
    with pytest.raises(NotFoundError, match="cannot be read"):
        answers_of(shop.file, survey_of(shop))


def test_files_of_who_stays_stay(shop: Store, tmp_path: Path) -> None:
    first = survey_of(shop).answers
    brought(shop, answers_file(tmp_path, ROWS[:1]), replace=True)
    assert erase_in_workspace(shop, "c9").answers.total == 0
    assert shop.file(first).is_file()


def test_nobody_is_found_by_the_number_that_stands_for_somebody_else(tmp_path: Path) -> None:
    store = small_shop(tmp_path)
    brought(store, answers_file(tmp_path), keep_ids=False)
    done = erase_in_workspace(store, "2")
    assert (done.answers.total, done.answers.numbered) == (0, ("survey:voorjaar",))
    # One from before it was noted how respondents are named: numbers in the order of the rows are no ids.
    from klantreis.edits import SetField

    edit(store, "survey:voorjaar", SetField(path=("respondents",), value=None), by="els")
    assert erase_in_workspace(store, "2").answers.numbered == ("survey:voorjaar",)
    assert survey_of(store).n == 3


def pseudonymous(folder: Path) -> tuple[Store, Path]:
    """A workspace whose log and survey have pseudonyms made with one key."""
    place, key_file = folder / "shop", folder / "keys" / "shop.key"
    new_workspace(place, lang="nl", market="b2c", model="phase-model:nl-5")
    import_events(
        [events_file(folder)],
        place / "events" / "log",
        customer="who",
        time="when",
        touchpoint="what",
        privacy=Privacy(pseudonymise=True, key_file=key_file),
    )
    store = open_store(place)
    create(store, Dataset(id="dataset:shop", title="Winkel", log="events/log"), by="test")
    brought(store, answers_file(folder), keep_ids=False, pseudonymise=True, key_file=key_file)
    return store, key_file


def test_pseudonyms_are_those_of_the_event_log(tmp_path: Path) -> None:
    store, key_file = pseudonymous(tmp_path)
    survey = survey_of(store)
    key = find_key(key_file, log=tmp_path / "shop")
    assert (survey.respondents, survey.key) == ("pseudonyms", key.fingerprint)
    mine = pseudonym("c2", key)
    assert answers_of(store.file, survey).texts("respondent")[1:3] == (mine, mine)
    for name in ("c1", "c2", "c3"):
        assert f"{name}," not in everything(store)
        assert f",{name}" not in everything(store)
    with pytest.raises(NotFoundError, match="key"):
        erase_in_workspace(store, "c2", key_file=tmp_path / "no.key")
    assert survey_of(store).n == 3, "nothing was erased"
    done = erase_in_workspace(store, "c2", key_file=key_file)
    assert done.answers.rows == {"survey:voorjaar": 2}
    assert done.logs["dataset:shop"].events > 0
    assert mine not in everything(store)
    third = pseudonym("c3", key)
    assert erase_in_workspace(store, third, key_file=key_file).answers.rows == {"survey:voorjaar": 1}


def test_a_survey_with_pseudonyms_keeps_them(tmp_path: Path) -> None:
    store, key_file = pseudonymous(tmp_path)
    again = brought(store, answers_file(tmp_path, ROWS[:3]), keep_ids=False, replace=True, key_file=key_file)
    assert again.respondents == "pseudonyms"
    with pytest.raises(InvalidInputError, match="cannot be kept and become pseudonyms"):
        brought(store, answers_file(tmp_path), pseudonymise=True)
    with pytest.raises(InvalidInputError, match="inside"):
        brought(
            store,
            answers_file(tmp_path, name="Ander.csv"),
            keep_ids=False,
            pseudonymise=True,
            key_file=tmp_path / "shop/k",
        )


def test_all_that_is_held_is_handed_over(shop: Store) -> None:
    found = export_from_workspace(shop, "c2")
    (mine,) = found.answers
    assert mine.rows == (
        {"respondent": "c2", "Waarom?": "Niet zo", "Leeftijd": "18-34"},
        {"respondent": "c2", "nps": "3", "Waarom?": "Nog eens", "Leeftijd": "18-34"},
    )
    assert {(one.reason, one.answer) for one in mine.refused} == {("outside-scale", "12"), ("no-answers", "")}
    assert found.logs["dataset:shop"].rows
    json.dumps(found.to_dict())
    with pytest.raises(NotFoundError, match="holds nothing of this customer"):
        export_from_workspace(shop, "c999")
    assert not export_from_workspace(shop, "c3").answers[0].refused


STEPS = [("write_whole", 0), ("edit", 0), ("edit", 1), ("remove_file", 0), ("remove_file", 1)]


@pytest.mark.parametrize(("name", "call"), STEPS)
@pytest.mark.parametrize("after", [False, True])
def test_it_may_break_off_anywhere_and_is_completed_by_the_next(
    name: str, call: int, after: bool, shop: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[Any] = []
    real = getattr(erasing, name)

    def broken(*given: Any, **how: Any) -> Any:
        calls.append(given)
        if len(calls) - 1 == call and not after:
            raise KeyboardInterrupt
        done = real(*given, **how)
        if len(calls) - 1 == call:
            raise KeyboardInterrupt
        return done

    monkeypatch.setattr(erasing, name, broken)
    with pytest.raises(KeyboardInterrupt):
        erase_in_workspace(shop, "c2")
    monkeypatch.undo()
    held: Workspace = open_store(shop.location).load()
    survey = held.get("survey:voorjaar", Survey)
    assert survey.n in (2, 3)
    assert len(set(filter(None, answers_of(shop.file, survey).texts("respondent")))) == survey.n
    erase_in_workspace(shop, "c2")
    assert (survey_of(shop).n, shop.load().get("study:voorjaar", Study).n) == (2, 2)
    for gone in ("c2", "Niet zo", "Nog eens"):
        assert gone not in everything(shop)


def test_refused_answers_that_do_not_say_whose_they_are_go_whole(shop: Store) -> None:
    from klantreis.edits import SetField

    survey = survey_of(shop)
    old = "answers/voorjaar-00000000.rejects.csv"
    shop.file(old).write_text("line,reason,column,answer\n3,outside-scale,nps,12\n", encoding="utf-8")
    edit(shop, survey.id, SetField(path=("rejects",), value=old), by="els")
    done = erase_in_workspace(shop, "c1")
    assert done.answers.refused == {"survey:voorjaar": 1}
    assert not shop.file(old).exists()


def run(*arguments: object) -> Any:
    return CliRunner().invoke(cli, [*map(str, arguments)])


def test_the_terminal_takes_a_workspace_or_a_log(shop: Store, tmp_path: Path) -> None:
    log = shop.file("events/log")
    told = run("events", "export", shop.location, "--customer", "c2")
    assert json.loads(told.stdout)["answers"][0]["answers"][1]["Waarom?"] == "Nog eens"
    table = run("events", "export", shop.location, "--customer", "c2", "--format", "csv").stdout
    assert "survey:voorjaar,2,Waarom?,Nog eens" in table
    alone = run("events", "erase", log, "--customer", "c3")
    assert f"klantreis events erase {shop.location}" in alone.stderr
    assert survey_of(shop).n == 3
    done = run("events", "erase", shop.location, "--customer", "c2", "--lang", "nl").stdout
    assert "dataset:shop: Gewist:" in done
    assert "survey:voorjaar: Gewist: 2 rijen met antwoorden en 2 geweigerde antwoorden." in done
    again = run("events", "erase", shop.location, "--customer", "c2", "--lang", "nl").stdout
    assert "De werkruimte bevat niets van deze klant" in again
    third = json.loads(run("events", "erase", shop.location, "--customer", "c3", "--format", "json").stdout)
    assert third["answers"]["rows"] == {"survey:voorjaar": 1}
    assert isinstance(run("events", "erase", tmp_path / "nowhere", "--customer", "c2").exception, KlantreisError)


def test_a_survey_is_imported_with_pseudonyms_on_the_terminal(tmp_path: Path) -> None:
    store = small_shop(tmp_path)
    where = (answers_file(tmp_path), "--into", store.location, "--yes", "--pseudonymise")
    told = run("survey", "import", *where, "--key-file", tmp_path / "keys" / "k").stdout
    assert "pseudoniemen, gemaakt met de sleutel met vingerafdruk" in told
    assert survey_of(store).key
    assert survey_of(store).key in told
