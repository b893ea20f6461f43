"""Funnels equal every choice of events tried out, with optional steps, exclusions, windows and times."""

from __future__ import annotations

import json
import os
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klantreis.errors import InvalidInputError, PatternSyntaxError
from klantreis.events.answers.funnels import Funnel
from klantreis.events.event import Event
from klantreis.events.filter import Filter
from klantreis.events.kernels import threads
from klantreis.events.local import funnels
from klantreis.events.local.columns import EPOCH
from klantreis.events.local.log import LocalLog, log_of
from klantreis.events.pattern import parse_pattern
from klantreis.events.share import wilson
from klantreis.events.stage import Stage, as_stage
from tests.events import funnel_reference as reference
from tests.events.log_reference import Row, quartiles

SECOND = 1_000_000
rows = st.lists(
    st.tuples(
        st.sampled_from(["an", "bo"]),
        st.integers(0, 12).map(lambda second: second * SECOND),
        st.sampled_from("abcd"),
    ),
    max_size=14,
)
some = st.frozensets(st.sampled_from("abcd"), min_size=1, max_size=2)
limits = st.none() | st.integers(1, 8).map(lambda second: second * SECOND)
later_steps = st.builds(reference.Step, some, st.booleans(), limits, st.frozensets(st.sampled_from("abcd"), max_size=1))
steps = st.builds(lambda first, rest: [reference.Step(first), *rest], some, st.lists(later_steps, max_size=3))


def log_from(rows: list[Row]) -> LocalLog:
    return log_of(
        Event(customer, EPOCH + timedelta(microseconds=time), touchpoint, "web" if touchpoint in "ab" else "shop")
        for customer, time, touchpoint in rows
    )


def pattern(names: frozenset[str]) -> str:
    # The single b is found by its channel as well, so that patterns over two columns are tried too.
    if names == {"b"}:
        return "channel = 'web' and touchpoint != 'a'"
    return f"touchpoint in ({', '.join(repr(name) for name in sorted(names))})"


def stage(step: reference.Step) -> Stage:
    within = None if step.within is None else timedelta(microseconds=step.within)
    return Stage(pattern(step.matching), step.optional, within, pattern(step.without) if step.without else None)


def check_in_order(answer: Funnel, steps: list[reference.Step], expected: reference.Times, exposed: int) -> None:
    came = [len(times) for times in expected]
    assert [step.customers for step in answer.steps] == came
    for k, found in enumerate(answer.steps):
        earlier = [p for p in range(k) if not steps[p].optional]
        assert found.of_entered == wilson(came[k], came[0])
        assert found.of_previous == wilson(came[k], came[earlier[-1] if earlier else 0])
        assert found.of_exposed == wilson(came[k], exposed)
        for got, place in ((found.seconds, 0), (found.since_previous, 1)):
            values = [times[place] / SECOND for times in expected[k]] if k else []
            assert (got.q1, got.median, got.q3) == pytest.approx(quartiles(values), abs=1e-9)


@settings(deadline=None, max_examples=400)
@given(rows, steps, limits)
def test_a_funnel_equals_every_choice_tried(rows: list[Row], steps: list[reference.Step], window: int | None) -> None:
    within = None if window is None else timedelta(microseconds=window)
    log = log_from(rows) if rows else log_from([("an", 0, "d")])
    expected = reference.in_order(rows or [("an", 0, "d")], steps, window)
    check_in_order(log.funnel([stage(step) for step in steps], within=within), steps, expected, log.n_customers)


@settings(deadline=None, max_examples=100)
@given(rows, steps)
def test_a_filtered_funnel_is_the_funnel_of_what_is_left(rows: list[Row], steps: list[reference.Step]) -> None:
    log = log_from([*rows, ("an", 0, "a"), ("bo", 0, "d")])
    left = [row for row in [*rows, ("an", 0, "a"), ("bo", 0, "d")] if row[2] != "c"]
    answer = log.funnel([stage(step) for step in steps], filter=Filter(where="not touchpoint = 'c'"))
    check_in_order(answer, steps, reference.in_order(left, steps, None), 2)


