"""The table of a map: whole values of its parts, on a small workspace."""

from __future__ import annotations

from datetime import date

import pytest

from klantreis.decisions.content import ContentItem, ContentNeed
from klantreis.journeys.journey import Card, Journey, Lane, Scope, Step
from klantreis.personas.persona import Persona
from klantreis.render.map_table import map_table
from klantreis.render.map_view import (
    CardView,
    CellView,
    ColumnView,
    CurvePoint,
    FigureCell,
    LegendItem,
    PhaseView,
    RowView,
)
from klantreis.render.words import Words
from klantreis.research.claim import Claim, ClaimStatus
from klantreis.values import Lang
from klantreis.workspace import WorkspaceSettings, replaced_settings, workspace_of
from tests.render.sample_map import TALKS, TODAY, card, figures, small_journey, small_table, small_workspace


def one_step(**fields: object) -> Journey:
    """A journey of one step in one phase, with one card."""
    plain: dict[str, object] = {
        "id": "journey:klein",
        "title": "Klein",
        "persona": "persona:wekelijks",
        "scope": Scope(phases=("aankoop",)),
        "steps": (Step(id="koop", phase="aankoop", title="Ik koop"),),
        "lanes": (Lane(id="doen", kind="action"),),
        "cards": (card("c1", "doen", "koop", "Koopt", TALKS),),
    }
    return Journey.model_validate({**plain, **fields})


def test_phases_stand_over_their_steps_and_an_empty_one_keeps_a_column() -> None:
    table = small_table(lang="en")
    assert table.phases == (
        PhaseView("bewustwording", "Awareness", parent="", span=1, in_focus=False),
        PhaseView("orientatie", "Orientation", parent="", span=2, in_focus=False),
        PhaseView("aankoop", "Purchase", parent="", span=1, in_focus=False),
        PhaseView("gebruik", "Use", parent="", span=2, in_focus=True),
        PhaseView("loyaliteit", "Loyalty", parent="", span=1, in_focus=False),
    )
    assert table.columns[-1] == ColumnView(step=None, title="No step yet", number=0, phase="loyaliteit")
    assert [column.number for column in table.columns] == [1, 2, 3, 4, 5, 6, 0]


def test_a_column_says_what_is_special_about_its_step() -> None:
    columns = {column.step: column.tags for column in small_table().columns}
    assert columns["vraag"] == (("moment", "ik wil weten"), ("unseen", "niet in een systeem te zien"))
    assert columns["vergelijk"] == (("optional", "kan"), ("unseen", "niet in een systeem te zien"))
    assert columns["aanvraag"] == (("truth", "moment of truth"),)
    assert columns["bon"] == (("loop", "terug naar ‘Ik doe mijn boodschappen met de kaart’"),)


@pytest.mark.parametrize(
    ("lane", "step", "expected"),
    [
        ("question", 1, ("q1", ClaimStatus.SUPPORTED, "onderbouwd", 2, "2 bronnen", "")),
        ("action", 0, ("a1", ClaimStatus.INDICATION, "aanwijzing", 1, "1 bron", "")),
        ("action", 1, ("a2", ClaimStatus.ASSUMPTION, "aanname", 0, "", "")),
        ("action", 5, ("a5", ClaimStatus.OUTDATED, "verouderd", 1, "1 bron", "")),
        ("touchpoint", 0, ("t1", ClaimStatus.ASSUMPTION, "aanname", 0, "", "post")),
        ("opportunity", 5, ("o1", ClaimStatus.INDICATION, "aanwijzing", 1, "1 bron", "Aandeel ingeleverde bonnen")),
    ],
)
def test_a_card_carries_its_status_and_what_it_rests_on(
    lane: str, step: int, expected: tuple[str, ClaimStatus, str, int, str, str]
) -> None:
    row = next(row for row in small_table().rows if row.lane == lane)
    shown = row.cells[step].cards[0]
    assert (shown.id, shown.status, shown.status_word, shown.pieces, shown.evidence_words, shown.note) == expected


def test_contradicting_evidence_shows() -> None:
    row = next(row for row in small_table(lang="en").rows if row.lane == "question")
    assert (row.cells[1].cards[1].status_word, row.cells[1].cards[1].evidence_words) == ("contradicted", "1 source")


def test_sources_are_counted_once_however_often_they_speak() -> None:
    twice = card("c1", "doen", "koop", "Koopt", TALKS, TALKS.model_copy(update={"id": "e9"}))
    shown = map_table(small_workspace(one_step(cards=(twice,))), one_step(cards=(twice,)), lang="nl", on=TODAY)
    (only,) = shown.rows[0].cells[0].cards
    assert (only.pieces, only.evidence_words) == (2, "1 bron")


def test_what_is_fictional_has_no_status() -> None:
    invented = Card(claim=Claim(id="c1", text="Drinkt thee", fictional=True), lane="doen", step="koop")
    journey = one_step(cards=(invented,))
    table = map_table(small_workspace(journey), journey, lang="nl", on=TODAY)
    shown = CardView(id="c1", text="Drinkt thee", status=None, status_word="", pieces=0)
    assert table.rows == (RowView("doen", "action", "Acties", (CellView(step="koop", cards=(shown,)),)),)


