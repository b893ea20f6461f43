"""What compiling all kernels costs the first time, and how soon a process after that has its first answer."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks import generate

#: Every question that has a kernel, each in as many shapes as have kernels of their own.
EVERYTHING = """
import sys, klantreis as kr
log = kr.open_log(sys.argv[1])
one, two, three = (f'touchpoint = "touchpoint {number:03d}"' for number in (1, 2, 7))
chosen = kr.Filter(where=f"not {two}", customers=three)
for asked in (None, chosen):
    log.transitions(filter=asked), log.variants(filter=asked), log.visits(filter=asked), log.steps(filter=asked)
log.variants(gap="30min", fold_repeats=True), log.steps(align=one)
log.funnel([one, two, three], within="7d"), log.funnel([one, f"optional {two}", f"{three} within 3d without {two}"])
log.unordered_funnel([one, two, three], within="7d"), log.reach(f"first {one}"), log.reach(f"{one} then {two}")
log.reach(f"{one} within 7d after {two}"), log.rework(), log.activity(), log.credit(three), log.paths_to(three)
log.credit(three, lookback="7d", fold_repeats=True), log.tree(), log.tree(one, backward=True, gap="1d")
[log.time_between(one, two, starts=which) for which in ("first", "each", "nearest")]
[log.retention(by=period, unbounded=period == "week") for period in ("day", "week", "month")]
log.compare(one, on="transitions"), log.compare(one, two, on="funnel", steps=[two, three]), log.compare(one, on="steps")
"""
FIRST_ANSWER = "import sys, klantreis as kr\nprint(kr.open_log(sys.argv[1]).transitions().count)"


def measured(cache: Path) -> dict[str, Any]:
    """Seconds: CPU of a process that compiles everything, of the same once compiled, and of one that asks one thing."""
    import klantreis as kr

    log, kept = cache / "stores" / "startup", cache / "compiled"
    for place in (log, kept):
        shutil.rmtree(place, ignore_errors=True)
    file = generate.write(cache / "logs", "100k")
    kr.import_events([file], log, customer="customer", time="time", touchpoint="touchpoint", channel="channel")
    first, again = (_cpu(EVERYTHING, log, kept) for _ in range(2))
    answers = sorted(_wall(FIRST_ANSWER, log, kept) for _ in range(5))
    return {
        "compile_cpu_s": first - again,
        "everything_cpu_s": again,
        "second_process_s": answers[2],
        "second_process_fastest_s": answers[0],
        "second_process_cpu_s": _cpu(FIRST_ANSWER, log, kept),
    }


def _cpu(program: str, log: Path, kept: Path) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    _run(program, log, kept)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _wall(program: str, log: Path, kept: Path) -> float:
    began = time.perf_counter()
    _run(program, log, kept)
    return time.perf_counter() - began


def _run(program: str, log: Path, kept: Path) -> None:
    """Run it with a place of its own for what processes keep: machine code, and Python's bytecode."""
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(kept), "PYTHONPYCACHEPREFIX": str(kept / "bytecode")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    subprocess.run([sys.executable, "-c", program, str(log)], check=True, env=environment, stdout=subprocess.DEVNULL)
