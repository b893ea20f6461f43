"""Waiting times against published numbers, plain loops, and what they refuse."""

from __future__ import annotations

import json
import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantreis.analysis.behaviour.survival import aalen_johansen, kaplan_meier, log_rank
from klantreis.errors import InvalidInputError

# Weeks to relapse, 1: relapsed. Miller (1997), Survival Analysis, p. 49.
KEPT = ([9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161], [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0])
NOT_KEPT = ([5, 5, 8, 8, 12, 16, 23, 27, 30, 33, 43, 45], [1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1])
# Weeks in remission. Freireich and others (1963), Blood 21:699-716.
TREATED = (
    [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35],
    [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0],
)
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]


def test_curve_of_maintained_patients() -> None:
    """Miller (1997): S = .9091 .8182 .7159 .6136 .4909 .3682 .1841, median 31, and 23 without maintenance."""
    wait = kaplan_meier(*KEPT)
    steps = [round(v, 4) for v, gone in zip(wait.curve.value, wait.curve.left, strict=True) if gone]
    assert steps == [0.9091, 0.8182, 0.7159, 0.6136, 0.4909, 0.3682, 0.1841]
    assert wait.estimate == 31
    assert kaplan_meier(*NOT_KEPT).estimate == 23
    assert wait.events == 7
    assert [item.code for item in wait.warnings] == ["behaviour.few_events"]


def test_median_with_the_log_band() -> None:
    """R survival, survfit(Surv(time, status) ~ x, aml): 31 (18, NA) and 23 (8, NA)."""
    kept, other = kaplan_meier(*KEPT, band="log"), kaplan_meier(*NOT_KEPT, band="log")
    assert (kept.low, kept.high) == (18, math.inf)
    assert (other.low, other.high) == (8, math.inf)


def test_log_rank_of_maintenance() -> None:
    """R survival, survdiff on aml: chi-squared 3.4 on 1 degree of freedom, p = .065; expected 10.69 and 7.31."""
    test = log_rank(KEPT[0] + NOT_KEPT[0], KEPT[1] + NOT_KEPT[1], [0] * 11 + [1] * 12)
    assert round(test.statistic, 1) == 3.4
    assert round(test.p_value, 3) == 0.065
    assert [round(group.expected, 2) for group in test.groups] == [10.69, 7.31]
    assert [group.observed for group in test.groups] == [7, 11]
    assert float(test.low or 0) < 1 < float(test.estimate or 0) < float(test.high or 0)


def test_log_rank_of_ovarian_cancer() -> None:
    """R survival, survdiff(Surv(futime, fustat) ~ rx, ovarian): 7 and 5 seen, 5.23 and 6.77 expected, 1.1, p = .303."""
    first = "59 115 156 268 329 431 448- 477- 638 803- 855- 1040- 1106-"
    second = "353 365 377- 421- 464 475 563 744- 769- 770- 1129- 1206- 1227-"
    rows = [(time, arm) for arm, times in enumerate((first, second)) for time in times.split()]
    days, seen = [int(time.rstrip("-")) for time, _ in rows], [not time.endswith("-") for time, _ in rows]
    test = log_rank(days, seen, [arm for _, arm in rows])
    assert [(group.observed, round(group.expected, 2)) for group in test.groups] == [(7, 5.23), (5, 6.77)]
    assert (round(test.statistic, 1), round(test.p_value, 3)) == (1.1, 0.303)


def test_log_rank_of_remission() -> None:
    """Kleinbaum and Klein (2012), Survival Analysis, chapter 2: log-rank 16.79; medians 23 and 8."""
    test = log_rank(TREATED[0] + PLACEBO, TREATED[1] + [1] * 21, ["6-MP"] * 21 + ["placebo"] * 21)
    assert round(test.statistic, 2) == 16.79
    assert [round(group.expected, 2) for group in test.groups] == [19.25, 10.75]
    assert kaplan_meier(*TREATED).estimate == 23
    assert kaplan_meier(PLACEBO, [1] * 21).estimate == 8
    assert round(float(kaplan_meier(*TREATED).at(10).estimate or 0), 4) == 0.7529


TIMES = st.lists(st.tuples(st.integers(1, 9), st.sampled_from([0, 1, 2])), min_size=2, max_size=40)


