"""Adjusted effects against published analyses of quitting smoking, against a known truth, and their laws."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from klantreis.analysis.effect.estimate import Grade
from klantreis.analysis.effect.experiments import compare
from klantreis.analysis.effect.uplift import Uplift, aipw, e_value, ipw, overlap, regression_adjustment
from klantreis.errors import InvalidInputError

Floats = npt.NDArray[np.float64]
DATA = Path(__file__).parent / "data" / "nhefs.csv"
#: Place of cigarettes a day among the covariates below.
INTENSITY = 8


def codes(result: Any) -> list[str]:
    return [item.code for item in result.warnings]


@cache
def smokers() -> tuple[Floats, Floats, Floats]:
    """Weight gained, who quit, and the covariates of Hernán and Robins: squares of the numbers, dummies of the rest."""
    table = np.genfromtxt(DATA, delimiter=",", names=True)

    def dummies(name: str) -> list[Floats]:
        return [(table[name] == value).astype(float) for value in np.unique(table[name])[1:]]

    numbers = [table[name] for name in ("age", "smokeintensity", "smokeyrs", "wt71")]
    covariates = [table["sex"], table["race"], numbers[0], numbers[0] ** 2, *dummies("education")]
    assert len(covariates) == INTENSITY
    for number in numbers[1:]:
        covariates += [number, number**2]
    covariates += [*dummies("exercise"), *dummies("active")]
    return table["wt82_71"], table["qsmk"], np.column_stack(covariates)


def test_raw_difference() -> None:
    """Hernán and Robins (2020), Causal Inference: What If, section 12.1: quitters gained 2.5 kg more (2.54)."""
    y, quit_, _ = smokers()
    assert round(float(compare(y[quit_ == 1], y[quit_ == 0]).estimate or 0), 2) == 2.54


def test_inverse_probability_weights() -> None:
    """What If, section 12.2: 3.4 kg (2.4 to 4.5); 3.44 (2.41-4.47) in two decimals."""
    found = ipw(*smokers())
    assert [round(float(value or 0), 2) for value in (found.estimate, found.low, found.high)] == [3.44, 2.41, 4.47]
    joint = ipw(*smokers(), interval="joint")
    assert joint.estimate == found.estimate
    assert float(joint.standard_error or 0) < float(found.standard_error or 0)
    assert (round(found.raw, 2), found.grade, codes(found)) == (
        2.54,
        Grade.ADJUSTED,
        ["effect.unmeasured", "effect.wide_interval"],
    )
    assert codes(joint) == ["effect.unmeasured"]


def test_standardisation() -> None:
    """What If, section 13.3: 3.5 kg, the effect changing with the number of cigarettes; section 15.1: 3.5 (2.6-4.3)
    when it changes with nothing (3.46)."""
    found = regression_adjustment(*smokers(), modifiers=[INTENSITY])
    assert round(float(found.estimate or 0), 1) == 3.5
    plain = regression_adjustment(*smokers(), modifiers=())
    assert round(float(plain.estimate or 0), 2) == 3.46


def test_doubly_robust() -> None:
    """Both models of What If, chapters 12 and 13, in one: 3.46.

    The outcome model decides: with a regression in each group, the default, it is 3.37.
    """
    assert round(float(aipw(*smokers(), modifiers=[INTENSITY]).estimate or 0), 2) == 3.46
    assert round(float(aipw(*smokers()).estimate or 0), 2) == 3.37


@cache
def births() -> tuple[Floats, Floats, Floats, Floats]:
    """Weight, who smoked, and the covariates of the outcome and of the treatment in Stata's manual."""
    table = np.genfromtxt(DATA.with_name("birth_weight.csv"), delimiter=",", names=True)
    outcome = np.column_stack([table[name] for name in ("prenatal", "married", "age", "first")])
    treatment = np.column_stack([table["married"], table["age"], table["age"] ** 2, table["first"], table["schooling"]])
    return table["grams"], table["smoked"], outcome, treatment


