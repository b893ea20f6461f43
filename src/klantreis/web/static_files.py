"""Style sheets, scripts and fonts, straight from the installed package.

Addresses carry a digest of the content (``site.css?v=…``), so a browser may keep a file for a year.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from whitenoise import WhiteNoise

from klantreis.errors import NotFoundError
from klantreis.web.headers import GetResponse

_PACKAGE = Path(__file__).parent.parent
#: Address prefix to the folder it shows; the longest prefix comes first.
FOLDERS: dict[str, Path] = {
    "/static/render/fonts/": _PACKAGE / "render" / "fonts",
    "/static/render/": _PACKAGE / "render" / "static",
    "/static/maps/": _PACKAGE / "web" / "maps" / "static",
    "/static/": _PACKAGE / "web" / "static",
}
A_YEAR = 365 * 24 * 3600


def package_files(get_response: GetResponse) -> GetResponse:
    """Middleware: answer for the package's own files, pass everything else on."""
    files = WhiteNoise(None, max_age=A_YEAR, allow_all_origins=False)
    for prefix, folder in FOLDERS.items():
        if folder.is_dir():
            files.add_files(str(folder), prefix=prefix)

    def middleware(request: HttpRequest) -> HttpResponse:
        found = files.files.get(request.path_info)
        if found is None:
            return get_response(request)
        answer = found.get_response(request.method, request.META)
        body = b""
        if answer.file is not None:
            with answer.file:
                body = answer.file.read()
        response = HttpResponse(body, status=int(answer.status))
        del response["Content-Type"]
        for name, value in answer.headers:
            response[name] = value
        if answer.file is not None:
            # The file may have been replaced since the start (an upgrade): its length then is not the one noted.
            response["Content-Length"] = str(len(body))
        return response

    return middleware


@cache
def static(name: str) -> str:
    """The address of a file with the digest of its content.

    Parameters
    ----------
    name
        Path below ``/static/``: ``site.css``, ``render/map.css``, ``fonts/….woff2``.
    """
    address = f"/static/{name}"
    for prefix, folder in FOLDERS.items():
        path = folder / address.removeprefix(prefix)
        if address.startswith(prefix) and path.is_file():
            return f"{address}?v={hashlib.sha256(path.read_bytes()).hexdigest()[:10]}"
    raise NotFoundError(f"The package holds no static file {name!r}.")
