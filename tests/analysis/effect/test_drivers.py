"""Drivers against published shares, plain enumeration, and their laws; penalties and rewards against a known truth."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klantreis.analysis.effect import drivers
from klantreis.analysis.effect.drivers import penalty_reward, shapley_regression
from klantreis.errors import InvalidInputError

#: Fertility, agriculture, examination, education, Catholic and infant mortality of 47 Swiss provinces around 1888
#: (Mosteller and Tukey 1977, Data Analysis and Regression, pp. 549-551).
SWISS = """
80.2 17.0 15 12 9.96 22.2 83.1 45.1 6 9 84.84 22.2 92.5 39.7 5 5 93.40 20.2 85.8 36.5 12 7 33.77 20.3
76.9 43.5 17 15 5.16 20.6 76.1 35.3 9 7 90.57 26.6 83.8 70.2 16 7 92.85 23.6 92.4 67.8 14 8 97.16 24.9
82.4 53.3 12 7 97.67 21.0 82.9 45.2 16 13 91.38 24.4 87.1 64.5 14 6 98.61 24.5 64.1 62.0 21 12 8.52 16.5
66.9 67.5 14 7 2.27 19.1 68.9 60.7 19 12 4.43 22.7 61.7 69.3 22 5 2.82 18.7 68.3 72.6 18 2 24.20 21.2
71.7 34.0 17 8 3.30 20.0 55.7 19.4 26 28 12.11 20.2 54.3 15.2 31 20 2.15 10.8 65.1 73.0 19 9 2.84 20.0
65.5 59.8 22 10 5.23 18.0 65.0 55.1 14 3 4.52 22.4 56.6 50.9 22 12 15.14 16.7 57.4 54.1 20 6 4.20 15.3
72.5 71.2 12 1 2.40 21.0 74.2 58.1 14 8 5.23 23.8 72.0 63.5 6 3 2.56 18.0 60.5 60.8 16 10 7.72 16.3
58.3 26.8 25 19 18.46 20.9 65.4 49.5 15 8 6.10 22.5 75.5 85.9 3 2 99.71 15.1 69.3 84.9 7 6 99.68 19.8
77.3 89.7 5 2 100.00 18.3 70.5 78.2 12 6 98.96 19.4 79.4 64.9 7 3 98.22 20.2 65.0 75.9 9 9 99.06 17.8
92.2 84.6 3 3 99.46 16.3 79.3 63.1 13 13 96.83 18.1 70.4 38.4 26 12 5.62 20.3 65.7 7.7 29 11 13.79 20.5
72.7 16.7 22 13 11.22 18.9 64.4 17.6 35 32 16.92 23.0 77.6 37.6 15 7 4.97 20.0 67.6 18.7 25 7 8.65 19.5
35.0 1.2 37 53 42.34 18.0 44.7 46.6 16 29 50.43 18.2 42.8 27.7 22 29 58.33 19.3
"""


def codes(result: Any) -> list[str]:
    return [item.code for item in result.warnings]


def plain_lmg(x: np.ndarray, y: np.ndarray) -> list[float]:
    """Every order, one regression at a time."""

    def explained(columns: tuple[int, ...]) -> float:
        design = np.column_stack([np.ones(len(y)), x[:, list(columns)]])
        rest = y - design @ np.linalg.lstsq(design, y, rcond=None)[0]
        return 1 - float(rest @ rest) / float(((y - y.mean()) ** 2).sum())

    p = x.shape[1]
    gains = np.zeros(p)
    for order in itertools.permutations(range(p)):
        for place, driver in enumerate(order):
            gains[driver] += explained(order[: place + 1]) - explained(order[:place])
    return list(gains / math.factorial(p))


def test_swiss_fertility() -> None:
    """Grömping (2006), Journal of Statistical Software 17(1), data swiss: R² .7067.

    Only the R² is a printed number; the five shares are held to plain enumeration of all orders.
    """
    table = np.array(SWISS.split(), dtype=float).reshape(47, 6)
    found = shapley_regression(table[:, 1:], table[:, 0], draws=200)
    assert round(float(found.estimate or 0), 4) == 0.7067
    assert [round(part, 4) for part in found.shares] == [0.0571, 0.1712, 0.2601, 0.1056, 0.1128]
    assert sum(found.shares) == pytest.approx(found.estimate, abs=1e-12)
    assert found.shares == pytest.approx(plain_lmg(table[:, 1:], table[:, 0]))
    assert [driver.rank for driver in found.drivers] == [5, 2, 1, 4, 3]


def test_known_shares() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(40_000, 3))
    y = 2 * x[:, 0] + x[:, 1] + rng.normal(size=40_000) * 2
    found = shapley_regression(x, y, draws=100, names=["a", "b", "c"])
    assert found.shares == pytest.approx((4 / 9, 1 / 9, 0), abs=0.01)
    assert [driver.first for driver in found.drivers] == [1, 0, 0]
    for driver, truth in zip(found.drivers[:2], (4 / 9, 1 / 9), strict=True):
        assert float(driver.low or 0) < truth < float(driver.high or 0)
    assert codes(found) == ["effect.association"]
    assert shapley_regression(x, y, draws=100, names=["a", "b", "c"]) == found


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_shares_are_those_of_all_orders(p: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(30, p)) @ rng.normal(size=(p, p)) + rng.normal(size=(30, p)) * 0.1
    y = x @ rng.normal(size=p) + rng.normal(size=30)
    found = shapley_regression(x, y, draws=2)
    assert found.shares == pytest.approx(plain_lmg(x, y), abs=1e-9)
    # Other units and other zero points change nothing.
    other = shapley_regression(x * 7 - 3, -2 * y + 5, draws=2)
    assert other.shares == pytest.approx(found.shares, abs=1e-9)
    # A whole weight is that case so many times.
    weights = rng.integers(1, 4, 30)
    weighted = shapley_regression(x, y, weights=weights, draws=2)
    repeated = shapley_regression(np.repeat(x, weights, axis=0), np.repeat(y, weights), draws=2)
    assert weighted.shares == pytest.approx(repeated.shares, abs=1e-9)


def test_twins_share_alike_and_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(2)
    x = rng.normal(size=(500, 1))
    x = np.column_stack([x, x, rng.normal(size=500)])
    found = shapley_regression(x, x[:, 0] + rng.normal(size=500), draws=50)
    assert found.shares[0] == pytest.approx(found.shares[1])
    assert "effect.correlated_drivers" in codes(found)
    # Too many for all orders: drawn ones come close, and the result says so.
    monkeypatch.setattr(drivers, "EXACT", 2)
    drawn = shapley_regression(x, x[:, 0] + rng.normal(size=500) * 0, draws=10)
    assert drawn.shares[0] == pytest.approx(drawn.shares[1], abs=0.01)
    assert sum(drawn.shares) == pytest.approx(1, abs=1e-6)
    assert "effect.sampled_orders" in codes(drawn)


def test_penalties_and_rewards_of_a_known_truth() -> None:
    rng = np.random.default_rng(33)
    ratings = rng.integers(1, 6, size=(3000, 4))
    truth = [(-2.0, 0.0), (0.0, 1.5), (-1.0, 1.0), (0.0, 0.0)]
    y = 6 + rng.normal(size=3000)
    for k, (penalty, reward) in enumerate(truth):
        y = y + penalty * (ratings[:, k] <= 2) + reward * (ratings[:, k] >= 4)
    found = penalty_reward(ratings, y, names=["billing", "gift", "advice", "logo"])
    assert [item.kind for item in found.attributes] == ["basic", "excitement", "performance", "undecided"]
    for item, (penalty, reward) in zip(found.attributes, truth, strict=True):
        assert item.penalty.estimate == pytest.approx(penalty, abs=0.15)
        assert item.reward.estimate == pytest.approx(reward, abs=0.15)
        assert item.estimate == pytest.approx(
            float(item.reward.estimate or 0) + float(item.penalty.estimate or 0), abs=1e-9
        )
    strict = penalty_reward(ratings, y, low_to=1, high_from=5)
    assert strict.attributes[0].low_n == int((ratings[:, 0] == 1).sum())


def test_sparse_and_upside_down_cells_are_named() -> None:
    rng = np.random.default_rng(4)
    ratings = np.array([1] * 6 + [3] * 100 + [5] * 100)[:, None]
    y = rng.normal(size=206) + 9 * (ratings[:, 0] == 1)
    found = penalty_reward(ratings, y).attributes[0]
    assert codes(found) == ["effect.sparse_cell", "effect.penalty_is_positive"]


def test_what_one_customer_alone_decides_is_not_known() -> None:
    ratings = np.array([1.0] + [3.0] * 20 + [5.0] * 20)[:, None]
    y = np.random.default_rng(5).normal(size=41)
    item = penalty_reward(ratings, y).attributes[0]
    assert (item.penalty.low, item.penalty.standard_error, item.low, item.kind) == (None, None, None, "undecided")
    assert item.penalty.estimate == pytest.approx(y[0] - y[1:21].mean())
    assert item.reward.low is not None
    assert "effect.sparse_cell" in codes(item)


RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(20, 2)), RNG.normal(size=20)
BAD: list[Any] = [
    None,
    [],
    "abcdef",
    [1, 2, math.nan],
    [[[1]]],
    [[1], [1, 2]],
    3,
    {"a": 1},
    [math.inf] * 20,
    ["1"] * 20,
]


def calling(function: Any, *args: Any, **options: Any) -> Any:
    """The call, to be made later, with what the types forbid."""
    return lambda: function(*args, **options)


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: shapley_regression(X[:3], Y[:3]), "X has 2 drivers for 3 cases"),
        (lambda: shapley_regression(X, Y[:9]), "y has 9"),
        (lambda: shapley_regression(np.ones((20, 1)), Y), "X holds x1"),
        (lambda: shapley_regression(X, np.ones(20)), "y does not vary"),
        (lambda: shapley_regression(np.where(X > 1, np.nan, X), Y), "X holds"),
        (lambda: shapley_regression(X, Y, weights=[-1] * 20), "weights"),
        (lambda: shapley_regression(X, Y, names=["a"]), "names"),
        *((calling(shapley_regression, bad, Y), "X") for bad in BAD),
        *((calling(shapley_regression, X, bad), "y") for bad in BAD),
        *((calling(shapley_regression, X, Y, weights=bad), "weights") for bad in [*BAD[1:], [0] * 20]),
        *((calling(shapley_regression, X, Y, draws=bad), "draws") for bad in (0, 1.5, "many")),
        (calling(shapley_regression, X, Y, orders=0), "orders"),
        (calling(shapley_regression, X, Y, seed=-1), "seed"),
        (calling(shapley_regression, X, Y, confidence=95), "confidence"),
        (calling(shapley_regression, X, Y, names="ab"), "names"),
        *((calling(penalty_reward, bad, Y), "ratings") for bad in BAD),
        *((calling(penalty_reward, X, bad), "y ") for bad in BAD),
        (calling(penalty_reward, X, [3] * 20), "y does not vary"),
        (calling(penalty_reward, X, Y, low_to="low"), "low_to"),
        (calling(penalty_reward, X, Y, high_from=math.nan), "high_from"),
        (calling(penalty_reward, X, Y, names=["a"]), "names has 1"),
        (lambda: penalty_reward(np.array([[1], [5]] * 10), Y), "no middle rating"),
        (lambda: penalty_reward(np.array([[1], [3], [5], [3]]), [1, 2, 3]), "ratings has 4"),
        (lambda: penalty_reward(np.array([[1], [3], [5]]), [1, 2, 3]), "ratings asks for 3 parameters of 3"),
        (lambda: penalty_reward(np.array([[1], [3], [5], [3]]), [1, 2, 3, 4], low_to=4, high_from=2), "low_to"),
    ],
)
def test_what_cannot_be_computed_is_refused(call: Any, name: str) -> None:
    with pytest.raises(InvalidInputError, match=name):
        call()


@pytest.mark.slow
def test_coverage_of_driver_intervals() -> None:
    """300 samples of 300; docs/methods/driver-analysis.md quotes it."""
    rng = np.random.default_rng(9)
    truth = np.array([0.64, 0.16]) / 1.8
    held = np.zeros(2)
    for _ in range(300):
        x = rng.normal(size=(300, 2))
        y = 0.8 * x[:, 0] + 0.4 * x[:, 1] + rng.normal(size=300)
        found = shapley_regression(x, y, draws=300)
        for k, driver in enumerate(found.drivers):
            held[k] += float(driver.low or 0) <= truth[k] <= float(driver.high or 0)
    assert (np.abs(held / 300 - 0.95) < 0.035).all(), held / 300


@pytest.mark.slow
def test_coverage_of_penalties() -> None:
    """1,000 samples of 200 with more spread among the unhappy; docs/methods/penalty-reward.md quotes it."""
    rng = np.random.default_rng(10)
    held = 0
    for _ in range(1000):
        ratings = rng.integers(1, 6, size=(200, 2))
        bad = ratings[:, 0] <= 2
        y = 5 - bad + rng.normal(size=200) * np.where(bad, 2.0, 1.0)
        item = penalty_reward(ratings, y).attributes[0]
        held += float(item.low or 0) <= -1 <= float(item.high or 0)
    assert abs(held / 1000 - 0.95) < 0.022, held
