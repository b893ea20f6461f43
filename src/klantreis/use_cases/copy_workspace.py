"""Copy a workspace with its history from one place to another: folder or database, either way."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from klantreis.errors import NotFoundError, StoreError
from klantreis.events.dataset import Dataset
from klantreis.research.survey import Survey
from klantreis.store.folder import FolderStore
from klantreis.store.protocol import Store
from klantreis.use_cases.open_workspace import is_database, open_store


@dataclass(frozen=True)
class Copied:
    """What was copied.

    Parameters
    ----------
    location
        Where it is now.
    documents, entries
        How many documents, and how many entries of their histories.
    logs
        The event logs that were copied, relative to the workspace.
    answers
        The files with answers of surveys that were copied, likewise.
    """

    location: str
    documents: int
    entries: int
    logs: tuple[str, ...]
    answers: tuple[str, ...] = ()


def copy_workspace(source: Path | str, target: Path | str, *, workspace: str | None = None) -> Copied:
    """Copy all documents and their histories.

    Event logs are large. Into a folder they are copied, as are the answers of surveys; a database remembers the
    folder in which they are.

    Parameters
    ----------
    source, target
        Folders or databases, as for ``open_store``. The target must not hold this workspace yet.
    workspace
        Which workspace of a database as the source, and its name in a database as the target.

    Raises
    ------
    StoreError
        When the target holds a workspace already.
    WorkspaceError
        When the source cannot be read.
    """
    from_store = open_store(source, workspace=workspace if is_database(source) else None)
    held = from_store.load()
    entries = [entry for document_id in from_store.histories() for entry in from_store.history(document_id)]
    to_store = _target(target, workspace=workspace, files=_files(from_store))
    if isinstance(to_store, FolderStore) and to_store.root.exists() and any(to_store.root.iterdir()):
        raise StoreError(f"The folder {target} is not empty.", hint="Name a folder that is new or empty.")
    into_folder = isinstance(to_store, FolderStore)
    logs = _copied((dataset.log for dataset in held.of(Dataset)), from_store, to_store) if into_folder else ()
    surveys = (name for survey in held.of(Survey) for name in (survey.answers, survey.rejects))
    answers = _copied(surveys, from_store, to_store) if into_folder else ()
    to_store.fill(held.documents.values(), history=entries)
    return Copied(to_store.location, len(held.documents), len(entries), logs, answers)


def _target(target: Path | str, *, workspace: str | None, files: Path | None) -> Store:
    if not is_database(target):
        return FolderStore(target)
    from klantreis.store.database.store import DatabaseStore

    return DatabaseStore(str(target), workspace=workspace, files=files)


def _files(store: Store) -> Path | None:
    """The folder of the files beside a workspace; None when it has none."""
    if isinstance(store, FolderStore):
        return store.root.absolute()
    try:
        return store.file(".").absolute()
    except StoreError:
        return None


def _copied(names: Iterable[str | None], source: Store, target: Store) -> tuple[str, ...]:
    """Copy the files or folders of these names that there are."""
    copied: list[str] = []
    for name in names:
        if name is None or str(PurePosixPath(name)) in copied:
            continue
        try:
            found = source.file(name)
        except (StoreError, NotFoundError):
            continue  # the workspace has no folder of files, so there is nothing to copy
        if found.exists():
            into = target.file(name)
            into.parent.mkdir(parents=True, exist_ok=True)
            (shutil.copytree if found.is_dir() else shutil.copy2)(found, into)
            copied.append(str(PurePosixPath(name)))
    return tuple(copied)
