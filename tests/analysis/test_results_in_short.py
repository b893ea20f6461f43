"""A result shown at a prompt is short, however many answers went into it, and says how it was computed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from klantreis.analysis.behaviour import attribution, segments, sequences, survival
from klantreis.analysis.effect import experiments, quasi, uplift
from klantreis.analysis.voice import experience, intents, language, outcomes, price

MANY = 2000
DRAW = np.random.default_rng(8)
PRICES = DRAW.lognormal(3, 0.3, (MANY, 1)) * np.array([0.5, 0.8, 1.2, 1.6])
ONE = DRAW.normal(size=MANY)
WHO = [f"c{number}" for number in range(MANY)]
HALF = [number % 2 for number in range(MANY)]
WALKS = [["a", "b", "b"], ["b", "a", "a"]] * (MANY // 2)

LONG: dict[str, Callable[[], object]] = {
    "van_westendorp": lambda: price.van_westendorp(*PRICES.T, draws=20),
    "newton_miller_smith": lambda: price.newton_miller_smith(
        PRICES[:, 0], PRICES[:, 1], PRICES[:, 2], PRICES[:, 3], [5] * MANY, [2] * MANY, draws=20
    ),
    "peak_end": lambda: experience.peak_end(WHO, [1] * MANY, [1] * MANY, draws=20),
    "sentiment": lambda: language.sentiment(["blij"] * MANY, "nl"),
    "classify": lambda: intents.classify(["fiets kopen"] * MANY, "nl"),
    "latent_classes": lambda: segments.latent_classes(np.array([HALF, HALF, HALF]).T, 2, starts=2, draws=0),
    "mixed_prototypes": lambda: segments.mixed_prototypes(ONE[:, None], None, 2, starts=1),
    "rfm": lambda: segments.rfm(WHO, list(range(MANY)), DRAW.gamma(2, 10, MANY), MANY, draws=0),
    "complexity": lambda: sequences.complexity(WALKS),
    "kaplan_meier": lambda: survival.kaplan_meier(DRAW.exponential(9, MANY), HALF),
    "aalen_johansen": lambda: survival.aalen_johansen(DRAW.exponential(9, MANY), HALF),
    "confidence_sequence": lambda: experiments.confidence_sequence(ONE),
    "interrupted_series": lambda: quasi.interrupted_series(DRAW.poisson(20, MANY), 900),
    "overlap": lambda: uplift.overlap(HALF, ONE, bins=200),
}


@pytest.mark.parametrize("name", LONG)
def test_at_a_prompt_a_result_is_short(name: str) -> None:
    shown = repr(LONG[name]())
    assert len(shown) < 3000
    assert "method=" in shown


def test_several_estimates_together_say_how_and_of_how_many() -> None:
    five = DRAW.integers(1, 6, (40, 2))
    features = outcomes.kano(five, five, draws=10)
    assert (features.n, features.method) == (40, features.features[1].better.method)
    needs = outcomes.opportunity_scores(five, five, draws=10)
    assert (needs.n, needs.method) == (40, needs.outcomes[1].method)
    curve = experience.emotion_curve(list("abcdef"), ["x"] * 6, [1, 2, 0, 1, -1, 2])
    assert (curve.n, curve.method) == (6, curve.steps[0].method)
    totals = outcomes.maxdiff_counts([8, 3, 1], [1, 3, 8], [12, 12, 10])
    assert (totals.n, totals.method) == (12, totals.items[2].method)
    each = outcomes.maxdiff_counts([[1, 0], [0, 1]], [[0, 1], [1, 0]], [[1, 1], [1, 1]], draws=10)
    assert each.n == 2


def test_no_number_of_numpy_is_left_in_a_credit() -> None:
    for row in attribution.linear([["a", "b"], ["b"]], [3, 4]).channels:
        assert type(row.low) is type(row.high) is float