def numbers(found: Uplift) -> tuple[float | None, ...]:
    return found.estimate, found.standard_error


def test_smoking_and_birth_weight_by_regression() -> None:
    """Stata 17 Causal Inference manual, teffects ra: -239.6392 (23.82402), and on the treated -223.3017 (22.7422)."""
    grams, smoked, outcome, _ = births()
    every = regression_adjustment(grams, smoked, outcome)
    assert numbers(every) == pytest.approx((-239.6392, 23.82402), abs=5e-5)
    assert (every.low, every.high) == pytest.approx((-286.3334, -192.945), abs=5e-4)
    assert numbers(regression_adjustment(grams, smoked, outcome, target="exposed")) == pytest.approx(
        (-223.3017, 22.7422), abs=5e-5
    )


def test_smoking_and_birth_weight_by_weights() -> None:
    """Stata's teffects ipw with a probit: -230.6886 (25.81524), on the treated -225.1773 (23.66458).

    Its errors rest on the observed information, ours on the expected: equal to four digits, and for a logistic
    regression the same.
    """
    grams, smoked, _, treatment = births()
    options: Any = {"link": "probit", "interval": "joint"}
    found = ipw(grams, smoked, treatment, **options)
    assert numbers(found) == pytest.approx((-230.6886, 25.81524), rel=1e-4)
    assert round(float(found.estimate or 0), 4) == -230.6886
    treated = ipw(grams, smoked, treatment, target="exposed", **options)
    assert numbers(treated) == pytest.approx((-225.1773, 23.66458), rel=5e-4)
    assert found.method == "inverse probability weights (probit), joint interval"


def test_smoking_and_birth_weight_by_both() -> None:
    """Stata's teffects aipw, the outcome and the treatment each with its own covariates: -230.9892 (26.21056)."""
    grams, smoked, outcome, treatment = births()
    found = aipw(grams, smoked, treatment, link="probit", outcome_covariates=outcome)
    assert round(float(found.estimate or 0), 4) == -230.9892
    assert numbers(found) == pytest.approx((-230.9892, 26.21056), rel=1e-4)


def test_weights_make_quitters_and_others_alike() -> None:
    y, quit_, covariates = smokers()
    found = overlap(quit_, covariates)
    assert max(abs(item.before) for item in found.balance) > 0.25
    assert max(abs(item.after) for item in found.balance) < 0.04
    assert sum(found.exposed_counts) == quit_.sum()
    assert found.n == len(y)
    assert found.warnings == ()


def test_e_values() -> None:
    """VanderWeele and Ding (2017), Annals of Internal Medicine 167(4): 3.9 → 7.26, its limit 1.8 → 3.0."""
    found = e_value(3.9, low=1.8, high=8.7)
    assert (round(float(found.estimate or 0), 2), round(float(found.low or 0), 1)) == (7.26, 3.0)
    turned = e_value(1 / 3.9, low=1 / 8.7, high=1 / 1.8)
    assert (turned.estimate, turned.low) == pytest.approx((found.estimate, found.low))
    assert e_value(1.5, low=0.9, high=2.5).low == 1
    assert e_value(1).estimate == 1
    assert e_value(2).low is None


def test_e_values_of_other_ratios() -> None:
    """VanderWeele and Ding (2017): .5 (.3-.8) → 3.41 and 1.81; table 2 for ratios of a common outcome."""
    found = e_value(0.5, low=0.3, high=0.8)
    assert (round(float(found.estimate or 0), 2), round(float(found.low or 0), 2)) == (3.41, 1.81)
    odds = e_value(4, low=2.25, high=9, of="odds_ratio")
    assert (odds.estimate, odds.low) == pytest.approx((e_value(2).estimate, e_value(1.5).estimate))
    hazard = e_value(2.0, low=1.2, high=3.0, of="hazard_ratio")
    assert hazard.risk_ratio == pytest.approx((1 - 0.5**2**0.5) / (1 - 0.5**0.5**0.5))
    assert 2**0.5 < hazard.risk_ratio < 2
    back = e_value(0.5, low=1 / 3, high=1 / 1.2, of="hazard_ratio")
    assert (back.estimate, back.low) == pytest.approx((hazard.estimate, hazard.low))
    assert "hazard ratio" in hazard.method


