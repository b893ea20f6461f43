"""What an event log tells of each customer: how often, how lately, how much, when, and what stays the same.

One pass over the log's columns for each field; nothing is kept of single events. How often what happens, and how
lately, make groups unless asked otherwise. What an event is worth, when it happens and who the customer is are held
back to tell groups apart. Sums, visits and channels say again what the counts say, and are spare.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from klantreis.analysis.behaviour.customer_fields import MOST_CATEGORIES, CustomerField, CustomerTable, is_unknown
from klantreis.errors import InvalidInputError
from klantreis.events.durations import Duration, microseconds
from klantreis.events.filter import Filter, zone_named
from klantreis.events.local.log import LocalLog
from klantreis.events.local.views import View
from klantreis.events.local_time import clock_shifts

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

#: Of more touchpoints than this only those of most customers have a field of their own.
MOST_TOUCHPOINTS = 12
#: Values of an attribute of events that have a share each; of more, only how many different ones there are.
MOST_SHARES = 4
#: Parts of the day, in hours.
DAY_PARTS = ((0, 6), (6, 12), (12, 18), (18, 24))
_HOUR = 3_600_000_000
_DAY = 24 * _HOUR


@dataclass(frozen=True, eq=False, slots=True)
class _Events:
    log: LocalLog
    view: View
    owner: Ints  # event: its customer's place in the view

    @property
    def n(self) -> int:
        return self.view.n_customers

    def per_customer(self, codes: npt.NDArray[Any], kinds: int) -> Ints:
        """How many events each customer has of each code; shape (customers, kinds)."""
        cells = self.owner * kinds + codes
        return np.bincount(cells, minlength=self.n * kinds).reshape(self.n, kinds)

    def sums(self, numbers: Floats) -> tuple[Floats, Ints]:
        """Sum and how many, of what is known."""
        here = ~np.isnan(numbers)
        owner = self.owner[here]
        sums = np.bincount(owner, numbers[here], minlength=self.n).astype(np.float64)
        return sums, np.bincount(owner, minlength=self.n)


def customer_fields(
    log: LocalLog,
    *,
    filter: Filter | None = None,  # noqa: A002 - the word for it
    gap: Duration = "30min",
    unit: str = "customer",
) -> CustomerTable:
    """A row for each customer of a log.

    Parameters
    ----------
    filter
        Which events count; customers without any are no row.
    gap
        A longer pause ends a visit.
    unit
        What one customer id stands for.

    Raises
    ------
    InvalidInputError
        When no event is left.

    Examples
    --------
    >>> from datetime import datetime, UTC
    >>> from klantreis.events.event import Event
    >>> from klantreis.events.local.log import log_of
    >>> days = [("a", 1), ("b", 3), ("b", 3)]
    >>> log = log_of(Event(who, datetime(2026, 1, day, tzinfo=UTC), "shop") for who, day in days)
    >>> {field.name: field.values.tolist() for field in customer_fields(log).of_use("makes")}
    {'count:shop': [1.0, 2.0], 'days_since_last': [2.0, 0.0]}
    """
    view = log.view(filter)
    if not view.n_customers:
        raise InvalidInputError("No event is left, so there is no customer to look at.")
    events = _Events(log, view, np.repeat(np.arange(view.n_customers), np.diff(view.offsets)))
    fields = [*_counts(events), *_lately(events, microseconds(gap, what="gap")), *_when(events)]
    for name in log.fields:
        if name in ("touchpoint", "channel"):
            continue
        fields += _of_numbers(events, name) if name in log.columns.numeric else _of_texts(events, name)
    if "channel" in log.fields:
        fields += _channels(events)
    told = tuple(field for field in fields if _varies(field))
    return CustomerTable(told, view.n_customers, unit)


def _varies(field: CustomerField) -> bool:
    if not field.numeric:
        return True
    here = field.values[~np.isnan(field.values)]
    return len(here) > 0 and float(np.ptp(here)) > 0


def _counts(events: _Events) -> list[CustomerField]:
    names = events.log.touchpoints
    counts = events.per_customer(events.view.codes, len(names))
    reached = (counts > 0).sum(axis=0)
    common = sorted(np.argsort(-reached, kind="stable")[:MOST_TOUCHPOINTS].tolist())
    return [
        CustomerField(f"count:{names[code]}", "count", names[code], counts[:, code].astype(np.float64), use="makes")
        for code in common
        if reached[code]
    ]


def _lately(events: _Events, gap: int) -> list[CustomerField]:
    view = events.view
    times, ends = view.times, view.offsets[1:]
    since = (int(times.max()) - times[ends - 1]) // _DAY
    begins = np.ones(len(times), dtype=bool)
    begins[1:] = np.diff(times) > gap
    begins[view.offsets[:-1]] = True
    visits = np.bincount(events.owner[begins], minlength=events.n)
    return [
        CustomerField("days_since_last", "days_since", "", since.astype(np.float64), use="makes"),
        CustomerField("visits", "visits", "", visits.astype(np.float64), use="spare"),
    ]


def _when(events: _Events) -> list[CustomerField]:
    """Shares of events by part of the day and in the weekend, by the clock of the log's own zone."""
    times = events.view.times
    changes, shifts = clock_shifts(int(times.min()), int(times.max()), zone_named(events.log.zone_name))
    local = times + shifts[np.searchsorted(changes, times, side="right") - 1]
    hour = (local // _HOUR) % 24
    weekday = (local // _DAY + 3) % 7  # the first of January 1970 was a Thursday
    totals = np.diff(events.view.offsets).astype(np.float64)
    fields = [
        CustomerField(f"hours:{start}-{end}", "hours", f"{start}-{end}", _within(events, hour, start, end) / totals)
        for start, end in DAY_PARTS
    ]
    return [*fields, CustomerField("weekend", "weekend", "", _within(events, weekday, 5, 7) / totals)]


def _within(events: _Events, clock: Ints, start: int, end: int) -> Floats:
    """How many events of each customer lie from ``start`` up to ``end`` on a clock."""
    inside = (clock >= start) & (clock < end)
    return np.bincount(events.owner[inside], minlength=events.n).astype(np.float64)


def _of_numbers(events: _Events, name: str) -> list[CustomerField]:
    numbers = events.view.of(events.log.attribute_numbers(name))
    sums, times = events.sums(numbers)
    means = np.divide(sums, times, out=np.full(events.n, np.nan), where=times > 0)
    squares, _ = events.sums(numbers**2)
    spread = np.divide(squares, times, out=np.zeros(events.n), where=times > 0) - np.nan_to_num(means) ** 2
    if (spread <= 1e-9 * np.maximum(1.0, np.nan_to_num(means) ** 2)).all() and (times > 1).any():
        return [CustomerField(name, "number", name, means, part="demographics")]
    return [
        CustomerField(f"mean:{name}", "mean", name, means),
        CustomerField(f"sum:{name}", "sum", name, np.where(times > 0, sums, 0.0), use="spare"),
        CustomerField(f"times:{name}", "count", name, times.astype(np.float64), use="spare"),
    ]


def _of_texts(events: _Events, name: str) -> list[CustomerField]:
    names = events.log.attribute_values(name)
    codes = events.view.of(events.log.attribute_codes(name)).astype(np.int64)
    here = codes > 0
    if not here.any():
        return []
    owner, told = events.owner[here], codes[here]
    least, most = np.full(events.n, len(names)), np.zeros(events.n, dtype=np.int64)
    np.minimum.at(least, owner, told)
    np.maximum.at(most, owner, told)
    some = most > 0
    present = np.unique(told)
    told_values = sum(not is_unknown(names[code]) for code in present.tolist())
    if (least[some] == most[some]).all() and np.bincount(owner, minlength=events.n).max() > 1:
        if not 2 <= told_values <= MOST_CATEGORIES:
            return []
        values = np.array([None if is_unknown(names[code]) else names[code] for code in most.tolist()], dtype=object)
        return [CustomerField(name, "category", name, values, part="demographics")]
    if len(present) > MOST_SHARES:
        pairs = np.unique(owner * len(names) + told) // len(names)
        different = np.bincount(pairs, minlength=events.n).astype(np.float64)
        return [CustomerField(f"distinct:{name}", "distinct", name, different, use="spare")]
    return _shares(events, name, names, owner, told)


def _shares(events: _Events, name: str, names: tuple[str, ...], owner: Ints, told: Ints) -> list[CustomerField]:
    """For each value its share among the customer's events that have one; of two values, the rarer alone."""
    totals = np.bincount(owner, minlength=events.n)
    present, times = np.unique(told, return_counts=True)
    if len(present) == 2:
        present = present[[int(times.argmin())]]
    return [
        CustomerField(
            f"share:{name}={names[code]}",
            "share",
            name,
            np.divide(
                np.bincount(owner[told == code], minlength=events.n),
                totals,
                out=np.full(events.n, np.nan),
                where=totals > 0,
            ),
            value=names[code],
            part="preferences",
        )
        for code in (present.tolist() if len(present) > 1 or len(times) > 1 else [])
    ]


def _channels(events: _Events) -> list[CustomerField]:
    """Shares of channels, where a touchpoint is met through several; else they follow from the touchpoints."""
    names = events.log.attribute_values("channel")
    codes = events.view.of(events.log.attribute_codes("channel")).astype(np.int64)
    here = codes > 0
    if not here.any():
        return []
    pairs = np.unique(events.view.codes[here].astype(np.int64) * len(names) + codes[here]) // len(names)
    if np.unique(pairs, return_counts=True)[1].max() == 1:
        return []
    return _shares(events, "channel", names, events.owner[here], codes[here])
