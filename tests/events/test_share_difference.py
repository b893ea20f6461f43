"""The difference of two shares: Newcombe's published intervals, and the laws they obey."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantreis.errors import InvalidInputError
from klantreis.events.share import difference, wilson

#: R. G. Newcombe, Statistics in Medicine 17 (1998), table II, method 10.
PUBLISHED = [
    (56, 70, 48, 80, 0.0524, 0.3339),
    (9, 10, 3, 10, 0.1705, 0.8090),
    (5, 56, 0, 29, -0.0381, 0.1926),
    (0, 10, 0, 20, -0.1611, 0.2775),
    (10, 10, 0, 20, 0.6791, 1.0),
    (10, 10, 0, 10, 0.6075, 1.0),
]
shares = st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize(("a", "m", "b", "n", "low", "high"), PUBLISHED)
def test_published_intervals(a: int, m: int, b: int, n: int, low: float, high: float) -> None:
    found = difference(wilson(a, m), wilson(b, n))
    assert found.value == pytest.approx(a / m - b / n)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


@given(shares, shares)
def test_swapping_the_groups_turns_the_interval_round(first: tuple[int, int], second: tuple[int, int]) -> None:
    one, other = difference(wilson(*first), wilson(*second)), difference(wilson(*second), wilson(*first))
    assert one.value is not None
    assert one.low is not None
    assert one.high is not None
    assert (other.value, other.low, other.high) == pytest.approx((-one.value, -one.high, -one.low))
    assert -1 <= one.low <= one.value <= one.high <= 1


def test_with_nobody_in_a_group_nothing_is_known() -> None:
    found = difference(wilson(0, 0), wilson(3, 4))
    assert (found.value, found.low, found.high) == (None, None, None)
    with pytest.raises(InvalidInputError, match="95% and 90%"):
        difference(wilson(1, 2), wilson(1, 2, confidence=0.9))
