"""An action: the next step on an opportunity, with an owner and a date."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from klantreis.ids import AnyRef, OpportunityRef
from klantreis.values import Document, Text


class Action(Document):
    """Something that somebody does by a date."""

    kind: ClassVar[str] = "action"
    folder: ClassVar[str] = "actions"

    title: Text
    opportunity: OpportunityRef
    owner: Text | None = None
    due: date | None = None
    status: Literal["open", "doing", "done", "dropped"] = "open"
    because_of: tuple[AnyRef, ...] = ()
    illustrative: bool = False
