"""A log as a folder: columns in NumPy files, mapped when read, and a manifest that says which ones are the log.

The columns of one import stand in a folder of their own, ``columns-…``; the manifest is replaced last, in one step.
A process that is killed while it writes leaves the old log or the new one, never a mixture. Layout::

    manifest.json                   what, from where, how many; names the columns folder
    columns-3f2a9c01/times.npy      int64, microseconds since 1970 UTC
    columns-3f2a9c01/offsets.npy    int64, first event of each customer, and the number of events
    columns-3f2a9c01/customers.npy  the customer ids as UTF-8, end to end; customer_ends.npy: where each ends
    columns-3f2a9c01/text-0.npy     codes of a text column; text-0.json: their texts
    columns-3f2a9c01/number-0.npy   a numeric column, float64
    columns-3f2a9c01/rejects.csv    the refused rows, when there are any
    columns-3f2a9c01/kept-0.parquet the rows of the first source file, to which more can be added
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from klantreis.errors import EventImportError, InvalidInputError, NotFoundError, SchemaVersionError
from klantreis.events.local.columns import Coded, Columns, PackedTexts
from klantreis.events.local.log import LocalLog

FORMAT = "klantreis-event-log"
LOG_VERSION = 1
MANIFEST = "manifest.json"
#: In the folder of a log that stays on its engine: see ``remote/manifest.py``.
REMOTE_MANIFEST = "remote.json"
_LOCK = ".importing"


def is_log(path: Path | str) -> bool:
    """Whether a folder holds an event log."""
    return (Path(path) / MANIFEST).is_file()


def read_manifest(path: Path | str) -> dict[str, Any]:
    """What a log says of itself: events, customers, fields, timezone, sources, refused rows, digest.

    Raises
    ------
    NotFoundError
        When there is no log there.
    SchemaVersionError
        When it was written by a newer version.
    InvalidInputError
        When its manifest is damaged.
    """
    file = Path(path) / MANIFEST
    if not file.is_file() and (Path(path) / REMOTE_MANIFEST).is_file():
        raise NotFoundError(
            f"The folder {path} holds a connection to an engine, not the events themselves.",
            hint="Open it with open_events, or ask it on the command line: klantreis events QUESTION LOG.",
        )
    if not file.is_file():
        raise NotFoundError(
            f"There is no event log in {path}.",
            hint="Make one with: klantreis events import FILE --into LOG --customer … --time … --touchpoint …",
        )
    try:
        manifest: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        version = manifest["version"] if manifest.get("format") == FORMAT else None
    except (ValueError, KeyError, AttributeError):
        version = None
    if not isinstance(version, int):
        raise InvalidInputError(f"{file} is not the manifest of an event log.", hint="Import the events again.")
    if version > LOG_VERSION:
        raise SchemaVersionError(
            f"This log has version {version}; this Klantreis reads up to {LOG_VERSION}.",
            place=str(file),
            hint="Update Klantreis, or import the events again.",
        )
    return manifest


def open_log(path: Path | str) -> LocalLog:
    """The event log in a folder; its columns are mapped, not read.

    Raises
    ------
    NotFoundError, SchemaVersionError, InvalidInputError
        As ``read_manifest``; also when a column is missing or does not fit.
    """
    manifest = read_manifest(path)
    try:
        return _open(Path(path), manifest)
    except (OSError, ValueError, KeyError, IndexError) as error:
        now = read_manifest(path)
        if now["columns"] != manifest["columns"]:  # a new import came in between
            return open_log(path)
        raise InvalidInputError(
            f"The event log in {path} is damaged ({error}).", hint="Import the events again."
        ) from None


def _open(path: Path, manifest: Mapping[str, Any]) -> LocalLog:
    folder = path / manifest["columns"]
    coded = {
        entry["name"]: Coded(
            _mapped(folder / entry["file"]),
            tuple(json.loads((folder / entry["values"]).read_text(encoding="utf-8"))),
        )
        for entry in manifest["fields"]
        if entry["kind"] == "text"
    }
    numeric = {
        entry["name"]: _mapped(folder / entry["file"]) for entry in manifest["fields"] if entry["kind"] == "number"
    }
    customers = PackedTexts(_mapped(folder / "customers.npy"), _mapped(folder / "customer_ends.npy"))
    columns = Columns(customers, _mapped(folder / "offsets.npy"), _mapped(folder / "times.npy"), coded, numeric)
    lengths = {len(columns.times), int(columns.offsets[-1]), manifest["events"]}
    lengths |= {len(column.codes) for column in coded.values()} | {len(column) for column in numeric.values()}
    if len(lengths) != 1 or len(customers) != len(columns.offsets) - 1:
        raise ValueError("columns differ in length")
    return LocalLog(columns, manifest["timezone"], str(path))


@contextmanager
def new_columns(into: Path) -> Iterator[Path]:
    """A fresh folder for the columns of an import into a log; removed when the import fails.

    Only one import at a time may write a log. What killed imports left behind is cleared first.

    Raises
    ------
    EventImportError
        When ``into`` holds something else than a log, cannot be written, or is being written.
    """
    _check_free(into)
    made = not into.exists()
    try:
        into.mkdir(parents=True, exist_ok=True)
        lock = (into / _LOCK).open("a")
    except OSError as error:
        raise EventImportError(f"The folder {into} cannot be written: {error.strerror}.") from None
    with lock:
        _hold(lock.fileno(), into)
        _clear(into, keep=_columns_in_use(into))
        folder = into / f"columns-{secrets.token_hex(4)}"
        folder.mkdir()
        try:
            yield folder
        except OSError as error:
            raise EventImportError(f"The log {into} cannot be written: {error.strerror or error}.") from None
        finally:
            _clear(into, keep=_columns_in_use(into))
            if made and not is_log(into):  # leave nothing behind of what came to nothing
                with suppress(OSError):
                    (into / _LOCK).unlink(missing_ok=True)
                    into.rmdir()


def publish(into: Path, folder: Path, manifest: Mapping[str, Any]) -> None:
    """Make the columns in ``folder`` the log: from here on it is the new one."""
    with ThreadPoolExecutor(1) as beside:  # the disk is waited for while the columns are read for their digest
        on_disk = beside.map(_to_disk, list(folder.iterdir()))
        digest = digest_of(folder)
        list(on_disk)  # raises what went wrong
    whole = {"format": FORMAT, "version": LOG_VERSION, "columns": folder.name, **manifest, "digest": digest}
    draft = folder / MANIFEST
    draft.write_text(json.dumps(whole, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    _to_disk(draft)
    os.replace(draft, into / MANIFEST)


def digest_of(folder: Path) -> str:
    """One fingerprint of all columns, the same for the same events wherever and whenever they are imported."""
    digest = hashlib.blake2b(digest_size=20)
    for file in sorted(folder.iterdir()):
        if file.suffix in (".npy", ".json"):
            digest.update(file.name.encode())
            with file.open("rb") as stream:
                while block := stream.read(1 << 20):
                    digest.update(block)
    return digest.hexdigest()


def _mapped(file: Path) -> NDArray[Any]:
    try:
        return np.load(file, mmap_mode="r", allow_pickle=False)  # type: ignore[no-any-return]
    except ValueError:  # an empty file cannot be mapped
        return np.load(file, allow_pickle=False)  # type: ignore[no-any-return]


def _check_free(into: Path) -> None:
    if into.exists() and not into.is_dir():
        raise EventImportError(f"{into} is a file; a log is a folder.", hint="Give another name with --into.")
    if into.is_dir() and not is_log(into):
        strange = [entry.name for entry in into.iterdir() if entry.name != _LOCK and not _is_columns(entry)]
        if strange:
            raise EventImportError(
                f"The folder {into} holds something else than a log: {', '.join(sorted(strange)[:3])}.",
                hint="Give a new or an empty folder with --into.",
            )


def manifest_if_any(path: Path) -> dict[str, Any] | None:
    """What a log says of itself; None when there is no log, or its manifest cannot be read."""
    try:
        return read_manifest(path)
    except (NotFoundError, InvalidInputError, SchemaVersionError):
        return None


def _columns_in_use(into: Path) -> str | None:
    manifest = manifest_if_any(into)
    return None if manifest is None else str(manifest["columns"])


def _is_columns(entry: Path) -> bool:
    return entry.is_dir() and entry.name.startswith("columns-")


def _clear(into: Path, *, keep: str | None) -> None:
    for entry in into.iterdir():
        if _is_columns(entry) and entry.name != keep:
            shutil.rmtree(entry, ignore_errors=True)


def _hold(descriptor: int, into: Path) -> None:
    """Hold the lock until the file is closed, or the process ends in whatever way."""
    try:
        import fcntl
    except ImportError:  # no such lock on this system: two imports at a time are then the user's own care
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise EventImportError(f"Another import is writing to {into}.", hint="Wait until it is done.") from None


def _to_disk(file: Path) -> None:
    with file.open("rb") as stream:
        os.fsync(stream.fileno())
