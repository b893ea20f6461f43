"""Rules on tone: is it known how to speak to this persona in this phase?"""

from __future__ import annotations

from collections.abc import Iterator

from klantreis.checks.finding import Severity
from klantreis.checks.rule import Judged, Rule, explaining, filled, rule, worded
from klantreis.checks.scene import Scene
from klantreis.decisions.content import ContentNeed
from klantreis.journeys.journey import Journey
from klantreis.journeys.moments import Tone
from klantreis.values import Label


@rule
class ToneMissing(Rule):
    """A phase with contact or content in which nobody has said how to speak.

    What it asks:
    Is there a tone for the persona of the map in every phase in scope in which the organisation is in contact or
    tells something? Counted are its own touchpoints, cards in the rows for touchpoints and content, and content
    needs that lie at a step of the phase. A tone for a phase also holds for its sub-phases.

    Why:
    The right message in the wrong tone does not land: someone who is still looking around and someone who has a
    complaint are not spoken to alike.

    Source:
    Customer-journey practice: adapt the tone to the audience and to the phase.
    """

    id = "T01"
    family = "tone"
    severity = Severity.WARNING
    title = Label(en="Tone missing", nl="Toon ontbreekt")
    explained = explaining(
        asks={
            "en": "Is there a tone for the persona in every phase with contact or content?",
            "nl": "Is er een toon voor de persona in elke fase met contact of inhoud?",
        },
        mend={
            "en": "Write down the tone for this persona in this phase: a few words, with what to do and what to avoid.",
            "nl": "Leg de toon voor deze persona in deze fase vast: een paar woorden, met wat je wel doet en wat je "
            "vermijdt.",
        },
    )
    wordings = worded(
        {
            "en": "No tone set for {persona} in {phase}.",
            "nl": "Geen toon bepaald voor {persona} in {phase}.",
        }
    )

    @staticmethod
    def judge(scene: Scene) -> Iterator[Judged]:
        tones = {(tone.persona, tone.phase_model, tone.phase) for tone in scene.workspace.of(Tone)}
        for journey in scene.journeys:
            speaking = _phases_with_contact(scene, journey)
            for phase in scene.phases(journey):
                if phase.id not in speaking:
                    continue
                keys = {(journey.persona, journey.phase_model, one) for one in (phase.id, phase.parent) if one}
                values = filled(persona=scene.persona(journey.persona), phase=scene.phase_label(journey, phase))
                yield Judged(journey.id, f"phases.{phase.id}", None if keys & tones else values)


def _phases_with_contact(scene: Scene, journey: Journey) -> set[str]:
    contacts = scene.contacts(journey)
    found = {step.phase for step in journey.steps if any(one.owner == "owned" for one in contacts[step.id])}
    # A touchpoint card that points at a document is judged by that document: it may be another party's.
    found |= {step.phase for card, step in scene.cards(journey, "touchpoint") if card.ref is None}
    found |= {step.phase for _, step in scene.cards(journey, "content_need")}
    for step in journey.steps:
        if any(isinstance(one, ContentNeed) for one in scene.anchored.get((journey.id, step.id), ())):
            found.add(step.phase)
    return found
