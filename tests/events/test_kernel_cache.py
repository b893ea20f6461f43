"""Kernels are compiled once and kept, and work where nothing can be kept."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import sys, time
from datetime import UTC, datetime
from klantreis.events.event import Event
from klantreis.events.local import log_of
log = log_of(Event(c, datetime(2026, 1, d, tzinfo=UTC), t) for c in "ab" for d, t in ((1, "x"), (2, "y")))
assert log.funnel(["touchpoint = 'x'", "touchpoint = 'y'"]).steps[1].customers == 2
from klantreis.events import funnel_kernels
stats = funnel_kernels.walk_in_order.stats
print(sum(stats.cache_hits.values()), sum(stats.cache_misses.values()))
"""


def run(program: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_a_second_process_does_not_compile_again(tmp_path: Path) -> None:
    assert run(PROGRAM, NUMBA_CACHE_DIR=str(tmp_path)).split() == ["0", "1"]
    assert run(PROGRAM, NUMBA_CACHE_DIR=str(tmp_path)).split() == ["1", "0"]


@pytest.mark.slow
def test_kernels_run_where_no_folder_can_be_written() -> None:
    # As on a read-only installation of a user without a home: no place for a cache is found.
    closed = """
from numba.core import caching
for locator in caching.CacheImpl._locator_classes:
    locator.from_function = classmethod(lambda cls, function, file: None)
"""
    kept = "\nprint(type(funnel_kernels.walk_in_order._cache).__name__)"
    assert run(PROGRAM + kept).split()[-1] == "FunctionCache"
    assert run(closed + PROGRAM + kept).split()[-1] == "NullCache"


def test_reading_a_pattern_and_a_filter_loads_no_compiler() -> None:
    program = """
import sys
import klantreis.events.log, klantreis.events.filter, klantreis.events.pattern, klantreis.cli.events
from klantreis.events.pattern import parse_pattern
parse_pattern("touchpoint = 'x'")
print(sorted({"numba", "duckdb", "numpy"} & set(sys.modules)))
"""
    assert run(program).strip() == "[]"
