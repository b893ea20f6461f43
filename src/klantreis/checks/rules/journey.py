"""Rules on the journey: does it begin and end with the customer, has it a goal, is it whole?"""

from __future__ import annotations

from collections.abc import Iterator

from klantreis.checks.finding import Severity
from klantreis.checks.rule import Judged, Rule, explaining, filled, rule, worded
from klantreis.checks.scene import Scene, named
from klantreis.decisions.content import ContentNeed
from klantreis.decisions.opportunity import Opportunity
from klantreis.journeys.journey import COMPONENT_LANES, Journey
from klantreis.values import Label


@rule
class InsideOut(Rule):
    """A map that begins and ends where contact with the organisation does.

    What it asks:
    Is there a step before the first contact with the organisation, or a step after the last, that customers take on
    their own? A step is a contact when it names a touchpoint that is the organisation's own, or holds a card that
    points at one. Steps with only touchpoints of others count as the customer's own, as do steps with none.

    Why:
    Customers choose their own start and end. A map that begins at the first contact and stops at the last shows the
    organisation's process, not the journey: what set people off and what they were after stay out of sight.

    Source:
    The distinction between inside-out and outside-in journeys in customer-journey practice; jobs-to-be-done thinking.
    """

    id = "J01"
    family = "journey"
    severity = Severity.ERROR
    title = Label(en="Inside-out journey", nl="Reis van binnen naar buiten")
    explained = explaining(
        asks={
            "en": "Does the journey begin before contact with the organisation, or end after it?",
            "nl": "Begint de reis vóór het contact met de organisatie, of eindigt ze erna?",
        },
        mend={
            "en": "Ask people what happened before they first got in touch, and when they felt they were done. Add "
            "those steps.",
            "nl": "Vraag mensen wat er gebeurde vóór hun eerste contact, en wanneer het voor hen klaar was. Voeg die "
            "stappen toe.",
        },
    )
    wordings = worded(
        {
            "en": "The journey begins and ends where contact with {org} does. "
            "Add what happens before “{first}” and after “{last}”.",
            "nl": "De reis begint en eindigt bij het contact met {org}. "
            "Voeg toe wat er vóór ‘{first}’ en na ‘{last}’ gebeurt.",
        }
    )

    @staticmethod
    def judge(scene: Scene) -> Iterator[Judged]:
        for journey in scene.journeys:
            if not journey.steps:
                continue
            contacts = scene.contacts(journey)
            first, last = journey.steps[0], journey.steps[-1]
            ours = [any(one.owner == "owned" for one in contacts[step.id]) for step in (first, last)]
            values = filled(org=scene.organisation(), first=first.title, last=last.title)
            yield Judged(journey.id, f"steps.{first.id}", values if all(ours) else None)


@rule
class InternalSources(Rule):
    """A map whose evidence comes mostly from inside the organisation.

    What it asks:
    Which share of all evidence on the map, that of reported emotions included, has an internal origin? A workshop
    of the team is internal. A map without evidence is left to the rules on evidence. Threshold:
    `J02.internal_share`.

    Why:
    What is in house is easy to come by: logs of service questions, messages that were sent, what colleagues think.
    It shows the part of the journey that the organisation already sees.

    Source:
    Customer-journey practice on outside-in research; the threshold is a convention of ours.
    """

    id = "J02"
    family = "journey"
    severity = Severity.WARNING
    title = Label(en="Internal sources", nl="Interne bronnen")
    explained = explaining(
        asks={
            "en": "Does enough of the evidence come from outside the organisation?",
            "nl": "Komt er genoeg bewijs van buiten de organisatie?",
        },
        mend={
            "en": "Talk to the people it is about, watch them, or ask them; also those who have not chosen yet or "
            "have left.",
            "nl": "Praat met de mensen om wie het gaat, kijk met hen mee of stel hun vragen. Sla ook wie nog niet "
            "koos of al vertrok niet over.",
        },
    )
    wordings = worded(
        {
            "en": "{pct}% of the evidence comes from inside the organisation; the picture may be distorted.",
            "nl": "{pct}% van het bewijs komt van binnen de organisatie; het beeld kan vertekend zijn.",
        }
    )
    thresholds = ("J02.internal_share",)

    @staticmethod
    def judge(scene: Scene) -> Iterator[Judged]:
        for journey in scene.journeys:
            held = [
                facts
                for evidence in _evidence_on(journey)
                if (facts := scene.facts(evidence)) is not None and facts.kinds
            ]
            if not held:
                continue
            share = sum(one.origin == "internal" or one.kinds == ("workshop",) for one in held) / len(held)
            over = share > scene.thresholds["J02.internal_share"]
            yield Judged(journey.id, values=filled(pct=round(100 * share)) if over else None)


def _evidence_on(journey: Journey) -> Iterator[str]:
    claims = [claim for claim in (journey.trigger, journey.end_goal) if claim is not None]
    for claim in (*claims, *(card.claim for card in journey.cards)):
        if not claim.fictional:
            yield from (piece.source for piece in claim.evidence)
    for step in journey.steps:
        if step.emotion is not None:
            yield from (piece.source for piece in step.emotion.evidence)


