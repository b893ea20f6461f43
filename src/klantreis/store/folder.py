"""A workspace as a folder of YAML files: one document a file, readable, diffable, and whole at any moment.

What a person wrote in another style is read as it is, and rewritten only when that document is saved.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from klantreis.errors import DocumentError, NotFoundError, Said, StoreError, WorkspaceError
from klantreis.store.disk import disk_errors_told, locked, remove_file, sync_folder, write_whole
from klantreis.store.folder_files import SETTINGS_FILE, ReadFile, Stamp, read_file, relative_path, yaml_files
from klantreis.store.folder_together import Write, carry_out, is_unfinished, write_together
from klantreis.store.history import FOLDER, append_entry, history_file, read_history, write_histories
from klantreis.store.protocol import Entry, Save, StoreWarning, check_entry, check_expected, inside, version_of
from klantreis.store.yaml_text import dump, read
from klantreis.upgrades import UPGRADES, Upgrade
from klantreis.values import SCHEMA_VERSION, Document, to_body
from klantreis.workspace import Workspace, broken_references, workspace_of

_ATTEMPTS = 20
#: What a version-control system need not keep.
_IGNORED = "history/.lock\n.*.tmp\n"


class FolderStore:
    """Keeps a workspace in a folder.

    Parameters
    ----------
    path
        The folder; ``workspace.yaml`` stands at its top.
    upgrades, current
        How older documents are brought up to date, and to which version of the written form.
    """

    def __init__(
        self, path: Path | str, *, upgrades: tuple[Upgrade, ...] = UPGRADES, current: int = SCHEMA_VERSION
    ) -> None:
        self.root = Path(path)
        self._upgrades = upgrades
        self._current = current
        self._guard = threading.RLock()
        self._files: dict[str, tuple[Stamp, ReadFile]] = {}
        self._loaded: tuple[dict[str, Stamp], Workspace] | None = None
        self._is_writer = False

    @property
    def location(self) -> str:
        """The folder."""
        return str(self.root)

    def load(self) -> Workspace:
        """All documents, checked whole; the same value as before while no file changed.

        Raises
        ------
        WorkspaceError
            With every mistake in every file, each with its line.
        NotFoundError
            When the folder holds no workspace.
        """
        with self._guard:
            stamps, held = self._read()
            if self._loaded is not None and self._loaded[0] == stamps:
                return self._loaded[1]
            workspace = _checked(held)
            self._loaded = stamps, workspace
            return workspace

    def warnings(self) -> tuple[StoreWarning, ...]:
        """Damaged letters in the documents that can be read, with file and line."""
        with self._guard:
            _, held = self._read()
        return tuple(
            StoreWarning(str(one.id), one.place(faulty.path), faulty.message, faulty.fault)
            for one in held.values()
            for faulty in one.faulty
        )

    def fingerprint(self) -> str:
        """A digest of names, times and sizes of all files; nothing is read."""
        with self._guard:
            self._settle()
        return hashlib.sha256(repr(self._stamps()).encode()).hexdigest()[:32]

    def version(self, document_id: str) -> str | None:
        """The version of a document; None when it does not exist."""
        with self._guard:
            _, held = self._read()
        return next((one.version for one in held.values() if one.id == document_id), None)

    def save(self, document: Document, *, expect: str | None, entry: Entry | None) -> str:
        """Write one document, after its history entry."""
        version = version_of(document)
        with self._writing():
            check_expected(document.id, expect=expect, present=self.version(document.id))
            self.load().with_documents(document)
            content = _written(document)
            self._remember(document.id, entry, before=expect, after=version)
            path = self.root / relative_path(document.id)
            path.parent.mkdir(exist_ok=True)
            write_whole(path, content)
        return version

    def save_together(self, saves: Sequence[Save]) -> tuple[str, ...]:
        """Write several documents with their history entries, all or none."""
        versions = tuple(version_of(one.document) for one in saves)
        with self._writing():
            for one in saves:
                check_expected(one.document.id, expect=one.expect, present=self.version(one.document.id))
            self.load().with_documents(*(one.document for one in saves))
            for one, version in zip(saves, versions, strict=True):
                self._check_entry(one.document.id, one.entry, before=one.expect, after=version)
            writes = [
                Write(relative_path(one.document.id), _written(one.document), one.document.id, one.expect, one.entry)
                for one in saves
            ]
            write_together(self.root, writes)
        return versions

    def remove(self, document_id: str, *, expect: str | None, entry: Entry | None) -> None:
        """Remove one document, after its history entry."""
        with self._writing():
            present = self.version(document_id)
            if present is None and expect is None:
                raise NotFoundError(
                    f"There is no {document_id} to remove.",
                    message_id="errors.none_to_remove",
                    values={"document": document_id},
                )
            check_expected(document_id, expect=expect, present=present)
            self.load().without(document_id)
            self._remember(document_id, entry, before=expect, after=None)
            remove_file(self.root / relative_path(document_id))

    def history(self, document_id: str) -> tuple[Entry, ...]:
        """What happened to a document, oldest first; interrupted changes are left out."""
        while True:
            before = self.version(document_id)
            entries, _ = read_history(history_file(self.root, document_id), present=before)
            # A writer in between would make its last entry look interrupted.
            if self.version(document_id) == before:
                return tuple(entry for entry in entries if entry.document == document_id)

    def histories(self) -> tuple[str, ...]:
        """The ids of all documents with a history."""
        ids: set[str] = set()
        for file in sorted((self.root / FOLDER).glob("*.jsonl")):
            entries, _ = read_history(file, present="")
            ids.update(entry.document for entry in entries)
        return tuple(sorted(ids))

    def file(self, relative: str) -> Path:
        """The path of a file in the folder; it need not exist."""
        return inside(self.root, relative)

    def fill(self, documents: Iterable[Document], *, history: Iterable[Entry] = ()) -> None:
        """Write a whole workspace into a folder that holds none yet."""
        held = tuple(documents)
        workspace_of(held)
        with disk_errors_told(self.root), locked(self._lock), self._guard:
            if yaml_files(self.root) or any((self.root / FOLDER).glob("*.jsonl")):
                raise StoreError(f"{self.root} holds a workspace already.", hint="Choose a new folder.")
            if not (self.root / ".gitignore").exists():
                (self.root / ".gitignore").write_text(_IGNORED, encoding="utf-8")
            # The settings come last: without them the folder is no workspace, so half a copy is never taken for one.
            for document in sorted(held, key=lambda one: relative_path(one.id) == SETTINGS_FILE):
                path = self.root / relative_path(document.id)
                path.parent.mkdir(exist_ok=True)
                if path.name == SETTINGS_FILE:
                    write_histories(self.root, history)
                write_whole(path, _written(document))

    @property
    def _lock(self) -> Path:
        return self.root / FOLDER / ".lock"

    def _remember(self, document_id: str, entry: Entry | None, *, before: str | None, after: str | None) -> None:
        keep = self._check_entry(document_id, entry, before=before, after=after)
        if entry is not None:
            file = history_file(self.root, document_id)
            append_entry(file, entry, keep=keep)
            sync_folder(file.parent)

    def _check_entry(self, document_id: str, entry: Entry | None, *, before: str | None, after: str | None) -> int:
        """How many bytes of the history stay before this entry; an error when it does not follow them."""
        if entry is None:
            return 0
        entries, keep = read_history(history_file(self.root, document_id), present=before)
        check_entry(entry, document_id=document_id, before=before, after=after, last=len(entries))
        return keep

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """The one writer of this folder, once what an interrupted one left is carried out."""
        with disk_errors_told(self.root), locked(self._lock), self._guard:
            if is_unfinished(self.root):
                carry_out(self.root)
            self._is_writer = True
            try:
                yield
            finally:
                self._is_writer = False

    def _settle(self) -> None:
        """Carry out what an interrupted writer left, so that nobody sees half of it."""
        if not self._is_writer and is_unfinished(self.root):
            with disk_errors_told(self.root), locked(self._lock):
                carry_out(self.root)

    def _stamps(self) -> dict[str, Stamp]:
        if not self.root.is_dir():
            raise NotFoundError(
                f"There is no folder {self.root}.", hint=f"Make a workspace there with: klantreis new {self.root}"
            )
        stamps = yaml_files(self.root)
        if SETTINGS_FILE not in stamps:
            raise NotFoundError(
                f"{self.root} holds no workspace: there is no {SETTINGS_FILE} in it.",
                message_id="store.no_settings",
                values={"folder": str(self.root), "settings": SETTINGS_FILE},
                hint=Said(
                    "Name the folder in which it stands, or make a workspace with: klantreis new FOLDER",
                    message_id="store.no_settings_hint",
                ),
            )
        return stamps

    def _read(self) -> tuple[dict[str, Stamp], dict[str, ReadFile]]:
        """All files, read anew where they changed."""
        self._settle()
        for _ in range(_ATTEMPTS):
            stamps = self._stamps()
            try:
                self._files = {relative: (stamp, self._one(relative, stamp)) for relative, stamp in stamps.items()}
            except FileNotFoundError:
                continue  # removed since it was listed: list again
            except OSError as error:
                raise StoreError(
                    f"{error.filename} cannot be read: {error.strerror}.",
                    message_id="store.cannot_read",
                    values={"file": str(error.filename), "reason": str(error.strerror)},
                ) from error
            return stamps, {relative: held for relative, (_, held) in self._files.items()}
        raise StoreError(
            f"The files in {self.root} change faster than they can be read.",
            message_id="store.changing",
            values={"folder": str(self.root)},
        )

    def _one(self, relative: str, stamp: Stamp) -> ReadFile:
        known = self._files.get(relative)
        if known is not None and known[0] == stamp:
            return known[1]
        return read_file(self.root, relative, upgrades=self._upgrades, current=self._current)


def _written(document: Document) -> bytes:
    """The file of a document, read back once to be sure that it says the same."""
    body = to_body(document)
    text = dump(body)
    if read(text) != body:
        raise StoreError(
            f"{document.id} cannot be written as YAML without loss; nothing was saved.",
            message_id="store.lossy",
            values={"document": document.id},
        )
    return text.encode("utf-8")


def _checked(held: Mapping[str, ReadFile]) -> Workspace:
    """The workspace of all files; every mistake is named, none hides another."""
    errors = [error for one in held.values() for error in one.errors]
    by_id = {one.document.id: one.document for one in held.values() if one.document is not None}
    files = {one.id: one for one in held.values()}
    for document, path, message, hint in broken_references(by_id):
        if _value_at(document, path) not in files:  # one that cannot be read is named as such already
            errors.append(DocumentError(message, place=files[document.id].place(path), hint=hint))
    if errors:
        raise WorkspaceError(errors)
    return workspace_of(by_id.values())


def _value_at(document: Document, path: tuple[str | int, ...]) -> object:
    value: object = document
    for part in path:
        value = getattr(value, part) if isinstance(part, str) and hasattr(value, part) else value[part]  # type: ignore[index]
    return value
