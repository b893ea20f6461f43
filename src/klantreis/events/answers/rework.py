"""What loops and rework answer: repeats, returns and the cycles they make."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from klantreis.events.answers.answer import Answer, Quartiles, Scope
from klantreis.events.share import Share


@dataclass(frozen=True, slots=True)
class TouchpointRework:
    """How often customers meet a touchpoint again.

    Parameters
    ----------
    events, customers
        Its events, and the customers who have one.
    repeats, repeating, repeat_seconds
        Times it directly followed itself; the share of its customers with such a repeat; the time between, added up.
    returns, returning
        Times customers came back to it after something else; the share of its customers who did.
    away, away_seconds
        From the event before they left to the event that brought them back: quartiles, and added up.
    """

    touchpoint: str
    events: int
    customers: int
    repeats: int
    repeating: Share
    repeat_seconds: float
    returns: int
    returning: Share
    away: Quartiles
    away_seconds: float


@dataclass(frozen=True, slots=True)
class Cycle:
    """From ``touchpoint`` by way of ``via``, once or more often, and perhaps others, back to it.

    Parameters
    ----------
    count, customers
        How many returns passed ``via``, and of how many customers.
    of_customers
        Them as a share of the touchpoint's customers.
    seconds
        The time these returns took, added up. A return that passed several touchpoints is in the cycle of each.
    """

    touchpoint: str
    via: str
    count: int
    customers: int
    of_customers: Share
    seconds: float


@dataclass(frozen=True, slots=True)
class Rework(Answer):
    """What customers did again.

    Parameters
    ----------
    repeats, returns
        Number of each in all.
    repeating, returning
        Customers with one or more, as a share of all in scope.
    of_events
        Repeats and returns as a share of all events; None without events.
    seconds, loop_seconds
        The time from each customer's first event to the last, added up; and the part of it that lies within some
        return, counted once however many returns overlap.
    touchpoints
        All of them, most returns first.
    cycles, rest_cycles, rest_count
        The most frequent cycles; how many others there are, and how often those occurred together.
    """

    method: ClassVar[str] = "rework"

    scope: Scope
    repeats: int
    repeating: Share
    returns: int
    returning: Share
    of_events: float | None
    seconds: float
    loop_seconds: float
    touchpoints: tuple[TouchpointRework, ...]
    cycles: tuple[Cycle, ...]
    rest_cycles: int
    rest_count: int
