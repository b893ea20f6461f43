"""Laws of changes: undo takes back exactly what was done, and a change is made whole or not at all."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import assume, event, given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from klantreis.errors import ChangeError
from klantreis.journeys.built_in_models import BUILT_IN
from klantreis.journeys.changes import JourneyChange, apply
from klantreis.journeys.journey import Card, Emotion, Journey, Lane, Scope, Step
from klantreis.research.claim import Claim, Evidence
from klantreis.values import to_body

#: Few names, so that changes often meet what is there, and sometimes what is not.
NAMES = ("a", "b", "c", "d", "e")
OWN_LANES = (Lane(id="action", kind="action"), Lane(id="question", kind="question"))
CHANGES: TypeAdapter[JourneyChange] = TypeAdapter(JourneyChange)
names = st.sampled_from(NAMES)
places = st.none() | st.integers(0, 5)
phases = st.sampled_from([phase.id for phase in BUILT_IN["phase-model:nl-5"].columns()])
emotions = st.builds(Emotion, value=st.integers(-2, 2).map(float), expected=st.none() | st.integers(-2, 2).map(float))
evidence = st.builds(Evidence, id=names, source=st.sampled_from(["quote:a", "study:b"]))
claims = st.builds(
    Claim,
    id=names,
    text=st.sampled_from(["Ja", "Nee", "Misschien"]),
    evidence=st.lists(evidence, max_size=2, unique_by=lambda piece: piece.id).map(tuple),
)
cards = st.builds(Card, claim=claims, lane=st.sampled_from(["action", "question"]), step=names)
lanes = st.builds(Lane, id=names, kind=st.sampled_from(["note", "metric"]))
steps = st.builds(
    Step,
    id=names,
    phase=phases,
    title=st.sampled_from(["Ik zoek", "Ik koop"]),
    loop_to=st.none() | names,
    emotion=st.none() | emotions,
    optional=st.booleans(),
)


@st.composite
def journeys(draw: st.DrawFn) -> Journey:
    """A journey of up to five steps, with cards in two lanes."""
    held = draw(st.lists(steps, max_size=5, unique_by=lambda step: step.id))
    ids = [step.id for step in held]
    held = [step.model_copy(update={"loop_to": step.loop_to if step.loop_to in ids else None}) for step in held]
    drawn = draw(st.lists(cards, max_size=5, unique_by=lambda card: card.id))
    return Journey(
        id="journey:j",
        title="Reis",
        persona="persona:p",
        scope=draw(st.builds(Scope, phases=st.lists(phases, max_size=3).map(tuple), in_focus=st.none() | phases)),
        steps=tuple(held),
        **draw(st.sampled_from(({}, {"lanes": OWN_LANES}))),
        cards=tuple(card for card in drawn if card.step in ids),
        owner=draw(st.none() | st.just("Els")),
    )


def change(kind: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"type": st.just(kind), **fields})


changes = st.one_of(
    change("add-step", step=steps, at=places),
    change("remove-step", step=names),
    change("edit-step", step=steps),
    change("move-step", step=names, at=st.integers(0, 5), phase=st.none() | phases),
    change("add-card", card=cards, at=places),
    change("edit-card", card=cards),
    change("move-card", card=names, lane=st.sampled_from(["action", "question", "x"]), step=names, at=places),
    change("remove-card", card=names),
    change("set-emotion", step=names, emotion=st.none() | emotions),
    change("attach-evidence", card=names, evidence=evidence, at=places),
    change("detach-evidence", card=names, evidence=names),
    change(
        "switch-phase-model",
        model=st.sampled_from(sorted(BUILT_IN)),
        phases=st.dictionaries(names, phases),
        scope_phases=st.lists(phases, max_size=2),
        in_focus=st.none() | phases,
    ),
    change("set-field", path=st.sampled_from([("title",), ("owner",), ("steps", 0, "title")]), value=st.none() | names),
    change("set-field", path=st.sampled_from([("finite",), ("nonsense",), ("steps", 0, "x")]), value=st.just(True)),
    change("set-field", path=st.just(("steps", 0, "emotion", "value")), value=st.integers(-4, 4)),
    change("add-item", path=st.sampled_from([("steps",), ("lanes",)]), value=(steps | lanes), at=places),
    change("remove-item", path=st.sampled_from([("steps",), ("cards",), ("lanes",)]), at=st.integers(0, 5)),
    change("move-item", path=st.sampled_from([("steps",), ("cards",)]), at=st.integers(0, 5), to=st.integers(0, 5)),
)  # fmt: skip


def as_sent(data: dict[str, Any]) -> JourneyChange:
    """A change as it arrives over the wire."""
    return CHANGES.validate_json(json.dumps(data, default=lambda value: value.model_dump(mode="json")))


@given(journeys(), changes)
def test_undo_takes_back_what_was_done(journey: Journey, data: dict[str, Any]) -> None:
    before = journey.model_dump_json()
    try:
        changed, undo = apply(journey, as_sent(data))
    except ChangeError:
        event(f"{data['type']}: refused")
        assert journey.model_dump_json() == before
        return
    event(f"{data['type']}: made")
    assert journey.model_dump_json() == before, "a journey is a value; it does not change"
    assert Journey.model_validate(to_body(changed)) == changed, "what a change leads to can be written and read"
    kept = CHANGES.validate_json(undo.model_dump_json())
    restored, again = apply(changed, kept)
    assert restored == journey
    assert to_body(restored) == to_body(journey)
    assert apply(restored, again)[0] == changed, "the undo of an undo is the change"


@given(journeys(), st.lists(changes, max_size=8))
def test_a_row_of_changes_is_taken_back_in_reverse(journey: Journey, row: list[dict[str, Any]]) -> None:
    present = journey
    undos = []
    for data in row:
        try:
            present, undo = apply(present, as_sent(data))
        except ChangeError:
            continue
        undos.append(undo)
    for undo in reversed(undos):
        present, _ = apply(present, undo)
    assert present == journey


@given(journeys(), st.lists(changes, max_size=8))
def test_the_same_changes_lead_to_the_same_journey(journey: Journey, row: list[dict[str, Any]]) -> None:
    def after(start: Journey) -> Journey:
        for data in row:
            try:
                start, _ = apply(start, as_sent(data))
            except ChangeError:
                continue
        return start

    assert after(journey) == after(Journey.model_validate_json(journey.model_dump_json()))


@given(journeys(), names)
def test_a_removed_step_comes_back_with_its_cards_and_loops(journey: Journey, step: str) -> None:
    assume(step in {one.id for one in journey.steps})
    removed, undo = apply(journey, as_sent({"type": "remove-step", "step": step}))
    assert not [card for card in removed.cards if card.step == step]
    assert not [one for one in removed.steps if one.loop_to == step]
    assert apply(removed, undo)[0] == journey


def test_a_lane_is_added_to_the_lanes_a_journey_starts_with() -> None:
    journey = Journey(id="journey:j", title="Reis", persona="persona:p")
    lane = {"id": "own", "kind": "note"}
    changed, undo = apply(journey, as_sent({"type": "add-item", "path": ["lanes"], "value": lane}))
    assert changed.lanes == (*journey.lanes, Lane(id="own", kind="note"))
    assert apply(changed, undo)[0] == journey


def test_a_field_of_something_that_is_not_there_is_not_set() -> None:
    journey = Journey(
        id="journey:j", title="Reis", persona="persona:p", steps=(Step(id="a", phase="gebruik", title="Ik zoek"),)
    )
    with pytest.raises(ChangeError, match=r"nothing at steps\.0\.emotion\.value"):
        apply(journey, as_sent({"type": "set-field", "path": ["steps", 0, "emotion", "value"], "value": 1}))
