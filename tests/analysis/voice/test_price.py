"""Four prices, with and without intentions, against published numbers, plain loops and laws."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantreis.analysis.voice.price import (
    bracketed,
    newton_miller_smith,
    van_westendorp,
)
from klantreis.errors import InvalidInputError
from tests.analysis.voice.r_random import RRandom

INTENTS = ([0.1, 0.1, 0.2, 0.3, 0.3], [0.3, 0.3, 0.2, 0.1, 0.1])


def codes(result: Any) -> list[str]:
    return [item.code for item in result.warnings]


def r_survey(seed: int, shapes: list[tuple[float, float]]) -> list[npt.NDArray[np.float64]]:
    stream = RRandom(seed)
    prices = [stream.normal(250, mean, sd) for mean, sd in shapes]
    return [*prices, *(stream.sample(250, chances) for chances in INTENTS)]


VIGNETTE: list[tuple[float, float]] = [(8, 1.5), (12, 2), (13, 1), (15, 1)]
MANUAL: list[tuple[float, float]] = [(5, 0.5), (8.5, 0.5), (13, 0.75), (17, 1)]


def test_r_normal_numbers() -> None:
    """R: set.seed(42); rnorm(3) prints 1.37095845 -0.56469817 0.36312841."""
    assert RRandom(42).normal(3, 0, 1, 8).tolist() == [1.37095845, -0.56469817, 0.36312841]


def test_van_westendorp_vignette() -> None:
    """R package pricesensitivitymeter, vignette "Visualizing PSM Results", set.seed(20).

    It keeps 139 of 250, has 434 prices, and its row 217 reads 12.31, 0, .2302158, .1510791, .007194245.
    """
    meter = van_westendorp(*r_survey(20, VIGNETTE)[:4], draws=200)
    assert (meter.n, meter.asked, len(meter.curves.price)) == (139, 250, 434)
    curves = meter.curves
    row = [
        curves.price[216],
        curves.too_cheap[216],
        curves.cheap[216],
        curves.expensive[216],
        curves.too_expensive[216],
    ]
    assert row == pytest.approx([12.31, 0, 0.2302158, 0.1510791, 0.007194245], abs=5e-8)
    points = {name: getattr(meter, name) for name in ("pmc", "opp", "idp", "pme")}
    assert {name: point.estimate for name, point in points.items()} == pytest.approx(
        {"pmc": 9.78, "opp": 12.0, "idp": 12.445, "pme": 14.025}
    )
    for point in points.values():
        assert point.low <= point.estimate <= point.high
    assert meter.estimate == meter.opp.estimate
    assert codes(meter) == ["voice.intransitive", "voice.thin_crossing", "voice.flat_crossing"]


def test_newton_miller_smith_manual() -> None:
    """R package pricesensitivitymeter, example of psm_analysis, set.seed(42): reach at 8.80, revenue at 9.40."""
    found = newton_miller_smith(*r_survey(42, MANUAL), draws=100)
    assert (found.reach_price.estimate, found.revenue_price.estimate, found.n) == (8.80, 9.40, 250)


def test_newton_miller_smith_interpolates_over_price() -> None:
    """The same package's vignette, set.seed(20): 11.57 when the line runs over the price, not over its rank."""
    assert newton_miller_smith(*r_survey(20, VIGNETTE), draws=50).reach_price.estimate == 11.57


def test_reach_against_a_loop() -> None:
    table = r_survey(20, VIGNETTE)
    found = newton_miller_smith(*table, draws=20)
    worth = {5: 0.7, 4: 0.5, 3: 0.3, 2: 0.1, 1: 0.0}
    people = [row for row in zip(*table, strict=True) if row[0] < row[1] < row[2] < row[3]]
    for price, reach in list(zip(found.price, found.reach_curve, strict=True))[::40]:
        plain = np.mean([np.interp(price, row[:4], [0, worth[row[4]], worth[row[5]], 0]) for row in people])
        assert reach == pytest.approx(plain, abs=1e-12)
    assert found.revenue == pytest.approx(max(np.array(found.price) * np.array(found.reach_curve)))
    costly = newton_miller_smith([1] * 2, [2] * 2, [9] * 2, [10] * 2, [5] * 2, [4] * 2, draws=20)
    assert codes(costly) == ["voice.few_answers"]
    assert {item.revenue_price for item in costly.sensitivity} == {9}
    doubtful = newton_miller_smith([1] * 40, [2] * 40, [9] * 40, [10] * 40, [5] * 40, [3, 2] * 20, draws=20)
    assert codes(doubtful) == ["voice.calibration_decides"]
    assert {item.name: item.revenue_price for item in doubtful.sensitivity} == {
        "usual": 9,
        "strict": 2,
        "face value": 9,
    }


RISING = st.lists(
    st.tuples(*[st.integers(1, 40)] * 4).map(lambda t: tuple(np.cumsum(t).tolist())), min_size=2, max_size=25
)


