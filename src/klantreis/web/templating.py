"""The templates' environment: escaping on, an undefined name is an error, words in the reader's language."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from jinja2 import Environment, StrictUndefined

from klantreis.render import numbers
from klantreis.texts import LANGS, text
from klantreis.values import Lang
from klantreis.web.static_files import static
from klantreis.web.workspaces import WorkspaceContext, current_or_none, lang_of

#: Routes that stand outside any workspace.
OUTSIDE = frozenset({"home", "health"})


def environment(**options: Any) -> Environment:
    """The Jinja2 environment of all pages."""
    options["undefined"] = StrictUndefined
    options["autoescape"] = True
    made = Environment(trim_blocks=True, lstrip_blocks=True, **options)  # noqa: S701 - autoescape is set just above
    made.globals |= {"static": static, "langs": LANGS}
    return made


def page_words(request: HttpRequest) -> dict[str, Any]:
    """What every template may use, bound to one request: ``t``, ``url``, ``lang``, numbers and days."""
    here = current_or_none(request)
    lang = here.lang if here else lang_of(request)
    return {
        "here": here,
        "lang": lang,
        "t": here.t if here else lambda message, **values: text(message, lang, **values),
        "url": partial(address, here),
        "switch": partial(_switch, request),
        "number": lambda value, decimals=0: numbers.number(value, lang, decimals=decimals),
        "percent": lambda share: numbers.percent(share, lang),
        "interval": lambda low, high: numbers.interval(low, high, lang),
        "day": lambda value: _day(value, lang),
    }


def address(here: WorkspaceContext | None, name: str, **parts: str) -> str:
    """The address of a route; within a workspace its slug is filled in."""
    if here is not None and name not in OUTSIDE:
        parts.setdefault("workspace", here.slug)
    return str(reverse(name, kwargs=parts))


def _switch(request: HttpRequest, lang: Lang) -> str:
    """This same page with the language switched."""
    query = request.GET.copy()
    query["lang"] = lang
    return f"?{query.urlencode()}"


def _day(value: date | None, lang: Lang) -> str:
    return numbers.day(value, lang) if value else ""
