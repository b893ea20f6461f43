"""What goes wrong with a method is said with its answer, when it does go wrong and not otherwise."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from klantreis.analysis.behaviour import segments, survival
from klantreis.analysis.voice import price


def codes(result: Any) -> list[str]:
    """What a result warns about."""
    return [item.code for item in result.warnings]


def two_kinds(n: int, seed: int) -> Any:
    """Answers to five questions of two kinds of people, unrelated within a kind."""
    rng = np.random.default_rng(seed)
    kind = rng.random((n, 1)) < 0.4
    return (rng.random((n, 5)) < np.where(kind, 0.85, 0.2)).astype(int)


def test_questions_that_still_go_together_within_classes() -> None:
    answers = two_kinds(600, 1)
    assert "behaviour.go_together" not in codes(segments.latent_classes(answers, 2, starts=5, draws=0))
    # The third question repeats the second: those make the classes, and what the kinds share is left over.
    answers[:, 2] = np.where(np.random.default_rng(2).random(600) < 0.9, answers[:, 1], answers[:, 2])
    told = [w for w in segments.latent_classes(answers, 2, starts=5, draws=0).warnings if w.code.endswith("together")]
    assert len(told) == 1
    assert set(dict(told[0].values).values()) <= {1, 4, 5}
    assert "behaviour.go_together" in codes(segments.latent_classes(two_kinds(600, 3), 1, draws=0))


def test_answers_left_out_are_not_taken_for_a_relation() -> None:
    answers = two_kinds(600, 1).astype(float)
    answers[:, 2] = answers[:, 1]
    answers[answers[:, 0] == 1, 1] = np.nan
    assert "behaviour.go_together" not in codes(segments.latent_classes(answers, 2, starts=5, draws=0))


def test_questions_are_told_to_go_together_no_oftener_than_promised() -> None:
    seen = sum(
        "behaviour.go_together" in codes(segments.latent_classes(two_kinds(300, seed), 2, starts=4, draws=0))
        for seed in range(100, 160)
    )
    assert seen <= 60 * (0.05 + 3 * np.sqrt(0.05 * 0.95 / 60))


def test_a_best_price_that_may_lie_at_the_end() -> None:
    prices = np.repeat([1.0, 2.0, 4.0], 200)
    near = np.concatenate([[1] * bought + [0] * (200 - bought) for bought in (180, 92, 45)])
    told = [dict(w.values) for w in price.gabor_granger(prices, near).warnings if w.code == "voice.open_optimum"]
    assert told == [{"price": "1"}, {"price": "4"}]
    clear = np.concatenate([[1] * bought + [0] * (200 - bought) for bought in (180, 150, 10)])
    assert codes(price.gabor_granger(prices, clear)) == []


@pytest.mark.parametrize(
    ("of", "fits", "told"),
    [
        (40, 1, ["behaviour.few_described"]),
        (400, 4, ["behaviour.describes_few"]),
        (40, 0, ["behaviour.describes_nobody"]),
        (40, 8, []),
    ],
)
def test_a_persona_of_few_people(of: int, fits: int, told: list[str]) -> None:
    table = {"age": ["old"] * fits + ["young"] * (of - fits)}
    assert codes(segments.prevalence(table, {"age": "old"})) == told


@pytest.mark.filterwarnings("error")
def test_all_that_leave_is_one_and_no_more() -> None:
    rng = np.random.default_rng(0)
    found = survival.aalen_johansen(rng.exponential(9, 2000), rng.choice(["buy", "churn"], 2000))
    assert sum(cause.curve.value[-1] for cause in found.causes) == pytest.approx(1)
    alone = survival.aalen_johansen(np.arange(1, 12), ["buy"] * 11).causes[0]
    assert max(alone.curve.value) <= 1
    assert max(alone.curve.high) <= 1
