"""Rules on upkeep: is the map looked after, and do the waivers still hold?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from klantreis.checks.finding import Severity
from klantreis.checks.rule import Judged, Rule, explaining, filled, rule, rules, worded
from klantreis.checks.scene import Scene
from klantreis.values import Label
from klantreis.workspace import Waiver


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
