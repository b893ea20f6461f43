"""Difference in differences with a staggered start: published analyses, known truths, plain loops and simulation."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from klantreis.analysis.effect.estimate import Grade
from klantreis.analysis.effect.quasi import Staggered, callaway_santanna
from klantreis.errors import InvalidInputError

Floats = npt.NDArray[np.float64]
DATA = Path(__file__).parent / "data"
YEARS = (2004, 2005, 2006, 2007)
ADJUSTMENTS: list[Any] = ["doubly_robust", "regression", "weights"]
#: The same function, to be called with what its types forbid.
anyhow: Any = callaway_santanna


def codes(result: Any) -> list[str]:
    return [item.code for item in result.warnings]


def rounded(*values: float | None, digits: int = 4) -> list[float]:
    return [round(float(value or 0), digits) for value in values]


@pytest.fixture(scope="module")
def table() -> Floats:
    return np.loadtxt(DATA / "minimum_wage.csv", delimiter=",", skiprows=1)


@pytest.fixture(scope="module")
def wages(table: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    years = np.arange(2003, 2008)
    return np.repeat(table[:, 0], 5), np.tile(years, len(table)), np.repeat(table[:, 1], 5), table[:, 3:].ravel()


def test_minimum_wage(wages: tuple[Floats, Floats, Floats, Floats]) -> None:
    """Callaway and Sant'Anna (2021) without covariates, as package did's vignette prints it (data mpdta)."""
    found = callaway_santanna(*wages)
    effects = {(item.group, item.time): item for item in found.group_time}
    first = [effects[2004, year].estimate for year in YEARS]
    assert rounded(*first) == [-0.0105, -0.0704, -0.1373, -0.1008]
    second = [effects[2006, year].estimate for year in YEARS]
    assert rounded(*second) == [0.0065, -0.0028, -0.0046, -0.0412]
    assert rounded(found.estimate) == [-0.0400]
    assert rounded(found.dynamic.estimate, *(part.estimate for part in found.dynamic.parts[3:])) == [
        -0.0772,
        -0.0199,
        -0.0510,
        -0.1373,
        -0.1008,
    ]
    assert rounded(found.group.estimate, *(part.estimate for part in found.group.parts)) == [
        -0.0310,
        -0.0797,
        -0.0229,
        -0.0261,
    ]
    assert rounded(found.pre_trend_chi2_p, digits=5) == [0.16812]
    assert found.grade is Grade.QUASI_EXPERIMENT
    assert "effect.pre_trend_weak" in codes(found)
    for item in found.group_time:
        assert item.band_low < float(item.low or 0) < float(item.high or 0) < item.band_high


def test_minimum_wage_with_population(wages: tuple[Floats, Floats, Floats, Floats], table: Floats) -> None:
    """The same with the log of population (lpop), doubly robust: effects and errors as Stata's csdid prints them
    (method dripw), and the test before treatment as R's did prints it, .23267."""
    found = callaway_santanna(*wages, covariates=np.repeat(table[:, 2], 5))
    effects = {(item.group, item.time): item for item in found.group_time}
    printed = {
        2004: [(-0.0145297, 0.0221292), (-0.0764219, 0.0286713), (-0.1404483, 0.0353782), (-0.1069039, 0.0328865)],
        2006: [(-0.0004721, 0.0222234), (-0.0062025, 0.0184957), (0.0009606, 0.0194002), (-0.0412939, 0.0197211)],
        2007: [(0.0267278, 0.0140657), (-0.0045766, 0.0157178), (-0.0284475, 0.0181809), (-0.0287814, 0.0162390)],
    }
    for group, numbers in printed.items():
        for year, (estimate, error) in zip(YEARS, numbers, strict=True):
            cell = effects[group, year]
            assert (cell.estimate, cell.standard_error) == pytest.approx((estimate, error), abs=2e-7), (group, year)
    assert (found.estimate, found.standard_error) == pytest.approx((-0.0417518, 0.0115028), abs=2e-7)
    assert rounded(found.pre_trend_chi2_p, digits=5) == [0.23267]
    assert found.method == "callaway-sant'anna, never treated, doubly robust, influence function"
    # Averages and their errors, as package moderndid 0.2.0 prints them (a port of did).
    averages = [(by.estimate, by.standard_error) for by in (found.group, found.dynamic, found.calendar)]
    assert averages == [
        pytest.approx(pair, abs=2e-7)
        for pair in ((-0.0328196, 0.0118982), (-0.0803539, 0.0189576), (-0.0441774, 0.0150382))
    ]
    assert found.overall is found
    plain = callaway_santanna(*wages, draws=0)
    assert rounded(plain.estimate, plain.standard_error) == [-0.0400, 0.0120]