def world(rng: np.random.Generator, n: int, *, binary: bool = False) -> tuple[Floats, Floats, Floats, float, float]:
    """Outcome, exposure, confounders, and the true effect on everybody and on the exposed."""
    x = rng.normal(size=(n, 2))
    chance = 1 / (1 + np.exp(-(0.8 * x[:, 0] - 0.5 * x[:, 1])))
    exposed = (rng.random(n) < chance).astype(float)
    if binary:
        low, high = (1 / (1 + np.exp(-(-1 + x[:, 0] + 0.8 * arm))) for arm in (0, 1))
        y = (rng.random(n) < np.where(exposed == 1, high, low)).astype(float)
        gain = high - low
    else:
        gain = 1 + 0.5 * x[:, 0]
        y = 2 * x[:, 0] + x[:, 1] + gain * exposed + rng.normal(size=n)
    return y, exposed, x, float(gain.mean()), float((gain * chance).sum() / chance.sum())


METHODS: list[Any] = [
    regression_adjustment,
    ipw,
    lambda *data, **options: ipw(*data, interval="joint", **options),
    aipw,
    lambda *data, **options: aipw(*data, folds=4, **options),
]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("target", ["everybody", "exposed"])
def test_each_finds_a_known_effect(method: Any, target: str) -> None:
    y, exposed, x, every, those = world(np.random.default_rng(5), 40_000)
    found: Uplift = method(y, exposed, x, target=target)
    truth = every if target == "everybody" else those
    assert found.estimate == pytest.approx(truth, abs=0.08)
    assert abs(found.raw - truth) > 0.8
    assert found.mean_exposed - found.mean_unexposed == pytest.approx(found.estimate)


def test_regression_in_each_group_is_plain_standardisation() -> None:
    y, exposed, x, _, _ = world(np.random.default_rng(6), 300)
    design = np.column_stack([np.ones(300), x])
    means = []
    for arm in (1, 0):
        line = np.linalg.lstsq(design[exposed == arm], y[exposed == arm], rcond=None)[0]
        means.append(float((design @ line).mean()))
    assert regression_adjustment(y, exposed, x).estimate == pytest.approx(means[0] - means[1])


def test_standard_errors_agree_with_the_bootstrap() -> None:
    y, exposed, x, _, _ = world(np.random.default_rng(7), 600, binary=True)
    rng = np.random.default_rng(8)
    rows = [rng.integers(0, 600, 600) for _ in range(250)]
    methods: list[Any] = [
        lambda *data: regression_adjustment(*data, family="logistic"),
        lambda *data: ipw(*data, interval="joint"),
        lambda *data: aipw(*data, family="logistic"),
        lambda *data: regression_adjustment(*data, family="logistic", target="exposed"),
        lambda *data: ipw(*data, interval="joint", target="exposed"),
    ]
    for method in methods:
        draws = [float(method(y[row], exposed[row], x[row]).estimate or 0) for row in rows]
        assert float(method(y, exposed, x).standard_error or 0) == pytest.approx(np.std(draws), rel=0.16)


@pytest.mark.parametrize("target", ["everybody", "exposed"])
def test_errors_of_both_together_hold_when_one_model_is_wrong(target: Any) -> None:
    y, exposed, x, _, _ = world(np.random.default_rng(7), 800)
    bent = y + 3 * x[:, 0] ** 2
    rng = np.random.default_rng(9)
    draws = []
    for _ in range(200):
        row = rng.integers(0, 800, 800)
        draws.append(float(aipw(bent[row], exposed[row], x[row], target=target).estimate or 0))
    found = aipw(bent, exposed, x, target=target)
    assert float(found.standard_error or 0) == pytest.approx(np.std(draws), rel=0.15)


