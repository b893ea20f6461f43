"""Latent classes against published fits, a plain climb, and the clock."""

from __future__ import annotations

import itertools
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klantreis.analysis.behaviour import segment_classes
from klantreis.analysis.behaviour.segment_classes import likeliest_class
from klantreis.analysis.behaviour.segment_kernels import bundled, climb_all
from klantreis.analysis.behaviour.segments import latent_classes
from klantreis.analysis.result import Floats, Ints

# Seven pathologists, 118 slides: carcinoma or not. Agresti (2002), Categorical Data Analysis, table 13.1.
SLIDES = {
    "0000000": 34, "0000100": 2, "0100000": 6, "0100001": 1, "0100100": 4, "0100101": 5, "1000000": 2, "1010101": 1,
    "1100000": 2, "1100001": 1, "1100100": 2, "1100101": 7, "1100111": 1, "1101001": 1, "1101101": 2, "1101111": 3,
    "1110101": 13, "1110111": 5, "1111101": 10, "1111111": 16,
}  # fmt: skip
# Lied about an exam, lied about a paper, bought, copied; 319 students. Dayton (1998), Latent Class Scaling Analysis.
CHEATS = [207, 46, 7, 5, 13, 4, 1, 2, 10, 3, 1, 2, 11, 4, 1, 2]


@pytest.mark.parametrize(
    ("k", "likelihood", "aic", "bic", "shares"),
    [
        (2, -317.2568, 664.5137, 706.0739, [0.5012, 0.4988]),
        (3, -293.705, 633.41, 697.1357, [0.4447, 0.3736, 0.1817]),
    ],
)
def test_slides_of_pathologists(k: int, likelihood: float, aic: float, bic: float, shares: list[float]) -> None:
    """Linzer and Lewis (2011), Journal of Statistical Software 42(10), and the manual of poLCA: carcinoma."""
    fit = latent_classes([list(row) for row in SLIDES], k, weights=list(SLIDES.values()), draws=0)
    assert fit.log_likelihood == pytest.approx(likelihood, abs=6e-5)
    assert [fit.aic, fit.bic] == pytest.approx([aic, bic], abs=6e-5)
    assert [round(share or 0, 4) for share in fit.shares] == shares


def test_students_who_cheat() -> None:
    """Manual of poLCA, cheating: LL -440.0271, AIC 898.0542, BIC 931.9409, G² 7.764242, shares .1606 and .8394."""
    fit = latent_classes(list(itertools.product("01", repeat=4)), 2, weights=CHEATS, draws=0)
    found = (fit.log_likelihood, fit.aic, fit.bic, fit.g_squared or 0)
    assert found == pytest.approx((-440.0271, 898.0542, 931.9409, 7.764242), abs=6e-5)
    assert [round(share or 0, 4) for share in fit.shares] == [0.8394, 0.1606]


def plain_climb(codes: Ints, item: Ints, weights: Floats, share: Floats, chance: Floats, rounds: int) -> float:
    """Rounds of expectation and maximisation without leaps; the likelihood before the last."""
    reached = 0.0
    for _ in range(rounds):
        joint = np.array([share * chance[row[row >= 0]].prod(axis=0) for row in codes])
        reached = float(weights @ np.log(joint.sum(axis=1)))
        joint *= (weights / joint.sum(axis=1))[:, None]
        share = joint.sum(axis=0) / weights.sum()
        counts = np.array([joint[(codes == code).any(axis=1)].sum(axis=0) for code in range(len(item))])
        whole = np.array([counts[item == one].sum(axis=0) for one in item])
        chance = np.divide(counts, whole, out=chance.copy(), where=whole > 0)
    return reached


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 3), st.integers(3, 5))
def test_leaps_come_at_least_as_high_as_plain_rounds(seed: int, k: int, items: int) -> None:
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, 3, (40, items)) + 3 * np.arange(items)
    codes[rng.random(codes.shape) < 0.1] = -1
    codes = codes[(codes >= 0).any(axis=1)]
    item, weights = np.repeat(np.arange(items), 3), rng.integers(1, 5, len(codes)).astype(float)
    share, chance = rng.dirichlet(np.ones(k)), rng.dirichlet(np.ones(3), size=(items, k)).transpose(0, 2, 1)
    chance = np.ascontiguousarray(chance.reshape(3 * items, k))
    begin = share[None], chance[None]
    bundles = bundled(codes, item)
    once = climb_all(bundles, item, weights[None], *begin, most=1, tolerance=0.0)
    assert once.ends[0] == pytest.approx(plain_climb(codes, item, weights, share, chance, 1))
    top = climb_all(bundles, item, weights[None], *begin, most=5000, tolerance=1e-13)
    shares, chances, ends = top.share, top.chance, top.ends
    assert shares.sum() == pytest.approx(1)
    assert chances[0].reshape(items, 3, k).sum(axis=1) == pytest.approx(np.ones((items, k)))
    # Nothing is left to gain where it stopped.
    assert plain_climb(codes, item, weights, shares[0], chances[0], 50) == pytest.approx(ends[0], abs=1e-4)


