"""Experiments against published numbers, plain formulas and simulation."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ttest_ind

from klantreis.analysis.effect.experiments import (
    compare,
    confidence_sequence,
    cuped,
    false_discovery,
    group_sequential,
    minimum_detectable_effect,
    power,
    sample_ratio,
    sample_size,
)
from klantreis.errors import InvalidInputError


def codes(result: Any) -> list[str]:
    return [item.code for item in result.warnings]


def test_sample_ratio_published() -> None:
    """Fabijan and others (2019), KDD: 821,588 against 815,482 of an even split, p = 1.8e-6."""
    found = sample_ratio([821588, 815482], [0.5, 0.5])
    assert f"{found.p_value:.1e}" == "1.8e-06"
    assert found.broken
    assert codes(found) == ["effect.broken_split"]


def test_sample_ratio_small_and_several() -> None:
    exact = sample_ratio([1, 3], [1, 1])
    assert exact.p_value == pytest.approx(0.625)  # both tails of 4 coins
    assert not exact.broken
    thirds = sample_ratio([90, 110, 100])
    assert thirds.p_value == pytest.approx(math.exp(-1))  # chi-squared 2 with 2 degrees
    assert codes(sample_ratio([3, 2, 4])) == ["effect.small_expected"]


def test_lalonde() -> None:
    """Dehejia and Wahba (1999), JASA 94: the National Supported Work experiment, 445 men: 1794.34 dollars."""
    group, earned = np.loadtxt(Path(__file__).parent / "data" / "job_training.csv", delimiter=",", skiprows=1).T
    assert round(float(compare(earned[group == 1], earned[group == 0]).estimate or 0), 2) == 1794.34


@settings(max_examples=50, deadline=None)
@given(st.integers(2, 40), st.integers(2, 40), st.integers(0, 2**32 - 1))
def test_compare_is_welch(n_a: int, n_b: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = rng.normal(3, 1, n_a), rng.normal(2, 4, n_b)
    found, truth = compare(a, b), ttest_ind(a, b, equal_var=False)
    interval = truth.confidence_interval()
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))
    assert found.p_value == pytest.approx(truth.pvalue)
    # Customers of one outcome each change nothing; the other way around it is the other sign.
    alone = compare(a, b, customer_a=np.arange(n_a), customer_b=np.arange(n_b))
    assert (alone.low, alone.high) == pytest.approx((found.low, found.high))
    assert compare(b, a).estimate == pytest.approx(-float(found.estimate or 0))


def test_visits_of_a_customer_are_not_so_many_customers() -> None:
    rng = np.random.default_rng(1)
    values = rng.normal(size=400)
    who = np.repeat(np.arange(200), 10)
    a, b = np.repeat(values[:200], 10), np.repeat(values[200:], 10)
    found = compare(a, b, customer_a=who, customer_b=who)
    plain = compare(values[:200], values[200:])
    assert (found.low, found.high) == pytest.approx((plain.low, plain.high))
    assert codes(found) == ["effect.repeated_customers"]
    assert codes(compare(rng.exponential(size=50) ** 3, rng.exponential(size=50))) == ["effect.skewed"]


def test_relative_difference() -> None:
    rng = np.random.default_rng(2)
    found = compare(rng.normal(11, 1, 5000), rng.normal(10, 1, 5000)).relative
    assert found is not None
    assert found.estimate == pytest.approx(0.1, abs=0.01)
    assert float(found.high or 0) - float(found.low or 0) == pytest.approx(
        2 * 1.96 * 0.1 * math.sqrt(2.21 / 5000), rel=0.1
    )
    assert compare([1.0, 2.0], [-1.0, -2.0]).relative is None


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_cuped_is_covariance_analysis(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, group = rng.normal(size=60), np.arange(60) % 2
    y = x * rng.normal() + 0.3 * group + rng.normal(size=60)
    found = cuped(y, x, group)
    design = np.column_stack([np.ones(60), group, x])
    line = np.linalg.lstsq(design, y, rcond=None)[0]
    rest = y - design @ line
    error = math.sqrt(float(rest @ rest) / 57 * np.linalg.inv(design.T @ design)[1, 1])
    assert (found.estimate, found.standard_error) == pytest.approx((line[1], error))
    # θ is pooled within the groups, and what is left of the variance is 1 - ρ².
    inner = [(v - np.array([v[group == arm].mean() for arm in group])) for v in (x, y)]
    rho = float(np.corrcoef(inner[0], inner[1])[0, 1])
    assert found.theta == pytest.approx(float(inner[0] @ inner[1]) / float(inner[0] @ inner[0]))
    assert found.variance_ratio == pytest.approx(1 - rho**2)
    assert found.correlation == pytest.approx(rho)
    assert cuped(y, x, group, control=1).estimate == pytest.approx(-float(found.estimate or 0))


def test_cuped_says_what_is_wrong_with_the_past() -> None:
    rng = np.random.default_rng(3)
    group = np.repeat(["new", "old"], 300)
    x = rng.normal(size=600)
    y = x + 0.5 * (group == "new") + rng.normal(size=600)
    found = cuped(y, np.where(np.arange(600) % 10 == 0, np.nan, x), group, control="old")
    assert codes(found) == ["effect.before_missing"]
    assert float(found.low or 0) < 0.5 < float(found.high or 0)
    assert "effect.before_differs" in codes(cuped(y, x + (group == "new"), group))
    noisy = np.where(np.arange(600) < 100, 5.0, 1.0) * rng.normal(size=600)
    few = np.arange(600) < 100
    assert "effect.unequal_spread" in codes(cuped(noisy, x, few))
    assert "effect.unequal_spread" not in codes(cuped(noisy, x, few, robust=True))


def test_false_discovery_published() -> None:
    """Benjamini and Hochberg (1995), JRSS B 57, section 3.1: of 15 p-values 4 are rejected, Bonferroni rejects 3."""
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528]
    p += [0.7590, 1.0]
    assert sum(value <= 0.05 for value in false_discovery(p)) == 4
    assert sum(value <= 0.05 / 15 for value in p) == 3


def test_sleep() -> None:
    """Student (1908), Biometrika 6, as R's t.test (data sleep) prints it: t -1.8608, df 17.776, p .07939, to .205."""
    one = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
    two = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
    found = compare(one, two)
    assert round(float(found.estimate or 0) / float(found.standard_error or 1), 4) == -1.8608
    assert (round(found.df, 3), round(float(found.p_value or 0), 5)) == (17.776, 0.07939)
    assert (found.low, found.high) == pytest.approx((-3.3654832, 0.2054832), abs=5e-8)


