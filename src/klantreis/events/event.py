"""One customer did one thing at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from klantreis.errors import InvalidInputError

#: Names with a meaning of their own in a log; no attribute can be called so.
RESERVED = ("customer", "time", "touchpoint", "channel")


@dataclass(frozen=True)
class Event:
    """One customer had one contact at one time.

    Parameters
    ----------
    customer, touchpoint
        Not empty.
    time
        With a time zone.
    channel
        The contact's medium, or None.
    attributes
        What else is known of the event: text or numbers by name.

    Raises
    ------
    InvalidInputError
        When a customer, touchpoint or time zone is missing, or an attribute has a reserved name.
    """

    customer: str
    time: datetime
    touchpoint: str
    channel: str | None = None
    attributes: Mapping[str, str | float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.customer or not self.touchpoint:
            raise InvalidInputError("An event needs a customer and a touchpoint; one of them is empty.")
        if self.time.tzinfo is None:
            raise InvalidInputError(
                f"The event time {self.time.isoformat()} has no time zone.",
                hint="Give it one, as in datetime(2026, 1, 5, 9, 30, tzinfo=UTC).",
            )
        taken = [name for name in self.attributes if name in RESERVED]
        if taken:
            raise InvalidInputError(
                f"An attribute cannot be called {taken[0]!r}.", hint=f"Reserved: {', '.join(RESERVED)}."
            )
