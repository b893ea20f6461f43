"""Who does not count alike: weights stand for people, and cost certainty."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantreis.analysis.behaviour.customer_fields import table_of_columns
from klantreis.analysis.behaviour.segment_finding import find_groups
from klantreis.analysis.behaviour.segments import distinguishing, prevalence
from klantreis.analysis.weighing import mean_of, share_of
from klantreis.errors import InvalidInputError


def people(seed: int = 5, n: int = 300) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
    """Two kinds of people: age goes with the kind, and so does the app; the young weigh three times as much."""
    rng = np.random.default_rng(seed)
    kind = rng.random(n) < 0.4
    table = {
        "age": rng.normal(40 + 12 * kind, 8),
        "channel": np.where(rng.random(n) < np.where(kind, 0.2, 0.7), "app", "shop"),
    }
    return table, kind, np.where(table["age"] < 42, 3.0, 1.0)


def test_equal_weights_change_nothing_whatever_they_are() -> None:
    table, kind, _ = people()
    plain, weighed = distinguishing(table, kind, used=[]), distinguishing(table, kind, used=[], weights=[2.5] * 300)
    for one, other in zip(plain.differences, weighed.differences, strict=True):
        assert (one.field, one.group, one.count) == (other.field, other.group, other.count)
        mine, theirs = (
            [getattr(row, name) for name in ("estimate", "low", "high", "inside", "outside", "residual", "p_value")]
            for row in (one, other)
        )
        assert mine == pytest.approx(theirs)
    rule = {"age": (45, None), "channel": "app"}
    assert prevalence(table, rule).estimate == pytest.approx(prevalence(table, rule, weights=[2.5] * 300).estimate)
    assert prevalence(table, rule).low == pytest.approx(prevalence(table, rule, weights=[2.5] * 300).low)


def test_what_is_estimated_is_that_of_everybody_as_often_as_they_weigh() -> None:
    """The weighted shares, means and ratios equal those of a table in which each stands as often as it weighs."""
    table, kind, weights = people()
    again = np.repeat(np.arange(300), weights.astype(int))
    copies = {name: column[again] for name, column in table.items()}
    weighed = distinguishing(table, kind, used=[], weights=weights)
    written_out = distinguishing(copies, kind[again], used=[])
    for row in weighed.differences:
        copy = written_out.of(row.field, row.group, row.category)
        assert (row.inside, row.outside) == pytest.approx((copy.inside, copy.outside))
        if row.category is not None:
            assert row.estimate == pytest.approx(copy.estimate)
        # But copies are no people: written out, the interval would be too narrow.
        assert row.high - row.low > 1.2 * (copy.high - copy.low)  # type: ignore[operator]
    rule = {"age": (None, 42)}
    found, copied = prevalence(table, rule, weights=weights), prevalence(copies, rule)
    assert found.estimate == pytest.approx(copied.estimate)
    assert found.n == 300
    assert found.count == int((table["age"] <= 42).sum())
    assert "weighted: 300 count as" in found.method
    assert [note.code for note in found.warnings] == ["voice.weighted"]


@given(st.lists(st.tuples(st.booleans(), st.floats(0.1, 9)), min_size=2, max_size=60))
def test_a_weighted_share_lies_within_its_interval_and_is_never_surer_than_without(
    cases: list[tuple[bool, float]],
) -> None:
    flags, weights = np.array([one for one, _ in cases]), np.array([weight for _, weight in cases])
    found = share_of(flags, weights)
    assert 0 <= found.low <= found.value <= found.high <= 1  # type: ignore[operator]
    assert (found.count, found.n) == (int(flags.sum()), len(flags))
    assert found.value == pytest.approx(np.average(flags, weights=weights))
    mean, low, high = mean_of(flags.astype(float), weights)
    assert mean == pytest.approx(found.value)
    assert low <= mean <= high


def test_the_intervals_hold_under_weights() -> None:
    """400 samples in which the young answer three times less readily, weighted back: the truth is held in 95 of 100."""
    rng = np.random.default_rng(8)
    held_share = held_ratio = 0
    for _ in range(400):
        young = rng.random(900) < 0.5
        inside = rng.random(900) < 0.5
        app = rng.random(900) < np.where(young, 0.8, 0.3) * np.where(inside, 1.0, 0.5)
        came = rng.random(900) < np.where(young, 1 / 9, 1 / 3)
        weights = np.where(young, 3.0, 1.0)[came]
        share = share_of(app[came & inside], weights[inside[came]])
        held_share += share.low <= 0.55 <= share.high
        row = distinguishing({"app": app[came]}, inside[came], used=[], weights=weights).of("app", True, True)
        held_ratio += row.low <= 2 <= row.high  # type: ignore[operator]
    assert 0.92 <= held_share / 400 <= 0.98
    assert 0.92 <= held_ratio / 400 <= 0.98


def test_nothing_is_surer_than_chance_when_groups_do_not_differ() -> None:
    """600 samples with uneven weights and nothing to find: a test at .05 calls about one in twenty."""
    rng = np.random.default_rng(9)
    called = 0
    for _ in range(600):
        weights = rng.choice([1.0, 1.0, 4.0], 200)
        table = {"app": rng.random(200) < 0.4}
        row = distinguishing(table, rng.random(200) < 0.5, used=[], weights=weights).of("app", True, True)
        called += (row.p_value or 0) < 0.05
    assert 0.03 <= called / 600 <= 0.075


def test_a_share_that_only_the_group_has_has_no_ratio_and_is_told() -> None:
    found = distinguishing({"app": ["yes"] * 40 + ["no"] * 60}, [1] * 50 + [0] * 50, used=[])
    row = found.of("app", 1, "yes")
    assert (row.estimate, row.low, row.high, row.inside, row.outside) == (None, None, None, 0.8, 0.0)
    assert found.of("app", 0, "yes").estimate == 0


def test_groups_are_sized_by_weights_and_say_so() -> None:
    rng = np.random.default_rng(2)
    spend = np.concatenate([rng.normal(10, 1, 60), rng.normal(30, 1, 40)])
    table = table_of_columns({"spend": spend.tolist(), "app": ["yes", "no"] * 50}).made_by(["spend"])
    weights = np.repeat([1.0, 3.0], [60, 40])
    found = find_groups(table.weighed(weights), k=2, draws=0)
    plain = find_groups(table, k=2, draws=0)
    assert [one.size.count for one in plain.segments] == [60, 40]
    assert [one.size.count for one in found.segments] == [40, 60], "the largest is that which weighs most"
    assert found.segments[0].size.value == pytest.approx(120 / 180)
    assert found.effective_n == pytest.approx(180**2 / (60 + 40 * 9))
    assert "segments.warning.weighted" in [note.code for note in found.warnings]
    assert plain.effective_n is None
    assert found.segments[0].rule.covered.estimate == pytest.approx(120 / 180)


def test_who_weighs_nothing_is_left_out() -> None:
    table = table_of_columns({"spend": [1.0, 2.0, 3.0]}).weighed(np.array([1.0, 0.0, 2.0]))
    assert (table.n, table.field("spend").values.tolist()) == (2, [1.0, 3.0])
    assert table.weights is not None
    assert table.weights.tolist() == [1.0, 2.0]


@pytest.mark.parametrize("weights", [[1.0], [-1.0, 1.0], [0.0, 0.0], [float("nan"), 1.0]])
def test_weights_that_do_not_fit_are_refused_by_name(weights: list[float]) -> None:
    with pytest.raises(InvalidInputError, match="weights"):
        distinguishing({"a": [1, 2]}, [0, 1], weights=weights)
    with pytest.raises(InvalidInputError, match="weights"):
        prevalence({"a": [1, 2]}, {"a": 1}, weights=weights)
