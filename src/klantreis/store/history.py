"""The history of the documents in a folder: one line a change, in one file a document.

An entry is written before its document, so that a change can be told from an interruption: a last entry whose
``after`` is not on disk while its ``before`` is, was never carried out. It is left out when reading and cut off
at the next writing, as is a line that was only half written.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path

from pydantic import ValidationError

from klantreis.errors import StoreError
from klantreis.ids import kind_of, slug_of
from klantreis.store.protocol import Entry, compact

FOLDER = "history"


def history_file(root: Path, document_id: str) -> Path:
    """Where the history of a document stands."""
    return root / FOLDER / f"{kind_of(document_id)}-{slug_of(document_id)}.jsonl"


def read_history(file: Path, *, present: str | None) -> tuple[tuple[Entry, ...], int]:
    """The entries that were carried out, and how many bytes of the file they take.

    Parameters
    ----------
    present
        The version of the document on disk; None when there is no such document.
    """
    try:
        raw = file.read_bytes()
    except FileNotFoundError:
        return (), 0
    entries: list[Entry] = []
    ends = [0]
    at = 0
    while (end := raw.find(b"\n", at)) >= 0:
        line = raw[at:end]
        at = end + 1
        if line.strip():
            entries.append(_entry(line, file, number=raw.count(b"\n", 0, end) + 1))
            ends.append(at)
    if entries and entries[-1].after != present and entries[-1].before == present:
        entries.pop()
        ends.pop()
    return tuple(entries), ends[-1]


def _entry(line: bytes, file: Path, *, number: int) -> Entry:
    try:
        return Entry.model_validate(json.loads(line))
    except (ValueError, ValidationError) as error:
        raise StoreError(
            f"{FOLDER}/{file.name}:{number}: this line of the history cannot be read.",
            hint="Restore the file from a copy, or move it away to begin a new history.",
        ) from error


def append_entry(file: Path, entry: Entry, *, keep: int) -> None:
    """Write an entry after the first ``keep`` bytes, and make sure that it is on disk."""
    file.parent.mkdir(exist_ok=True)
    with open(file, "r+b" if file.exists() else "x+b") as held:
        held.truncate(keep)
        held.seek(keep)
        held.write(line_of(entry))
        held.flush()
        os.fsync(held.fileno())


def line_of(entry: Entry) -> bytes:
    """An entry as one line."""
    body = entry.model_dump(mode="json", exclude_none=False)
    return f"{compact(body)}\n".encode()


def write_histories(root: Path, entries: Iterable[Entry]) -> None:
    """Write the histories of a workspace that has none yet."""
    lines: dict[str, list[Entry]] = {}
    for entry in entries:
        lines.setdefault(entry.document, []).append(entry)
    for document_id, held in lines.items():
        file = history_file(root, document_id)
        file.parent.mkdir(exist_ok=True)
        with open(file, "xb") as out:
            out.write(b"".join(line_of(entry) for entry in sorted(held, key=lambda entry: entry.seq)))
            out.flush()
            os.fsync(out.fileno())
