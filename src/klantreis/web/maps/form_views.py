"""A form as the panel shows it: what stands in its fields, what they may hold, and what was wrong with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from klantreis.journeys.journey import Journey, LaneKind, Step
from klantreis.journeys.touchpoint import Touchpoint
from klantreis.render.words import Words
from klantreis.texts import spoken
from klantreis.web.maps.asked import Asked
from klantreis.web.maps.card_forms import card_of, claim_at, lane_of, refs_for, step_of
from klantreis.web.maps.evidence_forms import KEEP, SOURCES
from klantreis.web.maps.reading import Complaint, Posted
from klantreis.web.maps.step_forms import TOUCHES
from klantreis.web.places import name_of, title_of
from klantreis.web.workspaces import WorkspaceContext

#: Value and words of one choice.
Option = tuple[str, str]
#: A heading and the choices under it; no heading: they stand by themselves.
Group = tuple[str, tuple[Option, ...]]


@dataclass(frozen=True)
class FormView:
    """One form. ``options`` are the choices of its fields, ``wrong`` what is wrong with which field."""

    verb: str
    values: Mapping[str, str]
    options: Mapping[str, tuple[Group, ...]] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)
    general: str = ""

    def value(self, name: str) -> str:
        """What stands in a field."""
        return self.values.get(name, "")


def form_for(
    here: WorkspaceContext,
    journey: Journey,
    asked: Asked,
    *,
    posted: Posted | None = None,
    complaints: Iterable[Complaint] = (),
    general: str = "",
) -> FormView | None:
    """The form that a panel holds; None when it only shows.

    Parameters
    ----------
    posted
        What was typed already and comes back; without it, what the map holds.
    complaints, general
        What was wrong with single fields, and with the change as a whole.
    """
    words = Words(here.lang, here.workspace.settings)
    made = _made(here, journey, asked, words)
    if made is None:
        return None
    verb, values, options = made
    wrong = {one.name: _complaint(one, words) for one in reversed(list(complaints))}
    return FormView(verb, posted if posted is not None else values, options, wrong, general)


def _complaint(one: Complaint, words: Words) -> str:
    return words.say(
        f"maps.wrong.{one.message}", **{name: spoken(value, words.say) for name, value in one.values.items()}
    )


Made = tuple[str, Mapping[str, str], Mapping[str, tuple[Group, ...]]]


def _made(here: WorkspaceContext, journey: Journey, asked: Asked, words: Words) -> Made | None:
    match asked.panel, asked.form:
        case "add-card", _:
            lane = next((one for one in journey.lanes if one.id == asked.lane), None)
            values = {"lane": asked.lane, "step": asked.step}
            return (
                "add-card",
                values,
                {**_cells(here, journey, words), **_card_options(here, lane.kind if lane else None, words)},
            )
        case "add-step", _:
            values = {"phase": asked.phase, "observable": "on"}
            return "add-step", values, {"phase": _phases(here, journey, words), "touchpoints": _touchpoints(here)}
        case "model", _:
            return "switch-model", {"model": journey.phase_model}, {"model": _models(here)}
        case "card", "edit":
            return _edit_card(here, journey, asked.card, words)
        case "card", "move":
            card = card_of(journey, asked.card)
            values = {"card": card.id, "lane": card.lane, "step": card.step}
            return "move-card", values, _cells(here, journey, words)
        case "card", "remove":
            return "remove-card", {"card": card_of(journey, asked.card).id}, {}
        case "card", "evidence":
            _, claim = claim_at(journey, asked.card)
            return "attach-evidence", {"card": claim.id, "stance": "supports"}, {"source": _sources(here, words)}
        case "step", "edit":
            return _edit_step(here, journey, step_of(journey, asked.step), words)
        case "step", "move":
            return _move_step(here, journey, step_of(journey, asked.step), words)
        case "step", "remove":
            return "remove-step", {"step": step_of(journey, asked.step).id}, {}
        case "step", "emotion":
            return _emotion(here, step_of(journey, asked.step), words)
    return None


def _edit_card(here: WorkspaceContext, journey: Journey, card_id: str, words: Words) -> Made:
    above, claim = claim_at(journey, card_id)
    values = {"card": claim.id, "text": claim.text}
    if above:
        return "edit-card", values, {}
    card = card_of(journey, card_id)
    values |= {
        "ref": card.ref or "",
        "impact": str(claim.impact or ""),
        "stated_as_fact": "on" if claim.stated_as_fact else "",
    }
    return "edit-card", values, _card_options(here, lane_of(journey, card.lane).kind, words, held=card.ref)


def _edit_step(here: WorkspaceContext, journey: Journey, step: Step, words: Words) -> Made:
    values = {
        "step": step.id,
        "title": step.title,
        "pattern": str(step.pattern) if step.pattern else "",
        "failed": str(step.failed) if step.failed else "",
        "loop_to": step.loop_to or "",
        **{name: "on" if getattr(step, name) else "" for name in ("optional", "repeatable", "observable", "closes")},
        **{TOUCHES + one: "on" for one in step.touchpoints},
    }
    loops = tuple((one.id, one.title) for one in journey.steps if one.id != step.id)
    nowhere = words.say("maps.form.no_loop")
    options = {"loop_to": (("", (("", nowhere), *loops)),), "touchpoints": _touchpoints(here)}
    return "edit-step", values, options


def _move_step(here: WorkspaceContext, journey: Journey, step: Step, words: Words) -> Made:
    held = [one.id for one in journey.steps if one.phase == step.phase]
    place = held.index(step.id)
    values = {"step": step.id, "phase": step.phase, "after": held[place - 1] if place else ""}
    groups = []
    for phase in here.workspace.phase_models[journey.phase_model].columns():
        inside = tuple((one.id, one.title) for one in journey.steps if one.phase == phase.id and one.id != step.id)
        if inside:
            groups.append((words.reword(phase.label.in_lang(here.lang)), inside))
    first = ("", (("", words.say("maps.form.at_front")),))
    return "move-step", values, {"phase": _phases(here, journey, words), "after": (first, *groups)}


def _emotion(here: WorkspaceContext, step: Step, words: Words) -> Made:
    held = step.emotion
    values = {"step": step.id, "basis": held.basis if held else "estimate"}
    if held is not None:
        numbers = {"value": held.value, "low": held.low, "high": held.high, "n": held.n}
        values |= {name: _written(number, here) for name, number in numbers.items() if number is not None}
        values |= {KEEP + piece.id: "on" for piece in held.evidence}
    return "set-emotion", values, {"source": _sources(here, words)}


def _written(value: float, here: WorkspaceContext) -> str:
    plain = f"{value:g}"
    return plain.replace(".", ",") if here.lang == "nl" else plain


def _cells(here: WorkspaceContext, journey: Journey, words: Words) -> dict[str, tuple[Group, ...]]:
    lanes = tuple((lane.id, lane.title or words.say(f"map.lane.{lane.kind}")) for lane in journey.lanes)
    groups = []
    for phase in here.workspace.phase_models[journey.phase_model].columns():
        inside = tuple((step.id, step.title) for step in journey.steps if step.phase == phase.id)
        if inside:
            groups.append((words.reword(phase.label.in_lang(here.lang)), inside))
    return {"lane": (("", lanes),), "step": tuple(groups)}


def _card_options(
    here: WorkspaceContext, kind: LaneKind | None, words: Words, *, held: str | None = None
) -> dict[str, tuple[Group, ...]]:
    impact = tuple((str(one), words.say(f"maps.form.impact_is.n{one}")) for one in range(1, 6))
    found: dict[str, tuple[Group, ...]] = {"impact": (("", (("", words.say("maps.form.impact_is.none")), *impact)),)}
    refs = refs_for(here.workspace, kind)
    if held and held not in refs:
        refs = (*refs, held)
    if refs:
        named = tuple((one, name_of(here, one)) for one in refs)
        found["ref"] = (("", (("", words.say("maps.form.no_ref")), *named)),)
    return found


def _phases(here: WorkspaceContext, journey: Journey, words: Words) -> tuple[Group, ...]:
    model = here.workspace.phase_models[journey.phase_model]
    return (("", tuple((one.id, words.reword(one.label.in_lang(here.lang))) for one in model.columns())),)


def _models(here: WorkspaceContext) -> tuple[Group, ...]:
    models = here.workspace.phase_models.values()
    return (("", tuple((one.id, here.word(one.title.in_lang(here.lang))) for one in models)),)


def _touchpoints(here: WorkspaceContext) -> tuple[Group, ...]:
    return (("", tuple((TOUCHES + one.id, one.label) for one in here.workspace.of(Touchpoint))),)


def _sources(here: WorkspaceContext, words: Words) -> tuple[Group, ...]:
    groups = []
    for kind in SOURCES:
        held = tuple((one.id, title_of(one, here.lang)) for one in here.workspace.of(kind))
        if held:
            groups.append((words.say(f"maps.form.sources.{kind.kind}"), held))
    return tuple(groups)
