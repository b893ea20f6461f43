"""The page of one map: the table, the panel beside it, and the quiet tools above it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from klantreis.errors import KlantreisError, NotFoundError, did_you_mean
from klantreis.events.dataset import Dataset
from klantreis.ids import slug_of
from klantreis.journeys.journey import Journey
from klantreis.journeys.reality import Reality
from klantreis.render.html import MapLinks, map_fragment
from klantreis.render.map_table import map_table
from klantreis.render.map_view import MapTable, RealityView
from klantreis.render.reality_rows import reality_view
from klantreis.render.words import Words
from klantreis.store.protocol import version_of
from klantreis.texts import ErrorText, error_text
from klantreis.web.maps.asked import Asked, asked_by, at
from klantreis.web.maps.beside import findings_now, reality_now
from klantreis.web.maps.form_views import form_for
from klantreis.web.maps.later import Answer
from klantreis.web.maps.panels import CardPanel, StepPanel, card_panel, step_panel
from klantreis.web.maps.reading import Complaint, Posted
from klantreis.web.maps.verbs import anchor_of
from klantreis.web.places import page_of
from klantreis.web.workspaces import WorkspaceContext, current

#: Formats a map can be saved in, in the order of the menu.
FORMATS = ("pdf", "html", "svg", "png")


@dataclass(frozen=True)
class MapPage:
    """One map in one state, as every page of it needs it."""

    here: WorkspaceContext
    journey: Journey
    version: str
    base: str

    @property
    def slug(self) -> str:
        """The last part of the map's address."""
        return slug_of(self.journey.id)

    @property
    def words(self) -> Words:
        """The reader's language, in the market's words."""
        return Words(self.here.lang, self.here.workspace.settings)

    def at(self, *, anchor: str = "", **query: str) -> str:
        """An address on this map."""
        return at(self.base, anchor=anchor, **query)


def map_page(request: HttpRequest, slug: str) -> MapPage:
    """The map that the address names; NotFoundError names those that exist."""
    here = current(request)
    journey = here.workspace.find(f"journey:{slug}")
    if not isinstance(journey, Journey):
        known = [slug_of(one.id) for one in here.workspace.of(Journey)]
        raise NotFoundError(
            f"There is no journey {slug!r} here.",
            hint=did_you_mean(slug, known, what="journey"),
            message_id="errors.no_journey",
            values={"journey": slug},
        )
    base = reverse("map", kwargs={"workspace": here.slug, "slug": slug})
    return MapPage(here, journey, version_of(journey), base)


def show(request: HttpRequest, workspace: str, slug: str) -> HttpResponse:
    """The map, with the panel that the address asks for."""
    page = map_page(request, slug)
    return draw(request, page, asked_by(request.GET.dict()))


def draw(
    request: HttpRequest,
    page: MapPage,
    asked: Asked,
    *,
    posted: Posted | None = None,
    complaints: Iterable[Complaint] = (),
    general: str = "",
    status: int = 200,
) -> HttpResponse:
    """The whole page; a form that was refused comes back with what was typed."""
    here, journey = page.here, page.journey
    reality = reality_now(here, journey)
    panel = _panel(page, asked, reality)
    form = form_for(here, journey, asked, posted=posted, complaints=complaints, general=general)
    table = table_of(page, reality)
    links = _links(page)
    return render(
        request,
        "map.html.j2",
        {
            "page": page,
            "journey": journey,
            "table": table,
            "fragment": map_fragment(table, links=links, selected=asked.card or None),
            "asked": asked,
            "panel": panel,
            "form": form,
            "general": general,
            "say": page.words.say,
            "findings": findings_now(here, journey),
            "formats": FORMATS,
            "reality_pending": reality is not None and reality.pending,
            "reality_error": _told_error(reality, page),
            "notices_now": _notices(request),
            "close_anchor": _close_anchor(page, asked),
        },
        status=status,
    )


def table_of(page: MapPage, reality: Answer[Reality] | None) -> MapTable:
    """The table of the map, with what customers did when that is known."""
    here = page.here
    seen = reality.value if reality is not None else None
    return map_table(
        here.workspace,
        page.journey,
        lang=here.lang,
        on=here.on,
        reality=_reality_rows(page, seen) if seen is not None else None,
        version=page.version,
    )


def _reality_rows(page: MapPage, seen: Reality) -> RealityView:
    rule = page.journey.runs
    dataset = page.here.workspace.find(rule.dataset) if rule else None
    return reality_view(
        seen,
        page.journey,
        lang=page.here.lang,
        settings=page.here.workspace.settings,
        dataset=dataset.title if isinstance(dataset, Dataset) else None,
    )


def _panel(page: MapPage, asked: Asked, reality: Answer[Reality] | None) -> CardPanel | StepPanel | None:
    if asked.panel == "card":
        return card_panel(page.here, page.journey, asked.card)
    if asked.panel == "step":
        return step_panel(page.here, page.journey, asked.step, reality)
    return None


def _links(page: MapPage) -> MapLinks:
    def to(**query: str) -> str:
        return page.at(anchor="panel", **query)

    return MapLinks(
        card=lambda card: to(card=card),
        add_card=lambda lane, step: page.at(anchor="f-text", add="card", lane=lane, step=step),
        step=lambda step: to(step=step),
        emotion=lambda step: page.at(anchor="f-value", step=step, form="emotion"),
        document=lambda document: page_of(page.here, document),
    )


def _told_error(reality: Answer[Reality] | None, page: MapPage) -> ErrorText | None:
    """Why there is nothing to show of what customers did: a sentence and a way on."""
    error = reality.error if reality is not None else None
    if error is None:
        return None
    if isinstance(error, KlantreisError):
        return error_text(error, page.here.lang, say=page.words.say)
    return ErrorText(page.words.say("maps.reality.failed"), "", page.here.lang, page.here.lang)


def _notices(request: HttpRequest) -> Sequence[dict[str, Any]]:
    return [{"text": one.message, "undo": "undo" in (one.extra_tags or "")} for one in messages.get_messages(request)]


def _close_anchor(page: MapPage, asked: Asked) -> str:
    """Where the reader is again once the panel is closed."""
    if asked.panel == "card":
        return anchor_of(page.journey, asked.card)
    if asked.step:
        return f"step-{asked.step}"
    return "main"
