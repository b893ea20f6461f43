"""What a remote log asks of the engine that keeps the events: to run SQL in its own dialect."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

#: One row of an answer, in the order of the columns asked for.
Row = tuple[Any, ...]


class Engine(Protocol):
    """A connection to DuckDB, PostgreSQL, ClickHouse, Spark, Trino or the like.

    It knows nothing of events. What it cannot carry out it says in an ``EngineError``.
    """

    @property
    def title(self) -> str:
        """The engine and where it is, for people; without a password."""
        ...

    @property
    def dialect(self) -> str:
        """Which SQL it speaks: a key of ``dialects.DIALECTS``."""
        ...

    def rows(self, sql: str) -> Sequence[Row]:
        """Run one statement in the engine's own dialect; what it returns, nothing for a statement that returns none.

        Whole numbers come back as int, numbers as float, text as str, NULL as None, arrays as lists or tuples.

        Raises
        ------
        EngineError
            When the engine refuses the statement or cannot be reached.
        """
        ...

    def close(self) -> None:
        """End the connection."""
        ...
