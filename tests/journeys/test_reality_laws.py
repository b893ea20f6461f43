"""What the kernels count on random journeys and random logs equals the plain reference, and the parts add up."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from klantreis.events.event import Event
from klantreis.events.local.columns import EPOCH
from klantreis.events.local.log import LocalLog, log_of
from klantreis.events.share import wilson
from klantreis.journeys.journey import Journey
from klantreis.journeys.laying import count, lay_out
from klantreis.journeys.reality import Reality, reality
from tests.journeys import reality_reference as reference
from tests.journeys.reality_reference import PlainRule, PlainStep, Row

HOUR = 3_600_000_000
NAMES = "abcdex"
touchpoints = st.frozensets(st.sampled_from(NAMES[:5]), max_size=3)
rows = st.lists(
    st.builds(
        Row,
        customer=st.sampled_from(["an", "bo", "cé"]),
        time=st.integers(0, 30).map(lambda hour: hour * HOUR),
        touchpoint=st.sampled_from(NAMES),
        key=st.sampled_from([None, None, "k1", "k2", "k3"]),
    ),
    max_size=40,
)


@st.composite
def maps(draw: st.DrawFn) -> tuple[PlainStep, ...]:
    n = draw(st.integers(0, 5))
    loops = st.none() | st.integers(0, max(0, n - 1))
    step = st.builds(
        PlainStep,
        touchpoints=touchpoints,
        observable=st.sampled_from([True, True, True, False]),
        optional=st.booleans(),
        repeatable=st.booleans(),
        loop_to=loops,
    )
    return tuple(draw(st.lists(step, min_size=n, max_size=n)))


rules = st.builds(
    PlainRule,
    start=st.none() | st.frozensets(st.sampled_from(NAMES), min_size=1, max_size=2),
    end=st.frozensets(st.sampled_from(NAMES), max_size=2),
    timeout=st.none() | st.integers(1, 12).map(lambda hours: hours * HOUR),
    keyed=st.booleans(),
    customers=st.none() | st.frozensets(st.sampled_from(NAMES), min_size=1, max_size=2),
)


def pattern(names: frozenset[str] | None) -> str | None:
    """The event pattern for these touchpoints."""
    return f"touchpoint in ({', '.join(map(repr, sorted(names)))})" if names else None


def journey_of(steps: tuple[PlainStep, ...], rule: PlainRule) -> Journey:
    """The journey that the plain steps and rule stand for."""
    return Journey.model_validate(
        {
            "id": "journey:random",
            "title": "Random",
            "persona": "persona:an",
            "steps": [
                {
                    "id": f"s{place}",
                    "phase": "use",
                    "title": f"Step {place}",
                    "pattern": pattern(step.touchpoints),
                    "observable": step.observable,
                    "optional": step.optional,
                    "repeatable": step.repeatable,
                    "loop_to": None if step.loop_to is None else f"s{step.loop_to}",
                }
                for place, step in enumerate(steps)
            ],
            "runs": {
                "dataset": "dataset:random",
                "start": pattern(rule.start),
                "end": pattern(rule.end),
                "timeout_days": None if rule.timeout is None else rule.timeout / HOUR / 24,
                "key": "key" if rule.keyed else None,
                "customers": pattern(rule.customers),
            },
        }
    )


def log_from(rows: list[Row]) -> LocalLog:
    """The rows as a log; the attribute exists even when no row has it."""
    anchor = [] if any(row.key for row in rows) else [Row("zz", 0, "x", "k1")]
    return log_of(
        Event(
            row.customer,
            EPOCH + timedelta(microseconds=row.time),
            row.touchpoint,
            attributes={"key": row.key} if row.key else {},
        )
        for row in [*rows, *anchor]
    )


def counted(found: Reality, journey: Journey, log: LocalLog) -> dict[str, Any]:
    """The reality in the reference's form."""
    assert journey.runs is not None
    counts = count(journey, log, lay_out(journey, journey.runs, log))
    steps = {}
    for row, where in enumerate(counts.bound):
        step = found.steps[where]
        assert step.reach is not None
        assert step.after is not None
        assert step.after.ended is not None
        assert step.after.at_end is not None
        assert step.came_back is not None
        steps[where] = {
            "reach": step.reach.count,
            "customers": step.customers,
            "repeats": step.repeats,
            "after": Counter(
                went_on=step.after.went_on or 0,
                elsewhere=step.after.elsewhere or 0,
                silent=step.after.ended - step.after.at_end,
                at_end=step.after.at_end,
                open=step.after.open or 0,
            ),
            "waits": sorted(counts.waits[counts.wait_steps == row].tolist()),
            "reach_share": step.reach,
            "dropped_share": step.dropped_out,
            "returned_share": step.came_back,
            "returned": step.came_back.count,
            "returned_by": step.came_back_customers,
            "undeclared": step.came_back_undeclared,
        }
    assert found.off_map.runs is not None
    return {
        "runs": found.runs.n,
        "customers_with_runs": found.runs.customers_with_runs,
        "stands": Counter(ended=found.runs.ended, timed_out=found.runs.timed_out, open=found.runs.open),
        "without_steps": found.runs.without_steps,
        "events": [
            (int(log.times[first]), int(last)) for first, last in zip(counts.runs.first, counts.last_times, strict=True)
        ],
        "steps": steps,
        "off": {one.touchpoint: (one.events, one.runs.count, one.customers) for one in found.off_map.touchpoints},
        "off_runs": found.off_map.runs.count,
        "off_share": found.off_map.runs,
        "off_customers": found.off_map.customers,
    }


