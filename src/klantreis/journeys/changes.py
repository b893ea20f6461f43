"""Edits of a journey: small frozen records, and one pure function that applies them.

The same records are the undo stack, the history and the wire format. ``apply`` gives the changed journey and
the change that takes it back; a change that does not fit raises ChangeError and changes nothing.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field, ValidationError

from klantreis.edits import AddItem, MoveItem, RemoveItem, SetField, SetFields, apply_edit, reason_of
from klantreis.errors import ChangeError, did_you_mean
from klantreis.ids import LocalId, PhaseModelRef
from klantreis.journeys.journey import Card, Emotion, Journey, Step
from klantreis.research.claim import Evidence
from klantreis.values import Value

T = TypeVar("T")


class Placed(Value):
    """A card with its position among all cards of the journey."""

    at: int = Field(ge=0)
    card: Card


class AddStep(Value):
    """Add a step at a position (None: at the end), with the cards that stood there when it is put back."""

    type: Literal["add-step"] = "add-step"
    step: Step
    at: int | None = Field(default=None, ge=0)
    cards: tuple[Placed, ...] = ()
    loops: tuple[LocalId, ...] = Field(default=(), description="Steps that loop to this one.")


class RemoveStep(Value):
    """Remove a step with all its cards; loops that led to it end."""

    type: Literal["remove-step"] = "remove-step"
    step: LocalId


class EditStep(Value):
    """Replace a step by another with the same id."""

    type: Literal["edit-step"] = "edit-step"
    step: Step


class MoveStep(Value):
    """Move a step to another position, and into another phase when one is named."""

    type: Literal["move-step"] = "move-step"
    step: LocalId
    at: int = Field(ge=0)
    phase: LocalId | None = None


class AddCard(Value):
    """Add a card at a position among all cards (None: at the end, which is the end of its cell)."""

    type: Literal["add-card"] = "add-card"
    card: Card
    at: int | None = Field(default=None, ge=0)


class EditCard(Value):
    """Replace a card by another with the same id."""

    type: Literal["edit-card"] = "edit-card"
    card: Card


class MoveCard(Value):
    """Move a card to another cell, and to a position among all cards when one is given."""

    type: Literal["move-card"] = "move-card"
    card: LocalId
    lane: LocalId
    step: LocalId
    at: int | None = Field(default=None, ge=0)


class RemoveCard(Value):
    """Remove a card."""

    type: Literal["remove-card"] = "remove-card"
    card: LocalId


class SetEmotion(Value):
    """Set the emotion at a step; None leaves a gap in the curve."""

    type: Literal["set-emotion"] = "set-emotion"
    step: LocalId
    emotion: Emotion | None = None


class AttachEvidence(Value):
    """Attach evidence to a card."""

    type: Literal["attach-evidence"] = "attach-evidence"
    card: LocalId
    evidence: Evidence
    at: int | None = Field(default=None, ge=0)


class DetachEvidence(Value):
    """Take evidence off a card."""

    type: Literal["detach-evidence"] = "detach-evidence"
    card: LocalId
    evidence: LocalId


class SwitchPhaseModel(Value):
    """Use another phase model; ``phases`` gives every step its phase there."""

    type: Literal["switch-phase-model"] = "switch-phase-model"
    model: PhaseModelRef
    phases: dict[LocalId, LocalId] = Field(description="Step id to phase id.")
    scope_phases: tuple[LocalId, ...] = ()
    in_focus: LocalId | None = None


JourneyChange = Annotated[
    AddStep
    | RemoveStep
    | EditStep
    | MoveStep
    | AddCard
    | EditCard
    | MoveCard
    | RemoveCard
    | SetEmotion
    | AttachEvidence
    | DetachEvidence
    | SwitchPhaseModel
    | SetField
    | SetFields
    | AddItem
    | RemoveItem
    | MoveItem,
    Field(discriminator="type"),
]


def apply(journey: Journey, change: JourneyChange) -> tuple[Journey, JourneyChange]:
    """The journey after a change, and the change that undoes it.

    Raises
    ------
    ChangeError
        When the change names something that is not there, or the result would not be a valid journey.
    """
    match change:
        case AddStep():
            return _add_step(journey, change)
        case RemoveStep():
            return _remove_step(journey, change)
        case EditStep(step=step):
            at = _step_at(journey, step.id)
            return _with(journey, steps=_replaced(journey.steps, at, step)), EditStep(step=journey.steps[at])
        case MoveStep():
            return _move_step(journey, change)
        case AddCard(card=card, at=at):
            place = _place(at, len(journey.cards))
            return _with(journey, cards=_inserted(journey.cards, place, card)), RemoveCard(card=card.id)
        case EditCard(card=card):
            at = _card_at(journey, card.id)
            return _with(journey, cards=_replaced(journey.cards, at, card)), EditCard(card=journey.cards[at])
        case MoveCard():
            return _move_card(journey, change)
        case RemoveCard(card=card_id):
            at = _card_at(journey, card_id)
            return _with(journey, cards=_without(journey.cards, at)), AddCard(card=journey.cards[at], at=at)
        case SetEmotion(step=step_id, emotion=emotion):
            at = _step_at(journey, step_id)
            before = journey.steps[at]
            after = before.model_copy(update={"emotion": emotion})
            undo = SetEmotion(step=step_id, emotion=before.emotion)
            return _with(journey, steps=_replaced(journey.steps, at, after)), undo
        case AttachEvidence():
            return _attach(journey, change)
        case DetachEvidence():
            return _detach(journey, change)
        case SwitchPhaseModel():
            return _switch(journey, change)
        case SetField() | SetFields() | AddItem() | RemoveItem() | MoveItem():
            return apply_edit(journey, change)


def _add_step(journey: Journey, change: AddStep) -> tuple[Journey, JourneyChange]:
    steps = _inserted(journey.steps, _place(change.at, len(journey.steps)), change.step)
    steps = tuple(
        step.model_copy(update={"loop_to": change.step.id}) if step.id in change.loops else step for step in steps
    )
    cards = journey.cards
    for placed in sorted(change.cards, key=lambda placed: placed.at):
        cards = _inserted(cards, _place(placed.at, len(cards)), placed.card)
    return _with(journey, steps=steps, cards=cards), RemoveStep(step=change.step.id)


def _remove_step(journey: Journey, change: RemoveStep) -> tuple[Journey, JourneyChange]:
    at = _step_at(journey, change.step)
    placed = tuple(Placed(at=index, card=card) for index, card in enumerate(journey.cards) if card.step == change.step)
    loops = tuple(step.id for step in journey.steps if step.loop_to == change.step and step.id != change.step)
    steps = tuple(
        step.model_copy(update={"loop_to": None}) if step.id in loops else step for step in _without(journey.steps, at)
    )
    cards = tuple(card for card in journey.cards if card.step != change.step)
    undo = AddStep(step=journey.steps[at], at=at, cards=placed, loops=loops)
    return _with(journey, steps=steps, cards=cards), undo


def _move_step(journey: Journey, change: MoveStep) -> tuple[Journey, JourneyChange]:
    at = _step_at(journey, change.step)
    step = journey.steps[at]
    moved = step if change.phase is None else step.model_copy(update={"phase": change.phase})
    rest = _without(journey.steps, at)
    undo = MoveStep(step=step.id, at=at, phase=step.phase)
    return _with(journey, steps=_inserted(rest, _place(change.at, len(rest)), moved)), undo


def _move_card(journey: Journey, change: MoveCard) -> tuple[Journey, JourneyChange]:
    at = _card_at(journey, change.card)
    card = journey.cards[at]
    rest = _without(journey.cards, at)
    moved = card.model_copy(update={"lane": change.lane, "step": change.step})
    undo = MoveCard(card=card.id, lane=card.lane, step=card.step, at=at)
    return _with(journey, cards=_inserted(rest, _place(change.at, len(rest)), moved)), undo


def _attach(journey: Journey, change: AttachEvidence) -> tuple[Journey, JourneyChange]:
    at = _card_at(journey, change.card)
    held = journey.cards[at].claim.evidence
    if any(piece.id == change.evidence.id for piece in held):
        raise ChangeError(
            f"Card {change.card!r} has evidence {change.evidence.id!r} already.",
            message_id="errors.evidence_there",
            values={"card": change.card, "evidence": change.evidence.id},
        )
    evidence = _inserted(held, _place(change.at, len(held)), change.evidence)
    undo = DetachEvidence(card=change.card, evidence=change.evidence.id)
    return _with_evidence(journey, at, evidence), undo


def _detach(journey: Journey, change: DetachEvidence) -> tuple[Journey, JourneyChange]:
    at = _card_at(journey, change.card)
    held = journey.cards[at].claim.evidence
    place = next((index for index, piece in enumerate(held) if piece.id == change.evidence), None)
    if place is None:
        raise ChangeError(
            f"Card {change.card!r} has no evidence {change.evidence!r}.",
            hint=did_you_mean(change.evidence, [piece.id for piece in held], what="evidence"),
            message_id="errors.no_evidence",
            values={"card": change.card, "evidence": change.evidence},
        )
    undo = AttachEvidence(card=change.card, evidence=held[place], at=place)
    return _with_evidence(journey, at, _without(held, place)), undo


def _with_evidence(journey: Journey, at: int, evidence: tuple[Evidence, ...]) -> Journey:
    card = journey.cards[at]
    claim = card.claim.model_copy(update={"evidence": evidence})
    return _with(journey, cards=_replaced(journey.cards, at, card.model_copy(update={"claim": claim})))


def _switch(journey: Journey, change: SwitchPhaseModel) -> tuple[Journey, JourneyChange]:
    missing = [step.id for step in journey.steps if step.id not in change.phases]
    if missing:
        raise ChangeError(
            f"These steps are given no phase in {change.model}: {', '.join(missing)}.",
            message_id="errors.steps_without_phase",
            values={"model": change.model, "steps": ", ".join(missing)},
        )
    steps = tuple(step.model_copy(update={"phase": change.phases[step.id]}) for step in journey.steps)
    scope = journey.scope.model_copy(update={"phases": change.scope_phases, "in_focus": change.in_focus})
    undo = SwitchPhaseModel(
        model=journey.phase_model,
        phases={step.id: step.phase for step in journey.steps},
        scope_phases=journey.scope.phases,
        in_focus=journey.scope.in_focus,
    )
    return _with(journey, steps=steps, scope=scope, phase_model=change.model), undo


def _with(journey: Journey, **fields: Any) -> Journey:
    """A copy with other fields, checked whole."""
    try:
        return Journey.model_validate({**{name: getattr(journey, name) for name in Journey.model_fields}, **fields})
    except ValidationError as error:
        reason = reason_of(error)
        raise ChangeError(
            f"{journey.id} cannot be changed like this: {reason}.",
            message_id="errors.refused",
            values={"document": journey.id, "reason": reason},
        ) from error


def _step_at(journey: Journey, step_id: str) -> int:
    ids = [step.id for step in journey.steps]
    if step_id not in ids:
        raise ChangeError(
            f"There is no step {step_id!r}.",
            hint=did_you_mean(step_id, ids, what="step"),
            message_id="errors.no_step",
            values={"step": step_id},
        )
    return ids.index(step_id)


def _card_at(journey: Journey, card_id: str) -> int:
    ids = [card.id for card in journey.cards]
    if card_id not in ids:
        raise ChangeError(
            f"There is no card {card_id!r}.",
            hint=did_you_mean(card_id, ids, what="card"),
            message_id="errors.no_card",
            values={"card": card_id},
        )
    return ids.index(card_id)


def _place(at: int | None, count: int) -> int:
    if at is None:
        return count
    if at > count:
        raise ChangeError(
            f"There is no position {at}; the last is {count}.",
            message_id="errors.no_position",
            values={"position": at, "last": count},
        )
    return at


def _inserted(items: tuple[T, ...], at: int, item: T) -> tuple[T, ...]:
    return (*items[:at], item, *items[at:])


def _without(items: tuple[T, ...], at: int) -> tuple[T, ...]:
    return (*items[:at], *items[at + 1 :])


def _replaced(items: tuple[T, ...], at: int, item: T) -> tuple[T, ...]:
    return (*items[:at], item, *items[at + 1 :])
