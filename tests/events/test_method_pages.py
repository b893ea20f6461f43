"""Every answer names a method that has a page, and every page's question is one that can be asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from klantreis.events.answers import answer, between, calendar, comparison, funnels, outcomes, rework, steps
from klantreis.events.answers.differing import median_difference
from klantreis.events.pattern import parse_pattern
from klantreis.events.share import difference, wilson

PAGES = Path(__file__).parents[2] / "docs" / "methods"
MODULES = (answer, between, calendar, comparison, funnels, outcomes, rework, steps)
METHODS = sorted(
    {
        found.method
        for module in MODULES
        for found in vars(module).values()
        if isinstance(found, type) and issubclass(found, answer.Answer) and found is not answer.Answer
    }
)
INTERVALS = [
    wilson(1, 2).method,
    difference(wilson(1, 2), wilson(1, 2)).method,
    median_difference([1.0], [1.0])[0].method,
]


@pytest.mark.parametrize("method", [*METHODS, *INTERVALS])
def test_each_method_has_a_page(method: str) -> None:
    assert (PAGES / f"{method}.md").read_text(encoding="utf-8").startswith("# ")


def test_all_answers_are_here() -> None:
    assert len(METHODS) == len({kind.__name__ for kind in answer.Answer.__subclasses__()}) >= 15


def test_the_patterns_on_their_page_can_be_read() -> None:
    lines = (PAGES / "event-patterns.md").read_text(encoding="utf-8").splitlines()
    examples = [line.strip() for line in lines if line.startswith("    ")]
    assert len(examples) == 6
    for example in examples:
        pattern = parse_pattern(example)
        assert parse_pattern(str(pattern)) == pattern
