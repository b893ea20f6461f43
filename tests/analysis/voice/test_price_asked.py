"""Yes or no at a price, against a worked example, pooling one at a time, and laws."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantreis.analysis.voice.price import (
    gabor_granger,
)
from klantreis.errors import InvalidInputError


def codes(result: Any) -> list[str]:
    return [item.code for item in result.warnings]


def test_gabor_granger_worked_example() -> None:
    """Worked example (techmarketing.ch): .33/(1+e^-(8.3-.97p)), cost 3, fixed 5000, 10,000 people.

    The profit printed for 7.50 is 5928.79. On a grid of 5 cents the best price is 7.35 with 5956.25.
    """
    price = np.round(np.arange(4, 12.001, 0.05), 2)
    share = 0.33 / (1 + np.exp(-(8.3 - 0.97 * price)))
    found = gabor_granger(
        np.tile(price, 2),
        np.repeat([1, 0], len(price)),
        weights=np.concatenate([share, 1 - share]),
        cost=3,
        fixed=5000,
        market=10_000,
        draws=5,
    )
    profit = {item.price: item.profit for item in found.prices}
    assert profit[7.5] == pytest.approx(5928.79, abs=0.005)
    assert found.estimate == 7.35
    assert found.profit == pytest.approx(5956.25, abs=0.02)


def pool(shares: list[float], counts: list[float]) -> list[float]:
    """Pool adjacent violators, one at a time, downwards."""
    blocks: list[list[float]] = []
    for share, count in zip(shares, counts, strict=True):
        blocks.append([share, count, 1])
        while len(blocks) > 1 and blocks[-2][0] < blocks[-1][0]:
            s, c, k = blocks.pop()
            t = blocks[-1]
            blocks[-1] = [(t[0] * t[1] + s * c) / (t[1] + c), t[1] + c, t[2] + k]
    return [block[0] for block in blocks for _ in range(int(block[2]))]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9)), min_size=2, max_size=8))
def test_shares_fall_as_pooling_makes_them(cells: list[tuple[int, int]]) -> None:
    price, bought = [], []
    for j, (yes, no) in enumerate(cells):
        price += [5.0 + j] * (yes + no)
        bought += [1] * yes + [0] * no
    found = gabor_granger(price, bought, draws=10)
    shares, counts = [yes / (yes + no) for yes, no in cells], [float(yes + no) for yes, no in cells]
    assert [item.smoothed for item in found.prices] == pytest.approx(pool(shares, counts))
    assert [item.estimate for item in found.prices] == pytest.approx(shares)
    assert sum(item.best_share for item in found.prices) == pytest.approx(1)
    assert found.low is not None
    assert found.high is not None
    assert found.low <= found.high


def test_gabor_granger_says_what_is_doubtful() -> None:
    price, bought = [4.0] * 50 + [8.0] * 50, [1] * 40 + [0] * 10 + [1] * 40 + [0] * 10
    assert codes(gabor_granger(price, bought)) == ["voice.optimum_at_end"]
    flat = gabor_granger([4.0] * 50 + [8.0] * 50 + [12.0] * 50, [1] * 40 + [0] * 10 + [1] * 20 + [0] * 30 + [0] * 50)
    assert codes(flat) == ["voice.optimum_at_end", "voice.flat_optimum"]
    assert codes(gabor_granger(price, bought, cost=9)) == ["voice.optimum_at_end", "voice.no_profit"]
    everyone = gabor_granger(price, bought, customer=[*range(50), *range(50)], seed=2)
    assert (everyone.n, everyone.method) == (50, "isotonic shares, percentile bootstrap of customers")
    assert gabor_granger(price, bought, seed=5) == gabor_granger(price, bought, seed=5)


REFUSED: list[tuple[Callable[[], object], str]] = [
    (lambda: gabor_granger([1, 2], [1, 2]), "bought"),
    (lambda: gabor_granger([1, 2], [1, 0.5]), "bought"),
    (lambda: gabor_granger([1, 1], [1, 0]), "price holds one"),
    (lambda: gabor_granger([1, 2], [1]), "price has 2"),
    (lambda: gabor_granger([1, 2], [1, 0], weights=[1, 0]), "weights"),
]


@pytest.mark.parametrize(("call", "named"), REFUSED)
def test_bad_answers_are_named(call: Callable[[], object], named: str) -> None:
    with pytest.raises(InvalidInputError, match=named):
        call()


@pytest.mark.slow
def test_the_best_price_lies_in_its_interval() -> None:
    """The price that earns most, among five, over 500 samples of 300; quoted in docs/methods/gabor-granger.md."""
    rng = np.random.default_rng(13)
    price, share = np.array([4.0, 6, 8, 10, 12]), np.array([0.8, 0.7, 0.5, 0.3, 0.15])
    best, hits = float(price[np.argmax(price * share)]), 0
    for draw in range(500):
        place = rng.choice(5, 300)
        found = gabor_granger(price[place], (rng.random(300) < share[place]).astype(int), draws=300, seed=draw)
        hits += (found.low or 0) <= best <= (found.high or 0)
    print(hits / 500)
    assert hits / 500 >= 0.94
