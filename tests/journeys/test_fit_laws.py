"""What fit counts on random journeys and logs agrees with plain counting, with reality, and with itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from klantreis.events.share import Share
from klantreis.journeys.fit import fit
from klantreis.journeys.fit_interval import per_customer, resampled
from klantreis.journeys.fit_traces import number_variants
from klantreis.journeys.fit_values import MapFit
from klantreis.journeys.reality import reality
from klantreis.journeys.run_shares import wilson_by_customer
from tests.journeys.fit_reference import fits
from tests.journeys.reality_reference import PlainRule, PlainStep, Row, Run, runs_of
from tests.journeys.test_reality_laws import HOUR, journey_of, log_from, maps, rows, rules


def with_key(events: list[Row]) -> list[Row]:
    """The rows, with a key on one of them: a log in which nobody has it has no such field."""
    return events if any(row.key for row in events) else [*events, Row("zz", 0, "x", "k1")]


def closed_runs(events: Sequence[Row], steps: Sequence[PlainStep], rule: PlainRule) -> list[Run]:
    return [run for run in runs_of(events, steps, rule) if run.stands != "open"]


def trace_of(run: Run, steps: Sequence[PlainStep]) -> list[frozenset[int]]:
    """What each mapped event of a run may count as."""
    may_be = [
        frozenset(place for place, step in enumerate(steps) if step.bound and row.touchpoint in step.touchpoints)
        for row in run.events
    ]
    return [event for event in may_be if event]


@given(events=rows.map(with_key), steps=maps(), rule=rules)
@settings(max_examples=250)
def test_what_is_counted_equals_plain_counting(
    events: list[Row], steps: tuple[PlainStep, ...], rule: PlainRule
) -> None:
    found = fit(journey_of(steps, rule), log_from(events), top=1000, resamples=1)
    runs = closed_runs(events, steps, rule)
    known = rule.end | (rule.start or frozenset())
    mapped = known.union(*(step.touchpoints for step in steps if step.bound))
    assert (found.runs.closed, found.runs.customers) == (len(runs), len({run.customer for run in runs}))
    traces = [trace_of(run, steps) for run in runs]
    assert found.runs.variants == len({tuple(trace) for trace in traces})
    off = [[row.touchpoint for row in run.events if row.touchpoint not in mapped] for run in runs]
    for name in set().union(*off):
        there = [run.customer for run, names in zip(runs, off, strict=True) if name in names]
        ways = [one for one in found.departures if one.touchpoint == name]
        assert max(one.runs.count for one in ways) <= len(there) <= sum(one.runs.count for one in ways)
        assert max(one.customers for one in ways) <= len(set(there)) <= sum(one.customers for one in ways)
    bound = [place for place, step in enumerate(steps) if step.bound]
    if not bound:
        assert found.fitness is None
        return
    assert found.follow is not None
    assert found.fitness is not None
    assert found.fitness_with_ad_hoc is not None
    followed, all_runs = (
        Counter(run.customer for run, trace in zip(runs, traces, strict=True) if every or fits(trace, steps))
        for every in (False, True)
    )
    assert found.follow == wilson_by_customer([followed[who] for who in all_runs], list(all_runs.values()))
    assert found.fitness_with_ad_hoc.cost == (found.fitness.cost or 0) + sum(map(len, off))
    shortest = sum(not steps[place].optional for place in bound)
    assert found.fitness.worst == sum(len(trace) + shortest for trace in traces)


@given(events=rows.map(with_key), steps=maps(), rule=rules)
@settings(max_examples=250)
def test_reality_says_the_same_of_fit(events: list[Row], steps: tuple[PlainStep, ...], rule: PlainRule) -> None:
    journey, log = journey_of(steps, rule), log_from(events)
    found, seen = fit(journey, log, top=10_000, resamples=1), reality(journey, log)
    assert (seen.fit.share, seen.fit.open) == (found.follow, found.runs.open)
    kinds = {one.kind: one for one in found.kinds}
    assert (seen.disorder.runs, seen.disorder.customers) == (kinds["order"].runs, kinds["order"].customers)
    assert (seen.fit.missing, seen.fit.disordered) == (kinds["missing"].runs.count, kinds["order"].runs.count)
    again = [one for one in found.departures if one.way == "again"]
    assert max((one.runs.count for one in again), default=0) <= (seen.fit.wrong_repeat or 0)
    assert (seen.fit.wrong_repeat or 0) <= sum(one.runs.count for one in again)
    assert {(pair.later, pair.earlier, pair.runs, pair.customers) for pair in seen.disorder.pairs} == {
        (one.step, one.other, one.runs, one.customers) for one in found.departures if one.way == "swapped"
    }


@given(events=rows.map(with_key), steps=maps(), rule=rules)
@settings(max_examples=250)
def test_what_never_came_is_missing(events: list[Row], steps: tuple[PlainStep, ...], rule: PlainRule) -> None:
    steps = tuple(replace(step, loop_to=None) for step in steps)
    found = fit(journey_of(steps, rule), log_from(events), resamples=1)
    names: Counter[str] = Counter(name for step in steps if step.bound for name in step.touchpoints)
    if any(number > 1 for number in names.values()):
        return
    runs = closed_runs(events, steps, rule)
    for place, step in enumerate(steps):
        missing = found.steps[place].deviation("missing")
        if step.bound:
            # Missing is a required step that never came; what came in another place is not missing.
            never = [run for run in runs if not step.optional and not any(place in one for one in trace_of(run, steps))]
            assert missing is not None
            assert (missing.runs.count, missing.customers) == (len(never), len({run.customer for run in never}))


@given(events=rows.map(with_key), steps=maps(), rule=rules, hours=st.integers(0, 31), k=st.integers(2, 4))
@settings(max_examples=150)
def test_the_parts_add_up_and_small_groups_stay_hidden(
    events: list[Row], steps: tuple[PlainStep, ...], rule: PlainRule, hours: int, k: int
) -> None:
    day = date(1970, 1, 1 + hours // 24)
    journey, log = journey_of(steps, rule), log_from(events)
    found = fit(journey, log, before=day, top=1000, resamples=1)
    n = found.runs.closed
    assert found.drift is not None
    assert found.drift.before.runs + found.drift.after.runs == n
    moment = (hours // 24) * 24 * HOUR
    begun = [run.events[0].time for run in closed_runs(events, steps, rule)]
    assert found.drift.before.runs == sum(time < moment for time in begun)
    whole: dict[tuple[str | None, str], int] = {(None, one.kind): one.runs.count for one in found.kinds}
    whole |= {(step.id, one.kind): one.runs.count for step in found.steps for one in step.deviations}
    for one in found.drift.steps:
        assert one.before.count + one.after.count == whole[one.step, one.kind]
    assert sum(one.runs.count for one in found.variants) == n
    assert sum(one.runs.count for one in found.drift.new_variants) <= found.drift.after.runs
    if found.fitness is not None:
        assert found.fitness.cost == sum(one.cost * one.runs.count for one in found.variants)
        clean = {move.move for one in found.variants if one.cost == 0 for move in one.moves}
        assert clean <= {"match"}
    for share in shares(found):
        assert share.n in (n, found.drift.before.runs, found.drift.after.runs)
    assert not any(0 < size < k for size in customers_in(found.suppressed(k).model_dump()))


def shares(found: MapFit) -> Iterator[Share]:
    """Every share in the answer but that of the runs that follow the map."""
    for step in found.steps:
        yield from (one.runs for one in step.deviations)
    yield from (one.runs for one in found.kinds)
    yield from (one.runs for one in found.departures)
    yield from (one.runs for one in found.variants)
    if found.drift is not None:
        yield from (share for one in found.drift.steps for share in (one.before, one.after))


def customers_in(part: Any) -> Iterator[int]:
    """Every number of customers in an answer, but that of the whole."""
    if isinstance(part, dict):
        for name, value in part.items():
            if name.endswith("customers") and isinstance(value, int):
                yield value
            elif name != "runs":
                yield from customers_in(value)
    elif isinstance(part, list | tuple):
        for one in part:
            yield from customers_in(one)


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(1, 5)), min_size=3, max_size=30),
    st.integers(0, 2**32),
)
@settings(max_examples=60)
def test_a_resample_draws_as_many_customers_from_those_there_are(totals: list[tuple[int, int]], seed: int) -> None:
    table = np.array(totals, dtype=np.int64)
    sums = resampled(np.column_stack((table, np.ones(len(table), np.int64))), resamples=50, seed=seed)
    assert sums.shape == (50, 3)
    assert (sums[:, 2] == len(table)).all()
    assert (sums[:, :2] <= table.max(axis=0) * len(table)).all()
    assert (sums[:, :2] >= table.min(axis=0) * len(table)).all()
    assert abs(sums[:, 1].mean() - table[:, 1].sum()) <= 5 * np.sqrt(len(table) * table[:, 1].var() / 50) + 1e-9


@given(st.lists(st.lists(st.integers(0, 2), max_size=4), max_size=200))
@settings(max_examples=50)
def test_runs_with_the_same_trace_are_one_variant(traces: list[list[int]]) -> None:
    symbols = np.array([symbol for trace in traces for symbol in trace], dtype=np.int32)
    variant, leaders = number_variants(symbols, np.cumsum([0, *map(len, traces)], dtype=np.int64))
    first = {tuple(trace): place for place, trace in reversed(list(enumerate(traces)))}
    assert leaders.tolist() == sorted(first.values())
    assert [int(leaders[number]) for number in variant] == [first[tuple(trace)] for trace in traces]


def test_many_traces_of_one_length_are_told_apart() -> None:
    traces = np.array(list(product(range(4), repeat=6)), dtype=np.int32)
    variant, leaders = number_variants(traces.ravel(), np.arange(0, traces.size + 1, 6, dtype=np.int64))
    assert variant.tolist() == leaders.tolist() == list(range(len(traces)))


def test_totals_are_by_customer() -> None:
    found = per_customer(np.array([4, 4, 9, 4]), np.array([1, 2, 3, 4]), np.array([1, 1, 1, 1]))
    assert found.tolist() == [[7, 3], [3, 1]]
