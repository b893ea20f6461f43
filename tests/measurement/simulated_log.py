"""Event logs in which the truth is known, and plans for them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from klantreis.events.event import Event
from klantreis.events.local.log import LocalLog, log_of
from klantreis.measurement.measurement import EffectPlan

Floats = NDArray[np.float64]

#: The first day of every log here: a Monday.
FIRST = date(2026, 1, 5)
SPEND = {"pattern": 'touchpoint = "shop"', "measure": "sum", "amount": "value"}


def moment(week: float) -> datetime:
    """A moment so many weeks after the first day, at noon."""
    return datetime(FIRST.year, FIRST.month, FIRST.day, 12, tzinfo=UTC) + timedelta(days=round(7 * week))


def week(number: int) -> date:
    """The first day of a week."""
    return FIRST + timedelta(weeks=number)


def weeks(first: int, last: int) -> dict[str, str]:
    """A period from the first day of a week to the last day of another."""
    return {"start": week(first).isoformat(), "end": (week(last + 1) - timedelta(days=1)).isoformat()}


def shopping(spend: Floats, others: Iterator[Event] | list[Event] = (), *, shops: list[str] | None = None) -> LocalLog:  # type: ignore[assignment]
    """A log of one shopping trip a week for each customer (rows) that spends more than nothing, and other events."""
    trips = (
        Event(
            f"c{row:04}",
            moment(column + 0.5),
            "shop",
            None,
            {"value": float(value), **({"shop": shops[row]} if shops else {})},
        )
        for (row, column), value in np.ndenumerate(spend)
        if value > 0
    )
    return log_of([*trips, *others])


def got(row: int | np.integer[Any], number: int, touchpoint: str = "mailing", **attributes: str | float) -> Event:
    """A customer gets something at the start of a week."""
    return Event(f"c{row:04}", moment(number), touchpoint, None, dict(attributes))


def plan(comparison: str, *, before: int, after: int, **more: Any) -> EffectPlan:
    """A plan on weekly spending: so many weeks of baseline, so many measured."""
    body = {
        "metric": "metric:spend",
        "dataset": "dataset:card",
        "comparison": comparison,
        "outcome": SPEND,
        "unit": "EUR",
        "every": "week",
        "baseline": weeks(0, before - 1),
        "measured": weeks(before, before + after - 1),
        "smallest_relevant_effect": 1.0,
        "fixed_on": "2026-01-01",
        **more,
    }
    return EffectPlan.model_validate({name: value for name, value in body.items() if value is not None})
