"""An engine that runs in another process, lent through a pipe."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from klantreis.errors import EngineError
from klantreis.events.remote.engine import Row

ROOT = Path(__file__).resolve().parents[2]
#: Seconds that a process gets to answer, and to end.
PATIENCE = 180


@dataclass(frozen=True, eq=False)
class LentEngine:
    """An engine whose driver runs in the process at the other end."""

    title: str
    dialect: str
    process: subprocess.Popen[str]

    def rows(self, sql: str) -> Sequence[Row]:
        """See ``Engine.rows``."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(sql) + "\n")
        self.process.stdin.flush()
        found = read_line(self.process)
        if "error" in found:
            raise EngineError(found["error"])
        return [tuple(row) for row in found["rows"]]

    def close(self) -> None:
        """The process ends with the fixture that started it."""


@contextmanager
def bridge(python: Path, *arguments: str, folder: Path, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """``bridge.py`` in the environment of the engines, with what it says on stderr in a file of the folder."""
    with (folder / "bridge.log").open("w") as log:
        process = subprocess.Popen(
            [str(python), str(ROOT / "tests" / "engines" / "bridge.py"), *arguments],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT / "src"), **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            process_group=0,
        )
        try:
            yield process
        finally:
            end(process)


def lent(process: subprocess.Popen[str]) -> LentEngine:
    """The engine that a bridge has opened."""
    hello = read_line(process)
    if "error" in hello:
        raise EngineError(hello["error"])
    return LentEngine(hello["title"], hello["dialect"], process)


def read_line(process: subprocess.Popen[str]) -> Any:
    """One line of JSON; an error when none comes in time."""
    found: queue.Queue[str] = queue.Queue()
    assert process.stdout is not None
    threading.Thread(target=lambda: found.put(process.stdout.readline()), daemon=True).start()  # type: ignore[union-attr]
    try:
        line = found.get(timeout=PATIENCE)
    except queue.Empty:
        line = ""
    if not line:
        raise EngineError(f"The engine's process says nothing (exit code {process.poll()}).")
    return json.loads(line)


def end(process: subprocess.Popen[Any]) -> None:
    """Close its stdin; when that is not enough ask its whole group to end, and then kill it."""
    if process.stdin is not None:
        with contextlib.suppress(OSError):
            process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(30)
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):  # nothing is left
            os.killpg(process.pid, sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(15)
