"""The list of methods names every page once, and every page it names is there."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

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
