"""A workspace in a database: every write is one transaction, with its history and its links."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from klantreis.errors import DocumentError, InvalidInputError, NotFoundError, StoreError, WorkspaceError, did_you_mean
from klantreis.ids import kind_of, slug_of
from klantreis.store.database import setup
from klantreis.store.protocol import (
    Entry,
    Save,
    StoreWarning,
    canonical,
    check_entry,
    check_expected,
    compact,
    inside,
    version_of,
)
from klantreis.store.reading import fault_sentence, faults_in, read_body
from klantreis.upgrades import UPGRADES, Upgrade, upgraded
from klantreis.values import SCHEMA_VERSION, Document, refs_in, to_body
from klantreis.workspace import DOCUMENTS, Workspace, workspace_of


class DatabaseStore:
    """Keeps one workspace of a database.

    Parameters
    ----------
    location
        An SQLite file, or a ``postgresql://`` address.
    workspace
        The workspace's name in the database; without it, the only one there is.
    files
        Folder of the files beside the workspace, for a workspace that is filled anew.
    upgrades, current
        How older documents are brought up to date, and to which version of the written form.
    """

    def __init__(
        self,
        location: str,
        *,
        workspace: str | None = None,
        files: Path | None = None,
        upgrades: tuple[Upgrade, ...] = UPGRADES,
        current: int = SCHEMA_VERSION,
    ) -> None:
        self._address = location
        self._named = workspace
        self._files = files
        self._upgrades = upgrades
        self._current = current
        self._guard = threading.RLock()
        self._held: dict[str, tuple[str, Document]] = {}
        self._loaded: tuple[int, int, Workspace] | None = None

    @property
    def location(self) -> str:
        """The database without its password, and the workspace in it when one was named."""
        return setup.shown(self._address) + (f"#{self._named}" if self._named else "")

    def load(self) -> Workspace:
        """All documents, checked whole; the same value as before while nothing changed."""
        with self._guard, self._errors_told():
            row = self._row()
            if self._loaded is not None and self._loaded[:2] == (row.pk, row.revision):
                return self._loaded[2]
            # A write between these two readings makes the number too old, never too new: the next load reads again.
            rows = list(row.documents.order_by("document").values_list("document", "version", "body"))
            workspace = workspace_of(self._read(rows))
            self._loaded = row.pk, row.revision, workspace
            return workspace

    def warnings(self) -> tuple[StoreWarning, ...]:
        """Damaged letters in the documents, with the field they stand in."""
        return tuple(
            StoreWarning(document.id, _place(document.id, path), fault_sentence(text, fault), fault)
            for document in self.load().documents.values()
            for path, text, fault in faults_in(to_body(document))
        )

    def fingerprint(self) -> str:
        """The number of the last write."""
        with self._errors_told():
            row = self._row()
            return f"{row.pk}-{row.revision}"

    def version(self, document_id: str) -> str | None:
        """The version of a document; None when it does not exist."""
        document = self.load().documents.get(document_id)
        # Not the one in its row: a document of an older written form was brought up to date when it was read.
        return version_of(document) if document is not None else None

    def save(self, document: Document, *, expect: str | None, entry: Entry | None) -> str:
        """Write one document with its history entry and its links, in one transaction."""
        version = version_of(document)
        with self._guard, self._writing() as row:
            check_expected(document.id, expect=expect, present=self.version(document.id))
            self.load().with_documents(document)
            self._remember(row, document.id, entry, before=expect, after=version)
            _write(row, document, version=version)
        return version

    def save_together(self, saves: Sequence[Save]) -> tuple[str, ...]:
        """Write several documents with their history entries and links, in one transaction."""
        versions = tuple(version_of(one.document) for one in saves)
        with self._guard, self._writing() as row:
            for one in saves:
                check_expected(one.document.id, expect=one.expect, present=self.version(one.document.id))
            self.load().with_documents(*(one.document for one in saves))
            for one, version in zip(saves, versions, strict=True):
                self._remember(row, one.document.id, one.entry, before=one.expect, after=version)
                _write(row, one.document, version=version)
        return versions

    def remove(self, document_id: str, *, expect: str | None, entry: Entry | None) -> None:
        """Remove one document with its links; its history stays."""
        with self._guard, self._writing() as row:
            present = self.version(document_id)
            if present is None and expect is None:
                raise NotFoundError(
                    f"There is no {document_id} to remove.",
                    message_id="errors.none_to_remove",
                    values={"document": document_id},
                )
            check_expected(document_id, expect=expect, present=present)
            self.load().without(document_id)
            self._remember(row, document_id, entry, before=expect, after=None)
            row.documents.filter(document=document_id).delete()
            row.links.filter(source=document_id).delete()

    def history(self, document_id: str) -> tuple[Entry, ...]:
        """What happened to a document, oldest first."""
        with self._errors_told():
            rows = self._row().changes.filter(document=document_id).order_by("seq")
            return tuple(_entry(row) for row in rows)

    def histories(self) -> tuple[str, ...]:
        """The ids of all documents with a history."""
        with self._errors_told():
            return tuple(sorted(self._row().changes.values_list("document", flat=True).distinct()))

    def file(self, relative: str) -> Path:
        """The path of a file in the folder that belongs to this workspace."""
        root = self._row().files
        if not root:
            raise StoreError(f"The workspace {self.location} has no folder for files such as event logs.")
        return inside(self._beside(root), relative)

    def fill(self, documents: Iterable[Document], *, history: Iterable[Entry] = ()) -> None:
        """Write a whole workspace under a name that is not taken."""
        held = tuple(documents)
        workspace = workspace_of(held)
        slug = self._named or slug_of(workspace.settings.id)
        with self._guard, self._errors_told(), self._whole():
            row, made = self._tables.WorkspaceRow.objects.using(self._alias).get_or_create(slug=slug)
            if not made:
                raise StoreError(f"{setup.shown(self._address)} holds a workspace {slug!r} already.")
            row.files = self._relative(self._files) if self._files else ""
            row.revision = 1
            row.save()
            for document in held:
                _write(row, document, version=version_of(document))
            self._tables.ChangeRow.objects.using(self._alias).bulk_create(_row_of(row, entry) for entry in history)
        self._named = slug

    @property
    def _alias(self) -> str:
        return setup.ready(self._address)

    @property
    def _tables(self) -> ModuleType:
        return setup.tables(self._address)

    def _row(self) -> Any:
        _check_there(self._address)
        rows = self._tables.WorkspaceRow.objects.using(self._alias)
        if self._named is not None:
            found = rows.filter(slug=self._named).first()
            if found is not None:
                return found
        known = sorted(rows.values_list("slug", flat=True))
        if self._named is not None or not known:
            what = f"no workspace {self._named!r}" if self._named is not None else "no workspace"
            raise NotFoundError(
                f"There is {what} in {setup.shown(self._address)}.",
                hint=did_you_mean(self._named or "", known, what="workspace"),
            )
        if len(known) > 1:
            raise InvalidInputError(
                f"{setup.shown(self._address)} holds {len(known)} workspaces; say which.",
                hint=f"There are: {', '.join(known)}.",
            )
        return rows.get(slug=known[0])

    def _read(self, rows: list[tuple[str, str, str]]) -> list[Document]:
        documents: list[Document] = []
        errors: list[DocumentError] = []
        held: dict[str, tuple[str, Document]] = {}
        for document_id, version, text in rows:
            known = self._held.get(document_id)
            if known is not None and known[0] == version:
                document: Document | None = known[1]
            else:
                document = self._one(document_id, text, errors)
            if document is not None:
                held[document_id] = version, document
                documents.append(document)
        if errors:
            raise WorkspaceError(errors)
        self._held = held
        return documents

    def _one(self, document_id: str, text: str, errors: list[DocumentError]) -> Document | None:
        kind = kind_of(document_id)
        if kind not in DOCUMENTS:
            errors.append(DocumentError(f"There is no kind of document {kind!r}.", place=document_id))
            return None
        try:
            body, _ = upgraded(
                json.loads(text), kind=kind, place=document_id, upgrades=self._upgrades, current=self._current
            )
        except DocumentError as error:
            errors.append(error)
            return None
        document, mistakes = read_body(body, DOCUMENTS[kind])
        errors += [DocumentError(one.message, place=_place(document_id, one.path), hint=one.hint) for one in mistakes]
        return document

    def _remember(
        self, row: Any, document_id: str, entry: Entry | None, *, before: str | None, after: str | None
    ) -> None:
        if entry is None:
            return
        last = row.changes.filter(document=document_id).count()
        check_entry(entry, document_id=document_id, before=before, after=after, last=last)
        _row_of(row, entry).save(using=self._alias)

    @contextmanager
    def _writing(self) -> Iterator[Any]:
        """One transaction in which this workspace has no other writer."""
        with self._errors_told(), self._whole():
            row = self._tables.WorkspaceRow.objects.using(self._alias).select_for_update().get(pk=self._row().pk)
            yield row
            row.revision += 1
            row.save(update_fields=("revision",))

    def _whole(self) -> Any:
        from django.db import transaction

        return transaction.atomic(using=self._alias)

    @contextmanager
    def _errors_told(self) -> Iterator[None]:
        from django.db import DatabaseError

        try:
            yield
        except DatabaseError as error:
            reason = " ".join(str(error).split())
            raise StoreError(f"{self.location} cannot be read or written: {reason}.") from error

    def _beside(self, root: str) -> Path:
        """The folder of files; one that is not absolute stands beside the SQLite file."""
        return Path(self._address).absolute().parent / root if "://" not in self._address else Path(root)

    def _relative(self, files: Path) -> str:
        if "://" not in self._address:
            home = Path(self._address).absolute().parent
            if files.absolute().is_relative_to(home):
                return str(files.absolute().relative_to(home))
        return str(files.absolute())


def workspaces(location: str) -> tuple[str, ...]:
    """The names of the workspaces in a database.

    Raises
    ------
    NotFoundError
        When there is no such file.
    """
    _check_there(location)
    rows = setup.tables(location).WorkspaceRow.objects.using(setup.ready(location))
    return tuple(sorted(rows.values_list("slug", flat=True)))


def _check_there(location: str) -> None:
    # Opening a file that is not there would make it.
    if "://" not in location and not Path(location).is_file():
        raise NotFoundError(
            f"There is no workspace in {location}: that file does not exist.",
            hint="Copy one into it with: klantreis copy FOLDER FILE.sqlite3",
        )


def _write(row: Any, document: Document, *, version: str) -> None:
    row.documents.update_or_create(
        document=document.id,
        defaults={"kind": kind_of(document.id), "version": version, "body": canonical(document)},
    )
    row.links.filter(source=document.id).delete()
    links = {
        (target, ".".join(part for part in path if isinstance(part, str))) for path, target, _ in refs_in(document)
    }
    row.links.bulk_create(
        row.links.model(workspace=row, source=document.id, target=target, kind=field[:200])
        for target, field in sorted(links)
    )


def _row_of(row: Any, entry: Entry) -> Any:
    return row.changes.model(
        workspace=row,
        document=entry.document,
        seq=entry.seq,
        by=entry.by,
        at=entry.at,
        change=compact(entry.change),
        undo=compact(entry.undo),
        before=entry.before,
        after=entry.after,
        undoes=entry.undoes,
    )


def _entry(row: Any) -> Entry:
    return Entry(
        seq=row.seq,
        document=row.document,
        by=row.by,
        at=row.at,
        change=json.loads(row.change),
        undo=json.loads(row.undo),
        before=row.before,
        after=row.after,
        undoes=row.undoes,
    )


def _place(document_id: str, path: tuple[str | int, ...]) -> str:
    return f"{document_id} ({'.'.join(map(str, path))})" if path else document_id
