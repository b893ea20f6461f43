"""The rows of a comparison from the numbers of each group, wherever these were counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from klantreis.errors import InvalidInputError, did_you_mean
from klantreis.events.answers.answer import Scope
from klantreis.events.answers.calendar import Retention
from klantreis.events.answers.comparison import ComparedRow, Comparison, Group, MedianTime, On
from klantreis.events.answers.differing import Values, false_discovery, median, median_difference, p_of_shares
from klantreis.events.durations import Duration
from klantreis.events.filter import Filter, bounds, zone_named
from klantreis.events.pattern import EventPattern, as_pattern
from klantreis.events.share import Share, difference, wilson
from klantreis.events.stage import Stage

#: Of the rows that are said to differ, this part may be false alarm.
FALSE_DISCOVERY = 0.05

#: The pause that ends a visit when none is asked.
PAUSE = "30min"

What = tuple[str, ...]
Shares = Mapping[What, Share]


@dataclass(frozen=True, slots=True)
class How:
    """What is compared, beside the groups, in the words of ``EventLog.compare``."""

    steps: Sequence[Stage | EventPattern | str]
    within: Duration | None
    upto: int
    top: int
    by: str | None = None


#: What ``by`` says something of.
BY = ("retention", "paths", "credit")


def check(on: str, how: How) -> None:
    """Raise InvalidInputError when groups cannot be compared on this, or so."""
    if on not in get_args(On):
        raise InvalidInputError(
            f"Groups cannot be compared on {on!r}.", hint=did_you_mean(on, get_args(On), what="comparison")
        )
    if how.by is not None and on not in BY:
        raise InvalidInputError(f"A comparison on {on} is not by {how.by!r}.", hint=f"That is for {', '.join(BY)}.")
    if how.upto < 1 or how.top < 1:
        raise InvalidInputError(
            f"The last position and the number of paths must be 1 or more, not {how.upto} and {how.top}."
        )


def as_group(group: Filter | EventPattern | str) -> Filter:
    """A group as a filter; a pattern is that of the customers who have a matching event."""
    return group if isinstance(group, Filter) else Filter(customers=group)


def patterns_in(how: How, *, exactly: int | None = None, at_most: int = 2) -> list[EventPattern]:
    """The steps as patterns, so many of them."""
    found = [step.matching if isinstance(step, Stage) else as_pattern(step) for step in how.steps]
    if exactly is not None and len(found) != exactly:
        raise InvalidInputError(
            f"This comparison takes {exactly} patterns as its steps, not {len(found)}.",
            hint="For the time between: from what, then to what. For paths and credit: the outcome.",
        )
    if len(found) > at_most:
        raise InvalidInputError(f"This comparison takes at most {at_most} patterns as its steps, not {len(found)}.")
    return found


def ending_first(zone_name: str, *filters: Filter | None) -> Filter | None:
    """Of some filters the one whose period ends first; None when none of them ends."""
    zone = zone_named(zone_name)
    ends = [(bounds(each.span, zone)[1], place) for place, each in enumerate(filters) if each is not None]
    known = [(end, place) for end, place in ends if end is not None]
    return filters[min(known)[1]] if known else None


def rows_of_shares(first: Shares, second: Shares, *, sizes: tuple[int, int]) -> list[ComparedRow]:
    """A row for each thing that has a share in either group of these sizes."""
    rows = []
    for what in dict.fromkeys((*first, *second)):
        left = first.get(what) or wilson(0, sizes[0])
        right = second.get(what) or wilson(0, sizes[1])
        rows.append(
            ComparedRow(what, left, right, difference(left, right), p_of_shares(left, right), None, differs=False)
        )
    return rows


def rows_of_retention(first: Retention, second: Retention) -> list[ComparedRow]:
    """A row for each period after the start that both groups have seen whole."""
    # Every customer has some event in the period of the first one.
    left, right = (
        {
            (str(k),): share
            for k, share in enumerate(answer.total)
            if share is not None and (k or answer.back is not None)
        }
        for answer in (first, second)
    )
    both = [what for what in left if what in right]
    return rows_of_shares({what: left[what] for what in both}, {what: right[what] for what in both}, sizes=(0, 0))


def rows_of_times(first: Mapping[What, Values], second: Mapping[What, Values]) -> list[ComparedRow]:
    """A row for each thing that took time in either group: its sorted seconds, one for each customer."""
    rows = []
    for what in dict.fromkeys((*first, *second)):
        left, right = first.get(what, ()), second.get(what, ())
        apart, p = median_difference(left, right)
        rows.append(ComparedRow(what, _median_time(left), _median_time(right), apart, p, None, differs=False))
    return rows


def comparison(
    scope: Scope, on: str, groups: tuple[Group, Group], rows: Iterable[ComparedRow], *, in_both: int
) -> Comparison:
    """The answer: chances corrected for how many there are, and what differs first."""
    rows = list(rows)
    corrected = false_discovery([row.p for row in rows])
    ranked = [
        ComparedRow(row.what, row.first, row.second, row.difference, row.p, q, q is not None and q <= FALSE_DISCOVERY)
        for row, q in zip(rows, corrected, strict=True)
    ]
    ranked.sort(key=lambda row: (not row.differs, -abs(row.difference.value or 0.0), row.what))
    return Comparison(
        scope=scope,
        on=on,
        groups=groups,
        in_both=in_both,
        false_discovery=FALSE_DISCOVERY,
        rows=tuple(ranked),
    )


def _median_time(ordered: Values) -> MedianTime:
    return MedianTime(len(ordered), median(ordered) if len(ordered) else None)
