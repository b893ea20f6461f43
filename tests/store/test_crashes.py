"""Several programs at once, and programs that are killed in the middle: the old document or the new, never half."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from klantreis.personas.persona import Persona
from klantreis.store.protocol import Store, version_of
from klantreis.use_cases.edit import undo
from klantreis.use_cases.open_workspace import open_store

KILLS = 30
LOOP = Path(__file__).with_name("saving_loop.py")


@contextmanager
def saving_loop(location: str) -> Iterator[subprocess.Popen[str]]:
    """The program that saves, ready to be given work."""
    with subprocess.Popen(
        [sys.executable, str(LOOP), location], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as program:
        assert told(program) == "ready"
        yield program
        assert program.stdin is not None
        program.stdin.close()
        assert program.wait(60) == 0


def told(program: subprocess.Popen[str]) -> str:
    assert program.stdout is not None
    return program.stdout.readline().strip()


def ask(program: subprocess.Popen[str], count: int) -> int:
    """Start a worker; gives its process id."""
    assert program.stdin is not None
    program.stdin.write(f"{count}\n")
    program.stdin.flush()
    return int(told(program))


def until_ended(program: subprocess.Popen[str]) -> list[str]:
    """The versions that were told as saved."""
    versions = []
    while (line := told(program)) != "ended":
        versions.append(line)
    return versions


def check_chain(store: Store) -> list[str | None]:
    """The versions of the document in order; each change begins where the one before it ended."""
    entries = store.history("persona:an")
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    for earlier, later in pairwise(entries):
        assert later.before == earlier.after
    document = store.load().get("persona:an", Persona)
    assert store.version("persona:an") == version_of(document)
    if entries:
        assert entries[-1].after == version_of(document)
    return [entry.after for entry in entries]


@pytest.mark.slow
def test_killed_while_saving_leaves_the_old_document_or_the_new(store: Store, location: str) -> None:
    chance = random.Random(20260301)  # noqa: S311 - the moments need not be secret
    saved: list[str] = []
    with saving_loop(location) as program:
        for _ in range(KILLS):
            worker = ask(program, 0)
            saved.append(told(program))
            time.sleep(chance.uniform(0.0, 0.03))
            os.kill(worker, signal.SIGKILL)
            saved += until_ended(program)
            versions = check_chain(open_store(location))
            # What was told as saved is there; at most one more change had been made and not been told yet.
            known = set(saved)
            untold = [version for version in versions if version not in known]
            assert [version for version in versions if version in known] == saved
            assert not untold or untold == [versions[-1]]
            saved += [str(version) for version in untold]
    assert len(saved) >= KILLS
    for _ in range(3):
        undo(store, "persona:an", by="els")
    assert store.version("persona:an") == saved[-4]


def test_two_programs_edit_one_document_and_no_edit_is_lost(store: Store, location: str) -> None:
    with saving_loop(location) as first, saving_loop(location) as second:
        ask(first, 12)
        ask(second, 12)
        saved = until_ended(first) + until_ended(second)
    versions = check_chain(store)
    assert len(saved) == 24
    assert sorted(map(str, versions)) == sorted(saved)
