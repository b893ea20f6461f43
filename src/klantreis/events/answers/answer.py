"""What a log answers: frozen results that carry their n, their filter and their method, and turn into plain data.

Times between events are seconds; times of events are ISO 8601 in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self

from klantreis.events.filter import Filter
from klantreis.events.share import Share


@dataclass(frozen=True, slots=True)
class Scope:
    """What an answer is about.

    Parameters
    ----------
    customers, events
        How many are left by the filter.
    first, last
        Times of the first and the last of these events (ISO 8601, UTC); None when there are none.
    filter
        The filter asked under.
    hidden_below
        Groups of fewer customers than this were left out; None: nothing was.
    """

    customers: int
    events: int
    first: str | None
    last: str | None
    filter: Filter | None = None
    hidden_below: int | None = None


class Answer:
    """What every answer can do."""

    __slots__ = ()
    method: ClassVar[str]
    scope: Scope

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON, with the name of the method first."""
        return {"method": self.method, **_plain(self)}

    def suppressed(self, k: int = 5) -> Self | TooFew:
        """The same without the numbers of groups of fewer than ``k`` customers, to be shown to people.

        Raises
        ------
        InvalidInputError
            When ``k`` is less than 1.
        """
        from klantreis.events.answers.small_groups import suppressed

        return suppressed(self, k)


@dataclass(frozen=True, slots=True)
class TooFew:
    """Instead of an answer about fewer than ``hidden_below`` customers."""

    method: str
    hidden_below: int

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {"method": self.method, "hidden": True, "hidden_below": self.hidden_below}


@dataclass(frozen=True, slots=True)
class Quartiles:
    """Exact quartiles, by linear interpolation between order statistics; None when there is nothing to order."""

    q1: float | None
    median: float | None
    q3: float | None


@dataclass(frozen=True, slots=True)
class Transition:
    """``target`` directly followed ``source``.

    Parameters
    ----------
    count, customers
        How often, by how many different customers.
    share
        Of all times that something followed ``source``.
    seconds
        The time between the two; None when it was not asked for.
    """

    source: str
    target: str
    count: int
    customers: int
    share: float
    seconds: Quartiles | None


@dataclass(frozen=True, slots=True)
class TouchpointCount:
    """One touchpoint: its events and customers, and how many traces begin (``first``) and end (``last``) with it."""

    touchpoint: str
    events: int
    customers: int
    first: int | None
    first_share: float | None
    last: int | None
    last_share: float | None


@dataclass(frozen=True, slots=True)
class Transitions(Answer):
    """Which touchpoint follows which; most frequent first."""

    method: ClassVar[str] = "transitions"

    scope: Scope
    count: int
    touchpoints: tuple[TouchpointCount, ...]
    transitions: tuple[Transition, ...]


@dataclass(frozen=True, slots=True)
class Variant:
    """One sequence of touchpoints, and how many traces (or visits) are exactly it."""

    path: tuple[str, ...]
    count: int
    share: float


@dataclass(frozen=True, slots=True)
class Variants(Answer):
    """Whole sequences, most frequent first.

    Parameters
    ----------
    n
        Number of traces, or of visits when ``gap_seconds`` is given.
    distinct
        Number of different sequences among them.
    variants
        The most frequent ones.
    rest_variants, rest_count, rest_share
        All others together.
    """

    method: ClassVar[str] = "variants"

    scope: Scope
    n: int
    distinct: int
    gap_seconds: float | None
    fold_repeats: bool
    variants: tuple[Variant, ...]
    rest_variants: int
    rest_count: int
    rest_share: float


@dataclass(frozen=True, slots=True)
class VisitTouchpoint:
    """How many visits begin (``first``) and end (``last``) with a touchpoint."""

    touchpoint: str
    first: int | None
    first_share: float | None
    last: int | None
    last_share: float | None


@dataclass(frozen=True, slots=True)
class Visits(Answer):
    """Events close in time.

    Parameters
    ----------
    n
        Number of visits.
    per_customer, events, seconds, between_seconds
        Quartiles: visits per customer, events per visit, from a visit's first to last event, from a visit's end to
        the same customer's next one.
    single
        The share of visits of one event (visits of one customer resemble each other, so the interval is narrow).
    """

    method: ClassVar[str] = "visits"

    scope: Scope
    gap_seconds: float
    n: int
    per_customer: Quartiles
    events: Quartiles
    seconds: Quartiles
    between_seconds: Quartiles
    single: Share | None
    touchpoints: tuple[VisitTouchpoint, ...]


@dataclass(frozen=True, slots=True)
class Reach(Answer):
    """Customers with a matching event.

    Parameters
    ----------
    customers
        The share of the customers in scope who have one.
    events
        Number of matching events: each customer's first one, and ``repeat_events`` after it.
    once, more_often
        Of the customers reached: how many have one matching event, how many have more.
    """

    method: ClassVar[str] = "reach"

    scope: Scope
    pattern: str
    customers: Share
    events: int
    repeat_events: int
    once: int | None
    more_often: int | None


def _plain(value: Any) -> Any:
    if isinstance(value, Filter):
        return value.to_dict()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "__dataclass_fields__"):
        return {item.name: _plain(getattr(value, item.name)) for item in fields(value)}
    return value