def test_trees_follow_what_a_line_cannot() -> None:
    rng = np.random.default_rng(11)
    x = rng.normal(size=(2000, 2))
    bend = np.abs(x[:, 0])
    exposed = (rng.random(2000) < 1 / (1 + np.exp(1.2 - 1.5 * bend))).astype(float)
    y = 3 * bend + 0.5 * exposed + rng.normal(size=2000)
    line, trees = aipw(y, exposed, x), aipw(y, exposed, x, models="boosting")
    assert float(line.low or 0) > 1
    assert abs(float(trees.estimate or 0) - 0.5) < 0.2
    few = (y[:200], exposed[:200], x[:200])
    assert aipw(*few, models="boosting", folds=2) == aipw(*few, models="boosting", folds=2)


def test_no_overlap_is_said_and_can_be_trimmed() -> None:
    rng = np.random.default_rng(12)
    x = rng.normal(size=3000)
    exposed = (rng.random(3000) < 1 / (1 + np.exp(-4 * x))).astype(float)
    y = x + exposed + rng.normal(size=3000)
    found = ipw(y, exposed, x)
    assert "effect.positivity" in codes(found)
    assert "effect.heavy_weights" in codes(found)
    trimmed = ipw(y, exposed, x, trim=0.1)
    assert "effect.trimmed" in codes(trimmed)
    assert float(trimmed.standard_error or 9) < float(found.standard_error or 0)
    assert "effect.positivity" in codes(overlap(exposed, x))


def test_e_value_of_a_yes_or_no_outcome_is_that_of_the_risk_ratio() -> None:
    y, exposed, x, _, _ = world(np.random.default_rng(13), 3000, binary=True)
    found = aipw(y, exposed, x, family="logistic")
    assert found.e_value.risk_ratio == pytest.approx(found.mean_exposed / found.mean_unexposed)


def test_groups_without_a_like_are_not_compared() -> None:
    rng = np.random.default_rng(15)
    x = rng.normal(size=(200, 2))
    parted = (x[:, 0] + x[:, 1] > 0).astype(float)
    y = x[:, 0] + parted + rng.normal(size=200)
    for method in (regression_adjustment, ipw, aipw, lambda *data: overlap(*data[1:])):
        with pytest.raises(InvalidInputError, match="covariates foretell"):
            method(y, parted, x)
    # A few of one kind who were all exposed: the rest can be compared, and a regression says what it does.
    kind = (np.arange(200) < 6).astype(float)
    exposed = np.where(kind == 1, 1.0, rng.integers(0, 2, 200))
    found = regression_adjustment(y, exposed, np.column_stack([x, kind]), modifiers=())
    assert codes(found) == ["effect.unmeasured", "effect.one_sided"]
    far = (rng.random(200) < 1 / (1 + np.exp(-4 * x[:, 0]))).astype(float)
    assert "effect.positivity" in codes(regression_adjustment(y, far, x))


def calling(function: Any, *args: Any, **options: Any) -> Any:
    """The call, to be made later, with what the types forbid."""
    return lambda: function(*args, **options)


