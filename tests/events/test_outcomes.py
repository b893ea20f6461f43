"""Paths to an outcome and credit by rule equal the plain reference; shares add up."""

from __future__ import annotations

import json
import os
from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klantreis.errors import InvalidInputError, NotFoundError
from klantreis.events.event import Event
from klantreis.events.filter import Filter
from klantreis.events.kernels import threads
from klantreis.events.local import outcomes
from klantreis.events.local.columns import EPOCH
from klantreis.events.local.log import LocalLog, log_of
from klantreis.events.share import wilson
from tests.events import order_reference as reference
from tests.events.log_reference import Row, quartiles

SECOND = 1_000_000
BUY = "touchpoint = 'd'"
rows = st.lists(
    st.tuples(
        st.sampled_from(["an", "bo", "cé"]), st.integers(0, 12).map(lambda s: s * SECOND), st.sampled_from("abcd")
    ),
    max_size=20,
)
asked = st.fixed_dictionaries(
    {
        "lookback": st.none() | st.integers(1, 8),
        "first": st.booleans(),
        "fold": st.booleans(),
        "touches": st.none() | st.just("touchpoint in ('a', 'b', 'd')"),
        "hide": st.booleans(),
    }
)


def log_from(rows: list[Row]) -> LocalLog:
    return log_of(
        Event(customer, EPOCH + timedelta(microseconds=time), name, {"a": "web", "b": "shop"}.get(name))
        for customer, time, name in rows
    )


def options(asked: dict[str, object]) -> dict[str, object]:
    return {
        "lookback": None if asked["lookback"] is None else f"{asked['lookback']}s",
        "outcomes": "first" if asked["first"] else "each",
        "fold_repeats": asked["fold"],
        "touches": asked["touches"],
        "filter": Filter(where="touchpoint != 'b'") if asked["hide"] else None,
    }


def expected_paths(rows: list[Row], asked: dict[str, object]) -> list[reference.Path]:
    lookback = asked["lookback"]
    return reference.paths_to(
        [row for row in rows if not (asked["hide"] and row[2] == "b")],
        "d".__eq__,
        (lambda _: True) if asked["touches"] is None else (lambda name: name in "abd"),
        lookback=lookback * SECOND if isinstance(lookback, int) else None,
        first=bool(asked["first"]),
        fold=bool(asked["fold"]),
    )


@settings(deadline=None, max_examples=300)
@given(rows, asked, st.none() | st.integers(1, 5))
def test_paths_equal_the_reference(rows: list[Row], asked: dict[str, object], top: int | None) -> None:
    answer = log_from(rows).paths_to(BUY, top=top, **options(asked))  # type: ignore[arg-type]
    found = expected_paths(rows, asked)
    led = [path for path in found if path[1] == "led"]
    to_outcome = Counter(path[0] for path in led)
    to_nothing = Counter(path[0] for path in found if path[1] != "led")
    assert answer.n == len(found)
    assert answer.distinct == len({path[0] for path in found})
    assert answer.converted == wilson(len(led), len(found))
    assert answer.direct == to_outcome[()]
    assert answer.open == (None if asked["lookback"] is None else sum(path[1] == "open" for path in found))
    assert answer.customers == wilson(len({path[2] for path in led}), answer.scope.customers)
    for got, values in (
        (answer.touches, [len(path[0]) for path in led if path[0]]),
        (answer.seconds, [path[3] / SECOND for path in led if path[0]]),
    ):
        assert (got.q1, got.median, got.q3) == pytest.approx(quartiles(values), abs=1e-9)
    for each in answer.paths:
        assert (each.outcomes, each.nothing) == (to_outcome[each.path], to_nothing[each.path])
        assert each.converted == wilson(each.outcomes, each.outcomes + each.nothing)
        assert each.share_of_outcomes == (each.outcomes / len(led) if led else 0.0)
        assert each.share_of_paths == (each.outcomes + each.nothing) / len(found)
    order = [(-each.outcomes, -each.nothing) for each in answer.paths]
    assert order == sorted(order)
    assert len({each.path for each in answer.paths}) == min(top or answer.distinct, answer.distinct)
    assert answer.rest_paths == answer.distinct - len(answer.paths)
    assert sum(each.outcomes for each in answer.paths) + answer.rest_outcomes == len(led)
    assert sum(each.nothing for each in answer.paths) + answer.rest_nothing == len(found) - len(led)


