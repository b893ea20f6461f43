"""Open the place that keeps a workspace: a folder, an SQLite file or a PostgreSQL database."""

from __future__ import annotations

from pathlib import Path

from klantreis.errors import InvalidInputError
from klantreis.store.folder import FolderStore
from klantreis.store.protocol import Store
from klantreis.workspace import Workspace

DATABASE_ENDINGS = (".sqlite3", ".sqlite", ".db")
_SERVERS = ("postgresql://", "postgres://")


def is_database(location: Path | str) -> bool:
    """Whether a location names a database rather than a folder.

    Examples
    --------
    >>> is_database("team.sqlite3"), is_database("postgresql://localhost/team"), is_database("my-workspace")
    (True, True, False)
    """
    text = str(location)
    return text.startswith(_SERVERS) or (text.endswith(DATABASE_ENDINGS) and not Path(text).is_dir())


def open_store(location: Path | str, *, workspace: str | None = None) -> Store:
    """The store at a location.

    Parameters
    ----------
    location
        A folder, a file that ends in ``.sqlite3``, ``.sqlite`` or ``.db``, or a ``postgresql://`` address.
    workspace
        Which workspace of a database; not needed when it holds one only.

    Raises
    ------
    InvalidInputError
        When a workspace is named for a folder, which is one itself.
    """
    if is_database(location):
        # Loading the database framework takes time that a folder need not pay.
        from klantreis.store.database.store import DatabaseStore

        return DatabaseStore(str(location), workspace=workspace)
    if workspace is not None:
        raise InvalidInputError(
            f"{location} is a folder, which holds one workspace; none can be named within it.",
            hint="Leave the workspace's name out.",
        )
    return FolderStore(location)


def open_workspace(location: Path | str, *, workspace: str | None = None) -> Workspace:
    """The workspace at a location, read whole; for :func:`open_store`'s locations.

    Raises
    ------
    WorkspaceError
        When documents cannot be read; every place is named.
    """
    return open_store(location, workspace=workspace).load()
