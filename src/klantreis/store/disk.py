"""Files that are there whole or not at all, and one writer at a time."""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from klantreis.errors import StoreError


@contextlib.contextmanager
def disk_errors_told(root: Path) -> Iterator[None]:
    """What the disk refuses (no room, no permission), as a StoreError."""
    try:
        yield
    except OSError as error:
        place = error.filename or root
        raise StoreError(f"{place} cannot be read or written: {error.strerror or error}.") from error


def write_whole(path: Path, content: bytes) -> None:
    """Replace a file so that a crash leaves the old content or the new, and never half of it."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        # mkstemp makes files that only their owner can read; a workspace is shared like any other folder.
        os.chmod(name, path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)
        raise
    sync_folder(path.parent)


def remove_file(path: Path) -> None:
    """Remove a file, and make sure that it is gone from the disk."""
    path.unlink()
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make sure that what was renamed or removed in a folder is on disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def locked(file: Path) -> Iterator[None]:
    """Hold the one lock of a workspace; others wait. It is freed when the process ends, however it ends."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with open(file, "ab") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(held, fcntl.LOCK_UN)


def _umask() -> int:
    # There is no way to read it but to set it.
    mask = os.umask(0)
    os.umask(mask)
    return mask
