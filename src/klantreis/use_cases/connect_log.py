"""Register a log that stays on its own engine: make the enriched tables there, and a small folder that says where."""

from __future__ import annotations

import contextlib
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from klantreis.errors import EngineError, KlantreisError
from klantreis.events.dataset import ColumnRoles
from klantreis.events.filter import zone_named

#: Called before each table is made, with its name.
Told = Callable[[str], None]


@dataclass(frozen=True)
class ConnectedLog:
    """What connecting did.

    Parameters
    ----------
    log
        The folder.
    engine
        The engine, for people.
    tables
        The tables that were made there.
    rows, events, customers, refused, period
        Rows of the source; what is in the log; what was left out by reason; first and last time, µs since 1970 UTC.
    """

    log: Path
    engine: str
    tables: tuple[str, ...]
    rows: int
    events: int
    customers: int
    refused: dict[str, int]
    period: tuple[int, int] | None
    timezone: str


def connect_log(
    address: str,
    into: Path | str,
    *,
    table: str,
    customer: str,
    time: str,
    touchpoint: str,
    channel: str | None = None,
    attributes: Sequence[str] = (),
    order: str | None = None,
    timezone: str = "UTC",
    schema: str | None = None,
    told: Told | None = None,
) -> ConnectedLog:
    """Make a remote log of a table of events on an engine.

    Parameters
    ----------
    address
        Of the engine, such as ``postgresql://an@db.example/shop``; see ``docs/engines``. A password in it is used and
        not kept.
    into
        Folder of the log: new, empty, or a remote log, which is then replaced; its tables are dropped at the end.
    table
        The table or view there, with its schema before it where needed.
    customer, time, touchpoint, channel, attributes
        Names of columns; touchpoint and channel may be one text for all rows, written ``=text``.
    order
        A column that orders events of one customer at equal times.
    timezone
        The zone (IANA name) of times without one, and in which a filter's days are meant.
    schema
        Where the tables are made; None: where the connection is.

    Raises
    ------
    InvalidInputError, NotFoundError, EventImportError
        When a table, column, zone or folder cannot be used.
    EngineError
        When the engine cannot be reached or refuses. Nothing has changed then.
    """
    from klantreis.events.remote.build import build, drop
    from klantreis.events.remote.manifest import RemoteManifest, check_free, is_remote, read_remote, write_remote
    from klantreis.events.remote.table import PARTS, RemoteTable
    from klantreis.sources.engines import connect_engine, shown_address

    into = Path(into)
    check_free(into)
    zone = zone_named(timezone).key
    roles = ColumnRoles(
        customer=customer, time=time, touchpoint=touchpoint, channel=channel, attributes=tuple(attributes)
    )
    before = None
    if is_remote(into):
        with contextlib.suppress(KlantreisError):  # a damaged one is replaced as well
            before = read_remote(into)
    name = re.sub(r"[^a-z0-9]+", "_", into.resolve().name.lower()).strip("_")[:24] or "log"
    target = RemoteTable(schema, f"klantreis_{name}_{secrets.token_hex(4)}")
    engine = connect_engine(address)
    try:
        built = build(engine, target, table=table, roles=roles, order=order, timezone=zone, told=told)
        manifest = RemoteManifest(
            address=shown_address(address),
            table=built.table,
            timezone=zone,
            rows=built.rows,
            events=built.events,
            customers=built.customers,
            period=built.period,
            refused=built.refused,
            source={"table": table, "order": order, **roles.model_dump(mode="json")},
        )
        try:
            write_remote(into, manifest)
        except BaseException:
            drop(engine, built.table)
            raise
        if before is not None and before.address == manifest.address:
            with contextlib.suppress(EngineError):  # the new log stands; what cannot be dropped only takes room
                drop(engine, before.table)
        title = engine.title
    finally:
        engine.close()
    return ConnectedLog(
        log=into,
        engine=title,
        tables=tuple(f"{target.prefix}_{part}" for part in PARTS),
        rows=built.rows,
        events=built.events,
        customers=built.customers,
        refused=built.refused,
        period=built.period,
        timezone=zone,
    )
