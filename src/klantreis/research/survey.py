"""A survey: the answers to a questionnaire, kept as a table, and what each of its columns asks.

The answers stand in a file beside the workspace, one row a respondent; this document says how to read them.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from klantreis.ids import JobRef, LocalId, StudyRef
from klantreis.values import Document, Lang, Period, Text, Value

#: What a column of answers is. Those of :data:`ABOUT_SOMETHING` also say what they are about.
Role = Literal[
    "respondent",
    "date",
    "weight",
    "importance",
    "satisfaction",
    "too_cheap",
    "cheap",
    "expensive",
    "too_expensive",
    "intent_at_cheap",
    "intent_at_expensive",
    "price_bracket",
    "offered_price",
    "bought",
    "nps",
    "csat",
    "ces",
    "emotion",
    "expected",
    "experienced",
    "functional",
    "dysfunctional",
    "best",
    "worst",
    "shown",
    "design_version",
    "category",
    "number",
    "text",
]
#: Roles of which a survey has one column at most.
ONCE: frozenset[str] = frozenset(
    {
        "respondent",
        "date",
        "weight",
        "too_cheap",
        "cheap",
        "expensive",
        "too_expensive",
        "intent_at_cheap",
        "intent_at_expensive",
        "offered_price",
        "design_version",
    }
)
#: Roles that say nothing without what they are about: an outcome, a step, a feature, a task of best and worst.
ABOUT_SOMETHING: frozenset[str] = frozenset(
    {
        *("importance", "satisfaction", "emotion", "expected", "experienced", "functional", "dysfunctional"),
        *("best", "worst", "shown"),
    }
)


class SurveyColumn(Value):
    """One column of the answers.

    ``about`` groups columns that ask different things of one thing: importance and satisfaction of an outcome,
    expected and experienced of a step, best and worst of what one task showed; for ``bought`` it may be the price that
    was offered. ``job`` and ``outcome``
    (the id of the outcome's claim) bind it to a job.
    """

    name: Text = Field(description="Heading of the column in the answers.")
    role: Role
    question: Text | None = Field(default=None, description="As it was put to the respondents.")
    about: Text | None = None
    job: JobRef | None = None
    outcome: LocalId | None = None
    low: float | None = Field(default=None, description="Lowest answer that the scale allows.")
    high: float | None = Field(default=None, description="Highest answer that the scale allows.")

    @model_validator(mode="after")
    def _says_what_it_is_about(self) -> SurveyColumn:
        if self.role in ABOUT_SOMETHING and not (self.about or self.outcome):
            raise ValueError(f"a column with role {self.role!r} must say what it is about")
        if self.outcome and not self.job:
            raise ValueError("outcome names a claim of a job: give the job too")
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise ValueError(f"the scale runs from {self.low:g} to {self.high:g}: low must be below high")
        return self

    @property
    def subject(self) -> str:
        """What it is about: the outcome's id, else the words given, else its own heading."""
        return self.outcome or self.about or self.name


class Survey(Document):
    """Answers to a questionnaire.

    ``n`` counts respondents whose row was kept; ``refused`` the rows that were not. ``respondents`` says what stands
    for who answered: numbers of this survey alone, ids as they were, or pseudonyms made with a key.
    """

    kind: ClassVar[str] = "survey"
    folder: ClassVar[str] = "surveys"

    title: Text
    study: StudyRef
    answers: Text = Field(description="File of the answers, relative to the workspace's own folder.")
    digest: Text | None = Field(default=None, description="SHA-256 of that file when it was imported.")
    columns: tuple[SurveyColumn, ...]
    n: int = Field(ge=0)
    refused: int = Field(default=0, ge=0)
    respondents: Literal["numbers", "ids", "pseudonyms"] | None = None
    key: Text | None = Field(default=None, description="Fingerprint of the key that pseudonyms were made with.")
    language: Lang | None = None
    collected: Period | None = None
    rejects: Text | None = Field(default=None, description="File of the rows and answers that were refused, and why.")
    imported_from: Text | None = Field(default=None, description="Kind of export: csv, limesurvey, …")
    imported_on: date | None = None
    illustrative: bool = False

    @model_validator(mode="after")
    def _columns_do_not_clash(self) -> Survey:
        for name, times in Counter(column.name for column in self.columns).items():
            if times > 1:
                raise ValueError(f"the column {name!r} is described {times} times")
        for role, times in Counter(column.role for column in self.columns).items():
            if role in ONCE and times > 1:
                raise ValueError(f"{times} columns have the role {role!r}; a survey has one at most")
        return self

    def of_role(self, *roles: str) -> tuple[SurveyColumn, ...]:
        """Its columns with one of these roles, in order."""
        return tuple(column for column in self.columns if column.role in roles)
