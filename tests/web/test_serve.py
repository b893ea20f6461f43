"""Holds ``klantreis serve`` to its promises as a process: it starts, answers, finds a free port, ends on Ctrl-C."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from klantreis.use_cases.copy_workspace import copy_workspace
from tests.web.conftest import running

COMMAND = str(Path(sys.executable).parent / "klantreis")


def get(address: str) -> tuple[int, str]:
    """Status and body of an address on this machine."""
    with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 - an address that the test made
        return answer.status, answer.read().decode("utf-8")


@pytest.mark.alone
def test_it_starts_answers_and_ends(untouched: Path) -> None:
    started = time.monotonic()
    with running(str(untouched), "--port", "18710") as (process, address):
        assert get(f"{address}/health") == (200, "ok\n")
        took = time.monotonic() - started
        assert "Buurtwinkel" in get(f"{address}/")[1]
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=10)
        assert (process.returncode, err) == (0, "")
        assert "Traceback" not in out
    # Two seconds is the aim on a quiet machine; the test allows for a busy one.
    assert took < 8, f"it took {took:.1f} s to answer"


def test_it_says_where_it_runs_in_the_workspaces_language(sample: Path) -> None:
    settings = sample / "workspace.yaml"
    settings.write_text(settings.read_text(encoding="utf-8") + "lang: en\n", encoding="utf-8")
    process = subprocess.Popen(
        [COMMAND, "serve", str(sample), "--port", "18720", "--no-browser"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    assert re.fullmatch(r"Klantreis runs at http://127\.0\.0\.1:187\d\d — Ctrl-C stops it\n", process.stdout.readline())
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=10)
    assert process.returncode == 0


def test_a_taken_port_leads_to_the_next_free_one(untouched: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with running(str(untouched), "--port", str(port)) as (_, address):
            assert int(address.rpartition(":")[2]) > port
            assert get(f"{address}/health")[0] == 200


@pytest.mark.parametrize("arguments", [("--database",), ()], ids=["named", "recognised"])
def test_a_database_is_served_to_many_at_once(untouched: Path, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    database = tmp_path / "team.sqlite3"
    copy_workspace(untouched, database, workspace="buurt")
    with running(*arguments, str(database), "--port", "18730") as (process, address):
        with ThreadPoolExecutor(8) as readers:
            answers = list(readers.map(get, [f"{address}/w/buurt/", f"{address}/w/buurt/checks/"] * 12))
        assert {status for status, _ in answers} == {200}
        assert "Noor, moeder van twee" in answers[0][1]
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=10)
        assert (process.returncode, err) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["{ws}", "--host", "0.0.0.0"], "does not listen on 0.0.0.0"),  # noqa: S104 - the address that is refused
        ([], "Name one thing to serve"),
        (["{ws}", "--database", "x.sqlite3"], "Name one thing to serve"),
        (["/no/such/folder"], "/no/such/folder"),
        (["--database", "/no/such.sqlite3"], "/no/such.sqlite3"),
    ],
)
def test_a_wrong_call_ends_with_a_sentence(untouched: Path, arguments: list[str], words: str) -> None:
    done = subprocess.run(
        [COMMAND, "serve", *(one.format(ws=untouched) for one in arguments), "--no-browser"],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == 2, done
    assert words in done.stderr
    assert "Traceback" not in done.stderr
