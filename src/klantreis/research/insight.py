"""An insight: our reading of evidence, reusable on several personas and maps."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from klantreis.ids import PersonaRef
from klantreis.research.claim import Claim
from klantreis.values import Document, Text


class Insight(Document):
    """A claim with a life of its own. As evidence it counts with the kinds of source it rests on itself."""

    kind: ClassVar[str] = "insight"
    folder: ClassVar[str] = "insights"

    claim: Claim
    personas: tuple[PersonaRef, ...] = ()
    tags: tuple[Text, ...] = Field(default=())
    owner: Text | None = None
