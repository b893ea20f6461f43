"""Holds the start light: what ``import klantreis`` and ``klantreis --help`` load, and how long the help takes."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest

HEAVY = {"numpy", "numba", "llvmlite", "duckdb", "django", "pydantic", "jinja2", "typst", "yaml", "uvicorn", "asyncio"}
HELP = "from klantreis.cli.main import cli; cli.main(['--help'], standalone_mode=False)"
HELP_SECONDS = 0.3


def loaded_by(statement: str) -> set[str]:
    """The packages in ``sys.modules`` after a statement in a fresh Python."""
    tell = "import sys, json; print('\\n' + json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", f"{statement}\n{tell}"], capture_output=True, text=True, check=True, timeout=60
    )
    return {name.split(".")[0] for name in json.loads(done.stdout.splitlines()[-1])}


def median_seconds(command: list[str]) -> float:
    """The median time of five runs of a command, as whole processes."""
    times = []
    for _ in range(5):
        began = time.perf_counter()
        subprocess.run(command, capture_output=True, check=True, timeout=60)
        times.append(time.perf_counter() - began)
    return statistics.median(times)


@pytest.mark.parametrize(("statement", "allowed"), [("import klantreis", set()), (HELP, {"click"})])
def test_the_start_loads_nothing_heavy(statement: str, allowed: set[str]) -> None:
    loaded = loaded_by(statement)
    assert "klantreis" in loaded
    assert loaded & (HEAVY | {"click"}) == allowed


def test_a_heavy_import_is_seen() -> None:
    assert {"numpy"} <= loaded_by("import numpy") & HEAVY


@pytest.mark.alone
def test_the_help_is_there_at_once() -> None:
    command = [str(Path(sys.executable).with_name("klantreis")), "--help"]
    rounds: list[float] = []
    # A busy machine may spoil a round; a slow start spoils all three.
    while not rounds or (rounds[-1] > HELP_SECONDS and len(rounds) < 3):
        rounds.append(median_seconds(command))
    assert min(rounds) <= HELP_SECONDS, f"medians of five: {rounds}"
