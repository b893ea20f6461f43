"""What every place that keeps a workspace can do, and how a change is remembered there.

A folder and a database answer the same calls, so that the faces need not know which of them they have.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from pydantic import AwareDatetime, Field, field_validator

from klantreis.errors import ConflictError, InvalidInputError, Said
from klantreis.ids import AnyId
from klantreis.research.encoding import Fault
from klantreis.values import Document, Text, Value, to_body
from klantreis.workspace import Workspace


class Entry(Value):
    """One change in the history of a document.

    ``before`` and ``after`` are versions of the document; None where it did not exist. ``undoes`` is the number
    of the entry that this one takes back.
    """

    seq: int = Field(ge=1, description="1, 2, 3, … for each document.")
    document: AnyId
    by: Text
    at: AwareDatetime
    change: dict[str, Any]
    undo: dict[str, Any]
    before: str | None = None
    after: str | None = None
    undoes: int | None = None

    @field_validator("at")
    @classmethod
    def _in_utc(cls, at: datetime) -> datetime:
        # One written form, wherever the entry was kept meanwhile.
        return at.astimezone(UTC)


@dataclass(frozen=True)
class StoreWarning:
    """Something that could be read but looks wrong; nothing was changed or dropped.

    Parameters
    ----------
    document
        Id of the document.
    place
        Where: a file with a line, or the document with the path of the field.
    message
        One sentence that names the value.
    fault
        The damaged text with what it probably was.
    """

    document: str
    place: str
    message: str
    fault: Fault


@dataclass(frozen=True)
class Save:
    """One document to be written, the version that it replaces (None when it is new), and its history entry."""

    document: Document
    expect: str | None
    entry: Entry | None


class Store(Protocol):
    """A place that keeps one workspace."""

    @property
    def location(self) -> str:
        """Where it is, as shown to people; never with a password."""
        ...

    def load(self) -> Workspace:
        """All documents, checked whole; the same value as before while nothing changed.

        Raises
        ------
        WorkspaceError
            When documents cannot be read; every place is named.
        """
        ...

    def warnings(self) -> tuple[StoreWarning, ...]:
        """What could be read but looks wrong, such as damaged letters."""
        ...

    def fingerprint(self) -> str:
        """A short text that changes whenever any document changes; cheap to ask for."""
        ...

    def version(self, document_id: str) -> str | None:
        """The version of a document; None when it does not exist."""
        ...

    def save(self, document: Document, *, expect: str | None, entry: Entry | None) -> str:
        """Write one document and its history entry, both or neither; gives the new version.

        Parameters
        ----------
        expect
            The version that this document replaces; None when it is new.

        Raises
        ------
        ConflictError
            When the document has another version by now; nothing was saved.
        WorkspaceError
            When the workspace would no longer hold together; nothing was saved.
        """
        ...

    def save_together(self, saves: Sequence[Save]) -> tuple[str, ...]:
        """Write several documents with their history entries, all or none; gives the new versions.

        Raises as :meth:`save` does; nothing was saved then.
        """
        ...

    def remove(self, document_id: str, *, expect: str | None, entry: Entry | None) -> None:
        """Remove one document; its history stays. Raises as :meth:`save` does."""
        ...

    def history(self, document_id: str) -> tuple[Entry, ...]:
        """What happened to a document, oldest first; also when it has been removed."""
        ...

    def file(self, relative: str) -> Path:
        """The path of a file beside the workspace, such as an event log; it need not exist.

        Raises
        ------
        InvalidInputError
            When the path leads out of the workspace's folder.
        """
        ...

    def histories(self) -> tuple[str, ...]:
        """The ids of all documents with a history, removed ones included."""
        ...

    def fill(self, documents: Iterable[Document], *, history: Iterable[Entry] = ()) -> None:
        """Write a whole workspace into a place that holds none yet.

        Raises
        ------
        StoreError
            When there is a workspace already.
        """
        ...


def canonical(document: Document) -> str:
    """The one written form of a document as JSON: sorted keys, no spaces."""
    return compact(to_body(document))


def compact(data: object) -> str:
    """Plain data as JSON on one line, the same for equal data."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def version_of(document: Document) -> str:
    """The version of a document: a digest of its canonical form.

    Examples
    --------
    >>> from klantreis.journeys.built_in_models import BUILT_IN
    >>> len(version_of(BUILT_IN["phase-model:nl-5"]))
    32
    """
    return hashlib.sha256(canonical(document).encode("utf-8")).hexdigest()[:32]


def check_expected(document_id: str, *, expect: str | None, present: str | None) -> None:
    """Refuse to write over what somebody else wrote meanwhile."""
    if expect == present:
        return
    if present is None:
        raise ConflictError(
            f"{document_id} was removed since it was read.",
            hint=Said("Nothing was saved.", message_id="errors.hint.not_saved"),
            message_id="errors.removed_since",
            values={"document": document_id},
        )
    if expect is None:
        raise ConflictError(
            f"There is a {document_id} already.",
            hint=Said("Choose another id, or change that document.", message_id="errors.hint.other_id"),
            message_id="errors.there_already",
            values={"document": document_id},
        )
    raise ConflictError(
        f"{document_id} was changed since it was read.",
        hint=Said("Nothing was saved. Read it again and repeat the change.", message_id="errors.hint.repeat"),
        message_id="errors.changed_since",
        values={"document": document_id},
    )


def check_entry(entry: Entry, *, document_id: str, before: str | None, after: str | None, last: int) -> None:
    """Refuse an entry that does not tell of this very write."""
    if (entry.document, entry.before, entry.after) != (document_id, before, after):
        raise InvalidInputError(f"The history entry does not belong to this change of {document_id}.")
    if entry.seq != last + 1:
        raise ConflictError(
            f"{document_id} was changed since its history was read: entry {entry.seq} is taken or too far.",
            hint=Said("Nothing was saved. Read it again and repeat the change.", message_id="errors.hint.repeat"),
            message_id="errors.entry_taken",
            values={"document": document_id, "seq": entry.seq},
        )


def inside(root: Path, relative: str) -> Path:
    """A path below ``root``; InvalidInputError when it leads elsewhere, by ``..`` or by a link."""
    path = root / relative
    if not relative or Path(relative).is_absolute() or not path.resolve().is_relative_to(root.resolve()):
        raise InvalidInputError(
            f"{relative!r} is not a file beside this workspace.", hint=f"Give a path within {root}, without '..'."
        )
    return path
