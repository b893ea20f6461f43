"""Reality on small logs that can be worked out by hand, one rule of the method page at a time."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from klantreis.errors import InvalidInputError, NotFoundError
from klantreis.events.event import Event
from klantreis.events.local.log import LocalLog, log_of
from klantreis.events.share import wilson
from klantreis.journeys.journey import Journey
from klantreis.journeys.reality import After, Reality, StepReality, reality
from klantreis.journeys.run_shares import wilson_by_customer

START = datetime(2026, 1, 1, tzinfo=UTC)


def log(*traces: str) -> LocalLog:
    """A log of traces such as ``"an: mail@0 shop@2.5"``, times in days; ``mail/k1@0`` has key k1."""
    events = []
    for trace in traces:
        customer, _, steps = trace.partition(":")
        for word in steps.split():
            name, _, day = word.partition("@")
            touchpoint, _, key = name.partition("/")
            attributes = {"key": key} if key else {}
            events.append(Event(customer, START + timedelta(days=float(day)), touchpoint, attributes=attributes))
    return log_of(events)


def step(name: str, **more: Any) -> dict[str, Any]:
    """A step of that name, seen as the touchpoint of that name."""
    return {"id": name, "phase": "use", "title": name, "pattern": f'touchpoint = "{name}"', **more}


def journey(*steps: dict[str, Any], **runs: Any) -> Journey:
    """A journey of these steps."""
    return Journey.model_validate(
        {
            "id": "journey:shop",
            "title": "Shop",
            "persona": "persona:an",
            "steps": list(steps),
            "runs": {"dataset": "dataset:shop", **runs},
        }
    )


def at(found: Reality, step_id: str) -> StepReality:
    """The reality of a step that must be there, with its numbers."""
    one = found.step(step_id)
    assert one is not None
    assert one.reach is not None
    return one


SHOP = (step("mail"), step("shop"), step("pay"))


def test_a_run_ends_at_its_end_and_a_new_start_begins_another() -> None:
    found = reality(
        journey(*SHOP, start='touchpoint = "mail"', end='touchpoint = "pay"'),
        log("an: shop@0 mail@1 mail@2 shop@3 pay@4 shop@5 mail@6", "bo: shop@1"),
    )
    assert (found.runs.n, found.runs.ended, found.runs.open, found.runs.timed_out) == (2, 1, 1, 0)
    assert (found.runs.customers, found.runs.customers_with_runs) == (2, 1)
    # The second mail belongs to the open run; the shopping before and after the runs counts nowhere.
    assert (at(found, "mail").reach, at(found, "mail").repeats) == (wilson_by_customer([2], [2]), 1)
    assert at(found, "shop").reach == wilson_by_customer([1], [2])
    assert (found.runs.first, found.runs.last) == ("2026-01-02T00:00:00+00:00", "2026-01-07T00:00:00+00:00")


def test_a_run_times_out_after_and_not_at_the_limit() -> None:
    # an: exactly ten days of silence, still the same run. bo: a moment longer, so a run without a next step.
    found = reality(
        journey(*SHOP, start='touchpoint = "mail"', timeout_days=10),
        log("an: mail@0 shop@10", "bo: mail@0 shop@10.001", "cé: mail@5 other@12"),
    )
    assert (found.runs.n, found.runs.timed_out, found.runs.open) == (3, 1, 2)
    assert at(found, "shop").reach == wilson(1, 3)


def test_events_off_the_map_do_not_keep_a_run_alive() -> None:
    found = reality(
        journey(*SHOP, start='touchpoint = "mail"', timeout_days=3),
        log("an: mail@0 news@2 news@4 shop@5", "bo: news@30"),
    )
    assert (found.runs.n, found.runs.timed_out) == (1, 1)
    assert at(found, "shop").never_seen
    # The second news came after the time-out.
    assert [(one.touchpoint, one.events, one.customers) for one in found.off_map.touchpoints] == [("news", 1, 1)]


def test_without_a_start_a_run_begins_with_the_first_event() -> None:
    found = reality(journey(*SHOP), log("an: news@0 mail@1 pay@2", "bo: news@0"))
    assert (found.runs.n, found.runs.open, found.runs.without_steps) == (2, 2, 1)
    assert at(found, "mail").reach == wilson(1, 2)


def test_only_customers_with_such_an_event_count() -> None:
    found = reality(journey(*SHOP, customers='touchpoint = "pay"'), log("an: mail@0 pay@1", "bo: mail@0 shop@1"))
    assert (found.runs.n, found.runs.customers) == (1, 1)


def test_runs_are_kept_apart_by_key() -> None:
    found = reality(
        journey(*SHOP, start='touchpoint = "mail"', end='touchpoint = "pay"', key="key"),
        # The shop visit has no key: it counts for both campaigns. The paying has one: it ends that run only.
        log("an: mail/k1@0 mail/k2@1 shop@2 pay/k1@3 shop@4 other@5"),
    )
    assert (found.runs.n, found.runs.ended, found.runs.open) == (2, 1, 1)
    assert (at(found, "shop").reach, at(found, "shop").repeats) == (wilson_by_customer([2], [2]), 1)
    assert at(found, "pay").reach == wilson_by_customer([1], [2])
    assert at(found, "shop").customers == 1


def test_an_event_without_a_key_starts_no_run() -> None:
    found = reality(journey(*SHOP, start='touchpoint = "mail"', key="key"), log("an: mail@0 mail/k1@1"))
    assert found.runs.n == 1


def test_an_event_that_fits_two_steps_goes_to_the_next_one() -> None:
    trip = 'touchpoint = "trip"'
    two = (step("first", pattern=trip), step("mail"), step("second", pattern=trip))
    found = reality(journey(*two), log("an: trip@0 mail@1 trip@2", "bo: trip@0 trip@1"))
    assert [at(found, name).reach for name in ("first", "mail", "second")] == [
        wilson(2, 2),
        wilson(1, 2),
        wilson(2, 2),
    ]


def test_a_repeatable_step_keeps_the_event() -> None:
    trip = 'touchpoint = "trip"'
    found = reality(
        journey(step("first", pattern=trip, repeatable=True), step("second", pattern=trip)), log("an: trip@0 trip@1")
    )
    assert (at(found, "first").repeats, at(found, "second").never_seen) == (1, True)


def test_what_comes_after_a_step_adds_up() -> None:
    found = reality(
        journey(*SHOP, start='touchpoint = "mail"', end='touchpoint = "pay"', timeout_days=5),
        log(
            "went: mail@0 shop@1 pay@2",
            "silent: mail@0 shop@1",
            "elsewhere: mail@0 shop@1 rival@2",
            "open: mail@25 shop@28",
            "last: mail@0 other@30",
        ),
    )
    assert at(found, "mail").after == After(went_on=4, elsewhere=0, ended=1, at_end=0, open=0)
    assert at(found, "shop").after == After(went_on=1, elsewhere=1, ended=1, at_end=0, open=1)
    assert at(found, "pay").after == After(went_on=0, elsewhere=0, ended=1, at_end=1, open=0)
    assert at(found, "shop").dropped_out == wilson(2, 4)


def test_the_time_to_the_next_step_counts_from_the_first_time() -> None:
    visits = [f"c{n}: mail@0 mail@{n / 2} shop@{n}" for n in range(1, 8)]
    found = reality(journey(*SHOP), log(*visits, "x: mail@0"))
    wait = at(found, "mail").next
    assert wait is not None
    day = 86_400.0
    # Seven times of 1 to 7 days: the 95 % interval goes from the smallest to the largest (98.4 %).
    assert (wait.n, wait.q1, wait.median, wait.q3) == (7, 2.5 * day, 4 * day, 5.5 * day)
    assert (wait.low, wait.high) == (day, 7 * day)


def test_an_undeclared_way_back_does_not_fit_and_a_declared_one_does() -> None:
    traces = log("an: mail@0 shop@1 mail@2 shop@3 pay@4", "bo: mail@0 shop@1 pay@2")
    end = {"end": 'touchpoint = "pay"'}
    plain = reality(journey(*SHOP, **end), traces)
    looped = reality(journey(step("mail"), step("shop", loop_to="mail"), step("pay"), **end), traces)
    assert (at(plain, "mail").came_back, at(plain, "mail").came_back_undeclared) == (wilson(1, 2), 1)
    assert (at(looped, "mail").came_back, at(looped, "mail").came_back_undeclared) == (wilson(1, 2), 0)
    assert (plain.fit.share, plain.fit.wrong_repeat) == (wilson(1, 2), 1)
    assert (looped.fit.share, looped.fit.wrong_repeat) == (wilson(2, 2), 0)


def test_a_loop_may_lead_over_steps_that_no_event_shows() -> None:
    hidden = step("think", pattern=None, observable=False, loop_to="dream")
    steps = (step("dream", observable=False), step("shop"), hidden, step("pay"))
    found = reality(journey(*steps, end='touchpoint = "pay"'), log("an: shop@0 shop@1 pay@2"))
    assert found.fit.share == wilson(1, 1)
    assert [one.bound for one in found.steps] == [False, True, False, True]
    assert found.steps[0].reach is None


def test_fit_counts_closed_runs_and_says_why_not() -> None:
    steps = (step("mail"), step("shop", optional=True), step("chat", repeatable=True), step("pay"))
    found = reality(
        journey(*steps, end='touchpoint = "pay"'),
        log(
            "fits: mail@0 shop@1 chat@2 chat@3 pay@4",
            "skips: mail@0 chat@2 pay@4",
            "misses: mail@0 pay@4",
            "turns: mail@0 chat@1 shop@2 pay@4",
            "again: mail@0 mail@1 chat@2 pay@4",
            "open: mail@0",
        ),
    )
    fit = found.fit
    assert (fit.share, fit.open) == (wilson(2, 5), 1)
    assert (fit.missing, fit.disordered, fit.wrong_repeat) == (1, 1, 1)
    assert [(pair.later, pair.earlier, pair.runs) for pair in found.disorder.pairs] == [("chat", "shop", wilson(1, 5))]


def test_what_is_not_on_the_map_is_counted_per_run() -> None:
    found = reality(journey(*SHOP), log("an: mail@0 news@1 news@2 app@3", "bo: mail@0 news@1", "cé: mail@0"), top=1)
    off = found.off_map
    assert (off.distinct, off.events, off.runs, off.customers) == (2, 4, wilson(2, 3), 2)
    assert [(one.touchpoint, one.events, one.runs, one.customers) for one in off.touchpoints] == [
        ("news", 3, wilson(2, 3), 2)
    ]


def test_an_empty_log_and_a_map_without_bound_steps_give_no_numbers() -> None:
    empty = reality(journey(*SHOP), log())
    assert (empty.runs.n, empty.runs.first, empty.runs.data_until) == (0, None, None)
    assert at(empty, "mail").never_seen
    assert empty.fit.share == wilson(0, 0)
    blind = reality(journey(step("mail", observable=False)), log("an: mail@0"))
    assert (blind.fit.share, blind.runs.without_steps) == (None, 1)


def test_a_map_may_have_more_steps_than_a_word_has_bits() -> None:
    names = [f"t{number:03}" for number in range(130)]
    trace = " ".join(f"{name}@{day}" for day, name in enumerate(names))
    found = reality(journey(*map(step, names), end='touchpoint = "t129"'), log(f"an: {trace}"))
    assert found.fit.share == wilson(1, 1)
    assert all(at(found, name).reach == wilson(1, 1) for name in names)


def test_a_journey_without_a_rule_or_with_an_unknown_field_is_refused() -> None:
    without = journey(*SHOP).model_copy(update={"runs": None})
    with pytest.raises(InvalidInputError, match="does not say where a run begins"):
        reality(without, log("an: mail@0"))
    with pytest.raises(NotFoundError, match=r"steps\.mail\.pattern.*'chanel'"):
        reality(journey(step("mail", pattern='chanel = "web"')), log("an: mail@0"))
    with pytest.raises(NotFoundError, match=r"runs\.key.*'campain'"):
        reality(journey(*SHOP, key="campain"), log("an: mail@0"))
    with pytest.raises(InvalidInputError, match="top"):
        reality(journey(*SHOP), log("an: mail@0"), top=-1)


def test_a_reality_is_plain_data_that_reads_back() -> None:
    found = reality(journey(*SHOP, timeout_days=2), log("an: mail@0 shop@1", "bo: mail@9 news@9.5"))
    data = json.loads(json.dumps(found.to_dict()))
    assert (data.pop("method"), data.pop("causal")) == ("reality", False)
    assert data.pop("basis")["fit.share"].startswith("closed runs")
    assert Reality.model_validate(data) == found


def test_small_groups_are_hidden_and_cannot_be_worked_out() -> None:
    many = [f"m{n}: mail@0 shop@1 pay@2" for n in range(6)]
    found = reality(
        journey(*SHOP, end='touchpoint = "pay"', timeout_days=5),
        log(*many, *(f"s{n}: mail@0 shop@{n + 1} news@{n + 1.5}" for n in range(2)), "z: chat@30 mail@30"),
    )
    shown = found.suppressed(5)
    # Nine runs reached mail: 8 went on, 1 is open. The 1 is hidden, and so is the 8 that would give it away.
    assert at(found, "mail").after == After(went_on=8, elsewhere=0, ended=0, at_end=0, open=1)
    assert at(shown, "mail").after == After(went_on=None, elsewhere=0, ended=0, at_end=0, open=None)
    assert at(shown, "shop").dropped_out is None
    assert at(shown, "pay") == at(found, "pay")
    assert shown.off_map.touchpoints == ()
    assert shown.hidden_below == 5
    assert found.suppressed(1).steps == found.steps
    with pytest.raises(InvalidInputError, match="at least 1"):
        found.suppressed(0)


def test_a_group_of_customers_that_is_too_small_hides_everything() -> None:
    found = reality(journey(*SHOP), log("an: mail@0 shop@1", "bo: mail@0")).suppressed(5)
    assert all(one.hidden and one.reach is None and one.next is None for one in found.steps[:2])
    assert (found.fit.share, found.disorder.runs, found.off_map.runs) == (None, None, None)


def test_reading_documents_does_not_load_the_kernels() -> None:
    code = (
        "import sys, klantreis.workspace, klantreis.journeys.reality\n"
        "print([name for name in ('numpy', 'numba', 'duckdb') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
