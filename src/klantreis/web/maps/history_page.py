"""The history of a map: what was changed, by whom and when, and a button to take the last change back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from klantreis.use_cases.edit import trail
from klantreis.web.maps.change_words import told
from klantreis.web.maps.page import map_page
from klantreis.web.maps.writing import next_undo


def show(request: HttpRequest, workspace: str, slug: str) -> HttpResponse:
    """The changes, newest first."""
    page = map_page(request, slug)
    entries = page.here.store.history(page.journey.id)
    last = next_undo(page)
    return render(
        request,
        "map_history.html.j2",
        {
            "page": page,
            "journey": page.journey,
            "say": page.words.say,
            "changes": told(entries, page.journey, page.words),
            "next_undo": last.seq if last else None,
            "can_redo": bool(trail(entries).redoable),
            "notices_now": [{"text": one.message, "undo": False} for one in messages.get_messages(request)],
        },
    )
