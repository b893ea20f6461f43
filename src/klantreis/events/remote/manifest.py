"""A remote log as a folder: one small file that says which engine keeps it, where there, and what was counted.

No password and no event is in it. The file is replaced in one step: what is read is the old log or the new one.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from klantreis.errors import EventImportError, InvalidInputError, NotFoundError, SchemaVersionError
from klantreis.events.local.folder import REMOTE_MANIFEST
from klantreis.events.remote.table import Field, RemoteTable

FORMAT = "klantreis-remote-log"
REMOTE_VERSION = 1
MANIFEST = REMOTE_MANIFEST


@dataclass(frozen=True, slots=True)
class RemoteManifest:
    """What a remote log says of itself.

    Parameters
    ----------
    address
        Of the engine, without a password.
    source
        The table of events that it was made from, and the roles of its columns.
    """

    address: str
    table: RemoteTable
    timezone: str
    rows: int
    events: int
    customers: int
    period: tuple[int, int] | None
    refused: dict[str, int]
    source: dict[str, Any]


def is_remote(path: Path | str) -> bool:
    """Whether a folder says where a remote log is."""
    return (Path(path) / MANIFEST).is_file()


def read_remote(path: Path | str) -> RemoteManifest:
    """What is in the folder of a remote log.

    Raises
    ------
    NotFoundError
        When there is none.
    SchemaVersionError
        When it was written by a newer version.
    InvalidInputError
        When it is damaged.
    """
    file = Path(path) / MANIFEST
    if not file.is_file():
        raise NotFoundError(f"There is no remote log in {path}.", hint="Make one with: klantreis events connect")
    try:
        plain = json.loads(file.read_text(encoding="utf-8"))
        version = plain["version"] if plain.get("format") == FORMAT else None
        if isinstance(version, int) and version > REMOTE_VERSION:
            raise SchemaVersionError(
                f"This log has version {version}; this Klantreis reads up to {REMOTE_VERSION}.",
                place=str(file),
                hint="Update Klantreis, or connect again.",
            )
        if not isinstance(version, int):
            raise ValueError("it is something else")
        fields = tuple(Field(each["name"], each["kind"], each["column"]) for each in plain["table"]["fields"])
        table = RemoteTable(plain["table"]["schema"], plain["table"]["prefix"], fields)
        period = None if plain["period"] is None else (int(plain["period"][0]), int(plain["period"][1]))
        return RemoteManifest(
            address=str(plain["address"]),
            table=table,
            timezone=str(plain["timezone"]),
            rows=int(plain["rows"]),
            events=int(plain["events"]),
            customers=int(plain["customers"]),
            period=period,
            refused=dict(plain["refused"]),
            source=dict(plain["source"]),
        )
    except SchemaVersionError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise InvalidInputError(
            f"{file} is not the manifest of a remote log ({error}).", hint="Connect again."
        ) from None


def check_free(into: Path) -> None:
    """Raise EventImportError when a folder holds something else than a remote log."""
    if into.exists() and not into.is_dir():
        raise EventImportError(f"{into} is a file; a log is a folder.", hint="Give another name with --into.")
    if into.is_dir() and not is_remote(into) and any(into.iterdir()):
        raise EventImportError(
            f"The folder {into} holds something else than a remote log.", hint="Give a new or an empty folder."
        )


def write_remote(into: Path, manifest: RemoteManifest) -> None:
    """Make this the log in the folder.

    Raises
    ------
    EventImportError
        When the folder cannot be written.
    """
    whole = {
        "format": FORMAT,
        "version": REMOTE_VERSION,
        "address": manifest.address,
        "table": manifest.table.to_dict(),
        "timezone": manifest.timezone,
        "rows": manifest.rows,
        "events": manifest.events,
        "customers": manifest.customers,
        "period": manifest.period,
        "refused": manifest.refused,
        "source": manifest.source,
    }
    draft = into / f"{MANIFEST}.{secrets.token_hex(4)}"
    try:
        into.mkdir(parents=True, exist_ok=True)
        draft.write_text(json.dumps(whole, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        os.replace(draft, into / MANIFEST)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise EventImportError(f"The folder {into} cannot be written: {error.strerror}.") from None
