"""The environment of the engines that are too large for everyone's: Spark and chDB, from a hash-pinned lock.

It is made once, in a folder of the user's cache that carries the lock's hash, and shared by all clones.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import run

LOCK = run.LOCKS / "engines.txt"


def python() -> Path:
    """The Python of that environment; it is made when it is not there."""
    told = hashlib.sha256(f"{sys.version}\n".encode() + LOCK.read_bytes()).hexdigest()
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "klantreis"
    folder = home / f"engines-{told[:16]}"
    found = Path(run.tool("python", folder))
    if not (folder / ".installed").exists():
        shutil.rmtree(folder, ignore_errors=True)
        home.mkdir(parents=True, exist_ok=True)
        base = getattr(sys, "_base_executable", None) or sys.executable
        run.uv("venv", "--no-python-downloads", "--python", base, str(folder))
        run.uv("pip", "sync", "--python", str(found), "--require-hashes", str(LOCK))
        (folder / ".installed").touch()
    return found


def spark_home(interpreter: Path) -> Path:
    """The folder of Spark in that environment."""
    said = subprocess.run(
        [
            str(interpreter),
            "-c",
            "import importlib.util as u; print(u.find_spec('pyspark').submodule_search_locations[0])",
        ],
        check=True,
        capture_output=True,
        text=True,
    )
    return Path(said.stdout.strip())
