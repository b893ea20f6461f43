"""The document: a plan that cannot be carried out is refused in a sentence, and a later change of plan shows."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from pydantic import ValidationError

from klantreis.analysis.effect.estimate import Grade
from klantreis.measurement.measurement import EffectPlan, EffectResult, Measurement, plan_digest
from klantreis.measurement.verdict import Judgement
from klantreis.values import to_body

PLAN: dict[str, Any] = {
    "metric": "metric:spend",
    "dataset": "dataset:card",
    "comparison": "adjusted",
    "outcome": {"pattern": 'touchpoint = "shop"', "measure": "sum", "amount": "value"},
    "unit": "EUR",
    "every": "week",
    "exposed": 'touchpoint = "mailing"',
    "covariates": [{"name": "spend before", "pattern": 'touchpoint = "shop"', "measure": "sum", "amount": "value"}],
    "baseline": {"start": "2026-01-05", "end": "2026-02-01"},
    "measured": {"start": "2026-02-02", "end": "2026-03-01"},
    "smallest_relevant_effect": 2.0,
    "fixed_on": "2026-01-01",
}
TIME = {"exposed": 'touchpoint = "mailing"', "covariates": []}


def plan(**changed: Any) -> EffectPlan:
    """The plan above with some fields changed; None leaves one out."""
    body = {name: value for name, value in {**PLAN, **changed}.items() if value is not None}
    return EffectPlan.model_validate(body)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"baseline": {"start": "2026-02-01", "end": "2026-01-05"}}, "baseline ends before"),
        ({"measured": {"start": "2026-03-01", "end": "2026-02-02"}}, "measured period ends before"),
        ({"baseline": {"start": "2026-01-05", "end": "2026-02-02"}}, "baseline must end before"),
        ({"exposed": None}, "who was exposed"),
        ({"covariates": []}, "covariates"),
        ({"comparison": "experiment"}, "control"),
        ({"control": 'touchpoint = "none"'}, "control"),
        ({"comparison": "before_after"}, "does not use covariates"),
        ({"comparison": "difference_in_differences", **TIME, "every": None}, "periods of one length"),
        (
            {
                "comparison": "difference_in_differences",
                **TIME,
                "baseline": {"start": "2026-01-05", "end": "2026-01-25"},
            },
            "the day before",
        ),
        ({"comparison": "synthetic_control", **TIME}, "units"),
        ({"by": "shop"}, "units"),
        ({"outcome": {"pattern": 'touchpoint = "shop"', "measure": "sum"}}, "names the attribute"),
        ({"outcome": {"pattern": 'touchpoint = "shop"'}}, "not told per time"),
        ({"smallest_relevant_effect": 0}, "greater than 0"),
        ({"outcome": {"pattern": "touchpoint ="}}, "Expected"),
        ({"split": [1, 0]}, "split"),
        ({"covariates": PLAN["covariates"] * 2}, "same name"),
    ],
)
def test_a_plan_that_cannot_be_carried_out_says_why(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=rf"(?i){said}"):
        plan(**changed)


def test_each_comparison_has_a_plan_that_can_be_carried_out() -> None:
    plan()
    plan(comparison="experiment", control='touchpoint = "no mailing"')
    plan(comparison="difference_in_differences", **TIME)
    plan(comparison="interrupted_series", exposed=None, covariates=[])
    plan(comparison="synthetic_control", by="shop", **TIME)
    plan(comparison="before_after", exposed=None, covariates=[])


def test_a_changed_plan_shows_and_a_note_does_not() -> None:
    result = EffectResult.model_validate(
        {
            "estimate": {"value": 1.0, "low": -1.0, "high": 3.0, "n": 10},
            "grade": "adjusted",
            "judgement": "cannot tell",
            "n_exposed": 4,
            "n_comparison": 6,
            "computed_on": date(2026, 3, 2),
            "plan": plan_digest(plan()),
        }
    )
    kept = Measurement(id="measurement:m", title="M", of="action:a", plan=plan(), results=(result,))
    assert kept.latest is result
    assert kept.by_this_plan(result)
    assert kept.model_copy(update={"plan": plan(note="looked at two campaigns")}).by_this_plan(result)
    for changed in ({"smallest_relevant_effect": 1.0}, {"direction": "down"}, {"n_needed": 50}, {"unit": "dollar"}):
        assert not kept.model_copy(update={"plan": plan(**changed)}).by_this_plan(result)
    assert Measurement.model_validate(to_body(kept)) == kept


def test_the_words_of_a_result_are_those_of_the_analysis() -> None:
    fields = EffectResult.model_fields
    assert set(get_args(fields["grade"].annotation)) == {str(one) for one in Grade}
    assert set(get_args(fields["judgement"].annotation)) == {str(one) for one in Judgement}


def test_the_plan_in_the_documentation_is_one() -> None:
    page = (Path(__file__).parents[2] / "docs" / "measurements.md").read_text(encoding="utf-8")
    held = Measurement.model_validate(yaml.safe_load(page.split("```yaml")[1].split("```")[0]))
    assert held.plan.comparison == "experiment"
    named = set(re.findall(r"^\| `(\w+)` \|", page, flags=re.MULTILINE))
    assert named == set(get_args(EffectPlan.model_fields["comparison"].annotation))
