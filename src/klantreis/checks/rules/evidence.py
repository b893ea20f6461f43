"""Rules on evidence: how much of the map is backed, and are feelings reported or guessed?"""

from __future__ import annotations

from collections.abc import Iterator

from klantreis.checks.finding import Severity
from klantreis.checks.rule import Judged, Rule, explaining, filled, rule, worded
from klantreis.checks.scene import Scene
from klantreis.journeys.journey import Emotion
from klantreis.values import Label


@rule
class EvidenceCoverage(Rule):
    """A phase in which too little rests on evidence.

    What it asks:
    Which share of the claims in the phase in focus is backed: an indication, or supported? Below
    `E01.error_share` it is an error, below `E01.warning_share` a warning. Without a phase in focus, every phase in
    scope is judged. A phase that claims nothing is left to other rules, and so is a map of what is wished for.

    Why:
    What is worked on should be known best. A decision on an assumption is a bet, and should look like one.

    Source:
    Persona and journey practice on research; the shares are conventions of ours.
    """

    id = "E01"
    family = "evidence"
    severity = Severity.WARNING
    title = Label(en="Evidence coverage", nl="Dekking door bewijs")
    explained = explaining(
        asks={
            "en": "Is enough of what the phase claims backed by evidence?",
            "nl": "Is genoeg van wat er in de fase beweerd wordt door bewijs gedekt?",
        },
        mend={
            "en": "Attach evidence to the claims that matter most, do the research that is missing, or remove what "
            "nobody believes.",
            "nl": "Koppel bewijs aan de beweringen die er het meest toe doen, doe het onderzoek dat ontbreekt, of "
            "haal weg wat niemand gelooft.",
        },
    )
    wordings = worded(
        {
            "en": "Evidence covers {pct}% of {phase}.",
            "nl": "Bewijs dekt {pct}% van {phase}.",
        }
    )
    thresholds = ("E01.warning_share", "E01.error_share")

    @staticmethod
    def judge(scene: Scene) -> Iterator[Judged]:
        for journey in scene.journeys:
            if journey.state == "to_be":
                continue
            for phase in scene.phases_in_work(journey):
                share = scene.coverage(journey).of_phase(phase.id).share
                if share is None:
                    continue
                severity = Severity.ERROR if share < scene.thresholds["E01.error_share"] else Severity.WARNING
                low = severity is Severity.ERROR or share < scene.thresholds["E01.warning_share"]
                values = filled(pct=int(100 * share), phase=scene.phase_label(journey, phase)) if low else None
                yield Judged(journey.id, f"phases.{phase.id}", values, severity)


@rule
class EmotionEstimated(Rule):
    """An emotion on the map that nobody who felt it reported.

    What it asks:
    Does every emotion rest on what customers reported? An estimate of the team does not, and neither does one whose
    evidence comes from inside the organisation. A step without an emotion is a gap in the curve and is fine, and a
    map of what is wished for is left alone.

    Why:
    The curve is what people remember of a map. Drawn from guesses, it is a drawing of what the team feels.

    Source:
    Customer-journey modelling practice on the provenance of reported experience.
    """

    id = "E02"
    family = "evidence"
    severity = Severity.WARNING
    title = Label(en="Emotion without data", nl="Emotie zonder gegevens")
    explained = explaining(
        asks={
            "en": "Does every emotion rest on what people reported themselves?",
            "nl": "Rust elke emotie op wat mensen zelf hebben gemeld?",
        },
        mend={
            "en": "Ask people, attach what they said, and mark the emotion as reported; or take it off and leave the "
            "gap.",
            "nl": "Vraag het mensen, koppel wat ze zeiden en markeer de emotie als gemeld. Of haal haar weg en laat "
            "het gat staan.",
        },
    )
    wordings = worded(
        {
            "en": "The emotion at “{step}” is estimated, not reported by those who felt it.",
            "nl": "De emotie bij ‘{step}’ is ingeschat, niet gemeld door wie haar voelde.",
        }
    )

    @staticmethod
    def judge(scene: Scene) -> Iterator[Judged]:
        for journey in scene.journeys:
            if journey.state == "to_be":
                continue
            for step in journey.steps:
                if step.emotion is None or step.state == "to_be":
                    continue
                values = None if _reported(scene, step.emotion) else filled(step=step.title)
                yield Judged(journey.id, f"steps.{step.id}", values)


def _reported(scene: Scene, emotion: Emotion) -> bool:
    if emotion.basis != "reported":
        return False
    held = (scene.facts(piece.source) for piece in emotion.evidence if piece.stance == "supports")
    return any(one is not None and one.origin == "customer" and one.kinds != ("workshop",) for one in held)
