"""One customer's events, as values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from klantreis.errors import NotFoundError
from klantreis.events.event import Event
from klantreis.events.filter import zone_named
from klantreis.events.local_time import local_moment

if TYPE_CHECKING:
    from klantreis.events.local.log import LocalLog


def trace(log: LocalLog, customer: str) -> tuple[Event, ...]:
    """The events of one customer of a log in order; NotFoundError when there is no such customer."""
    place = log.places.get(customer)
    if place is None:
        raise NotFoundError(f"There is no customer {customer!r} in {log.name}.")
    zone = zone_named(log.zone_name)
    events = []
    for at in range(int(log.offsets[place]), int(log.offsets[place + 1])):
        texts = {name: column.values[int(column.codes[at])] for name, column in log.columns.coded.items()}
        numbers = {name: float(column[at]) for name, column in log.columns.numeric.items()}
        attributes: dict[str, str | float] = {
            **{name: text for name, text in texts.items() if text and name not in ("touchpoint", "channel")},
            **{name: number for name, number in numbers.items() if number == number},
        }
        time = local_moment(int(log.times[at]), zone)
        events.append(Event(customer, time, texts["touchpoint"], texts.get("channel") or None, attributes))
    return tuple(events)
