"""From a form about a card to the change it asks for. Nothing here knows of pages or of where things are kept."""

from __future__ import annotations

from klantreis.edits import SetField
from klantreis.errors import InvalidInputError, NotFoundError, did_you_mean
from klantreis.ids import free_id, slugify
from klantreis.journeys.changes import AddCard, EditCard, JourneyChange, MoveCard, RemoveCard
from klantreis.journeys.journey import Card, Journey, Lane, LaneKind, Step, journey_claims
from klantreis.research.claim import Claim
from klantreis.web.maps.reading import Posted, Reading
from klantreis.workspace import Workspace

#: Kind of document that a card in a lane may point at.
POINTS_AT: dict[LaneKind, str] = {
    "touchpoint": "touchpoint",
    "opportunity": "opportunity",
    "content_need": "content-need",
    "metric": "metric",
    "micro_moment": "micro-moment",
}
#: Letters of a text that make an id.
ID_LENGTH = 32
#: Places of claims on a map that are no cards.
ABOVE_THE_MAP = ("trigger", "end_goal")


def card_of(journey: Journey, card_id: str) -> Card:
    """A card by its id; NotFoundError names those that exist."""
    for card in journey.cards:
        if card.id == card_id:
            return card
    known = [card.id for card in journey.cards]
    raise NotFoundError(
        f"There is no card {card_id!r} on this map.",
        hint=did_you_mean(card_id, known, what="card"),
        message_id="errors.no_card_here",
        values={"card": card_id},
    )


def lane_of(journey: Journey, lane_id: str) -> Lane:
    """A lane by its id; NotFoundError names those that exist."""
    for lane in journey.lanes:
        if lane.id == lane_id:
            return lane
    known = [lane.id for lane in journey.lanes]
    raise NotFoundError(
        f"There is no lane {lane_id!r} on this map.",
        hint=did_you_mean(lane_id, known, what="lane"),
        message_id="errors.no_lane_here",
        values={"lane": lane_id},
    )


def step_of(journey: Journey, step_id: str) -> Step:
    """A step by its id; NotFoundError names those that exist."""
    for step in journey.steps:
        if step.id == step_id:
            return step
    known = [step.id for step in journey.steps]
    raise NotFoundError(
        f"There is no step {step_id!r} on this map.",
        hint=did_you_mean(step_id, known, what="step"),
        message_id="errors.no_step_here",
        values={"step": step_id},
    )


def claim_at(journey: Journey, claim_id: str) -> tuple[str | None, Claim]:
    """The claim with this id, and its field when it stands above the map (the trigger, the end goal)."""
    for place, claim in journey_claims(journey):
        if claim.id == claim_id:
            return (place if place in ABOVE_THE_MAP else None), claim
    known = [claim.id for _, claim in journey_claims(journey)]
    raise NotFoundError(
        f"There is no card {claim_id!r} on this map.",
        hint=did_you_mean(claim_id, known, what="card"),
        message_id="errors.no_card_here",
        values={"card": claim_id},
    )


def new_id(text: str, taken: list[str], *, otherwise: str) -> str:
    """An id made of a text's first words, or of ``otherwise`` when the text has no letter that an id can hold."""
    try:
        slug = slugify(text)
    except InvalidInputError:
        slug = otherwise
    if len(slug) > ID_LENGTH:
        slug = slug[: ID_LENGTH + 1].rpartition("-")[0] or slug[:ID_LENGTH]
    return free_id(slug, taken)


def add_card(journey: Journey, workspace: Workspace, posted: Posted) -> AddCard:
    """The change that adds a card at the end of a cell."""
    reading = Reading(posted)
    lane = reading.chosen("lane", [lane.id for lane in journey.lanes])
    step = reading.chosen("step", [step.id for step in journey.steps])
    kind = next((one.kind for one in journey.lanes if one.id == lane), None)
    text, ref = reading.needed("text"), _ref(reading, workspace, kind, None)
    impact = _impact(reading)
    reading.done()
    card_id = new_id(text, [claim.id for _, claim in journey_claims(journey)], otherwise="card")
    return AddCard(card=Card(claim=Claim(id=card_id, text=text, impact=impact), lane=lane, step=step, ref=ref))


def edit_card(journey: Journey, workspace: Workspace, posted: Posted) -> JourneyChange:
    """The change that gives a card other words; what the form does not show stays as it is."""
    claim_id = posted.get("card", "")
    place, claim = claim_at(journey, claim_id)
    reading = Reading(posted)
    text = reading.needed("text")
    if place is not None:
        reading.done()
        return SetField(path=(place, "text"), value=text)
    card = card_of(journey, claim_id)
    ref = _ref(reading, workspace, lane_of(journey, card.lane).kind, card.ref)
    impact = _impact(reading)
    reading.done()
    changed = claim.model_copy(
        update={"text": text, "impact": impact, "stated_as_fact": reading.ticked("stated_as_fact")}
    )
    return EditCard(card=card.model_copy(update={"claim": changed, "ref": ref}))


def move_card(journey: Journey, workspace: Workspace, posted: Posted) -> MoveCard:
    """The change that moves a card to the end of another cell, or one place up or down within its own."""
    card = card_of(journey, posted.get("card", ""))
    if posted.get("way"):
        return _one_place(journey, card, posted)
    reading = Reading(posted)
    lane = reading.chosen("lane", [lane.id for lane in journey.lanes])
    step = reading.chosen("step", [step.id for step in journey.steps])
    if not reading.complaints and (lane, step) == (card.lane, card.step):
        reading.complain("step", "same_cell")
    reading.done()
    return MoveCard(card=card.id, lane=lane, step=step)


def _one_place(journey: Journey, card: Card, posted: Posted) -> MoveCard:
    reading = Reading(posted)
    way = reading.chosen("way", ("up", "down"))
    cell = journey.cards_at(card.lane, card.step)
    target = cell.index(card) + (-1 if way == "up" else 1)
    if not 0 <= target < len(cell):
        reading.complain("way", "no_place")
    reading.done()
    # Where a card goes is counted without it: before the one above, or after the one below.
    rest = [one.id for one in journey.cards if one.id != card.id]
    at = rest.index(cell[target].id) + (0 if way == "up" else 1)
    return MoveCard(card=card.id, lane=card.lane, step=card.step, at=at)


def remove_card(journey: Journey, workspace: Workspace, posted: Posted) -> RemoveCard:
    """The change that takes a card off the map."""
    return RemoveCard(card=card_of(journey, posted.get("card", "")).id)


def refs_for(workspace: Workspace, kind: LaneKind | None) -> tuple[str, ...]:
    """The documents that a card in a lane of this kind may point at."""
    wanted = POINTS_AT.get(kind) if kind else None
    return tuple(sorted(one.id for one in workspace.documents.values() if wanted and one.kind == wanted))


def _ref(reading: Reading, workspace: Workspace, kind: LaneKind | None, held: str | None) -> str | None:
    """What the card points at; the form of a lane that points at nothing leaves it as it was."""
    if "ref" not in reading.posted:
        return held
    return reading.choice("ref", (*refs_for(workspace, kind), *((held,) if held else ())))


def _impact(reading: Reading) -> int | None:
    found = reading.choice("impact", ("1", "2", "3", "4", "5"))
    return int(found) if found else None
