"""Scores of experience against published numbers, their laws, and what they refuse."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantreis.analysis.result import Result
from klantreis.analysis.voice.experience import ces, csat, emotion_curve, expectation_gap, nps, peak_end
from klantreis.errors import InvalidInputError


def codes(result: Any) -> list[str]:
    return [item.code for item in result.warnings]


def test_nps_worked_value() -> None:
    """Rocks (2016), The American Statistician 70(4): adjusted Wald with n+3, P+3/4, D+3/4; P 15, D 10 of 36."""
    score = nps([10] * 15 + [8] * 11 + [0] * 10)
    assert (round(score.centre, 3), round(float(score.low or 0), 3), round(float(score.high or 0), 3)) == (
        0.128,
        -0.127,
        0.384,
    )
    assert score.estimate == pytest.approx(5 / 36)
    assert score.points == pytest.approx(500 / 36)


def test_nps_of_passives_only_keeps_a_width() -> None:
    """Rocks (2016): ten passives give 0 ± .185, where the plain Wald interval has no width."""
    score = nps([7] * 10)
    assert score.estimate == 0
    assert (round(float(score.low or 0), 3), round(float(score.high or 0), 3)) == (-0.185, 0.185)
    assert codes(score) == ["voice.few_answers"]


# Newcombe (1998), Statistics in Medicine 17:857-872, table I, method 3 (score, no continuity correction).
NEWCOMBE = [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]


@pytest.mark.parametrize(("happy", "n", "low", "high"), NEWCOMBE)
def test_csat_published_intervals(happy: int, n: int, low: float, high: float) -> None:
    """Newcombe (1998), Statistics in Medicine 17:857-872, table I, method 3."""
    share = csat([4] * happy + [3] * (n - happy))
    assert (round(float(share.low or 0), 4), round(float(share.high or 0), 4)) == (low, high)


SCORES = st.lists(st.integers(0, 10), min_size=1, max_size=60)


@given(SCORES, st.randoms())
def test_nps_laws(scores: list[int], random: Any) -> None:
    score = nps(scores)
    assert score.low is not None
    assert score.high is not None
    assert score.estimate is not None
    assert -1 <= score.low <= score.estimate + 1e-12
    assert score.estimate - 1e-12 <= score.high <= 1
    assert score.promoters + score.passives + score.detractors == pytest.approx(1)
    shuffled = list(scores)
    random.shuffle(shuffled)
    assert nps(shuffled) == score
    # Turning promoters and detractors around turns the score and its interval around.
    turned = nps([9 if x <= 6 else 6 if x >= 9 else 7 for x in scores])
    assert (turned.low, turned.high) == pytest.approx((-score.high, -score.low))
    # A whole weight is that answer given so many times; equal weights are none.
    assert nps(scores, weights=[3.0] * len(scores)).estimate == pytest.approx(score.estimate)
    wider = nps(scores, confidence=0.99)
    assert float(wider.low or 0) <= score.low
    assert float(wider.high or 0) >= score.high


def test_answers_of_one_customer_are_not_so_many_customers() -> None:
    scores = [10, 2, 9, 5, 8, 10, 1, 9] * 5
    alone = nps(scores)
    together = nps(np.repeat(scores, 10), customer=np.repeat(np.arange(40), 10), seed=4)
    blind = nps(np.repeat(scores, 10))

    def width(result: Result) -> float:
        return float(result.high or 0) - float(result.low or 0)

    assert width(together) == pytest.approx(width(alone), rel=0.15)
    assert width(blind) < width(together) / 2.5
    assert codes(together) == ["voice.repeated_customers"]
    assert nps(np.repeat(scores, 10), customer=np.repeat(np.arange(40), 10), seed=4) == together
    few = csat([5, 4, 1, 2] * 9, customer=list("abcd") * 9)
    assert codes(few) == ["voice.repeated_customers", "voice.few_customers"]


def test_difference_of_two_scores() -> None:
    a, b = nps([9] * 50 + [5] * 50), nps([9] * 30 + [5] * 70)
    gap = a.minus(b)
    half = 1.959964 * math.hypot(a.standard_error, b.standard_error)
    assert gap.estimate == pytest.approx(0.4)
    assert float(gap.high or 0) - float(gap.low or 0) == pytest.approx(2 * half, rel=1e-6)
    with pytest.raises(InvalidInputError, match="other"):
        a.minus(nps([9, 1], confidence=0.9))


def test_csat_says_when_there_is_no_room_at_the_top() -> None:
    assert codes(csat([5] * 30 + [4] * 10)) == ["voice.ceiling"]
    assert csat([5] * 30 + [4] * 10, top=1).estimate == 0.75


def test_ces_turns_the_old_scale_and_is_student_t() -> None:
    easy, old = ces([7, 6, 6, 5, 2, 7, 4, 6] * 5), ces([1, 2, 2, 3, 6, 1, 4, 2] * 5, high_is_easy=False)
    assert (easy.estimate, easy.low, easy.high, easy.easy) == (old.estimate, old.low, old.high, old.easy)
    assert codes(old) == ["voice.scale_turned"]
    values = np.array([2.0, 3.0, 7.0, 4.0])
    half = 3.182446 * values.std(ddof=1) / 2  # t(.975, 3 df), any printed table
    assert ces(values).low == pytest.approx(max(1, 4 - half), abs=1e-5)
    single = ces([6])
    assert (single.estimate, single.low, single.high) == (6, None, None)
    assert codes(ces([4] * 40)) == ["voice.no_spread"]


def test_gap_of_the_same_people() -> None:
    gap = expectation_gap([4, 5, 4, 3, 2], [3, 3, 4, 4, 2])
    assert gap.estimate == pytest.approx(-0.4)
    assert (gap.short.count, gap.met.count, gap.exceeded.count, gap.n) == (2, 2, 1, 5)
    near = expectation_gap([1, 2, 3, 4, 5] * 8, [1, 2, 3, 4, 4] * 8)
    assert codes(near) == ["voice.unreliable_difference"]
    assert expectation_gap([3, 3], [1, 2]).correlation is None


@given(st.floats(-2, 2), st.integers(1, 12), st.integers(2, 4))
def test_a_constant_feeling_is_a_flat_line(value: float, customers: int, steps: int) -> None:
    who, where = np.repeat(np.arange(customers), steps), list(range(steps)) * customers
    curve = emotion_curve(who, where, np.full(customers * steps, value), draws=20)
    for step in curve.steps:
        assert (step.estimate, step.drawn) == pytest.approx((value, value))
        assert step.line == (customers >= 5 and step.step > 0)
        if customers > 1:
            assert (step.low, step.high) == pytest.approx((value, value))


@given(
    st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("xyz"), st.integers(-2, 2)), min_size=1), st.randoms()
)
def test_order_of_rows_does_not_matter(rows: list[tuple[str, str, int]], random: Any) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)
    one, other = (
        emotion_curve(*map(list, zip(*table, strict=True)), order=list("xyz"), draws=50) for table in (rows, shuffled)
    )
    for before, after in zip(one.steps, other.steps, strict=True):
        assert (before.step, before.n, before.line) == (after.step, after.n, after.line)
        assert before.estimate == pytest.approx(after.estimate)
        assert before.low == pytest.approx(after.low)


def test_curve_pulls_small_steps_in_and_draws_no_line_through_them() -> None:
    who = [*range(20), *range(4)]
    curve = emotion_curve(who, ["start"] * 20 + ["end"] * 4, [1.0] * 20 + [-2.0] * 4, basis="estimated")
    start, end = curve.steps
    assert curve.mean == pytest.approx(0.5)
    assert end.drawn == pytest.approx(0.5 - 2.5 * 4 / 9)
    assert start.drawn == pytest.approx(0.5 + 0.5 * 20 / 25)
    assert not end.line
    assert codes(end) == ["voice.few_at_step"]
    assert codes(curve) == ["voice.estimated_by_staff", "voice.other_people"]
    assert end.change is not None
    assert (end.change.estimate, end.change.n) == (-3, 4)
    # Twice the same answer of one customer is still one customer.
    again = emotion_curve([*who, 0], ["start"] * 20 + ["end"] * 4 + ["start"], [1.0] * 20 + [-2.0] * 4 + [1.0])
    assert [step.n for step in again.steps] == [20, 4]


def test_peak_and_end_against_plain_loops() -> None:
    rng = np.random.default_rng(7)
    who, value = rng.integers(0, 30, 300), rng.integers(-2, 3, 300).astype(float)
    when = rng.permutation(300).astype(float)
    found = peak_end(who, when, value)
    for place, customer in enumerate(found.journeys.customer):
        mine = sorted((t, v) for c, t, v in zip(who, when, value, strict=True) if c == customer)
        peak = max(mine, key=lambda pair: (abs(pair[1]), pair[0]))[1]
        assert found.journeys.peak[place] == peak
        assert found.journeys.end[place] == mine[-1][1]
        assert found.journeys.peak_end[place] == (peak + mine[-1][1]) / 2
        area = sum((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in itertools.pairwise(mine))
        assert found.journeys.mean[place] == pytest.approx(area / (mine[-1][0] - mine[0][0]))
    assert found.estimate == pytest.approx(np.mean(found.journeys.peak_end))
    assert peak_end(["a"], [1], [2]).journeys.mean == (2.0,)


REFUSED: list[tuple[Callable[[], object], str]] = [
    (lambda: nps([]), "scores"),
    (lambda: nps([9, math.nan]), "scores"),
    (lambda: nps([11]), "scores"),
    (lambda: nps([8.5]), "scores"),
    (lambda: nps(["nine"]), "scores"),
    (lambda: nps([9, 8], weights=[1]), "weights"),
    (lambda: nps([9, 8], weights=[1, -1]), "weights"),
    (lambda: nps([9, 8], weights=[0, 0]), "weights"),
    (lambda: nps([9, 8], customer=["a"]), "customer"),
    (lambda: nps([9, 8], confidence=1), "confidence"),
    (lambda: csat([0]), "ratings"),
    (lambda: csat([1], top=5), "top"),
    (lambda: csat([1], scale=(5, 1)), "scale"),
    (lambda: ces([8]), "ratings"),
    (lambda: ces([3], easy_from=1), "easy_from"),
    (lambda: expectation_gap([1, 2], [1]), "expected has 2, experienced has 1"),
    (lambda: emotion_curve(["a"], ["x"], [3]), "value"),
    (lambda: emotion_curve(["a", "b"], ["x"], [1, 1]), "step has 1"),
    (lambda: emotion_curve(["a", None], ["x", "x"], [1, 1]), "customer"),
    (lambda: emotion_curve(["a"], [None], [1]), "step"),
    (lambda: emotion_curve(["a"], ["x"], [1], order=["y"]), "order"),
    (lambda: emotion_curve(["a"], ["x"], [1], kappa=-1), "kappa"),
    (lambda: peak_end(["a", "a"], [1, 1], [1, 2]), "order"),
    (lambda: peak_end(["a"], [math.inf], [1]), "order"),
]


@pytest.mark.parametrize(("call", "named"), REFUSED)
def test_bad_input_is_named(call: Callable[[], object], named: str) -> None:
    with pytest.raises(InvalidInputError, match=named):
        call()


def test_results_are_json_and_cautions_speak_both_languages() -> None:
    results: list[Any] = [
        nps([9, 9], customer=["a", "a"]),
        csat([5, 5]),
        ces([6]),
        expectation_gap([1], [2]),
        emotion_curve([1, 2], ["x", "y"], [1, 2]),
        peak_end(["a"], [1], [2]),
    ]
    for result in results:
        json.dumps(result.to_dict(), allow_nan=False)
        for item in result.warnings:
            assert item.sentence("nl") != item.sentence("en")


@pytest.mark.slow
def test_intervals_hold_what_they_promise() -> None:
    """Share of 95 % intervals that hold the truth, over 4,000 samples each; docs/methods/nps.md and others quote it."""
    rng = np.random.default_rng(20)
    n, hit = 40, {"nps": 0, "ces": 0, "csat": 0}
    levels = np.arange(11)
    chance = np.array([2, 1, 1, 1, 2, 4, 6, 15, 20, 24, 24]) / 100
    true_nps = chance[9:].sum() - chance[:7].sum()
    ease = np.array([0.03, 0.05, 0.1, 0.17, 0.25, 0.25, 0.15])
    true_ces, true_csat = float(ease @ np.arange(1, 8)), 0.25 + 0.15
    for _ in range(4000):
        score = nps(rng.choice(levels, n, p=chance))
        hit["nps"] += float(score.low or 0) <= true_nps <= float(score.high or 0)
        answers = rng.choice(np.arange(1, 8), n, p=ease)
        effort, happy = ces(answers), csat(answers, scale=(1, 7))
        hit["ces"] += float(effort.low or 0) <= true_ces <= float(effort.high or 0)
        hit["csat"] += float(happy.low or 0) <= true_csat <= float(happy.high or 0)
    coverage = {name: count / 4000 for name, count in hit.items()}
    print(coverage)
    assert all(0.935 <= share <= 0.97 for share in coverage.values()), coverage


@pytest.mark.slow
def test_bands_of_feelings_hold_what_they_promise() -> None:
    """Share of 95 % intervals that hold the truth over 600 samples; quoted in docs/methods."""
    rng = np.random.default_rng(11)
    levels, chance = np.arange(-2, 3), np.array([0.1, 0.15, 0.25, 0.3, 0.2])
    middle = float(levels @ chance)
    # What four moments leave behind on average, from many journeys: the later of two equally intense ones counts.
    many = rng.choice(levels, (300_000, 4), p=chance)[:, ::-1]
    extreme = many[np.arange(len(many)), np.argmax(np.abs(many), axis=1)]
    remembered = float((extreme + many[:, 0]).mean() / 2)
    cuts = [-2.5, -2, -1.6, -1.2, -0.8, -0.4, 0, 0.5, 1, 1.6]
    scores = np.digitize(rng.normal(0, math.sqrt(2), 1_000_000), cuts)
    net = float((scores >= 9).mean() - (scores <= 6).mean())
    hits = dict.fromkeys(("band of 8", "band of 30", "change", "gap", "peak and end", "nps of customers"), 0)
    for draw in range(600):
        for n in (8, 30):
            felt = rng.choice(levels, n, p=chance)
            step = emotion_curve(np.arange(n), ["x"] * n, felt, draws=300, seed=draw).steps[0]
            hits[f"band of {n}"] += (step.low or 0) <= middle <= (step.high or 0)
        pairs = rng.choice(levels, 50, p=chance)
        change = emotion_curve(np.repeat(np.arange(25), 2), ["a", "b"] * 25, pairs, draws=2).steps[1].change
        gap = expectation_gap(rng.integers(1, 6, 40), rng.integers(1, 6, 40))
        assert change is not None
        hits["change"] += (change.low or 0) <= 0 <= (change.high or 0)
        hits["gap"] += (gap.low or 0) <= 0 <= (gap.high or 0)
        journeys = rng.choice(levels, 160, p=chance)
        memory = peak_end(np.repeat(np.arange(40), 4), np.tile(np.arange(4), 40), journeys, draws=300, seed=draw)
        hits["peak and end"] += (memory.low or 0) <= remembered <= (memory.high or 0)
        who = np.repeat(np.arange(60), 3)
        latent = rng.normal(0, 1, 60)[who] + rng.normal(0, 1, 180)
        score = nps(np.digitize(latent, cuts), customer=who, draws=300, seed=draw)
        hits["nps of customers"] += (score.low or 0) <= net <= (score.high or 0)
    coverage = {name: count / 600 for name, count in hits.items()}
    print(coverage)
    assert all(0.92 <= share <= 0.975 for share in coverage.values()), coverage
