"""Changing documents: every change is kept and can be walked back; nothing is saved that breaks the workspace."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klantreis.errors import ChangeError, ConflictError, NotFoundError
from klantreis.journeys.changes import AddCard, MoveCard, SetEmotion
from klantreis.journeys.journey import Card, Emotion, Journey, Step
from klantreis.personas.persona import Persona
from klantreis.research.claim import Claim
from klantreis.store.folder import FolderStore
from klantreis.store.protocol import Store
from klantreis.use_cases.edit import create, edit, redo, remove, trail, undo
from klantreis.workspace import WorkspaceSettings

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def journey() -> Journey:
    return Journey(
        id="journey:weekly",
        title="Ik doe boodschappen",
        persona="persona:an",
        steps=(Step(id="list", phase="bewustwording", title="Ik maak een lijstje"),),
        cards=(Card(claim=Claim(id="c1", text="Wat eten we?"), lane="question", step="list"),),
    )


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = FolderStore(tmp_path / "shop")
    store.fill(
        [WorkspaceSettings(id="workspace:shop", title="De winkel"), Persona(id="persona:an", name="An"), journey()]
    )
    return store


def name(value: str | None) -> dict[str, Any]:
    return {"type": "set-field", "path": ["name"], "value": value}


def named(store: Store) -> str:
    return store.load().get("persona:an", Persona).name


def test_a_change_is_saved_with_its_history(store: Store) -> None:
    before = store.version("persona:an")
    edited = edit(store, "persona:an", name("Anne"), by="els", at=AT)
    assert edited.document == Persona(id="persona:an", name="Anne") == store.load().documents["persona:an"]
    assert edited.version == store.version("persona:an") == edited.entry.after
    assert store.history("persona:an") == (edited.entry,)
    assert (edited.entry.seq, edited.entry.by, edited.entry.at) == (1, "els", AT)
    assert (edited.entry.before, edited.entry.undoes) == (before, None)
    assert edited.entry.change == name("Anne")
    assert edited.entry.undo == name("An")


def test_a_journey_takes_the_changes_of_a_journey(store: Store) -> None:
    card = Card(claim=Claim(id="c2", text="Wat is er nog?"), lane="question", step="list")
    edit(store, "journey:weekly", AddCard(card=card), by="els")
    edit(store, "journey:weekly", MoveCard(card="c2", lane="action", step="list", at=0), by="els")
    edit(store, "journey:weekly", SetEmotion(step="list", emotion=Emotion(value=1)).model_dump(mode="json"), by="els")
    held = store.load().get("journey:weekly", Journey)
    assert [(one.id, one.lane) for one in held.cards] == [("c2", "action"), ("c1", "question")]
    for _ in range(3):
        undo(store, "journey:weekly", by="els")
    assert store.load().get("journey:weekly", Journey) == journey()
    with pytest.raises(ChangeError, match="nothing to undo"):
        undo(store, "journey:weekly", by="els")


def test_undo_walks_back_and_redo_comes_forward(store: Store) -> None:
    for value in ("Een", "Twee", "Drie"):
        edit(store, "persona:an", name(value), by="els")
    seen = [named(store)]
    for step in (undo, undo, undo, redo, redo, undo, redo, redo):
        step(store, "persona:an", by="els")
        seen.append(named(store))
    assert seen == ["Drie", "Twee", "Een", "An", "Een", "Twee", "Een", "Twee", "Drie"]
    with pytest.raises(ChangeError, match="nothing to redo"):
        redo(store, "persona:an", by="els")
    undo(store, "persona:an", by="els")
    edit(store, "persona:an", name("Vier"), by="els")
    with pytest.raises(ChangeError, match="nothing to redo"):
        redo(store, "persona:an", by="els")
    seen = []
    for _ in range(3):
        undo(store, "persona:an", by="els")
        seen.append(named(store))
    assert seen == ["Twee", "Een", "An"]
    marks = [entry.undoes for entry in store.history("persona:an")]
    assert marks == [None, None, None, 3, 2, 1, 6, 5, 8, 9, 4, 11, None, 13, 10, 7]


def test_what_comes_into_being_can_be_undone(store: Store) -> None:
    created = create(store, Persona(id="persona:bo", name="Bo"), by="els")
    assert created.version == store.version("persona:bo")
    gone = undo(store, "persona:bo", by="els")
    assert (gone.document, gone.version, store.version("persona:bo")) == (None, None, None)
    assert redo(store, "persona:bo", by="els").document == Persona(id="persona:bo", name="Bo")


def test_what_was_removed_can_be_brought_back(store: Store) -> None:
    removed = remove(store, "journey:weekly", by="els")
    assert (removed.document, removed.version) == (None, None)
    with pytest.raises(NotFoundError):
        edit(store, "journey:weekly", SetEmotion(step="list"), by="els")
    assert undo(store, "journey:weekly", by="els").document == journey() == store.load().documents["journey:weekly"]


def test_what_others_refer_to_is_not_removed(store: Store) -> None:
    with pytest.raises(ChangeError, match=r"persona:an cannot be removed: journey:weekly refers to it\."):
        remove(store, "persona:an", by="els")
    create(store, Persona(id="persona:bo", name="Bo"), by="els")
    edit(store, "journey:weekly", {"type": "set-field", "path": ["persona"], "value": "persona:bo"}, by="els")
    with pytest.raises(ChangeError, match="journey:weekly refers to it"):
        undo(store, "persona:bo", by="els")
    assert store.load().documents["persona:bo"] == Persona(id="persona:bo", name="Bo")


def test_what_there_is_already_is_not_created(store: Store) -> None:
    with pytest.raises(ConflictError, match="already"):
        create(store, Persona(id="persona:an", name="Bo"), by="els")
    assert store.history("persona:an") == ()


REFUSED: dict[str, tuple[str, dict[str, Any], str]] = {
    "dangling": (
        "journey:weekly",
        {"type": "set-field", "path": ["persona"], "value": "persona:ann"},
        "There is no 'persona:ann'.",
    ),
    "unknown phase": ("journey:weekly", {"type": "move-step", "step": "list", "at": 0, "phase": "x"}, "called 'x'"),
    "invalid": ("persona:an", {"type": "set-field", "path": ["name"], "value": 3}, "name"),
    "unknown field": ("persona:an", {"type": "set-field", "path": ["naam"], "value": "x"}, "naam"),
    "unknown change": ("persona:an", {"type": "add-step"}, "no change of persona:an"),
    "no type": ("persona:an", {}, "no change of persona:an"),
    "a change of another kind": ("persona:an", {"type": "set-emotion", "step": "list"}, "no change of persona:an"),
    "id": ("persona:an", {"type": "set-field", "path": ["id"], "value": "persona:bo"}, "cannot be changed"),
    "no such card": ("journey:weekly", {"type": "remove-card", "card": "c9"}, "c9"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_change_that_does_not_fit_changes_nothing(store: Store, case: str) -> None:
    document_id, change, told = REFUSED[case]
    before = store.fingerprint()
    with pytest.raises(ChangeError, match=told):
        edit(store, document_id, change, by="els")
    assert store.fingerprint() == before
    assert store.history(document_id) == ()


def test_a_change_for_another_version_is_a_conflict(store: Store) -> None:
    seen = store.version("persona:an")
    edit(store, "persona:an", name("Anne"), by="bo", expect=seen)
    with pytest.raises(ConflictError, match="was changed since it was read"):
        edit(store, "persona:an", name("Ans"), by="els", expect=seen)
    with pytest.raises(ConflictError, match="was changed since it was read"):
        remove(store, "persona:an", by="els", expect=seen)
    assert named(store) == "Anne"


def test_what_does_not_exist_is_named(store: Store) -> None:
    with pytest.raises(NotFoundError) as caught:
        edit(store, "persona:anne", name("x"), by="els")
    assert "Did you mean persona:an?" in str(caught.value.hint)
    with pytest.raises(NotFoundError):
        undo(store, "persona:anne", by="els")
    with pytest.raises(NotFoundError, match="built in"):
        edit(store, "phase-model:nl-5", {"type": "set-field", "path": ["note"], "value": "x"}, by="els")


def test_a_file_changed_by_hand_is_gone_on_with_but_not_undone(store: Store, tmp_path: Path) -> None:
    edit(store, "persona:an", name("Anne"), by="els")
    file = tmp_path / "shop" / "personas" / "an.yaml"
    by_hand = file.read_text(encoding="utf-8").replace("Anne", "Annemarie")
    file.write_text(by_hand, encoding="utf-8")
    with pytest.raises(ConflictError, match="changed outside of its history"):
        undo(store, "persona:an", by="els")
    assert file.read_text(encoding="utf-8") == by_hand
    edit(store, "persona:an", name("Ans"), by="els")
    assert [entry.seq for entry in store.history("persona:an")] == [1, 2]
    undo(store, "persona:an", by="els")
    assert named(store) == "Annemarie"
    with pytest.raises(ConflictError, match="changed outside of its history"):
        undo(store, "persona:an", by="els")


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(["edit", "undo", "redo"]), max_size=14))
def test_any_walk_ends_where_two_stacks_say(tmp_path_factory: pytest.TempPathFactory, walk: list[str]) -> None:
    store = FolderStore(tmp_path_factory.mktemp("walk") / "shop")
    store.fill([WorkspaceSettings(id="workspace:shop", title="x"), Persona(id="persona:an", name="0")])
    done = ["0"]
    undone: list[str] = []
    for number, way in enumerate(walk, start=1):
        if way == "edit":
            edit(store, "persona:an", name(str(number)), by="els")
            done.append(str(number))
            undone.clear()
        elif way == "undo" and len(done) > 1:
            undo(store, "persona:an", by="els")
            undone.append(done.pop())
        elif way == "redo" and undone:
            redo(store, "persona:an", by="els")
            done.append(undone.pop())
        else:
            with pytest.raises(ChangeError, match="nothing to"):
                (undo if way == "undo" else redo)(store, "persona:an", by="els")
        assert named(store) == done[-1]
    left = trail(store.history("persona:an"))
    assert (len(left.undoable), len(left.redoable)) == (len(done) - 1, len(undone))
