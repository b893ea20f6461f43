"""Tables from pandas, dates in any form, and what is no row of values at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest

from klantreis.analysis.behaviour import attribution, segments, sequences, survival
from klantreis.analysis.effect import drivers, experiments, moments, quasi, uplift
from klantreis.analysis.result import as_array, as_codes, is_number
from klantreis.analysis.voice import experience, language, outcomes
from klantreis.errors import InvalidInputError
from klantreis.measurement.verdict import verdict

DRAW = np.random.default_rng(4)
RATED = pd.DataFrame({name: DRAW.integers(1, 6, 60) for name in ("price", "help")})


def test_columns_of_a_table_are_called_as_the_table_calls_them() -> None:
    y = DRAW.normal(size=60)
    assert [one.name for one in drivers.shapley_regression(RATED, y, draws=10).drivers] == ["price", "help"]
    assert [one.name for one in drivers.penalty_reward(RATED, y).attributes] == ["price", "help"]
    assert [one.name for one in uplift.overlap([0, 1] * 30, RATED).balance] == ["price", "help"]
    assert [one.name for one in outcomes.kano(RATED, RATED, draws=10).features] == ["price", "help"]
    scored = outcomes.opportunity_scores(RATED, RATED, draws=10)
    assert [one.name for one in scored.outcomes] == ["price", "help"]
    given = outcomes.opportunity_scores(RATED, RATED, names=["a", "b"], draws=10)
    assert [one.name for one in given.outcomes] == ["a", "b"]


def test_a_table_goes_where_columns_by_name_go() -> None:
    people: dict[str, Any] = {"age": [25, 34, 41, 29, 63], "channel": ["app", "app", "shop", "app", "shop"]}
    rule = {"age": (None, 40), "channel": "app"}
    assert segments.prevalence(pd.DataFrame(people), rule) == segments.prevalence(people, rule)
    labels = [0, 0, 1, 0, 1]
    assert segments.distinguishing(pd.DataFrame(people), labels) == segments.distinguishing(people, labels)
    with pytest.raises(InvalidInputError, match="rule names 3, which is no field"):
        segments.prevalence(people, {3: "app"})  # type: ignore[dict-item]


def test_sequences_are_the_rows_of_a_table_not_its_columns() -> None:
    rows = [["work", "work", "rest"], ["rest", "work", "rest"]]
    table = pd.DataFrame(rows, columns=["jan", "feb", "mar"])
    assert sequences.substitution_costs(table) == sequences.substitution_costs(rows)
    assert (sequences.optimal_matching(table).matrix == sequences.optimal_matching(rows).matrix).all()


TIMES: list[Any] = [
    [date(2024, 1, day) for day in range(1, 7)],
    [datetime.fromisoformat(f"2024-01-0{day}") for day in range(1, 7)],
    [f"2024-01-0{day}" for day in range(1, 7)],
    np.array([f"2024-01-0{day}" for day in range(1, 7)]),
    np.arange("2024-01-01", "2024-01-07", dtype="datetime64[D]"),
    pd.Series([date(2024, 1, day) for day in range(1, 7)]),
]


@pytest.mark.parametrize(
    "at", [date(2024, 2, 1), datetime.fromisoformat("2024-02-01"), "2024-02-01", np.datetime64("2024-02-01")]
)
@pytest.mark.parametrize("time", TIMES, ids=lambda one: type(one).__name__)
def test_dates_in_any_form_are_the_same_dates(time: Any, at: Any) -> None:
    found = segments.rfm(list("aabcde"), time, [1, 2, 3, 4, 5, 6], at, draws=0)
    assert found.recency == (30.0, 29.0, 28.0, 27.0, 26.0)


@pytest.mark.parametrize(
    ("time", "at", "why"),
    [
        (["2024-01-01"] * 5, "soon", "at holds 'soon', which is no date"),
        (["yesterday"] * 5, "2024-02-01", "time holds 'yesterday', which is no date"),
        (["2024-01-01"] * 5, 3, "at must be a date"),
        ([date(2024, 1, 1)] * 4 + [None], "2024-02-01", "time must be a date"),
        ([datetime(2024, 1, 1, tzinfo=UTC)] * 5, "2024-02-01", "time cannot be compared with at"),
        ([1, 2, 3, 4, 5], "2024-02-01", "at must be a number"),
    ],
)
def test_what_is_no_date_is_named(time: Any, at: Any, why: str) -> None:
    with pytest.raises(InvalidInputError, match=why):
        segments.rfm(list("abcde"), time, [1, 2, 3, 4, 5], at)


LOOSE: Any = {"a", "b", "c"}
NAMED: Any = {"a": 1, "b": 2}
NUMBERED: Any = {1: (0.1, 0, 0.2)}
ABSENT: Any = pd.array([pd.NA, pd.NA], dtype="Int64")
WRONG: list[tuple[Callable[[], object], str]] = [
    (lambda: as_codes("group", [1.0, float("inf")]), "group holds an infinite value"),
    (lambda: as_codes("group", np.array(["a", float("-inf")], dtype=object)), "group holds an infinite value"),
    (lambda: as_codes("group", np.array(["NaT"], dtype="datetime64[D]")), r"group holds a missing value \(NaT\)"),
    (lambda: as_codes("group", ["a", None]), r"group holds a missing value \(None\)"),
    (lambda: as_codes("group", ["a", float("nan")]), r"group holds a missing value \(NaN\)"),
    (lambda: as_codes("group", np.array(["a", float("nan")], dtype=object)), r"group holds a missing value \(NaN\)"),
    (lambda: as_array("start", [10**400]), "start holds a number that is too large"),
    (lambda: segments.latent_classes([[1.0], [float("inf")]] * 9, 1), "items, column 0, holds an infinite value"),
    (lambda: attribution.linear([[["a"]], [["b"]]], [1, 1]), "paths holds a touch that is itself a list"),
    (lambda: survival.aalen_johansen([1, 2], np.zeros((2, 2))), "cause must hold one label for each"),
    (lambda: survival.log_rank([1, 2, 3], [1, 1, 1], LOOSE), "group must be a row of values in order"),
    (lambda: experience.emotion_curve(NAMED, ["x", "x"], [1, 2]), "customer must be a row of values in"),
    (lambda: moments.moments_of_truth(NUMBERED, {"web": 0.5}), "the same touchpoints: 1, web"),
    (lambda: outcomes.forces_of_progress(ABSENT, ["push", "pull"]), "interview"),
    (lambda: experience.emotion_curve(["a", "b"], ABSENT, [1, 2]), "step"),
    (lambda: sequences.entropy([["a", pd.NaT, "b"]]), "no state at place 1"),
    (lambda: attribution.linear([["a", np.datetime64("NaT")]], [1]), "paths holds a touch without a name"),
    (lambda: verdict(10**400, 0, 1, 0.5), "estimate is not a number"),
    (lambda: experiments.power(10**400, 20), "effect must be a number"),
    (lambda: quasi.synthetic_control(np.eye(5), 0, 10**400), "start"),
    (lambda: language.job_statement("  "), "text is empty"),
]


@pytest.mark.parametrize(("call", "why"), WRONG)
def test_what_is_no_value_is_refused_by_name(call: Callable[[], object], why: str) -> None:
    with pytest.raises(InvalidInputError, match=why):
        call()


def test_no_number_is_boundless() -> None:
    assert is_number(2**1000)
    assert not is_number(2**2000)


def test_a_ratio_to_all_but_nothing_is_none() -> None:
    assert experiments.compare([1.0, 2.0, 3.0], [1e-300, 1e-300, 1e-300]).relative is None


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_counts_too_far_apart_break_nothing() -> None:
    assert quasi.interrupted_series([1e20, *range(10, 60)], 20).high == np.inf
    with pytest.raises(InvalidInputError, match="outcome"):
        quasi.interrupted_series([1e20, *np.random.default_rng(0).poisson(20, 59)], 36)
