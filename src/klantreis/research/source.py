"""A source: the material of a study, such as a transcript or a set of answers."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from klantreis.ids import StudyRef
from klantreis.research.study import Respondent
from klantreis.values import Document, Lang, Text


class Source(Document):
    """One transcript, note or file of answers, kept whole so that quotes can be found in it."""

    kind: ClassVar[str] = "source"
    folder: ClassVar[str] = "sources"

    title: Text
    study: StudyRef
    material: Literal["transcript", "field_notes", "answers", "document", "image"] = "transcript"
    language: Lang | None = None
    collected_on: date | None = None
    respondent: Text | None = Field(default=None, description="Pseudonym of the person; never a name.")
    respondent_type: Respondent | None = None
    text: str | None = Field(default=None, description="The whole text, so that offsets can be checked.")
    file: Text | None = Field(default=None, description="Where the material is kept, when not here.")
