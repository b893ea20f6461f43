"""Each form becomes exactly one change, or complains at the field; nothing half-read, nothing lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantreis.edits import AddItem, RemoveItem, SetField
from klantreis.errors import NotFoundError
from klantreis.events.pattern import parse_pattern
from klantreis.journeys.changes import (
    AddCard,
    AddStep,
    AttachEvidence,
    DetachEvidence,
    EditCard,
    EditStep,
    MoveCard,
    MoveStep,
    RemoveCard,
    RemoveStep,
    SetEmotion,
    SwitchPhaseModel,
    apply,
)
from klantreis.journeys.journey import Card, Emotion, Journey, Step
from klantreis.research.claim import Claim, Estimate, Evidence
from klantreis.values import Period
from klantreis.web.maps import card_forms, evidence_forms, step_forms
from klantreis.web.maps.asked import Asked, asked_by
from klantreis.web.maps.reading import FormRefusedError
from klantreis.web.maps.verbs import VERBS
from klantreis.workspace import Workspace, workspace_of
from tests.web.sample import documents

WORKSPACE: Workspace = workspace_of(documents())
JOURNEY = WORKSPACE.get("journey:boodschappen", Journey)
Form = Callable[[Journey, Workspace, Mapping[str, str]], Any]


def wrong(form: Form, **posted: str) -> dict[str, str]:
    """The complaints about a form, by field."""
    with pytest.raises(FormRefusedError) as refused:
        form(JOURNEY, WORKSPACE, posted)
    return {one.name: one.message for one in refused.value.complaints}


def read(form: Form, **posted: str) -> Any:
    """The change that a form asks for; it must fit the map."""
    change = form(JOURNEY, WORKSPACE, posted)
    apply(JOURNEY, change)
    return change


def test_a_new_card_is_an_assumption_with_an_id_from_its_words() -> None:
    assert read(
        card_forms.add_card, lane="action", step="kassa", text="  Zoekt de\r\nkaart ", impact="4", ref=""
    ) == AddCard(
        card=Card(claim=Claim(id="zoekt-de-kaart", text="Zoekt de\nkaart", impact=4), lane="action", step="kassa")
    )


def test_a_second_card_with_the_same_words_gets_an_id_of_its_own() -> None:
    change = read(card_forms.add_card, lane="action", step="kassa", text="Vraag")
    assert change.card.id == "vraag-2"


def test_words_without_letters_get_an_id_as_well() -> None:
    assert read(card_forms.add_card, lane="action", step="kassa", text="買い物 🛒").card.id == "card"


@given(text=st.text(st.characters(exclude_categories=("Cc", "Cs", "Cn")), min_size=1, max_size=200))
def test_any_words_become_a_card_that_fits(text: str) -> None:
    posted = {"lane": "action", "step": "kassa", "text": text}
    if not text.strip():
        assert wrong(card_forms.add_card, **posted) == {"text": "needed"}
    else:
        change = read(card_forms.add_card, **posted)
        assert change.card.claim.text == text.strip()


def test_a_card_may_point_at_a_document_that_fits_its_lane() -> None:
    posted = {"lane": "opportunity", "step": "kassa", "text": "Sneller", "ref": "opportunity:snel"}
    assert read(card_forms.add_card, **posted).card.ref == "opportunity:snel"
    assert wrong(card_forms.add_card, **{**posted, "lane": "touchpoint"}) == {"ref": "choice"}


@pytest.mark.parametrize(
    ("posted", "complaints"),
    [
        ({}, {"lane": "choose", "step": "choose", "text": "needed"}),
        ({"lane": "x", "step": "y", "text": "a"}, {"lane": "choice", "step": "choice"}),
        ({"lane": "action", "step": "kassa", "text": "a" * 4001}, {"text": "too_long"}),
        ({"lane": "action", "step": "kassa", "text": "a\x00b"}, {"text": "control"}),
        ({"lane": "action", "step": "kassa", "text": "a", "impact": "6"}, {"impact": "choice"}),
    ],
)
def test_a_card_that_cannot_be_is_refused_at_its_fields(posted: dict[str, str], complaints: dict[str, str]) -> None:
    assert wrong(card_forms.add_card, **posted) == complaints


def test_editing_keeps_what_the_form_does_not_show() -> None:
    before = card_forms.card_of(JOURNEY, "kaart-zoek")
    change = read(card_forms.edit_card, card="kaart-zoek", text="Zoekt lang", impact="", stated_as_fact="on")
    claim = before.claim.model_copy(update={"text": "Zoekt lang", "stated_as_fact": True})
    assert change == EditCard(card=before.model_copy(update={"claim": claim}))


def test_what_a_card_points_at_stays_when_the_form_does_not_ask() -> None:
    assert read(card_forms.edit_card, card="sneller", text="Snel").card.ref == "opportunity:snel"
    assert read(card_forms.edit_card, card="sneller", text="Snel", ref="").card.ref is None


def test_claims_above_the_map_are_changed_in_their_field() -> None:
    assert read(card_forms.edit_card, card="leeg", text="De kast is leeg") == SetField(
        path=("trigger", "text"), value="De kast is leeg"
    )
    added = read(evidence_forms.attach_evidence, card="vol", source="study:gesprekken", stance="supports")
    assert added == AddItem(path=("end_goal", "evidence"), value={"id": "gesprekken", "source": "study:gesprekken"})
    held, _ = apply(JOURNEY, added)
    taken = evidence_forms.detach_evidence(held, WORKSPACE, {"card": "vol", "evidence": "gesprekken"})
    assert taken == RemoveItem(path=("end_goal", "evidence"), at=0)


def test_a_card_moves_to_another_cell() -> None:
    assert read(card_forms.move_card, card="vraag", lane="action", step="thuis") == MoveCard(
        card="vraag", lane="action", step="thuis"
    )
    assert wrong(card_forms.move_card, card="vraag", lane="question", step="lijst") == {"step": "same_cell"}


@given(count=st.integers(2, 5), which=st.data())
def test_up_and_down_change_places_with_the_neighbour(count: int, which: st.DataObject) -> None:
    others = [Card(claim=Claim(id=f"x{n}", text="x"), lane="question", step="lijst") for n in range(3)]
    cell = [Card(claim=Claim(id=f"c{n}", text="c"), lane="action", step="lijst") for n in range(count)]
    mixed = which.draw(st.permutations(cell + others))
    journey = JOURNEY.model_copy(update={"cards": tuple(mixed)})
    ids = [card.id for card in journey.cards_at("action", "lijst")]
    at = which.draw(st.integers(0, count - 1))
    way = which.draw(st.sampled_from(["up", "down"]))
    target = at + (1 if way == "down" else -1)
    posted = {"card": ids[at], "way": way}
    if not 0 <= target < count:
        with pytest.raises(FormRefusedError):
            card_forms.move_card(journey, WORKSPACE, posted)
        return
    moved, _ = apply(journey, card_forms.move_card(journey, WORKSPACE, posted))
    ids[at], ids[target] = ids[target], ids[at]
    assert [card.id for card in moved.cards_at("action", "lijst")] == ids
    assert sorted(card.id for card in moved.cards) == sorted(card.id for card in journey.cards)


def test_a_card_is_taken_off() -> None:
    assert read(card_forms.remove_card, card="vraag") == RemoveCard(card="vraag")


def test_evidence_with_a_number_is_read_whole() -> None:
    posted = {
        "card": "vraag",
        "source": "dataset:kassa",
        "stance": "contradicts",
        "finding": "Vaak vergeten.",
        "number": "0,37",
        "low": "0,351",
        "high": "0.398",
        "n": "1.801",
        "unit": "share",
        "method": "Wilson",
        "period_start": "2026-01-01",
        "period_end": "30-6-2026",
        "locator": "tabel 2",
        "collected_on": "2026-07-01",
    }
    expected = Evidence(
        id="kassa",
        source="dataset:kassa",
        stance="contradicts",
        finding="Vaak vergeten.",
        estimate=Estimate(
            value=0.37,
            low=0.351,
            high=0.398,
            n=1801,
            unit="share",
            method="Wilson",
            period=Period.model_validate({"start": "2026-01-01", "end": "2026-06-30"}),
        ),
        locator="tabel 2",
        collected_on="2026-07-01",
    )
    assert read(evidence_forms.attach_evidence, **posted) == AttachEvidence(card="vraag", evidence=expected)


def test_evidence_of_the_same_source_gets_an_id_of_its_own() -> None:
    journey, _ = apply(JOURNEY, read(evidence_forms.attach_evidence, card="vraag", source="study:gesprekken"))
    again = evidence_forms.attach_evidence(journey, WORKSPACE, {"card": "vraag", "source": "study:gesprekken"})
    assert isinstance(again, AttachEvidence)
    assert again.evidence.id == "gesprekken-2"


@pytest.mark.parametrize(
    ("posted", "complaints"),
    [
        ({}, {"source": "choose"}),
        ({"source": "study:none"}, {"source": "choice"}),
        ({"source": "persona:noor"}, {"source": "choice"}),
        ({"source": "study:gesprekken", "stance": "maybe"}, {"stance": "choice"}),
        ({"source": "study:gesprekken", "number": "veel"}, {"number": "number"}),
        ({"source": "study:gesprekken", "number": "nan"}, {"number": "number"}),
        ({"source": "study:gesprekken", "number": "inf"}, {"number": "number"}),
        ({"source": "study:gesprekken", "n": "12"}, {"number": "number_first"}),
        ({"source": "study:gesprekken", "number": "1", "n": "-2"}, {"n": "whole"}),
        ({"source": "study:gesprekken", "number": "1", "n": "1.5"}, {"n": "whole"}),
        ({"source": "study:gesprekken", "number": "1", "low": "2"}, {"low": "above_value"}),
        ({"source": "study:gesprekken", "number": "1", "high": "0"}, {"high": "below_value"}),
        ({"source": "study:gesprekken", "number": "1", "period_start": "2026-02-30"}, {"period_start": "day"}),
        ({"source": "study:gesprekken", "number": "1", "period_start": "2026-02-01"}, {"period_end": "both_ends"}),
        (
            {"source": "study:gesprekken", "number": "1", "period_start": "2026-02-02", "period_end": "2026-02-01"},
            {"period_end": "order_days"},
        ),
    ],
)
def test_evidence_that_cannot_be_is_refused_at_its_fields(posted: dict[str, str], complaints: dict[str, str]) -> None:
    assert wrong(evidence_forms.attach_evidence, card="vraag", **posted) == complaints


def test_evidence_is_taken_off() -> None:
    assert read(evidence_forms.detach_evidence, card="kaart-zoek", evidence="e1") == DetachEvidence(
        card="kaart-zoek", evidence="e1"
    )
    with pytest.raises(NotFoundError, match="e9"):
        evidence_forms.detach_evidence(JOURNEY, WORKSPACE, {"card": "kaart-zoek", "evidence": "e9"})


def test_an_emotion_is_set_and_taken_off() -> None:
    assert read(evidence_forms.set_emotion, step="kassa", value="−1,5", basis="estimate") == SetEmotion(
        step="kassa", emotion=Emotion(value=-1.5)
    )
    assert read(evidence_forms.set_emotion, step="kassa", clear="1") == SetEmotion(step="kassa", emotion=None)


def test_a_reported_emotion_names_who_reported_it() -> None:
    posted = {"step": "kassa", "value": "1", "low": "0,5", "high": "1,5", "n": "8", "basis": "reported"}
    assert wrong(evidence_forms.set_emotion, **posted) == {"source": "who_reported"}
    change = read(evidence_forms.set_emotion, **posted, source="study:gesprekken", finding="Blij.")
    piece = Evidence(id="gesprekken", source="study:gesprekken", finding="Blij.")
    assert change == SetEmotion(
        step="kassa", emotion=Emotion(value=1, low=0.5, high=1.5, n=8, basis="reported", evidence=(piece,))
    )
    journey, _ = apply(JOURNEY, change)
    kept = evidence_forms.set_emotion(journey, WORKSPACE, {**posted, "value": "2", "high": "", "keep:gesprekken": "on"})
    assert kept.emotion == Emotion(value=2, low=0.5, n=8, basis="reported", evidence=(piece,))


@pytest.mark.parametrize(
    ("posted", "complaints"),
    [
        ({"basis": "estimate"}, {"value": "needed"}),
        ({"value": "2.1", "basis": "estimate"}, {"value": "between"}),
        ({"value": "1"}, {"basis": "choose"}),
        ({"value": "1", "low": "1.5", "basis": "estimate"}, {"low": "above_value"}),
        ({"value": "1", "basis": "estimate", "finding": "Blij."}, {"source": "choose"}),
    ],
)
def test_an_emotion_that_cannot_be_is_refused(posted: dict[str, str], complaints: dict[str, str]) -> None:
    assert wrong(evidence_forms.set_emotion, step="kassa", **posted) == complaints


def test_a_new_step_stands_at_the_end_of_its_phase() -> None:
    change = read(
        step_forms.add_step,
        title="Ik sluit aan in de rij",
        phase="bewustwording",
        pattern='touchpoint = "rij"',
        observable="on",
        repeatable="on",
        **{"touchpoint:touchpoint:kassa": "on"},
    )
    assert change == AddStep(
        step=Step(
            id="ik-sluit-aan-in-de-rij",
            phase="bewustwording",
            title="Ik sluit aan in de rij",
            pattern=parse_pattern('touchpoint = "rij"'),
            repeatable=True,
            touchpoints=("touchpoint:kassa",),
        ),
        at=1,
    )
    journey, _ = apply(JOURNEY, change)
    assert [step.id for step in journey.steps] == ["lijst", "ik-sluit-aan-in-de-rij", "kassa", "thuis"]


@pytest.mark.parametrize(("phase", "at"), [("orientatie", 1), ("aankoop", 2), ("loyaliteit", 3), ("bewustwording", 1)])
def test_a_step_in_an_empty_phase_stands_where_the_phase_is(phase: str, at: int) -> None:
    assert read(step_forms.add_step, title="Ik kijk rond", phase=phase, observable="on").at == at


def test_a_pattern_that_cannot_be_read_is_pointed_at() -> None:
    with pytest.raises(FormRefusedError) as refused:
        step_forms.add_step(
            JOURNEY, WORKSPACE, {"title": "Ik", "phase": "aankoop", "pattern": 'touchpoint = "rij"\nand or x'}
        )
    (complaint,) = refused.value.complaints
    assert (complaint.name, complaint.message) == ("pattern", "pattern")
    assert complaint.values["place"] == '…point = "rij" and or x\n                   ^'


def test_a_step_says_which_of_its_events_are_failures() -> None:
    change = read(
        step_forms.edit_step, step="kassa", title="Ik betaal", pattern='touchpoint = "kassa"', failed='pin = "fout"'
    )
    assert isinstance(change, EditStep)
    assert change.step.failed == parse_pattern('pin = "fout"')
    journey, undo = apply(JOURNEY, change)
    again, _ = apply(journey, undo)
    assert again == JOURNEY
    cleared = read(step_forms.edit_step, step="kassa", title="Ik", pattern='touchpoint = "kassa"', failed=" ")
    assert cleared.step.failed is None
    assert wrong(step_forms.edit_step, step="kassa", title="Ik", failed='pin = "fout"') == {"failed": "failed"}
    assert wrong(step_forms.edit_step, step="kassa", title="Ik", pattern='a = "b"', failed="pin =") == {
        "failed": "pattern"
    }


def test_editing_a_step_keeps_its_phase_and_its_emotion() -> None:
    before = card_forms.step_of(JOURNEY, "kassa")
    change = read(step_forms.edit_step, step="kassa", title="Ik betaal", loop_to="lijst", closes="on")
    assert change == EditStep(
        step=before.model_copy(
            update={"title": "Ik betaal", "loop_to": "lijst", "closes": True, "observable": False, "touchpoints": ()}
        )
    )
    assert wrong(step_forms.edit_step, step="kassa", title="", loop_to="kassa") == {
        "title": "needed",
        "loop_to": "choice",
    }


def test_a_step_moves_into_another_phase_and_behind_a_step_of_it() -> None:
    assert read(step_forms.move_step, step="thuis", phase="aankoop", after="kassa") == MoveStep(
        step="thuis", at=2, phase="aankoop"
    )
    assert read(step_forms.move_step, step="thuis", phase="aankoop", after="") == MoveStep(
        step="thuis", at=1, phase="aankoop"
    )
    assert wrong(step_forms.move_step, step="thuis", phase="aankoop", after="lijst") == {"after": "other_phase"}


def test_a_step_with_cards_goes_only_when_that_is_confirmed() -> None:
    assert wrong(step_forms.remove_step, step="kassa") == {"confirm": "confirm"}
    assert read(step_forms.remove_step, step="kassa", confirm="on") == RemoveStep(step="kassa")
    assert read(step_forms.remove_step, step="thuis") == RemoveStep(step="thuis")


def test_phases_are_switched_with_every_card_kept() -> None:
    change = read(step_forms.switch_model, model="phase-model:alexa-5")
    assert isinstance(change, SwitchPhaseModel)
    journey, undo = apply(JOURNEY, change)
    assert journey.cards == JOURNEY.cards
    assert apply(journey, undo)[0] == JOURNEY
    assert wrong(step_forms.switch_model, model="phase-model:nl-5") == {"model": "same_model"}
    assert wrong(step_forms.switch_model, model="phase-model:none") == {"model": "choice"}


@pytest.mark.parametrize("verb", sorted(set(VERBS) - {"add-card", "add-step", "switch-model"}))
def test_a_form_about_what_is_not_there_is_refused_by_name(verb: str) -> None:
    with pytest.raises(NotFoundError, match="nergens"):
        VERBS[verb].read(JOURNEY, WORKSPACE, {"card": "nergens", "step": "nergens", "text": "x", "title": "x"})


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ({}, Asked()),
        ({"card": "c", "step": "s"}, Asked(panel="card", card="c")),
        ({"step": "s", "form": "emotion"}, Asked(panel="step", step="s", form="emotion")),
        ({"add": "card", "lane": "l", "step": "s"}, Asked(panel="add-card", lane="l", step="s")),
        ({"add": "step", "phase": "p"}, Asked(panel="add-step", phase="p")),
        ({"model": ""}, Asked(panel="model")),
    ],
)
def test_an_address_asks_for_one_panel(query: dict[str, str], asked: Asked) -> None:
    assert asked_by(query) == asked