@given(TIMES)
def test_curves_against_counting_one_by_one(rows: list[tuple[int, int]]) -> None:
    time, cause = [t for t, _ in rows], [c for _, c in rows]
    waiting, shares = 1.0, {1: 0.0, 2: 0.0}
    wait = kaplan_meier(time, [c > 0 for c in cause])
    risks = aalen_johansen(time, cause) if any(cause) else None
    for t in sorted(set(time)):
        risk = sum(other >= t for other in time)
        for c in (1, 2):
            shares[c] += waiting * sum(1 for row in rows if row == (t, c)) / risk
        waiting *= 1 - sum(1 for u, c in rows if u == t and c) / risk
        assert wait.at(t).estimate == pytest.approx(waiting)
        if risks is not None:
            for curve in risks.causes:
                assert curve.at(t).estimate == pytest.approx(shares[curve.cause])
    assert waiting + sum(shares.values()) == pytest.approx(1)


@given(st.lists(st.tuples(st.integers(1, 9), st.booleans()), min_size=2, max_size=40), st.integers(2, 5))
def test_laws(rows: list[tuple[int, bool]], factor: int) -> None:
    time, left = [t for t, _ in rows], [e for _, e in rows]
    wait = kaplan_meier(time, left)
    assert list(wait.curve.value) == sorted(wait.curve.value, reverse=True)
    for value, low, high in zip(wait.curve.value, wait.curve.low, wait.curve.high, strict=True):
        assert math.isnan(low) or low - 1e-12 <= value <= high + 1e-12
    # Another unit of time moves the times only; nobody left makes a curve of ones.
    slower = kaplan_meier([factor * t for t in time], left)
    assert slower.curve.value == wait.curve.value
    if wait.estimate is not None:
        assert slower.estimate == pytest.approx(factor * wait.estimate)
        assert float(wait.low or 0) <= wait.estimate <= float(wait.high or 0)
    if all(left):
        # Without anyone only last seen the curve is the share that is left, and the mean the mean.
        assert wait.at(4).estimate == pytest.approx(sum(t > 4 for t in time) / len(time))
        assert wait.mean_until(9).estimate == pytest.approx(np.mean(time))
    # One cause: the share that left is what the curve has lost, with the same band.
    if any(left):
        alone = aalen_johansen(time, [int(e) for e in left]).causes[0].curve
        assert np.allclose(alone.value, 1 - np.array(wait.curve.value))
        inner = (np.array(wait.curve.value) > 1e-9) & (np.array(wait.curve.value) < 1 - 1e-9)
        assert np.allclose(np.array(alone.low)[inner], 1 - np.array(wait.curve.high)[inner])


def test_one_minus_kaplan_meier_overstates_when_churn_competes() -> None:
    time, cause = [1, 2, 3, 4, 5, 6, 7, 8], ["buy", "churn"] * 4
    bought = aalen_johansen(time, cause).of("buy")
    naive = kaplan_meier(time, [c == "buy" for c in cause])
    assert bought.estimate == pytest.approx(0.5)
    assert 1 - naive.curve.value[-1] > 0.7


def test_late_entry_counts_from_when_it_is_seen() -> None:
    wait = kaplan_meier([4, 5, 6], [1, 1, 1], entry=[0, 4.5, 0])
    assert wait.curve.at_risk == (2, 2, 1)
    assert wait.curve.value[0] == 0.5


def test_strata_and_weights_of_the_test() -> None:
    time, left, group = KEPT[0] + NOT_KEPT[0], KEPT[1] + NOT_KEPT[1], [0] * 11 + [1] * 12
    once = log_rank(time, left, group)
    twice = log_rank(time * 2, left * 2, group * 2, strata=["a"] * 23 + ["b"] * 23)
    assert twice.statistic == pytest.approx(2 * once.statistic)
    assert log_rank(time, left, group, rho=1).statistic != pytest.approx(once.statistic)
    three = log_rank(time, left, [0] * 8 + [1] * 8 + [2] * 7)
    assert (three.degrees_of_freedom, three.estimate) == (2, None)
    json.dumps(three.to_dict(), allow_nan=False)
    json.dumps(kaplan_meier(time, left).to_dict(), allow_nan=False)
    json.dumps(aalen_johansen(time, left).to_dict(), allow_nan=False)


