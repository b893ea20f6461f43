"""A job: what the customer wants done, the ladder that leads up to it, and who tries to get it done how."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from klantreis.ids import slug_of
from klantreis.jobs.job import Job, JobStory
from klantreis.journeys.journey import Journey
from klantreis.personas.persona import Persona
from klantreis.web.claims import claim_view
from klantreis.web.places import map_of, name_of
from klantreis.web.surveyed import outcome_view
from klantreis.web.workspaces import WorkspaceContext, current, raw_text

#: How people begin the parts of a story when they write the whole sentence; the sentence brings these words itself.
BEGINNINGS: dict[str, tuple[str, ...]] = {
    "when": ("als ", "wanneer ", "when "),
    "want": ("wil ik ", "ik wil ", "i want to "),
    "so_that": ("zodat ", "so that ", "so i can "),
}


def show(request: HttpRequest, workspace: str, slug: str) -> HttpResponse:
    """The page of one job."""
    here = current(request)
    held = here.workspace
    job = held.get(f"job:{slug}", Job)
    journeys = [one for one in held.of(Journey) if one.job == job.id]
    personas = set(job.personas) | {one.persona for one in journeys}
    return render(
        request,
        "job.html.j2",
        {
            "job": job,
            "story": story_words(here, job.story) if job.story else "",
            "statement": claim_view(here, job.statement),
            "ladder": [claim_view(here, rung) for rung in reversed(job.ladder)],
            "parent": (name_of(here, job.parent), slug_of(job.parent)) if job.parent else None,
            "parts": [(one.statement.text, slug_of(one.id)) for one in held.of(Job) if one.parent == job.id],
            "pains": [(claim_view(here, pain.claim), pain.severity) for pain in job.pains],
            "gains": [(claim_view(here, gain.claim), gain.relevance) for gain in job.gains],
            "outcomes": [outcome_view(here, outcome) for outcome in job.outcomes],
            "steps": [(step, claim_view(here, step.claim) if step.claim else None) for step in job.steps],
            "personas": [(held.get(one, Persona), slug_of(one)) for one in sorted(personas)],
            "journeys": [(one, map_of(here, one.id)) for one in journeys],
        },
    )


def story_words(here: WorkspaceContext, story: JobStory) -> str:
    """The job story as one sentence, in the language it was written in."""
    parts = {name: bare(getattr(story, name), beginnings) for name, beginnings in BEGINNINGS.items()}
    return raw_text("web.job.story", here.workspace.settings.lang).format(**parts)


def bare(part: str, beginnings: tuple[str, ...]) -> str:
    """A part of a story without its first word or the full stop, which the sentence brings.

    Examples
    --------
    >>> bare("Als de week begint", ("als ", "when "))
    'de week begint'
    """
    for beginning in beginnings:
        if part.lower().startswith(beginning):
            part = part[len(beginning) :]
            break
    return part.strip().rstrip(".,")