@settings(deadline=None, max_examples=400)
@given(rows, st.lists(st.builds(reference.Step, some, st.booleans()), min_size=1, max_size=3), some, limits)
def test_a_funnel_without_order_equals_every_stretch_tried(
    rows: list[Row], more: list[reference.Step], one: frozenset[str], window: int | None
) -> None:
    rows, steps = [*rows, ("an", 0, "d")], [reference.Step(one), *more]
    answer = log_from(rows).unordered_funnel(
        [stage(step) for step in steps], within=None if window is None else timedelta(microseconds=window)
    )
    each, entered, lasted = reference.in_any_order(rows, steps, window)
    done, exposed = [len(times) for times in lasted], len({row[0] for row in rows})
    assert [step.customers for step in answer.steps] == each
    assert [step.of_exposed for step in answer.steps] == [wilson(n, exposed) for n in each]
    assert [step.of_entered for step in answer.steps] == [wilson(n, done[0]) for n in entered]
    assert answer.entered == done[0]
    assert [found.customers for found in answer.done] == done
    assert [found.of_previous for found in answer.done] == [
        wilson(n, before) for n, before in zip(done, [done[0], *done], strict=False)
    ]
    for found, times in zip(answer.done[1:], lasted[1:], strict=True):
        got = found.seconds
        assert (got.q1, got.median, got.q3) == pytest.approx(quartiles([t / SECOND for t in times]), abs=1e-9)


@settings(deadline=None)
@given(
    rows=st.lists(st.tuples(st.sampled_from("xy"), st.integers(0, 9), st.sampled_from("abcd")), max_size=30),
    limits=st.lists(st.none() | st.integers(0, 5), min_size=2, max_size=2),
    window=st.none() | st.integers(0, 9),
)
def test_plain_steps_are_walked_as_any_others(
    rows: list[tuple[str, int, str]], limits: list[int | None], window: int | None
) -> None:
    log = log_from([(who, at * SECOND, what) for who, at, what in rows])
    texts = [
        f"touchpoint = '{name}'" + (f" within {limit}s" if limit else "")
        for name, limit in zip("bc", limits, strict=True)
    ]
    steps = ["touchpoint in ('a', 'd')", *texts]
    within = None if window is None else f"{window}s" if window else None
    answer = log.funnel(steps, within=within)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(funnels, "_plain_steps", lambda *_: None)
        assert log.funnel(steps, within=within) == answer


@settings(deadline=None, max_examples=25)
@given(rows, steps)
def test_blocks_and_threads_change_no_funnel(rows: list[Row], steps: list[reference.Step]) -> None:
    rows = [(f"{customer}{number}", time, name) for customer, time, name in rows for number in range(3)]
    asked = [stage(step) for step in steps]
    alone = log_from([*rows, ("an", 0, "a")])
    free = [as_stage(pattern(step.matching)) for step in steps]
    answers = alone.funnel(asked), alone.unordered_funnel(free)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(threads, "EVENTS_PER_THREAD", 3)
        patch.setattr(os, "cpu_count", lambda: 3)
        patch.setattr(funnels, "BLOCK", 5)
        assert (alone.funnel(asked), alone.unordered_funnel(free)) == answers


def test_steps_in_any_order_may_lie_exactly_the_window_apart() -> None:
    log = log_from([("an", 0, "b"), ("an", 3 * SECOND, "a"), ("bo", 0, "a"), ("bo", 4 * SECOND, "b")])
    answer = log.unordered_funnel(["touchpoint = 'a'", "touchpoint = 'b'", "optional touchpoint = 'c'"], within="3s")
    assert [found.customers for found in answer.done] == [2, 1]
    assert answer.done[1].seconds.median == 3
    assert [step.customers for step in answer.steps] == [2, 2, 0]


