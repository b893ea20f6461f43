"""Rules on the persona: two halves, built on research, with the riskiest assumption in sight."""

from __future__ import annotations

from collections.abc import Iterator

from klantreis.checks.finding import Severity
from klantreis.checks.rule import Judged, Rule, explaining, filled, rule, worded
from klantreis.checks.scene import Scene, named
from klantreis.personas.persona import Persona, claims_of
from klantreis.research.claim import Claim, ClaimStatus
from klantreis.values import Label

#: Impact of a claim for which nobody has said how much it matters: the middle of 1 to 5.
USUAL_IMPACT = 3


@rule
class FactWithoutEvidence(Rule):
    """A claim on a persona that is put forward as fact, without evidence.

    What it asks:
    Has every claim on a persona that is stated as fact, or said to come from research, at least one piece of
    evidence that counts? The view of the team itself, such as a workshop, does not count. Claims that are plain
    assumptions are welcome, and so is what only gives the persona a face.

    Why:
    An assumption that looks like a fact is not tested any more.

    Source:
    Persona practice: personas rest on research, not on guesswork.
    """

    id = "P01"
    family = "persona"
    severity = Severity.ERROR
    title = Label(en="Fact without evidence", nl="Feit zonder bewijs")
    explained = explaining(
        asks={
            "en": "Has every claim that is put forward as fact at least one piece of evidence?",
            "nl": "Heeft elke bewering die als feit wordt gebracht minstens één stuk bewijs?",
        },
        mend={
            "en": "Attach the quote, observation or number it rests on, or take back that it is a fact.",
            "nl": "Koppel het citaat, de waarneming of het cijfer waar de bewering op rust, of laat weg dat het een "
            "feit is.",
        },
    )
    wordings = worded(
        {
            "en": "“{claim}” is stated as fact but has no evidence.",
            "nl": "‘{claim}’ staat er als feit, maar heeft geen bewijs.",
        }
    )

    @staticmethod
    def judge(scene: Scene) -> Iterator[Judged]:
        for persona in scene.personas:
            for group, claim in claims_of(persona):
                if claim.fictional:
                    continue
                bare = (claim.stated_as_fact or claim.origin == "research") and not scene.status(claim).pieces
                yield Judged(persona.id, f"{group}.{claim.id}", filled(claim=claim.text) if bare else None)


@rule
class HalfAPersona(Rule):
    """A persona of which one half is empty.

    What it asks:
    Does a persona say something on the general life-world, and something on how this customer lives the problem?
    What only gives a face does not fill a half.

    Why:
    The life-world without the problem is a portrait; the problem without the life-world is a ticket. Understanding
    needs both.

    Source:
    Persona practice: the two halves of a persona.
    """

    id = "P02"
    family = "persona"
    severity = Severity.ERROR
    title = Label(en="Half a persona", nl="Halve persona")
    explained = explaining(
        asks={
            "en": "Does the persona tell of the general life-world and of how the problem is lived?",
            "nl": "Vertelt de persona over de algemene leefwereld én over hoe het probleem wordt beleefd?",
        },
        mend={
            "en": "Add what is known or assumed to the empty half, and how people word the problem themselves.",
            "nl": "Vul de lege helft aan met wat je weet of aanneemt, en met hoe mensen het probleem zelf verwoorden.",
        },
    )
    wordings = worded(
        {
            "en": "The persona lacks the half “{half}”.",
            "nl": "De persona mist de helft ‘{half}’.",
        }
    )

    @staticmethod
    def judge(scene: Scene) -> Iterator[Judged]:
        for persona in scene.personas:
            filled = {group.partition(".")[0] for group, claim in claims_of(persona) if not claim.fictional}
            for half in ("lifeworld", "problem"):
                values = None if half in filled else {"half": named(f"checks.half.{half}")}
                yield Judged(persona.id, half, values)


@rule
class MostlyAssumption(Rule):
    """A persona that is mostly assumption.

    What it asks:
    Which share of a persona's claims is assumption? Above `P03.error_share` it is an error, above `P03.info_share`
    a note. The claim to test first is named: the one whose impact (1 to 5, 3 when nobody said) times uncertainty
    (1 minus the weight of its support) is highest.

    Why:
    A persona made of assumptions shows what the team already thought. That is a fine start and a poor end.

    Source:
    Persona practice on testing assumptions; the shares are conventions of ours.
    """

    id = "P03"
    family = "persona"
    severity = Severity.ERROR
    title = Label(en="Mostly assumption", nl="Vooral aanname")
    explained = explaining(
        asks={
            "en": "How much of the persona is assumption, and which assumption is the riskiest?",
            "nl": "Hoeveel van de persona is aanname, en welke aanname is het riskantst?",
        },
        mend={
            "en": "Test the riskiest assumption first: the one that would change most if it were wrong.",
            "nl": "Toets eerst de riskantste aanname: de aanname waarvan het meest verandert als ze niet klopt.",
        },
    )
    wordings = worded(
        {
            "en": "{pct}% of {persona} is assumption. Test the riskiest first: “{claim}”.",
            "nl": "{pct}% van {persona} is aanname. Toets eerst de riskantste: ‘{claim}’.",
        }
    )
    thresholds = ("P03.error_share", "P03.info_share")

    @staticmethod
    def judge(scene: Scene) -> Iterator[Judged]:
        for persona in scene.personas:
            ranked = riskiest_first(scene, persona)
            if not ranked:
                continue
            guesses = sum(scene.status(claim).status == ClaimStatus.ASSUMPTION for _, claim in ranked)
            share = guesses / len(ranked)
            place, riskiest = f"{ranked[0][0]}.{ranked[0][1].id}", ranked[0][1]
            if share <= min(scene.thresholds["P03.info_share"], scene.thresholds["P03.error_share"]):
                yield Judged(persona.id)
                continue
            severity = Severity.ERROR if share > scene.thresholds["P03.error_share"] else Severity.INFO
            values = filled(pct=round(100 * share), persona=persona.name, claim=riskiest.text)
            yield Judged(persona.id, place, values, severity)


def riskiest_first(scene: Scene, persona: Persona) -> tuple[tuple[str, Claim], ...]:
    """The claims of a persona with their group, by impact times uncertainty; equals keep their order."""
    claims = [(group, claim) for group, claim in claims_of(persona) if not claim.fictional]
    return tuple(
        sorted(claims, key=lambda item: -(item[1].impact or USUAL_IMPACT) * (1 - scene.status(item[1]).support))
    )
