"""Moments of truth, micro-moments and tone: which steps decide, with what intent, and how to speak there."""

from __future__ import annotations

from typing import ClassVar, Literal, get_args

from pydantic import Field

from klantreis.ids import JourneyRef, LocalId, PersonaRef, PhaseModelRef, TouchpointRef
from klantreis.research.claim import Claim
from klantreis.values import Document, Text

Intent = Literal["know", "go", "do", "buy"]
INTENTS: tuple[Intent, ...] = get_args(Intent)


class MomentOfTruth(Document):
    """A step that decides; it may be a life event outside the organisation that sets touchpoints going."""

    kind: ClassVar[str] = "moment-of-truth"
    folder: ClassVar[str] = "moments-of-truth"

    claim: Claim = Field(description="Why this decides; its evidence is the evidence of impact.")
    label: Text
    journey: JourneyRef | None = None
    step: LocalId | None = None
    life_event: bool = False
    triggers: tuple[TouchpointRef, ...] = ()
    illustrative: bool = False


class MicroMoment(Document):
    """A small, crucial moment full of intent: I want to know, go, do or buy."""

    kind: ClassVar[str] = "micro-moment"
    folder: ClassVar[str] = "micro-moments"

    intent: Intent
    claim: Claim
    journey: JourneyRef | None = None
    step: LocalId | None = None
    query: Text | None = Field(default=None, description="What the customer types or asks.")
    context: Text | None = None
    immediacy: Literal["now", "today", "later"] | None = None
    device: Literal["mobile", "desktop", "voice", "none"] | None = None
    there: bool | None = Field(default=None, description="Are we there?")
    useful: bool | None = None
    quick: bool | None = None
    illustrative: bool = False


class Tone(Document):
    """How to speak to one persona in one phase."""

    kind: ClassVar[str] = "tone"
    folder: ClassVar[str] = "tones"

    persona: PersonaRef
    phase_model: PhaseModelRef
    phase: LocalId
    tone: Text
    do: tuple[Text, ...] = ()
    avoid: tuple[Text, ...] = ()
    illustrative: bool = False
