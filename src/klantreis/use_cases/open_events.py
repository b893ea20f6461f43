"""Open an event log, wherever its events are: columns in a folder here, or tables on an engine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from klantreis.events.log import EventLog


def open_events(path: Path | str) -> EventLog:
    """The log in a folder; a remote one is connected to.

    Raises
    ------
    NotFoundError, SchemaVersionError, InvalidInputError
        When there is no log, or it cannot be read.
    EngineError
        When the engine of a remote log cannot be reached.
    """
    from klantreis.events.remote.manifest import is_remote, read_remote

    if not is_remote(path):
        from klantreis.events.local.folder import open_log

        return open_log(path)
    from klantreis.events.remote.log import RemoteLog
    from klantreis.sources.engines import connect_engine

    known = read_remote(path)
    return RemoteLog(
        connect_engine(known.address),
        known.table,
        known.events,
        known.customers,
        known.period,
        zone_name=known.timezone,
        name=str(path),
    )
