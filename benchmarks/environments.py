"""A virtual environment for each engine, from its hash-pinned lock, outside the repository; made once."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.catalogue import REQUIREMENTS

ROOT = Path(__file__).resolve().parent.parent
LOCKS = Path(__file__).resolve().parent / "requirements"


def python_of(environment: str | None, cache: Path) -> str:
    """The interpreter of an environment, which is made when it is not there or its lock has changed."""
    if environment is None:
        return sys.executable
    lock, place = LOCKS / f"{environment}.txt", cache / "environments" / environment
    python, stamp = place / "bin" / "python", place / ".lock"
    digest = hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()
    if not (stamp.exists() and stamp.read_text(encoding="ascii") == digest):
        print(f"making the environment of {environment}", flush=True)
        uv("venv", "--allow-existing", "--no-python-downloads", "--python", sys.executable, str(place))
        uv("pip", "sync", "--python", str(python), "--require-hashes", str(lock))
        stamp.write_text(digest, encoding="ascii")
    return str(python)


def lock() -> None:
    """Write the locks anew, for every platform, with hashes and without an address."""
    form = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-header", "--no-annotate"]
    for environment, wanted in REQUIREMENTS.items():
        into = str(LOCKS / f"{environment}.txt")
        plain = ["--no-emit-index-url", "--no-emit-find-links", "--output-file", into]
        uv("pip", "compile", "-", *form, *plain, given="\n".join(wanted))


def uv(*arguments: str, given: str | None = None) -> None:
    """Run the uv of the clone, which ``run.py`` puts there, or the machine's; with the machine's certificates."""
    own = ROOT / ".uv" / "bin" / "uv"
    program = str(own) if own.exists() else shutil.which("uv")
    if program is None:
        raise SystemExit("There is no uv here: run `python3 run.py lint` once, which installs it in .uv.")
    trusted = {"UV_SYSTEM_CERTS": "1", "UV_NATIVE_TLS": "1"}  # the second name is for older versions
    environment = {**os.environ, **trusted}
    subprocess.run([program, "--quiet", *arguments], check=True, env=environment, input=given, text=True)
