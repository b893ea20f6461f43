"""The difference of two shares against published intervals, and its laws."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantreis.analysis.effect.proportions import difference
from klantreis.errors import InvalidInputError

#: Newcombe (1998), Statistics in Medicine 17:873-890, table II, method 10 (score, no continuity correction).
PUBLISHED = [
    ((56, 70, 48, 80), (0.0524, 0.3339)),
    ((9, 10, 3, 10), (0.1705, 0.8090)),
    ((6, 7, 2, 7), (0.0582, 0.8062)),
    ((5, 56, 0, 29), (-0.0381, 0.1926)),
    ((0, 10, 0, 20), (-0.1611, 0.2775)),
    ((0, 10, 0, 10), (-0.2775, 0.2775)),
    ((10, 10, 0, 20), (0.6791, 1.0)),
    ((10, 10, 0, 10), (0.6075, 1.0)),
]


@pytest.mark.parametrize(("counts", "interval"), PUBLISHED)
def test_published_differences(counts: tuple[int, int, int, int], interval: tuple[float, float]) -> None:
    """Newcombe (1998), Statistics in Medicine 17:873-890, table II, method 10."""
    found = difference(*counts)
    assert (round(float(found.low or 0), 4), round(float(found.high or 0), 4)) == interval
    assert found.estimate == pytest.approx(counts[0] / counts[1] - counts[2] / counts[3])


SHARES = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(SHARES, SHARES)
def test_laws(one: tuple[int, int], two: tuple[int, int]) -> None:
    found, back = difference(*one, *two), difference(*two, *one)
    assert found.estimate is not None
    assert -1 <= float(found.low or 0) <= found.estimate <= float(found.high or 0) <= 1
    assert (found.low, found.high) == pytest.approx((-float(back.high or 0), -float(back.low or 0)), abs=1e-12)
    assert found.n == one[1] + two[1]


def test_nothing_known_of_an_empty_group() -> None:
    found = difference(0, 0, 5, 10)
    assert (found.estimate, found.low, found.high) == (None, -1, 1)
    assert [item.code for item in found.warnings] == ["effect.empty_group"]


@pytest.mark.parametrize("counts", [(4, 3, 1, 2), (-1, 3, 1, 2), (1, 2, 3, 2), (1, 2, 0.5, 2)])
def test_what_is_no_share_is_refused(counts: tuple[int, int, int, int]) -> None:
    with pytest.raises(InvalidInputError, match="successes_"):
        difference(*counts)
