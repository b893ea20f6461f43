"""Measure: each engine and question in a process of its own, one after the other, every answer kept at once.

.venv/bin/python -m benchmarks run --size 1M
.venv/bin/python -m benchmarks run --size 10M --engines klantreis_local,duckdb_raw --timeout 60
.venv/bin/python -m benchmarks startup         the first compilation, and how soon a second process answers
.venv/bin/python -m benchmarks report          write docs/benchmarks.md from what was measured
.venv/bin/python -m benchmarks lock            write the locks of the engines anew
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks import environments, generate, report, startup
from benchmarks.catalogue import ENGINES
from benchmarks.questions import QUESTIONS

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results.json"
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "klantreis-benchmarks"
TIMEOUT = 120.0


def main(argv: list[str] | None = None) -> int:
    """Carry out one command; 1 when two engines disagree."""
    options = parser().parse_args(argv)
    if options.command == "lock":
        environments.lock()
        return 0
    results = read(options.results)
    if options.command == "run":
        for engine in options.engines:
            for question in options.questions:
                if question not in ENGINES[engine].lacks:
                    found = measure(engine, question, options.size, cache=options.cache, timeout=options.timeout)
                    results["sizes"].setdefault(options.size, {}).setdefault(engine, {})[question] = found
                    keep(results, options.results)
                    print(line(engine, question, found), flush=True)
    elif options.command == "startup":
        results["startup"] = startup.measured(options.cache) | {"load_average": round(os.getloadavg()[0], 1)}
        keep(results, options.results)
    pages = report.page(results)
    options.page.write_text(pages, encoding="utf-8")
    wrong = [text for size in results["sizes"] for text in report.disagreements(results["sizes"][size])]
    for text in wrong:
        print(f"DISAGREE {text}")
    return 1 if wrong else 0


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    top = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.splitlines()[0])
    top.add_argument("command", choices=("run", "startup", "report", "lock"))
    top.add_argument("--size", choices=list(generate.SIZES), default="1M", help="events (default: 1M)")
    top.add_argument("--engines", type=chosen(list(ENGINES)), default=list(ENGINES), help="some, with commas")
    top.add_argument("--questions", type=chosen(list(QUESTIONS)), default=list(QUESTIONS), help="some, with commas")
    top.add_argument("--timeout", type=float, default=TIMEOUT, help="seconds for one process (default: 120)")
    top.add_argument("--cache", type=Path, default=CACHE, help="logs, stores and environments")
    top.add_argument("--results", type=Path, default=RESULTS, help="the JSON that is added to")
    top.add_argument("--page", type=Path, default=HERE.parent / "docs" / "benchmarks.md", help="the report")
    return top


def measure(engine: str, question: str, size: str, *, cache: Path, timeout: float) -> dict[str, Any]:
    """Ask one engine one question in a new process; what it told, or why it told nothing."""
    file = generate.write(cache / "logs", size)
    store = cache / "stores" / size / (f"{engine}.parquet" if question == "sort" else engine)
    store.parent.mkdir(parents=True, exist_ok=True)
    if question == "load" and store.is_dir():
        shutil.rmtree(store)
    python = environments.python_of(ENGINES[engine].environment, cache)
    bytecode = cache / "bytecode" / engine
    if not bytecode.exists():  # what Python and our kernels keep for the next process is made on a few events
        bytecode.mkdir(parents=True)
        measure(engine, "load", next(iter(generate.SIZES)), cache=cache, timeout=timeout)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    began, load = time.perf_counter(), round(os.getloadavg()[0], 1)
    try:
        done = subprocess.run(
            [python, "-m", "benchmarks.worker", engine, question, str(file), str(store)],
            cwd=HERE.parent,
            env={
                **environment,
                "RETENTIONEERING_NO_TRACK": "1",
                "PYTHONPATH": str(HERE.parent),
                "PYTHONPYCACHEPREFIX": str(bytecode),
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout,
        )
    except subprocess.TimeoutExpired:
        return {"failed": f"more than {timeout:g} s", "load_average": load}
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it was killed"])[-1]
        return {"failed": last[:200], "load_average": load}
    told: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return told | {"process_s": time.perf_counter() - began, "load_average": load}


def read(file: Path) -> dict[str, Any]:
    """What was measured before, on this machine; results of another are not mixed with it."""
    here = machine()
    if file.exists():
        results: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        if results["machine"] == here:
            return results
    return {"machine": here, "sizes": {}}


def keep(results: dict[str, Any], file: Path) -> None:
    """Write the results, figures to four digits."""
    file.write_text(json.dumps(_short(results), indent=1, sort_keys=True) + "\n", encoding="utf-8")


def machine() -> dict[str, Any]:
    """What figures depend on."""
    told: dict[str, Any] = {"cores": os.cpu_count(), "system": platform.platform(terse=True)}
    told["python"] = platform.python_version()
    info, memory = Path("/proc/cpuinfo"), Path("/proc/meminfo")
    if info.exists():
        names = [row for row in info.read_text(encoding="utf-8").splitlines() if row.startswith("model name")]
        told["processor"] = names[0].partition(":")[2].strip() if names else platform.machine()
    if memory.exists():
        told["memory_gb"] = round(int(memory.read_text(encoding="utf-8").split()[1]) * 1024 / 1e9)
    return told


def line(engine: str, question: str, found: dict[str, Any]) -> str:
    """One measurement for the terminal."""
    if "failed" in found:
        return f"{engine:<22}{question:<12}{found['failed']}"
    told = {name: value for name, value in found["answer"].items() if name != "digest"}
    return f"{engine:<22}{question:<12}{found['wall_s']:9.3f} s {found['peak_mb']:8.0f} MB  {told}"


def chosen(known: list[str]) -> Any:
    """A reader of names with commas between them."""

    def read_names(text: str) -> list[str]:
        names = text.split(",")
        if strange := [name for name in names if name not in known]:
            raise argparse.ArgumentTypeError(f"no {', '.join(strange)}; there are {', '.join(known)}")
        return names

    return read_names


def _short(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _short(inner) for name, inner in value.items()}
    return float(f"{value:.4g}") if isinstance(value, float) and abs(value) < 1e5 else value


if __name__ == "__main__":
    sys.exit(main())
