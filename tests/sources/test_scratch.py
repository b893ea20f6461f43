"""Ids as they came never outlive an import that makes pseudonyms, not even one that is killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from klantreis.events.local.folder import open_log
from klantreis.sources import scratch
from klantreis.sources.log_filling import connected
from klantreis.sources.scratch import scratch_in
from klantreis.use_cases.import_events import import_events

#: Imports, and kills itself when it comes to a place in the program.
PROGRAM = """
import importlib, os, signal, sys
from pathlib import Path
from klantreis.sources.privacy_rules import Privacy
from klantreis.use_cases.import_events import import_events
file, log, module, name = sys.argv[1:]
place = importlib.import_module(f"klantreis.sources.{module}")
setattr(place, name, lambda *_given, **_named: os.kill(os.getpid(), signal.SIGKILL))
roles = {"customer": "wie", "time": "wanneer", "touchpoint": "wat"} if file.endswith(".csv") else {}
asked = Privacy(pseudonymise=True, key_file=Path(log).with_name("sleutel"))
import_events([file], log, **roles, privacy=asked, encoding="utf-16" if file.endswith(".csv") else "utf-8")
"""

ROWS = [(f"geheim{n}", f"2026-01-{1 + n % 28:02}", "a" if n % 7 else "") for n in range(500)]

only_on_linux = pytest.mark.skipif(sys.platform != "linux", reason="other systems have no files without a name")


def table(folder: Path) -> Path:
    """A CSV file in another encoding: of that a copy is read."""
    file = folder / "a.csv"
    file.write_text("wie,wanneer,wat\n" + "".join(",".join(row) + "\n" for row in ROWS), encoding="utf-16")
    return file


def lines(folder: Path) -> Path:
    """Segment's form, of which rows are laid aside; one line is broken."""
    file = folder / "a.jsonl"
    told = [
        {"type": "track", "userId": who, "timestamp": when, "event": what, "messageId": f"{who}-{when}"}
        for who, when, what in ROWS
    ]
    file.write_text("".join(json.dumps(each) + "\n" for each in told) + '{"userId": "geheim", \n')
    return file


@only_on_linux
@pytest.mark.parametrize("made", [table, lines])
@pytest.mark.parametrize(
    "place",
    ["staging.count_staged", "privacy_import.apply_rules", "privacy_rejects.clean_rejects", "log_filling.write_log"],
)
def test_a_killed_import_leaves_no_id_as_it_came(tmp_path: Path, made: object, place: str) -> None:
    assert callable(made)
    file, log = made(tmp_path), tmp_path / "log"
    module, name = place.split(".")
    done = subprocess.run([sys.executable, "-c", PROGRAM, str(file), str(log), module, name], check=False)
    assert done.returncode == -signal.SIGKILL
    laid = [each for each in log.rglob("*") if each.parent.name == "scratch"]
    assert laid
    for each in (one for one in log.rglob("*") if one.is_file()):
        assert b"geheim" not in each.read_bytes()
        if each.suffix == ".parquet":
            ids = duckdb.execute(f"SELECT customer FROM '{each}' WHERE customer IS NOT NULL").fetchall()  # noqa: S608
            assert all(len(one) == 32 and "geheim" not in one for (one,) in ids)
            assert each.parent.name != "scratch"
    roles: dict[str, Any] = {"customer": "wie", "time": "wanneer", "touchpoint": "wat"} if file.suffix == ".csv" else {}
    import_events([file], log, **roles, encoding="utf-16" if file.suffix == ".csv" else "utf-8")
    assert "geheim1" in open_log(log).customers
    assert not [each for each in log.rglob("*") if each.name == "scratch"]


@only_on_linux
def test_a_file_without_a_name_is_read_by_its_link_until_it_is_let_go(tmp_path: Path) -> None:
    held = len(os.listdir("/proc/self/fd"))
    with scratch_in(tmp_path, nameless=True) as aside:
        first, second = aside.numbered("a.csv"), aside.numbered("a.csv")
        first.write_text("geheim")
        assert (first.name, second.name) == ("0-a.csv", "1-a.csv")
        assert (first.read_text(), first.is_symlink(), second.read_text()) == ("geheim", True, "")
    assert not first.exists()
    assert len(os.listdir("/proc/self/fd")) == held


def test_where_there_is_no_such_file_it_has_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratch, "_without_name", lambda _folder: None)
    with scratch_in(tmp_path, nameless=True) as aside:
        aside.file("a").write_text("x")
    assert (tmp_path / "a").read_text() == "x"


@pytest.mark.parametrize("nameless", [True, False])
def test_what_does_not_fit_in_memory_is_scrambled(tmp_path: Path, nameless: bool) -> None:
    with connected(tmp_path, nameless=nameless) as connection:
        connection.execute("SET memory_limit = '30MB'")
        connection.execute("CREATE TABLE t AS SELECT 'een geheim van ' || range AS id FROM range(2000000)")
        spilled = b"".join(each.read_bytes() for each in (tmp_path / "spilled").iterdir())
        assert connection.execute("SELECT max(id) FROM t").fetchall() == [("een geheim van 999999",)]
    assert spilled
    assert (b"geheim" in spilled) is not nameless
