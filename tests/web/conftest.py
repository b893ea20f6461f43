"""A sample workspace, a client that asks for its pages, and a real server for the browser."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from klantreis.web import settings
from klantreis.web.options import ServeOptions
from tests.web.sample import write_sample


@pytest.fixture(scope="session")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample as a folder that no test changes."""
    return write_sample(tmp_path_factory.mktemp("untouched") / "buurtwinkel")


@pytest.fixture
def sample(untouched: Path, tmp_path: Path) -> Path:
    """The sample as a folder of the test's own."""
    return Path(shutil.copytree(untouched, tmp_path / "buurtwinkel"))


@pytest.fixture
def ask() -> Callable[[Path], Any]:
    """Gives a client for a workspace folder or a database file; errors become pages, as for a reader."""
    settings.configure()
    from django.test import Client

    from klantreis.web.workspaces import serve_these, served_by

    def client(location: Path) -> Any:
        options = ServeOptions(folder=location) if location.is_dir() else ServeOptions(database=str(location))
        serve_these(served_by(options))
        return Client(SERVER_NAME="localhost", raise_request_exception=False, enforce_csrf_checks=True)

    return client


@pytest.fixture
def client(ask: Callable[[Path], Any], untouched: Path) -> Any:
    """A client for the sample, to read in."""
    return ask(untouched)


@contextmanager
def running(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """``klantreis serve`` as a process of its own, with the address it printed; ended by Ctrl-C at the latest here."""
    process = subprocess.Popen(
        [str(Path(sys.executable).parent / "klantreis"), "serve", *arguments, "--no-browser"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r"http://\S+", line)
        if found is None:
            process.kill()
            pytest.fail(f"The server did not start: {line!r} {process.communicate()}")
        yield process, found[0]
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            deadline = time.monotonic() + 10
            while process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.02)
            if process.poll() is None:
                process.kill()
        process.communicate()


@pytest.fixture(scope="session")
def sample_server(untouched: Path) -> Iterator[str]:
    """The address of a server that shows the sample, for the whole run."""
    with running(str(untouched), "--port", "18700") as (_, address):
        yield address
