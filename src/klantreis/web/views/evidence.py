"""What claims rest on: a study, a dataset, a quote, an insight … what it is, and every claim that rests on it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from klantreis.errors import NotFoundError, did_you_mean
from klantreis.measurement.measurement import Measurement
from klantreis.research.claim import Claim
from klantreis.research.survey import Survey
from klantreis.web.claims import ClaimView, claim_view
from klantreis.web.measured import measured
from klantreis.web.places import RECORD_KINDS, page_of, title_of
from klantreis.web.record_facts import facts_of
from klantreis.web.surveyed import asked
from klantreis.web.workspaces import WorkspaceContext, current
from klantreis.workspace import claims_in

#: Which documents come first among those that rest on a source.
ORDER = ("persona", "job", "journey")
#: How many claims of one document are shown at once; one more is not worth a click.
SHOWN = 5


@dataclass(frozen=True)
class Resting:
    """A document with its claims that rest on a source, each with its exact address."""

    kind: str
    title: str
    href: str | None
    claims: tuple[tuple[ClaimView, str | None], ...]

    @property
    def says_itself(self) -> bool:
        """Whether the document is nothing but its one claim, as an insight is."""
        return len(self.claims) == 1 and self.claims[0][0].text == self.title


def show(request: HttpRequest, workspace: str, kind: str, slug: str) -> HttpResponse:
    """The page of one piece of research, dataset or other record."""
    here = current(request)
    if kind not in RECORD_KINDS:
        raise NotFoundError(
            f"There is no page for {kind!r}.",
            hint=did_you_mean(kind, RECORD_KINDS, what="kind"),
            message_id="errors.no_page",
            values={"kind": kind},
        )
    document = here.workspace.find(f"{kind}:{slug}")
    if document is None:
        known = [one for one in here.workspace.documents if one.startswith(f"{kind}:")]
        raise NotFoundError(
            f"There is no {kind} {slug!r} in this workspace.",
            hint=did_you_mean(f"{kind}:{slug}", known, what=kind),
            message_id="errors.no_document",
            values={"kind": kind, "document": slug},
        )
    own = getattr(document, "claim", None)
    return render(
        request,
        "evidence.html.j2",
        {
            "document": document,
            "kind": kind,
            "title": title_of(document, here.lang),
            "facts": [
                (label, list(facts)) for label, facts in groupby(facts_of(here, document), lambda one: one.label)
            ],
            "says_itself": isinstance(own, Claim) and own.text == title_of(document, here.lang),
            "own_claim": claim_view(here, own) if isinstance(own, Claim) else None,
            "illustrative": bool(getattr(document, "illustrative", False)),
            "shown": SHOWN,
            "resting": (resting := resting_on(here, document.id)),
            "resting_n": sum(len(one.claims) for one in resting),
            "parts": belonging_to(here, document.id),
            "asked": asked(here, document) if isinstance(document, Survey) else (),
            "measured": measured(here, document) if isinstance(document, Measurement) else None,
        },
    )


def resting_on(here: WorkspaceContext, source: str) -> list[Resting]:
    """Every claim with evidence from a source, by the document it stands in; personas, jobs and maps first."""
    found = []
    for document in here.workspace.documents.values():
        claims = [
            (claim_view(here, claim), page_of(here, document.id, _exact(place, claim.id)))
            for place, claim in claims_in(document)
            if any(piece.source == source for piece in claim.evidence)
        ]
        if claims:
            found.append(
                Resting(document.kind, title_of(document, here.lang), page_of(here, document.id), tuple(claims))
            )
    return sorted(found, key=lambda one: (_rank(one.kind), one.title))


def _exact(place: str, claim: str) -> str:
    if place in {"trigger", "end_goal"}:
        return place
    return f"cards.{claim}" if place.startswith("cards.") else f"{place}.{claim}"


def _rank(kind: str) -> int:
    return ORDER.index(kind) if kind in ORDER else len(ORDER)


def belonging_to(here: WorkspaceContext, source: str) -> list[tuple[str, str | None]]:
    """Documents that belong to this one: the sources of a study, the quotes of a source."""
    found = []
    for document in here.workspace.documents.values():
        if source in (getattr(document, "study", None), getattr(document, "source", None)):
            found.append((title_of(document, here.lang), page_of(here, document.id)))
    return found
