"""Change a document: edit, create, remove, and walk back and forth through what was changed.

Every change is kept in the document's history with the change that takes it back. Undo walks back one change at
a time: an undo of an undo goes further back, and redo comes forward again. Nothing is saved unless the whole
workspace still holds together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, cast

from pydantic import TypeAdapter, ValidationError

from klantreis.edits import Edit, apply_edit, reason_of
from klantreis.errors import (
    ChangeError,
    ConflictError,
    DocumentError,
    NotFoundError,
    Said,
    WorkspaceError,
    did_you_mean,
)
from klantreis.ids import kind_of
from klantreis.journeys.built_in_models import BUILT_IN
from klantreis.journeys.changes import JourneyChange, apply
from klantreis.journeys.journey import Journey
from klantreis.store.protocol import Entry, Store, check_expected, version_of
from klantreis.store.reading import read_body
from klantreis.values import Document, Value, refs_in, to_body
from klantreis.workspace import DOCUMENTS, Workspace

_ATTEMPTS = 50
_JOURNEY_CHANGES: TypeAdapter[JourneyChange] = TypeAdapter(JourneyChange)
_EDITS: TypeAdapter[Edit] = TypeAdapter(Edit)


class CreateDocument(Value):
    """A document comes into being, as written."""

    type: Literal["create-document"] = "create-document"
    body: dict[str, Any]


class RemoveDocument(Value):
    """A document is removed."""

    type: Literal["remove-document"] = "remove-document"


class _ChangedOutsideError(ConflictError):
    """The document is not what its history says; trying again does not help."""


@dataclass(frozen=True)
class Edited:
    """What a change led to.

    Parameters
    ----------
    document
        The document as it is now; None when it was removed.
    version
        Its version; None when it was removed.
    entry
        What was written into its history.
    """

    document: Document | None
    version: str | None
    entry: Entry


@dataclass(frozen=True)
class Trail:
    """Which entries of a history can be taken back, and which can be brought back; the next one last."""

    undoable: tuple[Entry, ...]
    redoable: tuple[Entry, ...]


def edit(
    store: Store,
    document_id: str,
    change: Value | Mapping[str, Any],
    *,
    by: str,
    expect: str | None = None,
    at: datetime | None = None,
) -> Edited:
    """Apply one change to a document.

    Parameters
    ----------
    change
        A journey change for a journey, an edit for any other document; as a value or as plain data.
    by
        Who makes the change.
    expect
        The version that the change was made for; without it, the change applies to what is there now.
    at
        When; now, if not given.

    Raises
    ------
    ChangeError
        When the change does not fit the document or would break the workspace; nothing was changed.
    ConflictError
        When the document has another version than expected.
    NotFoundError
        When there is no such document.
    """

    def attempt() -> Edited:
        document = _present(store, document_id)
        version = version_of(document)
        if expect is not None:
            check_expected(document_id, expect=expect, present=version)
        parsed = _parsed(document, change)
        changed, undo_of = _applied(document, parsed)
        return _record(store, document_id, changed, parsed, undo_of, before=version, by=by, at=at)

    return _persistent(attempt) if expect is None else attempt()


def create(store: Store, document: Document, *, by: str, at: datetime | None = None) -> Edited:
    """Add a document.

    Raises
    ------
    ConflictError
        When there is a document with this id already.
    ChangeError
        When it refers to something that does not exist.
    """
    change = CreateDocument(body=to_body(document))
    return _record(store, document.id, document, change, RemoveDocument(), before=None, by=by, at=at)


def remove(store: Store, document_id: str, *, by: str, expect: str | None = None, at: datetime | None = None) -> Edited:
    """Remove a document; its history stays, so that this can be undone.

    Raises
    ------
    ChangeError
        When other documents refer to it; they are named.
    """

    def attempt() -> Edited:
        document = _present(store, document_id)
        version = version_of(document)
        if expect is not None:
            check_expected(document_id, expect=expect, present=version)
        undo_of = CreateDocument(body=to_body(document))
        return _record(store, document_id, None, RemoveDocument(), undo_of, before=version, by=by, at=at)

    return _persistent(attempt) if expect is None else attempt()


def undo(store: Store, document_id: str, *, by: str, at: datetime | None = None) -> Edited:
    """Take back the last change that was not taken back yet.

    Raises
    ------
    ChangeError
        When there is nothing left to take back, or others rely on what would disappear.
    ConflictError
        When the document was changed outside of this history, so that taking back would not lead anywhere known.
    """
    return _persistent(lambda: _walk(store, document_id, "undo", by=by, at=at))


def redo(store: Store, document_id: str, *, by: str, at: datetime | None = None) -> Edited:
    """Bring back the last change that was taken back, as long as nothing else was changed since.

    Raises as :func:`undo` does.
    """
    return _persistent(lambda: _walk(store, document_id, "redo", by=by, at=at))


def trail(entries: tuple[Entry, ...]) -> Trail:
    """What can be undone and redone after these entries.

    An entry that takes back an undo is a redo, and can be undone again; any other change ends what can be redone.
    """
    undoable: list[Entry] = []
    redoable: list[Entry] = []
    for entry in entries:
        if entry.undoes is None:
            undoable.append(entry)
            redoable.clear()
        elif undoable and undoable[-1].seq == entry.undoes:
            undoable.pop()
            redoable.append(entry)
        elif redoable and redoable[-1].seq == entry.undoes:
            redoable.pop()
            undoable.append(entry)
    return Trail(tuple(undoable), tuple(redoable))


def referring(workspace: Workspace, document_id: str) -> tuple[str, ...]:
    """The ids of the documents that refer to a document."""
    return tuple(
        one.id
        for one in workspace.documents.values()
        if one.id != document_id and any(target == document_id for _, target, _ in refs_in(one))
    )


def _walk(store: Store, document_id: str, way: Literal["undo", "redo"], *, by: str, at: datetime | None) -> Edited:
    entries = store.history(document_id)
    held = trail(entries)
    steps = held.undoable if way == "undo" else held.redoable
    if not steps:
        if not entries and store.version(document_id) is None:
            raise _unknown(store, document_id)
        raise ChangeError(
            f"There is nothing to {way} in {document_id}.",
            message_id="errors.nothing_to_undo" if way == "undo" else "errors.nothing_to_redo",
            values={"document": document_id},
        )
    target = steps[-1]
    present = store.version(document_id)
    if present != target.after:
        if store.history(document_id) != entries:
            raise ConflictError(
                f"{document_id} was changed since its history was read.",
                message_id="errors.history_moved",
                values={"document": document_id},
            )
        raise _ChangedOutsideError(
            f"{document_id} was changed outside of its history after change {target.seq}, so that cannot be undone.",
            hint=Said(
                "Change the document itself, or restore the file as it was.", message_id="errors.hint.change_or_restore"
            ),
            message_id="errors.changed_outside",
            values={"document": document_id, "seq": target.seq},
        )
    document = _present(store, document_id) if present is not None else None
    change = _kept(document_id, target.undo)
    if isinstance(change, RemoveDocument):
        undo_of: Value = CreateDocument(body=to_body(cast(Document, document)))
        changed = None
    elif isinstance(change, CreateDocument):
        changed, undo_of = _read(document_id, change.body), RemoveDocument()
    else:
        changed, undo_of = _applied(cast(Document, document), change)
    return _record(store, document_id, changed, change, undo_of, before=present, by=by, at=at, undoes=target.seq)


def _record(
    store: Store,
    document_id: str,
    changed: Document | None,
    change: Value,
    undo_of: Value,
    *,
    before: str | None,
    by: str,
    at: datetime | None,
    undoes: int | None = None,
) -> Edited:
    """Save what a change led to, together with its entry."""
    entry = Entry(
        seq=len(store.history(document_id)) + 1,
        document=document_id,
        by=by,
        at=at or datetime.now(UTC),
        change=_as_data(change),
        undo=_as_data(undo_of),
        before=before,
        after=version_of(changed) if changed is not None else None,
        undoes=undoes,
    )
    try:
        if changed is None:
            _refuse_when_needed(store, document_id)
            store.remove(document_id, expect=before, entry=entry)
        else:
            store.save(changed, expect=before, entry=entry)
    except WorkspaceError as error:
        raise refusal(document_id, error.errors) from error
    return Edited(changed, entry.after, entry)


def _refuse_when_needed(store: Store, document_id: str) -> None:
    needing = referring(store.load(), document_id)
    if needing:
        listed, rest = ", ".join(needing[:8]), len(needing) - 8
        shown = listed
        if rest > 0:
            shown = Said(
                f"{listed} and {rest} more", message_id="errors.hint.more", values={"listed": listed, "rest": rest}
            )
        verb = "refers" if len(needing) == 1 else "refer"
        raise ChangeError(
            f"{document_id} cannot be removed: {shown} {verb} to it.",
            hint=Said("Change or remove those first.", message_id="errors.hint.those_first"),
            message_id="errors.needed_one" if len(needing) == 1 else "errors.needed",
            values={"document": document_id, "shown": shown},
        )


def refusal(document_id: str, errors: tuple[DocumentError, ...]) -> ChangeError:
    """What a change would break, as an error of that change."""
    first = "; ".join(error.message.rstrip(".") for error in errors[:5])
    hint = next((error.hint for error in errors if error.hint), None)
    return ChangeError(
        f"{document_id} cannot be changed like this: {first}.",
        hint=hint,
        message_id="errors.refused",
        values={"document": document_id, "reason": errors[:5]},
    )


def _present(store: Store, document_id: str) -> Document:
    document = store.load().documents.get(document_id)
    if document is None:
        raise _unknown(store, document_id)
    return document


def _unknown(store: Store, document_id: str) -> NotFoundError:
    if document_id in BUILT_IN:
        return NotFoundError(
            f"{document_id} is built in and cannot be changed.",
            hint=Said("Add a phase model of your own to the workspace.", message_id="errors.hint.own_model"),
            message_id="errors.built_in",
            values={"document": document_id},
        )
    known = [one for one in store.load().documents if kind_of(one) == kind_of(document_id)] or store.load().documents
    return NotFoundError(
        f"There is no {document_id!r} in this workspace.",
        hint=did_you_mean(document_id, known, what="document"),
        message_id="errors.not_in_workspace",
        values={"document": document_id},
    )


def _parsed(document: Document, change: Value | Mapping[str, Any]) -> Value:
    adapter: TypeAdapter[Any] = _JOURNEY_CHANGES if isinstance(document, Journey) else _EDITS
    try:
        # A value goes by its written form too, so that a change for another kind of document is refused here.
        return cast(Value, adapter.validate_python(_as_data(change) if isinstance(change, Value) else dict(change)))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        reason = reason_of(error)
        raise ChangeError(
            f"This is no change of {document.id}: {f'{where}: ' if where else ''}{reason}.",
            message_id="errors.no_change_at" if where else "errors.no_change",
            values={"document": document.id, "reason": reason, **({"where": where} if where else {})},
        ) from error


def _applied(document: Document, change: Value) -> tuple[Document, Value]:
    if isinstance(document, Journey):
        return apply(document, cast(JourneyChange, change))
    return apply_edit(document, cast(Edit, change))


def _kept(document_id: str, data: Mapping[str, Any]) -> Value:
    """A change as it was kept in the history."""
    kind = data.get("type")
    if kind == "create-document":
        return CreateDocument.model_validate(data)
    if kind == "remove-document":
        return RemoveDocument()
    adapter: TypeAdapter[Any] = _JOURNEY_CHANGES if kind_of(document_id) == Journey.kind else _EDITS
    return cast(Value, adapter.validate_python(data))


def _read(document_id: str, body: Mapping[str, Any]) -> Document:
    document, mistakes = read_body(body, DOCUMENTS[kind_of(document_id)])
    if document is None:
        raise ChangeError(f"{document_id} cannot be brought back: {mistakes[0].message}")
    return document


def _as_data(change: Value) -> dict[str, Any]:
    data = change.model_dump(mode="json", exclude_defaults=True)
    return {**data, "type": getattr(change, "type")}  # noqa: B009 - every change has one; Value does not


def _persistent(attempt: Callable[[], Edited]) -> Edited:
    """Try again on what is there now when somebody else was first, as often as is reasonable."""
    for _ in range(_ATTEMPTS - 1):
        try:
            return attempt()
        except _ChangedOutsideError:
            raise
        except ConflictError:
            continue
    return attempt()
