"""Looking early, and how many are needed: published limits, sizes and powers, and simulation."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klantreis.analysis.effect.experiments import (
    confidence_sequence,
    group_sequential,
    minimum_detectable_effect,
    power,
    sample_size,
)
from klantreis.analysis.effect.sequential import _crossings, log_mixture, mixture_bound, mixture_rho


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


#: Jennison and Turnbull (2000), Group Sequential Methods, tables 2.1 (Pocock) and 2.3 (O'Brien-Fleming): two-sided, for
#: two to ten looks.
CONSTANTS = [
    ("pocock", 0.1, [1.875, 1.992, 2.067, 2.122, 2.164, 2.197, 2.225, 2.249, 2.270]),
    ("pocock", 0.05, [2.178, 2.289, 2.361, 2.413, 2.453, 2.485, 2.512, 2.535, 2.555]),
    ("pocock", 0.01, [2.772, 2.873, 2.939, 2.986, 3.023, 3.053, 3.078, 3.099, 3.117]),
    ("obrien_fleming", 0.1, [1.678, 1.710, 1.733, 1.751, 1.765, 1.776, 1.786, 1.794, 1.801]),
    ("obrien_fleming", 0.05, [1.977, 2.004, 2.024, 2.040, 2.053, 2.063, 2.072, 2.080, 2.087]),
    ("obrien_fleming", 0.01, [2.580, 2.595, 2.609, 2.621, 2.631, 2.640, 2.648, 2.654, 2.660]),
]


@pytest.mark.parametrize(("spending", "alpha", "constants"), CONSTANTS)
def test_group_sequential_tables(spending: Any, alpha: float, constants: list[float]) -> None:
    """Jennison and Turnbull (2000), tables 2.1 and 2.3."""
    found = [group_sequential(looks, alpha, spending).critical[-1] for looks in range(2, 11)]
    assert [round(limit, 3) for limit in found] == constants


@pytest.mark.parametrize(
    ("spending", "limits"),
    [
        ("lan_demets_obrien_fleming", [4.8769, 3.3569, 2.6803, 2.2898, 2.0310]),
        ("lan_demets_pocock", [2.4380, 2.4268, 2.4101, 2.3966, 2.3859]),
    ],
)
def test_spending_published(spending: Any, limits: list[float]) -> None:
    """Reboussin and others (2000), Controlled Clinical Trials 21: five even looks at two-sided .05."""
    assert group_sequential(5, 0.05, spending).critical == pytest.approx(limits, abs=1.5e-4)


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
    """R's power.prop.test, its own examples: .50 against .75 with power .90 needs 76.7 in each group; 50 give .740."""
    assert round(float(sample_size(0.25, baseline=0.5, power=0.9).estimate or 0), 1) == 76.7
    assert round(float(power(0.25, 50, baseline=0.5).estimate or 0), 3) == 0.740
    assert round(0.5 + float(minimum_detectable_effect(50, baseline=0.5, power=0.9).estimate or 0), 4) == 0.8026


def test_power_published() -> None:
    """R's power.t.test, its examples: 20 and a difference of 1 → .8689528; power .90 → 22.0211; one-sided 17.8471."""
    assert power(1, 20).estimate == pytest.approx(0.8689528, abs=5e-7)
    assert sample_size(1, power=0.9).estimate == pytest.approx(22.02110, abs=2e-5)
    assert sample_size(1, power=0.9, sides=1).estimate == pytest.approx(17.84713, abs=2e-5)


@pytest.mark.parametrize(
    ("alpha", "target", "sizes"),
    [(0.05, 0.8, (393, 64, 26)), (0.01, 0.8, (586, 95, 38)), (0.1, 0.8, (310, 50, 20)), (0.05, 0.9, (526, 85, 34))],
)
def test_sizes_of_cohen(alpha: float, target: float, sizes: tuple[int, int, int]) -> None:
    """Cohen (1988), table 2.4.1, and Cohen (1992), Psychological Bulletin 112, table 2: d of .2, .5 and .8.

    His sizes are rounded, now up and now to the nearest.
    """
    for effect, size in zip((0.2, 0.5, 0.8), sizes, strict=True):
        assert abs(float(sample_size(effect, alpha=alpha, power=target).estimate or 0) - size) < 1


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
def test_false_alarms_of_planned_looks() -> None:
    """20,000 trials of five looks; docs/methods/group-sequential.md quotes it."""
    rng = np.random.default_rng(7)
    z = rng.normal(size=(20_000, 5)).cumsum(axis=1) / np.sqrt(np.arange(1, 6))
    for spending in ("pocock", "obrien_fleming", "lan_demets_pocock", "lan_demets_obrien_fleming"):
        limits = np.array(group_sequential(5, 0.05, spending).critical)
        alarms = float((np.abs(z) > limits).any(axis=1).mean())
        assert abs(alarms - 0.05) < 0.0045, (spending, alarms)