BAD: list[Any] = [None, [], "abcdef", [1, 0, 1], [0, 1, 0, 1, 0, math.nan], [[[1]]], [[1], [1, 2]], 3, {"a": 1}]
Y, T, X = [1.0, 2.0, 3.0, 4.0, 2.0, 5.0], [0, 1, 0, 1, 0, 1], [1.0, 2.0, 2.0, 3.0, 1.0, 0.0]


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: ipw(Y, [1] * 6, X), "exposed holds one group"),
        (lambda: ipw(Y, [0, 2, 0, 1, 0, 1], X), "exposed must be 0 or 1"),
        (lambda: aipw([float("nan"), *Y[1:]], T, X), "outcome"),
        (lambda: regression_adjustment(Y, T, X[:4]), "covariates has 4"),
        (lambda: regression_adjustment(Y, T, np.ones((6, 1))), "covariates"),
        (lambda: regression_adjustment(Y, T, X, family="logistic"), "outcome must be 0 or 1"),
        (lambda: regression_adjustment(Y, T, X, modifiers=[4]), "modifiers"),
        (lambda: ipw(Y, T, T), "covariates foretell"),
        (lambda: ipw(Y, T, X, trim=0.7), "trim"),
        (lambda: aipw(Y, T, X, folds=0), "folds"),
        (lambda: e_value(-1), "risk_ratio"),
        (lambda: e_value(2, low=3), "risk_ratio"),
        (lambda: overlap(T, X, names=["a", "b"]), "names"),
        *((calling(method, bad, T, X), "outcome") for method in (regression_adjustment, ipw, aipw) for bad in BAD),
        *((calling(method, Y, bad, X), "exposed") for method in (regression_adjustment, ipw, aipw) for bad in BAD),
        *((calling(method, Y, T, bad), "covariates") for method in (regression_adjustment, ipw, aipw) for bad in BAD),
        *((calling(method, Y, T, X, target="all"), "target") for method in (regression_adjustment, ipw, aipw)),
        *((calling(method, Y, T, X, confidence=95), "confidence") for method in (regression_adjustment, ipw, aipw)),
        *(
            (calling(regression_adjustment, Y, T, X, modifiers=bad), "modifiers")
            for bad in ("x", [0.5], [-1], [0, 0], 1)
        ),
        (calling(regression_adjustment, Y, T, X, family="poisson"), "family"),
        (calling(regression_adjustment, Y[:3], T[:3], X[:3]), "covariates asks for 4 parameters of 3"),
        (calling(ipw, Y, T, X, interval="narrow"), "interval"),
        (calling(ipw, Y, T, X, link="cauchit"), "link"),
        (calling(aipw, Y, T, X, models="forest"), "models"),
        (calling(aipw, Y, T, X, folds=2.5), "folds"),
        (calling(aipw, Y, T, X, folds=4), "exposed has a group too small for 4"),
        (calling(aipw, Y, T, X, seed=-1), "seed"),
        (calling(aipw, Y, T, X, outcome_covariates=[1, 2]), "outcome_covariates has 2"),
        (calling(aipw, Y, T, X, outcome_covariates=[1] * 6), "outcome_covariates"),
        *((calling(e_value, bad), "risk_ratio") for bad in (None, 0, math.nan, math.inf, "2", [2])),
        *((calling(e_value, 2, low=bad), "low") for bad in (0, math.nan, "1", [1])),
        (calling(e_value, 2, high=1), "does not hold the risk_ratio"),
        (calling(e_value, 2, of="rate"), "of knows no"),
        (calling(e_value, 2, n="many"), "n must"),
        *((calling(overlap, bad, X), "exposed") for bad in BAD),
        *((calling(overlap, T, bad), "covariates") for bad in BAD),
        *((calling(overlap, T, X, bins=bad), "bins") for bad in (0, 2.5, "many")),
    ],
)
def test_what_cannot_be_computed_is_refused(call: Any, name: str) -> None:
    with pytest.raises(InvalidInputError, match=name):
        call()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("place", "bottom", "top"), [(0, 0.93, 0.97), (1, 0.93, 1.0), (2, 0.925, 0.97), (3, 0.93, 0.97)]
)
def test_coverage(place: int, bottom: float, top: float) -> None:
    """800 samples of 500; docs/methods/adjusted-effect.md quotes it."""
    rng = np.random.default_rng(14)
    held = 0
    for _ in range(800):
        y, exposed, x, _, _ = world(rng, 500)
        found = METHODS[place](y, exposed, x)
        held += float(found.low or 0) <= 1 <= float(found.high or 0)
    assert bottom <= held / 800 <= top, held / 800
