"""What an event log says of each customer, as arrays: how often or for how much in each period, and since when.

Days are those of the log's own time zone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from klantreis.errors import InvalidInputError, Said
from klantreis.events.filter import bounds, zone_named

if TYPE_CHECKING:
    from klantreis.events.local.log import LocalLog
    from klantreis.events.pattern import EventPattern
    from klantreis.measurement.measurement import Counted, EffectPlan
    from klantreis.values import Period

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
Every = Literal["day", "week", "month"]

#: The time of what never happened.
NEVER = np.iinfo(np.int64).max
#: Days in a day, a week and a mean month.
LENGTHS: dict[str, float] = {"day": 1.0, "week": 7.0, "month": 365.25 / 12}


@dataclass(frozen=True, eq=False, slots=True)
class Told:
    """Numbers by customer and period; ``missing``: matching events without the amount, which count for nothing."""

    values: Floats
    missing: int


@dataclass(frozen=True, eq=False, slots=True)
class Calendar:
    """Where each period begins and the last one ends (µs since 1970 UTC), and how many lie in the baseline.

    ``left_out`` is the number of days at both ends that make no whole period.
    """

    edges: Ints
    before: int
    left_out: int

    @property
    def after(self) -> int:
        """How many lie in the measured period."""
        return len(self.edges) - 1 - self.before


def customer_of_event(log: LocalLog) -> Ints:
    """The place of the customer of each event; shape (events,)."""
    ends = np.asarray(log.offsets)
    return np.repeat(np.arange(log.n_customers, dtype=np.int64), ends[1:] - ends[:-1])


def start_of(log: LocalLog, day: date) -> int:
    """The moment a day begins in the log's zone (µs since 1970 UTC)."""
    first, _ = bounds((day, None), zone_named(log.zone_name))
    assert first is not None  # noqa: S101 - a day was given
    return first


def span_of(log: LocalLog, period: Period) -> Ints:
    """The two ends of a period of days, the last day included; shape (2,)."""
    return np.array([start_of(log, period.start), start_of(log, period.end + timedelta(days=1))])


def told(log: LocalLog, counted: Counted, edges: Ints, *, since: Ints | None = None) -> Told:
    """What each customer did in each period.

    Parameters
    ----------
    edges
        Shape (periods + 1,): where each period begins, and the last one ends.
    since
        Shape (customers,): only what happened from then on counts; NEVER for nothing at all.

    Returns
    -------
    Told
        Values of shape (customers, periods): 0 or 1 for a share, a number of events, or a sum.
    """
    periods = len(edges) - 1
    times = np.asarray(log.times)
    place = np.searchsorted(edges, times, side="right") - 1
    chosen = log.mask(counted.pattern) & (place >= 0) & (place < periods)
    whose = customer_of_event(log)
    if since is not None:
        chosen &= times >= since[whose]
    cell = whose[chosen] * periods + place[chosen]
    weights, missing = None, 0
    if counted.amount is not None:
        amounts = np.asarray(log.attribute_numbers(counted.amount))[chosen]
        gaps = np.isnan(amounts)
        weights, missing = np.where(gaps, 0.0, amounts), int(gaps.sum())
    found = np.bincount(cell, weights, log.n_customers * periods).astype(np.float64)
    if counted.measure == "share":
        found = np.minimum(found, 1.0)
    return Told(found.reshape(log.n_customers, periods), missing)


def first_within(log: LocalLog, pattern: EventPattern, start: int, end: int) -> Ints:
    """When each customer had the first matching event from ``start`` up to ``end``; NEVER when there was none."""
    times = np.asarray(log.times)
    chosen = log.mask(pattern) & (times >= start) & (times < end)
    found = np.full(log.n_customers, NEVER)
    np.minimum.at(found, customer_of_event(log)[chosen], times[chosen])
    return found


def known_before(log: LocalLog, moment: int) -> Mask:
    """Customers with any event before a moment."""
    if not log.n_customers:
        return np.zeros(0, dtype=np.bool_)
    # Events are in order of time, so a customer's first one decides.
    return np.asarray(log.times)[np.asarray(log.offsets[:-1])] < moment


def calendar(log: LocalLog, plan: EffectPlan) -> Calendar:
    """The whole periods of a plan, counted both ways from the day on which the measured period starts.

    Raises
    ------
    InvalidInputError
        When the baseline or the measured period holds no whole period.
    """
    assert plan.every is not None  # noqa: S101 - a plan over time has it
    start, every = plan.measured.start, plan.every
    if every == "month" and start.day > 28:
        raise InvalidInputError(
            f"Months cannot be counted from day {start.day}, which not every month has.",
            hint=Said("Start it on the 28th at the latest.", message_id="measurement.error.hint.month_start"),
            message_id="measurement.error.month_start",
            values={"day": start.day},
        )
    back, on = 0, 0
    while _moved(start, -(back + 1), every) >= plan.baseline.start:
        back += 1
    after = plan.measured.end + timedelta(days=1)
    while _moved(start, on + 1, every) <= after:
        on += 1
    if not back:
        raise InvalidInputError(
            "The baseline does not hold one whole period.", message_id="measurement.error.short_baseline"
        )
    if not on:
        raise InvalidInputError(
            "The measured period does not hold one whole period.", message_id="measurement.error.short_measured"
        )
    days = [_moved(start, number, every) for number in range(-back, on + 1)]
    left_out = (days[0] - plan.baseline.start).days + (after - days[-1]).days
    return Calendar(np.array([start_of(log, day) for day in days]), back, left_out)


def _moved(start: date, number: int, every: Every) -> date:
    if every != "month":
        return start + timedelta(days=number * (7 if every == "week" else 1))
    months = start.year * 12 + start.month - 1 + number
    return start.replace(year=months // 12, month=months % 12 + 1)


def scale_of(plan: EffectPlan, period: Period) -> float:
    """What a total over a period is divided by to be told per day, week or month; 1 when it is not."""
    if plan.every is None or plan.outcome.measure == "share":
        return 1.0
    return ((period.end - period.start).days + 1) / LENGTHS[plan.every]
