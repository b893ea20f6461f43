"""The addresses below one map."""

from __future__ import annotations

from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from klantreis.web.maps import history_page, page, saving_as, writing

urlpatterns = [
    path("", require_safe(page.show), name="map"),
    path("history/", require_safe(history_page.show), name="map-history"),
    path("change/<slug:verb>/", require_http_methods(["GET", "HEAD", "POST"])(writing.change), name="map-change"),
    path("undo/", require_POST(writing.undo), name="map-undo"),
    path("save-as/<slug:ending>/", require_safe(saving_as.show), name="map-save-as"),
]
