"""The figures on the page of feelings: sentences written after the word lists were finished, and not used to mend them.

Whoever mends the lists with these sentences in hand must write new ones before telling new figures.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from klantreis.analysis.voice.language import sentiment
from klantreis.values import Lang

PAGE = Path(__file__).parents[3] / "docs" / "methods" / "sentiment.md"


@pytest.mark.parametrize(("lang", "name"), [("nl", "Dutch"), ("en", "English")])
def test_the_page_tells_what_is_measured(lang: Lang, name: str) -> None:
    lines = Path(__file__).with_name(f"unseen_{lang}.txt").read_text(encoding="utf-8").splitlines()
    truth, texts = zip(*(line.split(": ", 1) for line in lines), strict=True)
    found = sentiment(texts, lang)
    right = sum(one.label == label for one, label in zip(found, truth, strict=True))
    row = f"| {name} | {found.n} | {right} ({right / found.n:.0%}".replace("%", " %")
    assert row in PAGE.read_text(encoding="utf-8")
    assert len(texts) == 30
