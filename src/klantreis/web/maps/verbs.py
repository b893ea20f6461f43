"""The changes that forms on the map can ask for: how each is read, which panel holds its form, and where it leads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from klantreis.errors import NotFoundError, did_you_mean
from klantreis.journeys.changes import AddCard, AddStep, JourneyChange
from klantreis.journeys.journey import Journey
from klantreis.web.maps import card_forms, evidence_forms, step_forms
from klantreis.web.maps.asked import Asked, FormKind, PanelKind, at
from klantreis.web.maps.card_forms import ABOVE_THE_MAP
from klantreis.web.maps.reading import Posted
from klantreis.workspace import Workspace

Read = Callable[[Journey, Workspace, Posted], JourneyChange]


@dataclass(frozen=True)
class Verb:
    """One thing that a form does; ``done`` is the message afterwards, below ``maps.done``."""

    read: Read
    panel: PanelKind
    form: FormKind | None = None

    def asked(self, posted: Posted) -> Asked:
        """The panel that shows the form again."""
        return Asked(
            panel=self.panel,
            card=posted.get("card", ""),
            step=posted.get("step", ""),
            lane=posted.get("lane", ""),
            phase=posted.get("phase", ""),
            form=self.form,
        )


VERBS: Mapping[str, Verb] = MappingProxyType(
    {
        "add-card": Verb(card_forms.add_card, "add-card"),
        "edit-card": Verb(card_forms.edit_card, "card", "edit"),
        "move-card": Verb(card_forms.move_card, "card", "move"),
        "remove-card": Verb(card_forms.remove_card, "card", "remove"),
        "attach-evidence": Verb(evidence_forms.attach_evidence, "card", "evidence"),
        "detach-evidence": Verb(evidence_forms.detach_evidence, "card"),
        "set-emotion": Verb(evidence_forms.set_emotion, "step", "emotion"),
        "add-step": Verb(step_forms.add_step, "add-step"),
        "edit-step": Verb(step_forms.edit_step, "step", "edit"),
        "move-step": Verb(step_forms.move_step, "step", "move"),
        "remove-step": Verb(step_forms.remove_step, "step", "remove"),
        "switch-model": Verb(step_forms.switch_model, "model"),
    }
)


def verb_named(name: str) -> Verb:
    """A verb; NotFoundError names those that exist."""
    if name not in VERBS:
        raise NotFoundError(
            f"A map cannot be changed by {name!r}.",
            hint=did_you_mean(name, VERBS, what="change"),
            message_id="errors.no_verb",
            values={"verb": name},
        )
    return VERBS[name]


def after(base: str, name: str, change: JourneyChange, *, before: Journey, posted: Posted) -> str:
    """Where a change leads: back to the card or the step that was changed."""
    card, step = posted.get("card", ""), posted.get("step", "")
    match change:
        case AddCard(card=new):
            return at(base, card=new.id, anchor=f"card-{new.id}")
        case AddStep(step=added):
            return at(base, step=added.id, anchor=f"step-{added.id}")
    if name == "remove-card":
        gone = card_forms.card_of(before, card)
        return at(base, anchor=f"step-{gone.step}")
    if name in {"remove-step", "switch-model"}:
        return at(base)
    if card:
        return at(base, card=card, anchor=anchor_of(before, card))
    return at(base, step=step, anchor=f"step-{step}")


def anchor_of(journey: Journey, claim_id: str) -> str:
    """Where on the page a card stands; the trigger and the end goal stand above the map."""
    for place in ABOVE_THE_MAP:
        claim = getattr(journey, place)
        if claim is not None and claim.id == claim_id:
            return f"kr-{place.replace('_', '-')}"
    return f"card-{claim_id}"
