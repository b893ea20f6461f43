"""Runs the examples' build as the demo does, and says where its files are."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def build(into: Path, *more: str) -> str:
    """Build into a folder; gives what was printed."""
    command = [sys.executable, str(EXAMPLES / "build.py"), "--into", str(into), *more]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=300).stdout
