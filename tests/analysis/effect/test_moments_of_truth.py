"""Which touchpoints decide: the rule as a table, and what goes with the answer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from klantreis.analysis.effect.estimate import Grade
from klantreis.analysis.effect.experiments import compare
from klantreis.analysis.effect.moments import moments_of_truth
from klantreis.errors import InvalidInputError
from klantreis.events.share import wilson


@pytest.mark.parametrize(
    ("effect", "reach", "why"),
    [
        ((0.3, 0.2, 0.4), 0.9, "decides"),
        ((-0.3, -0.4, -0.2), 0.9, "decides"),
        ((0.3, 0.2, 0.4), 0.1, "low reach"),
        ((0.3, 0.05, 0.55), 0.9, "unsure effect"),
        ((0.05, 0.02, 0.08), 1.0, "small effect"),
        ((0.0, -0.5, 0.5), 1.0, "unsure effect"),
    ],
)
def test_the_rule(effect: tuple[float, float, float], reach: float, why: str) -> None:
    found = moments_of_truth({"x": effect}, {"x": reach}, smallest_effect=0.1).touchpoints[0]
    assert (found.why, found.decides) == (why, why == "decides")
    assert found.influence == pytest.approx(effect[0] * reach)


def test_frequency_alone_never_decides_and_the_grade_comes_first() -> None:
    rng = np.random.default_rng(1)
    tried = compare(rng.normal(1, 1, 500), rng.normal(0, 1, 500))
    found = moments_of_truth(
        {"shop": (5.0, 4.0, 6.0), "call": tried, "mail": (0.0, -0.1, 0.1)},
        {"shop": wilson(60, 100), "call": 0.3, "mail": 1.0},
        smallest_effect=0.5,
    )
    assert [item.touchpoint for item in found.touchpoints] == ["call", "shop", "mail"]
    assert [item.grade for item in found.moments] == [Grade.EXPERIMENT, Grade.ASSOCIATION]
    assert [item.code for item in found.moments[1].warnings] == ["effect.weak_grade"]
    assert found.estimate == pytest.approx(2 / 3)


def test_calling_everything_a_moment_is_said() -> None:
    names = [f"t{k}" for k in range(12)]
    found = moments_of_truth(dict.fromkeys(names, (1.0, 0.5, 1.5)), dict.fromkeys(names, 0.8))
    assert [item.code for item in found.warnings] == ["effect.many_moments", "effect.several_tests"]


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: moments_of_truth({}, {}), "effects is empty"),
        (lambda: moments_of_truth({"a": (1, 0, 2)}, {"b": 0.5}), "a, b"),
        (lambda: moments_of_truth({"a": (1, 2, 3)}, {"a": 0.5}), "effects"),
        (lambda: moments_of_truth({"a": (1, 0, 2)}, {"a": 1.5}), "reach"),
        (lambda: moments_of_truth({"a": (1, 0, 2)}, {"a": 0.5}, grades={"a": "hunch"}), "grades"),
        (lambda: moments_of_truth({"a": (1, 0, 2)}, {"a": 0.5}, smallest_effect=-1), "smallest_effect"),
    ],
)
def test_what_cannot_be_judged_is_refused(call: Any, name: str) -> None:
    with pytest.raises(InvalidInputError, match=name):
        call()
