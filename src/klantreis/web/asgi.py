"""The application that a server calls."""

from __future__ import annotations

from typing import Any

from klantreis.web import settings
from klantreis.web.options import ServeOptions


def application(options: ServeOptions) -> Any:
    """The ASGI application for these options: Django is set up, a database is migrated, the workspaces are open."""
    settings.configure()
    from django.core.handlers.asgi import ASGIHandler

    # Only now: these import Django's models, which want their settings.
    from klantreis.web.workspaces import serve_these, served_by

    serve_these(served_by(options))
    return ASGIHandler()
