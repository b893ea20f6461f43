"""Content needs and content: what must be told, when, how and in which tone; and what there is to tell it with."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from klantreis.ids import (
    ChannelRef,
    ContentItemRef,
    ContentNeedRef,
    JourneyRef,
    LocalId,
    PersonaRef,
    TouchpointRef,
)
from klantreis.research.claim import Claim
from klantreis.values import Document, Lang, Text


class ContentNeed(Document):
    """What the persona must be told at a step, and how it reaches them."""

    kind: ClassVar[str] = "content-need"
    folder: ClassVar[str] = "content-needs"

    claim: Claim
    journey: JourneyRef | None = None
    step: LocalId | None = None
    persona: PersonaRef | None = None
    answers: LocalId | None = None  # the question card it answers
    channel: ChannelRef | None = None
    content: tuple[ContentItemRef, ...] = ()
    owner: Text | None = None
    illustrative: bool = False


class ContentItem(Document):
    """A page, letter, film or talk that tells something."""

    kind: ClassVar[str] = "content-item"
    folder: ClassVar[str] = "content-items"

    title: Text
    status: Literal["exists", "planned", "outdated"] = "planned"
    serves: tuple[ContentNeedRef, ...] = ()
    channel: ChannelRef | None = None
    touchpoint: TouchpointRef | None = None
    message: Literal["feature", "outcome"] | None = None
    language: Lang | None = None
    location: Text | None = None
    reviewed_on: date | None = None
    owner: Text | None = None
    illustrative: bool = False
