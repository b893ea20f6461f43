"""Do intervals hold, tests alarm and experiments find as often as they say? By all outcomes there are, or many draws.

The pages in docs/methods quote these numbers.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.stats import binom

from klantreis.analysis.effect.experiments import (
    compare,
    confidence_sequence,
    cuped,
    group_sequential,
    power,
    sample_ratio,
)
from klantreis.analysis.effect.proportions import difference, wilson
from klantreis.analysis.effect.quasi import callaway_santanna

Floats = npt.NDArray[np.float64]


def held(found: Any, truth: float) -> bool:
    return bool(float(found.low) <= truth <= float(found.high))


def wilson_coverage(n: int, share: float) -> float:
    chances = binom.pmf(np.arange(n + 1), n, share)
    return float(sum(chance for x, chance in enumerate(chances) if held(wilson(x, n), share)))


def test_wilson_holds_on_average() -> None:
    """Every outcome of 20 and of 100, shares from .01 to .99: 95.4 and 94.9 % on average; docs/methods/wilson.md."""
    shares = np.linspace(0.01, 0.99, 99)
    for n, mean in ((20, 0.954), (100, 0.949)):
        found = [wilson_coverage(n, float(share)) for share in shares]
        assert round(float(np.mean(found)), 3) == mean
        assert min(found) > 0.92


def test_newcombe_holds_on_average() -> None:
    """Every outcome of 20 and 30; docs/methods/newcombe.md."""
    intervals = [[difference(x, 20, y, 30) for y in range(31)] for x in range(21)]
    low = np.array([[float(one.low or 0) for one in row] for row in intervals])
    high = np.array([[float(one.high or 0) for one in row] for row in intervals])
    found: list[float] = []
    for p in np.linspace(0.05, 0.95, 19):
        for q in np.linspace(0.05, 0.95, 19):
            inside = (low <= p - q) & (p - q <= high)
            chances = np.outer(binom.pmf(np.arange(21), 20, p), binom.pmf(np.arange(31), 30, q))
            found.append(float(chances[inside].sum()))
    assert round(float(np.mean(found)), 3) == 0.951
    assert min(found) > 0.91


@pytest.mark.slow
def test_a_sound_split_is_called_broken_as_seldom_as_said() -> None:
    """20,000 sound splits of 10,000 over two and over three groups; docs/methods/sample-ratio.md."""
    rng = np.random.default_rng(1)
    for shares in ([0.5, 0.5], [0.2, 0.3, 0.5]):
        p = np.array([sample_ratio(counts, shares).p_value for counts in rng.multinomial(10_000, shares, 20_000)])
        assert abs(float((p < 0.05).mean()) - 0.05) < 0.005
        assert float((p < 0.001).mean()) < 0.0017


@pytest.mark.slow
def test_customers_with_several_visits() -> None:
    """6,000 samples of 80 and 60 customers with one to nine visits; docs/methods/experiment.md."""
    rng = np.random.default_rng(22)
    inside = relative = naive = 0
    for _ in range(6000):
        arms = []
        for size, level in ((80, 5.5), (60, 5.0)):
            visits = rng.integers(1, 10, size)
            who = np.repeat(np.arange(size), visits)
            arms.append((who, level + rng.normal(size=size)[who] + rng.normal(size=len(who))))
        (who_a, a), (who_b, b) = arms
        found = compare(a, b, customer_a=who_a, customer_b=who_b)
        inside += held(found, 0.5)
        relative += held(found.relative, 0.1)
        naive += held(compare(a, b), 0.5)
    assert abs(inside / 6000 - 0.949) < 0.009, inside
    assert abs(relative / 6000 - 0.948) < 0.009, relative
    assert naive / 6000 < 0.8, naive


@pytest.mark.slow
def test_robust_past() -> None:
    """2,000 samples of 150 and 50, three times the spread in the small group; docs/methods/cuped.md."""
    rng = np.random.default_rng(3)
    robust = plain = 0
    for _ in range(2000):
        x, arm = rng.normal(size=200), np.arange(200) >= 150
        y = x + 0.3 * arm + rng.normal(size=200) * np.where(arm, 3.0, 1.0)
        robust += held(cuped(y, x, arm, robust=True), 0.3)
        plain += held(cuped(y, x, arm), 0.3)
    assert abs(robust / 2000 - 0.95) < 0.015, robust
    assert plain / 2000 < 0.87, plain


@pytest.mark.slow
def test_experiments_find_as_often_as_planned() -> None:
    """20,000 experiments of 64 and 64, half a standard deviation; docs/methods/power.md."""
    rng = np.random.default_rng(99)
    a, b = rng.normal(0.5, 1, (20_000, 64)), rng.normal(0, 1, (20_000, 64))
    found = sum(float(compare(one, two).p_value or 0) < 0.05 for one, two in zip(a, b, strict=True)) / 20_000
    assert abs(found - float(power(0.5, 64).estimate or 0)) < 0.008, found


@pytest.mark.slow
def test_intervals_at_all_planned_looks() -> None:
    """10,000 trials of five looks, with an effect; docs/methods/group-sequential.md."""
    rng = np.random.default_rng(5)
    errors = 1 / np.sqrt(np.arange(1, 6) * 20.0)
    means = rng.normal(0.4, 1 / math.sqrt(20), (10_000, 5)).cumsum(axis=1) / np.arange(1, 6)
    for spending in ("pocock", "obrien_fleming"):
        plan = group_sequential(5, 0.05, spending)
        bound = np.array(plan.critical) * errors
        one = plan.interval(float(means[0, 1]), float(errors[1]), look=2)
        assert (one.low, one.high) == pytest.approx((means[0, 1] - bound[1], means[0, 1] + bound[1]))
        assert abs(float((np.abs(means - 0.4) <= bound).all(axis=1).mean()) - 0.95) < 0.006


@pytest.mark.slow
def test_a_difference_may_be_watched() -> None:
    """500 streams of 2,000 in two groups with an effect; docs/methods/confidence-sequence.md."""
    rng = np.random.default_rng(6)
    ever = 0
    for _ in range(500):
        group = rng.integers(0, 2, 2000)
        x = rng.exponential(size=2000) + 0.5 * group
        ever += confidence_sequence(x, group=group, null=0.5).first_away is not None
    assert ever / 500 <= 0.06, ever


@pytest.mark.slow
def test_groups_that_run_alike_are_called_unlike_as_seldom_as_said() -> None:
    """1,000 samples of 300 units; docs/methods/difference-in-differences.md."""
    rng = np.random.default_rng(7)
    alarms = 0
    for _ in range(1000):
        first = rng.choice([0.0, 4.0, 5.0], size=300)
        y = rng.normal(size=(300, 1)) + rng.normal(size=(300, 6))
        columns = np.repeat(np.arange(300), 6), np.tile(np.arange(1, 7), 300), np.repeat(first, 6), y.ravel()
        alarms += float(callaway_santanna(*columns, draws=0).pre_trend_p or 0) < 0.05
    assert abs(alarms / 1000 - 0.055) < 0.02, alarms
