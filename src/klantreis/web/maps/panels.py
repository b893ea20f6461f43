"""What the panel beside the map shows: a card with the evidence behind it, a step with what is known of it."""

from __future__ import annotations

from dataclasses import dataclass

from klantreis.journeys.journey import Card, Emotion, Journey, Step
from klantreis.journeys.moments import MicroMoment, MomentOfTruth
from klantreis.journeys.reality import Reality
from klantreis.render.numbers import number, signed
from klantreis.render.words import Words
from klantreis.research.claim import Claim
from klantreis.web.claims import ClaimView, EvidenceView, claim_view, evidence_view
from klantreis.web.maps.card_forms import card_of, claim_at, lane_of, step_of
from klantreis.web.maps.later import Answer
from klantreis.web.maps.pointed import Pointed, pointed_at
from klantreis.web.maps.told import told
from klantreis.web.places import name_of, page_of
from klantreis.web.workspaces import WorkspaceContext


@dataclass(frozen=True)
class CardPanel:
    """A card, or a claim above the map (then ``card`` is None and ``above`` names its place)."""

    claim: Claim
    view: ClaimView
    pieces: tuple[tuple[str, EvidenceView], ...]
    card: Card | None
    above: str | None
    lane: str
    step: str
    pointed: Pointed | None
    first: bool
    last: bool
    impact: str


@dataclass(frozen=True)
class EmotionView:
    """How a step feels, in words and numbers."""

    words: str
    facts: tuple[str, ...]
    pieces: tuple[tuple[str, EvidenceView], ...]
    reported: bool


@dataclass(frozen=True)
class Moment:
    """A moment of truth or a micro-moment at a step."""

    label: str
    text: str
    href: str | None
    status: str
    status_word: str
    facts: tuple[str, ...] = ()


@dataclass(frozen=True)
class StepPanel:
    """A step with everything that is known of it. ``reality`` is empty while that is being worked out."""

    step: Step
    number: int
    phase: str
    pattern: str
    failed: str
    flags: tuple[str, ...]
    touchpoints: tuple[tuple[str, str | None], ...]
    emotion: EmotionView | None
    truths: tuple[Moment, ...]
    moments: tuple[Moment, ...]
    reality: tuple[str, ...]
    reality_pending: bool
    cards: int
    own_state: str


def card_panel(here: WorkspaceContext, journey: Journey, card_id: str) -> CardPanel:
    """The panel of a card; NotFoundError when the map has no such card."""
    above, claim = claim_at(journey, card_id)
    card = None if above else card_of(journey, card_id)
    words = Words(here.lang, here.workspace.settings)
    cell = journey.cards_at(card.lane, card.step) if card else ()
    lane = lane_of(journey, card.lane) if card else None
    return CardPanel(
        claim=claim,
        view=claim_view(here, claim),
        pieces=tuple((piece.id, evidence_view(here, piece)) for piece in claim.evidence),
        card=card,
        above=above,
        lane=(lane.title or words.say(f"map.lane.{lane.kind}")) if lane else words.say(f"map.strip.{above}"),
        step=step_of(journey, card.step).title if card else "",
        pointed=pointed_at(here, card.ref) if card and card.ref else None,
        first=not cell or cell[0] == card,
        last=not cell or cell[-1] == card,
        impact=words.say("maps.card.impact", n=claim.impact) if claim.impact else "",
    )


def step_panel(here: WorkspaceContext, journey: Journey, step_id: str, reality: Answer[Reality] | None) -> StepPanel:
    """The panel of a step; NotFoundError when the map has no such step."""
    step = step_of(journey, step_id)
    words = Words(here.lang, here.workspace.settings)
    phase = here.workspace.phase_models[journey.phase_model].phase(step.phase)
    seen = reality.value.step(step.id) if reality is not None and reality.value is not None else None
    return StepPanel(
        step=step,
        number=[one.id for one in journey.steps].index(step.id) + 1,
        phase=words.reword(phase.label.in_lang(here.lang)),
        pattern=str(step.pattern) if step.pattern else "",
        failed=str(step.failed) if step.failed else "",
        flags=_flags(journey, step, words),
        touchpoints=tuple((name_of(here, one), page_of(here, one)) for one in step.touchpoints),
        emotion=_emotion(here, step.emotion, words) if step.emotion else None,
        truths=tuple(
            _moment(here, one.claim, label=one.label, href=page_of(here, one.id))
            for one in here.workspace.of(MomentOfTruth)
            if (one.journey, one.step) == (journey.id, step.id)
        ),
        moments=tuple(
            _moment(
                here,
                one.claim,
                label=words.say(f"map.intent.{one.intent}"),
                href=page_of(here, one.id),
                facts=tuple(fact for fact in (one.query and f"‘{one.query}’", one.context) if fact),
            )
            for one in here.workspace.of(MicroMoment)
            if (one.journey, one.step) == (journey.id, step.id)
        ),
        reality=told(seen, words) if seen is not None else (),
        reality_pending=reality is not None and reality.pending,
        cards=sum(card.step == step.id for card in journey.cards),
        own_state=words.say(f"map.state.{step.state}") if step.state else "",
    )


def _flags(journey: Journey, step: Step, words: Words) -> tuple[str, ...]:
    flags = []
    if step.optional:
        flags.append(words.say("maps.step.is_optional"))
    if step.repeatable:
        flags.append(words.say("maps.step.is_repeatable"))
    if step.closes:
        flags.append(words.say("maps.step.is_closing"))
    if step.loop_to:
        flags.append(words.say("maps.step.loops", step=step_of(journey, step.loop_to).title))
    if step.awareness:
        flags.append(words.say(f"maps.step.awareness.{step.awareness}"))
    return tuple(flags)


def _emotion(here: WorkspaceContext, emotion: Emotion, words: Words) -> EmotionView:
    facts = []
    if emotion.low is not None and emotion.high is not None:
        low, high = signed(emotion.low, here.lang), signed(emotion.high, here.lang)
        facts.append(words.say("maps.emotion.spread", low=low, high=high))
    if emotion.n is not None:
        facts.append(words.say("maps.emotion.n", n=number(emotion.n, here.lang)))
    if emotion.expected is not None:
        facts.append(words.say("maps.emotion.expected", value=signed(emotion.expected, here.lang)))
    return EmotionView(
        words=words.say(f"maps.emotion.{emotion.basis}", value=signed(emotion.value, here.lang)),
        facts=tuple(facts),
        pieces=tuple((piece.id, evidence_view(here, piece)) for piece in emotion.evidence),
        reported=emotion.basis == "reported",
    )


def _moment(
    here: WorkspaceContext, claim: Claim, *, label: str, href: str | None, facts: tuple[str, ...] = ()
) -> Moment:
    status = here.workspace.status(claim, on=here.on).status
    return Moment(label, claim.text, href, status, here.t(f"claims.status.{status}"), facts)
