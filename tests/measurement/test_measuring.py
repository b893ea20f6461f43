"""Carrying out a plan: each comparison finds the truth of a simulated log, and equals the method on plain arrays."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from scipy import stats

from klantreis.analysis.effect.experiments import compare, cuped
from klantreis.analysis.effect.proportions import difference
from klantreis.analysis.effect.quasi import callaway_santanna
from klantreis.analysis.effect.uplift import aipw
from klantreis.errors import InvalidInputError, NotFoundError
from klantreis.events.local.log import LocalLog
from klantreis.measurement.measurement import EffectResult, plan_digest
from klantreis.measurement.measuring import measure
from klantreis.research.claim import Estimate
from tests.measurement.simulated_log import SPEND, Floats, got, plan, shopping, weeks

ON = date(2026, 6, 1)
MAILED = {"exposed": 'touchpoint = "mailing"'}
N = 400


def codes(result: EffectResult) -> set[str]:
    """The cautions of a result."""
    return {one.code for one in result.cautions}


def holds(estimate: Estimate | None, truth: float) -> bool:
    """Whether an interval holds the truth."""
    assert estimate is not None
    assert estimate.low is not None
    assert estimate.high is not None
    return estimate.low <= truth <= estimate.high


def spending(columns: int, *, seed: int, n: int = N) -> tuple[Floats, Floats]:
    """Weekly spending of customers who differ in how much they spend (returned beside it)."""
    rng = np.random.default_rng(seed)
    level = 10 + 10 * rng.random(n)
    return level[:, None] + rng.normal(0, 2, (n, columns)), level


# Experiment.


def drawn(seed: int = 1, *, effect: float = 3.0) -> tuple[LocalLog, Floats, np.ndarray]:
    """Half of the customers, by lot, get a mailing in week 4 that makes them spend more; the others get none."""
    spend, _ = spending(8, seed=seed)
    arm = np.random.default_rng(seed + 1).permutation(N) < N // 2
    spend[arm, 4:] += effect
    events = [got(row, 4, "mailing" if arm[row] else "no mailing") for row in range(N)]
    return shopping(spend, events), spend, arm


EXPERIMENT = {**MAILED, "control": 'touchpoint = "no mailing"'}


def test_an_experiment_is_a_comparison_of_means() -> None:
    log, spend, arm = drawn()
    result = measure(plan("experiment", before=4, after=4, **EXPERIMENT), log, on=ON)
    wanted = compare(spend[arm, 4:].mean(axis=1), spend[~arm, 4:].mean(axis=1))
    assert result.estimate is not None
    found = (result.estimate.value, result.estimate.low, result.estimate.high)
    assert found == pytest.approx((wanted.estimate, wanted.low, wanted.high), rel=1e-5)
    assert (result.grade, result.judgement, result.raw) == ("experiment", "worked", None)
    assert (result.n_exposed, result.n_comparison, result.estimate.n) == (N // 2, N // 2, N)
    assert result.level == pytest.approx(spend[~arm, 4:].mean(), rel=1e-5)
    assert (result.estimate.unit, result.estimate.period) == (
        "EUR",
        plan("experiment", before=4, after=4, **EXPERIMENT).measured,
    )


def test_an_experiment_with_a_covariate_is_cuped_with_the_raw_difference_beside_it() -> None:
    log, spend, arm = drawn()
    asked = plan("experiment", before=4, after=4, **EXPERIMENT, covariates=[{**SPEND, "name": "before"}])
    result = measure(asked, log, on=ON)
    wanted = cuped(spend[:, 4:].mean(axis=1), spend[:, :4].sum(axis=1), arm, robust=True)
    assert result.estimate is not None
    assert result.raw is not None
    assert result.estimate.value == pytest.approx(wanted.estimate, rel=1e-5)
    assert result.estimate.low == pytest.approx(wanted.low, rel=1e-4)
    assert result.raw.value == pytest.approx(wanted.raw, rel=1e-5)
    assert (result.estimate.high or 0) - (result.estimate.low or 0) < (result.raw.high or 0) - (result.raw.low or 0)


def test_what_came_before_the_own_draw_does_not_count() -> None:
    spend, _ = spending(8, seed=3)
    events = [got(row, 4 + row % 2 * 2, "mailing" if row < N // 2 else "no mailing") for row in range(N)]
    log = shopping(spend, events)
    result = measure(plan("experiment", before=4, after=4, **EXPERIMENT), log, on=ON)
    counted = np.where(np.arange(N)[:, None] % 2 == 0, spend[:, 4:], np.hstack([np.zeros((N, 2)), spend[:, 6:]]))
    assert result.level == pytest.approx(counted[N // 2 :].sum(axis=1).mean() / 4, rel=1e-5)


def test_a_share_has_newcombe_s_interval() -> None:
    rng = np.random.default_rng(5)
    bought = rng.random(N) < np.where(np.arange(N) < N // 2, 0.5, 0.3)
    events = [got(row, 4, "mailing" if row < N // 2 else "no mailing") for row in range(N)]
    events += [got(row, 5, "order") for row in np.flatnonzero(bought)]
    asked = plan("experiment", before=4, after=4, **EXPERIMENT, every=None, outcome={"pattern": 'touchpoint = "order"'})
    result = measure(asked, shopping(np.ones((N, 8)), events), on=ON)
    wanted = difference(int(bought[: N // 2].sum()), N // 2, int(bought[N // 2 :].sum()), N // 2)
    assert result.estimate is not None
    assert result.estimate.value == pytest.approx(wanted.estimate, rel=1e-5)
    assert result.estimate.low == pytest.approx(wanted.low, rel=1e-5)


def test_a_split_that_was_not_drawn_as_planned_is_no_experiment() -> None:
    spend, _ = spending(8, seed=4)
    events = [got(row, 4, "mailing" if row < 300 else "no mailing") for row in range(N)]
    events += [got(0, 4, "no mailing")]
    log = shopping(spend, events)
    result = measure(plan("experiment", before=4, after=4, **EXPERIMENT), log, on=ON)
    assert result.grade == "association"
    assert {"effect.broken_split", "measurement.both_arms"} <= codes(result)
    assert (result.n_exposed, result.n_comparison) == (299, 100)
    as_meant = measure(plan("experiment", before=4, after=4, **EXPERIMENT, split=[3, 1]), log, on=ON)
    assert as_meant.grade == "experiment"


# Adjusted.


def chosen(seed: int) -> tuple[LocalLog, Floats, np.ndarray]:
    """Who was seen to spend much is mailed more often in week 4; the mailing makes it 2 more a week."""
    spend, _ = spending(8, seed=seed)
    level = spend[:, :4].mean(axis=1)
    mailed = np.random.default_rng(seed + 1).random(N) < 1 / (1 + np.exp(-(level - 15) / 2))
    spend[mailed, 4:] += 2
    return shopping(spend, [got(row, 4) for row in np.flatnonzero(mailed)]), spend, mailed


ADJUSTED = {**MAILED, "covariates": [{**SPEND, "name": "before"}]}


def test_an_adjusted_effect_takes_out_what_was_known_before() -> None:
    log, spend, mailed = chosen(7)
    result = measure(plan("adjusted", before=4, after=4, **ADJUSTED), log, on=ON)
    wanted = aipw(spend[:, 4:].mean(axis=1), mailed, spend[:, :4].sum(axis=1))
    assert result.estimate is not None
    assert result.raw is not None
    assert result.estimate.value == pytest.approx(wanted.estimate, rel=1e-5)
    assert result.level == pytest.approx(wanted.mean_unexposed, rel=1e-5)
    assert result.e_value == pytest.approx(wanted.e_value.estimate, rel=1e-5)
    assert result.raw.value == pytest.approx(wanted.raw, rel=1e-5)
    assert holds(result.estimate, 2)
    assert not holds(result.raw, 2)
    assert (result.grade, result.n_exposed, result.n_comparison) == ("adjusted", mailed.sum(), N - mailed.sum())
    assert 0.5 < (result.overlap or 0) <= 1
    assert "effect.unmeasured" in codes(result)


def test_who_had_it_before_is_left_out_and_who_gets_it_later_is_told_of() -> None:
    spend, _ = spending(8, seed=9)
    mailed = np.arange(N) % 2 == 0
    events = [got(row, 4) for row in np.flatnonzero(mailed)] + [got(0, 1), got(1, 2), got(3, 6)]
    result = measure(plan("adjusted", before=4, after=4, **ADJUSTED), shopping(spend, events), on=ON)
    assert (result.n_exposed, result.n_comparison) == (mailed.sum() - 1, N - mailed.sum() - 1)
    told = {one.code: one.values for one in result.cautions}
    assert told["measurement.exposed_before"] == {"n": 2}
    assert told["measurement.exposed_later"] == {"n": 1}


def test_only_those_it_is_about_and_who_were_there_count() -> None:
    spend, _ = spending(8, seed=11)
    spend[:50, :5] = 0  # not known before week 5
    mailed = np.arange(N) % 2 == 0
    events = [got(row, 4) for row in np.flatnonzero(mailed) if row >= 50]
    events += [got(row, 0, "member") for row in range(300)]
    asked = plan("adjusted", before=4, after=4, **ADJUSTED, among='touchpoint = "member"')
    result = measure(asked, shopping(spend, events), on=ON)
    assert result.n_exposed + result.n_comparison == 300
    everybody = measure(plan("adjusted", before=4, after=4, **ADJUSTED), shopping(spend, events), on=ON)
    assert everybody.n_exposed + everybody.n_comparison == N


def test_a_covariate_that_is_the_same_for_all_is_told_of_and_left_out() -> None:
    log, *_ = chosen(7)
    extra = {"name": "members", "pattern": 'touchpoint = "mailing"', "measure": "count"}
    with_extra = plan("adjusted", before=4, after=4, **MAILED, covariates=[{**SPEND, "name": "before"}, extra])
    without = plan("adjusted", before=4, after=4, **ADJUSTED)
    one, other = (measure(asked, log, on=ON) for asked in (with_extra, without))
    assert one.estimate == other.estimate
    assert codes(one) - codes(other) == {"measurement.same_for_all"}
    with pytest.raises(InvalidInputError, match="nothing to adjust for"):
        measure(plan("adjusted", before=4, after=4, **MAILED, covariates=[extra]), log, on=ON)


# Over time.


def staggered(seed: int) -> tuple[LocalLog, Floats, np.ndarray]:
    """Big spenders are mailed in week 4 or 6, small ones never; the mailing makes it 2 more a week."""
    spend, level = spending(10, seed=seed)
    first = np.where(level < 14, 0, np.where(np.arange(N) % 2 == 0, 4, 6))
    for row in np.flatnonzero(first):
        spend[row, first[row] :] += 2
    return shopping(spend, [got(row, int(first[row])) for row in np.flatnonzero(first)]), spend, first


def test_difference_in_differences_is_callaway_and_santanna_on_the_weeks() -> None:
    log, spend, first = staggered(13)
    result = measure(plan("difference_in_differences", before=4, after=6, **MAILED), log, on=ON)
    rows, columns = spend.shape
    wanted = callaway_santanna(
        np.repeat(np.arange(rows), columns),
        np.tile(np.arange(columns), rows),
        np.repeat(np.where(first == 0, np.inf, first), columns),
        spend.ravel(),
        control="not_yet",
        draws=10,
    )
    assert result.estimate is not None
    assert result.estimate.value == pytest.approx(wanted.estimate, rel=1e-5)
    assert result.estimate.low == pytest.approx(wanted.low, rel=1e-4)
    assert holds(result.estimate, 2)
    assert not holds(result.raw, 2)
    assert result.grade == "quasi-experiment"
    assert (result.n_exposed, result.n_comparison) == ((first > 0).sum(), (first == 0).sum())


def test_everybody_may_get_it_in_the_end() -> None:
    spend, _ = spending(10, seed=15)
    first = np.where(np.arange(N) % 2 == 0, 4, 6)
    log = shopping(spend, [got(row, int(first[row])) for row in range(N)])
    result = measure(plan("difference_in_differences", before=4, after=6, **MAILED), log, on=ON)
    assert holds(result.estimate, 0)
    assert result.n_comparison == 0
    assert result.raw is None


@pytest.mark.parametrize("measure_as", ["count", "sum"])
def test_an_interrupted_series_sees_the_level_change(measure_as: str) -> None:
    rng = np.random.default_rng(17)
    there = rng.random((300, 30)) < np.where(np.arange(30) < 18, 0.5, 0.7)
    outcome = SPEND if measure_as == "sum" else {"pattern": 'touchpoint = "shop"', "measure": "count"}
    asked = plan("interrupted_series", before=18, after=12, outcome=outcome)
    result = measure(asked, shopping(there.astype(float)), on=ON)
    truth = 60.0 if measure_as == "sum" else 0.4
    assert holds(result.estimate, truth)
    assert result.estimate is not None
    assert result.estimate.unit == ("EUR" if measure_as == "sum" else "share")
    assert (result.n_exposed, result.n_comparison) == (12, 18)
    assert "effect.one_event" in codes(result)


def test_a_synthetic_control_follows_the_other_shops() -> None:
    rng = np.random.default_rng(19)
    shops = [f"shop {row % 8}" for row in range(80)]
    drift = rng.normal(0, 0.3, (8, 20)).cumsum(axis=1)
    drift[0] = 0.6 * drift[1] + 0.4 * drift[2]
    spend = 10 + drift[np.arange(80) % 8] + rng.normal(0, 0.01, (80, 20))
    spend[::8, 14:] += 3
    log = shopping(spend, [got(0, 14, "opening", shop="shop 0")], shops=shops)
    asked = plan("synthetic_control", before=14, after=6, exposed='touchpoint = "opening"', by="shop")
    result = measure(asked, log, on=ON)
    assert result.estimate is not None
    assert result.estimate.value == pytest.approx(30, abs=2)  # ten customers a shop
    assert (result.n_exposed, result.n_comparison) == (1, 7)
    with pytest.raises(InvalidInputError, match="at least 1 and 2"):
        measure(plan("synthetic_control", before=14, after=6, exposed='touchpoint = "shop"', by="shop"), log, on=ON)


def test_days_that_make_no_whole_period_are_told_of() -> None:
    log, *_ = staggered(13)
    whole = measure(plan("difference_in_differences", before=4, after=6, **MAILED), log, on=ON)
    odd = plan(
        "difference_in_differences",
        before=4,
        after=6,
        **MAILED,
        measured={**weeks(4, 9), "end": "2026-03-18"},
        baseline={**weeks(0, 3), "start": "2026-01-03"},
    )
    assert {one.code: one.values for one in measure(odd, log, on=ON).cautions}["measurement.days_left_out"] == {"n": 5}
    assert "measurement.days_left_out" not in codes(whole)


# Before and after.


def test_before_and_after_is_a_paired_t_and_proves_no_cause() -> None:
    spend, _ = spending(7, seed=21)
    spend[:, 4:] += 1
    result = measure(plan("before_after", before=4, after=3), shopping(spend), on=ON)
    gap = spend[:, 4:].mean(axis=1) - spend[:, :4].mean(axis=1)
    wanted = stats.ttest_1samp(gap, 0).confidence_interval()
    assert result.estimate is not None
    assert (result.estimate.low, result.estimate.high) == pytest.approx((wanted.low, wanted.high), rel=1e-4)
    assert result.grade == "association"
    assert "effect.no_comparison" in codes(result)
    with pytest.raises(InvalidInputError, match="28 days and the measured period 21"):
        measure(plan("before_after", before=4, after=3, every=None), shopping(spend), on=ON)


# The verdict, and what is refused.


def test_before_its_day_or_its_number_it_is_too_early() -> None:
    log, *_ = drawn()
    asked = {"due": "2026-05-01"}
    assert measure(plan("experiment", before=4, after=4, **EXPERIMENT, **asked), log, on=ON).judgement == "worked"
    early = measure(plan("experiment", before=4, after=4, **EXPERIMENT, **asked), log, on=date(2026, 4, 30))
    assert early.judgement == "too early"
    few = measure(plan("experiment", before=4, after=4, **EXPERIMENT, n_needed=N + 1), log, on=ON)
    assert few.judgement == "too early"
    down = measure(plan("experiment", before=4, after=4, **EXPERIMENT, direction="down"), log, on=ON)
    assert down.judgement == "harmful"
    assert down.plan == plan_digest(plan("experiment", before=4, after=4, **EXPERIMENT, direction="down"))


def test_amounts_that_are_missing_are_told_of() -> None:
    log, spend, arm = drawn()
    events = [got(row, 4, "mailing" if arm[row] else "no mailing") for row in range(N)] + [got(0, 5, "shop")]
    result = measure(plan("experiment", before=4, after=4, **EXPERIMENT), shopping(spend, events), on=ON)
    assert {one.code: one.values for one in result.cautions}["measurement.no_amount"] == {"n": 1}
    assert result.estimate == measure(plan("experiment", before=4, after=4, **EXPERIMENT), log, on=ON).estimate


@pytest.mark.parametrize(
    ("changed", "error", "said"),
    [
        ({"exposed": 'touchpoint = "mail"'}, NotFoundError, "touchpoint 'mail'"),
        ({"exposed": 'campaign = "x"'}, NotFoundError, "'campaign', which no event has"),
        ({"outcome": {**SPEND, "amount": "price"}}, NotFoundError, "price"),
        ({"exposed_in": weeks(1, 2)}, InvalidInputError, "it came to there are 0"),
        ({"among": 'touchpoint = "mailing"'}, InvalidInputError, "compare with there are 0"),
        ({"covariates": [{**SPEND, "name": "x", "pattern": 'touchpoint = "shap"'}]}, NotFoundError, "'shap'"),
    ],
)
def test_a_plan_that_the_log_cannot_answer_says_why(
    changed: dict[str, object], error: type[Exception], said: str
) -> None:
    log, *_ = chosen(7)
    with pytest.raises(error, match=said):
        measure(plan("adjusted", before=4, after=4, **{**ADJUSTED, **changed}), log, on=ON)


def test_intervals_of_the_adjusted_effect_hold_the_truth_as_often_as_they_say() -> None:
    held = sum(
        holds(measure(plan("adjusted", before=4, after=4, **ADJUSTED), chosen(seed)[0], on=ON).estimate, 2)
        for seed in range(100, 140)
    )
    assert held >= 34  # of 40; fewer comes once in 300 times when 95 % is true
