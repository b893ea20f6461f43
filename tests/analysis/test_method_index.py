"""The list of methods names every page once, and every page it names is there."""

from __future__ import annotations

import importlib
import inspect
import re
from collections import Counter
from pathlib import Path

import pytest

PAGES = Path(__file__).parents[2] / "docs" / "methods"


def test_every_page_stands_in_the_list() -> None:
    listed = Counter(re.findall(r"\]\(([\w.-]+\.md)\)", (PAGES / "index.md").read_text(encoding="utf-8")))
    there = {page.name for page in PAGES.glob("*.md")} - {"index.md"}
    assert set(listed) - there == set()
    assert there - set(listed) == set()


def test_every_link_between_pages_leads_somewhere() -> None:
    for page in PAGES.glob("*.md"):
        for target in re.findall(r"\]\(([\w.-]+\.md)\)", page.read_text(encoding="utf-8")):
            assert (PAGES / target).is_file(), f"{page.name} leads to {target}, which is not there"


MODULES = (
    *(f"analysis.voice.{name}" for name in ("experience", "price", "outcomes", "agreement", "language", "intents")),
    *(f"analysis.behaviour.{name}" for name in ("segments", "attribution", "buying", "survival", "sequences")),
    *(f"analysis.effect.{name}" for name in ("proportions", "drivers", "uplift", "moments", "experiments", "quasi")),
    "decisions.priority",
    "measurement.verdict",
)


def functions_of(module: str) -> set[str]:
    """What a module computes: its public functions, its own where it says no more."""
    found = importlib.import_module(f"klantreis.{module}")
    functions = {name: value for name, value in vars(found).items() if inspect.isfunction(value)}
    names = getattr(found, "__all__", [name for name, made in functions.items() if made.__module__ == found.__name__])
    return {name for name in names if name in functions and not name.startswith("_")}


@pytest.mark.parametrize("module", MODULES)
def test_every_function_stands_in_the_list_beside_its_question(module: str) -> None:
    rows = (PAGES / "index.md").read_text(encoding="utf-8").splitlines()
    listed = {
        name
        for row in rows
        for cell in re.findall(rf"`{re.escape(module)}`: ((?:`\w+`(?:, )?)+)", row)
        for name in re.findall(r"\w+", cell)
    }
    assert listed == functions_of(module)


@pytest.mark.parametrize("module", MODULES)
def test_every_function_shows_an_example(module: str) -> None:
    found = importlib.import_module(f"klantreis.{module}")
    assert [name for name in sorted(functions_of(module)) if ">>> " not in (getattr(found, name).__doc__ or "")] == []
