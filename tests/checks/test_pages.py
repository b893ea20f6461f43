"""The pages in the documentation are those that the rules write."""

from __future__ import annotations

from pathlib import Path

import pytest

from klantreis.checks.pages import pages, write_pages

DOCS = Path(__file__).parents[2] / "docs" / "checks"


def test_there_is_a_page_for_every_rule_and_no_other() -> None:
    assert {file.name for file in DOCS.iterdir()} == set(pages())


@pytest.mark.parametrize("name", pages())
def test_a_page_is_as_the_rule_writes_it(name: str) -> None:
    hint = "write the pages anew with: python -m klantreis.checks.pages docs/checks"
    assert (DOCS / name).read_text(encoding="utf-8") == pages()[name], hint


def test_the_command_writes_every_page(tmp_path: Path) -> None:
    written = write_pages(tmp_path / "checks")
    assert {file.name: file.read_text(encoding="utf-8") for file in written} == pages()
