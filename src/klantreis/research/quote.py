"""A quote: the customer's own words, verbatim, anchored in a source."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from klantreis.ids import LocalId, SourceRef
from klantreis.values import Document, Text

Feeling = Literal["joy", "trust", "surprise", "doubt", "fear", "frustration", "sadness", "anger", "none"]


class Quote(Document):
    """A verbatim fragment. Offsets count Unicode code points in the source's text; ``end`` is exclusive."""

    kind: ClassVar[str] = "quote"
    folder: ClassVar[str] = "quotes"

    text: Text
    source: SourceRef
    start: int | None = Field(default=None, ge=0)
    end: int | None = Field(default=None, ge=0)
    speaker: Text | None = Field(default=None, description="Pseudonym of who said it; never a name.")
    codes: tuple[LocalId, ...] = ()
    feeling: Feeling | None = None
    illustrative: bool = False

    @model_validator(mode="after")
    def _offsets_fit_the_text(self) -> Quote:
        if (self.start is None) != (self.end is None):
            raise ValueError("start and end go together: give both, or neither")
        if self.start is not None and self.end is not None and self.end - self.start != len(self.text):
            raise ValueError(f"end - start is {self.end - self.start}, but the quote has {len(self.text)} characters")
        return self
