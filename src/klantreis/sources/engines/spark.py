"""Spark, by Spark Connect or with the driver in this process.

``sc://host:15002`` is a Spark Connect server: Java is not needed here. ``spark://host:7077`` is a standalone cluster
and ``spark://local`` this machine, with the driver here. What stands after ``?`` is set on the session, as in
``spark://local?spark.sql.shuffle.partitions=8``. A token for Spark Connect: ``KLANTREIS_ENGINE_PASSWORD``.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from klantreis.errors import EngineError, InvalidInputError
from klantreis.events.remote.engine import Row
from klantreis.sources.engines import PASSWORD, shown_address
from klantreis.sources.engines.dbapi import plain


@dataclass(frozen=True, eq=False)
class Spark:
    """A Spark session in UTC."""

    title: str
    session: Any
    dialect: str = "spark"

    def rows(self, sql: str) -> Sequence[Row]:
        """See ``Engine.rows``."""
        try:
            return [tuple(map(plain, row)) for row in self.session.sql(sql).collect()]
        except Exception as error:  # noqa: BLE001 - classic and Connect have no error in common
            raise EngineError(f"{self.title} refuses: {_first_line(error)}") from None

    def close(self) -> None:
        """End the session, and with a driver here its Java too."""
        self.session.stop()


def connect(address: str) -> Spark:
    """Start a session."""
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise InvalidInputError(
            "PySpark is not installed.",
            hint="pip install 'klantreis[spark]', in an environment of its own: see docs/engines/spark.md.",
        ) from None
    parts = urlsplit(address)
    builder = SparkSession.builder.appName("klantreis")
    for name, value in parse_qsl(parts.query):
        builder = builder.config(name, value)
    plain_address = address.split("?", 1)[0]
    if parts.scheme == "sc":
        token = os.environ.get(PASSWORD)
        held = (
            f"{plain_address.rstrip('/')}{'' if ';' in plain_address else '/'};token={token}"
            if token
            else plain_address
        )
        builder = builder.remote(held)
    else:
        builder = builder.master("local[*]" if parts.netloc == "local" else f"spark://{parts.netloc}")
        builder = builder.config("spark.ui.showConsoleProgress", "false")
    title = f"Spark ({shown_address(plain_address)})"
    try:
        session = builder.getOrCreate()
        # Times without a zone are read as UTC and then moved: see the dialect.
        session.conf.set("spark.sql.session.timeZone", "UTC")
        if database := parts.path.strip("/").split(";", 1)[0]:
            session.sql(f"USE `{database}`")
    except Exception as error:  # noqa: BLE001
        raise EngineError(f"{title} cannot be reached: {_first_line(error)}") from None
    return Spark(title, session)


def _first_line(error: Exception) -> str:
    lines = [line for line in str(error).splitlines() if line.strip()]
    return lines[0][:500] if lines else type(error).__name__
