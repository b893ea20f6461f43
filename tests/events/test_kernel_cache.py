"""Kernels are compiled once and kept, loaded without the compiler, and work where nothing can be kept."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.startup import EVERYTHING
from klantreis.events.kernels.compiling import Kernel
from klantreis.events.kernels.counting import number_by_table, quartiles

PROGRAM = """
import sys
from datetime import UTC, datetime
from klantreis.events.event import Event
from klantreis.events.local.log import log_of
log = log_of(Event(c, datetime(2026, 1, d, tzinfo=UTC), t) for c in "ab" for d, t in ((1, "x"), (2, "y")))
assert log.funnel(["touchpoint = 'x'", "touchpoint = 'y'"]).steps[1].customers == 2
print("numba" in sys.modules)
"""
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="machine code is kept by itself on Linux only")


def run(program: str, *arguments: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def kept_in(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.walk_plainly-*.code"))


@LINUX
@pytest.mark.slow
def test_a_second_process_loads_no_compiler(tmp_path: Path) -> None:
    assert run(PROGRAM, NUMBA_CACHE_DIR=str(tmp_path)) == "True"
    assert run(PROGRAM, NUMBA_CACHE_DIR=str(tmp_path)) == "False"


@LINUX
@pytest.mark.slow
def test_no_question_loads_the_compiler_again(tmp_path: Path) -> None:
    import klantreis as kr
    from benchmarks import generate

    log = tmp_path / "log"
    kr.import_events(
        [generate.write(tmp_path, "5k")],
        log,
        customer="customer",
        time="time",
        touchpoint="touchpoint",
        channel="channel",
    )
    program = EVERYTHING + "\nprint('numba' in sys.modules)"
    assert run(program, str(log), NUMBA_CACHE_DIR=str(tmp_path)) == "True"
    assert run(program, str(log), NUMBA_CACHE_DIR=str(tmp_path)) == "False"
    assert all(file.stat().st_size for file in tmp_path.glob("*.code"))


@LINUX
@pytest.mark.slow
def test_what_is_damaged_is_compiled_again(tmp_path: Path) -> None:
    run(PROGRAM, NUMBA_CACHE_DIR=str(tmp_path))
    (file,) = kept_in(tmp_path)
    whole = file.read_bytes()
    file.write_bytes(whole[:-100] + bytes(100))
    assert run(PROGRAM, NUMBA_CACHE_DIR=str(tmp_path)) == "True"
    assert len(file.read_bytes()) == len(whole)
    assert run(PROGRAM, NUMBA_CACHE_DIR=str(tmp_path)) == "False"


@LINUX
@pytest.mark.slow
def test_what_cannot_be_kept_and_settings_of_the_compiler_go_through_it(tmp_path: Path) -> None:
    run(PROGRAM, NUMBA_CACHE_DIR=str(tmp_path))
    assert run(PROGRAM, NUMBA_CACHE_DIR=str(tmp_path), NUMBA_BOUNDSCHECK="1") == "True"
    (file,) = kept_in(tmp_path)
    file.write_bytes(b"")
    assert run(PROGRAM, NUMBA_CACHE_DIR=str(tmp_path)) == "True"
    assert file.stat().st_size == 0


@LINUX
@pytest.mark.slow
def test_nothing_is_kept_in_a_folder_that_others_can_write(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    run(PROGRAM, NUMBA_CACHE_DIR=str(tmp_path))
    assert kept_in(tmp_path) == []


@pytest.mark.slow
def test_kernels_run_where_no_folder_can_be_written(tmp_path: Path) -> None:
    # As on a read-only installation of a user without a home: no place for a cache is found.
    closed = """
from numba.core import caching
from klantreis.events.kernels import machine_code
machine_code._folder = lambda source: None
for locator in caching.CacheImpl._locator_classes:
    locator.from_function = classmethod(lambda cls, function, file: None)
"""
    kept = "\nfrom klantreis.events.kernels.funnels import walk_in_order as kernel"
    kept += "\nprint(type(kernel.ordinary._cache).__name__)"
    assert run(PROGRAM + kept, NUMBA_CACHE_DIR=str(tmp_path)).split()[-1] == "FunctionCache"
    assert run(closed + PROGRAM + kept, NUMBA_CACHE_DIR=str(tmp_path)).split()[-1] == "NullCache"


@pytest.mark.parametrize("step", [1, 2, -1])
def test_arrays_of_any_layout_give_the_same(step: int) -> None:
    keys = np.array([5, 3, 5, -1, 0, 3, 9, 0], dtype=np.int64)
    laid_out = np.repeat(keys, 2)[::2] if step == 2 else keys[::-1].copy()[::-1] if step < 0 else keys
    numbers, found = np.empty(len(keys), dtype=np.int32), np.empty(10, dtype=np.int64)
    assert number_by_table(laid_out, np.full(10, -1, dtype=np.int64), found, numbers) == 4
    assert numbers.tolist() == [0, 1, 0, -1, 2, 1, 3, 2]
    assert found[:4].tolist() == [5, 3, 0, 9]


def test_a_kernel_depends_on_those_it_calls() -> None:
    assert isinstance(quartiles, Kernel)
    assert [source.rpartition("/")[2] for source in quartiles.sources] == ["counting.py"]
    from klantreis.events.kernels import calendar as calendar_kernels

    assert isinstance(calendar_kernels.count_hours, Kernel)
    assert any(source.startswith("HOUR = ") for source in calendar_kernels.count_hours.sources)


def test_reading_a_pattern_and_a_filter_loads_no_compiler() -> None:
    program = """
import sys
import klantreis.events.log, klantreis.events.filter, klantreis.events.pattern, klantreis.cli.events
from klantreis.events.pattern import parse_pattern
parse_pattern("touchpoint = 'x'")
print(sorted({"numba", "duckdb", "numpy"} & set(sys.modules)))
"""
    assert run(program) == "[]"
