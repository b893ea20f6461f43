"""Adding to a log gives the log that importing all at once would have given, and doubles nothing."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klantreis.errors import EventImportError
from klantreis.events.local.folder import digest_of, open_log, read_manifest
from klantreis.use_cases.import_events import import_events

ROLES: dict[str, Any] = {"customer": "wie", "time": "wanneer", "touchpoint": "wat"}


def write(path: Path, rows: Sequence[tuple[str, ...]], header: str = "wie,wanneer,wat,bedrag,id") -> Path:
    path.write_text(header + "\n" + "".join(",".join(row) + "\n" for row in rows))
    return path


def digest(log: Path) -> str:
    return str(read_manifest(log)["digest"])


row = st.tuples(
    st.sampled_from(["an", "bo", ""]),
    st.sampled_from(["2026-01-01", "2026-01-02", "2026-01-03", "?"]),
    st.sampled_from(["a", "b"]),
    st.sampled_from(["1", "02", "x", ""]),
    st.sampled_from(["i1", "i2", "i3", ""]),
)
GOOD = ("zz", "2026-01-01", "slot", "1", "")


@settings(max_examples=12)
@given(st.lists(st.lists(row, max_size=6), min_size=2, max_size=3), st.sampled_from([None, "id"]), st.booleans())
def test_adding_is_importing_all_at_once(
    tmp_path_factory: pytest.TempPathFactory, parts: list[list[tuple[str, ...]]], key: str | None, overlapping: bool
) -> None:
    folder = tmp_path_factory.mktemp("add")
    files = [write(folder / f"{n}.csv", [*rows, (*GOOD[:3], str(n), "")]) for n, rows in enumerate(parts)]
    options: dict[str, Any] = {**ROLES, "attributes": ["bedrag"], "key": key, "overlapping": overlapping}
    whole = import_events(files, folder / "whole", **options)
    for file in files:
        last = import_events([file], folder / "log", add=True, **options)
    assert digest(folder / "log") == digest(folder / "whole")
    assert (last.imported, last.doubled) == (whole.imported, whole.doubled)
    assert (last.rejects is None) == (whole.rejects is None)
    if last.rejects and whole.rejects:
        assert last.rejects.read_text() == whole.rejects.read_text()
    assert read_manifest(folder / "log")["refused"] == read_manifest(folder / "whole")["refused"]


def test_late_events_are_sorted_in(tmp_path: Path) -> None:
    import_events([write(tmp_path / "a.csv", [("an", "2026-01-05", "b", "", "")])], tmp_path / "log", **ROLES)
    import_events([write(tmp_path / "b.csv", [("an", "2026-01-01", "a", "", "")])], tmp_path / "log", add=True)
    assert [event.touchpoint for event in open_log(tmp_path / "log").trace("an")] == ["a", "b"]


def test_without_add_the_log_is_replaced(tmp_path: Path) -> None:
    import_events([write(tmp_path / "a.csv", [("an", "2026-01-05", "b", "", "")])], tmp_path / "log", **ROLES)
    import_events([write(tmp_path / "b.csv", [("bo", "2026-01-01", "a", "", "")])], tmp_path / "log", **ROLES)
    assert tuple(open_log(tmp_path / "log").customers) == ("bo",)


def test_the_last_of_the_same_id_counts(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", [("an", "2026-01-01", "fout", "1", "i1"), ("an", "2026-01-02", "b", "1", "")])
    write(tmp_path / "b.csv", [("an", "2026-01-01", "goed", "1", "i1"), ("an", "2026-01-02", "b", "1", "")])
    done = import_events([tmp_path / "a.csv", tmp_path / "b.csv"], tmp_path / "log", **ROLES, key="id")
    assert [event.touchpoint for event in open_log(tmp_path / "log").trace("an")] == ["goed", "b", "b"]
    assert (done.rows, done.imported, done.doubled) == (4, 3, 1)


def test_rows_that_files_share_count_once_when_files_overlap(tmp_path: Path) -> None:
    twice = [("an", "2026-01-01", "a", "1", ""), ("an", "2026-01-01", "a", "1", "")]
    write(tmp_path / "a.csv", twice)
    write(tmp_path / "b.csv", [*twice, ("an", "2026-01-01", "a", "1", ""), ("bo", "2026-01-01", "a", "1", "")])
    both = [tmp_path / "a.csv", tmp_path / "b.csv"]
    assert import_events(both, tmp_path / "each", **ROLES).imported == 6
    done = import_events(both, tmp_path / "once", **ROLES, overlapping=True)
    assert (done.imported, done.doubled) == (4, 2)  # the three of the fuller file, and bo's


def test_the_same_file_under_another_name_is_known(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", [GOOD])
    write(tmp_path / "kopie.csv", [GOOD])
    done = import_events([tmp_path / "a.csv", tmp_path / "kopie.csv"], tmp_path / "log", **ROLES)
    assert [(Path(each.path).name, each.known) for each in done.files] == [("a.csv", False), ("kopie.csv", True)]
    assert done.imported == 1


def test_the_roles_and_attributes_of_the_log_hold(tmp_path: Path) -> None:
    import_events(
        [write(tmp_path / "a.csv", [("an", "2026-07-01", "a", "1", "")])],
        tmp_path / "log",
        **ROLES,
        attributes=["bedrag"],
        timezone="Europe/Amsterdam",
    )
    write(tmp_path / "b.csv", [("an", "2026-07-02", "b", "2", "i9")])
    done = import_events([tmp_path / "b.csv"], tmp_path / "log", add=True, attributes=["id"])
    assert done.timezone == "Europe/Amsterdam"
    events = open_log(tmp_path / "log").trace("an")
    assert [dict(event.attributes) for event in events] == [{"bedrag": 1.0}, {"bedrag": 2.0, "id": "i9"}]
    assert events[1].time.hour == 0


def test_refused_rows_of_all_imports_are_kept(tmp_path: Path) -> None:
    import_events([write(tmp_path / "a.csv", [GOOD, ("", "2026-01-01", "a", "", "")])], tmp_path / "log", **ROLES)
    write(tmp_path / "b.csv", [("an", "?", "b", "x")], header="wie,wanneer,wat,nieuw")
    write(tmp_path / "c.csv", [("an", "2026-01-02", "b", "x")], header="wie,wanneer,wat,nieuw")
    done = import_events([tmp_path / "b.csv", tmp_path / "c.csv"], tmp_path / "log", add=True)
    assert done.rejects is not None
    rows = list(csv.DictReader(done.rejects.open()))
    told = [(Path(each["file"]).name, each["reason"], each["nieuw"]) for each in rows]
    assert told == [("a.csv", "no-customer", ""), ("b.csv", "unreadable-time", "x")]
    assert read_manifest(tmp_path / "log")["refused"] == {"no-customer": 1, "unreadable-time": 1}


def test_a_failed_addition_leaves_the_log_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "log"
    import_events([write(tmp_path / "a.csv", [GOOD])], log, **ROLES)
    before = {path: path.read_bytes() for path in log.rglob("*") if path.is_file()}
    with pytest.raises(EventImportError, match="None of the 1 rows"):
        import_events([write(tmp_path / "b.csv", [("", "", "", "", "")])], log, add=True)
    monkeypatch.setattr(os, "replace", lambda _source, _target: (_ for _ in ()).throw(OSError(28, "No space left")))
    with pytest.raises(EventImportError, match="No space left"):
        import_events([write(tmp_path / "b.csv", [("an", "2026-01-01", "a", "", "")])], log, add=True)
    assert {path: path.read_bytes() for path in log.rglob("*") if path.is_file()} == before


PROGRAM = """
import sys
from klantreis.use_cases.import_events import import_events
print("ready", flush=True)
for source in sys.argv[2:]:
    import_events([source], sys.argv[1], add=True)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL does not exist on Windows")
def test_a_kill_while_adding_leaves_the_old_log_or_the_new_one(tmp_path: Path) -> None:
    files = [
        write(tmp_path / f"{n}.csv", [(f"k{m % 9}", "2026-01-01", "a", "", "") for m in range(900 + n)])
        for n in range(7)
    ]
    sizes = [sum(900 + n for n in range(last + 1)) for last in range(7)]
    log = tmp_path / "log"
    for kill in range(6):
        if not log.exists():
            import_events([files[0]], log, **ROLES)
        command = [sys.executable, "-c", PROGRAM, str(log), *map(str, files)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.3 + 0.17 * kill)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        manifest = read_manifest(log)
        assert open_log(log).n_events in sizes
        assert digest_of(log / manifest["columns"]) == manifest["digest"]
    import_events(files, log, add=True)
    import_events(files, tmp_path / "whole", **ROLES)
    assert digest(log) == digest(tmp_path / "whole")
