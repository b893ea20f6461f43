"""Where a document, or a place within it, is shown; and how it is called there."""

from __future__ import annotations

from django.urls import reverse

from klantreis.decisions.action import Action
from klantreis.decisions.content import ContentItem, ContentNeed
from klantreis.decisions.opportunity import Opportunity
from klantreis.events.dataset import Dataset
from klantreis.ids import kind_of, slug_of
from klantreis.jobs.job import Job
from klantreis.journeys.journey import Journey
from klantreis.journeys.moments import MicroMoment, MomentOfTruth, Tone
from klantreis.journeys.phase_models import PhaseModel
from klantreis.journeys.touchpoint import Channel, Touchpoint
from klantreis.measurement.measurement import Measurement
from klantreis.measurement.metric import Metric
from klantreis.personas.persona import Persona
from klantreis.research.insight import Insight
from klantreis.research.quote import Quote
from klantreis.research.source import Source
from klantreis.research.study import Study
from klantreis.research.survey import Survey
from klantreis.values import Document, Lang
from klantreis.web.workspaces import WorkspaceContext
from klantreis.workspace import Waiver, WorkspaceSettings, claims_in

#: Kinds with a page of their own below ``evidence/``: what claims rest on, and what they lead to.
RECORD_KINDS = frozenset(
    model.kind
    for model in (
        Study,
        Survey,
        Source,
        Quote,
        Insight,
        Dataset,
        Metric,
        Measurement,
        Opportunity,
        ContentNeed,
        ContentItem,
        MomentOfTruth,
        MicroMoment,
        Touchpoint,
        Channel,
        Action,
    )
)
#: Letters of a quote that stand in a link to it.
QUOTE_SHOWN = 70


def title_of(document: Document, lang: Lang) -> str:
    """How a document is called, in people's own words where they gave it a name."""
    match document:
        case WorkspaceSettings() | Study() | Source() | Dataset() | Metric() | Opportunity() | ContentItem():
            return document.title
        case Journey() | Action() | Survey() | Measurement():
            return document.title
        case Persona():
            return document.name
        case Job():
            return document.statement.text
        case Insight() | ContentNeed() | MicroMoment():
            return document.claim.text
        case MomentOfTruth() | Touchpoint():
            return document.label
        case Channel():
            return document.label.in_lang(lang)
        case PhaseModel():
            return document.title.in_lang(lang)
        case Quote():
            whole = document.text
            return whole if len(whole) <= QUOTE_SHOWN else whole[:QUOTE_SHOWN].rsplit(" ", 1)[0] + " …"
        case Tone():
            return document.tone
        case Waiver():
            return f"{document.rule}: {document.target}"
    return document.id


def name_of(here: WorkspaceContext, document_id: str) -> str:
    """How a document is called, by its id; the id itself when there is no such document."""
    document = here.workspace.find(document_id)
    return title_of(document, here.lang) if document else document_id


def page_of(here: WorkspaceContext, document_id: str, place: str | None = None) -> str | None:
    """The address at which a document, or a place within it, is shown; None when no page shows it.

    Parameters
    ----------
    place
        As in a finding: ``steps.kassa``, ``cards.c12``, ``lifeworld.behaviour.c3``.
    """
    document = here.workspace.find(document_id)
    if document is None:
        return None
    match document:
        case Persona() | Job():
            return _to(here, document.kind, slug=slug_of(document.id)) + _anchor(document, place or "")
        case Journey():
            return _in_map(here, document, place)
        case Tone():
            return _to(here, "persona", slug=slug_of(document.persona)) + "#tone"
        case Waiver():
            return _to(here, "checks") + "#waived"
        case WorkspaceSettings():
            return _to(here, "overview")
    if document.kind in RECORD_KINDS:
        return _to(here, "evidence", kind=kind_of(document.id), slug=slug_of(document.id))
    return None


def map_of(here: WorkspaceContext, journey_id: str) -> str:
    """The address of a map."""
    return _to(here, "map", slug=slug_of(journey_id))


def place_words(here: WorkspaceContext, document_id: str, place: str | None) -> str:
    """A place within a document in words: a step's title, a card's text, a phase; nothing when there are none."""
    document = here.workspace.find(document_id)
    if document is None or not place:
        return ""
    parts = place.split(".")
    for _, claim in claims_in(document):
        if claim.id in parts[1:]:
            return f"‘{claim.text}’"
    if isinstance(document, Journey) and len(parts) > 1:
        if parts[0] == "steps":
            return next((step.title for step in document.steps if step.id == parts[1]), "")
        model = here.workspace.phase_models[document.phase_model]
        if parts[0] == "phases" and parts[1] in {phase.id for phase in model.phases}:
            return here.word(model.phase(parts[1]).label.in_lang(here.lang))
    if isinstance(document, Persona) and parts[0] in {"lifeworld", "problem"}:
        return here.t(f"web.persona.half.{parts[0]}")
    return ""


def _anchor(document: Persona | Job, place: str) -> str:
    """Where on the page of a persona or job a place stands."""
    first, _, rest = place.partition(".")
    last = rest.rpartition(".")[2] or first
    if last in {claim.id for _, claim in claims_in(document)}:
        return f"#claim-{last}"
    if isinstance(document, Persona):
        return {"lifeworld": "#half-lifeworld", "problem": "#half-problem", "jobs": "#jobs", "segment": "#segment"}.get(
            first, ""
        )
    return {"ladder": "#ladder", "solutions": "#solutions", "personas": "#personas"}.get(first, "")


def _in_map(here: WorkspaceContext, journey: Journey, place: str | None) -> str:
    base = map_of(here, journey.id)
    if not place:
        return base
    first, _, name = place.partition(".")
    if first == "steps" and name in {step.id for step in journey.steps}:
        return f"{base}?step={name}#step-{name}"
    if first == "cards" and name in {card.id for card in journey.cards}:
        return f"{base}?card={name}#card-{name}"
    if first == "phases":
        step = next((step for step in journey.steps if step.phase == name.partition(".")[0]), None)
        return f"{base}#step-{step.id}" if step else base
    claim = {"trigger": journey.trigger, "end_goal": journey.end_goal}.get(first)
    return f"{base}?card={claim.id}" if claim else base


def _to(here: WorkspaceContext, name: str, **parts: str) -> str:
    return str(reverse(name, kwargs={"workspace": here.slug, **parts}))
