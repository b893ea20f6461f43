"""Bytes of a file, unpacked when it is packed with gzip, within limits; and what its beginning tells."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import IO, cast

from klantreis.errors import EventImportError
from klantreis.sources.limits import RATIO_FROM, Limits, beyond

_GZIP = b"\x1f\x8b"


def is_packed(path: Path) -> bool:
    """Whether a file is packed with gzip: by its name, or by its first bytes."""
    if path.suffix.lower() == ".gz":
        return True
    with path.open("rb") as stream:
        return stream.read(2) == _GZIP


class _Guarded(RawIOBase):
    """Counts what comes out of a packed file and stops where it is too much."""

    def __init__(self, path: Path, packed: IO[bytes], limits: Limits) -> None:
        self._path, self._packed, self._limits = path, packed, limits
        self._size = max(path.stat().st_size, 1)
        self._out = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        try:
            block = self._packed.read(len(view))
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise EventImportError(f"{self._path} cannot be unpacked: {error}.") from None
        view[: len(block)] = block
        self._out += len(block)
        if self._out > self._limits.unpacked:
            raise beyond(self._limits, "unpacked", self._path)
        if self._out > RATIO_FROM and self._out > self._size * self._limits.ratio:
            raise beyond(self._limits, "ratio", self._path)
        return len(block)


@contextmanager
def opened(path: Path, limits: Limits) -> Iterator[BufferedReader]:
    """The bytes of a file, unpacked.

    Raises
    ------
    EventImportError
        When it cannot be read or unpacked, or goes beyond the limits.
    """
    try:
        if is_packed(path):
            with gzip.open(path, "rb") as packed:
                yield BufferedReader(_Guarded(path, packed, limits), 1 << 18)  # type: ignore[arg-type]
        else:
            with path.open("rb", buffering=1 << 18) as plain:
                yield cast(BufferedReader, plain)
    except OSError as error:
        raise EventImportError(f"{path} cannot be read: {error.strerror or error}.") from None


def lines_of(stream: BufferedReader, path: Path, limits: Limits) -> Iterator[tuple[int, bytes]]:
    """The lines with their numbers, none longer than the limit."""
    number = 0
    while line := stream.readline(limits.line + 1):
        number += 1
        if len(line) > limits.line:
            raise beyond(limits, "line", path, place=f"line {number}")
        yield number, line


def beginning(path: Path, limits: Limits, *, size: int = 1 << 16) -> bytes:
    """The first bytes of a file, unpacked."""
    with opened(path, limits) as stream:
        return stream.read(size)