def test_what_an_optional_step_and_an_exclusion_do() -> None:
    log = log_from(
        [
            *[("an", 0, "a"), ("an", 2 * SECOND, "c"), ("an", 3 * SECOND, "b")],
            *[("bo", 0, "a"), ("bo", 1 * SECOND, "d"), ("bo", 2 * SECOND, "c")],
            *[("cé", 0, "a"), ("cé", 1 * SECOND, "b"), ("cé", 2 * SECOND, "c")],
        ]
    )
    a, b, c = (f"touchpoint = '{name}'" for name in "abc")
    assert [s.customers for s in log.funnel([a, b, c]).steps] == [3, 2, 1]
    optional = log.funnel([a, f"optional {b}", c])
    assert [s.customers for s in optional.steps] == [3, 2, 3]
    assert [s.of_previous.n for s in optional.steps] == [3, 3, 3]
    assert [s.customers for s in log.funnel([a, f"{c} without touchpoint = 'd' and channel = 'shop'"]).steps] == [3, 2]
    assert [s.customers for s in log.funnel([a, f"{c} within 1s"]).steps] == [3, 0]
    assert [s.customers for s in log.funnel([a, f"optional {b}", f"{c} within 1s"]).steps] == [3, 2, 1]
    # Either of two steps, and a step that is itself a sequence.
    assert [s.customers for s in log.funnel([a, f"{b} or touchpoint = 'd'"]).steps] == [3, 3]
    assert [s.customers for s in log.funnel([a, f"{b} then {c}"]).steps] == [3, 1]


@pytest.mark.parametrize(
    "text",
    [
        'touchpoint = "a"',
        'optional touchpoint = "a"',
        'touchpoint = "a" within 3d',
        'optional touchpoint = "a" within 1h30min without (touchpoint = "b" and x > 2)',
        '(touchpoint = "a" then touchpoint = "b" within 3d) within 7d',
        'touchpoint = "a" within 3d after touchpoint = "b" without first touchpoint = "c"',
        "optional = 1",
    ],
)
def test_a_stage_reads_back_from_its_text(text: str) -> None:
    found = as_stage(text)
    assert as_stage(str(found)) == found
    assert as_stage(found) is found


def test_what_a_stages_words_mean() -> None:
    assert as_stage("optional x = 1 within 1w without y = 2") == Stage(
        parse_pattern("x = 1"), True, timedelta(days=7), parse_pattern("y = 2")
    )
    assert not as_stage("optional = 1").optional
    assert as_stage(parse_pattern("x = 1")) == Stage("x = 1")


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda log: log.funnel(["optional touchpoint = 'a'", "touchpoint = 'b'"]), "cannot be optional"),
        (lambda log: log.funnel(["touchpoint = 'a' within 1d"]), "nothing comes before"),
        (lambda log: log.funnel([3]), "not as int"),
        (lambda log: log.funnel([Stage("x = 1", within="soon")]), "no length of time"),
        (lambda log: log.unordered_funnel(["touchpoint = 'a'", "touchpoint = 'b' within 1d"]), "without order"),
        (lambda log: log.unordered_funnel(["optional touchpoint = 'a'"]), "not optional"),
        (lambda log: log.unordered_funnel([]), "1 to 32 steps"),
    ],
)
def test_a_funnel_that_cannot_be_is_refused(ask: object, says: str) -> None:
    with pytest.raises(InvalidInputError, match=says):
        ask(log_from([("an", 0, "a")]))  # type: ignore[operator]


def test_a_bad_stage_is_pointed_at() -> None:
    with pytest.raises(PatternSyntaxError) as caught:
        as_stage("optional x = 1 within 3d otherwise y = 2")
    assert caught.value.position == 25


def test_an_empty_log_has_funnels() -> None:
    for answer in (log_of([]).funnel(["touchpoint = 'a'"] * 2), log_of([]).unordered_funnel(["touchpoint = 'a'"] * 2)):
        assert json.loads(json.dumps(answer.to_dict()))["scope"]["customers"] == 0
