"""Several documents that are written into a folder together: all of them or none, however the writing ends.

What is to be written stands in one file before anything else is. Who finds that file, because a program was killed
in between, carries it out; doing so a second time changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from klantreis.store.disk import remove_file, sync_folder, write_whole
from klantreis.store.history import FOLDER, append_entry, history_file, read_history
from klantreis.store.protocol import Entry, compact

#: The file; its name is one that a version-control system ignores.
FILE = f"{FOLDER}/.together.tmp"


@dataclass(frozen=True)
class Write:
    """One document to be written: its file, content and history entry, and the version that it replaces."""

    relative: str
    content: bytes
    document: str
    before: str | None
    entry: Entry | None


def is_unfinished(root: Path) -> bool:
    """Whether a writing broke off that is to be carried out."""
    return (root / FILE).exists()


def write_together(root: Path, writes: Sequence[Write]) -> None:
    """Write documents with their history, all or none; the caller holds the lock."""
    plan = [
        {
            "relative": one.relative,
            "content": one.content.decode("utf-8"),
            "document": one.document,
            "before": one.before,
            "entry": None if one.entry is None else one.entry.model_dump(mode="json"),
        }
        for one in writes
    ]
    (root / FILE).parent.mkdir(exist_ok=True)
    write_whole(root / FILE, compact(plan).encode("utf-8"))
    carry_out(root)


def carry_out(root: Path) -> None:
    """Write what stands in the file, as far as it is not written yet; the caller holds the lock."""
    try:
        plan = json.loads((root / FILE).read_bytes())
    except FileNotFoundError:
        return  # somebody else was first
    for one in plan:
        path, content = root / one["relative"], one["content"].encode("utf-8")
        if path.is_file() and path.read_bytes() == content:
            continue  # its history comes before it, so that is there as well
        if one["entry"] is not None:
            file = history_file(root, one["document"])
            _, keep = read_history(file, present=one["before"])
            append_entry(file, Entry.model_validate(one["entry"]), keep=keep)
            sync_folder(file.parent)
        path.parent.mkdir(exist_ok=True)
        write_whole(path, content)
    remove_file(root / FILE)
