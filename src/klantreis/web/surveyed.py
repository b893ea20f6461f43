"""What surveys say on a page: the columns of a survey grouped by what they ask, and the scores of an outcome."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from klantreis.jobs.job import Job
from klantreis.jobs.outcome import DesiredOutcome
from klantreis.render.numbers import number
from klantreis.research.claim import Estimate
from klantreis.research.survey import Survey, SurveyColumn
from klantreis.web.claims import ClaimView, claim_view, estimate_words
from klantreis.web.places import page_of
from klantreis.web.workspaces import WorkspaceContext

#: What columns ask, in the order in which a page tells it.
GROUPS: dict[str, tuple[str, ...]] = {
    "outcomes": ("importance", "satisfaction"),
    "price": (
        *("too_cheap", "cheap", "expensive", "too_expensive", "intent_at_cheap", "intent_at_expensive"),
        *("price_bracket", "offered_price", "bought"),
    ),
    "experience": ("nps", "csat", "ces", "emotion", "expected", "experienced"),
    "features": ("functional", "dysfunctional"),
    "choices": ("best", "worst"),
    "words": ("text",),
    "background": ("category", "number"),
    "rows": ("respondent", "date", "weight", "design_version", "shown"),
}


@dataclass(frozen=True)
class AskedColumn:
    """One column: the question, what it asks after, the scale, and the outcome of a job that it is about."""

    question: str
    asks: str
    scale: str
    about: str
    href: str | None


@dataclass(frozen=True)
class AskedGroup:
    """Columns that ask after the same kind of thing."""

    title: str
    columns: tuple[AskedColumn, ...]


@dataclass(frozen=True)
class OutcomeView:
    """A desired outcome with how many find it important, how many are satisfied, and the score; empty when unknown."""

    claim: ClaimView
    important: str
    satisfied: str
    important_share: float | None
    satisfied_share: float | None
    score: str

    @property
    def measured(self) -> bool:
        """Whether anybody was asked."""
        return bool(self.important or self.satisfied)


def asked(here: WorkspaceContext, survey: Survey) -> tuple[AskedGroup, ...]:
    """The columns of a survey by what they ask; groups without columns are left out."""
    found = []
    for name, roles in GROUPS.items():
        columns = tuple(_column(here, column) for column in survey.of_role(*roles))
        if columns:
            found.append(AskedGroup(here.t(f"survey.group.{name}"), columns))
    return tuple(found)


def _column(here: WorkspaceContext, column: SurveyColumn) -> AskedColumn:
    scale = ""
    if column.low is not None and column.high is not None:
        low, high = (number(end, here.lang, decimals=0 if end.is_integer() else 1) for end in (column.low, column.high))
        scale = here.t("survey.page.scale", low=low, high=high)
    about, href = column.about or "", None
    if column.job is not None and column.outcome is not None:
        href = page_of(here, column.job, f"outcomes.{column.outcome}")
        job = here.workspace.find(column.job)
        texts = {one.claim.id: one.claim.text for one in job.outcomes} if isinstance(job, Job) else {}
        about = texts.get(column.outcome, column.outcome)
    question = column.question or column.name
    return AskedColumn(question, here.t(f"survey.role.{column.role}"), scale, "" if about == question else about, href)


def outcome_view(here: WorkspaceContext, outcome: DesiredOutcome) -> OutcomeView:
    """An outcome for the job's page."""
    wanted, had = outcome.importance, outcome.satisfaction
    return OutcomeView(
        claim=claim_view(here, outcome.claim),
        important=estimate_words(here, wanted) if wanted else "",
        satisfied=estimate_words(here, had) if had else "",
        important_share=_share(wanted),
        satisfied_share=_share(had),
        score=_score(here, outcome),
    )


def _share(estimate: Estimate | None) -> float | None:
    return min(1.0, max(0.0, estimate.value)) if estimate is not None and estimate.unit == "share" else None


def _score(here: WorkspaceContext, outcome: DesiredOutcome) -> str:
    """The opportunity score, with its interval where evidence gives it; else from the two shares."""
    given = next((one for one in _scores(outcome)), None)
    if given is None:
        wanted, had = _share(outcome.importance), _share(outcome.satisfaction)
        if wanted is None or had is None:
            return ""
        return here.t("survey.page.score", score=number(10 * (wanted + max(0.0, wanted - had)), here.lang, decimals=1))
    score = number(given.value, here.lang, decimals=1)
    if given.low is None or given.high is None:
        return here.t("survey.page.score", score=score)
    low, high = number(given.low, here.lang, decimals=1), number(given.high, here.lang, decimals=1)
    return here.t("survey.page.score_interval", score=score, low=low, high=high)


def _scores(outcome: DesiredOutcome) -> Iterator[Estimate]:
    """The scores that evidence gives of the very shares that are shown, newest first."""
    pieces = sorted(outcome.claim.evidence, key=lambda one: str(one.collected_on or ""), reverse=True)
    for piece in pieces:
        found, shown = piece.estimate, outcome.importance
        if piece.id.startswith("outcomes-") and found is not None and shown is not None and found.n == shown.n:
            yield found
