"""Every kind of change has a sentence of its own, every complaint and field has words, in both languages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import TypeAdapter

from klantreis.edits import Edit
from klantreis.journeys.changes import JourneyChange
from klantreis.journeys.journey import Journey
from klantreis.render.words import Words
from klantreis.store.protocol import Entry
from klantreis.texts import LANGS, catalogue
from klantreis.use_cases.edit import trail
from klantreis.values import Lang
from klantreis.web.maps import change_words, writing
from tests.web.maps.test_form_changes import JOURNEY

STEP = {"id": "rij", "phase": "aankoop", "title": "Ik sta in de rij."}
CARD = {"claim": {"id": "k", "text": "Kijkt rond"}, "lane": "action", "step": "kassa"}
CHANGES: dict[str, dict[str, Any]] = {
    "add-step": {"step": STEP},
    "remove-step": {"step": "kassa"},
    "edit-step": {"step": STEP},
    "move-step": {"step": "kassa", "at": 0},
    "add-card": {"card": CARD},
    "edit-card": {"card": CARD},
    "move-card": {"card": "vraag", "lane": "action", "step": "kassa"},
    "remove-card": {"card": "vraag"},
    "set-emotion": {"step": "kassa", "emotion": {"value": -1.5}},
    "attach-evidence": {"card": "vraag", "evidence": {"id": "e", "source": "study:gesprekken"}},
    "detach-evidence": {"card": "vraag", "evidence": "e"},
    "switch-phase-model": {"model": "phase-model:alexa-5", "phases": {}},
    "set-field": {"path": ["owner"], "value": "An"},
    "set-fields": {"fields": {"owner": "An", "review_every_days": 30}},
    "add-item": {"path": ["trigger", "evidence"], "value": {}},
    "remove-item": {"path": ["end_goal", "evidence"], "at": 0},
    "move-item": {"path": ["steps"], "at": 0, "to": 1},
    "create-document": {"body": {}},
    "remove-document": {},
}


def entry(seq: int, change: dict[str, Any], *, undoes: int | None = None, undo: dict[str, Any] | None = None) -> Entry:
    """A line of a history."""
    return Entry(
        seq=seq,
        document="journey:boodschappen",
        by="An",
        at="2026-11-21T09:00:00Z",
        change=change,
        undo=undo or {"type": "set-field"},
        undoes=undoes,
    )


def test_the_examples_are_all_kinds_that_there_are() -> None:
    kinds = {
        get_args(one.model_fields["type"].annotation)[0]
        for union in (JourneyChange, Edit)
        for one in get_args(get_args(union)[0])
    }
    assert set(CHANGES) == kinds | {"create-document", "remove-document"}
    for kind in kinds:
        TypeAdapter(JourneyChange).validate_python({"type": kind, **CHANGES[kind]})


@pytest.mark.parametrize("lang", LANGS)
def test_every_kind_of_change_has_a_sentence_of_its_own(lang: Lang) -> None:
    words = Words(lang)
    entries = [entry(seq, {"type": kind, **more}) for seq, (kind, more) in enumerate(CHANGES.items(), 1)]
    names = change_words.known_names(entries, JOURNEY)
    sentences = [change_words.sentence_of(one, names, words) for one in entries]
    assert len(set(sentences)) == len(sentences)
    assert words.say("maps.history.other") not in sentences
    assert not [one for one in sentences if re.search(r"[{}]|‘’|“”|\.\.", one)]


@pytest.mark.parametrize("lang", LANGS)
def test_an_unknown_kind_is_told_in_general_words(lang: Lang) -> None:
    words = Words(lang)
    assert change_words.sentence_of(entry(1, {"type": "fold-map"}), {}, words) == words.say("maps.history.other")


def test_undone_and_redone_changes_are_told_apart() -> None:
    first, second = ({"type": "remove-card", "card": name} for name in ("vraag", "sneller"))
    history = (
        entry(1, first),
        entry(2, second),
        entry(3, {"type": "add-card", "card": CARD}, undoes=2),
        entry(4, second, undoes=3),
        entry(5, {"type": "add-card", "card": CARD}, undoes=4),
    )
    assert [one.seq for one in trail(history).undoable] == [1]
    told = change_words.told(history, JOURNEY, Words("nl"))
    assert [(one.seq, one.undone, one.takes_back) for one in told] == [
        (5, False, True),
        (4, False, True),
        (3, False, True),
        (2, True, False),
        (1, False, False),
    ]
    assert [one.sentence.partition(":")[0] for one in told[:3]] == [
        "Ongedaan gemaakt",
        "Teruggehaald",
        "Ongedaan gemaakt",
    ]


def test_a_removed_card_keeps_its_name_in_the_history() -> None:
    gone = entry(
        1,
        {"type": "remove-card", "card": "weg"},
        undo={"type": "add-card", "card": {**CARD, "claim": {"id": "weg", "text": "Wat er stond"}}, "at": 0},
    )
    (told,) = change_words.told((gone,), JOURNEY, Words("nl"))
    assert told.sentence == "Kaart ‘Wat er stond’ verwijderd."


def test_a_lane_with_a_name_of_its_own_is_called_by_it() -> None:
    lanes = tuple(lane.model_copy(update={"title": "map.lane.{x}"}) for lane in JOURNEY.lanes)
    journey: Journey = JOURNEY.model_copy(update={"lanes": lanes})
    change = entry(1, {"type": "move-card", "card": "vraag", "lane": "action", "step": "kassa"})
    (told,) = change_words.told((change,), journey, Words("en"))
    assert told.sentence.endswith("row map.lane.{x}.")


def test_every_sentence_field_and_complaint_has_words() -> None:
    folder = Path(writing.__file__).parent
    code = "\n".join(file.read_text(encoding="utf-8") for file in folder.glob("*.py"))
    complaints = set(re.findall(r'complain\(\s*[^,()]+,\s*"(\w+)"', code)) | {"above_value", "below_value"}
    assert len(complaints) > 12
    wanted = {f"maps.wrong.{one}" for one in complaints}
    wanted |= {f"maps.history.{one}" for one in change_words.KINDS}
    wanted |= {f"maps.field.{one}" for one in writing.FIELDS}
    assert wanted - set(catalogue()) == set()
