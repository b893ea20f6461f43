"""Drawing a map into a file: every form, what it takes from the store, and what it refuses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from klantreis.errors import InvalidInputError, NotFoundError, RenderError
from klantreis.events.dataset import Dataset
from klantreis.events.event import Event
from klantreis.journeys.journey import Journey, RunRule, Step
from klantreis.store.folder import FolderStore
from klantreis.use_cases.import_events import import_events
from klantreis.use_cases.render_map import FORMS, draw_map, render_map, table_of
from tests.render.sample_map import TODAY, small_journey, small_workspace

BEGINS = {"html": b"<!doctype html>", "pdf": b"%PDF-1.7", "svg": b"<svg", "png": b"\x89PNG"}


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    """The small workspace in a folder."""
    held = FolderStore(tmp_path / "winkel")
    held.fill(small_workspace().documents.values())
    return held


@pytest.fixture
def counted(tmp_path: Path) -> FolderStore:
    """The small workspace with a log: three customers come to the till, two of them hand in a coupon."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    seen = [Event(name, start, "kassa") for name in ("an", "bo", "cis")]
    seen += [Event(name, start + timedelta(days=days), "bon") for name, days in (("an", 2), ("bo", 4))]
    rows = [f"{event.customer},{event.time.isoformat()},{event.touchpoint}" for event in seen]
    source = tmp_path / "kassa.csv"
    source.write_text("\n".join(["klant,tijd,punt", *rows]) + "\n", encoding="utf-8")
    journey = small_journey()
    patterns = {"aanvraag": 'touchpoint = "kassa"', "bon": 'touchpoint = "bon"'}
    steps = [Step.model_validate({**step.model_dump(), "pattern": patterns.get(step.id)}) for step in journey.steps]
    bound = Journey.model_validate(
        {**journey.model_dump(), "steps": steps, "runs": RunRule(dataset="dataset:kassa", timeout_days=1)}
    )
    workspace = small_workspace().with_documents(
        Dataset(id="dataset:kassa", title="Kassagegevens", log="events/kassa"), bound
    )
    held = FolderStore(tmp_path / "geteld")
    held.fill(workspace.documents.values())
    import_events([source], held.file("events/kassa"), customer="klant", time="tijd", touchpoint="punt")
    return held


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("journey", ["kaart", "journey:kaart"])
def test_every_form_is_drawn_whole(store: FolderStore, tmp_path: Path, form: str, journey: str) -> None:
    target = tmp_path / f"kaart.{form}"
    assert render_map(store, journey, target, on=TODAY) == target
    assert target.read_bytes().startswith(BEGINS[form])
    assert sorted(path.name for path in tmp_path.iterdir()) == [target.name, "winkel"]


def test_the_language_is_the_workspaces_own_unless_another_is_asked(store: FolderStore) -> None:
    assert b'<html lang="nl">' in draw_map(store, "kaart", "html", on=TODAY)
    assert b'<html lang="en">' in draw_map(store, "kaart", "html", lang="en", on=TODAY)


def test_the_version_of_the_journey_stands_in_the_footer(store: FolderStore) -> None:
    version = store.version("journey:kaart")
    assert version is not None
    assert f"versie {version[:8]}" in table_of(store, "kaart", on=TODAY).footer


def test_what_customers_did_is_drawn_beneath(counted: FolderStore) -> None:
    reality = table_of(counted, "kaart", on=TODAY).reality
    assert reality is not None
    assert reality.source.startswith("Gegevens: Kassagegevens.")
    reach = {cell.step: cell.main for cell in reality.rows[0].cells}
    assert reach["brief"] == "niet te zien"
    # A time-out of a day makes a run of each event: three at the till, two with a coupon.
    assert (reach["aanvraag"], reach["bon"]) == ("60\xa0%", "40\xa0%")


def test_what_customers_did_can_be_left_out_or_cleared_of_small_groups(counted: FolderStore) -> None:
    assert table_of(counted, "kaart", on=TODAY, with_reality=False).reality is None
    hidden = table_of(counted, "kaart", on=TODAY, hide_below=5).reality
    assert hidden is not None
    assert {cell.main for cell in hidden.rows[0].cells if cell.step in {"aanvraag", "bon"}} == {"weggelaten"}


def test_a_journey_without_a_rule_for_its_runs_has_no_reality(store: FolderStore) -> None:
    assert table_of(store, "kaart", on=TODAY).reality is None


def test_an_unknown_ending_names_the_four(store: FolderStore, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"\.docx does not say") as refused:
        render_map(store, "kaart", tmp_path / "kaart.docx", on=TODAY)
    assert refused.value.hint == "Known: .html, .pdf, .svg, .png."


def test_an_unknown_journey_names_those_there_are(store: FolderStore, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError) as refused:
        render_map(store, "kart", tmp_path / "kaart.pdf", on=TODAY)
    assert refused.value.hint is not None
    assert "journey:kaart" in refused.value.hint


def test_a_folder_that_is_not_there_is_a_sentence(store: FolderStore, tmp_path: Path) -> None:
    with pytest.raises(RenderError, match="cannot be written"):
        render_map(store, "kaart", tmp_path / "nergens" / "kaart.html", on=TODAY)


def test_a_drawing_that_cannot_be_kept_leaves_the_old_file(
    store: FolderStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "kaart.html"
    target.write_text("oud", encoding="utf-8")

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("klantreis.use_cases.render_map.os.replace", refuse)
    with pytest.raises(RenderError, match="No space left"):
        render_map(store, "kaart", target, on=TODAY)
    assert target.read_text(encoding="utf-8") == "oud"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kaart.html", "winkel"]
