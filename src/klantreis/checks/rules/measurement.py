"""Rules on measurement: how will you know that it worked, and who does what about it?"""

from __future__ import annotations

from collections.abc import Iterator

from klantreis.checks.finding import Severity
from klantreis.checks.rule import Judged, Rule, explaining, filled, rule, worded
from klantreis.checks.scene import Scene, named
from klantreis.decisions.opportunity import Opportunity
from klantreis.journeys.journey import Card, Journey, Step
from klantreis.measurement.measurement import Measurement
from klantreis.values import Label


@rule
class NoMeasure(Rule):
    """An opportunity of which nobody can tell later whether it worked.

    What it asks:
    Does every opportunity say at which step it lies, which effect is intended, and in which metric that shows: from
    what (baseline), to what (target), by when? A card in the row for opportunities that points at no opportunity has
    none of these; it is not judged when an opportunity lies at the same step. In the phase in focus it is an
    error, elsewhere a warning.

    Why:
    Without a number beforehand every result can be called a success.

    Source:
    Customer-journey practice: measure whether the wanted effect was reached.
    """

    id = "M01"
    family = "measurement"
    severity = Severity.WARNING
    title = Label(en="Opportunity without metric", nl="Kans zonder maatstaf")
    explained = explaining(
        asks={
            "en": "Does every opportunity say which effect is intended and in which metric it shows, from what to "
            "what, by when?",
            "nl": "Zegt elke kans welk effect beoogd is en aan welke maatstaf je dat ziet: van wat, naar wat, en "
            "wanneer?",
        },
        mend={
            "en": "Choose a metric that is counted already, and write down what it is now with its interval and what "
            "it should be by when. Turn a card into an opportunity if it is worth acting on.",
            "nl": "Kies een maatstaf die al geteld wordt. Leg vast wat die nu is, met interval, en wat die wanneer "
            "moet zijn. Maak van een kaart een kans als je er iets mee wilt doen.",
        },
    )
    wordings = worded(
        {
            "en": "How will you know that “{opp}” worked? Missing: {missing}.",
            "nl": "Hoe weet je of ‘{opp}’ gewerkt heeft? Het mist: {missing}.",
        }
    )

    @staticmethod
    def judge(scene: Scene) -> Iterator[Judged]:
        for one in scene.opportunities:
            severity = Severity.ERROR if scene.in_focus(one.journey, one.step) else Severity.WARNING
            missing = _missing(one)
            values = filled(opp=one.title, missing=_listed(missing)) if missing else None
            yield Judged(one.id, "aim", values, severity)
        for journey, card, step in _bare_cards(scene):
            severity = Severity.ERROR if step.phase == journey.scope.in_focus else Severity.WARNING
            values = filled(opp=card.claim.text, missing=_listed(("effect", "metric", "baseline", "target", "due")))
            yield Judged(journey.id, f"cards.{card.id}", values, severity)


def _missing(opportunity: Opportunity) -> tuple[str, ...]:
    aim = opportunity.aim
    held = {
        "moment": opportunity.journey is not None and opportunity.step is not None,
        "effect": opportunity.intended_effect is not None,
        "metric": aim is not None,
        "baseline": aim is not None and aim.baseline is not None,
        "target": aim is not None and aim.target is not None,
        "due": aim is not None and aim.due is not None,
    }
    return tuple(name for name, there in held.items() if not there)


def _listed(names: tuple[str, ...]) -> Label:
    labels = [named(f"checks.lacking.{name}") for name in names]
    return Label(nl=", ".join(one.nl for one in labels), en=", ".join(one.en for one in labels))


def _bare_cards(scene: Scene) -> Iterator[tuple[Journey, Card, Step]]:
    """Cards that name an opportunity no document speaks of."""
    for journey in scene.journeys:
        for card, step in scene.cards(journey, "opportunity"):
            at_step = scene.anchored.get((journey.id, step.id), ())
            if card.ref is None and not any(isinstance(one, Opportunity) for one in at_step):
                yield journey, card, step


