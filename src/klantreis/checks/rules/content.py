"""Rules on content: is there something for every need, and does it reach the persona?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from klantreis.checks.finding import Severity
from klantreis.checks.rule import Judged, Rule, explaining, filled, rule, worded
from klantreis.checks.scene import Scene, named
from klantreis.decisions.content import ContentItem, ContentNeed
from klantreis.journeys.journey import Journey
from klantreis.values import Label


@rule
class NeedUnmet(Rule):
    """Something the persona must be told, with nothing there to tell it.

    What it asks:
    Has every content need content that exists? Planned and outdated content does not meet a need. A card in the row
    for content needed is a need as well: it is met when it points at a content need (which is then judged itself)
    or at content that exists, and it is not judged when a content need lies at the same step. A need in the phase
    in focus is an error, elsewhere a warning.

    Why:
    To know what people need to hear and then not to say it is the cheapest thing on a map to mend.

    Source:
    Customer-journey practice: content needed as a component of the map.
    """

    id = "C01"
    family = "content"
    severity = Severity.WARNING
    title = Label(en="Content need unmet", nl="Informatiebehoefte zonder inhoud")
    explained = explaining(
        asks={
            "en": "Has every content need content that exists?",
            "nl": "Is er voor elke informatiebehoefte inhoud die bestaat?",
        },
        mend={
            "en": "Link content that exists, make it, or decide that the need is not yours to meet and remove it.",
            "nl": "Koppel inhoud die er al is of maak die. Is het niet aan jou om in de behoefte te voorzien, haal "
            "haar dan weg.",
        },
    )
    wordings = worded(
        {
            "en": "Content needed, none available: “{need}”.",
            "nl": "Informatiebehoefte zonder inhoud: ‘{need}’.",
        }
    )

    @staticmethod
    def judge(scene: Scene) -> Iterator[Judged]:
        serving = {need for item in scene.items if item.status == "exists" for need in item.serves}
        for need in scene.needs:
            met = need.id in serving or any(_exists(scene, item) for item in need.content)
            severity = Severity.ERROR if scene.in_focus(need.journey, need.step) else Severity.WARNING
            yield Judged(need.id, "claim", None if met else filled(need=need.claim.text), severity)
        for journey in scene.journeys:
            for card, step in scene.cards(journey, "content_need"):
                at_step = scene.anchored.get((journey.id, step.id), ())
                target = scene.workspace.find(card.ref) if card.ref else None
                if isinstance(target, ContentNeed) or any(isinstance(one, ContentNeed) for one in at_step):
                    continue
                met = isinstance(target, ContentItem) and target.status == "exists"
                focus = step.phase == journey.scope.in_focus
                values = None if met else filled(need=card.claim.text)
                yield Judged(journey.id, f"cards.{card.id}", values, Severity.ERROR if focus else Severity.WARNING)


def _exists(scene: Scene, item_id: str) -> bool:
    item = scene.workspace.find(item_id)
    return isinstance(item, ContentItem) and item.status == "exists"


@rule
class NoRoute(Rule):
    """Content of which nobody has said how it gets to the persona.

    What it asks:
    Has every piece of content a channel or a touchpoint, its own or that of a need it serves?

    Why:
    A good page that nobody comes across might as well not be there.

    Source:
    Customer-journey practice: know how information reaches the persona.
    """

    id = "C02"
    family = "content"
    severity = Severity.WARNING
    title = Label(en="No route", nl="Geen weg naar de persona")
    explained = explaining(
        asks={
            "en": "Is it known by which channel or touchpoint every piece of content reaches the persona?",
            "nl": "Is bekend via welk kanaal of contactmoment elk stuk inhoud de persona bereikt?",
        },
        mend={
            "en": "Name the channel or the touchpoint by which it reaches people, or admit that there is none yet.",
            "nl": "Noem het kanaal of het contactmoment waarlangs de inhoud mensen bereikt, of geef toe dat dat er "
            "nog niet is.",
        },
    )
    wordings = worded(
        {
            "en": "How does “{content}” reach {persona}?",
            "nl": "Hoe komt ‘{content}’ bij {persona}?",
        }
    )

    @staticmethod
    def judge(scene: Scene) -> Iterator[Judged]:
        named_by: dict[str, list[ContentNeed]] = defaultdict(list)
        for need in scene.needs:
            for content in need.content:
                named_by[content].append(need)
        for item in scene.items:
            served = [one for one in (scene.workspace.find(need) for need in item.serves) if one]
            needs = [one for one in (*served, *named_by[item.id]) if isinstance(one, ContentNeed)]
            routed = item.channel or item.touchpoint or any(need.channel for need in needs)
            values = None if routed else filled(content=item.title, persona=_audience(scene, needs))
            yield Judged(item.id, "channel", values)


def _audience(scene: Scene, needs: list[ContentNeed]) -> Label:
    for need in needs:
        journey = scene.workspace.find(need.journey) if need.journey else None
        persona = need.persona or (journey.persona if isinstance(journey, Journey) else None)
        if persona:
            return scene.persona(persona)
    return named("checks.word.persona")
