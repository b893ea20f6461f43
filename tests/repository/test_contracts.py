"""Holds the import contracts complete: a new folder of the domain falls under them, or this fails."""

from __future__ import annotations

import ast
from configparser import ConfigParser
from pathlib import Path

import pytest

#: From the highest layer of the domain down; what stands above are edges and faces.
TOP_OF_DOMAIN = "checks"
#: What may know Django.
AT_THE_RIM = {"web", "__main__", "store.database"}


@pytest.fixture(scope="module")
def contracts(root: Path) -> ConfigParser:
    """The import contracts as written."""
    settings = ConfigParser()
    assert settings.read(root / ".importlinter", encoding="utf-8")
    return settings


def written(contracts: ConfigParser, contract: str, key: str) -> list[str]:
    """The lines of one setting."""
    lines = contracts[f"importlinter:contract:{contract}"][key].splitlines()
    return [line.strip() for line in lines if line.strip() and not line.strip().startswith("#")]


def layers(contracts: ConfigParser) -> list[list[str]]:
    """The layers from top to bottom, each a list of neighbours."""
    return [[name.strip(" ()") for name in line.split("|")] for line in written(contracts, "direction", "layers")]


def existing(root: Path, names: list[str]) -> set[str]:
    """The modules and packages of these names that are there."""
    package = root / "src/klantreis"
    return {name for name in names if (package / f"{name}.py").exists() or (package / name / "__init__.py").exists()}


def imported_by(source: str) -> set[str]:
    """The top-level packages that a module imports, anywhere in it."""
    nodes = list(ast.walk(ast.parse(source)))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module]
    return {name.split(".")[0] for name in names}


def test_the_whole_domain_is_kept_plain(root: Path, contracts: ConfigParser) -> None:
    rows = layers(contracts)
    start = next(index for index, row in enumerate(rows) if TOP_OF_DOMAIN in row)
    domain = [name for row in rows[start:] for name in row]
    kept = {name.removeprefix("klantreis.") for name in written(contracts, "domain-is-plain", "source_modules")}
    assert kept == existing(root, domain)


def test_all_above_the_domain_but_the_rim_is_kept_from_django(root: Path, contracts: ConfigParser) -> None:
    rows = layers(contracts)
    start = next(index for index, row in enumerate(rows) if TOP_OF_DOMAIN in row)
    above = existing(root, [name for row in rows[:start] for name in row])
    named = {name.removeprefix("klantreis.") for name in written(contracts, "django-at-the-rim", "source_modules")}
    assert named == above - AT_THE_RIM - {"store"}, "the store is half at the rim; the next test looks at its modules"


def test_no_module_off_the_rim_names_django(root: Path) -> None:
    package = root / "src/klantreis"
    modules = {".".join(file.relative_to(package).with_suffix("").parts): file for file in package.rglob("*.py")}
    naming = {name for name, file in modules.items() if "django" in imported_by(file.read_text(encoding="utf-8"))}
    assert {name for name in naming if not any(f"{name}.".startswith(f"{rim}.") for rim in AT_THE_RIM)} == set()


def test_an_import_is_seen_wherever_it_stands() -> None:
    source = "import a.b, c\nfrom d.e import f\ndef g():\n    import h\nfrom . import i"
    assert imported_by(source) == {"a", "c", "d", "h"}


def test_no_contract_has_an_exception(contracts: ConfigParser) -> None:
    assert contracts["importlinter:contract:direction"].getboolean("exhaustive")
    assert [name for name in contracts.sections() if "ignore_imports" in contracts[name]] == []
