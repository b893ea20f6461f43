"""The log of a journey's dataset laid on the journey, from a workspace on disk; and the command that prints it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner, Result

from klantreis.cli.reality import command
from klantreis.errors import InvalidInputError, KlantreisError, NotFoundError, UnsupportedQuestionError
from klantreis.events.dataset import Dataset
from klantreis.events.remote.manifest import RemoteManifest, write_remote
from klantreis.events.remote.table import RemoteTable
from klantreis.events.share import wilson
from klantreis.journeys.journey import Journey
from klantreis.personas.persona import Persona
from klantreis.store.protocol import Store
from klantreis.texts import error_text
from klantreis.use_cases.connect_log import connect_log
from klantreis.use_cases.import_events import import_events
from klantreis.use_cases.lay_fit import lay_fit
from klantreis.use_cases.lay_reality import has_reality, lay_reality
from klantreis.use_cases.measure_drift import drifts_of
from klantreis.use_cases.open_workspace import open_store
from klantreis.workspace import WorkspaceSettings

EVENTS = """\
customer,time,touchpoint,campaign
an,2026-01-01,mailing,spring
an,2026-01-03,shop,
an,2026-01-04,rival,
bo,2026-01-01,mailing,spring
bo,2026-02-09,shop,
"""
STEPS: list[dict[str, Any]] = [
    {"id": "hunger", "phase": "bewustwording", "title": "Ik krijg trek", "observable": False},
    {"id": "mail", "phase": "bewustwording", "title": "Ik zie de folder", "pattern": 'touchpoint = "mailing"'},
    {"id": "shop", "phase": "aankoop", "title": "Ik ga naar de winkel", "pattern": 'touchpoint = "shop"'},
]


def journey(**more: Any) -> Journey:
    """A journey laid on the log; ``more`` replaces its fields."""
    runs = {"dataset": "dataset:shop", "start": 'touchpoint = "mailing"', "timeout_days": 14}
    return Journey.model_validate(
        {"id": "journey:weekly", "title": "Boodschappen", "persona": "persona:an", "steps": STEPS, "runs": runs, **more}
    )


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A workspace on disk with a journey, a dataset and its log."""
    folder = tmp_path / "workspace"
    made = open_store(folder)
    made.fill(
        (
            WorkspaceSettings(id="workspace:shop", title="De winkel"),
            Persona(id="persona:an", name="An"),
            Dataset(id="dataset:shop", title="Winkel", log="events/shop"),
            journey(),
        )
    )
    log_events(folder, EVENTS)
    return made


def log_events(folder: Path, events: str) -> None:
    """Import these events as the workspace's log."""
    source = folder.parent / "events.csv"
    source.write_text(events, encoding="utf-8")
    import_events(
        [source],
        folder / "events" / "shop",
        customer="customer",
        time="time",
        touchpoint="touchpoint",
        attributes=("campaign",),
    )


def resave(store: Store, **more: Any) -> None:
    """Replace the journey by one with other fields."""
    store.save(journey(**more), expect=store.version("journey:weekly"), entry=None)


def test_a_journey_is_found_by_id_or_slug_and_laid_on_its_log(store: Store) -> None:
    found = lay_reality(store, "weekly")
    assert found == lay_reality(store, "journey:weekly")
    shop = found.step("shop")
    assert shop is not None
    assert shop.reach == wilson(1, 2)
    assert (found.runs.timed_out, found.runs.open, found.fit.share) == (2, 0, wilson(1, 2))


def test_the_answer_is_kept_until_the_journey_or_the_log_changes(store: Store) -> None:
    first = lay_reality(store, "weekly")
    assert lay_reality(store, "weekly") is first
    resave(store, runs={"dataset": "dataset:shop", "start": 'touchpoint = "mailing"'})
    second = lay_reality(store, "weekly")
    assert (first.runs.timed_out, second.runs.timed_out) == (2, 0)
    log_events(Path(store.location), EVENTS + "cé,2026-01-05,mailing,\n")
    assert lay_reality(store, "weekly").runs.n == second.runs.n + 1


def test_has_reality_asks_for_a_rule_and_a_bound_step() -> None:
    assert has_reality(journey())
    assert not has_reality(journey(runs=None))
    assert not has_reality(journey(steps=STEPS[:1]))


def refused(store: Store, **more: Any) -> KlantreisError:
    """The error that a journey with these fields gives."""
    resave(store, **more)
    with pytest.raises(KlantreisError) as caught:
        lay_reality(store, "weekly")
    return caught.value


def test_what_is_missing_is_said_with_the_way_on(store: Store) -> None:
    error = refused(store, runs=None)
    assert isinstance(error, InvalidInputError)
    assert "journey:weekly does not say where a run begins" in error.message
    with pytest.raises(NotFoundError, match=r"no journey 'journey:wekly'.*\n.*Did you mean journey:weekly"):
        lay_reality(store, "wekly")
    resave(store)
    store.save(
        Dataset(id="dataset:shop", title="Winkel", log="events/elsewhere"),
        expect=store.version("dataset:shop"),
        entry=None,
    )
    with pytest.raises(NotFoundError, match=r"dataset:shop names the event log 'events/elsewhere'.*\n.*events import"):
        lay_reality(store, "weekly")
    store.save(Dataset(id="dataset:shop", title="Winkel"), expect=store.version("dataset:shop"), entry=None)
    with pytest.raises(InvalidInputError, match=r"dataset:shop names no event log.*\n.*datasets/shop\.yaml"):
        lay_reality(store, "weekly")


