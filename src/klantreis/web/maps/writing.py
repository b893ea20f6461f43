"""Taking what a form sends: it becomes a change, comes back with what is wrong, or meets somebody else's change."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from klantreis.errors import ChangeError, ConflictError, NotFoundError
from klantreis.render.words import Words
from klantreis.store.protocol import Entry
from klantreis.texts import error_text
from klantreis.use_cases import edit as editing
from klantreis.use_cases.author import author
from klantreis.web.maps.change_words import known_names, sentence_of, told
from klantreis.web.maps.page import MapPage, draw, map_page
from klantreis.web.maps.reading import FormRefusedError, Posted
from klantreis.web.maps.verbs import VERBS, after, verb_named

#: Fields of a form that are not typed by anybody.
CARRIED = frozenset({"expect", "csrfmiddlewaretoken"})
#: Fields that say what a change is about; shown in words elsewhere.
ABOUT = frozenset({"card", "step", "lane", "evidence", "confirm", "way", "clear", "phase"})


def change(request: HttpRequest, workspace: str, slug: str, verb: str) -> HttpResponse:
    """Apply what a form asks for. Asked for without a form, this address leads back to the map."""
    page = map_page(request, slug)
    known = verb_named(verb)
    if request.method != "POST":
        return HttpResponseRedirect(page.base)
    posted = request.POST.dict()
    if posted.get("expect") not in {page.version, None}:
        return conflict(request, page, verb, posted)
    try:
        wanted = known.read(page.journey, page.here.workspace, posted)
        edited = editing.edit(page.here.store, page.journey.id, wanted, by=author(), expect=page.version)
    except FormRefusedError as refused:
        return draw(request, page, known.asked(posted), posted=posted, complaints=refused.complaints, status=422)
    except ChangeError as refused:
        told_so = error_text(refused, page.here.lang, say=page.words.say)
        general = f"{told_so.message} {told_so.hint}".strip()
        return draw(request, page, known.asked(posted), posted=posted, general=general, status=422)
    except ConflictError:
        return conflict(request, map_page(_again(request), slug), verb, posted)
    _say_done(request, page, edited.entry)
    return HttpResponseRedirect(after(page.base, verb, wanted, before=page.journey, posted=posted))


def undo(request: HttpRequest, workspace: str, slug: str) -> HttpResponse:
    """Take back the last change that still stands; ``way=redo`` brings the last one back."""
    page = map_page(request, slug)
    redo = request.POST.get("way") == "redo"
    back = request.POST.get("back")
    if request.POST.get("expect") not in {page.version, None}:
        messages.info(request, page.words.say("maps.undo.changed"))
        return HttpResponseRedirect(_back(page, back))
    walk = editing.redo if redo else editing.undo
    if not redo and next_undo(page) is None:
        messages.info(request, page.words.say("maps.undo.nothing"))
        return HttpResponseRedirect(_back(page, back))
    try:
        walk(page.here.store, page.journey.id, by=author())
    except ChangeError:
        messages.info(request, page.words.say("maps.undo.nothing"))
        return HttpResponseRedirect(_back(page, back))
    except ConflictError:
        messages.info(request, page.words.say("maps.undo.outside"))
        return HttpResponseRedirect(_back(page, back))
    entries = page.here.store.history(page.journey.id)
    sentence = told(entries, page.journey, page.words)[0].sentence
    messages.success(request, sentence)
    return HttpResponseRedirect(_back(page, back))


def next_undo(page: MapPage) -> Entry | None:
    """The change that an undo takes back; the making of the map itself is no such change."""
    held = editing.trail(page.here.store.history(page.journey.id)).undoable
    return held[-1] if held and held[-1].change.get("type") != "create-document" else None


def conflict(request: HttpRequest, page: MapPage, verb: str, posted: Posted) -> HttpResponse:
    """Somebody else changed the map since the form was opened: say so, keep what was typed, offer to try again."""
    words = page.words
    since = _since(page, posted.get("expect", ""))
    names = known_names(since, page.journey)
    return render(
        request,
        "map_conflict.html.j2",
        {
            "page": page,
            "say": words.say,
            "verb": verb,
            "kept": {name: value for name, value in posted.items() if name not in CARRIED},
            "typed": [(_label(name, words), value) for name, value in posted.items() if _is_typed(name) and value],
            "since": [sentence_of(one, names, words) for one in reversed(since)],
            "still_there": _still_there(page, verb, posted),
        },
        status=409,
    )


def _still_there(page: MapPage, verb: str, posted: Posted) -> bool:
    """Whether what the form is about is still on the map."""
    try:
        VERBS[verb].read(page.journey, page.here.workspace, posted)
    except NotFoundError:
        return False
    except FormRefusedError:
        return True
    return True


def _since(page: MapPage, expect: str) -> tuple[Entry, ...]:
    """What was changed after the version that the form was made for; nothing when that cannot be told."""
    entries = page.here.store.history(page.journey.id)
    known = [entry.seq for entry in entries if entry.after == expect] or [
        entry.seq - 1 for entry in entries if entry.before == expect
    ]
    return tuple(entry for entry in entries if known and entry.seq > known[-1])


def _is_typed(name: str) -> bool:
    return name not in CARRIED | ABOUT and ":" not in name


def _label(name: str, words: Words) -> str:
    return words.say(f"maps.field.{name}") if name in FIELDS else name


#: Fields with a name of their own below ``maps.field``.
FIELDS = frozenset(
    {
        "text", "ref", "impact", "stated_as_fact", "source", "stance", "finding", "number", "low", "high", "unit", "n",
        "method", "period_start", "period_end", "locator", "collected_on", "value", "basis", "title", "pattern",
        "failed", "loop_to", "optional", "repeatable", "observable", "closes", "after", "model",
    }
)  # fmt: skip


def _say_done(request: HttpRequest, page: MapPage, entry: Entry) -> None:
    names = known_names((entry,), page.journey)
    messages.success(request, sentence_of(entry, names, page.words), extra_tags="undo")


def _again(request: HttpRequest) -> HttpRequest:
    """The same request, to look at the workspace as it is now."""
    request.klantreis = None
    return request


def _back(page: MapPage, back: str | None) -> str:
    return page.at() + "history/" if back == "history" else page.at(anchor="main")
