"""The history of a map in words: what each change did, and which changes were taken back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from klantreis.journeys.journey import Journey, journey_claims
from klantreis.render.numbers import signed
from klantreis.render.words import Words
from klantreis.store.protocol import Entry
from klantreis.use_cases.edit import trail

#: Letters of a card that stand in a sentence about it.
SHOWN = 80


@dataclass(frozen=True)
class Told:
    """One change in words. ``undone``: it no longer holds. ``takes_back``: it is itself an undo or a redo."""

    seq: int
    sentence: str
    by: str
    at: datetime
    undone: bool
    takes_back: bool


def told(entries: tuple[Entry, ...], journey: Journey | None, words: Words) -> tuple[Told, ...]:
    """The changes of a map, newest first."""
    by_seq = {entry.seq: entry for entry in entries}
    standing = {root_of(entry, by_seq).seq for entry in trail(entries).undoable}
    names = known_names(entries, journey)
    found = []
    for entry in entries:
        root, turns = root_of(entry, by_seq), _turns(entry, by_seq)
        sentence = sentence_of(root, names, words)
        if turns:
            sentence = words.say("maps.history.redone" if turns % 2 == 0 else "maps.history.undone", what=sentence)
        undone = not turns and entry.seq not in standing
        found.append(Told(entry.seq, sentence, entry.by, entry.at, undone, bool(turns)))
    return tuple(reversed(found))


def root_of(entry: Entry, by_seq: Mapping[int, Entry]) -> Entry:
    """The change that an undo, or an undo of an undo, is about in the end."""
    while entry.undoes is not None and entry.undoes in by_seq:
        entry = by_seq[entry.undoes]
    return entry


def _turns(entry: Entry, by_seq: Mapping[int, Entry]) -> int:
    """0 for a change, 1 for its undo, 2 for the redo of that."""
    turns = 0
    while entry.undoes is not None and entry.undoes in by_seq:
        entry, turns = by_seq[entry.undoes], turns + 1
    return turns


def known_names(entries: Iterable[Entry], journey: Journey | None) -> dict[str, str]:
    """How cards, steps and lanes were called last, removed ones included."""
    names: dict[str, str] = {}
    for entry in entries:
        for change in (entry.undo, entry.change):
            card, step = change.get("card"), change.get("step")
            if isinstance(card, dict):
                names[f"card:{card['claim']['id']}"] = card["claim"]["text"]
            if isinstance(step, dict):
                names[f"step:{step['id']}"] = step["title"]
            for placed in change.get("cards") or ():
                names[f"card:{placed['card']['claim']['id']}"] = placed["card"]["claim"]["text"]
    if journey is not None:
        names |= {f"card:{claim.id}": claim.text for _, claim in journey_claims(journey)}
        names |= {f"step:{step.id}": step.title for step in journey.steps}
        names |= {f"lane:{lane.id}": lane.title for lane in journey.lanes if lane.title}
        names |= {f"lane-kind:{lane.id}": lane.kind for lane in journey.lanes}
    return names


def sentence_of(entry: Entry, names: Mapping[str, str], words: Words) -> str:
    """One change as a sentence; a kind that is not known here is told in general words."""
    change, kind = entry.change, str(entry.change.get("type", ""))
    card, step = change.get("card"), change.get("step")
    values: dict[str, Any] = {
        "card": _card(card, names),
        "step": _step(step, names),
        "place": _step(change.get("step"), names),
        "lane": _lane(change.get("lane") or (card.get("lane") if isinstance(card, dict) else None), names, words),
        "model": change.get("model", ""),
    }
    match kind:
        case "add-card" if isinstance(card, dict):
            values["place"] = _step(card.get("step"), names)
        case "edit-card" if isinstance(card, dict):
            before = entry.undo.get("card", {}).get("claim", {}).get("text", "")
            if before and before != card["claim"]["text"]:
                values["before"] = _short(before)
                kind = "edit-card-text"
        case "edit-step" if isinstance(step, dict):
            before = entry.undo.get("step", {}).get("title", "")
            if before and before != step.get("title"):
                values["before"] = _short(before)
                kind = "edit-step-title"
        case "move-card":
            if (entry.undo.get("lane"), entry.undo.get("step")) == (change.get("lane"), change.get("step")):
                kind = "move-card-within"
        case "remove-step":
            values["n"] = len(entry.undo.get("cards") or ())
            kind = "remove-step-cards" if values["n"] else kind
        case "set-emotion":
            emotion = change.get("emotion")
            kind = "set-emotion" if emotion else "clear-emotion"
            values["value"] = signed(float(emotion["value"]), words.lang) if emotion else ""
        case "set-fields":
            values["field"] = ", ".join(change.get("fields") or ())
        case "set-field" | "add-item" | "remove-item" | "move-item":
            path = change.get("path") or ("",)
            values["field"] = ".".join(str(part) for part in path)
            if path[0] in {"trigger", "end_goal"} and kind in {"set-field", "add-item", "remove-item"}:
                kind = f"{kind}-{path[0]}".replace("_", "-")
    return words.say(f"maps.history.{kind if kind in KINDS else 'other'}", **values)


#: Kinds of sentence that there are, below ``maps.history``.
KINDS = frozenset(
    {
        "add-card", "edit-card", "edit-card-text", "move-card", "move-card-within", "remove-card",
        "attach-evidence", "detach-evidence", "set-emotion", "clear-emotion",
        "add-step", "edit-step", "edit-step-title", "move-step", "remove-step", "remove-step-cards",
        "switch-phase-model", "create-document", "remove-document",
        "set-field", "set-fields", "add-item", "remove-item", "move-item",
        "set-field-trigger", "add-item-trigger", "remove-item-trigger",
        "set-field-end-goal", "add-item-end-goal", "remove-item-end-goal",
    }
)  # fmt: skip


def _card(card: Any, names: Mapping[str, str]) -> str:
    if isinstance(card, dict):
        return _short(card["claim"]["text"])
    return _short(names.get(f"card:{card}", str(card or "")))


def _step(step: Any, names: Mapping[str, str]) -> str:
    if isinstance(step, dict):
        return _short(step.get("title", ""))
    return _short(names.get(f"step:{step}", str(step or "")))


def _lane(lane: Any, names: Mapping[str, str], words: Words) -> str:
    if f"lane:{lane}" in names:
        return names[f"lane:{lane}"]
    kind = names.get(f"lane-kind:{lane}")
    return words.say(f"map.lane.{kind}") if kind else str(lane or "")


def _short(text: str) -> str:
    # The sentence around it has a full stop of its own.
    line = " ".join(text.split())
    line = line if line.endswith("..") else line.removesuffix(".")
    return line if len(line) <= SHOWN else line[:SHOWN].rsplit(" ", 1)[0] + " …"
