"""How sure fit is: intervals by customer, drift between two periods, and groups too small to show."""

from __future__ import annotations

from datetime import date

import pytest

from klantreis.errors import InvalidInputError
from klantreis.events.share import wilson
from klantreis.journeys.alignment import Costs
from klantreis.journeys.drift import newcombe
from klantreis.journeys.fit import fit
from tests.journeys.test_fit import ABCD, at, closing, laid, traces, value, ways
from tests.journeys.test_reality import log, step


def test_costs_are_weighed() -> None:
    found = laid(ABCD, "a a c d", costs=Costs(log=1, model=3))
    assert value(found) == 1 - 4 / (4 * 1 + 4 * 3)


def test_the_interval_draws_customers_and_not_runs() -> None:
    # One customer in ten never follows the map, in a hundred runs each: the runs of one customer are one draw.
    runs = [" ".join(f"{name}@{10 * run + day}" for day, name in enumerate(["a", "b", "end"])) for run in range(100)]
    bad = [trace.replace("b@", "x@") for trace in runs]
    found = fit(
        closing(step("a"), step("b"), start='touchpoint = "a"'),
        log(*(f"k{number}: {' '.join(bad if number % 10 == 0 else runs)}" for number in range(40))),
    )
    fitness = found.fitness
    assert fitness is not None
    assert fitness.low is not None
    assert fitness.high is not None
    assert (fitness.runs, fitness.customers, fitness.resamples) == (4000, 40, 1000)
    # By customer the share of bad ones, 10 % of 40, is uncertain by about 1.96 · √(0.1 · 0.9 / 40) = 9 points; in
    # fitness that is a third of it. By run it would be a tenth of that.
    assert 0.02 < (fitness.high - fitness.low) / 2 < 0.05
    assert fitness.low < value(found) < fitness.high


def test_the_interval_is_the_same_every_time_and_another_with_another_seed() -> None:
    names = ["a b c d", "a b d", "b a c d", "a c d"] * 10
    one, again, other = laid(ABCD, *names), laid(ABCD, *names), laid(ABCD, *names, seed=2)
    assert one == again
    assert one.fitness != other.fitness
    assert value(one) == value(other)


def test_with_few_customers_there_is_no_interval() -> None:
    fitness = laid(ABCD, *["a b d"] * 9).fitness
    assert fitness is not None
    assert (fitness.low, fitness.high, fitness.resamples) == (None, None, 0)


def test_drift_compares_the_runs_before_and_from_a_day() -> None:
    before = [f"k{number}: a@{number % 5} b@{6} c@7 d@8 end@9" for number in range(30)]
    after = [f"m{number}: a@20 c@21 d@22 end@23" for number in range(20)]
    on_the_day = "z: a@9 b@10 c@11 d@12 end@13"
    found = fit(closing(*ABCD), log(*before, *after, on_the_day), before=date(2026, 1, 10))
    drift = found.drift
    assert drift is not None
    assert (drift.before.runs, drift.before.value, drift.after.runs) == (30, 1.0, 21)
    assert drift.difference is not None
    assert drift.difference.clear
    assert drift.difference.value == pytest.approx(-20 / (20 * 3 + 4 + 21 * 4))
    missing = next(one for one in drift.steps if one.step == "b" and one.kind == "missing")
    assert (missing.before, missing.after) == (wilson(0, 30), wilson(20, 21))
    assert missing.difference == newcombe(wilson(0, 30), wilson(20, 21))
    # First the kinds anywhere; then only what was seen in either period.
    assert [(one.step, one.kind) for one in drift.steps] == [
        (None, "ad_hoc"), (None, "missing"), (None, "order"), ("b", "missing")
    ]  # fmt: skip


def test_drift_is_counted_from_the_last_review_and_left_out_without_one() -> None:
    events = log(*traces("a b c d"))
    reviewed = closing(*ABCD).model_copy(update={"reviewed_on": date(2026, 1, 1)})
    drift = fit(reviewed, events).drift
    assert drift is not None
    assert (drift.split, drift.before.runs, drift.after.runs, drift.difference) == (date(2026, 1, 1), 0, 1, None)
    assert fit(closing(*ABCD), events).drift is None


