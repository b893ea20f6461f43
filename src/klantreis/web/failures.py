"""What is shown when something goes wrong: a calm page that says what, and the way on; never a traceback."""

from __future__ import annotations

import logging
import sys
import traceback

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from klantreis.errors import (
    ChangeError,
    ConflictError,
    DocumentError,
    InvalidInputError,
    KlantreisError,
    NotFoundError,
    StoreError,
)
from klantreis.texts import ErrorText, error_text
from klantreis.web.headers import GetResponse
from klantreis.web.workspaces import current_or_none, lang_of

#: Kind of error to the answer's status; the first that fits.
STATUSES: tuple[tuple[type[KlantreisError], int], ...] = (
    (NotFoundError, 404),
    (ConflictError, 409),
    (ChangeError, 400),
    (InvalidInputError, 400),
    (StoreError, 503),
    (DocumentError, 500),
)
log = logging.getLogger("klantreis.web")


def status_for(error: KlantreisError) -> int:
    """The HTTP status of an error.

    Examples
    --------
    >>> status_for(NotFoundError("There is no persona.")), status_for(ConflictError("Changed since."))
    (404, 409)
    """
    return next((status for kind, status in STATUSES if isinstance(error, kind)), 500)


def calm_errors(get_response: GetResponse) -> GetResponse:
    """Middleware: an error of ours becomes a page with its sentence and hint."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_exception(request: HttpRequest, error: Exception) -> HttpResponse | None:
        return failure(request, error) if isinstance(error, KlantreisError) else None

    middleware.process_exception = process_exception  # type: ignore[attr-defined]
    return middleware


def failure(request: HttpRequest, error: KlantreisError) -> HttpResponse:
    """The page for an error of ours."""
    lead = "broken" if isinstance(error, DocumentError) else str(status_for(error))
    here = current_or_none(request)
    reason = error_text(error, here.lang, say=here.t) if here else error_text(error, lang_of(request))
    return _page(request, status_for(error), lead, reason=reason)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The page for an address that leads nowhere."""
    return _page(request, 404, "404")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The page for a request that cannot be taken, such as one under another host's name."""
    return _page(request, 400, "400")


def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The page for a request that is not allowed."""
    return _page(request, 403, "403")


def csrf_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page for a form without a valid token: most often one that stood open since an earlier start."""
    return _page(request, 403, "403")


def server_error(request: HttpRequest) -> HttpResponse:
    """The page for a fault of ours; one line about it goes to the terminal."""
    error = sys.exc_info()[1]
    if error is not None:
        place = traceback.extract_tb(error.__traceback__)[-1]
        log.error("%s %s: %r (%s:%s)", request.method, request.path, error, place.filename, place.lineno)
    return _page(request, 500, "500")


def _page(request: HttpRequest, status: int, lead: str, *, reason: ErrorText | None = None) -> HttpResponse:
    return render(request, "failure.html.j2", {"lead": lead, "reason": reason}, status=status)
