"""Steps bound by patterns that look at a customer's other events are laid like any other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from klantreis.events.event import Event
from klantreis.events.local.log import log_of
from klantreis.events.share import wilson
from klantreis.journeys.journey import Journey
from klantreis.journeys.reality import reality

START = datetime(2026, 1, 1, tzinfo=UTC)


def test_one_touchpoint_is_three_steps_by_its_place_in_the_trace() -> None:
    patterns = {
        "first-order": 'first touchpoint = "order"',
        "quick-help": 'touchpoint = "call" within 2d after touchpoint = "order"',
        "second-order": 'nth(2) touchpoint = "order"',
        "return": 'touchpoint = "order" then touchpoint = "return" within 5d',
    }
    journey = Journey.model_validate(
        {
            "id": "journey:orders",
            "title": "Orders",
            "persona": "persona:an",
            "steps": [
                {"id": name, "phase": "use", "title": name, "pattern": pattern} for name, pattern in patterns.items()
            ],
            "runs": {"dataset": "dataset:orders", "start": 'first touchpoint = "order"'},
        }
    )
    assert Journey.model_validate(journey.model_dump(mode="json")) == journey
    days = {"an": "o0 c1 o4 r9", "bo": "c0 o1 c9 o10 o11 r20", "cé": "o0"}
    names = {"o": "order", "c": "call", "r": "return"}
    log = log_of(
        Event(customer, START + timedelta(days=int(word[1:])), names[word[0]])
        for customer, words in days.items()
        for word in words.split()
    )
    found = reality(journey, log)
    reached = {step.id: found.step(step.id) for step in journey.steps}
    assert found.runs.n == 3
    assert [None if one is None else one.reach for one in reached.values()] == [
        wilson(3, 3),
        wilson(1, 3),  # bo's calls come before the first order, and too late after it
        wilson(2, 3),
        wilson(1, 3),  # bo returns nine days after the last order
    ]
    # bo's late call and third and fourth events that no step matches are off the map, each counted once.
    assert {(one.touchpoint, one.events) for one in found.off_map.touchpoints} == {
        ("call", 1),
        ("order", 1),
        ("return", 1),
    }