def staggered(rng: np.random.Generator, units: int = 300) -> tuple[Floats, Floats, Floats, Floats]:
    """The effect grows by one each period of treatment: two-way fixed effects go wrong."""
    first = rng.choice([0.0, 3.0, 5.0], size=units)
    times = np.arange(1.0, 7.0)
    since = times[None, :] - np.where(first == 0, np.inf, first)[:, None]
    y = rng.normal(size=(units, 1)) + first[:, None] + times**2 / 5 + rng.normal(size=(units, 6))
    y = y + np.where(since >= 0, since + 1, 0.0)
    return np.repeat(np.arange(units), 6).astype(float), np.tile(times, units), np.repeat(first, 6), y.ravel()


@pytest.mark.parametrize("control", ["never", "not_yet"])
def test_growing_effects_are_found(control: Any) -> None:
    data = staggered(np.random.default_rng(1), 4000)
    found = callaway_santanna(*data, control=control, draws=50)
    for part in found.dynamic.parts:
        assert part.estimate == pytest.approx(max(0.0, part.at + 1), abs=0.15)
    # Rows in another order, and another word for never, are the same data.
    order = np.random.default_rng(2).permutation(len(data[0]))
    unit, time, first, y = (column[order] for column in data)
    again = callaway_santanna(unit, time, np.where(first == 0, np.nan, first), y, control=control, draws=50)
    assert again.estimate == pytest.approx(found.estimate)
    assert again.standard_error == pytest.approx(found.standard_error)


def test_influence_functions_agree_with_the_bootstrap() -> None:
    data = staggered(np.random.default_rng(3), 200)
    table, first = data[3].reshape(200, 6), data[2][::6]
    rng = np.random.default_rng(4)
    draws: list[list[float]] = []

    def numbers(found: Staggered) -> list[Any]:
        return [found, found.group, found.calendar, found.dynamic]

    for _ in range(150):
        row = rng.integers(0, 200, 200)
        found = callaway_santanna(data[0], data[1], np.repeat(first[row], 6), table[row].ravel(), draws=0)
        draws.append([item.estimate for item in numbers(found)])
    errors = [item.standard_error for item in numbers(callaway_santanna(*data, draws=0))]
    assert errors == pytest.approx(np.std(draws, axis=0), rel=0.2)


def test_panels_that_are_not_whole() -> None:
    unit, time, first, y = staggered(np.random.default_rng(5), 60)
    first[:6] = 1.0
    found = callaway_santanna(unit[:-1], time[:-1], first[:-1], y[:-1], draws=0)
    assert codes(found)[:2] == ["effect.units_left_out", "effect.always_treated"]
    assert found.n == 58
    ahead = callaway_santanna(unit, time, first, y, anticipation=1, draws=0)
    assert any(item.time == item.group - 1 and item.before for item in ahead.group_time)


def moving(rng: np.random.Generator, units: int, *, bent: bool = False) -> tuple[Floats, ...]:
    """Large units are treated more often and run on faster: without the covariate the comparison goes wrong."""
    x = rng.normal(size=units)
    first = np.where(rng.random(units) < 1 / (1 + np.exp(-x)), rng.choice([3.0, 4.0], units), 0.0)
    times = np.arange(1.0, 6.0)
    growth = 0.5 * x**2 + x if bent else x
    since = times - np.where(first == 0, np.inf, first)[:, None]
    y = 5 * x[:, None] + times * growth[:, None] + 2.0 * (since >= 0) + rng.normal(size=(units, 5))
    return np.repeat(np.arange(units), 5), np.tile(times, units), np.repeat(first, 5), y.ravel(), np.repeat(x, 5)


