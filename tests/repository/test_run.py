"""Holds ``run.py`` to its promises: the standard library only, a sentence for every fault, nothing left behind."""

from __future__ import annotations

import ast
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

#: A program that starts a child of its own, tells both process ids, and waits; ``{}`` says how it takes SIGTERM.
PARENT = """
import os, signal, subprocess, sys, time
{}
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(os.getpid(), child.pid, flush=True)
time.sleep(60)
"""

#: ``run.py demo`` with that program in the place of the server.
DRIVER = """
import sys
sys.path.insert(0, sys.argv[1])
import run
run.PATIENCE = 0.5
run.demo = lambda port, open_browser: run.run_until_interrupted([sys.executable, sys.argv[2]])
sys.exit(run.main(["demo"]))
"""


def test_it_needs_the_standard_library_only(root: Path) -> None:
    tree = ast.parse((root / "run.py").read_text(encoding="utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in imported} <= sys.stdlib_module_names


def test_an_old_python_can_read_it_and_is_told_so(
    root: Path, run_py: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ast.parse((root / "run.py").read_text(encoding="utf-8"), feature_version=(3, 8))
    old = SimpleNamespace(
        version_info=(3, 9, 2), version="3.9.2 (default)", executable="/usr/bin/python3", stderr=sys.stderr
    )
    monkeypatch.setattr(run_py, "sys", old)
    assert run_py.main(["lint"]) == 1
    assert (
        capsys.readouterr().err == "run.py: Klantreis needs Python 3.11 or newer; this is 3.9.2 (/usr/bin/python3).\n"
    )


def test_a_python_without_venv_is_told_what_to_install(
    run_py: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_py, "UV_VENV", tmp_path / ".uv")
    monkeypatch.setattr(run_py.shutil, "which", lambda _: None)
    monkeypatch.setattr(run_py.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(run_py.StopError, match="apt install python3-venv"):
        run_py.uv_path()


@pytest.mark.parametrize(
    ("told", "says"),
    [
        (None, "this machine has none"),
        ('openjdk version "11.0.21" 2023-10-17', "this machine has Java 11"),
        ('java version "1.8.0_392"', "this machine has Java 8;"),
        ('openjdk version "17.0.15" 2025-04-15', None),
    ],
)
def test_engines_without_a_java_for_spark_are_told_what_to_install(
    told: str | None, says: str | None, run_py: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if told is not None:
        (tmp_path / "java").write_text(f"#!/bin/sh\necho '{told}' >&2\n")
        (tmp_path / "java").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    if says is None:
        run_py.check_java()
        return
    with pytest.raises(run_py.StopError, match=rf"{says}.*apt-get install openjdk-17-jre-headless"):
        run_py.check_java()


def test_a_failing_installation_ends_in_a_sentence_and_leaves_no_stamp(
    root: Path, run_py: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    uv = tmp_path / "uv"
    uv.write_text("#!/bin/sh\necho 'error: no route to host' >&2\nexit 2\n")
    uv.chmod(0o755)
    monkeypatch.setattr(run_py, "uv_path", lambda: str(uv))
    monkeypatch.setattr(run_py, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(run_py, "STAMP", tmp_path / ".venv" / ".installed")
    assert run_py.main(["demo"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("error: no route to host\nrun.py: uv venv failed. The lines above say why.")
    assert not run_py.STAMP.exists()


def test_untrusted_certificates_are_tried_again_with_those_of_the_machine(
    run_py: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    uv = tmp_path / "uv"
    uv.write_text(
        '#!/bin/sh\n[ "$UV_SYSTEM_CERTS" = 1 ] && exec touch "$2"\n'
        'echo "invalid peer certificate: UnknownIssuer" >&2\nexit 2\n'
    )
    uv.chmod(0o755)
    monkeypatch.delenv("UV_SYSTEM_CERTS", raising=False)
    monkeypatch.setattr(run_py, "uv_path", lambda: str(uv))
    run_py.uv(str(tmp_path / "done"))
    assert (tmp_path / "done").exists()


def test_a_stamp_is_of_one_lock_one_folder_and_one_python(
    run_py: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("requirements", ".venv/bin"):
        (tmp_path / folder).mkdir(parents=True)
    for file in ("requirements/demo.txt", "requirements/test.txt", "pyproject.toml", ".venv/bin/python"):
        (tmp_path / file).write_text(file)
    monkeypatch.setattr(run_py, "ROOT", tmp_path)
    monkeypatch.setattr(run_py, "LOCKS", tmp_path / "requirements")
    monkeypatch.setattr(run_py, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(run_py, "STAMP", tmp_path / ".venv" / ".installed")
    monkeypatch.setattr(run_py, "tool", lambda name: str(tmp_path / ".venv/bin" / name))

    def ready() -> list[str]:
        return [profile for profile in ("demo", "test") if run_py.is_prepared(profile)]

    assert ready() == []
    run_py.STAMP.write_text(run_py.digest("demo"))
    assert ready() == ["demo"]
    run_py.STAMP.write_text(run_py.digest("test"))
    assert ready() == ["demo", "test"], "what serves the tests serves the demo"
    (tmp_path / "requirements/test.txt").write_text("another pin")
    assert ready() == []
    run_py.STAMP.write_text(run_py.digest("test"))
    monkeypatch.setattr(run_py, "ROOT", tmp_path / ".." / tmp_path.name)
    assert ready() == [], "a moved folder has wrong paths in its scripts"


def gone(process: int) -> bool:
    """Whether a process has ended; a zombie has."""
    try:
        return "\nState:\tZ" in Path(f"/proc/{process}/status").read_text()
    except FileNotFoundError:
        return True


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads process states from /proc")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
@pytest.mark.parametrize("manners", ["", "signal.signal(signal.SIGTERM, signal.SIG_IGN)"], ids=["polite", "stubborn"])
def test_an_interrupted_demo_ends_with_zero_and_nothing_behind(
    root: Path, tmp_path: Path, name: str, manners: str
) -> None:
    (tmp_path / "parent.py").write_text(PARENT.format(manners))
    running = subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(root), str(tmp_path / "parent.py")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stdout is not None
    below = [int(word) for word in running.stdout.readline().split()]
    os.kill(running.pid, getattr(signal, name))
    _, said = running.communicate(timeout=20)
    assert (running.returncode, said) == (0, "\nStopped.\n")
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and not all(gone(process) for process in below):
        time.sleep(0.02)
    assert len(below) == 2
    assert all(gone(process) for process in below)


def test_what_it_does_not_know_goes_to_pytest(run_py: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["test", "tests/events", "-k", "log or pattern", "--require-browser", "-x", "--durations=5"]
    options, rest = run_py.parser().parse_known_args(words)
    assert options.require_browser
    assert rest == ["tests/events", "-k", "log or pattern", "-x", "--durations=5"]
    with pytest.raises(SystemExit):
        run_py.main(["demo", "--prot", "8001"])
    assert "demo does not know --prot 8001" in capsys.readouterr().err


@pytest.mark.parametrize(("arguments", "waves"), [([], ["not alone", "alone"]), (["-k", "log"], [None])])
def test_what_needs_the_machine_runs_after_the_rest_and_either_can_fail(
    arguments: list[str], waves: list[str | None], run_py: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        asked.append(command[1:])
        return subprocess.CompletedProcess(command, returncode=len(asked) - 1)

    monkeypatch.setattr(run_py.subprocess, "run", run)
    code = run_py.tests(arguments, require_browser=False, engines=False)
    assert [one[one.index("-m") + 1] if "-m" in one else None for one in asked] == waves
    assert code == (1 if len(waves) == 2 else 0)
    assert all(one[-len(arguments) :] == arguments for one in asked if arguments)
