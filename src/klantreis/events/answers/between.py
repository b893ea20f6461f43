"""What the time between two kinds of events answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from klantreis.events.answers.answer import Answer, Quartiles, Scope
from klantreis.events.share import Share

Starts = Literal["first", "each", "nearest"]


@dataclass(frozen=True, slots=True)
class Quantile:
    """At most ``seconds`` long is this share of what ended."""

    share: float
    seconds: float


@dataclass(frozen=True, slots=True)
class TimeBetween(Answer):
    """How long after a start its end came.

    Parameters
    ----------
    start, end, starts, within_seconds
        What was asked.
    n, customers
        Number of starts counted, and of customers who made them.
    passed_over
        Starts that were not counted: later ones (``first``), or ones with a newer start before the end (``nearest``).
    ended
        The starts whose end was seen, as a share of all. With one start per customer (``first``) they are
        independent; else the interval is too narrow.
    censored
        The starts whose end was not seen: before the data end, or within the limit.
    quantiles
        Of the times that ended, exact (linear interpolation); empty when none did.
    seconds
        By when a quarter, half and three quarters of **all** starts had ended, with those not yet ended counted as
        long as they were seen (Kaplan-Meier); None where so many never did.
    """

    method: ClassVar[str] = "time-between"

    scope: Scope
    start: str
    end: str
    starts: Starts
    within_seconds: float | None
    n: int
    customers: int
    passed_over: int
    ended: Share
    censored: int
    quantiles: tuple[Quantile, ...]
    seconds: Quartiles