def dense_case(chance: random.Random) -> tuple[list[Row], tuple[PlainStep, ...], PlainRule]:
    """A case in which much happens: long traces, loops, several open runs at a time."""
    n = chance.randint(2, 6)
    steps = tuple(
        PlainStep(
            touchpoints=frozenset(chance.sample(NAMES[:5], chance.choice([0, 1, 1, 1, 2]))),
            observable=chance.random() < 0.9,
            optional=chance.random() < 0.6,
            repeatable=chance.random() < 0.3,
            loop_to=chance.randrange(n) if chance.random() < 0.6 else None,
        )
        for _ in range(n)
    )
    keyed = chance.random() < 0.5
    rule = PlainRule(
        start=frozenset(chance.sample(NAMES, chance.randint(1, 2))) if chance.random() < 0.7 else None,
        end=frozenset(chance.sample(NAMES, 1)) if chance.random() < 0.4 else frozenset(),
        timeout=chance.randint(2, 15) * HOUR if chance.random() < 0.6 else None,
        keyed=keyed,
    )
    keys = [None, "k1", "k2", "k3", "k4"]
    span = chance.choice([10, 60])
    rows = [
        Row(chance.choice(["an", "bo"]), chance.randint(0, span) * HOUR, chance.choice(NAMES), chance.choice(keys))
        for _ in range(chance.randint(0, 60))
    ]
    return [*rows, Row("zz", 0, "x", "k1")], steps, rule


def test_reality_equals_the_plain_reference_where_much_happens() -> None:
    for seed in range(800):
        rows, steps, rule = dense_case(random.Random(seed))  # noqa: S311 - cases, not secrets
        journey, log = journey_of(steps, rule), log_from(rows)
        found, wanted = counted(reality(journey, log), journey, log), reference.lay(rows, steps, rule)
        assert found == wanted, f"seed {seed}"


@given(rows=rows, steps=maps(), rule=rules)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_reality_equals_the_plain_reference(rows: list[Row], steps: tuple[PlainStep, ...], rule: PlainRule) -> None:
    if not any(row.key for row in rows):
        rows = [*rows, Row("zz", 0, "x", "k1")]
    journey, log = journey_of(steps, rule), log_from(rows)
    found = counted(reality(journey, log), journey, log)
    wanted = reference.lay(rows, steps, rule)
    assert found == wanted


@given(rows=rows, steps=maps(), rule=rules)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_parts_add_up(rows: list[Row], steps: tuple[PlainStep, ...], rule: PlainRule) -> None:
    found = reality(journey_of(steps, rule), log_from(rows))
    runs = found.runs
    assert runs.n == runs.ended + runs.timed_out + runs.open
    stopped = 0
    for step in found.steps:
        if not step.bound:
            assert step.reach is None
            continue
        assert step.reach is not None
        assert step.after is not None
        after = step.after
        parts = [after.went_on, after.elsewhere, after.ended, after.open]
        assert sum(part or 0 for part in parts) == step.reach.count
        independent = wilson(step.reach.count, runs.n)
        assert step.reach.low <= independent.low + 1e-12
        assert step.reach.high >= independent.high - 1e-12
        assert step.never_seen == (step.reach.count == 0)
        stopped += step.reach.count - (after.went_on or 0)
    # Every run that saw a step has exactly one last step.
    assert stopped == runs.n - runs.without_steps
    assert found.fit.open == runs.open
