"""Files that an import lays aside while it works; those with ids as they came can go without a name.

A file without a name is gone when the process is, however that ends. On Linux the folder then has links to what the
process alone has open; on other systems, and on disks that have no such files, they are files like any other.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

#: What a disk, or a system, says that knows no files without a name.
_UNKNOWN = (errno.EOPNOTSUPP, errno.EISDIR, errno.ENOENT, errno.EINVAL, errno.ENOSYS)


@dataclass(frozen=True)
class Scratch:
    """A folder to lay files aside in; see ``scratch_in``."""

    folder: Path
    nameless: bool = False
    _held: list[int] = field(default_factory=list, repr=False)

    def file(self, name: str) -> Path:
        """Where to write a new file, to be read until the scratch is done with."""
        path = self.folder / name
        held = _without_name(self.folder) if self.nameless else None
        if held is not None:
            self._held.append(held)
            path.symlink_to(f"/proc/{os.getpid()}/fd/{held}")
        return path

    def numbered(self, name: str) -> Path:
        """As ``file``, for one of several that have the same name."""
        return self.file(f"{len(list(self.folder.iterdir()))}-{name}")


@contextmanager
def scratch_in(folder: Path, *, nameless: bool) -> Iterator[Scratch]:
    """Lay files aside in a folder that exists.

    Parameters
    ----------
    nameless
        Let no file outlive the process, where the system and the disk can do so.
    """
    scratch = Scratch(folder, nameless)
    try:
        yield scratch
    finally:
        for held in scratch._held:
            os.close(held)


def _without_name(folder: Path) -> int | None:
    """A file that no folder has; None where there is no such thing."""
    kind = getattr(os, "O_TMPFILE", None)
    if kind is None or not Path("/proc/self/fd").is_dir():
        return None
    try:
        return os.open(folder, kind | os.O_RDWR, 0o600)
    except OSError as error:
        if error.errno in _UNKNOWN:
            return None
        if error.errno != errno.EMFILE or not _more_files():
            raise
        return os.open(folder, kind | os.O_RDWR, 0o600)


def _more_files() -> bool:
    """Let this process have as many files open as it may; whether that is more than it was."""
    import resource

    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return now != most
