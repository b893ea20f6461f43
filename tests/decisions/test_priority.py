"""Priorities: published arithmetic, and how sure an order is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantreis.decisions.priority import ice, quadrants, rank_probabilities, rice, wsjf
from klantreis.errors import InvalidInputError


@pytest.mark.parametrize(("numbers", "score"), [((2000, 2, 0.8, 4), 800), ((5000, 2, 0.8, 2), 4000)])
def test_rice_published(numbers: tuple[float, float, float, float], score: float) -> None:
    """The arithmetic of RICE as McBride (Intercom, 2016) gave it: 2000 x 2 x 80 % / 4 = 800; 4000."""
    assert rice(*numbers).estimate == score


def test_nothing_gained_is_a_score_of_nothing() -> None:
    assert rice([0, 10], [1, 1], [1, 1], [1, 1]).scores == (0, 10)
    assert wsjf(5, 3, 0, 4).estimate == 2


def test_confidence_may_be_whole() -> None:
    """RICE knows confidences of 50, 80 and 100 %; ICE takes them from 1 to 10."""
    assert rice(100, 1, 1.0, 2).estimate == rice([100], [1], [1.0], [2]).estimate == 50
    assert ice(8, 5, 4).estimate == 160


NUMBERS = st.lists(st.tuples(*[st.floats(0.1, 1)] * 4), min_size=2, max_size=6)


@given(NUMBERS, st.floats(1.1, 50))
def test_order_does_not_depend_on_the_unit(numbers: list[tuple[float, ...]], unit: float) -> None:
    reach, impact, confidence, effort = np.array(numbers).T
    found, other = (rice(reach * k, impact, confidence, effort / k, draws=3) for k in (1, unit))
    assert other.scores == pytest.approx(np.array(found.scores) * unit**2)
    assert rice(reach, impact * 1.5, confidence, effort, draws=3).scores > found.scores
    assert rice(reach, impact, confidence, effort * 1.5, draws=3).scores < found.scores


def test_ranges_say_how_sure_the_order_is() -> None:
    sure = rice([100, 100], [2, 1], [0.8, 0.8], [[1, 1, 1], [3, 4, 5]], names=["a", "b"])
    assert sure.order == ("a", "b")
    assert [item.first for item in sure.items] == [1, 0]
    wide = [[1.0, 2.0, 9.0]] * 3
    open_ = rice([100, 100, 101], [1, 1, 1], [0.8, 0.8, 0.8], wide, seed=1)
    assert [item.code for item in open_.warnings] == ["priority.open_order", "priority.wide_divisor"]
    assert sum(item.first for item in open_.items) == pytest.approx(1)
    assert all((item.rank_low, item.rank_high) == (1, 3) for item in open_.items)
    assert open_ == rice([100, 100, 101], [1, 1, 1], [0.8, 0.8, 0.8], wide, seed=1)
    assert [item.code for item in ice([1, 2], [1, 2], [1, 2]).warnings] == ["priority.no_ranges", "priority.no_reach"]
    assert wsjf(8, 5, 2, 5).estimate == 3


@given(st.lists(st.lists(st.integers(0, 3), min_size=3, max_size=3), min_size=1, max_size=30))
def test_every_item_has_a_place_and_every_place_an_item(draws: list[list[int]]) -> None:
    found = rank_probabilities(draws)
    table = np.array(found.ranks)
    assert table.sum(axis=0) == pytest.approx(np.ones(3))
    assert table.sum(axis=1) == pytest.approx(np.ones(3))
    assert found.first == pytest.approx(table[:, 0])
    # By plain loops: equals share the places that they take together.
    plain = np.zeros((3, 3))
    for row in draws:
        for item, value in enumerate(row):
            better, alike = sum(other > value for other in row), sum(other == value for other in row)
            plain[item, better : better + alike] += 1 / alike / len(draws)
    assert table == pytest.approx(plain)


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: rice(1, 1, 80, 1), "confidence is a share"),
        (lambda: rice(1, 1, 0.8, 0), "effort must lie above 0"),
        (lambda: rice(-1, 1, 0.8, 1), "reach must be 0 or more"),
        (lambda: rice(None, 1, 0.8, 1), "reach"),  # type: ignore[arg-type]
        (lambda: rice("many", 1, 0.8, 1), "reach must hold numbers, not text"),
        (lambda: rice([], 1, 0.8, 1), "reach holds 0"),
        (lambda: rice([[1, 2, 3], [1, 2]], 1, 0.8, 1), "reach"),
        (lambda: rice(1, 1, 0.8, float("inf")), "effort holds inf"),
        (lambda: rice(1, 1, 0.8, 1, draws=0), "draws"),
        (lambda: rice(1, 1, 0.8, 1, seed=-1), "seed"),
        (lambda: rice(1, 1, 0.8, 1, level=95), "level lies"),
        (lambda: ice(1, 1, [[1, 2, 3, 4]]), "ease must be"),
        (lambda: wsjf(1, 1, 1, -2), "job_size"),
        (lambda: rank_probabilities([]), "draws"),
        (lambda: rank_probabilities([1, 2, 3]), "draws must have 2 dimension"),
        (lambda: rank_probabilities([["a", "b"]]), "draws must hold numbers"),
        (lambda: rank_probabilities([[1, 2]], confidence=0), "confidence"),
        (lambda: rice([1, 2], [1, 2], [0.5, 0.5], [1, 2, 3]), "effort has 3"),
        (lambda: rice(1, 1, 0.5, [[3, 2, 1]]), "effort holds a range"),
        (lambda: rice(1, 1, 0.5, [[3, 2]]), "effort must be"),
        (lambda: rice(1, float("nan"), 0.5, 1), "impact"),
        (lambda: wsjf([1], [1], [1], [1], names=["a", "b"]), "names"),
        (lambda: rank_probabilities([[1, float("nan")]]), "draws"),
        (lambda: quadrants([1], [1, 2]), "impact has 1"),
    ],
)
def test_what_cannot_be_scored_is_refused(call: Any, name: str) -> None:
    with pytest.raises(InvalidInputError, match=name):
        call()
