"""Tells Django the name under which the tables are kept."""

from __future__ import annotations

from django.apps import AppConfig


class StoreConfig(AppConfig):  # type: ignore[misc]
    """The tables of workspaces."""

    name = "klantreis.store.database"
    label = "klantreis"
    verbose_name = "Klantreis"
    default_auto_field = "django.db.models.BigAutoField"
