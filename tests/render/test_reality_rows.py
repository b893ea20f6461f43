"""What customers did, in rows and sentences: from a log small enough to count by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from klantreis.events.event import Event
from klantreis.events.local.log import log_of
from klantreis.journeys.journey import Journey
from klantreis.journeys.reality import Reality, reality
from klantreis.render.map_view import FigureCell, RealityView
from klantreis.render.reality_rows import reality_view
from klantreis.values import Lang
from klantreis.workspace import WorkspaceSettings

JOURNEY = Journey.model_validate(
    {
        "id": "journey:winkel",
        "title": "Winkelen",
        "persona": "persona:an",
        "runs": {"dataset": "dataset:winkel", "timeout_days": 30},
        "steps": [
            {"id": "wens", "phase": "bewustwording", "title": "Ik wil iets", "observable": False},
            {"id": "kijk", "phase": "orientatie", "title": "Ik kijk rond", "pattern": 'touchpoint = "site"'},
            {
                "id": "koop",
                "phase": "aankoop",
                "title": "Ik koop",
                "pattern": 'touchpoint = "kassa"',
                "repeatable": True,
            },
            {"id": "ruil", "phase": "gebruik", "title": "Ik ruil", "pattern": 'touchpoint = "ruilen"'},
        ],
    }
)


def events(customer: str, *days_and_touchpoints: tuple[float, str]) -> list[Event]:
    """One customer's events, so many days after the first of January."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    return [Event(customer, start + timedelta(days=day), touchpoint) for day, touchpoint in days_and_touchpoints]


#: Five runs. Three look and buy, after 1, 2 and 4 days: one buys twice, one comes back to look. One buys first and
#: looks later. The last one touches nothing on the map, and the data end before it does.
LOG = log_of(
    [
        *events("an", (0, "site"), (1, "kassa"), (2, "kassa")),
        *events("bo", (0, "site"), (1, "bellen"), (2, "kassa")),
        *events("cis", (0, "site"), (4, "kassa"), (5, "site")),
        *events("dirk", (0, "kassa"), (3, "site")),
        *events("eva", (100, "elders")),
    ]
)


def view(found: Reality, lang: Lang = "nl") -> RealityView:
    """The view of a reality, of a dataset by name."""
    return reality_view(found, JOURNEY, lang=lang, dataset="Kassa en site")


def cells(row: str, lang: Lang = "nl") -> list[FigureCell]:
    """One row's cells."""
    return list(next(one for one in view(reality(JOURNEY, LOG), lang).rows if one.key == row).cells)


def test_there_is_a_row_for_reach_repeats_time_and_drop_out() -> None:
    shown = view(reality(JOURNEY, LOG))
    assert [(row.key, row.title) for row in shown.rows] == [
        ("reach", "Bereik"), ("repeats", "Herhaling"), ("next", "Tijd tot de volgende stap"), ("dropped", "Afgehaakt"),
    ]  # fmt: skip
    assert all([cell.step for cell in row.cells] == [step.id for step in JOURNEY.steps] for row in shown.rows)


def test_reach_is_a_share_with_its_interval_its_runs_and_its_customers() -> None:
    assert cells("reach") == [
        FigureCell("wens", "niet te zien", "geen systeem legt dit vast", muted=True),
        FigureCell("kijk", "80\xa0%", "4 van 5 klantreizen (38–96\xa0%), 4 klanten", part=0.8),
        FigureCell("koop", "80\xa0%", "4 van 5 klantreizen (38–96\xa0%), 4 klanten", part=0.8),
        FigureCell("ruil", "nooit gezien", "0 van 5 klantreizen (0–43\xa0%), 0 klanten", part=0.0, muted=True),
    ]


def test_repeats_are_counted_after_the_first_time() -> None:
    assert [(cell.main, cell.detail) for cell in cells("repeats")][1:] == [
        ("1 keer", "in 4 klantreizen; terug van een andere stap: 1"),
        ("1 keer", "in 4 klantreizen; terug van een andere stap: 0"),
        ("–", ""),
    ]


