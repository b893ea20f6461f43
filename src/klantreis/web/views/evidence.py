"""What claims rest on: a study, a dataset, a quote, an insight … what it is, and every claim that rests on it."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from klantreis.errors import NotFoundError, did_you_mean
from klantreis.research.claim import Claim
from klantreis.web.claims import ClaimView, claim_view
from klantreis.web.places import RECORD_KINDS, page_of, title_of
from klantreis.web.record_facts import facts_of
from klantreis.web.workspaces import WorkspaceContext, current
from klantreis.workspace import claims_in


def show(request: HttpRequest, workspace: str, kind: str, slug: str) -> HttpResponse:
    """The page of one piece of research, dataset or other record."""
    here = current(request)
    if kind not in RECORD_KINDS:
        raise NotFoundError(f"There is no page for {kind!r}.", hint=did_you_mean(kind, RECORD_KINDS, what="kind"))
    document = here.workspace.find(f"{kind}:{slug}")
    if document is None:
        known = [one for one in here.workspace.documents if one.startswith(f"{kind}:")]
        raise NotFoundError(
            f"There is no {kind} {slug!r} in this workspace.", hint=did_you_mean(f"{kind}:{slug}", known, what=kind)
        )
    own = getattr(document, "claim", None)
    return render(
        request,
        "evidence.html.j2",
        {
            "document": document,
            "kind": kind,
            "title": title_of(document, here.lang),
            "facts": facts_of(here, document),
            "own_claim": claim_view(here, own) if isinstance(own, Claim) else None,
            "illustrative": bool(getattr(document, "illustrative", False)),
            "resting": list(resting_on(here, document.id)),
            "parts": belonging_to(here, document.id),
        },
    )


def resting_on(here: WorkspaceContext, source: str) -> Iterator[tuple[ClaimView, str, str | None]]:
    """Every claim with evidence from a source: the claim, the title of the document it stands in, its address."""
    for document in here.workspace.documents.values():
        for place, claim in claims_in(document):
            if any(piece.source == source for piece in claim.evidence):
                exact = f"cards.{claim.id}" if place.startswith("cards.") else f"{place}.{claim.id}"
                where = place if place in {"trigger", "end_goal"} else exact
                yield claim_view(here, claim), title_of(document, here.lang), page_of(here, document.id, where)


def belonging_to(here: WorkspaceContext, source: str) -> list[tuple[str, str | None]]:
    """Documents that belong to this one: the sources of a study, the quotes of a source."""
    found = []
    for document in here.workspace.documents.values():
        if source in (getattr(document, "study", None), getattr(document, "source", None)):
            found.append((title_of(document, here.lang), page_of(here, document.id)))
    return found
