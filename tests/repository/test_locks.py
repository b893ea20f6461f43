"""Holds the locks to what they promise: every pin has a hash, none an address, and they satisfy pyproject.toml."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCKS = ("demo", "test", "uv")
RENEW = "python3 run.py lock writes it anew"


def entries(root: Path, lock: str) -> list[str]:
    """The entries of a lock, each on one line with its hashes."""
    return (root / "requirements" / f"{lock}.txt").read_text(encoding="utf-8").replace("\\\n", " ").splitlines()


def pins(root: Path, lock: str) -> dict[str, set[str]]:
    """Package name to its pinned versions; a package may have one version a Python."""
    found: dict[str, set[str]] = {}
    for line in entries(root, lock):
        requirement = Requirement(line.split(" --hash")[0])
        found.setdefault(canonicalize_name(requirement.name), set()).add(str(requirement.specifier).removeprefix("=="))
    return found


def wanted(root: Path, *extras: str) -> list[Requirement]:
    """What pyproject.toml asks for: to build, to run, and for the extras."""
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    optional = settings["project"]["optional-dependencies"]
    lines = [*settings["build-system"]["requires"], *settings["project"]["dependencies"]]
    return [Requirement(line) for line in lines + [line for extra in extras for line in optional[extra]]]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_hashes_and_no_address(root: Path, lock: str) -> None:
    for line in entries(root, lock):
        assert re.fullmatch(r"[\w.-]+==[\w.!+-]+( ; [^@]+?)?(\s+--hash=sha256:[0-9a-f]{64})+", line), line


@pytest.mark.parametrize(("lock", "extras"), [("demo", ("demo",)), ("test", ("demo", "dev"))])
def test_a_lock_satisfies_pyproject(root: Path, lock: str, extras: tuple[str, ...]) -> None:
    pinned = pins(root, lock)
    unmet = [
        str(requirement)
        for requirement in wanted(root, *extras)
        if not all(
            requirement.specifier.contains(version, prereleases=True)
            for version in pinned.get(canonicalize_name(requirement.name), {"0"})
        )
    ]
    assert unmet == [], f"requirements/{lock}.txt is behind pyproject.toml: {RENEW}"


def test_the_lock_of_the_tests_holds_the_one_of_the_demo(root: Path) -> None:
    demo, test = pins(root, "demo"), pins(root, "test")
    assert {name: versions for name, versions in demo.items() if test.get(name) != versions} == {}
