"""A study: one piece of research, by which method, among whom, when."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from klantreis.values import Document, Text, Value

#: Controlled list of research methods. ``other`` needs a note that says which.
Method = Literal[
    "interview",
    "focus_group",
    "participant_observation",
    "survey",
    "diary",
    "usability_test",
    "experiment",
    "customer_feedback",
    "desk_research",
    "workshop",
    "other",
]
#: What a method yields: words and feelings, or counts.
QUALITATIVE: frozenset[str] = frozenset(
    {"interview", "focus_group", "participant_observation", "diary", "usability_test", "workshop"}
)
QUANTITATIVE: frozenset[str] = frozenset({"survey", "experiment", "events"})

#: Whose view the material holds: the customer's own, or that of people inside the organisation.
Origin = Literal["customer", "internal"]
#: Who was heard.
Respondent = Literal["current", "prospect", "lost", "non_customer"]


class Population(Value):
    """Who a study is about and who took part."""

    description: Text
    respondents: tuple[Respondent, ...] = ()
    size: int | None = Field(default=None, ge=0, description="How many people there are to be heard.")


class Study(Document):
    """One piece of research.

    ``n`` is the number of people heard, not of answers or quotes.
    """

    kind: ClassVar[str] = "study"
    folder: ClassVar[str] = "studies"

    title: Text
    method: Method
    method_note: Text | None = None
    origin: Origin = "customer"
    question: Text | None = None
    population: Population | None = None
    n: int | None = Field(default=None, ge=0)
    held_on: date | None = None
    instrument: Text | None = Field(default=None, description="Interview guide or questionnaire used.")
    consent_basis: Text | None = None
    owner: Text | None = None
    illustrative: bool = False

    @model_validator(mode="after")
    def _other_needs_a_note(self) -> Study:
        if self.method == "other" and not self.method_note:
            raise ValueError("method 'other' needs a method_note that says which method it was")
        return self
