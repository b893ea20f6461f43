"""PostgreSQL: ``postgresql://user@host:5432/database``; the password from ``PGPASSWORD`` or ``~/.pgpass``."""

from __future__ import annotations

import os

from klantreis.errors import EngineError, InvalidInputError
from klantreis.sources.engines import PASSWORD, shown_address
from klantreis.sources.engines.dbapi import DbapiEngine


def connect(address: str) -> DbapiEngine:
    """Connect; each statement commits by itself."""
    try:
        import psycopg
    except ImportError:
        raise InvalidInputError(
            "The driver for PostgreSQL is not installed.", hint="pip install 'klantreis[postgres]'"
        ) from None
    title = f"PostgreSQL ({shown_address(address)})"
    password = os.environ.get(PASSWORD)
    try:
        # Without one, PGPASSWORD and ~/.pgpass are looked at.
        connection = psycopg.connect(address, autocommit=True, options="-c TimeZone=UTC", password=password)
    except psycopg.Error as error:
        lines = str(error).strip().splitlines() or ["no answer"]
        raise EngineError(f"{title} cannot be reached: {lines[0]}") from None
    return DbapiEngine(title, "postgres", connection)
