"""What the tests of the repository itself share: its root, its tracked files, and ``run.py`` as a module."""

from __future__ import annotations

import importlib.util
import subprocess
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the repository."""
    return Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def tracked(root: Path) -> list[Path]:
    """Every tracked file that is there, relative to the root."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True)
    files = [Path(name) for name in listed.stdout.split("\0") if name and (root / name).is_file()]
    assert Path("run.py") in files, "git lists no run.py: is this the repository?"
    return files


def run_module(root: Path) -> ModuleType:
    """A fresh ``run.py`` as a module."""
    spec = importlib.util.spec_from_file_location("klantreis_run", root / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def run_py(root: Path) -> ModuleType:
    """``run.py`` for one test, which may turn its settings."""
    return run_module(root)


@pytest.fixture(scope="session")
def runner(root: Path) -> ModuleType:
    """``run.py`` for fixtures that only call it."""
    return run_module(root)