def test_many_items_do_not_come_out_as_impossible() -> None:
    """600 items of five answers each: the chance of a pattern is 5^-600, less than a float holds."""
    answers = np.random.default_rng(3).integers(0, 5, (3000, 600))
    fit = latent_classes(answers, 1, draws=0)
    counts = np.array([np.bincount(column, minlength=5) for column in answers.T])
    assert fit.log_likelihood == pytest.approx(float((counts * np.log(counts / 3000)).sum()))


def test_a_thousand_draws_of_ten_thousand_people_within_ten_seconds() -> None:
    """Counted in processor time, which a busy machine does not stretch."""
    rng = np.random.default_rng(0)
    kind, chance = rng.integers(0, 3, 10_000), rng.dirichlet(np.full(4, 0.7), size=(3, 6))
    answers = np.array([[rng.choice(4, p=chance[group, item]) for item in range(6)] for group in kind])
    latent_classes(answers[:100, :2], 2, draws=2, starts=1)  # the machine code is made first
    before = time.process_time()
    fit = latent_classes(answers, 3, draws=1000)
    assert time.process_time() - before < 10
    assert all(float(row.low or 0) < float(row.estimate or 0) < float(row.high or 0) for row in fit.classes)


def test_answers_without_classes_say_that_draws_did_not_come_to_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thrown evenly there is nothing to climb to: rounds are rationed, and the interval is called too narrow."""
    answers = np.random.default_rng(5).integers(0, 4, (1000, 10))
    monkeypatch.setattr(segment_classes, "WORK", 1000)
    fit = latent_classes(answers, 4, starts=3, draws=20)
    assert "behaviour.draws_under_way" in [note.code for note in fit.warnings]
    clear = [["y"] * 4] * 300 + [["n"] * 4] * 500 + [["y", "n", "y", "n"]] * 40
    assert "behaviour.draws_under_way" not in [note.code for note in latent_classes(clear, 2, draws=20).warnings]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 400), st.integers(1, 9))
def test_a_combination_stands_for_the_answers_it_is_made_of(seed: int, n: int, items: int) -> None:
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 6, items)
    starts = np.cumsum(sizes) - sizes
    codes = np.column_stack([rng.integers(0, size, n) + start for size, start in zip(sizes, starts, strict=True)])
    codes[rng.random(codes.shape) < 0.1] = -1
    found = bundled(codes, np.repeat(np.arange(items), sizes))
    answers = found.parts[found.states].reshape(n, -1)
    for row, made in zip(codes, answers, strict=True):
        assert sorted(row[row >= 0]) == sorted(made[made >= 0])


def test_labels_to_compare_are_those_of_the_fit_where_there_are_classes() -> None:
    rng = np.random.default_rng(6)
    kind = rng.integers(0, 2, 800)
    codes = (rng.random((800, 40)) < np.where(kind, 0.85, 0.15)[:, None]).astype(np.int64)
    codes[rng.random(codes.shape) < 0.05] = -1
    answers = [[None if code < 0 else code for code in row] for row in codes.tolist()]
    fit = latent_classes(answers, 2, starts=3, draws=0)
    # 3 to the 30th fits into one number, to the 40th it does not.
    for width in (30, 40):
        found = likeliest_class(codes[:, :width], [2] * width, 2, starts=3, seed=0)
        agree = float((found == np.array(fit.labels)).mean())
        assert max(agree, 1 - agree) > 0.99
