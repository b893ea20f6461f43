"""In which language a page is shown: as chosen by the switch, else as the browser asks, else as the workspace is."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.cache import patch_vary_headers

from klantreis.texts import LANGS
from klantreis.values import Lang
from klantreis.web.headers import GetResponse

COOKIE = "klantreis_lang"
A_YEAR = 365 * 24 * 3600


def choose_language(get_response: GetResponse) -> GetResponse:
    """Middleware: ``?lang=nl`` keeps the choice in a cookie and leads back to the same page without it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        wanted = _known(request.GET.get("lang"))
        if wanted is not None and request.method in {"GET", "HEAD"}:
            rest = [(key, value) for key, values in request.GET.lists() if key != "lang" for value in values]
            # A path that begins with two slashes would be read as another host.
            path = "/" + request.path.lstrip("/")
            back = HttpResponseRedirect(f"{path}?{urlencode(rest)}" if rest else path)
            back.set_cookie(COOKIE, wanted, max_age=A_YEAR, samesite="Lax", httponly=True)
            return back
        response = get_response(request)
        patch_vary_headers(response, ("Cookie", "Accept-Language"))
        return response

    return middleware


def chosen(request: HttpRequest) -> Lang | None:
    """The language that the reader chose or that the browser asks for; None when neither is one of ours."""
    return _known(request.COOKIES.get(COOKIE)) or accepted(request.headers.get("Accept-Language", ""))


def accepted(header: str) -> Lang | None:
    """The first of our languages by the weights of an Accept-Language header.

    Examples
    --------
    >>> accepted("fr, en;q=0.7, nl-BE;q=0.8")
    'nl'
    >>> accepted("fr;q=0.9") is None
    True
    """
    weighed: list[tuple[float, int, Lang]] = []
    for place, part in enumerate(header.split(",")):
        name, _, parameters = part.strip().partition(";")
        lang = _known(name.partition("-")[0].strip().lower())
        weight = _weight(parameters)
        if lang is not None and weight > 0:
            weighed.append((-weight, place, lang))
    return min(weighed)[2] if weighed else None


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def _known(name: str | None) -> Lang | None:
    return next((lang for lang in LANGS if lang == name), None)
