"""The first page: the workspaces that are here. With one there is nothing to choose, so it opens at once."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from klantreis.errors import KlantreisError
from klantreis.web.workspaces import served
from klantreis.workspace import WorkspaceSettings


def show(request: HttpRequest) -> HttpResponse:
    """The workspaces, or the only one."""
    known = served()
    slugs = known.slugs()
    if len(slugs) == 1:
        return redirect("overview", workspace=slugs[0])
    return render(request, "home.html.j2", {"workspaces": [(slug, _settings(slug)) for slug in slugs]})


def _settings(slug: str) -> WorkspaceSettings | None:
    """Title and description; None when the workspace cannot be read, which its own page then explains."""
    try:
        return served().store(slug).load().settings
    except KlantreisError:
        return None
