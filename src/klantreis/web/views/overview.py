"""The overview of a workspace: whom it is about, what they want done, and the maps with what they rest on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from klantreis.checks.coverage import Coverage, coverage
from klantreis.events.dataset import Dataset
from klantreis.ids import slug_of
from klantreis.jobs.job import Job
from klantreis.journeys.journey import Journey
from klantreis.measurement.measurement import Measurement
from klantreis.personas.persona import Persona, claims_of
from klantreis.research.insight import Insight
from klantreis.research.study import Study
from klantreis.research.survey import Survey
from klantreis.web.claims import StatusCounts, claim_view, counts
from klantreis.web.findings import open_findings, report_of
from klantreis.web.measured import measured
from klantreis.web.places import map_of, name_of, page_of
from klantreis.web.portrait import Portrait, portrait
from klantreis.web.workspaces import WorkspaceContext, current


@dataclass(frozen=True)
class JourneyCard:
    """A map as the overview shows it."""

    journey: Journey
    href: str
    persona: str
    job: str
    covered: Coverage
    focus: str
    findings: int
    review_overdue: bool


@dataclass(frozen=True)
class PersonaCard:
    """A persona as the overview shows it."""

    persona: Persona
    slug: str
    portrait: Portrait
    counts: StatusCounts


@dataclass(frozen=True)
class SourceCard:
    """What claims rest on, with how many were heard or seen."""

    title: str
    href: str | None
    kind: str
    n: int | None


def show(request: HttpRequest, workspace: str) -> HttpResponse:
    """The overview."""
    here = current(request)
    held = here.workspace
    journeys = [journey_card(here, one) for one in held.of(Journey)]
    mapped = {one.job for one in held.of(Journey)}
    personas = [
        PersonaCard(one, slug_of(one.id), portrait(one), counts(here, (claim for _, claim in claims_of(one))))
        for one in sorted(held.of(Persona), key=lambda one: (not one.primary, one.name))
    ]
    return render(
        request,
        "overview.html.j2",
        {
            "settings": held.settings,
            "journeys": journeys,
            "personas": personas,
            "jobs": [(one, slug_of(one.id)) for one in sorted(held.of(Job), key=lambda one: one.id not in mapped)],
            "report": report_of(here),
            "measurements": [(one, page_of(here, one.id), measured(here, one)) for one in held.of(Measurement)],
            "sources": source_cards(here),
            "insights": [(page_of(here, one.id), claim_view(here, one.claim)) for one in held.of(Insight)],
        },
    )


def source_cards(here: WorkspaceContext) -> list[SourceCard]:
    """The studies, surveys and datasets; a survey stands for the study that it was."""
    held = here.workspace
    surveys = held.of(Survey)
    told = {survey.study for survey in surveys}
    found: list[tuple[Study | Survey | Dataset, int | None]] = [(one, one.n) for one in surveys]
    found += [(one, one.n) for one in held.of(Study) if one.id not in told]
    found += [(one, one.n_customers) for one in held.of(Dataset)]
    return [SourceCard(one.title, page_of(here, one.id), one.kind, n) for one, n in found]


def journey_card(here: WorkspaceContext, journey: Journey) -> JourneyCard:
    """One map with what it rests on and what is open on it."""
    model = here.workspace.phase_models[journey.phase_model]
    focus = journey.scope.in_focus
    overdue = journey.reviewed_on is not None and here.on > journey.reviewed_on + timedelta(journey.review_every_days)
    return JourneyCard(
        journey=journey,
        href=map_of(here, journey.id),
        persona=name_of(here, journey.persona),
        job=name_of(here, journey.job) if journey.job else "",
        covered=coverage(here.workspace, journey, on=here.on),
        focus=here.word(model.phase(focus).label.in_lang(here.lang)) if focus else "",
        findings=open_findings(here, journey.id),
        review_overdue=overdue,
    )
