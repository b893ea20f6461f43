"""A map as a file to keep or to send: PDF, HTML, SVG or PNG."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.http import HttpRequest, HttpResponse

from klantreis.errors import NotFoundError, did_you_mean
from klantreis.use_cases.render_map import render_map
from klantreis.web.maps.beside import SMALL_GROUP
from klantreis.web.maps.page import FORMATS, map_page

CONTENT_TYPES = {
    "pdf": "application/pdf",
    "html": "text/html; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
}


def show(request: HttpRequest, workspace: str, slug: str, ending: str) -> HttpResponse:
    """The file, to be saved under the map's name."""
    page = map_page(request, slug)
    if ending not in FORMATS:
        raise NotFoundError(
            f"A map cannot be saved as {ending!r}.",
            hint=did_you_mean(ending, FORMATS, what="format"),
            message_id="errors.no_format",
            values={"ending": ending},
        )
    name = f"{page.slug}.{ending}"
    with tempfile.TemporaryDirectory(prefix="klantreis-") as folder:
        target = Path(folder) / name
        render_map(
            page.here.store, page.journey.id, target, lang=page.here.lang, on=page.here.on, hide_below=SMALL_GROUP
        )
        body = target.read_bytes()
    response = HttpResponse(body, content_type=CONTENT_TYPES[ending])
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