@given(RISING)
def test_van_westendorp_laws(people: list[tuple[int, ...]]) -> None:
    columns = [list(map(float, column)) for column in zip(*people, strict=True)]
    meter = van_westendorp(*columns, draws=10)
    assert meter.pmc.estimate is not None
    assert meter.pme.estimate is not None
    assert meter.pmc.estimate <= meter.idp.estimate + 1e-9  # type: ignore[operator]
    assert meter.idp.estimate <= meter.pme.estimate + 1e-9  # type: ignore[operator]
    assert meter.pmc.estimate - 1e-9 <= meter.opp.estimate <= meter.pme.estimate + 1e-9  # type: ignore[operator]
    for falls in (meter.curves.too_cheap, meter.curves.cheap):
        assert all(a >= b for a, b in pairwise(falls))
    # Another currency moves every point with it.
    other = van_westendorp(*[[7.5 * price for price in column] for column in columns], draws=10)
    for name in ("pmc", "opp", "idp", "pme"):
        assert getattr(other, name).estimate == pytest.approx(7.5 * getattr(meter, name).estimate)
    # A weight of two is the same answer given twice.
    twice = van_westendorp(*[[*column, column[0]] for column in columns], draws=10)
    weighted = van_westendorp(*columns, weights=[2.0] + [1.0] * (len(people) - 1), draws=10)
    assert weighted.idp.estimate == pytest.approx(twice.idp.estimate)


def test_round_prices_are_said() -> None:
    rng = np.random.default_rng(3)
    cheap = rng.choice([10.0, 15.0, 20.0], 60)
    meter = van_westendorp(cheap - 5, cheap, cheap + 10, cheap + 20, draws=20)
    assert codes(meter).count("voice.heaped_prices") == 4


FOUR = ([1.0], [2.0], [3.0], [4.0])
REFUSED: list[tuple[Callable[[], object], str]] = [
    (lambda: van_westendorp([1], [2], [3], [math.nan]), "too_expensive"),
    (lambda: van_westendorp([-1], [2], [3], [4]), "too_cheap"),
    (lambda: van_westendorp([1, 1], [2], [3], [4]), "too_cheap has 2"),
    (lambda: van_westendorp([4], [3], [2], [1]), "too_cheap < cheap"),
    (lambda: van_westendorp(*FOUR, weights=[-1]), "weights"),
    (lambda: van_westendorp(*FOUR, confidence=2), "confidence"),
    (lambda: van_westendorp([], [], [], []), "too_cheap"),
    (lambda: newton_miller_smith(*FOUR, [6], [1]), "intent_cheap"),
    (lambda: newton_miller_smith(*FOUR, [5], [1, 2]), "intent_expensive has 2"),
    (lambda: newton_miller_smith(*FOUR, [5], [1], calibration=[1, 0]), "calibration"),
    (lambda: newton_miller_smith(*FOUR, [5], [1], calibration=[2, 1, 1, 1, 0]), "calibration"),
]


@pytest.mark.parametrize(("call", "named"), REFUSED)
def test_bad_input_names_the_argument(call: Callable[[], object], named: str) -> None:
    with pytest.raises(InvalidInputError, match=named):
        call()


@pytest.mark.slow
def test_intervals_of_prices_hold_what_they_promise() -> None:
    """Coverage of 95 % intervals in 400 samples of 200 respondents; quoted in docs/methods/van-westendorp.md."""
    rng = np.random.default_rng(5)
    centre, hits, shares = 30.0, {"idp": 0, "pmc": 0, "opp": 0, "mass": 0}, 0.25
    spread = math.hypot(2.0, 0.3)

    def truth(fall: float, rise: float) -> float:
        return centre + (fall + rise) / 2  # two curves of one spread cross halfway

    offsets = (-3.0, -1.0, 1.0, 3.0)
    for draw in range(400):
        base = rng.normal(0, 2, 200)
        table = [centre + offset + base + rng.normal(0, 0.3, 200) for offset in offsets]
        meter = van_westendorp(*table, draws=400, seed=draw)
        for name, (fall, rise) in {"idp": (-1, 1), "pmc": (-3, -1), "opp": (-3, 3)}.items():
            point = getattr(meter, name)
            hits[name] += point.low <= truth(fall, rise) <= point.high
        prices = NormalDist(centre, spread).inv_cdf(0.75)
        left = np.where(table[1] - offsets[1] > prices, prices, 0)
        found = bracketed(left, np.where(left > 0, math.inf, prices), draws=400, seed=draw)
        top = found.masses[-1]
        hits["mass"] += (top.low or 0) <= shares <= (top.high or 0)
    coverage = {name: count / 400 for name, count in hits.items()}
    print(coverage)
    assert all(0.91 <= share <= 0.98 for share in coverage.values()), coverage
