"""Whether the server answers: for a script that waits for it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse


def show(request: HttpRequest) -> HttpResponse:
    """``ok`` as plain text."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")
