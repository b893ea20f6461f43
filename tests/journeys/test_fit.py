"""Fit on small logs that can be worked out by hand, one rule of the method page at a time."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from typing import Any, get_args

import pytest

from klantreis.errors import InvalidInputError, NotFoundError
from klantreis.events.share import wilson
from klantreis.journeys.fit import fit
from klantreis.journeys.fit_values import Departure, FitMove, MapFit
from klantreis.journeys.fit_words import departure_words
from klantreis.journeys.journey import Journey
from klantreis.journeys.run_shares import wilson_by_customer
from klantreis.values import Lang
from tests.journeys.test_reality import journey as any_journey
from tests.journeys.test_reality import log, step

ABCD = (step("a"), step("b"), step("c"), step("d"))


def closing(*steps: dict[str, Any], **runs: Any) -> Journey:
    """A journey of which every run ends with "end", an event that is no step."""
    return any_journey(*steps, end='touchpoint = "end"', **runs)


def traces(*names: str) -> list[str]:
    """One customer per trace, such as ``"a b x"``, closed by "end" on the day after."""
    return [
        f"k{number:03}: " + " ".join(f"{name}@{day}" for day, name in enumerate([*trace.split(), "end"]))
        for number, trace in enumerate(names)
    ]


def laid(steps: tuple[dict[str, Any], ...], *names: str, **more: Any) -> MapFit:
    """The fit of these traces with these steps."""
    return fit(closing(*steps), log(*traces(*names)), **more)


def ways(found: MapFit) -> list[tuple[str, str | None, str | None, int]]:
    """The ways off the map: which, the step or touchpoint, the other step, runs."""
    return [(one.way, one.step or one.touchpoint, one.other, one.runs.count) for one in found.departures]


def at(found: MapFit, step_id: str) -> dict[str, int]:
    """Runs per kind of deviation at a step, those that are not zero."""
    one = found.step(step_id)
    assert one is not None
    return {deviation.kind: deviation.runs.count for deviation in one.deviations if deviation.runs.count}


def value(found: MapFit) -> float:
    assert found.fitness is not None
    assert found.fitness.value is not None
    return found.fitness.value


# The four kinds.


def test_a_run_that_follows_the_map() -> None:
    found = laid(ABCD, "a b c d")
    assert (value(found), found.follow, ways(found)) == (1.0, wilson(1, 1), [])


def test_a_step_is_skipped() -> None:
    found = laid(ABCD, "a c d")
    assert ways(found) == [("skipped", "b", None, 1)]
    assert at(found, "b") == {"missing": 1}
    assert value(found) == 1 - 1 / (3 + 4)


def test_a_run_ends_early_and_everything_after_is_missing() -> None:
    found = laid(ABCD, "a b", "")
    assert ways(found) == [("stopped", "a", None, 1), ("stopped", "c", "b", 1)]
    assert [at(found, name) for name in "abcd"] == [{"missing": 1}, {"missing": 1}, {"missing": 2}, {"missing": 2}]


@pytest.mark.parametrize(
    ("trace", "way", "moved"),
    [
        ("b a c d", ("swapped", "b", "a"), "b"),
        ("d a b c", ("swapped", "d", "c"), "d"),
        ("b c d a", ("swapped", "b", "a"), "a"),
        ("a c d b", ("swapped", "c", "b"), "b"),
    ],
)
def test_a_log_move_and_a_model_move_of_one_step_are_one_order_deviation(
    trace: str, way: tuple[str, str, str], moved: str
) -> None:
    found = laid(ABCD, trace)
    assert ways(found) == [(*way, 1)]
    assert {name: at(found, name) for name in "abcd" if at(found, name)} == {moved: {"order": 1}}
    assert value(found) == 1 - 2 / (4 + 4)


def test_an_optional_step_out_of_place_is_an_order_deviation_too() -> None:
    steps = (step("a"), step("b", optional=True), step("c"))
    found = laid(steps, "a c b", "b a c")
    assert ways(found) == [("swapped", "b", "a", 1), ("swapped", "c", "b", 1)]
    assert at(found, "b") == {"order": 2}
    assert found.fitness is not None
    assert found.fitness.cost == 2


def test_a_repeatable_step_that_first_comes_late_is_not_missing() -> None:
    steps = (step("a"), step("b", repeatable=True), step("c"))
    found = laid(steps, "a c b b")
    assert ways(found) == [("swapped", "c", "b", 1)]
    assert at(found, "b") == {"order": 1}


def test_a_step_again_and_a_contact_off_the_map_are_both_ad_hoc() -> None:
    found = laid(ABCD, "x a a b x x c y d")
    assert ways(found) == [
        ("again", "a", None, 1),
        ("off_map", "x", None, 1),
        ("off_map", "x", "b", 1),
        ("off_map", "y", "c", 1),
    ]
    assert [at(found, name) for name in "abcd"] == [{"ad_hoc": 1}, {"ad_hoc": 1}, {"ad_hoc": 1}, {}]
    assert found.before_steps is not None
    assert found.before_steps.runs == wilson(1, 1)
    # Only the repeated step counts in the fitness; with the contacts off the map there are four more.
    assert value(found) == 1 - 1 / (5 + 4)
    assert found.fitness_with_ad_hoc is not None
    assert found.fitness_with_ad_hoc.value == 1 - 5 / (9 + 4)


def test_a_step_fails_by_its_pattern() -> None:
    steps = (step("a"), step("pay", repeatable=True, failed='key = "refused"'))
    found = fit(
        closing(*steps),
        log("an: a@0 pay/refused@1 pay@2 end@3", "bo: a@0 pay@1 end@2", "cé: pay/refused@0 a/refused@1 end@2"),
    )
    assert at(found, "pay") == {"failed": 2, "order": 1}
    # Only the step's own events can fail it, and a failure costs nothing.
    assert at(found, "a") == {}
    assert [one.kind for one in found.kinds] == ["ad_hoc", "missing", "order", "failed"]
    assert found.follow == wilson(2, 3)
    assert ("failed", "pay", None, 2) in ways(found)


def test_a_step_has_no_failures_where_it_does_not_say_what_one_is() -> None:
    found = laid(ABCD, "a b c d")
    assert [one.kind for one in found.kinds] == ["ad_hoc", "missing", "order"]


# What the map allows.


@pytest.mark.parametrize(
    ("more", "allowed", "refused"),
    [
        ({"b": {"optional": True}}, ["a b c d", "a c d"], ["a b c", "a b b c d"]),
        ({"b": {"repeatable": True}}, ["a b b c d", "a b c b d", "a b c d b b"], ["a c d", "a c b d"]),
        ({"b": {"optional": True, "repeatable": True}}, ["a c d", "a b c b d"], ["a c b d", "b a c d"]),
        (
            {"c": {"loop_to": "b"}},
            ["a b c b c d", "a b c b d", "a b c b c b c d"],
            ["a b c c d", "a b c a d", "a b c b"],
        ),
        ({"c": {"loop_to": "b"}, "b": {"optional": True}}, ["a c b d", "a c b c d"], ["a c d b"]),
        ({"c": {"observable": False}}, ["a b d"], ["a d"]),
        ({"c": {"observable": False, "loop_to": "a"}}, ["a b a b d", "a b a d"], ["a b d a"]),
    ],
)
def test_what_the_map_allows(more: dict[str, dict[str, Any]], allowed: list[str], refused: list[str]) -> None:
    steps = tuple(step(name, **more.get(name, {})) for name in "abcd")
    found = laid(steps, *allowed)
    assert found.follow == wilson(len(allowed), len(allowed))
    assert (value(found), ways(found)) == (1.0, [])
    for trace in refused:
        alone = laid(steps, trace)
        assert alone.follow == wilson(0, 1), trace
        assert any(at(alone, name) for name in "abcd"), trace


def test_an_event_counts_as_whichever_step_fits_best() -> None:
    shop = 'touchpoint = "shop"'
    steps = (step("first", pattern=shop), step("pay"), step("back", pattern=shop))
    assert value(laid(steps, "shop pay shop")) == 1.0
    assert ways(laid(steps, "pay shop")) == [("skipped", "first", None, 1)]


def test_steps_that_no_event_can_show_cost_nothing_and_have_no_numbers() -> None:
    steps = (step("think", observable=False), step("a"), {**step("b"), "pattern": None})
    found = laid(steps, "a")
    assert value(found) == 1.0
    assert [(one.bound, len(one.deviations)) for one in found.steps] == [(False, 0), (True, 3), (False, 0)]


def test_without_a_step_that_events_can_show_there_is_no_fit() -> None:
    found = laid((step("think", observable=False),), "a b")
    assert (found.fitness, found.fitness_with_ad_hoc, found.follow) == (None, None, None)


# Runs.


def test_only_closed_runs_are_judged_and_each_variant_once() -> None:
    found = fit(closing(*ABCD), log(*traces("a b c d", "a b c d", "a b d"), "open: a@0"))
    assert (found.runs.closed, found.runs.open, found.runs.variants, found.runs.customers) == (3, 1, 2, 3)
    assert [(one.runs.count, one.cost) for one in found.variants] == [(2, 0), (1, 1)]
    assert found.variants[1].moves == (
        FitMove(move="match", step="a"),
        FitMove(move="match", step="b"),
        FitMove(move="model", step="c"),
        FitMove(move="match", step="d"),
    )


def test_customers_are_counted_once_over_their_runs() -> None:
    found = fit(
        closing(*ABCD, start='touchpoint = "a"'),
        log("an: a@0 c@1 x@2 d@3 end@4 a@5 c@6 x@7 d@8 end@9", "bo: a@0 c@1 d@2 end@3"),
    )
    skipped, off = found.departures
    assert (skipped.way, skipped.runs, skipped.customers) == ("skipped", wilson_by_customer([2, 1], [2, 1]), 2)
    assert (off.touchpoint, off.other, off.runs, off.customers) == ("x", "c", wilson_by_customer([2, 0], [2, 1]), 1)
    assert [(one.kind, one.runs.count, one.customers) for one in found.kinds] == [
        ("ad_hoc", 2, 1), ("missing", 3, 2), ("order", 0, 0)
    ]  # fmt: skip


def test_runs_are_kept_apart_by_key() -> None:
    found = fit(
        any_journey(step("mail"), step("shop"), start='touchpoint = "mail"', timeout_days=5, key="key"),
        log("an: mail/k1@0 mail/k2@1 shop/k2@2 x@3 x/k1@4", "bo: other@30"),
    )
    # The contact without a key counts in both runs.
    assert found.runs.closed == 2
    assert ways(found) == [("off_map", "x", "mail", 1), ("off_map", "x", "shop", 1), ("stopped", "shop", "mail", 1)]


def test_an_empty_log_and_one_without_closed_runs() -> None:
    for events in ((), ("an: a@0 b@1",)):
        found = fit(closing(*ABCD), log(*events))
        assert found.runs.closed == 0
        assert found.fitness is not None
        assert found.fitness.value is None
        assert found.departures == ()


# Words, errors.


def test_every_way_is_said_in_both_languages() -> None:
    steps = (step("a", title="Ik kijk"), step("b", title="Ik kies"), step("c", title="Ik koop", failed='key = "no"'))
    found = fit(
        closing(*steps, timeout_days=9),
        log(*traces("x a b y c", "b a c", "a c", "a b", "a a b c", "", "a b c/no"), "z: q@60"),
        top=20,
    )
    titles = {one.id: one.title for one in found.steps}
    dutch, english = ({departure_words(one, titles, lang=lang) for one in found.departures} for lang in get_args(Lang))
    assert dutch == {
        "‘x’, dat niet beschreven is, komt vóór de eerste stap",
        "‘y’, dat niet beschreven is, komt na ‘Ik kies’",
        "‘Ik kies’ komt vóór ‘Ik kijk’",
        "‘Ik kies’ wordt overgeslagen",
        "De klantreis eindigt na ‘Ik kies’; ‘Ik koop’ volgt niet",
        "‘Ik kijk’ komt nog een keer, waar dat niet beschreven is",
        "Er is geen stap te zien; ‘Ik kijk’ ontbreekt al",
        "‘Ik koop’ mislukt",
    }
    assert len(english) == len(dutch)
    assert english.isdisjoint(dutch)


def test_the_answer_is_plain_data_that_reads_back() -> None:
    found = laid(ABCD, *["a b d", "x a b c d"] * 6, before=date(2026, 1, 1))
    written = json.loads(json.dumps(found.to_dict()))
    assert (written["method"], written["causal"]) == ("fit", False)
    body = {name: part for name, part in written.items() if name not in ("method", "causal", "basis")}
    assert MapFit.model_validate(body) == found


def test_a_way_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="way"):
        Departure.model_validate({"way": "left", "kind": "ad_hoc", "runs": wilson(1, 1).to_dict(), "customers": 1})


def test_what_cannot_be_laid_is_said() -> None:
    events = log(*traces("a b"))
    with pytest.raises(InvalidInputError, match="where a run begins"):
        fit(closing(*ABCD).model_copy(update={"runs": None}), events)
    with pytest.raises(NotFoundError, match=r"steps\.a\.failed"):
        fit(closing(step("a", failed='outcome = "no"')), events)
    for wrong in ({"top": -1}, {"resamples": 0}):
        with pytest.raises(InvalidInputError, match="whole number from"):
            fit(closing(*ABCD), events, **wrong)  # type: ignore[arg-type]


def test_the_map_alone_costs_no_compiler() -> None:
    check = "import sys, klantreis.journeys.fit; sys.exit('numba' in sys.modules or 'numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0