REFUSED: list[tuple[Callable[[], object], str]] = [
    (lambda: kaplan_meier([], []), "duration"),
    (lambda: kaplan_meier([1, -1], [1, 1]), "duration"),
    (lambda: kaplan_meier([1, math.nan], [1, 1]), "duration"),
    (lambda: kaplan_meier([1, 2], [1, 2]), "event"),
    (lambda: kaplan_meier([1, 2], [1]), "Unequal"),
    (lambda: kaplan_meier([1, 2], [1, 1], entry=[0, 2]), "entry"),
    (lambda: kaplan_meier([1], [1], band="wide"), "band"),  # type: ignore[arg-type]
    (lambda: kaplan_meier([1, 2], [1, 0]).mean_until(3), "horizon"),
    (lambda: kaplan_meier([1], [1]).at(-1), "time"),
    (lambda: aalen_johansen([1, 2], [0, None]), "cause"),
    (lambda: aalen_johansen([1, 2], [1, 2]).of(3), "cause"),
    (lambda: log_rank([1, 2], [1, 1], [0, 0]), "group"),
    (lambda: log_rank([1, 2], [0, 0], [0, 1]), "event"),
    (lambda: log_rank([1, 2], [1, 1], [0, 1], confidence=1), "confidence"),
]


@pytest.mark.parametrize(("call", "named"), REFUSED)
def test_bad_input_is_named(call: Callable[[], object], named: str) -> None:
    with pytest.raises(InvalidInputError, match=named):
        call()


@pytest.mark.slow
def test_bands_hold_what_they_promise() -> None:
    """Coverage of 95 % intervals, 2,000 samples of 60; docs/methods/waiting.md quotes it."""
    rng = np.random.default_rng(5)
    hits = {"share": 0, "median": 0, "cause": 0, "mean": 0}
    for _ in range(2000):
        wait, seen, which = rng.exponential(10, 60), rng.uniform(5, 40, 60), rng.random(60) < 0.4
        time, left = np.minimum(wait, seen), wait <= seen
        curve = kaplan_meier(time, left)
        share = curve.at(8)
        hits["share"] += float(share.low or 0) <= math.exp(-0.8) <= float(share.high or 0)
        hits["median"] += float(curve.low or 0) <= 10 * math.log(2) <= float(curve.high or 0)
        mean = curve.mean_until(5)
        hits["mean"] += float(mean.low or 0) <= 10 * (1 - math.exp(-0.5)) <= float(mean.high or 0)
        bought = aalen_johansen(time, np.where(left, np.where(which, 1, 2), 0)).of(1).at(8)
        hits["cause"] += float(bought.low or 0) <= 0.4 * (1 - math.exp(-0.8)) <= float(bought.high or 0)
    figures = {name: count / 2000 for name, count in hits.items()}
    print(figures)
    assert all(0.935 <= figures[name] <= 0.97 for name in ("share", "median", "cause", "mean")), figures


@pytest.mark.slow
def test_false_alarms_of_the_log_rank_test() -> None:
    """Of two groups of 30 that do not differ, at 5 %, 6,000 of the 24,000 samples that log-rank.md quotes."""
    rng = np.random.default_rng(5)
    alarms = 0
    for _ in range(6000):
        wait, seen = rng.exponential(10, 60), rng.uniform(5, 40, 60)
        alarms += log_rank(np.minimum(wait, seen), wait <= seen, np.arange(60) % 2).p_value < 0.05
    print(alarms / 6000)
    assert 0.035 <= alarms / 6000 <= 0.065


def test_log_rank_against_adding_up_one_by_one() -> None:
    rng = np.random.default_rng(1)
    for _ in range(20):
        time, left, group = rng.integers(1, 15, 40), rng.random(40) < 0.7, rng.integers(0, 2, 40)
        gap = spread = 0.0
        for t in np.unique(time[left]):
            risk, now = time >= t, (time == t) & left
            n, second, gone = risk.sum(), (risk & (group == 1)).sum(), now.sum()
            gap += (now & (group == 1)).sum() - gone * second / n
            if n > 1:
                spread += gone * second / n * (1 - second / n) * (n - gone) / (n - 1)
        assert log_rank(time, left, group).statistic == pytest.approx(gap**2 / spread)
