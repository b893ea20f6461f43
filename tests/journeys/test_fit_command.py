"""The fit of a journey from a workspace on disk, and the command that prints it."""

from __future__ import annotations

import csv
import io
import json
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from klantreis.cli.main import cli
from klantreis.errors import KlantreisError, NotFoundError
from klantreis.events.dataset import Dataset
from klantreis.journeys.fit_values import MapFit
from klantreis.journeys.journey import Journey
from klantreis.personas.persona import Persona
from klantreis.store.protocol import Store
from klantreis.use_cases.import_events import import_events
from klantreis.use_cases.lay_fit import lay_fit
from klantreis.use_cases.open_workspace import open_store
from klantreis.workspace import WorkspaceSettings

STEPS: list[dict[str, Any]] = [
    {"id": "hunger", "phase": "bewustwording", "title": "Ik krijg trek", "observable": False},
    {"id": "mail", "phase": "bewustwording", "title": "Ik zie de folder", "pattern": 'touchpoint = "mailing"'},
    {"id": "shop", "phase": "aankoop", "title": "Ik ga naar de winkel", "pattern": 'touchpoint = "shop"'},
    {"id": "pay", "phase": "aankoop", "title": "Ik reken af", "pattern": 'touchpoint = "pay"',
     "failed": 'outcome = "refused"'},
]  # fmt: skip