def test_the_curve_has_a_point_or_a_gap() -> None:
    row = next(row for row in small_table().rows if row.kind == "emotion")
    assert [cell.point for cell in row.cells] == [
        CurvePoint(0.5, None, None, reported=False, words="+0,5, ingeschat door het team"),
        CurvePoint(-1.0, None, None, reported=False, words="−1, ingeschat door het team"),
        None,
        CurvePoint(1.5, 1.0, 1.9, reported=True, words="+1,5, gemeld door 12"),
        CurvePoint(1.0, 0.4, 1.5, reported=True, words="+1, gemeld door 12"),
        CurvePoint(-1.5, None, None, reported=False, words="−1,5, ingeschat door het team"),
        None,
    ]


def test_figures_stand_under_their_steps_and_leave_an_empty_phase_blank() -> None:
    reality = small_table().reality
    assert reality is not None
    assert [cell.step for cell in reality.rows[0].cells] == [
        "brief", "vraag", "vergelijk", "aanvraag", "winkelen", "bon", None,
    ]  # fmt: skip
    assert reality.rows[0].cells[-1] == FigureCell(step=None, main="")


def test_figures_follow_the_columns_when_steps_stand_in_another_order() -> None:
    journey = small_journey()
    view = figures(journey)
    turned = view.rows[0].cells[::-1]
    mixed = map_table(
        small_workspace(), journey, lang="nl", on=TODAY, reality=type(view)(
            title=view.title, summary=view.summary, rows=(type(view.rows[0])("reach", "Bereik", turned),)
        ),
    )  # fmt: skip
    assert mixed.reality is not None
    assert mixed.reality.rows[0].cells[:6] == view.rows[0].cells


@pytest.mark.parametrize(
    ("lang", "footer", "coverage", "state"),
    [
        (
            "nl",
            ("De winkel op de hoek", "getekend op 21 november 2026", "versie 3f2a9c1b", "eigenaar: Klantteam",
             "herzien op 1 oktober 2026"),
            "Bewijs achter 8 van 14 beweringen (57\xa0%)",
            "Zoals het gaat",
        ),
        (
            "en",
            ("De winkel op de hoek", "drawn 21 November 2026", "version 3f2a9c1b", "owner: Klantteam",
             "reviewed 1 October 2026"),
            "Evidence behind 8 of 14 statements (57%)",
            "As it is",
        ),
    ],
)  # fmt: skip
def test_the_footer_says_what_the_map_rests_on(lang: Lang, footer: tuple[str, ...], coverage: str, state: str) -> None:
    table = small_table(lang=lang)
    assert (table.footer, table.coverage_words, table.state) == (footer, coverage, state)
    assert (table.lang, table.written_in) == (lang, "nl")


def test_the_legend_explains_every_status() -> None:
    legend = small_table().legend
    assert [item.status for item in legend] == list(ClaimStatus)
    assert legend[0] == LegendItem(ClaimStatus.ASSUMPTION, "aanname", "nog geen bewijs")


def test_a_public_body_reads_its_own_words() -> None:
    workspace = replaced_settings(small_workspace(), market="public")
    journey = workspace.get("journey:kaart", Journey)
    table = map_table(workspace, journey, lang="nl", on=TODAY)
    assert table.phases[2].label == "Aanvraag"
    assert Words("nl", workspace.settings).say("map.reality.title") == "Wat burgers deden"


def test_a_journey_without_steps_keeps_its_phases() -> None:
    journey = one_step(steps=(), cards=(), scope=Scope())
    table = map_table(small_workspace(journey), journey, lang="nl", on=TODAY)
    assert [(phase.id, phase.span) for phase in table.phases] == [
        ("bewustwording", 1), ("orientatie", 1), ("aankoop", 1), ("gebruik", 1), ("loyaliteit", 1),
    ]  # fmt: skip
    assert {column.title for column in table.columns} == {"Nog geen stap"}
    assert table.coverage_words == "Nog geen beweringen"


@pytest.mark.parametrize(
    ("standings", "note"),
    [
        ((), "nog geen inhoud"),
        (("planned",), "inhoud is gepland"),
        (("planned", "outdated"), "inhoud is verouderd"),
        (("planned", "exists"), "inhoud is er"),
    ],
)
def test_a_content_need_says_whether_content_exists_or_is_only_planned(standings: tuple[str, ...], note: str) -> None:
    items = [
        ContentItem.model_validate({"id": f"content-item:i{at}", "title": "Folder", "status": standing})
        for at, standing in enumerate(standings)
    ]
    need = ContentNeed(
        id="content-need:n", claim=Claim(id="n", text="Welke bon geldt?"), content=tuple(item.id for item in items)
    )
    card = Card(claim=Claim(id="k", text="Welke bon geldt?"), lane="content-need", step="s", ref=need.id)
    journey = Journey(
        id="journey:j",
        title="J",
        persona="persona:p",
        steps=(Step(id="s", phase="aankoop", title="Ik koop"),),
        cards=(card,),
    )
    workspace = workspace_of(
        [
            WorkspaceSettings(id="workspace:w", title="W"),
            Persona(id="persona:p", name="An"),
            need,
            *items,
            journey,
        ]
    )
    table = map_table(workspace, journey, lang="nl", on=date(2026, 11, 1))
    [shown] = [card for row in table.rows for cell in row.cells for card in cell.cards]
    assert shown.note == note