def test_events_that_an_engine_keeps_are_to_be_imported_first(store: Store) -> None:
    table = RemoteTable("events", "klantreis_shop")
    write_remote(
        store.file("events/far"),
        RemoteManifest("postgresql://db.example/shop", table, "UTC", 3, 3, 2, (0, 1), {}, {}),
    )
    store.save(
        Dataset(id="dataset:shop", title="Winkel", log="events/far"), expect=store.version("dataset:shop"), entry=None
    )
    with pytest.raises(InvalidInputError) as caught:
        lay_reality(store, "weekly")
    told = error_text(caught.value, "nl")
    assert "De gebeurtenissen van dataset:shop staan in een database elders" in told.message
    assert "klantreis events import BESTAND" in (told.hint or "")
    assert "postgresql://db.example/shop" in caught.value.message
    assert drifts_of(store, on=date(2026, 6, 1)) == {}


def test_the_fit_to_a_map_is_asked_where_the_events_are(store: Store, tmp_path: Path) -> None:
    here = lay_fit(store, "weekly", before=date(2026, 2, 1))
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as connection:
        connection.execute(f"CREATE TABLE visits AS FROM read_csv('{tmp_path / 'events.csv'}')")
    connect_log(
        f"duckdb://{tmp_path / 'shop.duckdb'}",
        store.file("events/far"),
        table="visits",
        customer="customer",
        time="time",
        touchpoint="touchpoint",
        attributes=("campaign",),
    )
    store.save(
        Dataset(id="dataset:shop", title="Winkel", log="events/far"), expect=store.version("dataset:shop"), entry=None
    )
    there = lay_fit(store, "weekly", before=date(2026, 2, 1))
    assert there == here
    assert there.runs.closed == 2
    assert lay_fit(store, "journey:weekly", before=date(2026, 2, 1)) is there
    steps = [*STEPS, {"id": "typo", "phase": "aankoop", "title": "x", "pattern": 'touchpoint = "mailng"'}]
    resave(store, steps=steps)
    with pytest.raises(NotFoundError, match=r"steps\.typo\.pattern names the touchpoint 'mailng'"):
        lay_fit(store, "weekly")
    resave(store, runs={"dataset": "dataset:shop", "timeout_days": 14})
    with pytest.raises(UnsupportedQuestionError, match="runs with a time-out and without a start"):
        lay_fit(store, "weekly")


def test_names_that_the_log_does_not_know_are_all_named(store: Store) -> None:
    steps = [
        *STEPS,
        {"id": "typo", "phase": "aankoop", "title": "x", "pattern": 'touchpoint in ("shop", "mailng")'},
        {"id": "field", "phase": "aankoop", "title": "x", "pattern": 'campain = "spring"'},
    ]
    error = refused(store, steps=steps, runs={"dataset": "dataset:shop", "key": "campagne"})
    assert "steps.typo.pattern names the touchpoint 'mailng'" in error.message
    assert "steps.field.pattern looks at 'campain'" in error.message
    assert "runs.key is 'campagne'" in error.message
    assert error.hint is not None
    assert "Did you mean mailing?" in error.hint
    assert "Did you mean campaign?" in error.hint
    # A step that no event shows is not looked up.
    resave(store, steps=[*STEPS, {**steps[3], "observable": False}])
    assert lay_reality(store, "weekly").runs.n == 2


def run(store: Store, *options: str) -> Result:
    """What the command prints."""
    all_shown = [] if "--hide-below" in options else ["--hide-below", "1"]
    return CliRunner().invoke(command, [store.location, "weekly", *options, *all_shown], catch_exceptions=False)


def test_the_command_prints_a_table_in_both_languages(store: Store) -> None:
    dutch, english = run(store), run(store, "--lang", "en")
    assert dutch.exit_code == english.exit_code == 0
    assert "Werkelijkheid: Boodschappen" in dutch.output
    assert "1 van 2 afgesloten klantreizen passen" in dutch.output
    assert "Over oorzaken zegt het niets." in dutch.output
    assert "1 of 2 closed runs fit" in english.output
    unseen = next(line for line in english.output.splitlines() if line.startswith("1. Ik krijg trek"))
    assert unseen.endswith("not visible in events")
    row = next(line for line in english.output.splitlines() if line.startswith("3. Ik ga naar de winkel"))
    assert "50.0%" in row
    assert "9.5–90.5%" in row
    assert "It says nothing about causes." in english.output
    assert "rival" in english.output


def test_the_command_prints_json_and_hides_small_groups(store: Store) -> None:
    data = json.loads(run(store, "--format", "json").output)
    assert data == lay_reality(store, "weekly").to_dict()
    hidden = run(store, "--lang", "en", "--hide-below", "5")
    assert "50.0%" not in hidden.output
    assert "Groups smaller than 5 are hidden" in hidden.output
