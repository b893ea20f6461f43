"""Experiments against published numbers, plain formulas and simulation."""

from __future__ import annotations

import itertools
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
from klantreis.analysis.effect.sequential import _crossings, log_mixture, mixture_bound, mixture_rho
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


def test_normal_mixture_published() -> None:
    """Howard and others (2021), confseq's tests: v_opt 100, α .05: ρ 12.60056, log mixture -.6510052, 30.35209."""
    rho = mixture_rho(100, alpha=0.05)
    assert round(rho, 5) == 12.60056
    assert round(log_mixture(10, 100, rho=rho), 7) == -0.6510052
    bound = float(mixture_bound([100], rho=rho)[0])
    assert round(bound, 5) == 30.35209
    # The bound is where the mixture reaches 1/α.
    assert log_mixture(bound, 100, rho=rho) == pytest.approx(math.log(20))


def test_confidence_sequence_against_plain_running_means() -> None:
    rng = np.random.default_rng(4)
    x, group = rng.normal(size=200), rng.integers(0, 2, 200)
    found = confidence_sequence(x, group=group)
    for at in (120, 200):
        one, zero = x[:at][group[:at] == 1], x[:at][group[:at] == 0]
        error = math.sqrt(one.var(ddof=1) / len(one) + zero.var(ddof=1) / len(zero))
        bound = float(mixture_bound([at], rho=mixture_rho(1000))[0])
        half = error * math.sqrt(at) * bound / at
        assert found.estimates[at - 1] == pytest.approx(one.mean() - zero.mean())
        assert found.highs[at - 1] - found.lows[at - 1] == pytest.approx(2 * half)
    assert math.isinf(found.highs[10])
    assert (found.estimate, found.low) == (found.estimates[-1], found.lows[-1])
    moved = confidence_sequence(x + 1e6, sd=1, null=1e6)
    assert moved.estimates == pytest.approx([value + 1e6 for value in confidence_sequence(x, sd=1).estimates])


def test_group_sequential_published() -> None:
    """Jennison and Turnbull (2000), tables 2.1 and 2.3: five looks at two-sided .05; Pocock 2.413, O'Brien-Fleming."""
    assert {round(limit, 3) for limit in group_sequential(5, 0.05, "pocock").critical} == {2.413}
    limits = group_sequential(5, 0.05, "obrien_fleming").critical
    assert [round(limit, 3) for limit in limits] == [4.562, 3.226, 2.634, 2.281, 2.040]


def test_one_sided_published() -> None:
    """Three looks at one-sided .05: Pocock 1.99; Lan-DeMets like O'Brien-Fleming opens at 3.2, spending .069 %."""
    assert round(group_sequential(3, 0.05, "pocock", sides=1).critical[0], 2) == 1.99
    found = group_sequential(3, 0.05, "lan_demets_obrien_fleming", sides=1)
    assert (round(found.critical[0], 1), round(found.spent[0], 5)) == (3.2, 0.00069)


@pytest.mark.parametrize(("looks", "alarms"), [(5, 0.142), (10, 0.193)])
def test_peeking(looks: int, alarms: float) -> None:
    """Armitage, McPherson and Rowe (1969), JRSS A 132, table 2: 5 looks at 1.96 give 14.2 %, 10 give 19.3 %."""
    assert round(float(_crossings(np.arange(1, looks + 1) / looks, np.full(looks, 1.959964), 2).sum()), 3) == alarms


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(1, 50), min_size=1, max_size=6, unique=True),
    st.sampled_from([0.01, 0.05, 0.1]),
    st.sampled_from(["pocock", "obrien_fleming", "lan_demets_pocock", "lan_demets_obrien_fleming"]),
    st.sampled_from([1, 2]),
)
def test_all_false_alarms_are_spent(looks: list[int], alpha: float, spending: Any, sides: int) -> None:
    part = [look / max(looks) for look in sorted(looks)]
    found = group_sequential(part, alpha, spending, sides=sides)
    assert found.spent[-1] == pytest.approx(alpha, abs=1e-6)
    assert all(a <= b + 1e-12 for a, b in itertools.pairwise(found.spent))
    assert found.critical[-1] >= group_sequential(1, alpha, sides=sides).critical[0] - 1e-6


@pytest.mark.parametrize(("effect", "n"), [(0.5, 63.77), (0.8, 25.52)])
def test_sample_size_published(effect: float, n: float) -> None:
    """R's power.t.test (stats): delta .5, power .8 → 63.77 in each group; for .8 statsmodels 0.15 gives 25.52."""
    assert round(float(sample_size(effect).estimate or 0), 2) == n


def test_sample_size_of_shares_published() -> None:
    """R's power.prop.test, its own example: .50 against .75 with power .90 needs 76.7 in each group."""
    assert round(float(sample_size(0.25, baseline=0.5, power=0.9).estimate or 0), 1) == 76.7


@settings(max_examples=40, deadline=None)
@given(st.floats(0.05, 2), st.floats(0.3, 0.99), st.sampled_from([0.5, 1.0, 3.0]), st.sampled_from([1, 2]))
def test_the_three_hang_together(effect: float, target: float, ratio: float, sides: int) -> None:
    found = sample_size(effect, power=target, ratio=ratio, sides=sides)
    n = float(found.estimate or 0)
    if n > 2:
        assert power(effect, n, ratio=ratio, sides=sides).estimate == pytest.approx(
            max(target, found.curve[3][1]), abs=1e-6
        )
        back = minimum_detectable_effect(n, power=found.curve[3][1], ratio=ratio, sides=sides)
        assert back.estimate == pytest.approx(effect, rel=1e-4)
    # The past takes away its part of the variance; dependence adds to it.
    less = sample_size(effect, power=target, ratio=ratio, sides=sides, sd=2, correlation=math.sqrt(0.75))
    assert less.estimate == pytest.approx(n)


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
    ],
)
def test_what_cannot_be_computed_is_refused(call: Any, name: str) -> None:
    with pytest.raises(InvalidInputError, match=name):
        call()


@pytest.mark.slow
def test_false_alarms_of_watching_always() -> None:
    """1,000 streams of 2,000 without an effect; docs/methods/confidence-sequence.md quotes it."""
    rng = np.random.default_rng(5)
    ever = peeked = 0
    for _ in range(1000):
        x = rng.exponential(size=2000)
        found = confidence_sequence(x, null=1.0)
        ever += found.first_away is not None
        n = np.arange(1, 2001)
        spread = np.sqrt(np.maximum(np.cumsum(x**2) / n - (np.cumsum(x) / n) ** 2, 1e-9) / n)
        peeked += bool((np.abs(np.cumsum(x) / n - 1)[30:] > 1.96 * spread[30:]).any())
    assert ever / 1000 <= 0.06, ever
    assert peeked / 1000 > 0.3, peeked


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


@pytest.mark.slow
def test_false_alarms_of_planned_looks() -> None:
    """20,000 trials of five looks; docs/methods/group-sequential.md quotes it."""
    rng = np.random.default_rng(7)
    z = rng.normal(size=(20_000, 5)).cumsum(axis=1) / np.sqrt(np.arange(1, 6))
    for spending in ("pocock", "obrien_fleming", "lan_demets_pocock", "lan_demets_obrien_fleming"):
        limits = np.array(group_sequential(5, 0.05, spending).critical)
        alarms = float((np.abs(z) > limits).any(axis=1).mean())
        assert abs(alarms - 0.05) < 0.0045, (spending, alarms)