def test_a_way_that_nobody_took_before_is_told() -> None:
    before = [f"k{number}: a@0 b@1 c@2 d@3 end@4" for number in range(10)]
    after = [f"m{number}: a@20 c@21 d@22 end@23" for number in range(6)]
    once = ["n: a@20 b@21 d@22 end@23", "o: a@20 b@21 c@22 d@23 end@24"]
    found = fit(closing(*ABCD), log(*before, *after, *once), before=date(2026, 1, 10), top=1)
    drift = found.drift
    assert drift is not None
    # The old way is not new; of the two new ones the first is named.
    (new,) = drift.new_variants
    assert (new.seen, new.cost, new.runs, new.customers) == (("a", "c", "d"), 1, wilson(6, 8), 6)
    assert [move.move for move in new.moves] == ["match", "model", "match", "match"]
    everything = fit(closing(*ABCD), log(*before, *after, *once), before=date(2026, 1, 10))
    assert [one.runs.count for one in everything.drift.new_variants] == [6, 1]  # type: ignore[union-attr]
    shown = everything.suppressed(5).drift
    assert shown is not None
    assert [one.runs.count for one in shown.new_variants] == [6]


def test_without_earlier_runs_nothing_is_new() -> None:
    drift = fit(closing(*ABCD), log(*traces("a b c d")), before=date(2026, 1, 1)).drift
    assert drift is not None
    assert (drift.before.runs, drift.new_variants) == (0, ())


def test_the_same_runs_in_both_periods_show_no_drift() -> None:
    both = [
        f"k{number}: a@0 {'b@1 ' if number % 3 else ''}end@2 a@20 {'b@21 ' if number % 3 else ''}end@22"
        for number in range(30)
    ]
    found = fit(closing(step("a"), step("b"), start='touchpoint = "a"'), log(*both), before=date(2026, 1, 10))
    assert found.drift is not None
    assert found.drift.difference is not None
    # Every customer did the same twice, and is drawn with both: nothing is left to doubt.
    difference = found.drift.difference
    assert (difference.value, difference.low, difference.high, difference.clear) == (0.0, 0.0, 0.0, False)


def test_published_differences_of_shares() -> None:
    # Newcombe (1998), table II: 56/70 - 48/80, 9/10 - 3/10, 10/10 - 0/10 by method 10.
    for (a, m), (b, n), low, high in (
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ):
        found = newcombe(wilson(b, n), wilson(a, m))
        assert found is not None
        assert found.low == pytest.approx(low, abs=5e-5)
        assert found.high == pytest.approx(high, abs=5e-5)


# Small groups.


def test_small_groups_are_hidden() -> None:
    found = laid(ABCD, *["a b c d"] * 6, *["a b d"] * 5, *["a c x d"] * 4)
    shown = found.suppressed(5)
    assert ways(shown) == [("skipped", "c", None, 5)]
    assert at(shown, "b") == {}
    assert shown.step("b").deviation("missing") is None  # type: ignore[union-attr]
    assert at(shown, "c") == {"missing": 5}
    assert [one.runs.count for one in shown.variants] == [6, 5]
    assert shown.hidden_below == 5
    assert found.suppressed(1) == found.model_copy(update={"hidden_below": 1})
    nothing = laid(ABCD, "a b d").suppressed(5)
    assert (nothing.fitness, nothing.follow, nothing.kinds, nothing.departures) == (None, None, (), ())
    with pytest.raises(InvalidInputError, match="at least 1"):
        found.suppressed(0)


def test_a_deviation_that_is_small_in_one_period_is_hidden_in_both() -> None:
    early = [f"k{number}: a@0 {'b@1 ' if number else ''}end@2" for number in range(10)]
    late = [f"m{number}: a@20 end@21" for number in range(10)]
    found = fit(closing(step("a"), step("b")), log(*early, *late), before=date(2026, 1, 10))
    assert found.drift is not None
    assert [(one.step, one.kind, one.before.count) for one in found.drift.steps] == [
        (None, "ad_hoc", 0), (None, "missing", 1), (None, "order", 0), ("b", "missing", 1)
    ]  # fmt: skip
    hidden = found.suppressed(5).drift
    assert hidden is not None
    assert [(one.step, one.kind) for one in hidden.steps] == [(None, "ad_hoc"), (None, "order")]