@pytest.mark.parametrize("adjustment", ADJUSTMENTS)
@pytest.mark.parametrize("control", ["never", "not_yet"])
def test_trends_that_go_with_a_covariate(adjustment: Any, control: Any) -> None:
    unit, time, first, y, x = moving(np.random.default_rng(21), 4000)
    raw = callaway_santanna(unit, time, first, y, control=control, draws=0)
    assert float(raw.low or 0) > 2.5
    assert float(raw.pre_trend_p or 0) < 1e-6
    found = callaway_santanna(unit, time, first, y, covariates=x, adjustment=adjustment, control=control, draws=0)
    assert found.estimate == pytest.approx(2, abs=0.15)
    for part in found.dynamic.parts:
        assert part.estimate == pytest.approx(2.0 * (part.at >= 0), abs=0.25)


def test_doubly_robust_is_right_when_either_model_is() -> None:
    unit, time, first, y, x = moving(np.random.default_rng(22), 20_000, bent=True)
    wrong = callaway_santanna(unit, time, first, y, covariates=x, adjustment="regression", draws=0)
    assert abs(float(wrong.estimate or 0) - 2) > 0.15
    both = callaway_santanna(unit, time, first, y, covariates=x, draws=0)
    assert both.estimate == pytest.approx(2, abs=0.07)


def test_covariates_alike_in_all_groups_change_nothing() -> None:
    rng = np.random.default_rng(23)
    units, x = 120, np.tile([0.0, 1.0, 3.0, 7.0], 30)
    first = np.repeat([0.0, 3.0, 4.0], 40)
    y = rng.normal(size=(units, 4)).cumsum(axis=1)
    rows = (np.repeat(np.arange(units), 4), np.tile(np.arange(1, 5), units), np.repeat(first, 4), y.ravel())
    plain = callaway_santanna(*rows, draws=0)
    for adjustment in ADJUSTMENTS:
        found = callaway_santanna(*rows, covariates=np.repeat(x, 4), adjustment=adjustment, draws=0)
        assert [cell.estimate for cell in found.group_time] == pytest.approx(
            [cell.estimate for cell in plain.group_time]
        )


def test_errors_with_covariates_agree_with_the_bootstrap() -> None:
    unit, time, first, y, x = moving(np.random.default_rng(24), 240)
    table, when, known = y.reshape(240, 5), first[::5], x[::5]
    rng = np.random.default_rng(25)
    for adjustment in ADJUSTMENTS:
        draws = []
        for _ in range(150):
            row = rng.integers(0, 240, 240)
            found = callaway_santanna(
                unit,
                time,
                np.repeat(when[row], 5),
                table[row].ravel(),
                covariates=np.repeat(known[row], 5),
                adjustment=adjustment,
                draws=0,
            )
            draws.append(float(found.estimate or 0))
        told = callaway_santanna(unit, time, first, y, covariates=x, adjustment=adjustment, draws=0)
        assert float(told.standard_error or 0) == pytest.approx(np.std(draws), rel=0.25), adjustment


def test_a_covariate_that_changes_counts_as_it_was_before() -> None:
    unit, time, first, y, x = moving(np.random.default_rng(26), 300)
    later = np.where(time >= 4, 99 * np.random.default_rng(27).normal(size=len(x)), x)
    one, other = (callaway_santanna(unit, time, first, y, covariates=column, draws=0) for column in (x, later))
    # No comparison starts from a period after the third.
    for item, again in zip(one.group_time, other.group_time, strict=True):
        assert again.estimate == pytest.approx(item.estimate)


