"""An import is all or nothing: whatever stops it, the log is the old one or the new one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from klantreis.errors import EventImportError, InvalidInputError, SchemaVersionError
from klantreis.events.local.folder import MANIFEST, digest_of, open_log, read_manifest
from klantreis.sources.log_filling import _run
from klantreis.use_cases.import_events import import_events

PROGRAM = """
import sys
from klantreis.use_cases.import_events import import_events
print("ready", flush=True)
while True:
    for source in sys.argv[2:]:
        import_events([source], sys.argv[1], customer="wie", time="wanneer", touchpoint="wat")
"""


def source(tmp_path: Path, name: str, rows: int) -> Path:
    path = tmp_path / f"{name}.csv"
    text = "".join(f"k{n % 97},2026-01-{1 + n % 28:02},{name}\n" for n in range(rows))
    path.write_text(f"wie,wanneer,wat\n{text},2026-01-01,geweigerd\n")
    return path


def bring(file: Path, into: Path) -> None:
    import_events([file], into, customer="wie", time="wanneer", touchpoint="wat")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL does not exist on Windows")
def test_a_kill_at_any_moment_leaves_the_old_log_or_the_new_one(tmp_path: Path) -> None:
    old, new, log = source(tmp_path, "oud", 3000), source(tmp_path, "nieuw", 5000), tmp_path / "log"
    bring(old, log)
    for kill in range(8):
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(log), str(new), str(old)], stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.15 + 0.037 * kill)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        manifest = read_manifest(log)
        opened = open_log(log)
        assert (opened.n_events, opened.touchpoints) in ((3000, ("", "oud")), (5000, ("", "nieuw")))
        assert digest_of(log / manifest["columns"]) == manifest["digest"]
        rejects = (log / manifest["rejects"]).read_text()
        assert f"{opened.touchpoints[1]}.csv,{opened.n_events + 2},no-customer" in rejects
    bring(new, log)
    assert sorted(entry.name for entry in log.iterdir() if entry.is_dir()) == [read_manifest(log)["columns"]]


def test_a_failed_import_leaves_the_log_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "log"
    bring(source(tmp_path, "oud", 10), log)
    before = {path: path.read_bytes() for path in log.rglob("*") if path.is_file()}

    def full(_source: object, _target: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(EventImportError, match="cannot be written: No space left on device"):
        bring(source(tmp_path, "nieuw", 20), log)
    assert {path: path.read_bytes() for path in log.rglob("*") if path.is_file()} == before


def test_an_open_log_stays_readable_while_it_is_replaced(tmp_path: Path) -> None:
    log = tmp_path / "log"
    bring(source(tmp_path, "oud", 50), log)
    opened = open_log(log)
    bring(source(tmp_path, "nieuw", 60), log)
    assert opened.transitions().touchpoints[0].touchpoint == "oud"
    assert open_log(log).transitions().touchpoints[0].touchpoint == "nieuw"


def test_the_same_events_have_the_same_digest(tmp_path: Path) -> None:
    bring(source(tmp_path, "oud", 50), tmp_path / "a")
    bring(source(tmp_path, "oud", 50), tmp_path / "b")
    bring(source(tmp_path, "oud", 51), tmp_path / "c")
    digests = [read_manifest(tmp_path / name)["digest"] for name in "abc"]
    assert digests[0] == digests[1] != digests[2]


@pytest.mark.skipif(sys.platform == "win32", reason="the lock is a POSIX one")
def test_two_imports_into_one_log_do_not_mix(tmp_path: Path) -> None:
    program = (
        "import sys, pathlib; from klantreis.events.local.folder import new_columns\n"
        "with new_columns(pathlib.Path(sys.argv[1])):\n    print('held', flush=True); sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path / "log")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(EventImportError, match="Another import is writing"):
            bring(source(tmp_path, "oud", 5), tmp_path / "log")
    finally:
        other.communicate()
    bring(source(tmp_path, "oud", 5), tmp_path / "log")
    assert open_log(tmp_path / "log").n_events == 5


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "brieven").mkdir()
    (tmp_path / "brieven" / "aan an.txt").write_text("dag")
    with pytest.raises(EventImportError, match=r"holds something else than a log: aan an.txt"):
        bring(source(tmp_path, "oud", 5), tmp_path / "brieven")
    with pytest.raises(EventImportError, match="is a file"):
        bring(source(tmp_path, "oud", 5), tmp_path / "oud.csv")
    assert [path.name for path in (tmp_path / "brieven").iterdir()] == ["aan an.txt"]


def test_a_damaged_or_newer_log_is_named(tmp_path: Path) -> None:
    log = tmp_path / "log"
    bring(source(tmp_path, "oud", 5), log)
    manifest = log / MANIFEST
    text = manifest.read_text()
    (log / read_manifest(log)["columns"] / "times.npy").write_bytes(b"\x93NUMPY")
    with pytest.raises(InvalidInputError, match="is damaged"):
        open_log(log)
    manifest.write_text(text.replace('"version": 1', '"version": 2'))
    with pytest.raises(SchemaVersionError, match="Update Klantreis"):
        open_log(log)
    for bad in ("{", "[]", "{}"):
        manifest.write_text(bad)
        with pytest.raises(InvalidInputError, match="not the manifest"):
            open_log(log)


class _Slow:
    """A connection of which a statement goes on for a while after it was told to stop."""

    def __init__(self) -> None:
        self.told, self.over = threading.Event(), False

    def execute(self, _sql: str) -> None:
        self.told.wait(10)
        time.sleep(0.5)
        self.over = True

    def interrupt(self) -> None:
        self.told.set()

    def query_progress(self) -> float:
        return 0.0


@pytest.mark.skipif(sys.platform == "win32", reason="no signal can be sent to oneself on Windows")
def test_after_ctrl_c_the_statement_is_over_before_the_connection_is_closed() -> None:
    slow = _Slow()
    threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        _run(slow, "", None, lambda _share: None)  # type: ignore[arg-type]
    assert slow.over