@settings(deadline=None, max_examples=200)
@given(rows, asked)
def test_credit_equals_the_reference_and_adds_up(rows: list[Row], asked: dict[str, object]) -> None:
    answer = log_from(rows).credit(BUY, by="touchpoint", **options(asked))  # type: ignore[arg-type]
    found = expected_paths(rows, asked)
    expected = reference.credit(found)
    credited = sum(path[1] == "led" and bool(path[0]) for path in found)
    assert (answer.n, answer.credited) == (len(found), credited)
    assert answer.outcomes == credited + answer.direct == sum(path[1] == "led" for path in found)
    assert {each.value for each in answer.values} == expected.keys()
    for each in answer.values:
        paths, led, first, last, linear, position = expected[each.value]
        assert (each.paths, each.outcomes, each.converted) == (paths, led, wilson(led, paths))
        assert (each.first, each.last) == (wilson(first, credited), wilson(last, credited))
        assert (each.linear, each.position) == pytest.approx((linear, position))
    for total in (
        sum(each.first.count for each in answer.values if each.first),
        sum(each.last.count for each in answer.values if each.last),
        sum(each.linear for each in answer.values),
        sum(each.position for each in answer.values),
    ):
        assert total == pytest.approx(credited)
    if credited:
        assert sum(each.linear_share for each in answer.values) == pytest.approx(1)
        assert sum(each.position_share for each in answer.values) == pytest.approx(1)


@settings(deadline=None, max_examples=25)
@given(rows, asked)
def test_threads_change_no_path(rows: list[Row], asked: dict[str, object]) -> None:
    rows = [(f"{customer}{number}", time, name) for customer, time, name in rows for number in range(3)]
    log, given_options = log_from(rows), options(asked)
    alone = log.paths_to(BUY, **given_options), log.credit(BUY, by="touchpoint", **given_options)  # type: ignore[arg-type]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(threads, "EVENTS_PER_THREAD", 3)
        patch.setattr(os, "cpu_count", lambda: 3)
        again = log.paths_to(BUY, **given_options), log.credit(BUY, by="touchpoint", **given_options)  # type: ignore[arg-type]
    assert again == alone


@settings(deadline=None, max_examples=50)
@given(rows, asked)
def test_the_arrays_for_attribution_hold_every_path(rows: list[Row], asked: dict[str, object]) -> None:
    log, chosen = log_from(rows), options(asked)
    question = outcomes.question(
        BUY,
        "touchpoint",
        chosen["lookback"],  # type: ignore[arg-type]
        chosen["outcomes"],  # type: ignore[arg-type]
        chosen["touches"],  # type: ignore[arg-type]
        fold_repeats=bool(chosen["fold_repeats"]),
    )
    view = log.view(chosen["filter"])  # type: ignore[arg-type]
    found = outcomes.paths(log, view, question)
    customers = [
        log.customers[place] for place in (range(log.n_customers) if view.customers is None else view.customers)
    ]
    kinds = {0: "nothing", 1: "led", 2: "open"}
    assert [
        (
            tuple(found.names[code] for code in found.codes[found.offsets[p] : found.offsets[p + 1]].tolist()),
            kinds[int(found.kinds[p])],
            customers[int(found.customers[p])],
            int(found.spans[p]),
        )
        for p in range(len(found.kinds))
    ] == expected_paths(rows, asked)


def test_a_path_of_channels_leaves_out_what_has_none() -> None:
    log = log_from([("an", 0, "a"), ("an", SECOND, "c"), ("an", 2 * SECOND, "b"), ("an", 3 * SECOND, "d")])
    assert [each.path for each in log.paths_to(BUY, by="channel").paths] == [("web", "shop")]
    assert {each.value: each.linear for each in log.credit(BUY).values} == {"web": 0.5, "shop": 0.5}
    with pytest.raises(NotFoundError, match="chanel"):
        log.credit(BUY, by="chanel")


def test_a_wrong_question_is_refused_and_an_empty_log_is_not() -> None:
    for answer in (log_from([]).paths_to(BUY), log_from([]).credit(BUY, by="touchpoint")):
        assert json.loads(json.dumps(answer.to_dict()))["n"] == 0
    with pytest.raises(InvalidInputError, match="each, first"):
        log_from([]).paths_to(BUY, outcomes="last")  # type: ignore[arg-type]
    with pytest.raises(InvalidInputError, match="1 or more"):
        log_from([]).paths_to(BUY, top=0)
    with pytest.raises(InvalidInputError, match="lookback"):
        log_from([]).credit(BUY, lookback="soon")