@rule
class NoAction(Rule):
    """An opportunity that nobody acts on.

    What it asks:
    Has every opportunity an action that was not dropped, with an owner (its own, or else the opportunity's) and a
    date, or one that is done? Cards in the row for opportunities are judged once they are opportunities.

    Why:
    Maps fail less by being wrong than by hanging on a wall.

    Source:
    Customer-journey practice: a map should end in actions that are really taken.
    """

    id = "M03"
    family = "measurement"
    severity = Severity.WARNING
    title = Label(en="No action", nl="Geen actie")
    explained = explaining(
        asks={
            "en": "Has every opportunity an action with an owner and a date?",
            "nl": "Heeft elke kans een actie met een eigenaar en een datum?",
        },
        mend={
            "en": "Write down the next step, however small, who takes it, and by when; or drop the opportunity.",
            "nl": "Leg de volgende stap vast, hoe klein ook: wie zet die, en wanneer is het klaar? Of laat de kans "
            "vallen.",
        },
    )
    wordings = worded(
        {
            "en": "“{opp}” has no owner or next step.",
            "nl": "‘{opp}’ heeft geen eigenaar of volgende stap.",
        }
    )

    @staticmethod
    def judge(scene: Scene) -> Iterator[Judged]:
        for one in scene.opportunities:
            acted = any(
                action.status == "done"
                or (action.status != "dropped" and action.due is not None and (action.owner or one.owner))
                for action in scene.actions.get(one.id, ())
            )
            yield Judged(one.id, "actions", None if acted else filled(opp=one.title))


@rule
class NoResult(Rule):
    """A day by which something should have worked has passed, and nobody wrote down whether it did.

    What it asks:
    Is there a result for every opportunity whose date has passed, in a measurement of it or of one of its actions?
    And for every other measurement of which the measured period, or the day it was due, has passed? A result that
    says it is too early is not one.

    Why:
    What is never looked back on is never learned from, and the next plan rests on the same guess.

    Source:
    Customer-journey practice: measure whether the wanted effect was reached.
    """

    id = "M07"
    family = "measurement"
    severity = Severity.WARNING
    title = Label(en="Result not recorded", nl="Resultaat niet vastgelegd")
    explained = explaining(
        asks={
            "en": "Is there a measured result for everything that should have worked by now?",
            "nl": "Is er een gemeten resultaat voor alles wat inmiddels gewerkt zou moeten hebben?",
        },
        mend={
            "en": "Write a measurement with its plan, compute it and keep the result, or move the date with a reason. "
            "That it cannot be told is a result too.",
            "nl": "Maak een meting met een plan, bereken haar en bewaar het resultaat, of verzet de datum met een "
            "reden. Dat het niet te zeggen is, is ook een resultaat.",
        },
    )
    wordings = worded(
        {
            "en": "The effect of “{opp}” was never recorded.",
            "nl": "Het effect van ‘{opp}’ is nooit vastgelegd.",
        }
    )

    @staticmethod
    def judge(scene: Scene) -> Iterator[Judged]:
        told: set[str] = set()
        for one in scene.opportunities:
            if one.aim is None or one.aim.due is None or one.aim.due >= scene.on:
                continue
            of = {one.id, *(action.id for action in scene.actions.get(one.id, ()))}
            held = [measurement for measurement in scene.measurements if measurement.of in of]
            told |= {measurement.id for measurement in held}
            recorded = any(_recorded(measurement) for measurement in held)
            yield Judged(one.id, "aim.due", None if recorded else filled(opp=one.title))
        for measurement in scene.measurements:
            if measurement.id not in told and (measurement.plan.due or measurement.plan.measured.end) < scene.on:
                recorded = _recorded(measurement)
                yield Judged(measurement.id, "results", None if recorded else filled(opp=measurement.title))


def _recorded(measurement: Measurement) -> bool:
    return measurement.latest is not None and measurement.latest.judgement != "too early"
