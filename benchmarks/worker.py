"""One process: one engine, one question, one log. Prints a line of JSON: times, peak memory, the answer in short.

python -m benchmarks.worker ENGINE QUESTION FILE STORE
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import sys
import time
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

#: After the first answer a question is asked this often again, unless it takes longer than all that is allowed.
REPEATS = 3
ENOUGH_SECONDS = 20.0


def main(engine: str, question: str, file: Path, store: Path) -> dict[str, Any]:
    """Load when that is the question; else open what was loaded, and ask."""
    began = time.perf_counter()
    module = importlib.import_module(f"benchmarks.engines.{engine}")
    told: dict[str, Any] = {"import_s": time.perf_counter() - began, "versions": versions(module.PACKAGES)}
    if question == "read":
        # What was loaded is read by an engine with a store of its own; the others read the file.
        return told | timed(lambda: module.read(store if store.exists() else file))
    if question in ("load", "sort"):
        began, used = time.perf_counter(), time.process_time()
        made = module.sort(file, store) if question == "sort" else module.opened(module.load(file, store))
        told |= {"wall_s": time.perf_counter() - began, "cpu_s": time.process_time() - used, "runs": 1}
        return told | {"peak_mb": peak_mb(), "answer": (made if question == "sort" else module.loaded(made))()}
    began = time.perf_counter()
    log = module.opened(store if store.exists() else file)
    told["open_s"] = time.perf_counter() - began
    return told | timed(lambda: getattr(module, question)(log))


def timed(ask: Callable[[], Any]) -> dict[str, Any]:
    """The first answer, and the median of those after it (the first itself when it is slow)."""
    walls: list[float] = []
    cores: list[float] = []
    while len(walls) <= REPEATS and (not walls or sum(walls) + walls[-1] < ENOUGH_SECONDS):
        began, used = time.perf_counter(), time.process_time()
        told = ask()
        walls.append(time.perf_counter() - began)
        cores.append(time.process_time() - used)
    later = sorted(walls[1:]) or walls
    wall = later[len(later) // 2]
    later_cores = sorted(cores[1:]) or cores
    cpu = later_cores[len(later_cores) // 2]
    return {
        "first_s": walls[0],
        "wall_s": wall,
        "cpu_s": cpu,
        "runs": len(later),
        "peak_mb": peak_mb(),
        "answer": told(),
    }


def peak_mb() -> float:
    """The most memory this process held at once, files mapped into it included, in MB of a million bytes."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024 / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6


def versions(packages: tuple[str, ...]) -> dict[str, str]:
    """The installed versions."""
    return {name: metadata.version(name) for name in packages}


if __name__ == "__main__":
    os.environ.setdefault("RETENTIONEERING_NO_TRACK", "1")  # it sends what it is asked to a service, unless told not to
    line = json.dumps(main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4])))
    print(f"\n{line}")
