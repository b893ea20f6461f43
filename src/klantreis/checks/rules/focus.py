"""Rules on focus: one persona and one phase at a time, and one persona a map."""

from __future__ import annotations

from collections.abc import Iterator

from klantreis.checks.finding import Severity
from klantreis.checks.rule import Judged, Rule, explaining, filled, rule, worded
from klantreis.checks.scene import Scene
from klantreis.decisions.content import ContentNeed
from klantreis.decisions.opportunity import Opportunity
from klantreis.ids import kind_of
from klantreis.jobs.job import Job
from klantreis.journeys.journey import Journey
from klantreis.personas.persona import Persona
from klantreis.values import Label


@rule
class Focus(Rule):
    """More than one persona or phase is worked on at once.

    What it asks:
    Is exactly one persona in focus, and on its maps exactly one phase? The personas in focus are the primary ones;
    when none is marked primary, all that have a map. The phases are those in focus on their maps; a map without a
    phase in focus counts with every phase in its scope.

    Why:
    Few organisations can do everything at once, and a map that is about everyone and everything ends in no action.

    Source:
    Customer-journey practice: begin with one persona and one phase.
    """

    id = "F01"
    family = "focus"
    severity = Severity.WARNING
    title = Label(en="Focus", nl="Focus")
    explained = explaining(
        asks={
            "en": "Is exactly one persona in focus, and on its journeys exactly one phase?",
            "nl": "Is er precies één persona in focus, en daarbinnen precies één fase?",
        },
        mend={
            "en": "Mark one persona as primary, and set the phase in focus on its journey. The others wait; they are "
            "not lost.",
            "nl": "Maak één persona de primaire en kies in die reis de fase in focus. De andere wachten; ze gaan "
            "niet verloren.",
        },
    )
    wordings = worded(
        {
            "en": "Focus: begin with one persona and one phase (now {p} × {f}).",
            "nl": "Focus: begin bij één persona en één fase (nu {p} × {f}).",
        }
    )

    @staticmethod
    def judge(scene: Scene) -> Iterator[Judged]:
        mapped = {journey.persona for journey in scene.journeys}
        primary = {one.id for one in scene.personas if one.primary}
        active = primary or mapped
        phases = {
            (journey.phase_model, phase.id)
            for journey in scene.journeys
            if journey.persona in active
            for phase in scene.phases_in_work(journey)
        }
        if active and phases:
            wide = len(active) > 1 or len(phases) > 1
            yield Judged(scene.workspace.settings.id, None, filled(p=len(active), f=len(phases)) if wide else None)


@rule
class OnePersona(Rule):
    """A map on which more than one persona stands.

    What it asks:
    Do the documents that belong to a map name the persona of that map and no other? Looked at are the opportunities
    and content needs that lie on it or that its cards point at, personas that its cards point at, and its job when
    that is said to be the job of others only.

    Why:
    Each kind of customer travels differently. Two on one map become an average that nobody is.

    Source:
    Persona practice: one map for each persona.
    """

    id = "F02"
    family = "focus"
    severity = Severity.ERROR
    title = Label(en="One persona a map", nl="Eén persona per reis")
    explained = explaining(
        asks={
            "en": "Does everything that belongs to the journey name its persona and no other?",
            "nl": "Noemt alles wat bij de reis hoort dezelfde persona, en geen andere?",
        },
        mend={
            "en": "Give the other persona a journey of its own, and move there what is theirs.",
            "nl": "Geef de andere persona een eigen reis, en verplaats daarheen wat van die persona is.",
        },
    )
    wordings = worded(
        {
            "en": "A map is for exactly one persona; found {n}: {personas}.",
            "nl": "Een reis hoort bij precies één persona; gevonden: {n} ({personas}).",
        }
    )

    @staticmethod
    def judge(scene: Scene) -> Iterator[Judged]:
        for journey in scene.journeys:
            found = {one for one in _personas_on(scene, journey) if isinstance(scene.workspace.find(one), Persona)}
            names = ", ".join(sorted(scene.persona(one).en for one in found))
            values = filled(n=len(found), personas=names) if len(found) != 1 else None
            yield Judged(journey.id, "persona", values)


def _personas_on(scene: Scene, journey: Journey) -> Iterator[str]:
    yield journey.persona
    pointed = {card.ref for card in journey.cards if card.ref is not None}
    yield from (one for one in pointed if kind_of(one) == Persona.kind)
    held: tuple[Opportunity | ContentNeed, ...] = (*scene.opportunities, *scene.needs)
    for document in held:
        if document.persona is not None and _lies_on(document, journey, pointed):
            yield document.persona
    job = scene.workspace.find(journey.job) if journey.job else None
    if isinstance(job, Job) and job.personas and journey.persona not in job.personas:
        yield from job.personas


def _lies_on(document: Opportunity | ContentNeed, journey: Journey, pointed: set[str]) -> bool:
    return document.journey == journey.id or (document.journey is None and document.id in pointed)
