"""Which touchpoints decide: the rule as a table, and what goes with the answer."""

from __future__ import annotations

import math
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


BAD: list[Any] = [None, 3, "abc", (1, 2), (1, math.nan, 2), ("1", "0", "2"), (1, 0, 2, 3), object()]


def calling(effects: Any, reach: Any, **options: Any) -> Any:
    """The call, to be made later, with what the types forbid."""
    return lambda: moments_of_truth(effects, reach, **options)


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: moments_of_truth({}, {}), "effects is empty"),
        (lambda: moments_of_truth({"a": (1, 0, 2)}, {"b": 0.5}), "a, b"),
        (lambda: moments_of_truth({"a": (1, 2, 3)}, {"a": 0.5}), "effects"),
        (lambda: moments_of_truth({"a": (1, 0, 2)}, {"a": 1.5}), "reach"),
        (lambda: moments_of_truth({"a": (1, 0, 2)}, {"a": 0.5}, grades={"a": "hunch"}), "grades"),
        (lambda: moments_of_truth({"a": (1, 0, 2)}, {"a": 0.5}, smallest_effect=-1), "smallest_effect"),
        *((calling({"a": bad}, {"a": 0.5}), "effects") for bad in BAD),
        *((calling({"a": (1, 0, 2)}, {"a": bad}), "reach") for bad in (None, "half", math.nan, -0.1, [0.5], True)),
        *((calling(bad, {"a": 0.5}), "effects") for bad in (None, 3, "a", [(1, 0, 2)])),
        *((calling({"a": (1, 0, 2)}, bad), "reach") for bad in (None, 3, "a", [0.5], {"b": 1})),
        *((calling({"a": (1, 0, 2)}, {"a": 0.5}, high_reach=bad), "high_reach") for bad in (-1, 2, "high", math.nan)),
        *(
            (calling({"a": (1, 0, 2)}, {"a": 0.5}, smallest_effect=bad), "smallest")
            for bad in ("x", math.nan, math.inf)
        ),
        *(
            (calling({"a": (1, 0, 2)}, {"a": 0.5}, grades=bad), "grades")
            for bad in ("experiment", {"b": "adjusted"}, 3)
        ),
        *((calling({"a": (1, 0, 2)}, {"a": 0.5}, confidence=bad), "confidence") for bad in (0, 95, "sure")),
    ],
)
def test_what_cannot_be_judged_is_refused(call: Any, name: str) -> None:
    with pytest.raises(InvalidInputError, match=name):
        call()
