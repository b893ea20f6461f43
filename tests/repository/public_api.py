"""Writes the public library down: one line a name, with its signature. Run it to accept a change:

.venv/bin/python tests/repository/public_api.py
"""

from __future__ import annotations

import inspect
from pathlib import Path

import klantreis

SNAPSHOT = Path(__file__).with_suffix(".txt")


def line(name: str, value: object) -> str:
    """One name of the library: a function with its parameters, a class, a module, or a value with its type."""
    if inspect.isclass(value):
        return f"class {name}"
    if inspect.ismodule(value):
        return f"module {name}"
    if callable(value):
        return f"def {name}{inspect.signature(value)}"
    return f"{name}: {type(value).__name__}"


def described() -> str:
    """The whole library as text, in alphabetical order."""
    names = sorted(getattr(klantreis, "__all__", ()))
    return "".join(f"{line(name, getattr(klantreis, name))}\n" for name in names)


if __name__ == "__main__":
    SNAPSHOT.write_text(described(), encoding="utf-8")
    print(f"{SNAPSHOT.name}: {len(described().splitlines())} names")
