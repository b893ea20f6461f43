"""The Wilson interval against published numbers, and its laws."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantreis.analysis.effect.proportions import wilson
from klantreis.errors import InvalidInputError

# Newcombe (1998), Statistics in Medicine 17:857-872, table I, method 3 (score, no continuity correction).
PUBLISHED = [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]


@pytest.mark.parametrize(("successes", "n", "low", "high"), PUBLISHED)
def test_published_intervals(successes: int, n: int, low: float, high: float) -> None:
    share = wilson(successes, n)
    assert (round(share.low, 4), round(share.high, 4)) == (low, high)
    assert share.value == successes / n


@given(st.integers(1, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_laws(drawn: tuple[int, int]) -> None:
    successes, n = drawn
    share, mirrored = wilson(successes, n), wilson(n - successes, n)
    assert share.value is not None
    assert 0 <= share.low <= share.value <= share.high <= 1
    assert share.low < share.high
    assert (mirrored.low, mirrored.high) == pytest.approx((1 - share.high, 1 - share.low), abs=1e-12)
    wider = wilson(successes, n, confidence=0.99)
    assert wider.low <= share.low
    assert wider.high >= share.high
    more = wilson(successes * 4, n * 4)
    assert more.high - more.low < share.high - share.low


def test_nothing_known() -> None:
    share = wilson(0, 0)
    assert (share.estimate, share.low, share.high, share.n, share.count) == (None, 0, 1, 0, 0)
    assert [item.code for item in share.warnings] == ["effect.few_rows"]


def test_a_share_is_a_result_like_any_other() -> None:
    share = wilson(30, 60)
    assert share.estimate == share.value == 0.5
    assert (share.method, share.confidence, share.warnings) == ("wilson", 0.95, ())
    of_numpy: tuple[Any, Any] = (np.int64(3), np.float64(4))
    assert wilson(*of_numpy).count == 3
    assert [item.code for item in wilson(3, 4).warnings] == ["effect.few_rows"]


WRONG: list[tuple[Any, Any, Any, str]] = [
    (-1, 3, 0.95, "successes must"),
    (4, 3, 0.95, "successes of n is 4 of 3"),
    (1.5, 3, 0.95, "successes must"),
    (math.nan, 3, 0.95, "successes must"),
    ("1", 3, 0.95, "successes must"),
    (None, 3, 0.95, "successes must"),
    ([1, 2], 3, 0.95, "successes must"),
    (True, 3, 0.95, "successes must"),
    (1, math.inf, 0.95, "n must"),
    (1, -3, 0.95, "n must"),
    (1, None, 0.95, "n must"),
    (1, 3, 1.0, "confidence"),
    (1, 3, 0.0, "confidence"),
    (1, 3, "0.9", "confidence"),
    (1, 3, math.nan, "confidence"),
]


@pytest.mark.parametrize(("successes", "n", "confidence", "name"), WRONG)
def test_what_is_no_share_is_refused(successes: Any, n: Any, confidence: Any, name: str) -> None:
    with pytest.raises(InvalidInputError, match=name):
        wilson(successes, n, confidence=confidence)
