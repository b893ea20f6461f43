"""Phase models: named sets of phases, and the crosswalk that leads from any one to any other.

Every phase says which stretch of one common line it covers, from a need nobody has put into words to
recommending to others. A crosswalk follows from those stretches, so it exists for every pair of models,
a team's own included, and gives every phase a place: switching a model never loses a card.
"""

from __future__ import annotations

from typing import ClassVar, Literal, get_args

from pydantic import Field, model_validator

from klantreis.errors import NotFoundError, did_you_mean
from klantreis.ids import LocalId
from klantreis.values import Document, Label, Text, Value

#: The common line, in order.
Stretch = Literal[
    "need",
    "aware",
    "search",
    "compare",
    "choose",
    "buy",
    "start",
    "use",
    "service",
    "end",
    "stay",
    "renew",
    "extend",
    "recommend",
]
STRETCHES: tuple[Stretch, ...] = get_args(Stretch)


class Phase(Value):
    """A stretch of the journey with one purpose. A phase with sub-phases (``parent``) holds no steps itself."""

    id: LocalId
    label: Label
    covers: tuple[Stretch, ...] = Field(min_length=1)
    parent: LocalId | None = None
    questions: tuple[Label, ...] = Field(default=(), description="What the customer asks in this phase.")


class PhaseModel(Document):
    """A named set of phases, in order."""

    kind: ClassVar[str] = "phase-model"
    folder: ClassVar[str] = "phase-models"

    title: Label
    coverage: Literal["whole", "acquisition", "experience", "loyalty"] = "whole"
    phases: tuple[Phase, ...] = Field(min_length=1)
    note: Text | None = None

    @model_validator(mode="after")
    def _phases_fit_together(self) -> PhaseModel:
        seen: set[str] = set()
        for phase in self.phases:
            if phase.id in seen:
                raise ValueError(f"phase id {phase.id!r} is used twice")
            if phase.parent is not None and phase.parent not in seen:
                raise ValueError(f"phase {phase.id!r} names parent {phase.parent!r}, which is not before it")
            seen.add(phase.id)
        return self

    def columns(self) -> tuple[Phase, ...]:
        """The phases that hold steps: those without sub-phases, in order."""
        parents = {phase.parent for phase in self.phases}
        return tuple(phase for phase in self.phases if phase.id not in parents)

    def phase(self, phase_id: str) -> Phase:
        """The phase with this id; NotFoundError when there is none."""
        for phase in self.phases:
            if phase.id == phase_id:
                return phase
        raise NotFoundError(
            f"Phase model {self.id} has no phase {phase_id!r}.",
            hint=did_you_mean(phase_id, [phase.id for phase in self.phases], what="phase"),
            message_id="errors.no_phase",
            values={"model": self.id, "phase": phase_id},
        )


def crosswalk(source: PhaseModel, target: PhaseModel) -> dict[str, str]:
    """Where each phase of one model lands in another: total, and never backwards on the common line.

    A phase lands on the target phase that shares most of its stretch (the earliest of equals); without any
    shared stretch, on the nearest. The mapping is kept in order: a later phase never lands before an earlier.

    Returns
    -------
    dict
        Phase id of ``source.columns()`` to phase id of ``target.columns()``.

    Examples
    --------
    >>> from klantreis.journeys.built_in_models import BUILT_IN
    >>> crosswalk(BUILT_IN["phase-model:alexa-5"], BUILT_IN["phase-model:nl-5"])["engagement"]
    'orientatie'
    """
    columns = target.columns()
    landed: dict[str, str] = {}
    floor = 0
    for phase in source.columns():
        best = max(range(len(columns)), key=lambda index: (_shared(phase, columns[index]), -index))
        floor = max(floor, best)
        landed[phase.id] = columns[floor].id
    return landed


def _shared(one: Phase, other: Phase) -> tuple[int, float]:
    """How well two phases match: stretches in common; without any, nearness of their middles."""
    common = len(set(one.covers) & set(other.covers))
    return common, 0.0 if common else -abs(_middle(one) - _middle(other))


def _middle(phase: Phase) -> float:
    return sum(STRETCHES.index(stretch) for stretch in phase.covers) / len(phase.covers)
