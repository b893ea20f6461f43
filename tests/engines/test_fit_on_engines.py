"""The fit of a journey whose events stay on an engine equals that of the same events in memory, exactly."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings

from klantreis.errors import NotFoundError, UnsupportedQuestionError
from klantreis.events.remote import runs
from klantreis.events.remote.log import RemoteLog
from klantreis.journeys.fit import fit
from klantreis.journeys.journey import Journey
from tests.engines.places import Place, Row, local_log
from tests.engines.questions import MINUTE, NEW_YEAR
from tests.engines.test_contract import EXAMPLES, FULL, drawn
from tests.journeys.reality_reference import PlainRule, PlainStep
from tests.journeys.reality_reference import Row as PlainRow
from tests.journeys.test_reality_laws import journey_of, maps, rows, rules

STEPS = (
    {"id": "look", "pattern": "touchpoint = 'a'"},
    {"id": "try", "pattern": "touchpoint = 'b' and channel = 'web'", "optional": True},
    {"id": "ask", "pattern": "touchpoint in ('b', 'c') and amount >= 2", "repeatable": True, "failed": "amount = 3"},
    {"id": "wait", "observable": False},
    {"id": "buy", "pattern": "touchpoint = 'c'", "loop_to": "look"},
)
#: In minutes of events a time-out of three is 0.002 of a day.
RULES: dict[str, dict[str, Any]] = {
    "to an end": {"end": "touchpoint = 'c' and amount = 3"},
    "from a start": {"start": "touchpoint = 'a'", "timeout_days": 3 / 1440},
    "of some": {
        "start": "touchpoint = 'a' and channel != 'app'",
        "end": "channel = 'app'",
        "timeout_days": 5 / 1440,
        "customers": "touchpoint = 'b' and `Cart kind` = 'x'",
    },
    "by key": {"start": "touchpoint != 'b'", "end": "touchpoint = 'c'", "timeout_days": 9 / 1440, "key": "Cart kind"},
    "by number": {"end": "touchpoint = 'c'", "key": "amount"},
    "never closed": {},
}
#: A rule with everything in it but customers, where a statement takes seconds.
ON_SPARK = ("by key",)


def two_days(n: int) -> list[Row]:
    """A random log in which half of the customers come back a day later, and some only then."""
    later = [replace(row, time=row.time + 24 * 60 * MINUTE) for row in drawn(24, n // 2)]
    return [FULL, *drawn(21, n), *later]


def journey(rule: dict[str, Any], steps: tuple[dict[str, Any], ...] = STEPS) -> Journey:
    return Journey.model_validate(
        {
            "id": "journey:shop",
            "title": "Shopping",
            "persona": "persona:an",
            "steps": [{"phase": "use", "title": step["id"], **step} for step in steps],
            "runs": {"dataset": "dataset:shop", **rule},
        }
    )


def test_fit_is_that_of_the_log_in_memory(place: Place) -> None:
    events = two_days(300)
    kept, plain = place.keep(events), local_log(events)
    for name in ON_SPARK if place.name.startswith("spark") else RULES:
        before = date(2026, 1, 2) if name in ("from a start", "by key") else None
        there = fit(journey(RULES[name]), kept, before=before, resamples=200)  # type: ignore[arg-type]
        assert there == fit(journey(RULES[name]), plain, before=before, resamples=200), name
        assert (there.runs.closed > 10) == (name != "never closed")
        assert there.drift is None or min(there.drift.before.runs, there.drift.after.runs) > 10


def test_fit_of_random_maps_and_logs(place: Place) -> None:
    if place.name not in EXAMPLES:
        return

    @settings(max_examples=2 * EXAMPLES[place.name])
    @given(rows, maps(), rules.filter(lambda rule: rule.timeout is None or rule.start is not None))
    def law(events: list[PlainRow], steps: tuple[PlainStep, ...], rule: PlainRule) -> None:
        plain = journey_of(steps, rule)
        assert plain.runs is not None
        key = "Cart kind" if rule.keyed else None
        asked = plain.model_copy(update={"runs": plain.runs.model_copy(update={"key": key})})
        made = [FULL, *(Row(one.customer, NEW_YEAR + one.time, one.touchpoint, "web", 1.0, one.key) for one in events)]
        assert fit(asked, place.keep(made), resamples=9) == fit(asked, local_log(made), resamples=9)  # type: ignore[arg-type]

    law()


def test_a_map_with_more_patterns_than_stand_in_one_number(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    events = two_days(200)
    monkeypatch.setattr(runs, "PER_NUMBER", 2)
    monkeypatch.setattr(runs, "MOST_LISTED", 1)
    asked = journey(RULES["from a start"])
    there = fit(asked, place.keep(events), before=date(2026, 1, 2))  # type: ignore[arg-type]
    assert there == fit(asked, local_log(events), before=date(2026, 1, 2))


def test_a_map_that_no_event_can_show_and_a_log_without_runs(place: Place) -> None:
    events = [Row("an", NEW_YEAR + at * MINUTE, "abc"[at % 3], "web", 1.0, "x") for at in range(9)]
    kept, plain = place.keep(events), local_log(events)
    all_asked = (
        journey({"end": "touchpoint = 'c'"}, ({"id": "wait", "observable": False},)),
        journey({"start": "touchpoint = 'c' and amount > 5", "end": "touchpoint = 'a'"}),
        journey({}, ({"id": "wait", "observable": False},)),
    )
    for asked in all_asked[:1] if place.name.startswith("spark") else all_asked:
        assert fit(asked, kept) == fit(asked, plain)  # type: ignore[arg-type]


def test_runs_that_an_engine_cannot_cut_are_refused_by_name(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = place.keep([FULL, *drawn(23, 100)])
    if not isinstance(kept, RemoteLog):
        return
    with pytest.raises(UnsupportedQuestionError, match="runs with a time-out and without a start"):
        fit(journey({"timeout_days": 1}), kept)
    with pytest.raises(NotFoundError, match=r"runs\.key: There is no attribute 'cart'"):
        fit(journey({"key": "cart"}), kept)
    with pytest.raises(NotFoundError, match=r"journey:shop \(runs\.end\): No event in this log has a field 'chanel'"):
        fit(journey({"end": "chanel = 'web'"}), kept)
    monkeypatch.setattr(runs, "MOST_KINDS", 2)
    with pytest.raises(UnsupportedQuestionError, match="more than 2 kinds of customers did different things"):
        fit(journey(RULES["from a start"]), kept)
