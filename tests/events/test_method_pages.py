"""Every answer names a method that has a page, and every page's question is one that can be asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from klantreis.events import answers, between_answers, funnel_answers, outcome_answers, rework_answers
from klantreis.events.pattern import parse_pattern
from klantreis.events.share import wilson

PAGES = Path(__file__).parents[2] / "docs" / "methods"
METHODS = [
    answer.method
    for answer in (
        answers.Transitions,
        answers.Variants,
        answers.Visits,
        funnel_answers.Funnel,
        funnel_answers.UnorderedFunnel,
        answers.Reach,
        between_answers.TimeBetween,
        rework_answers.Rework,
        outcome_answers.OutcomePaths,
        outcome_answers.Credit,
    )
]


@pytest.mark.parametrize("method", [*METHODS, wilson(1, 2).method])
def test_each_method_has_a_page(method: str) -> None:
    assert (PAGES / f"{method}.md").read_text(encoding="utf-8").startswith("# ")


def test_the_patterns_on_their_page_can_be_read() -> None:
    lines = (PAGES / "event-patterns.md").read_text(encoding="utf-8").splitlines()
    examples = [line.strip() for line in lines if line.startswith("    ")]
    assert len(examples) == 6
    for example in examples:
        pattern = parse_pattern(example)
        assert parse_pattern(str(pattern)) == pattern
