"""Shares and medians of runs: their intervals look at customers, and hold the truth as often as they promise."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from klantreis.errors import InvalidInputError
from klantreis.events.share import wilson
from klantreis.journeys.medians import wait_of
from klantreis.journeys.run_shares import METHOD, runs_each, share_where, sizes_of, student, wilson_by_customer

Ints = NDArray[np.int64]
customers = st.lists(
    st.integers(1, 6).flatmap(lambda runs: st.tuples(st.integers(0, runs), st.just(runs))), min_size=1, max_size=40
)


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_with_one_run_each_it_is_the_plain_interval(did: list[bool]) -> None:
    assert wilson_by_customer([int(one) for one in did], [1] * len(did)) == wilson(sum(did), len(did))


@given(customers)
def test_it_is_never_narrower_than_the_plain_interval(made: list[tuple[int, int]]) -> None:
    found = wilson_by_customer(*zip(*made, strict=True))
    plain = wilson(found.count, found.n)
    assert found.low <= plain.low + 1e-12
    assert found.high >= plain.high - 1e-12
    assert found.value is not None
    assert found.low <= found.value <= found.high


@given(customers, st.randoms(use_true_random=False))
def test_it_can_be_read_from_the_runs_themselves(made: list[tuple[int, int]], chance: object) -> None:
    holds, whose = [], []
    for customer, (counted, runs) in enumerate(made):
        holds += [True] * counted + [False] * (runs - counted)
        whose += [7 * customer] * runs
    customer_of = np.array(whose, dtype=np.int64)
    found = share_where(customer_of, np.array(holds, dtype=np.bool_))
    assert found == wilson_by_customer(*zip(*made, strict=True))
    assert (sizes_of(customer_of).customers, sizes_of(customer_of).n) == (len(made), len(whose))
    assert runs_each(customer_of).tolist() == [runs for _, runs in made for _ in range(runs)]


def test_customers_who_always_do_the_same_count_as_one_each() -> None:
    # Forty customers, half of whom do it in each of their ten runs: no wiser than forty runs, and wider for the t.
    found, forty = wilson_by_customer([10] * 20 + [0] * 20, [10] * 40), wilson(20, 40)
    assert (found.method, forty.method) == (METHOD, "wilson")
    assert 0 < forty.low - found.low < 0.01
    assert wilson(200, 400).low - found.low > 0.09


def test_customers_who_differ_by_chance_alone_cost_nothing() -> None:
    # Counts as even as they can be: the interval is that of independent runs.
    found = wilson_by_customer([1] * 30, [2] * 30)
    assert (found.low, found.high) == (wilson(30, 60).low, wilson(30, 60).high)


def test_what_nobody_did_is_as_uncertain_as_customers_are_few() -> None:
    # Thirty runs of ten customers without one that did it: as little as is known from eight or nine customers.
    found = wilson_by_customer([0] * 10, [3] * 10)
    assert found.low == 0
    assert wilson(0, 10).high < found.high < wilson(0, 7).high


def test_an_empty_log_knows_nothing() -> None:
    assert wilson_by_customer([], []) == share_where(np.empty(0, np.int64), np.empty(0, np.bool_)) == wilson(0, 0)


@pytest.mark.parametrize("freedom", [4, 5, 9, 29, 109, 10_000])
@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.99])
def test_the_quantile_of_student(freedom: int, confidence: float) -> None:
    exact = stats.t.ppf(0.5 + confidence / 2, freedom)
    assert student(freedom, confidence=confidence) == pytest.approx(exact, rel=0.02 if confidence > 0.95 else 0.005)


@pytest.mark.parametrize(
    ("counted", "runs", "said"),
    [([1], [1, 2], "1 customers and runs 2"), ([3], [2], "Customer 0: 3 of 2"), ([-1], [2], "Customer 0: -1 of 2")],
)
def test_what_is_no_share_is_refused(counted: list[int], runs: list[int], said: str) -> None:
    with pytest.raises(InvalidInputError, match=said):
        wilson_by_customer(counted, runs)
    with pytest.raises(InvalidInputError, match="confidence"):
        wilson_by_customer([1], [2], confidence=1.0)


# How often the intervals hold the truth. The page names these figures.

FEW, MANY, TWENTY = "one to six", "mostly few, some thirty", "twenty each"
SIZES: dict[str, Callable[[np.random.Generator, int], Ints]] = {
    FEW: lambda chance, n: 1 + chance.poisson(1.8, n),
    MANY: lambda chance, n: 1 + np.floor(chance.exponential(5.0, n)).astype(np.int64),
    TWENTY: lambda _, n: np.full(n, 20, np.int64),
}


def alike(chance: np.random.Generator, *, share: float, likeness: float, n: int) -> NDArray[np.float64]:
    """The chance of each customer, when two runs of one customer have this correlation."""
    if likeness == 0:
        return np.full(n, share)
    if likeness == 1:
        return (chance.random(n) < share).astype(np.float64)
    much = (1 - likeness) / likeness
    return chance.beta(share * much, (1 - share) * much, n)


@pytest.mark.slow
def test_the_interval_of_a_share_holds_the_truth() -> None:
    chance = np.random.default_rng(11)
    held: dict[int, list[float]] = {}
    plain: dict[float, list[float]] = {}
    for (size, sizes), n, share, likeness in product(
        SIZES.items(), (10, 30, 110), (0.02, 0.1, 0.3, 0.5), (0.0, 0.3, 1.0)
    ):
        found, naive = 0, 0
        for _ in range(600):
            runs = sizes(chance, n)
            counted = chance.binomial(runs, alike(chance, share=share, likeness=likeness, n=n))
            one = wilson_by_customer(counted.tolist(), runs.tolist())
            found += one.low <= share <= one.high
            independent = wilson(int(counted.sum()), int(runs.sum()))
            naive += independent.low <= share <= independent.high
        held.setdefault(n, []).append(found / 600)
        if size == FEW and n == 110:
            plain.setdefault(likeness, []).append(naive / 600)
    print({n: (round(float(np.mean(many)), 3), round(min(many), 3)) for n, many in held.items()}, plain)
    # Four standard deviations of a share of 600 below 94 % is 90 %.
    assert min(map(min, held.values())) >= 0.91
    assert all(0.945 <= np.mean(many) <= 0.99 for many in held.values())
    # What it is for: without it the truth is missed two or three times as often as promised, or much more.
    assert np.mean(plain[0.3]) < 0.90
    assert np.mean(plain[1.0]) < 0.80


@pytest.mark.slow
def test_the_interval_of_a_median_holds_the_truth() -> None:
    chance = np.random.default_rng(12)
    held = []
    for n, likeness in product((15, 50, 150), (0.0, 0.3, 0.8)):
        found = 0
        for _ in range(600):
            runs = SIZES[FEW](chance, n)
            whose = np.repeat(np.arange(n), runs)
            # Lognormal times with median 1: of the variance, this part is the customer's.
            own = chance.normal(0, np.sqrt(likeness), n)[whose]
            times = np.exp(own + chance.normal(0, np.sqrt(1 - likeness), len(whose)))
            one = wait_of((times * 1e6).astype(np.int64), customer=whose)
            assert one.low is not None
            assert one.high is not None
            found += one.low <= 1 <= one.high
        held.append(found / 600)
    print(held)
    assert min(held) >= 0.915
    assert 0.945 <= np.mean(held) <= 0.985
