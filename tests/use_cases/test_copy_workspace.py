"""Copying keeps every byte of what was written, and the whole history."""

from __future__ import annotations

import filecmp
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.db import connections

from klantreis.cli.main import cli
from klantreis.errors import NotFoundError, StoreError
from klantreis.events.dataset import Dataset
from klantreis.store.database.store import DatabaseStore, workspaces
from klantreis.store.folder import FolderStore
from klantreis.use_cases.copy_workspace import copy_workspace
from klantreis.use_cases.edit import create, edit, remove, undo
from klantreis.use_cases.new_workspace import new_workspace
from klantreis.use_cases.open_workspace import open_store


@pytest.fixture
def lived_in(tmp_path: Path) -> Path:
    """A workspace with a history, a removed document and an event log."""
    root = tmp_path / "lived-in"
    new_workspace(root)
    store = FolderStore(root)
    change = {"type": "set-field", "path": ["tagline"], "value": "regel één\n  regel: twee\n"}
    edit(store, "persona:sam", change, by="els")
    undo(store, "persona:sam", by="bo")
    create(store, Dataset(id="dataset:till", title="Kassa", log="events/till"), by="els")
    create(store, Dataset(id="dataset:gone", title="Weg"), by="els")
    remove(store, "dataset:gone", by="els")
    (root / "events/till").mkdir(parents=True)
    (root / "events/till/data.bin").write_bytes(b"\x00\x01")
    return root


def files(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def test_a_folder_comes_back_from_a_database_byte_for_byte(lived_in: Path, tmp_path: Path) -> None:
    database = tmp_path / "team.sqlite3"
    there = copy_workspace(lived_in, database)
    assert (there.documents, there.entries) == (5, 5)
    copy_workspace(database, tmp_path / "back")
    assert files(tmp_path / "back") == files(lived_in)
    assert filecmp.cmp(lived_in / "events/till/data.bin", tmp_path / "back/events/till/data.bin", shallow=False)
    assert undo(open_store(tmp_path / "back"), "dataset:gone", by="els").document is not None


def test_a_folder_is_copied_to_a_folder(lived_in: Path, tmp_path: Path) -> None:
    assert copy_workspace(lived_in, tmp_path / "twin").logs == ("events/till",)
    assert files(tmp_path / "twin") == files(lived_in)


def test_a_database_holds_several_and_finds_their_logs(lived_in: Path, tmp_path: Path) -> None:
    database = str(tmp_path / "team.sqlite3")
    new_workspace(tmp_path / "town", market="public")
    copy_workspace(lived_in, database)
    copy_workspace(tmp_path / "town", database, workspace="gemeente")
    assert workspaces(database) == ("gemeente", "lived-in")
    store = DatabaseStore(database, workspace="lived-in")
    assert store.file("events/till/data.bin").read_bytes() == b"\x00\x01"
    assert store.location == f"{database}#lived-in"
    with pytest.raises(NotFoundError) as caught:
        DatabaseStore(database, workspace="lived-out").load()
    assert "Did you mean lived-in?" in str(caught.value.hint)


def test_a_moved_database_finds_its_logs_beside_it(lived_in: Path, tmp_path: Path) -> None:
    copy_workspace(lived_in, tmp_path / "team.sqlite3")
    connections.close_all()  # as when the program that copied has ended
    (tmp_path / "moved").mkdir()
    lived_in.rename(tmp_path / "moved" / "lived-in")
    (tmp_path / "team.sqlite3").rename(tmp_path / "moved" / "work.sqlite3")
    assert open_store(tmp_path / "moved" / "work.sqlite3").file("events/till/data.bin").is_file()


def test_what_is_there_is_never_written_over(lived_in: Path, tmp_path: Path) -> None:
    database = tmp_path / "team.sqlite3"
    copy_workspace(lived_in, database)
    before = files(lived_in)
    for source, target in ((lived_in, database), (database, lived_in)):
        with pytest.raises(StoreError, match=r"already|not empty"):
            copy_workspace(source, target)
    assert files(lived_in) == before
    with pytest.raises(NotFoundError):
        copy_workspace(tmp_path / "none.sqlite3", tmp_path / "x")
    assert not (tmp_path / "none.sqlite3").exists()


def test_the_commands_tell_what_they_did(lived_in: Path, tmp_path: Path) -> None:
    run = CliRunner().invoke
    done = run(cli, ["copy", str(lived_in), str(tmp_path / "t.sqlite3"), "--slug", "w"], catch_exceptions=False)
    assert done.output == f"Copied 5 documents and 5 changes of history to {tmp_path / 't.sqlite3'}#w.\n"
    one = json.loads(run(cli, ["schema", "persona"], catch_exceptions=False).output)
    every = json.loads(run(cli, ["schema"], catch_exceptions=False).output)
    assert every["persona"] == one
    assert one["properties"]["lifeworld"]
    assert isinstance(run(cli, ["schema", "persoona"]).exception, NotFoundError)