def journey(**more: Any) -> Journey:
    """A journey laid on the log; ``more`` replaces its fields."""
    return Journey.model_validate(
        {
            "id": "journey:weekly",
            "title": "Boodschappen",
            "persona": "persona:an",
            "steps": STEPS,
            "runs": {"dataset": "dataset:shop", "timeout_days": 14},
            **more,
        }
    )


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A workspace on disk: twelve who follow the map in January, twelve in March who pay before they shop."""
    rows = ["customer,time,touchpoint,outcome", "late,2026-06-01,mailing,"]
    for number in range(12):
        rows += [f"k{number},2026-01-0{day},{name}," for day, name in ((1, "mailing"), (2, "shop"), (3, "pay"))]
        names = ("mailing", "pay", "rival", "shop")
        outcome = "refused" if number < 6 else ""
        rows += [
            f"m{number},2026-03-0{day},{name},{outcome if name == 'pay' else ''}" for day, name in enumerate(names, 1)
        ]
    made = open_store(tmp_path / "workspace")
    made.fill(
        (
            WorkspaceSettings(id="workspace:shop", title="De winkel", lang="nl"),
            Persona(id="persona:an", name="An"),
            Dataset(id="dataset:shop", title="Winkel", log="events/shop"),
            journey(),
        )
    )
    source = tmp_path / "events.csv"
    source.write_text("\n".join(rows) + "\n", encoding="utf-8")
    import_events(
        [source],
        tmp_path / "workspace" / "events" / "shop",
        customer="customer",
        time="time",
        touchpoint="touchpoint",
        attributes=("outcome",),
    )
    return made


def resave(store: Store, **more: Any) -> None:
    """Replace the journey by one with other fields."""
    store.save(journey(**more), expect=store.version("journey:weekly"), entry=None)


def run(store: Store, *options: str) -> Result:
    all_shown = [] if "--hide-below" in options else ["--hide-below", "1"]
    return CliRunner().invoke(cli, ["fit", store.location, "weekly", *options, *all_shown])


def test_the_text_says_in_the_workspaces_language_how_customers_leave_the_map(store: Store) -> None:
    result = run(store, "--before", "2026-02-01")
    assert result.exit_code == 0, result.output
    for line in (
        "Past de praktijk bij de beschreven klantreis? Boodschappen",
        "24 afgesloten klantreizen van 24 klanten, in 2 varianten; nog open en niet beoordeeld: 1.",
        "12 van 24 klantreizen (50,0\xa0%; 31,4–68,6\xa0%) passen: zij volgen de beschreven stappen zonder afwijking.",
        "komt vóór ‘Ik ga naar de winkel’, in 12 van 24 klantreizen (50,0\xa0%; 31,4–68,6\xa0%) van 12 klanten.",
        "‘rival’, dat niet beschreven is, komt na ‘Ik reken af’, in 12 van 24 klantreizen",
        "‘Ik reken af’ mislukt, in 6 van 24 klantreizen",
        "Klantreizen die vóór 1 februari 2026 begonnen, en vanaf die dag",
        "Overeenkomst met de beschreven klantreis: 1,000 ervoor (12 klantreizen), 0,667 erna (12 klantreizen).",
        "klanten wijken vaker af van de beschreven klantreis.",
        "Nieuw sinds die dag, in 12 van 12 klantreizen (100,0\xa0%; 75,8–100,0\xa0%): Ik zie de folder → ",
        "→ Ik reken af → Ik ga naar de winkel.",
        "Over oorzaken zegt het niets.",
    ):
        assert line in result.output, line
    english = run(store, "--lang", "en")
    assert "‘Ik reken af’ comes before ‘Ik ga naar de winkel’, in 12 of 24 runs" in english.output
    assert "klantreizen" not in english.output


def test_json_is_the_whole_answer(store: Store) -> None:
    result = run(store, "--format", "json", "--before", "2026-02-01")
    assert json.loads(result.output) == lay_fit(store, "weekly", before=date(2026, 2, 1)).to_dict()


def test_csv_has_a_row_per_deviation(store: Store) -> None:
    rows = list(csv.DictReader(io.StringIO(run(store, "--format", "csv").output)))
    found = lay_fit(store, "weekly")
    assert len(rows) == len(found.kinds) + sum(len(step.deviations) for step in found.steps) + len(found.departures)
    pay = next(row for row in rows if (row["level"], row["step"], row["kind"]) == ("step", "pay", "failed"))
    assert (pay["runs"], pay["n"], pay["share"], pay["customers"]) == ("6", "24", "0.25", "6")
    swap = next(row for row in rows if row["way"] == "swapped")
    assert swap["words"] == "‘Ik reken af’ komt vóór ‘Ik ga naar de winkel’"


def test_small_groups_can_be_left_out_and_the_list_made_shorter(store: Store) -> None:
    assert "mislukt, in" not in run(store, "--hide-below", "7").output
    short = json.loads(run(store, "--format", "json", "--top", "1").output)
    assert len(short["departures"]) == len(short["variants"]) == 1


def test_an_answer_is_kept_until_the_journey_changes(store: Store) -> None:
    first = lay_fit(store, "weekly")
    assert lay_fit(store, "journey:weekly") is first
    assert lay_fit(store, "weekly", before=date(2026, 2, 1)) is not first
    time.sleep(0.01)
    resave(store, steps=STEPS[:3])
    changed = lay_fit(store, "weekly")
    assert isinstance(changed, MapFit)
    assert [step.id for step in changed.steps] == ["hunger", "mail", "shop"]


def test_a_failure_that_no_event_can_show_is_a_typing_slip(store: Store) -> None:
    resave(store, steps=[*STEPS[:3], {**STEPS[3], "failed": 'touchpoint = "pai"'}])
    with pytest.raises(NotFoundError, match=r"steps\.pay\.failed names the touchpoint 'pai'") as caught:
        lay_fit(store, "weekly")
    assert "pay" in (caught.value.hint or "")


def test_what_cannot_be_laid_is_a_sentence(store: Store) -> None:
    resave(store, runs=None)
    result = run(store)
    assert isinstance(result.exception, KlantreisError)
    assert "where a run begins" in result.exception.message
    assert run(store, "--before", "yesterday").exit_code == 2


def test_a_journey_whose_runs_are_all_open_says_so(store: Store) -> None:
    resave(store, runs={"dataset": "dataset:shop"})
    assert "Er is nog geen klantreis afgesloten" in run(store).output
    resave(store, steps=STEPS[:1])
    assert "Geen enkele stap is te zien in gebeurtenissen" in run(store).output
