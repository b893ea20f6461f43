"""Every answer of the local log equals the plain, slow reference, on random logs with ties and filters."""

from __future__ import annotations

import itertools
import json
import os
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klantreis.errors import InvalidInputError, NotFoundError
from klantreis.events.event import Event
from klantreis.events.filter import Filter
from klantreis.events.kernels import threads
from klantreis.events.local import counting, transitions
from klantreis.events.local.columns import EPOCH
from klantreis.events.local.log import LocalLog, log_of
from klantreis.events.share import wilson
from tests.events import log_reference as reference

SECOND = 1_000_000
rows = st.lists(
    st.tuples(
        st.sampled_from(["an", "bo", "cé", "di"]),
        st.integers(0, 12).map(lambda second: second * SECOND),
        st.sampled_from(["a", "b", "c"]),
    ),
    max_size=25,
)
gaps = st.integers(1, 5)


def log_from(rows: list[reference.Row]) -> LocalLog:
    """A log with an attribute that tells the second, a text one that tells whether it is odd, and channels."""
    return log_of(
        Event(
            customer,
            EPOCH + timedelta(microseconds=time),
            touchpoint,
            "web" if touchpoint == "a" else None,
            {"second": time / SECOND, "parity": "odd" if time // SECOND % 2 else "even"},
        )
        for customer, time, touchpoint in rows
    )


@st.composite
def filtered(draw: st.DrawFn) -> tuple[list[reference.Row], list[reference.Row], Filter]:
    """Rows, the ones a filter leaves, and the filter."""
    everything = draw(rows)
    since = draw(st.none() | st.integers(0, 10))
    until = draw(st.none() | st.integers((since or 0) + 1, 13))
    where = draw(st.sampled_from([None, "channel = 'web'", "touchpoint != 'b' or second > 8", "parity = 'odd'"]))
    having = draw(st.sampled_from([None, "touchpoint = 'c'", "second >= 11", "parity in ('even') and channel=''"]))
    holds = {
        "channel = 'web'": lambda r: r[2] == "a",
        "touchpoint != 'b' or second > 8": lambda r: r[2] != "b" or r[1] > 8 * SECOND,
        "parity = 'odd'": lambda r: r[1] // SECOND % 2 == 1,
        "touchpoint = 'c'": lambda r: r[2] == "c",
        "second >= 11": lambda r: r[1] >= 11 * SECOND,
        "parity in ('even') and channel=''": lambda r: r[1] // SECOND % 2 == 0 and r[2] != "a",
    }
    customers = {r[0] for r in everything if having is None or holds[having](r)}
    left = [
        r
        for r in everything
        if r[0] in customers
        and (where is None or holds[where](r))
        and (since is None or r[1] >= since * SECOND)
        and (until is None or r[1] < until * SECOND)
    ]
    start = None if since is None else EPOCH + timedelta(seconds=since)
    end = None if until is None else EPOCH + timedelta(seconds=until)
    period = None if start is None and end is None else (start, end)
    asked = Filter(period=period, where=where, customers=having)
    known = {"channel"} if any(r[2] == "a" for r in everything) else set()
    if not everything or (not known and "channel" in f"{where}{having}"):
        asked, left = Filter(), everything
    return everything, left, asked


@settings(deadline=None)
@given(filtered())
def test_transitions_equal_the_reference(drawn: tuple[list[reference.Row], list[reference.Row], Filter]) -> None:
    everything, left, asked = drawn
    answer = log_from(everything).transitions(filter=asked)
    expected = reference.transitions(left)
    got = {(t.source, t.target): t for t in answer.transitions}
    assert got.keys() == expected.keys()
    for pair, (count, customers, seconds) in expected.items():
        found = got[pair]
        leaving = sum(n for (source, _), (n, _, _) in expected.items() if source == pair[0])
        assert (found.count, found.customers, found.share) == (count, customers, count / leaving)
        assert found.seconds is not None
        assert (found.seconds.q1, found.seconds.median, found.seconds.q3) == pytest.approx(
            reference.quartiles(seconds), abs=1e-9
        )
    counted = log_from(everything).transitions(times=False, filter=asked)
    assert all(each.seconds is None for each in counted.transitions)
    assert counted == replace(answer, transitions=tuple(replace(each, seconds=None) for each in answer.transitions))
    traces = reference.traces(left)
    assert answer.count == sum(count for count, _, _ in expected.values())
    assert (answer.scope.customers, answer.scope.events) == (len(traces), len(left))
    for each in answer.touchpoints:
        assert each.events == sum(row[2] == each.touchpoint for row in left)
        assert each.customers == len({row[0] for row in left if row[2] == each.touchpoint})
        assert each.first == sum(trace[0][1] == each.touchpoint for trace in traces.values())
        assert each.last == sum(trace[-1][1] == each.touchpoint for trace in traces.values())
    assert sum(each.first_share or 0.0 for each in answer.touchpoints) == pytest.approx(1.0 if left else 0.0)


@settings(deadline=None)
@given(filtered(), st.none() | gaps, st.booleans(), st.integers(1, 5))
def test_variants_equal_the_reference(
    drawn: tuple[list[reference.Row], list[reference.Row], Filter], gap: int | None, fold: bool, top: int
) -> None:
    everything, left, asked = drawn
    answer = log_from(everything).variants(
        top=top, gap=None if gap is None else f"{gap}s", fold_repeats=fold, filter=asked
    )
    expected = reference.variants(left, gap=None if gap is None else gap * SECOND, fold=fold)
    assert (answer.n, answer.distinct) == (expected.total(), len(expected))
    assert all(expected[variant.path] == variant.count for variant in answer.variants)
    assert len({variant.path for variant in answer.variants}) == min(top, len(expected))
    assert sorted(expected.values(), reverse=True)[:top] == [variant.count for variant in answer.variants]
    shares = sum(variant.share for variant in answer.variants) + answer.rest_share
    assert shares == pytest.approx(1.0 if left else 0.0)
    assert answer.rest_variants == len(expected) - len(answer.variants)
    assert answer.rest_count + sum(variant.count for variant in answer.variants) == answer.n


@settings(deadline=None)
@given(filtered(), gaps)
def test_visits_equal_the_reference(drawn: tuple[list[reference.Row], list[reference.Row], Filter], gap: int) -> None:
    everything, left, asked = drawn
    answer = log_from(everything).visits(gap=timedelta(seconds=gap), filter=asked)
    made = reference.visits(left, gap * SECOND)
    flat = [visit for visits in made.values() for visit in visits]
    between = [
        (after[0][0] - before[-1][0]) / 1e6 for visits in made.values() for before, after in itertools.pairwise(visits)
    ]
    assert answer.n == len(flat)
    for got, expected in (
        (answer.per_customer, [len(visits) for visits in made.values()]),
        (answer.events, [len(visit) for visit in flat]),
        (answer.seconds, [(visit[-1][0] - visit[0][0]) / 1e6 for visit in flat]),
        (answer.between_seconds, between),
    ):
        assert (got.q1, got.median, got.q3) == pytest.approx(reference.quartiles(expected), abs=1e-9)
    assert answer.single == wilson(sum(len(visit) == 1 for visit in flat), len(flat))
    assert {t.touchpoint: (t.first, t.last) for t in answer.touchpoints} == {
        name: (sum(v[0][1] == name for v in flat), sum(v[-1][1] == name for v in flat))
        for name in {v[end][1] for v in flat for end in (0, -1)}
    }


steps = st.lists(st.sets(st.sampled_from("abc"), min_size=1), min_size=1, max_size=4)


@settings(deadline=None, max_examples=200)
@given(filtered(), steps, st.none() | st.integers(1, 8))
def test_funnel_equals_the_reference(
    drawn: tuple[list[reference.Row], list[reference.Row], Filter], steps: list[set[str]], within: int | None
) -> None:
    everything, left, asked = drawn
    patterns = [f"touchpoint in ({', '.join(repr(name) for name in sorted(step))})" for step in steps]
    answer = log_from(everything).funnel(patterns, within=None if within is None else f"{within}s", filter=asked)
    limit = None if within is None else within * SECOND
    came = reference.funnel(left, [step.__contains__ for step in steps], limit)
    assert [step.customers for step in answer.steps] == came
    assert [step.of_entered for step in answer.steps] == [wilson(n, came[0]) for n in came]
    assert [step.of_previous for step in answer.steps[1:]] == [
        wilson(n, before) for before, n in itertools.pairwise(came)
    ]


@settings(deadline=None)
@given(filtered())
def test_reach_equals_the_reference(drawn: tuple[list[reference.Row], list[reference.Row], Filter]) -> None:
    everything, left, asked = drawn
    answer = log_from(everything).reach("touchpoint = 'a'", filter=asked)
    each = [sum(t == "a" for _, t in trace) for trace in reference.traces(left).values()]
    assert answer.customers == wilson(sum(n > 0 for n in each), len(each))
    assert (answer.events, answer.once, answer.more_often) == (sum(each), each.count(1), sum(n > 1 for n in each))
    assert answer.repeat_events == sum(each) - sum(n > 0 for n in each)


@settings(deadline=None, max_examples=25)
@given(rows)
def test_threads_and_the_hash_change_no_answer(rows: list[reference.Row]) -> None:
    log = log_from(rows)
    alone = [log.transitions(), log.visits(gap="2s"), log.funnel(["touchpoint='a'", "touchpoint='b'"])]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(threads, "EVENTS_PER_THREAD", 3)
        patch.setattr(os, "cpu_count", lambda: 3)
        patch.setattr(counting, "LARGEST_TABLE", 0)
        again = log_from(rows)
        assert [
            again.transitions(),
            again.visits(gap="2s"),
            again.funnel(["touchpoint='a'", "touchpoint='b'"]),
        ] == alone


def test_many_touchpoints_are_counted_through_the_hash() -> None:
    order = np.random.default_rng(7).permutation(5000)
    rows = [("an", place * SECOND, f"t{name}") for place, name in enumerate(order.tolist())]
    log = log_from(rows)
    assert log.touchpoint_codes.dtype == np.uint16
    assert len(log.touchpoints) ** 2 > counting.LARGEST_TABLE
    expected = reference.transitions(rows)
    assert {(t.source, t.target): t.count for t in log.transitions().transitions} == {
        pair: count for pair, (count, _, _) in expected.items()
    }


def test_pairs_of_many_touchpoints_are_counted_as_those_of_few(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(5)
    log = log_from(
        [
            (str(random.integers(40)), int(at) * SECOND, f"t{random.integers(30)}")
            for at in random.integers(0, 9_999, 3_000)
        ]
    )
    by_table = log.transitions()
    monkeypatch.setattr(transitions, "LARGEST_PAIRS", 100)
    assert log.transitions() == by_table


def test_a_large_stretch_is_selected_exactly() -> None:
    random = np.random.default_rng(11)
    times = np.cumsum(random.integers(0, 50, 20_000)).tolist()
    log = log_from([("an", int(time) * SECOND, "a") for time in times])
    seconds = log.transitions().transitions[0].seconds
    assert seconds is not None
    assert (seconds.q1, seconds.median, seconds.q3) == tuple(np.quantile(np.diff(times), [0.25, 0.5, 0.75]))


def test_an_empty_log_answers_every_question() -> None:
    log = log_of([])
    assert log.period is None
    for answer in (
        log.transitions(),
        log.variants(),
        log.visits(),
        log.funnel(["touchpoint = 'a'"]),
        log.reach("touchpoint = 'a'"),
    ):
        plain = json.loads(json.dumps(answer.to_dict()))
        nothing = dict.fromkeys(("first", "last", "filter", "hidden_below"))
        assert plain["scope"] == {"customers": 0, "events": 0, **nothing}
        assert plain["method"] == answer.method


def test_an_answer_is_plain_data_with_its_n_filter_and_method() -> None:
    log = log_from([("an", 0, "a"), ("an", 5 * SECOND, "b"), ("bo", 0, "b")])
    plain = json.loads(json.dumps(log.funnel(["touchpoint='a'", "touchpoint='b'"], within="1d").to_dict()))
    assert plain["method"] == "funnel"
    assert plain["within_seconds"] == 86_400
    assert plain["scope"]["customers"] == 2
    assert plain["scope"]["last"] == "1970-01-01T00:00:05Z"
    assert plain["steps"][1]["of_entered"]["n"] == 1
    filtered = log.reach("touchpoint='a'", filter=Filter(where="touchpoint='b'")).to_dict()
    assert filtered["scope"]["filter"]["where"] == 'touchpoint = "b"'
    assert filtered["customers"]["count"] == 0


def test_one_event_counts_for_one_step_only() -> None:
    log = log_from([("an", 0, "a"), ("bo", 0, "a"), ("bo", 0, "a")])
    assert [step.customers for step in log.funnel(["touchpoint='a'"] * 2).steps] == [2, 1]


def test_equal_times_keep_the_order_given() -> None:
    assert log_from([("an", 0, "b"), ("an", 0, "a")]).variants().variants[0].path == ("b", "a")
    assert log_from([("an", 0, "a"), ("an", 0, "b")]).variants().variants[0].path == ("a", "b")


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda log: log.funnel([]), "1 to 32 steps"),
        (lambda log: log.funnel(["touchpoint='a'"] * 33), "1 to 32 steps"),
        (lambda log: log.funnel(["touchpoint='a'"], within="soon"), "window 'soon' is no length of time"),
        (lambda log: log.visits(gap="0s"), "more than zero"),
        (lambda log: log.variants(top=0), "1 or more"),
    ],
)
def test_a_wrong_question_is_refused_in_a_sentence(ask: object, says: str) -> None:
    with pytest.raises(InvalidInputError, match=says):
        ask(log_from([("an", 0, "a")]))  # type: ignore[operator]


def test_an_unknown_field_names_the_fields_that_exist() -> None:
    log = log_from([("an", 0, "a")])
    with pytest.raises(NotFoundError, match=r"Did you mean channel\?.*touchpoint"):
        log.mask("chanel = 'web'")
    with pytest.raises(NotFoundError, match="second"):
        log.attribute_numbers("sec")
    assert log.unknown_values("touchpoint in ('a', 'z') and second = 3") == (("touchpoint", "z"),)
