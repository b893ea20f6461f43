"""From a form about a step, or about the phases, to the change it asks for."""

from __future__ import annotations

from klantreis.errors import PatternSyntaxError
from klantreis.events.pattern import EventPattern, parse_pattern
from klantreis.journeys.changes import AddStep, EditStep, MoveStep, RemoveStep, SwitchPhaseModel
from klantreis.journeys.journey import Journey, Step
from klantreis.journeys.phase_models import PhaseModel
from klantreis.journeys.switching import switch_change
from klantreis.journeys.touchpoint import Touchpoint
from klantreis.web.maps.card_forms import new_id, step_of
from klantreis.web.maps.reading import Posted, Reading
from klantreis.workspace import Workspace

#: Begins the name of the box of a touchpoint.
TOUCHES = "touchpoint:"
#: Letters of a pattern that are shown around a mistake.
WIDTH = 36


def model_of(journey: Journey, workspace: Workspace) -> PhaseModel:
    """The phase model of a journey."""
    return workspace.phase_models[journey.phase_model]


def add_step(journey: Journey, workspace: Workspace, posted: Posted) -> AddStep:
    """The change that adds a step at the end of a phase."""
    reading = Reading(posted)
    title = reading.needed("title")
    phase = reading.chosen("phase", [one.id for one in model_of(journey, workspace).columns()])
    fields = _fields(reading, workspace)
    reading.done()
    step_id = new_id(title, [step.id for step in journey.steps], otherwise="step")
    step = Step.model_validate({**fields, "id": step_id, "phase": phase, "title": title})
    return AddStep(step=step, at=place_in_phase(journey, workspace, phase))


def edit_step(journey: Journey, workspace: Workspace, posted: Posted) -> EditStep:
    """The change that gives a step other words and rules; phase and emotion have forms of their own."""
    step = step_of(journey, posted.get("step", ""))
    reading = Reading(posted)
    title = reading.needed("title")
    fields = _fields(reading, workspace)
    fields["loop_to"] = reading.choice("loop_to", [one.id for one in journey.steps if one.id != step.id])
    reading.done()
    return EditStep(step=step.model_copy(update={**fields, "title": title}))


def move_step(journey: Journey, workspace: Workspace, posted: Posted) -> MoveStep:
    """The change that moves a step into a phase, and there behind another step or to the front."""
    step = step_of(journey, posted.get("step", ""))
    reading = Reading(posted)
    phase = reading.chosen("phase", [one.id for one in model_of(journey, workspace).columns()])
    rest = [one for one in journey.steps if one.id != step.id]
    behind = reading.choice("after", [one.id for one in rest])
    if behind is not None and phase and step_of(journey, behind).phase != phase:
        reading.complain("after", "other_phase", title=step_of(journey, behind).title)
    reading.done()
    if behind is not None:
        at = [one.id for one in rest].index(behind) + 1
    else:
        at = _front(rest, workspace.phase_models[journey.phase_model], phase)
    return MoveStep(step=step.id, at=at, phase=phase if phase != step.phase else None)


def remove_step(journey: Journey, workspace: Workspace, posted: Posted) -> RemoveStep:
    """The change that removes a step with its cards; a step with cards only when that was confirmed."""
    step = step_of(journey, posted.get("step", ""))
    count = sum(card.step == step.id for card in journey.cards)
    reading = Reading(posted)
    if count and not reading.ticked("confirm"):
        reading.complain("confirm", "confirm_one" if count == 1 else "confirm", n=count)
    reading.done()
    return RemoveStep(step=step.id)


def switch_model(journey: Journey, workspace: Workspace, posted: Posted) -> SwitchPhaseModel:
    """The change that lays the map out in another phase model."""
    reading = Reading(posted)
    wanted = reading.chosen("model", list(workspace.phase_models))
    if wanted == journey.phase_model:
        reading.complain("model", "same_model")
    reading.done()
    return switch_change(journey, model_of(journey, workspace), workspace.phase_models[wanted])


def place_in_phase(journey: Journey, workspace: Workspace, phase: str) -> int:
    """The position behind the last step of a phase, so that steps stay in the order of the phases."""
    held = [index for index, step in enumerate(journey.steps) if step.phase == phase]
    if held:
        return held[-1] + 1
    return _front(list(journey.steps), model_of(journey, workspace), phase)


def _front(steps: list[Step], model: PhaseModel, phase: str) -> int:
    """The position of the first step of a phase, or where it would be."""
    order = [one.id for one in model.columns()]
    return next(
        (
            index
            for index, step in enumerate(steps)
            if step.phase not in order or order.index(step.phase) >= order.index(phase)
        ),
        len(steps),
    )


def _fields(reading: Reading, workspace: Workspace) -> dict[str, object]:
    known = {one.id for one in workspace.of(Touchpoint)}
    touches = tuple(one for one in reading.ticks(TOUCHES) if one in known)
    if reading.raw("failed") and not reading.raw("pattern"):
        reading.complain("failed", "failed")
    return {
        "pattern": _pattern(reading, "pattern"),
        "failed": _pattern(reading, "failed"),
        "touchpoints": touches,
        "optional": reading.ticked("optional"),
        "repeatable": reading.ticked("repeatable"),
        "observable": reading.ticked("observable"),
        "closes": reading.ticked("closes"),
    }


def _pattern(reading: Reading, name: str) -> EventPattern | None:
    found = reading.text(name)
    if found is None:
        return None
    try:
        return parse_pattern(found)
    except PatternSyntaxError as error:
        reading.complain(name, "pattern", reason=error, place=_pointer(error))
        return None


def _pointer(error: PatternSyntaxError) -> str:
    """The piece of the pattern that cannot be read, with a mark under the place; short enough for a narrow panel."""
    cut = max(0, error.position - WIDTH // 2)
    shown = error.text[cut : cut + WIDTH].replace("\n", " ")
    lead = "…" if cut else ""
    return f"{lead}{shown}\n{' ' * (len(lead) + error.position - cut)}^"
