"""Trino: ``trino://user@host:8080/catalog/schema``, or ``trinos://`` over HTTPS with ``KLANTREIS_ENGINE_PASSWORD``."""

from __future__ import annotations

import os
from urllib.parse import unquote, urlsplit

from klantreis.errors import InvalidInputError
from klantreis.sources.engines import PASSWORD, shown_address
from klantreis.sources.engines.dbapi import DbapiEngine


def connect(address: str) -> DbapiEngine:
    """A connection; Trino itself is only reached with the first statement."""
    try:
        from trino import dbapi
        from trino.auth import BasicAuthentication
    except ImportError:
        raise InvalidInputError(
            "The driver for Trino is not installed.", hint="pip install 'klantreis[trino]'"
        ) from None
    parts = urlsplit(address)
    secure = parts.scheme.lower() == "trinos"
    catalog, _, schema = unquote(parts.path.strip("/")).partition("/")
    user = unquote(parts.username or "klantreis")
    password = unquote(parts.password or "") or os.environ.get(PASSWORD)
    connection = dbapi.connect(
        host=parts.hostname or "localhost",
        port=parts.port or (443 if secure else 8080),
        user=user,
        catalog=catalog or None,
        schema=schema or None,
        http_scheme="https" if secure else "http",
        auth=BasicAuthentication(user, password) if secure and password else None,
        timezone="UTC",
    )
    return DbapiEngine(f"Trino ({shown_address(address)})", "trino", connection)
