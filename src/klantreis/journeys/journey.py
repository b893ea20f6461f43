"""A journey: how one persona gets one job done, as a grid of steps (columns) and lanes (rows) that hold cards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import ClassVar, Literal, get_args

from pydantic import Field, model_validator

from klantreis.errors import Said
from klantreis.events.pattern import EventPattern
from klantreis.ids import AnyRef, DatasetRef, JobRef, LocalId, PersonaRef, PhaseModelRef, TouchpointRef
from klantreis.research.claim import Claim, Evidence
from klantreis.values import Document, Text, Value

JourneyState = Literal["as_is", "hypothesis", "to_be"]
LaneKind = Literal[
    "action",
    "question",
    "touchpoint",
    "emotion",
    "pain",
    "gain",
    "micro_moment",
    "opportunity",
    "content_need",
    "metric",
    "note",
]
LANE_KINDS: tuple[LaneKind, ...] = get_args(LaneKind)
#: The rows of the seven components; phases are the columns and the persona stands above the map.
COMPONENT_LANES: tuple[LaneKind, ...] = ("action", "question", "touchpoint", "opportunity", "content_need")
#: Rows a new journey starts with, in the order in which they are read.
DEFAULT_LANES: tuple[LaneKind, ...] = (
    "action",
    "question",
    "touchpoint",
    "emotion",
    "opportunity",
    "content_need",
)
Awareness = Literal["unaware", "problem", "solution", "product", "most"]
EMOTION_RANGE = (-2.0, 2.0)


class Emotion(Value):
    """How the customer feels at a step, from -2 (very bad) to 2 (very good).

    ``basis`` keeps apart what customers reported from what the team estimated. ``expected`` is what they
    expected beforehand, on the same scale.
    """

    value: float = Field(ge=-2, le=2)
    basis: Literal["reported", "estimate"] = "estimate"
    low: float | None = Field(default=None, ge=-2, le=2)
    high: float | None = Field(default=None, ge=-2, le=2)
    n: int | None = Field(default=None, ge=0)
    expected: float | None = Field(default=None, ge=-2, le=2)
    evidence: tuple[Evidence, ...] = ()

    @model_validator(mode="after")
    def _reported_has_a_basis(self) -> Emotion:
        if self.basis == "reported" and not self.evidence:
            raise ValueError(
                Said(
                    "a reported emotion needs evidence: who reported it? Otherwise it is an estimate",
                    message_id="errors.part.reported",
                )
            )
        return self


class Step(Value):
    """What the customer does or awaits; it may have no touchpoint at all.

    ``pattern`` says which events count as this step. A step that no system records is not ``observable``
    and does not count against the fit. ``loop_to`` declares that customers go back from here to that step.
    """

    id: LocalId
    phase: LocalId
    title: Text
    touchpoints: tuple[TouchpointRef, ...] = ()
    pattern: EventPattern | None = None
    optional: bool = False
    repeatable: bool = False
    observable: bool = True
    failed: EventPattern | None = Field(
        default=None, description="Which of the events that count as this step show that it failed."
    )
    loop_to: LocalId | None = None
    closes: bool = Field(default=False, description="Ends the service: offboarding.")
    awareness: Awareness | None = None
    emotion: Emotion | None = None
    state: JourneyState | None = Field(default=None, description="Only when it differs from the journey's.")
    illustrative: bool = False


class Lane(Value):
    """A row of the map."""

    id: LocalId
    kind: LaneKind
    title: Text | None = Field(default=None, description="Own name; without it, the kind's name is shown.")
    internal: bool = Field(default=False, description="Left out when shown outside the organisation.")


class Card(Value):
    """One item in one cell: a claim, or a pointer (``ref``) to a document such as a touchpoint or an opportunity."""

    claim: Claim
    lane: LocalId
    step: LocalId
    ref: AnyRef | None = None
    state: JourneyState | None = Field(default=None, description="Only when it differs from the journey's.")
    illustrative: bool = False

    @property
    def id(self) -> str:
        """The card is its claim: they share the id."""
        return self.claim.id


class Scope(Value):
    """What is drawn and what is left out."""

    phases: tuple[LocalId, ...] = Field(default=(), description="Empty: all phases of the model.")
    in_focus: LocalId | None = Field(default=None, description="The one phase that is worked on now.")
    description: Text | None = None

    def covers(self, phase: str) -> bool:
        """Whether a phase is within the scope."""
        return not self.phases or phase in self.phases


class RunRule(Value):
    """Where one travel of one customer through the journey begins and ends, in the events.

    Without ``start`` a run begins with the customer's first event; it ends at ``end``, or when ``timeout_days``
    pass without an event of the journey, or with the data (then it is open). ``key`` names an attribute that
    keeps runs apart (a campaign, an application).
    """

    dataset: DatasetRef
    start: EventPattern | None = None
    end: EventPattern | None = None
    timeout_days: float | None = Field(default=None, gt=0)
    key: Text | None = None
    customers: EventPattern | None = Field(
        default=None, description="Only customers with an event like this (a segment mark)."
    )


class Journey(Document):
    """How exactly one persona gets exactly one job done."""

    kind: ClassVar[str] = "journey"
    folder: ClassVar[str] = "journeys"

    title: Text
    persona: PersonaRef
    job: JobRef | None = Field(default=None, description="The end goal. A map without one is flagged.")
    state: JourneyState | None = Field(default=None, description="As-is, hypothesis or to-be; never mixed.")
    trigger: Claim | None = Field(default=None, description="What sets the customer off.")
    end_goal: Claim | None = Field(default=None, description="When the customer is done.")
    phase_model: PhaseModelRef = "phase-model:nl-5"
    scope: Scope = Scope()
    finite: bool = Field(default=False, description="The product or service comes to an end.")
    steps: tuple[Step, ...] = ()
    lanes: tuple[Lane, ...] = tuple(Lane(id=kind.replace("_", "-"), kind=kind) for kind in DEFAULT_LANES)
    cards: tuple[Card, ...] = ()
    runs: RunRule | None = None
    owner: Text | None = None
    reviewed_on: date | None = None
    review_every_days: int = Field(default=90, gt=0)
    illustrative: bool = False

    @model_validator(mode="after")
    def _parts_fit_together(self) -> Journey:
        for what, ids in (
            (Said("step", message_id="errors.part.step"), [step.id for step in self.steps]),
            (Said("lane", message_id="errors.part.lane"), [lane.id for lane in self.lanes]),
            (Said("card", message_id="errors.part.card"), [card.id for card in self.cards]),
        ):
            twice = next((one for index, one in enumerate(ids) if one in ids[:index]), None)
            if twice is not None:
                raise ValueError(
                    Said(
                        f"{what} id {twice!r} is used twice",
                        message_id="errors.part.twice",
                        values={"what": what, "id": twice},
                    )
                )
        steps, lanes = {step.id for step in self.steps}, {lane.id for lane in self.lanes}
        for card in self.cards:
            if card.step not in steps:
                raise ValueError(
                    Said(
                        f"card {card.id!r} stands at step {card.step!r}; there are {sorted(steps)}",
                        message_id="errors.part.card_at",
                        values={"card": card.id, "step": card.step, "known": ", ".join(sorted(steps))},
                    )
                )
            if card.lane not in lanes:
                raise ValueError(
                    Said(
                        f"card {card.id!r} stands in lane {card.lane!r}; there are {sorted(lanes)}",
                        message_id="errors.part.card_in",
                        values={"card": card.id, "lane": card.lane, "known": ", ".join(sorted(lanes))},
                    )
                )
        for step in self.steps:
            if step.loop_to is not None and step.loop_to not in steps:
                raise ValueError(
                    Said(
                        f"step {step.id!r} loops to {step.loop_to!r}; there are {sorted(steps)}",
                        message_id="errors.part.loop_to",
                        values={"step": step.id, "other": step.loop_to, "known": ", ".join(sorted(steps))},
                    )
                )
        return self

    def cards_at(self, lane: str, step: str) -> tuple[Card, ...]:
        """The cards of one cell, in order."""
        return tuple(card for card in self.cards if card.lane == lane and card.step == step)


def journey_claims(journey: Journey) -> Iterator[tuple[str, Claim]]:
    """Every claim of a journey: its trigger, its end goal, and its cards with their lane."""
    if journey.trigger is not None:
        yield "trigger", journey.trigger
    if journey.end_goal is not None:
        yield "end_goal", journey.end_goal
    for card in journey.cards:
        yield f"cards.{card.lane}", card.claim
