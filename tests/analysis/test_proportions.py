"""The Wilson interval against published numbers, and its laws."""

from __future__ import annotations

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
    assert share.to_dict() == {
        "count": 0,
        "n": 0,
        "value": None,
        "low": 0.0,
        "high": 1.0,
        "confidence": 0.95,
        "method": "wilson",
    }


@pytest.mark.parametrize(("successes", "n", "confidence"), [(-1, 3, 0.95), (4, 3, 0.95), (1, 3, 1.0), (1, 3, 0.0)])
def test_what_is_no_share_is_refused(successes: int, n: int, confidence: float) -> None:
    with pytest.raises(InvalidInputError):
        wilson(successes, n, confidence=confidence)
