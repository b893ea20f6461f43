"""The places that keep a workspace, each made empty for a test; a private PostgreSQL where one is installed."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from klantreis.journeys.journey import Card, Journey, Step
from klantreis.personas.persona import Persona
from klantreis.research.claim import Claim
from klantreis.store.protocol import Store
from klantreis.use_cases.open_workspace import open_store
from klantreis.values import Document
from klantreis.workspace import WorkspaceSettings

KINDS = ("folder", "sqlite", "postgresql")
#: Makes a new, empty location, and opens it.
Opener = Callable[[], Store]


def documents() -> tuple[Document, ...]:
    """A small workspace: settings, a persona and a journey with one card."""
    return (
        WorkspaceSettings(id="workspace:shop", title="De winkel"),
        Persona(id="persona:an", name="An"),
        Journey(
            id="journey:weekly",
            title="Ik doe boodschappen",
            persona="persona:an",
            steps=(Step(id="list", phase="bewustwording", title="Ik maak een lijstje"),),
            cards=(Card(claim=Claim(id="c1", text="Wat eten we?"), lane="question", step="list"),),
        ),
    )


@pytest.fixture(params=KINDS)
def location(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A location of each kind at which nothing is kept yet."""
    if request.param == "folder":
        return str(tmp_path / "shop")
    if request.param == "sqlite":
        return str(tmp_path / "shop.sqlite3")
    server = str(request.getfixturevalue("postgres_server"))
    name = f"shop_{secrets.token_hex(6)}"
    run_sql(server, f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
    return f"{server}/{name}"


@pytest.fixture
def store(location: str) -> Store:
    """A store of each kind that holds a small workspace."""
    store = open_store(location)
    store.fill(documents())
    return store


def run_sql(server: str, statement: str) -> None:
    """Run one statement outside of a transaction."""
    import psycopg

    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(statement)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL of our own, on 127.0.0.1 and in a temporary folder."""
    bins = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    found = shutil.which("initdb") or (str(bins[-1]) if bins else None)
    if found is None:
        reason = "no PostgreSQL on this machine: looked for initdb in PATH and /usr/lib/postgresql (Debian: postgresql)"
        if os.environ.get("KLANTREIS_REQUIRE_POSTGRES") == "1":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    pytest.importorskip("psycopg", reason="the extra for PostgreSQL is not installed: psycopg")
    with tempfile.TemporaryDirectory(prefix="klantreis-pg-") as held:
        yield from _served(Path(found).parent, Path(held))


def _served(programs: Path, folder: Path) -> Iterator[str]:
    port = _free_port()
    data = folder / "data"
    # PostgreSQL refuses to run as root.
    user = _plain_user() if os.geteuid() == 0 else None
    folder.chmod(0o755)
    data.mkdir()
    if user is not None:
        shutil.chown(folder, user)
        shutil.chown(data, user)

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [str(programs / program), *arguments],
            user=user,
            cwd=folder,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=120,
        )

    run("initdb", "-D", str(data), "-U", "klantreis", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=50"
    run("pg_ctl", "-D", str(data), "-w", "-t", "60", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"postgresql://klantreis@127.0.0.1:{port}"
    finally:
        run("pg_ctl", "-D", str(data), "-w", "-m", "immediate", "stop")


def _plain_user() -> str:
    names = {account.pw_name for account in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
