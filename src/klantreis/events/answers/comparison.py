"""How two groups of customers differ: both numbers, the difference with its interval, and what may be luck."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from klantreis.events.answers.answer import Answer, Scope
from klantreis.events.filter import Filter
from klantreis.events.share import Difference, Share

#: What two groups can be compared on.
On = Literal[
    "reach",
    "transitions",
    "times",
    "funnel",
    "any-order",
    "variants",
    "steps",
    "tree",
    "visits",
    "retention",
    "between",
    "rework",
    "paths",
    "credit",
    "activity",
]


@dataclass(frozen=True, slots=True)
class Group:
    """One of the groups; without a ``filter`` it is everybody who is not in the first."""

    filter: Filter | None
    customers: int
    events: int


@dataclass(frozen=True, slots=True)
class MedianTime:
    """The middle of the times of ``n`` customers, one time for each; None when there are none."""

    n: int
    seconds: float | None


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """One thing in which the groups may differ.

    Parameters
    ----------
    what
        What is compared: a touchpoint, a pair of them, a path, a step, or a position and a touchpoint ("" is ended);
        for the other comparisons see ``EventLog.compare``.
    first, second
        It in each group.
    difference
        First minus second: of shares (Newcombe) or of medians in seconds (Price and Bonett).
    p, q
        The chance of such a difference in equal groups; corrected for the number of rows (Benjamini and Hochberg).
    differs
        Whether q is at most ``Comparison.false_discovery``.
    """

    what: tuple[str, ...]
    first: Share | MedianTime
    second: Share | MedianTime
    difference: Difference
    p: float | None
    q: float | None
    differs: bool


@dataclass(frozen=True, slots=True)
class Comparison(Answer):
    """Two groups beside each other.

    Parameters
    ----------
    on
        What they are compared on.
    groups
        The first and the second.
    in_both
        Customers who are in both: above 0, the intervals are not quite right, as they take the groups as apart.
    false_discovery
        Of the rows that differ, at most this part is expected to be false alarm.
    rows
        What differs first, largest difference first; then the others, likewise.
    """

    method: ClassVar[str] = "compare"

    scope: Scope
    on: str
    groups: tuple[Group, Group]
    in_both: int | None
    false_discovery: float
    rows: tuple[ComparedRow, ...]
