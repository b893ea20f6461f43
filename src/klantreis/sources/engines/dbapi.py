"""Any engine with a Python DB-API driver: how its cursor runs a statement, and how its errors become ours."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from klantreis.errors import EngineError
from klantreis.events.remote.engine import Row


@dataclass(frozen=True, eq=False)
class DbapiEngine:
    """An open DB-API connection to a warehouse, as an engine.

    Parameters
    ----------
    title
        The engine and where it is, for messages.
    dialect
        Which SQL it speaks; see ``klantreis.events.remote.dialects``.
    connection
        Each statement must commit by itself.
    """

    title: str
    dialect: str
    connection: Any

    def rows(self, sql: str) -> Sequence[Row]:
        """See ``Engine.rows``."""
        try:
            with contextlib.closing(self.connection.cursor()) as cursor:
                cursor.execute(sql)
                if cursor.description is None:
                    return ()
                return [tuple(map(plain, row)) for row in cursor.fetchall()]
        except Exception as error:  # noqa: BLE001 - drivers have no error in common
            raise refused(self.title, error) from None

    def close(self) -> None:
        """See ``Engine.close``."""
        self.connection.close()


def plain(value: Any) -> Any:
    """A whole number as int, also where the driver has a decimal."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def refused(title: str, error: Exception) -> EngineError:
    """What an engine said, in a sentence."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return EngineError(f"{title} refuses: {lines[0] if lines else type(error).__name__}")