def calling(function: Any, *args: Any, **options: Any) -> Any:
    """The call, to be made later, with what the types forbid."""
    return lambda: function(*args, **options)


GOOD = [1.0, 2.0, 3.0, 4.0]
BAD: list[tuple[Any, str]] = [
    *((calling(sample_ratio, counts), "counts") for counts in (None, [], "many", [1, -1], [1, math.nan], [0, 0], 3)),
    *((calling(sample_ratio, [5, 5], other), "expected") for other in ("even", [1, math.inf], [[1, 1]], [-1, 2])),
    *((calling(sample_ratio, [5, 5], threshold=other), "threshold") for other in (0, 1, "low", math.nan)),
    *(
        (calling(compare, values, GOOD), "a ")
        for values in (None, [], "ab", [1], [1, None], [[1, 2]], [1, math.inf], 2)
    ),
    *((calling(compare, GOOD, values), "b ") for values in (None, [], ["x", "y"], [1], [1, math.nan], [[1], [2, 3]])),
    (calling(compare, GOOD, GOOD, confidence=95), "confidence"),
    (calling(compare, GOOD, GOOD, customer_a=[1, 2], customer_b=GOOD), "customer_a has 2"),
    (calling(compare, GOOD, GOOD, customer_a=7, customer_b=GOOD), "customer_a"),
    *((calling(cuped, y, GOOD, [0, 0, 1, 1]), "y ") for y in (None, [], "abcd", [1, 2, 3, math.nan], [[1]] * 4)),
    *((calling(cuped, GOOD, x, [0, 0, 1, 1]), "x ") for x in (None, "abcd", [7] * 4, [math.nan] * 4, [1, 2, 3])),
    *((calling(cuped, GOOD, GOOD, group), "group") for group in (None, [1] * 4, [0, 1], [0, 1, None, 1], 4)),
    (calling(cuped, [1, 2, 3], [1, 2, 4], [0, 1, 1]), "x with group asks for 3 parameters of 3"),
    (calling(cuped, GOOD, [0, 0, 1, 1], [0, 0, 1, 1]), "x with group holds a column"),
    (calling(cuped, GOOD, [3, 1, 2, 1], [0, 0, 1, 1], robust="yes"), "robust"),
    *((calling(confidence_sequence, x), "values") for x in (None, [], "abc", [math.nan], [[1.0, 2.0]], 3)),
    *((calling(confidence_sequence, GOOD, sd=sd), "sd") for sd in (0, "one", math.nan, math.inf)),
    *((calling(confidence_sequence, GOOD, null=null), "null") for null in ("none", math.nan)),
    *((calling(confidence_sequence, GOOD, tightest_at=at), "tightest_at") for at in (0, 1.5, "late")),
    *((calling(confidence_sequence, GOOD, group=g), "group") for g in ([0, 1], [0, 1, 2, 0], "abab", 1)),
    *(
        (calling(group_sequential, looks), "looks")
        for looks in (None, 0, 2.5, "five", [], [0.5, math.nan], [0, 1], 10**6)
    ),
    *((calling(group_sequential, 3, alpha), "alpha") for alpha in (0, 1, "low", math.nan, None)),
    *((calling(group_sequential, 3, 0.05, spending), "spending") for spending in ("haybittle", 1, None)),
    (calling(group_sequential, 3, sides=3), "sides"),
    (calling(group_sequential(3).interval, "high", 1, look=1), "estimate"),
    (calling(group_sequential(3).interval, 1, -1, look=1), "standard_error"),
    (calling(group_sequential(3).interval, 1, 1, look=4), "look"),
    *((calling(power, effect, 10), "effect") for effect in (None, "half", math.nan, math.inf, 1e-300)),
    *((calling(power, 0.5, n), "n ") for n in (None, "ten", 1, -5, math.nan, math.inf)),
    *((calling(sample_size, 0.5, power=target), "power") for target in (0, 1, math.nan, "most")),
    *((calling(minimum_detectable_effect, n), "n ") for n in (None, "ten", 1, math.nan)),
    (calling(power, 0.5, 10, ratio=0), "ratio"),
    (calling(power, 0.5, 10, correlation=1), "correlation"),
    (calling(power, 0.5, 10, design_effect=-1), "design_effect"),
    (calling(power, 0.1, 10, baseline=1.0), "baseline"),
    (calling(power, 0.1, 10, alpha=0), "alpha"),
    *((calling(false_discovery, p), "p_values") for p in (None, [], "low", [math.nan], [-0.1])),
]


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: sample_ratio([1]), "counts"),
        (lambda: sample_ratio([1.5, 2]), "counts"),
        (lambda: sample_ratio([1, 2], [1, 0]), "expected"),
        (lambda: sample_ratio([1, 2], [1, 1, 1]), "expected has 3"),
        (lambda: compare([1.0], [1.0, 2.0]), "a holds"),
        (lambda: compare([1.0, 2.0], [1.0, math.nan]), "b holds"),
        (lambda: compare([1.0, 2.0], [1.0, 2.0], customer_a=[1, 2]), "customer_a"),
        (lambda: compare([1.0, 2.0], [1.0, 2.0], customer_a=[1, 1], customer_b=[1, 2]), "customer_a"),
        (lambda: cuped([1, 2, 3, 4], [1, 2, 3, 4], [0, 1, 2, 0]), "group must hold two"),
        (lambda: cuped([1, 2, 3, 4], [1, 1, 1, 1], [0, 1, 1, 0]), "x does not vary"),
        (lambda: cuped([1, 2, 3, 4], [1, 2, 3, 4], [0, 1, 1, 0], control=5), "control"),
        (lambda: confidence_sequence([1.0], sd=-1), "sd"),
        (lambda: confidence_sequence([1.0, 2.0], group=[1, 1]), "group holds one"),
        (lambda: group_sequential([0.5, 0.4]), "looks"),
        (lambda: group_sequential(0), "looks"),
        (lambda: group_sequential(3, 1.5), "alpha"),
        (lambda: power(0, 10), "effect"),
        (lambda: power(0.5, 10, sd=-1), "sd"),
        (lambda: power(0.6, 10, baseline=0.5), "effect takes"),
        (lambda: sample_size(0.5, power=0.01), "power"),
        (lambda: minimum_detectable_effect(3, baseline=0.9, power=0.99), "n is too small"),
        (lambda: false_discovery([0.1, 1.2]), "p_values"),
        *((call, name) for call, name in BAD),
    ],
)
def test_what_cannot_be_computed_is_refused(call: Any, name: str) -> None:
    with pytest.raises(InvalidInputError, match=name):
        call()


@pytest.mark.slow
def test_coverage_of_differences() -> None:
    """4,000 samples of 60 and 40 with unlike spread; docs/methods/experiment.md and cuped.md quote it."""
    rng = np.random.default_rng(6)
    held = past = 0
    for _ in range(4000):
        x = rng.normal(size=100)
        arm = np.arange(100) < 60
        y = x + 0.3 * arm + rng.normal(size=100)
        loud = y * np.where(arm, 1.0, 3.0)
        found = compare(loud[arm], loud[~arm])
        held += float(found.low or 0) <= 0.3 <= float(found.high or 0)
        adjusted = cuped(y, x, arm)
        past += float(adjusted.low or 0) <= 0.3 <= float(adjusted.high or 0)
    assert abs(held / 4000 - 0.95) < 0.011, held
    assert abs(past / 4000 - 0.95) < 0.011, past
