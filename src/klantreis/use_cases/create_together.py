"""Add several documents at once, such as a survey and its study: all of them or none, whatever happens in between."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from klantreis.errors import WorkspaceError
from klantreis.store.protocol import Entry, Save, Store, version_of
from klantreis.use_cases.edit import CreateDocument, Edited, RemoveDocument, refusal
from klantreis.values import Document, to_body


def create_together(
    store: Store, documents: Sequence[Document], *, by: str, at: datetime | None = None
) -> tuple[Edited, ...]:
    """Add documents, each with its history, in the order given; they may refer to one another.

    Raises
    ------
    ConflictError
        When there is a document with one of these ids already; nothing was saved.
    ChangeError
        When one refers to something that is neither there nor among them; nothing was saved.
    """
    moment = at or datetime.now(UTC)
    entries = [
        Entry(
            seq=len(store.history(one.id)) + 1,
            document=one.id,
            by=by,
            at=moment,
            change=CreateDocument(body=to_body(one)).model_dump(mode="json"),
            undo=RemoveDocument().model_dump(mode="json"),
            after=version_of(one),
        )
        for one in documents
    ]
    try:
        store.save_together([Save(one, None, entry) for one, entry in zip(documents, entries, strict=True)])
    except WorkspaceError as error:
        raise refusal(documents[-1].id, error.errors) from error
    return tuple(Edited(one, entry.after, entry) for one, entry in zip(documents, entries, strict=True))