def test_time_to_the_next_step_is_a_median_with_its_middle_half() -> None:
    assert [(cell.main, cell.detail) for cell in cells("next", "en")][1:] == [
        ("2\xa0days", "middle half 1.5\xa0days to 3\xa0days; n\xa0=\xa03"),
        ("2\xa0days", "middle half 1.5\xa0days to 2.5\xa0days; n\xa0=\xa02"),
        ("–", ""),
    ]


def test_drop_out_says_where_the_others_went() -> None:
    shown = cells("dropped")
    assert shown[3] == FigureCell("ruil", "–", muted=True)
    assert shown[1] == FigureCell("kijk", "50\xa0%", "2 van 4 (15–85\xa0%); stil: 2; ging door: 2", part=0.5)
    assert shown[0] == FigureCell("wens", "niet te zien", muted=True)


@pytest.mark.parametrize(
    ("lang", "summary", "last"),
    [
        (
            "nl",
            ("5 klantreizen van 5 klanten, 1 januari 2026 tot en met 11 april 2026; nog niet afgelopen: 1. "
            "Van de 4 afgesloten klantreizen volgt 0\xa0% de beschreven klantreis (0–49\xa0%)."),
            "Dit is wat er te zien was, niet waardoor: dit is geen oorzaak en gevolg.",
        ),
        (
            "en",
            ("5 journeys by 5 customers, 1 January 2026 to 11 April 2026; not over yet: 1. "
            "0% of the 4 closed journeys follow this map (0–49%)."),
            "This is what was seen, not why: nothing here is cause and effect.",
        ),
    ],
)  # fmt: skip
def test_the_summary_and_the_last_note_frame_the_figures(lang: Lang, summary: str, last: str) -> None:
    shown = view(reality(JOURNEY, LOG), lang)
    assert shown.summary == summary
    assert shown.notes[-1] == last
    assert "Kassa en site" in shown.source


def test_the_notes_name_order_loops_what_is_off_the_map_and_what_is_never_seen() -> None:
    notes = view(reality(JOURNEY, LOG)).notes
    assert (
        "In 1 van 4 afgesloten klantreizen (25\xa0%; 4,6–69,9\xa0%) kwamen stappen in een andere volgorde"
        in " ".join(notes)
    )
    assert "‘Ik koop’ vóór ‘Ik kijk rond’ (n\xa0=\xa01)" in " ".join(notes)
    assert any(note.startswith("Terug naar ‘Ik kijk rond’: 1 van 4 klantreizen") for note in notes)
    assert "Niet in de beschreven klantreis: bellen (n\xa0=\xa01), elders (n\xa0=\xa01). " in " ".join(notes)
    assert "Zij komen voor in 2 van 5 klantreizen (40\xa0%; 12–77\xa0%)." in " ".join(notes)
    assert "Wel beschreven in de klantreis, maar nooit gezien: ‘Ik ruil’." in notes
    assert "Niet in de gegevens te zien: 1 van de 4 stappen. Die tellen niet mee tegen de klantreis." in notes


def test_small_groups_are_left_out_when_asked() -> None:
    shown = view(reality(JOURNEY, LOG).suppressed(5))
    assert shown.rows[0].cells[1] == FigureCell("kijk", "weggelaten", "minder dan 5 klanten", muted=True)
    assert {row.cells[1].main for row in shown.rows} == {"weggelaten"}
    assert "Getallen van groepen kleiner dan 5 zijn weggelaten." in shown.notes


def test_a_log_without_runs_says_so() -> None:
    shown = view(reality(JOURNEY, log_of([])))
    assert shown.summary == "In de gegevens zijn geen klantreizen gevonden."
    assert {cell.main for row in shown.rows for cell in row.cells} <= {"niet te zien", "–", "nooit gezien"}


def test_a_step_that_was_added_after_the_counting_is_not_visible() -> None:
    counted = reality(JOURNEY.model_copy(update={"steps": JOURNEY.steps[:2]}), LOG)
    assert view(counted).rows[0].cells[3].main == "niet te zien"


def test_a_public_body_reads_of_citizens() -> None:
    settings = WorkspaceSettings(id="workspace:gemeente", title="Gemeente", market="public")
    shown = reality_view(reality(JOURNEY, LOG), JOURNEY, lang="nl", settings=settings)
    assert shown.title == "Wat burgers deden"
    assert shown.summary.startswith("5 burgerreizen van 5 burgers")
