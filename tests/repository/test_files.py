"""Holds every tracked file to the house rules: its length, its name, and no address of a package registry."""

from __future__ import annotations

from pathlib import Path

import pytest

CEILING = 400
CODE = {".py", ".css", ".html", ".j2", ".js", ".mjs", ".ts", ".tsx", ".typ", ".sql"}
#: Folders whose files a tool or another project wrote.
NOT_OURS = {"built", "vendor"}
BANNED = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "core", "misc"}
#: Host names in two parts, so that this file does not hold what it looks for.
REGISTRIES = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("registry.npmjs", "org"),
        ("registry.yarnpkg", "com"),
        ("npm.pkg.github", "com"),
        ("conda.anaconda", "org"),
        ("deb.debian", "org"),
    )
]


def too_long(path: Path, text: str) -> bool:
    """Whether a file is code of ours and over the ceiling."""
    ours = path.suffix in CODE and not NOT_OURS & set(path.parts)
    return ours and len(text.splitlines()) > CEILING


def badly_named(path: Path) -> bool:
    """Whether a module or folder has a name that says nothing about what it answers."""
    names = {part.removesuffix(".py").strip("_").lower() for part in path.parts}
    return path.suffix == ".py" and bool(names & BANNED)


def registries_in(content: bytes) -> list[str]:
    """The package registries that a file names."""
    lowered = content.lower()
    return [host for host in REGISTRIES if host.encode() in lowered]


def test_no_code_file_is_over_the_ceiling(root: Path, tracked: list[Path]) -> None:
    code = [path for path in tracked if path.suffix in CODE]
    assert [str(path) for path in code if too_long(path, (root / path).read_text(encoding="utf-8"))] == []


def test_no_module_has_a_name_that_says_nothing(tracked: list[Path]) -> None:
    assert [str(path) for path in tracked if badly_named(path)] == []


def test_no_file_holds_the_address_of_a_package_registry(root: Path, tracked: list[Path]) -> None:
    found = {str(path): registries_in((root / path).read_bytes()) for path in tracked}
    assert {path: hosts for path, hosts in found.items() if hosts} == {}


@pytest.mark.parametrize(
    ("path", "lines", "expected"),
    [
        ("src/klantreis/a.py", 400, False),
        ("src/klantreis/a.py", 401, True),
        ("src/klantreis/web/static/site.css", 401, True),
        ("src/klantreis/web/static/vendor/charts.js", 401, False),
        ("docs/long.md", 401, False),
    ],
)
def test_the_ceiling_is_for_code_of_ours(path: str, lines: int, *, expected: bool) -> None:
    assert too_long(Path(path), "x\n" * lines) is expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("src/klantreis/utils.py", True),
        ("src/klantreis/core/step.py", True),
        ("src/klantreis/_helpers.py", True),
        ("src/klantreis/events/log.py", False),
        ("docs/common.md", False),
    ],
)
def test_a_banned_name_is_seen(path: str, *, expected: bool) -> None:
    assert badly_named(Path(path)) is expected


@pytest.mark.parametrize("host", REGISTRIES)
def test_a_registry_address_is_seen(host: str) -> None:
    assert registries_in(f"see HTTPS://{host.upper()}/simple".encode()) == [host]
