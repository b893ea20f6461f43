"""Rules on upkeep: is the map looked after, and do the waivers still hold?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from klantreis.checks.finding import Severity
from klantreis.checks.rule import Judged, Rule, explaining, filled, rule, rules, worded
from klantreis.checks.scene import Scene
from klantreis.journeys.drift import Fitness
from klantreis.journeys.fit_variants import FitVariant
from klantreis.values import Label
from klantreis.workspace import Waiver

#: So many steps of a new way are named.
LONGEST_WAY = 6


@rule
class ReviewOverdue(Rule):
    """A map that was not looked at for longer than was agreed.

    What it asks:
    Is the day of the last review, plus the number of days between reviews that the map itself names (90 unless it
    says otherwise), today or later? A map that was never reviewed is overdue.

    Why:
    Customers, offers and the world change. A map that is not kept up misleads more the more it is trusted.

    Source:
    Customer-journey practice: journeys must be maintained and used.
    """

    id = "X01"
    family = "upkeep"
    severity = Severity.WARNING
    title = Label(en="Review overdue", nl="Herziening te laat")
    explained = explaining(
        asks={
            "en": "Was the journey reviewed within the number of days that was agreed?",
            "nl": "Is de reis herzien binnen het afgesproken aantal dagen?",
        },
        mend={
            "en": "Go through the journey with its owner: what still holds, which evidence is old, what did the data "
            "show since? Then set the day of review.",
            "nl": "Loop de reis door met de eigenaar: wat klopt nog, welk bewijs is oud, wat lieten de gegevens "
            "sindsdien zien? Vul daarna de datum van de herziening in.",
        },
    )
    wordings = worded(
        {"en": "Map not reviewed for {d} days.", "nl": "Reis {d} dagen niet herzien."},
        never={
            "en": "Map never reviewed; that was to happen every {every} days.",
            "nl": "Reis nog nooit herzien; dat zou elke {every} dagen gebeuren.",
        },
    )

    @staticmethod
    def judge(scene: Scene) -> Iterator[Judged]:
        for journey in scene.journeys:
            if journey.reviewed_on is None:
                yield Judged(journey.id, "reviewed_on", filled(every=journey.review_every_days), wording="never")
                continue
            late = journey.reviewed_on + timedelta(days=journey.review_every_days) < scene.on
            values = filled(d=(scene.on - journey.reviewed_on).days) if late else None
            yield Judged(journey.id, "reviewed_on", values)


@rule
class Drifted(Rule):
    """Customers went other ways since the map was reviewed.

    What it asks:
    Of the customers' runs since the last review, beside those before it: did the fitness with the map fall by more
    than 0.1, and more than drawing customers can explain? And is there a sequence of steps that nobody took before,
    and more than a tenth of the runs since do, whether the map allows it or not? Only where the journey has events
    from both sides of the review; groups of fewer than five customers do not count.

    Why:
    A map that was right goes stale when customers change their ways. Their events say so before anyone asks.

    Source:
    Halvorsrud, Kvale and Følstad (2016) on how real journeys deviate from planned ones; the lines are a convention
    of ours.
    """

    id = "X03"
    family = "upkeep"
    severity = Severity.WARNING
    title = Label(en="People went another way", nl="Mensen namen een andere weg")
    explained = explaining(
        asks={
            "en": "Do the runs that people make still fit the journey as they did before its last review, and "
            "without a new way that many take?",
            "nl": "Passen de reizen die mensen maken nog bij de beschreven reis zoals vóór de laatste herziening, en "
            "zonder nieuwe weg die velen nemen?",
        },
        mend={
            "en": "See in the fit with the journey where people leave it and which way is new. Find out why, change "
            "the journey or what people meet, and set the day of review.",
            "nl": "Bekijk in de overeenkomst met de beschreven reis waar mensen ervan afwijken en welke weg nieuw is. "
            "Zoek uit waarom, verander de reis of wat mensen tegenkomen, en vul de datum van de herziening in.",
        },
    )
    thresholds = ("X03.fitness_drop", "X03.new_variant")
    wordings = worded(
        {
            "en": "People leave the map: fitness {f} since the review (was {g}).",
            "nl": "Mensen wijken af van de reis: overeenkomst {f} sinds de herziening (was {g}).",
        },
        variant={
            "en": "A new way in {pct}% of the runs since the review: {way}.",
            "nl": "Een nieuwe weg in {pct}% van de gemaakte reizen sinds de herziening: {way}.",
        },
    )

    @staticmethod
    def judge(scene: Scene) -> Iterator[Judged]:
        for journey in scene.journeys:
            drift = scene.drifts.get(journey.id)
            if drift is None or drift.difference is None:
                continue
            fell = drift.difference.clear and drift.difference.value < -scene.thresholds["X03.fitness_drop"]
            values = filled(f=_of_one(drift.after), g=_of_one(drift.before)) if fell else None
            yield Judged(journey.id, "runs", values)
            # The most frequent one: the others are in the journey's fit.
            new = next(iter(drift.new_variants), None)
            much = new is not None and (new.runs.value or 0) > scene.thresholds["X03.new_variant"]
            titles = {step.id: step.title for step in journey.steps}
            found = filled(pct=round(100 * (new.runs.value or 0)), way=_way(new, titles)) if new and much else None
            yield Judged(journey.id, "steps", found, wording="variant")


def _of_one(fitness: Fitness) -> Label:
    """A fitness with two decimals, in the way of each language."""
    shown = f"{fitness.value or 0:.2f}"
    return Label(en=shown, nl=shown.replace(".", ","))


def _way(variant: FitVariant, titles: Mapping[str, str]) -> Label:
    """The steps of a variant, the first few of them by title."""
    steps = [titles.get(step, step) for step in variant.seen]
    more = len(steps) - LONGEST_WAY
    shown = " → ".join(steps[:LONGEST_WAY])
    if not steps:
        return Label(en="none of the steps", nl="geen van de stappen")
    return Label(en=f"{shown} → {more} more", nl=f"{shown} → nog {more}") if more > 0 else Label(en=shown, nl=shown)


@rule
class NoOwner(Rule):
    """A map that nobody looks after.

    What it asks:
    Does the map name an owner?

    Why:
    What belongs to everyone is kept up by no one.

    Source:
    Customer-journey practice: a named owner for every map.
    """

    id = "X05"
    family = "upkeep"
    severity = Severity.WARNING
    title = Label(en="No owner", nl="Geen eigenaar")
    explained = explaining(
        asks={
            "en": "Does the journey name an owner?",
            "nl": "Heeft de reis een eigenaar?",
        },
        mend={
            "en": "Name one person or role who reviews it and answers questions on it.",
            "nl": "Noem één persoon of rol die de reis herziet en er vragen over beantwoordt.",
        },
    )
    wordings = worded({"en": "Who keeps this map up to date?", "nl": "Wie onderhoudt deze reis?"})

    @staticmethod
    def judge(scene: Scene) -> Iterator[Judged]:
        for journey in scene.journeys:
            yield Judged(journey.id, "owner", None if journey.owner else filled())


@rule
class WaiverAstray(Rule):
    """A waiver that points at nothing.

    What it asks:
    Does every waiver name a rule that exists and may be waived, and a document that exists? This rule itself cannot
    be waived.

    Why:
    A waiver accepts one known weak spot for a while. One that points at nothing accepts something nobody can see.

    Source:
    The structure of the workspace itself.
    """

    id = "W01"
    family = "upkeep"
    severity = Severity.ERROR
    title = Label(en="Waiver astray", nl="Ontheffing zonder doel")
    explained = explaining(
        asks={
            "en": "Does every waiver name a rule and a document that exist?",
            "nl": "Noemt elke ontheffing een regel en een document die bestaan?",
        },
        mend={
            "en": "Correct the rule or the document, or remove the waiver.",
            "nl": "Verbeter de regel of het document, of haal de ontheffing weg.",
        },
    )
    wordings = worded(
        {
            "en": "This waiver is for {target}, which does not exist.",
            "nl": "Deze ontheffing is voor {target}, en dat bestaat niet.",
        },
        rule={
            "en": "This waiver is for rule {rule}, which does not exist. Known rules: {known}.",
            "nl": "Deze ontheffing is voor regel {rule}, en die bestaat niet. Bekende regels: {known}.",
        },
        fixed={
            "en": "Rule {rule} cannot be waived.",
            "nl": "Van regel {rule} is geen ontheffing mogelijk.",
        },
    )
    waivable = False

    @staticmethod
    def judge(scene: Scene) -> Iterator[Judged]:
        known = rules()
        for waiver in scene.workspace.of(Waiver):
            if waiver.rule not in known:
                values = filled(rule=waiver.rule, known=", ".join(known))
                yield Judged(waiver.id, "rule", values, wording="rule")
            elif not known[waiver.rule].waivable:
                yield Judged(waiver.id, "rule", filled(rule=waiver.rule), wording="fixed")
            elif scene.workspace.find(waiver.target) is None:
                yield Judged(waiver.id, "target", filled(target=waiver.target))
            else:
                yield Judged(waiver.id)


@rule
class WaiverExpired(Rule):
    """A waiver whose time is up.

    What it asks:
    Does every waiver still run? On the day it expires it still counts, the day after it does not.

    Why:
    A waiver without an end is a decision never to look again.

    Source:
    A convention of ours: a weak spot is accepted for a while, by someone, for a reason.
    """

    id = "W02"
    family = "upkeep"
    severity = Severity.WARNING
    title = Label(en="Waiver expired", nl="Ontheffing verlopen")
    explained = explaining(
        asks={
            "en": "Does every waiver still run?",
            "nl": "Loopt elke ontheffing nog?",
        },
        mend={
            "en": "Mend the finding it was for, or decide anew, with a reason and a new date. Remove it when it is "
            "not needed.",
            "nl": "Herstel de bevinding waar ze voor was, of beslis opnieuw, met een reden en een nieuwe datum. Haal "
            "haar weg als ze niet meer nodig is.",
        },
    )
    wordings = worded(
        {
            "en": "The waiver of {rule} on {target} expired on {date} and no longer counts.",
            "nl": "De ontheffing van {rule} op {target} verliep op {date} en telt niet meer.",
        }
    )
    waivable = False

    @staticmethod
    def judge(scene: Scene) -> Iterator[Judged]:
        for waiver in scene.workspace.of(Waiver):
            late = waiver.expires_on < scene.on
            values = filled(rule=waiver.rule, target=waiver.target, date=waiver.expires_on.isoformat())
            yield Judged(waiver.id, "expires_on", values if late else None)
