"""How runs changed since a review, for the check of a workspace on disk."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from klantreis.cli.check import command
from klantreis.events.dataset import Dataset
from klantreis.personas.persona import Persona
from klantreis.store.protocol import Store
from klantreis.use_cases.check_workspace import check_workspace
from klantreis.use_cases.measure_drift import drift_key, drifts_of, reviewed
from klantreis.use_cases.open_workspace import open_store
from klantreis.workspace import WorkspaceSettings
from tests.use_cases.test_lay_reality import journey, log_events

TODAY = date(2026, 6, 1)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Ten who shop after the mailing in January, ten who do not in March; reviewed in February."""
    made = open_store(tmp_path / "workspace")
    made.fill(
        (
            WorkspaceSettings(id="workspace:shop", title="De winkel", lang="nl"),
            Persona(id="persona:an", name="An"),
            Dataset(id="dataset:shop", title="Winkel", log="events/shop"),
            journey(reviewed_on=date(2026, 2, 1)),
        )
    )
    rows = ["customer,time,touchpoint,campaign"]
    for number in range(10):
        rows += [f"k{number},2026-01-01,mailing,", f"k{number},2026-01-03,shop,", f"m{number},2026-03-01,mailing,"]
    log_events(tmp_path / "workspace", "\n".join([*rows, "z,2026-05-01,rival,"]) + "\n")
    return made


def test_a_check_tells_when_people_leave_the_map(store: Store) -> None:
    drift = drifts_of(store, on=TODAY)["journey:weekly"]
    assert drift.before.value == 1.0
    assert drift.after.value == pytest.approx(2 / 3)
    found = check_workspace(store.load(), on=TODAY, drifts={"journey:weekly": drift})
    assert {one.where for one in found.findings if one.rule == "X03"} == {
        "journey:weekly#runs",
        "journey:weekly#steps",
    }
    assert "X03" not in {one.rule for one in check_workspace(store.load(), on=TODAY).findings}


def test_the_command_looks_at_events(store: Store) -> None:
    said = CliRunner().invoke(command, [store.location, "--on", "2026-06-01"]).output
    assert "Mensen wijken af van de reis: overeenkomst 0,67 sinds de herziening (was 1,00)." in said
    assert "Een nieuwe weg in 100% van de gemaakte reizen sinds de herziening: Ik zie de folder." in said


def test_small_groups_do_not_tell(store: Store, tmp_path: Path) -> None:
    rows = ["customer,time,touchpoint,campaign", *(f"k{n},2026-0{1 + 2 * (n > 3)}-01,mailing," for n in range(8))]
    log_events(tmp_path / "workspace", "\n".join([*rows, "z,2026-05-01,rival,"]) + "\n")
    assert drifts_of(store, on=TODAY) == {}


@pytest.mark.parametrize("day", [None, date(2025, 12, 31), date(2026, 5, 2), date(2026, 6, 2)])
def test_without_events_from_both_sides_of_a_review_no_log_is_opened(store: Store, day: date | None) -> None:
    store.save(journey(reviewed_on=day), expect=store.version("journey:weekly"), entry=None)
    assert reviewed(store, on=TODAY) == ()
    assert drifts_of(store, on=TODAY) == {}


def test_the_key_changes_with_the_log(store: Store, tmp_path: Path) -> None:
    before = drift_key(store, on=TODAY)
    assert drift_key(store, on=TODAY) == before
    rows = ["customer,time,touchpoint,campaign", "an,2026-01-01,mailing,", "an,2026-05-01,shop,"]
    log_events(tmp_path / "workspace", "\n".join(rows) + "\n")
    assert drift_key(store, on=TODAY) != before


def test_a_pattern_that_the_log_does_not_know_is_no_drift(store: Store) -> None:
    steps = [{"id": "typo", "phase": "aankoop", "title": "x", "pattern": 'touchpoint = "mailng"'}]
    store.save(journey(steps=steps, reviewed_on=date(2026, 2, 1)), expect=store.version("journey:weekly"), entry=None)
    assert len(reviewed(store, on=TODAY)) == 1
    assert drifts_of(store, on=TODAY) == {}
