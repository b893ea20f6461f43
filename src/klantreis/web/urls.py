"""Which address shows what. The pages of a map have a file of their own below ``journey/<slug>/``."""

from __future__ import annotations

import re

from django.urls import include, path, register_converter

from klantreis.ids import SLUG
from klantreis.web import failures
from klantreis.web.views.checks import show as checks
from klantreis.web.views.evidence import show as evidence
from klantreis.web.views.health import show as health
from klantreis.web.views.home import show as home
from klantreis.web.views.job import show as job
from klantreis.web.views.methods import evidence_status as evidence_status
from klantreis.web.views.overview import show as overview
from klantreis.web.views.persona import face
from klantreis.web.views.persona import show as persona


class SlugConverter:
    """A slug as in a document's id: words of small letters and digits, joined by hyphens or dots."""

    regex = re.sub(r"\((?!\?)", "(?:", SLUG)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(SlugConverter, "name")

HERE = "w/<name:workspace>/"
urlpatterns = [
    path("", home, name="home"),
    path("health", health, name="health"),
    path(HERE, overview, name="overview"),
    path(f"{HERE}persona/<name:slug>/", persona, name="persona"),
    path(f"{HERE}persona/<name:slug>/face", face, name="persona-face"),
    path(f"{HERE}job/<name:slug>/", job, name="job"),
    path(f"{HERE}checks/", checks, name="checks"),
    path(f"{HERE}evidence/<name:kind>/<name:slug>/", evidence, name="evidence"),
    path(f"{HERE}methods/evidence-status/", evidence_status, name="evidence-status"),
    path(f"{HERE}journey/<name:slug>/", include("klantreis.web.maps.urls")),
]

handler400 = failures.bad_request
handler403 = failures.refused
handler404 = failures.not_found
handler500 = failures.server_error
