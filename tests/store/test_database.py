"""What only a database has: addresses, several workspaces, links, and documents of an older form in its rows."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from klantreis.errors import InvalidInputError, NotFoundError, SchemaVersionError, StoreError, WorkspaceError
from klantreis.journeys.journey import Journey
from klantreis.personas.persona import Persona
from klantreis.store.database import setup
from klantreis.store.database.store import DatabaseStore, workspaces
from klantreis.upgrades import Upgrade
from klantreis.use_cases.edit import edit
from klantreis.use_cases.open_workspace import open_store
from klantreis.workspace import WorkspaceSettings


@pytest.fixture
def location(tmp_path: Path) -> str:
    """An SQLite file with one workspace."""
    path = str(tmp_path / "team.sqlite3")
    DatabaseStore(path).fill(
        [
            WorkspaceSettings(id="workspace:shop", title="De winkel"),
            Persona(id="persona:an", name="An"),
            Journey(id="journey:weekly", title="Ik doe boodschappen", persona="persona:an"),
        ]
    )
    return path


def rows(location: str, table: str) -> Any:
    """The rows of one table."""
    return getattr(setup.tables(location), table).objects.using(setup.ready(location))


def put(location: str, document_id: str, body: dict[str, Any]) -> None:
    """Write a body past the store, as another version of the program would have."""
    rows(location, "DocumentRow").filter(document=document_id).update(body=json.dumps(body), version="other")


def test_an_older_document_is_brought_up_to_date_and_can_be_edited(location: str) -> None:
    put(location, "persona:an", {"id": "persona:an", "schema_version": 1, "naam": "An"})

    def english(body: dict[str, Any]) -> dict[str, Any]:
        return {"name" if key == "naam" else key: value for key, value in body.items()}

    store = DatabaseStore(location, upgrades=(Upgrade("english", 1, english, frozenset({"persona"})),), current=2)
    assert store.load().get("persona:an", Persona).name == "An"
    edited = edit(store, "persona:an", {"type": "set-field", "path": ["name"], "value": "Anne"}, by="els")
    assert edited.version == store.version("persona:an")
    assert json.loads(rows(location, "DocumentRow").get(document="persona:an").body)["schema_version"] == 2


def test_every_mistake_in_the_rows_is_named(location: str) -> None:
    put(location, "persona:an", {"id": "persona:an", "schema_version": 1, "name": 3, "lifeworld": {"behavior": []}})
    put(location, "journey:weekly", {"id": "journey:weekly", "schema_version": 9})
    with pytest.raises(WorkspaceError) as caught:
        DatabaseStore(location).load()
    told = [str(error.place) for error in caught.value.errors]
    assert told == ["journey:weekly", "persona:an (name)", "persona:an (lifeworld.behavior)"]
    assert isinstance(caught.value.errors[0], SchemaVersionError)


def test_links_follow_the_documents(location: str) -> None:
    store = DatabaseStore(location)
    links = rows(location, "LinkRow").order_by("target").values_list("source", "target", "kind")
    assert list(links.all()) == [
        ("journey:weekly", "persona:an", "persona"),
        ("journey:weekly", "phase-model:nl-5", "phase_model"),
    ]
    store.remove("journey:weekly", expect=store.version("journey:weekly"), entry=None)
    assert list(links.all()) == []


def test_several_workspaces_keep_apart(location: str) -> None:
    DatabaseStore(location, workspace="other").fill([WorkspaceSettings(id="workspace:x", title="Andere")])
    assert workspaces(location) == ("other", "shop")
    assert len(DatabaseStore(location, workspace="other").load().documents) == 1
    assert len(DatabaseStore(location, workspace="shop").load().documents) == 3
    with pytest.raises(InvalidInputError, match="say which") as caught:
        DatabaseStore(location).load()
    assert caught.value.hint == "There are: other, shop."


def test_opening_what_is_not_there_makes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "none.sqlite3"
    for ask in (lambda: open_store(path).load(), lambda: workspaces(str(path))):
        with pytest.raises(NotFoundError, match="does not exist"):
            ask()
    assert not path.exists()
    path.write_bytes(b"This is no database, whatever its name says." * 40)
    with pytest.raises(StoreError, match="not a database"):
        open_store(path).load()


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgresql://els:geheim@db.example:5432/team", "postgresql://els:***@db.example:5432/team"),
        ("postgresql://els@db.example/team", "postgresql://els@db.example/team"),
        ("work.sqlite3", "work.sqlite3"),
    ],
)
def test_a_password_is_never_shown(address: str, shown: str) -> None:
    assert DatabaseStore(address).location == shown


@pytest.mark.parametrize("address", ["postgresql://host", "mysql://host/name", "postgresql://host:port/name"])
def test_an_address_that_cannot_be_read_says_so(address: str) -> None:
    with pytest.raises(InvalidInputError, match="address"):
        setup.databases(address)


def test_a_server_that_does_not_answer_is_told_without_its_password() -> None:
    pytest.importorskip("psycopg", reason="the extra for PostgreSQL is not installed: psycopg")
    with pytest.raises(StoreError) as caught:
        open_store("postgresql://els:geheim@127.0.0.1:1/team").load()
    assert "geheim" not in str(caught.value)


def test_a_folder_has_no_workspaces_to_choose_from(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="is a folder"):
        open_store(tmp_path, workspace="shop")


def test_a_folder_needs_no_database_framework(tmp_path: Path) -> None:
    program = (
        "import sys; from klantreis.use_cases.new_workspace import new_workspace; new_workspace(sys.argv[1]); "
        "from klantreis.use_cases.open_workspace import open_store; open_store(sys.argv[1]).load(); "
        "sys.exit('django' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path / "new")], check=False, timeout=60)
    assert done.returncode == 0


def test_the_tables_are_what_the_models_say(location: str) -> None:
    alias = setup.ready(location)
    from django.core.management import call_command

    call_command("makemigrations", "klantreis", check=True, dry_run=True, verbosity=0)
    assert alias in setup._READY.values()