@rule
class PhaseUncovered(Rule):
    """A phase of the journey without a single step.

    What it asks:
    Has every phase of the chosen model that lies within the map's scope at least one step? An empty phase is an
    error when the map claims the whole journey and has no phase in focus. A map that says which phase it works on
    now, or that leaves phases out of its scope, gets a warning for the empty phases within it.

    Why:
    Maps tend to show how customers are won and stop there. An empty phase is either a gap in what is known, or not
    part of this map; both are worth saying.

    Source:
    Phase models of the customer journey from latent need to loyalty.
    """

    id = "J03"
    family = "journey"
    severity = Severity.WARNING
    title = Label(en="Empty phase", nl="Lege fase")
    explained = explaining(
        asks={
            "en": "Has every phase in the journey's scope at least one step?",
            "nl": "Heeft elke fase binnen het bereik van de reis minstens één stap?",
        },
        mend={
            "en": "Add what people do in that phase, with or without contact, or leave the phase out of the scope.",
            "nl": "Voeg toe wat mensen in die fase doen, met of zonder contact, of laat de fase buiten het bereik.",
        },
    )
    wordings = worded(
        {
            "en": "Phase “{phase}” is empty: add a step, or leave the phase out of the scope.",
            "nl": "Fase ‘{phase}’ is leeg: voeg een stap toe, of laat de fase buiten het bereik.",
        }
    )

    @staticmethod
    def judge(scene: Scene) -> Iterator[Judged]:
        for journey in scene.journeys:
            held = {step.phase for step in journey.steps}
            phases = scene.phases(journey)
            whole = len(phases) == len(scene.model(journey).columns()) and journey.scope.in_focus is None
            severity = Severity.ERROR if whole else Severity.WARNING
            for phase in phases:
                values = None if phase.id in held else filled(phase=scene.phase_label(journey, phase))
                yield Judged(journey.id, f"phases.{phase.id}", values, severity)


@rule
class NoEndGoal(Rule):
    """A map that is not linked to what the customer wants done.

    What it asks:
    Does the map name a job?

    Why:
    The end goal decides where the journey really ends and what would help on the way. Without it, a map can only
    make the present process smoother.

    Source:
    Jobs to be done.
    """

    id = "J06"
    family = "journey"
    severity = Severity.ERROR
    title = Label(en="No end goal", nl="Geen einddoel")
    explained = explaining(
        asks={
            "en": "Does the journey name the job that the persona wants done?",
            "nl": "Noemt de reis de job die de persona gedaan wil krijgen?",
        },
        mend={
            "en": "Ask “what for?” until the answer is something the persona would want without any product of "
            "yours. Write that down as a job and link it to the journey.",
            "nl": "Vraag door met ‘waarvoor?’ tot je iets hoort wat de persona ook zonder jouw product zou willen. "
            "Leg dat vast als job en koppel de job aan de reis.",
        },
    )
    wordings = worded(
        {
            "en": "Which job does {persona} want done? Link an end goal.",
            "nl": "Welke job wil {persona} gedaan krijgen? Koppel een einddoel.",
        }
    )

    @staticmethod
    def judge(scene: Scene) -> Iterator[Judged]:
        for journey in scene.journeys:
            values = filled(persona=scene.persona(journey.persona)) if journey.job is None else None
            yield Judged(journey.id, "job", values)


@rule
class ComponentMissing(Rule):
    """A component of the map that is empty in the phase in focus.

    What it asks:
    Does the phase in focus hold actions, questions and thoughts, touchpoints, opportunities and content needed?
    (The other two of the seven components, phases and persona, are what the map is built on.) Touchpoints that a
    step names count, and so do opportunities and content needs that lie at one of its steps. Without a phase in
    focus there is nothing to judge; the rule on focus asks for one.

    Why:
    Each component asks a question of its own. One that is left out is a question nobody asked.

    Source:
    The seven components of a customer-journey map.
    """

    id = "J09"
    family = "journey"
    severity = Severity.WARNING
    title = Label(en="Missing component", nl="Ontbrekend onderdeel")
    explained = explaining(
        asks={
            "en": "Does the phase in focus hold actions, questions, touchpoints, opportunities and content needed?",
            "nl": "Staan er in de fase in focus acties, vragen, contactmomenten, kansen en informatiebehoeften?",
        },
        mend={
            "en": "Fill the row for this phase, with assumptions if need be: they are marked as such until there is "
            "evidence.",
            "nl": "Vul de baan voor deze fase, desnoods met aannames: die blijven als aanname herkenbaar tot er "
            "bewijs is.",
        },
    )
    wordings = worded(
        {
            "en": "Component “{lane}” is missing in {phase}.",
            "nl": "Onderdeel ‘{lane}’ ontbreekt in {phase}.",
        }
    )

    @staticmethod
    def judge(scene: Scene) -> Iterator[Judged]:
        for journey in scene.journeys:
            focus = journey.scope.in_focus
            if focus is None:
                continue
            present = _components_in(scene, journey, focus)
            label = scene.phase_label(journey, focus)
            for kind in COMPONENT_LANES:
                values = None if kind in present else {"lane": named(f"checks.component.{kind}"), "phase": label}
                yield Judged(journey.id, f"phases.{focus}.{kind}", values)


def _components_in(scene: Scene, journey: Journey, phase: str) -> set[str]:
    steps = [step for step in journey.steps if step.phase == phase]
    kinds = {lane.id: lane.kind for lane in journey.lanes}
    inside = {step.id for step in steps}
    present: set[str] = {kinds[card.lane] for card in journey.cards if card.step in inside}
    if any(step.touchpoints for step in steps):
        present.add("touchpoint")
    for step in steps:
        for document in scene.anchored.get((journey.id, step.id), ()):
            if isinstance(document, Opportunity):
                present.add("opportunity")
            elif isinstance(document, ContentNeed):
                present.add("content_need")
    return present
