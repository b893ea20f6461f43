"""Put a piece of evidence behind a claim, wherever the claim stands; the same piece again takes its own place."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from klantreis.edits import SetField
from klantreis.errors import NotFoundError, did_you_mean
from klantreis.journeys.changes import AttachEvidence, EditCard, JourneyChange
from klantreis.journeys.journey import Card, Journey
from klantreis.research.claim import Claim, Evidence
from klantreis.store.protocol import Store
from klantreis.use_cases.edit import Edited, edit
from klantreis.values import Document, Path
from klantreis.workspace import Workspace, claims_in

#: Between a document and one of its claims: ``persona:sanne#c3``.
MARK = "#"


def put_evidence(store: Store, place: str, evidence: Evidence, *, by: str, at: datetime | None = None) -> Edited | None:
    """Put evidence behind a claim through an ordinary change, which can be undone.

    Parameters
    ----------
    place
        The document, and after a ``#`` the claim's id: ``persona:sanne#c3``. The document alone is enough when it
        makes one claim, as an insight or an opportunity does.
    evidence
        Replaces the evidence with its id, if there is one.

    Returns
    -------
    Edited or None
        None when the claim had this very evidence already; nothing was saved.

    Raises
    ------
    NotFoundError
        When there is no such document or claim; those that exist are named.
    ChangeError
        When the evidence points at something that does not exist.
    """
    document, claim = claim_at(store.load(), place)
    held = {one.id: one for one in claim.evidence}
    if held.get(evidence.id) == evidence:
        return None
    pieces = tuple({**held, evidence.id: evidence}.values())
    return edit(store, document.id, _change(document, claim, pieces, evidence), by=by, at=at)


def claim_at(workspace: Workspace, place: str) -> tuple[Document, Claim]:
    """The claim at ``document#claim``, with its document; errors as of :func:`put_evidence`."""
    document_id, _, claim_id = place.partition(MARK)
    document = workspace.find(document_id)
    if document is None:
        known = [one.id for one in workspace.documents.values() if any(True for _ in claims_in(one))]
        raise NotFoundError(
            f"There is no {document_id!r} in this workspace.",
            hint=did_you_mean(document_id, known, what="document"),
            message_id="errors.not_in_workspace",
            values={"document": document_id},
        )
    claims = {claim.id: claim for _, claim in claims_in(document)}
    if claim_id in claims:
        return document, claims[claim_id]
    if not claim_id and len(claims) == 1:
        return document, next(iter(claims.values()))
    if not claim_id:
        raise NotFoundError(
            f"{document_id} makes {len(claims)} claims: say which one.",
            hint=did_you_mean("", [f"{document_id}{MARK}{one}" for one in claims], what="claim"),
            message_id="errors.which_claim",
            values={"document": document_id, "n": len(claims)},
        )
    raise NotFoundError(
        f"There is no claim {claim_id!r} in {document_id}.",
        hint=did_you_mean(claim_id, claims, what="claim"),
        message_id="errors.no_claim_in",
        values={"claim": claim_id, "document": document_id},
    )


def _change(document: Document, claim: Claim, pieces: tuple[Evidence, ...], new: Evidence) -> JourneyChange | SetField:
    if isinstance(document, Journey):
        card = next((one for one in document.cards if one.claim.id == claim.id), None)
        if card is not None:
            return _card_change(card, pieces, new)
    # A claim is found in the written form by its id and its words.
    way = next(_ways(document.model_dump(mode="json", by_alias=True), claim))
    return SetField(
        path=(*way, "evidence"), value=[one.model_dump(mode="json", exclude_defaults=True) for one in pieces]
    )


def _card_change(card: Card, pieces: tuple[Evidence, ...], new: Evidence) -> JourneyChange:
    if all(one.id != new.id for one in card.claim.evidence):
        return AttachEvidence(card=card.id, evidence=new)
    claim = card.claim.model_copy(update={"evidence": pieces})
    return EditCard(card=card.model_copy(update={"claim": claim}))


def _ways(part: Any, claim: Claim, path: Path = ()) -> Iterator[Path]:
    if isinstance(part, dict):
        if part.get("id") == claim.id and part.get("text") == claim.text and "evidence" in part:
            yield path
        for name, inner in part.items():
            yield from _ways(inner, claim, (*path, name))
    elif isinstance(part, list):
        for index, inner in enumerate(part):
            yield from _ways(inner, claim, (*path, index))