U, P, F, Z = [1, 1, 2, 2], [1, 2, 1, 2], [0, 0, 2, 2], [1.0, 2.0, 3.0, 4.0]
RNG = np.random.default_rng(0)
UNIT, TIME = np.repeat(np.arange(12), 3), np.tile([1, 2, 3], 12)
FIRST, Y = np.where(UNIT % 2 == 0, 0, 2), RNG.normal(size=36)


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: anyhow(U, P, [0, 0, 0, 0], Z), "first_treated"),
        (lambda: anyhow(U, P, [2, 2, 2, 2], Z), "never treated"),
        (lambda: anyhow(U, P, [0, 0, 1, 2], Z), "first_treated differs"),
        (lambda: anyhow(U, [1, 1, 1, 2], F, Z), "twice"),
        (lambda: anyhow(U, [1, 1, 1, 1], F, Z), "time holds one"),
        (lambda: anyhow(U, P, F, Z[:3]), "outcome has 3"),
        (lambda: anyhow(U, P, "soon", Z), "first_treated must hold numbers, not text"),
        (lambda: anyhow(U, P, [[1], [1, 2]], Z), "first_treated"),
        (lambda: anyhow(U, P, None, Z), "first_treated"),
        (lambda: anyhow(None, P, F, Z), "unit"),
        (lambda: anyhow([], [], [], []), "unit"),
        (lambda: anyhow(U, P, F, [1, 2, math.nan, 4]), "outcome"),
        (lambda: anyhow(U, P, F, np.ones((4, 1))), "outcome must have 1 dimension"),
        (lambda: anyhow(U, [1, 2, math.inf, 2], F, Z), "time holds inf"),
        (lambda: anyhow(U, P, F, Z, control="all"), "control"),
        (lambda: anyhow(U, P, F, Z, adjustment="both"), "adjustment"),
        (lambda: anyhow(U, P, F, Z, anticipation=-1), "anticipation"),
        (lambda: anyhow(U, P, F, Z, anticipation=2), "anticipation"),
        (lambda: anyhow(U, P, F, Z, draws=1.5), "draws"),
        (lambda: anyhow(U, P, F, Z, confidence=95), "confidence"),
        (lambda: anyhow(U, P, F, Z, covariates=[1, 2]), "covariates has 2"),
        (lambda: anyhow(U, P, F, Z, covariates="size"), "covariates"),
        (
            lambda: callaway_santanna(U, P, F, Z, covariates=[1, 2, 3, 4]),
            "covariates, for the group first treated at 2",
        ),
        (lambda: anyhow(UNIT, TIME, FIRST, Y, covariates=np.ones(36)), "covariates, for the group"),
        (lambda: anyhow(UNIT, TIME, FIRST, Y, covariates=FIRST), "covariates, for the group"),
        (lambda: anyhow(UNIT, TIME, FIRST, Y, covariates=FIRST + Y / 9), "covariates, for the group"),
    ],
)
def test_what_cannot_be_computed_is_refused(call: Any, name: str) -> None:
    with pytest.raises(InvalidInputError, match=name):
        call()


def test_outcomes_that_do_not_vary_give_no_number_that_is_none() -> None:
    found = callaway_santanna(UNIT, TIME, FIRST, np.ones(36))
    assert (found.estimate, found.pre_trend_p) == (0, None)
    # One period before treatment, and so nothing to test; with more there is a test without a spread.
    longer = callaway_santanna(UNIT, TIME, np.where(FIRST == 2, 3, 0), np.ones(36))
    assert (longer.pre_trend_p, codes(longer)[-1]) == (None, "effect.no_spread")
    assert all(not math.isnan(item.band_high) for item in longer.group_time)


@pytest.mark.slow
@pytest.mark.parametrize("units", [450, 45])
def test_coverage_of_staggered(units: int) -> None:
    """1,000 samples of 450 and of 45 units; docs/methods/difference-in-differences.md quotes it."""
    rng = np.random.default_rng(80)
    held = band = cells = 0
    for number in range(1000):
        found = callaway_santanna(*staggered(rng, units), draws=400, seed=number)
        part = found.dynamic.parts[-3]
        held += float(part.low or 0) <= part.at + 1 <= float(part.high or 0)
        band += all(item.band_low <= max(0.0, item.at + 1) <= item.band_high for item in found.dynamic.parts)
        truths = [(item, max(0.0, item.time - item.group + 1)) for item in found.group_time]
        cells += all(item.band_low <= truth <= item.band_high for item, truth in truths)
    assert abs(held / 1000 - 0.945) < 0.02, held
    assert abs(band / 1000 - 0.95) < 0.02, band
    assert abs(cells / 1000 - 0.95) < 0.02, cells


@pytest.mark.slow
def test_coverage_with_covariates() -> None:
    """1,000 samples of 200 units; docs/methods/difference-in-differences.md quotes it."""
    rng = np.random.default_rng(81)
    held = dict.fromkeys(ADJUSTMENTS, 0)
    for _ in range(1000):
        unit, time, first, y, x = moving(rng, 200)
        for adjustment in held:
            found = callaway_santanna(unit, time, first, y, covariates=x, adjustment=adjustment, draws=0)
            held[adjustment] += float(found.low or 0) <= 2 <= float(found.high or 0)
    for adjustment, count in held.items():
        # Weights alone rest on a few heavy ones, and their intervals are too narrow in small samples; the page says so.
        assert (0.88 if adjustment == "weights" else 0.92) < count / 1000 < 0.97, (adjustment, count)
