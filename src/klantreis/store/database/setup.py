"""Makes a database ready: tells Django of it, with or without the web package, and brings its tables up to date.

Every location gets a name (an alias) of its own, so that one process can work with several databases.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from klantreis.errors import InvalidInputError, StoreError

APP = "klantreis.store.database"
#: How long a writer waits for another one, in seconds.
WAIT = 30
_SCHEMES = ("postgresql", "postgres")
#: Alias of each location whose tables are up to date.
_READY: dict[str, str] = {}
_GUARD = threading.RLock()
_MIGRATION_LOCK = 0x6B6C616E74726569  # "klantrei": any number that no other program takes


def databases(location: str) -> dict[str, Any]:
    """Django's settings for the database at a location.

    Raises
    ------
    InvalidInputError
        When the address cannot be read.
    """
    if "://" in location:
        return _server(location)
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(Path(location).absolute()),
        "OPTIONS": {
            "timeout": WAIT,
            # A transaction that begins as a reader cannot wait for another writer; so all begin as writers.
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
    }


def _server(location: str) -> dict[str, Any]:
    try:
        parts = urlsplit(location)
        port = parts.port
    except ValueError as error:
        raise InvalidInputError(f"The address of the database cannot be read: {error}.") from error
    name = unquote(parts.path.lstrip("/"))
    if parts.scheme not in _SCHEMES or not name:
        raise InvalidInputError(
            f"{shown(location)} is no address of a database.", hint="Write postgresql://user:password@host:5432/name."
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(port or ""),
        "OPTIONS": {"connect_timeout": str(WAIT), **dict(parse_qsl(parts.query))},
    }


def shown(location: str) -> str:
    """A location without its password."""
    if "://" not in location:
        return location
    parts = urlsplit(location)
    if parts.password is None:
        return location
    return parts._replace(netloc=parts.netloc.replace(f":{parts.password}@", ":***@", 1)).geturl()


def configure(location: str) -> str:
    """Tell Django of a database; gives the alias to use it by.

    When nobody configured Django yet, it is configured with this database and nothing but the store's tables.
    """
    import django
    from django.apps import apps
    from django.conf import settings
    from django.db import connections

    wanted = databases(location)
    with _GUARD:
        if not settings.configured and not os.environ.get("DJANGO_SETTINGS_MODULE"):
            settings.configure(
                INSTALLED_APPS=[APP],
                DATABASES={"default": wanted},
                USE_TZ=True,
                TIME_ZONE="UTC",
                DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
            )
        if not apps.ready:
            django.setup()
        for alias, known in connections.settings.items():
            if all(known.get(key) == value for key, value in wanted.items() if key != "OPTIONS"):
                return str(alias)
        alias = f"at-{hashlib.sha256(location.encode()).hexdigest()[:12]}"
        filled = connections.configure_settings({"default": wanted, alias: wanted})
        connections.settings[alias] = filled[alias]
        return alias


def ready(location: str) -> str:
    """The alias of a database whose tables are up to date; they are made when they are not there."""
    with _GUARD:
        known = location if "://" in location else str(Path(location).absolute())
        if known not in _READY:
            alias = configure(location)
            migrate(alias)
            _READY[known] = alias
        return _READY[known]


def tables(location: str) -> ModuleType:
    """The models; they can be loaded only after Django knows of the database."""
    ready(location)
    from klantreis.store.database import models

    return models


def migrate(alias: str) -> None:
    """Bring the tables up to date; of several processes one does, the others wait.

    Raises
    ------
    StoreError
        When the database cannot be reached or opened.
    """
    from django.core.management import call_command
    from django.db import DatabaseError, connections

    try:
        if _is_current(alias):
            return
        with _alone(alias):
            if not _is_current(alias):
                call_command("migrate", database=alias, verbosity=0, interactive=False)
    except DatabaseError as error:
        place = connections.settings[alias]
        reason = " ".join(str(error).split())
        raise StoreError(f"The database {place['NAME']} cannot be opened: {reason}.") from error


def _is_current(alias: str) -> bool:
    from django.db import connections
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connections[alias])
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


@contextmanager
def _alone(alias: str) -> Iterator[None]:
    from django.db import connections

    connection = connections[alias]
    if connection.vendor == "sqlite":
        # Not the file itself: closing it a second time would take away the locks that SQLite holds on it.
        held = os.open(Path(connection.settings_dict["NAME"]).parent, os.O_RDONLY)
        try:
            fcntl.flock(held, fcntl.LOCK_EX)
            yield
        finally:
            os.close(held)
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_MIGRATION_LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_MIGRATION_LOCK])
