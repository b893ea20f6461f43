"""An event log on this machine: columns in memory or mapped from files, and the questions asked of them.

The counting itself is in ``counting.py`` and in the kernels; this file holds the log, ``views.py`` its filtered parts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from klantreis.errors import NotFoundError, did_you_mean
from klantreis.events.answers.answer import Reach, Transitions, Variants, Visits
from klantreis.events.answers.between import Starts, TimeBetween
from klantreis.events.answers.calendar import Activity, Retention
from klantreis.events.answers.comparison import Comparison
from klantreis.events.answers.funnels import Funnel, UnorderedFunnel
from klantreis.events.answers.outcomes import Credit, OutcomePaths, Outcomes
from klantreis.events.answers.rework import Rework
from klantreis.events.answers.steps import PathTree, StepMatrix
from klantreis.events.durations import Duration
from klantreis.events.event import Event
from klantreis.events.filter import Filter, zone_named
from klantreis.events.local.columns import Codes, Columns, Mask, Offsets, Times, coded_numbers, columns_of
from klantreis.events.local.matching import matches, values_missing_from
from klantreis.events.local.views import View, view_of
from klantreis.events.pattern import EventPattern, as_pattern
from klantreis.events.stage import Stage

#: How many filtered views a log keeps ready; a brushed filter asks several questions of the same one.
VIEWS_KEPT = 4


@dataclass(frozen=True, eq=False, repr=False)
class LocalLog:
    """An event log kept as columns; it answers the questions of ``EventLog``.

    Parameters
    ----------
    columns
        The events, sorted by customer and time.
    zone_name
        The time zone in which days are meant (IANA name): that of the source.
    name
        What to call the log in messages: its folder.
    """

    columns: Columns
    zone_name: str = "UTC"
    name: str = "log"
    _views: dict[Filter, View] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<event log {self.name}: {self.n_events} events of {self.n_customers} customers>"

    # What it holds.

    @property
    def n_events(self) -> int:
        """Number of events."""
        return len(self.columns.times)

    @property
    def n_customers(self) -> int:
        """Number of customers; each has at least one event."""
        return len(self.columns.offsets) - 1

    @property
    def customers(self) -> Sequence[str]:
        """Customer ids, in the order of ``offsets``."""
        return self.columns.customers

    @property
    def offsets(self) -> Offsets:
        """Events of customer c: from ``offsets[c]`` up to ``offsets[c + 1]``."""
        return self.columns.offsets

    @property
    def times(self) -> Times:
        """Microseconds since 1970 UTC, one per event."""
        return self.columns.times

    @property
    def touchpoints(self) -> tuple[str, ...]:
        """The text of each touchpoint code; code 0, the empty text, is "none" and is never used by an event."""
        return self.columns.coded["touchpoint"].values

    @property
    def touchpoint_codes(self) -> Codes:
        """Touchpoint code per event."""
        return self.columns.coded["touchpoint"].codes

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields a pattern can look at: touchpoint, channel, attributes."""
        return self.columns.names

    @cached_property
    def period(self) -> tuple[int, int] | None:
        """Times of the first and the last event (µs since 1970 UTC); None when the log is empty."""
        return (int(self.times.min()), int(self.times.max())) if self.n_events else None

    def attribute_codes(self, name: str) -> Codes | NDArray[np.uint32]:
        """A code per event for the channel or an attribute; 0 is none. A number has a code per distinct value."""
        if name in self.columns.coded:
            return self.columns.coded[name].codes
        return self._number_codes(name)[0]

    def attribute_values(self, name: str) -> tuple[str, ...]:
        """The text of each code of ``attribute_codes(name)``."""
        if name in self.columns.coded:
            return self.columns.coded[name].values
        return ("", *(str(int(value)) if value.is_integer() else repr(value) for value in self._number_codes(name)[1]))

    def attribute_numbers(self, name: str) -> NDArray[np.float64]:
        """A numeric attribute per event; NaN is none."""
        if name not in self.columns.numeric:
            hint = did_you_mean(name, self.columns.numeric, what="numeric attribute")
            raise NotFoundError(f"There is no numeric attribute {name!r} in {self.name}.", hint=hint)
        return self.columns.numeric[name]

    def mask(self, pattern: EventPattern | str) -> Mask:
        """True for every event of the whole log that matches; length ``n_events``."""
        return matches(self.columns, as_pattern(pattern))

    def unknown_values(self, pattern: EventPattern | str) -> tuple[tuple[str, str], ...]:
        """The (field, text) pairs in a pattern that occur nowhere in the log."""
        return values_missing_from(self.columns, as_pattern(pattern))

    def view(self, chosen: Filter | None = None) -> View:
        """The events that a filter leaves; the whole log when there is none."""
        chosen = chosen or Filter()
        if chosen not in self._views:
            while len(self._views) >= VIEWS_KEPT:
                self._views.pop(next(iter(self._views)))
            self._views[chosen] = view_of(self, chosen)
        return self._views[chosen]

    def trace(self, customer: str) -> tuple[Event, ...]:
        """One customer's events in order.

        Raises
        ------
        NotFoundError
            When the log does not know the customer.
        """
        from klantreis.events.local.traces import trace

        return trace(self, customer)

    # What can be asked of it: see EventLog for what each answers.

    def transitions(self, *, times: bool = True, filter: Filter | None = None) -> Transitions:  # noqa: A002 - the word for it
        """How often which touchpoint follows which, and after how long."""
        from klantreis.events.local.transitions import transitions

        return transitions(self, self.view(filter), filter, times=times)

    def variants(
        self,
        *,
        top: int = 20,
        gap: Duration | None = None,
        fold_repeats: bool = False,
        filter: Filter | None = None,  # noqa: A002
    ) -> Variants:
        """Which whole sequences of touchpoints occur, most frequent first."""
        from klantreis.events.local import counting

        return counting.variants(self, self.view(filter), filter, top=top, gap=gap, fold_repeats=fold_repeats)

    def visits(self, *, gap: Duration = "30min", filter: Filter | None = None) -> Visits:  # noqa: A002
        """Events close in time, taken together."""
        from klantreis.events.local import visits

        return visits.visits(self, self.view(filter), filter, gap=gap)

    def funnel(
        self,
        steps: Sequence[Stage | EventPattern | str],
        *,
        within: Duration | None = None,
        filter: Filter | None = None,  # noqa: A002
    ) -> Funnel:
        """How many customers took these steps in this order."""
        from klantreis.events.local import funnels

        return funnels.funnel(self, self.view(filter), filter, steps=steps, within=within)

    def unordered_funnel(
        self,
        steps: Sequence[Stage | EventPattern | str],
        *,
        within: Duration | None = None,
        filter: Filter | None = None,  # noqa: A002
    ) -> UnorderedFunnel:
        """How many customers took these steps in whatever order."""
        from klantreis.events.local import funnels

        return funnels.unordered_funnel(self, self.view(filter), filter, steps=steps, within=within)

    def time_between(
        self,
        start: EventPattern | str,
        end: EventPattern | str,
        *,
        starts: Starts = "first",
        within: Duration | None = None,
        filter: Filter | None = None,  # noqa: A002
    ) -> TimeBetween:
        """How long after a start its end comes."""
        from klantreis.events.local import between

        a, b = as_pattern(start), as_pattern(end)
        return between.time_between(self, self.view(filter), filter, start=a, end=b, starts=starts, within=within)

    def rework(self, *, top: int = 20, filter: Filter | None = None) -> Rework:  # noqa: A002
        """What customers do again: repeats, returns and cycles."""
        from klantreis.events.local import rework

        return rework.rework(self, self.view(filter), filter, top=top)

    def paths_to(
        self,
        outcome: EventPattern | str,
        *,
        by: str = "touchpoint",
        lookback: Duration | None = None,
        outcomes: Outcomes = "each",
        touches: EventPattern | str | None = None,
        fold_repeats: bool = False,
        top: int | None = 20,
        filter: Filter | None = None,  # noqa: A002
    ) -> OutcomePaths:
        """Which sequences lead to an outcome, and which to nothing."""
        from klantreis.events.local import outcomes as paths

        asked = paths.question(outcome, by, lookback, outcomes, touches, fold_repeats=fold_repeats)
        return paths.paths_to(self, self.view(filter), filter, asked=asked, top=top)

    def credit(
        self,
        outcome: EventPattern | str,
        *,
        by: str = "channel",
        lookback: Duration | None = None,
        outcomes: Outcomes = "each",
        touches: EventPattern | str | None = None,
        fold_repeats: bool = False,
        filter: Filter | None = None,  # noqa: A002
    ) -> Credit:
        """Outcomes credited by rule to what is on the paths that led to them."""
        from klantreis.events.local import outcomes as paths

        asked = paths.question(outcome, by, lookback, outcomes, touches, fold_repeats=fold_repeats)
        return paths.credit(self, self.view(filter), filter, asked=asked)

    def reach(self, pattern: EventPattern | str, *, filter: Filter | None = None) -> Reach:  # noqa: A002
        """How many customers have a matching event, once or more often."""
        from klantreis.events.local import counting

        return counting.reach(self, self.view(filter), filter, pattern=as_pattern(pattern))

    def tree(
        self,
        pattern: EventPattern | str | None = None,
        *,
        backward: bool = False,
        depth: int = 4,
        breadth: int = 5,
        gap: Duration | None = None,
        fold_repeats: bool = False,
        filter: Filter | None = None,  # noqa: A002
    ) -> PathTree:
        """The ways that customers go from a point, or came to it."""
        from klantreis.events.local import path_trees

        shape = path_trees.Shape(backward, depth, breadth, gap, fold_repeats)
        return path_trees.tree(self, self.view(filter), filter, pattern=pattern, shape=shape)

    def steps(
        self,
        *,
        upto: int = 10,
        align: EventPattern | str | None = None,
        before: int = 5,
        filter: Filter | None = None,  # noqa: A002
    ) -> StepMatrix:
        """Where customers are at each position of their trace."""
        from klantreis.events.local import steps

        return steps.steps(self, self.view(filter), filter, upto=upto, align=align, before=before)

    def retention(
        self,
        *,
        by: str = "week",
        start: EventPattern | str | None = None,
        back: EventPattern | str | None = None,
        periods: int = 12,
        unbounded: bool = False,
        complete_to: date | datetime | None = None,
        filter: Filter | None = None,  # noqa: A002
    ) -> Retention:
        """Which customers came back, per day, week or month after they started."""
        from klantreis.events.local import retention

        how = retention.How(by, start, back, periods, unbounded, complete_to)
        return retention.retention(self, self.view(filter), filter, how=how)

    def activity(self, *, filter: Filter | None = None) -> Activity:  # noqa: A002
        """When on the day and in the week events happen, and through which channel."""
        from klantreis.events.local import activity

        return activity.activity(self, self.view(filter), filter)

    def compare(
        self,
        first: Filter | EventPattern | str,
        second: Filter | EventPattern | str | None = None,
        *,
        on: str = "transitions",
        steps: Sequence[Stage | EventPattern | str] = (),
        within: Duration | None = None,
        upto: int = 10,
        top: int = 50,
        by: str | None = None,
        filter: Filter | None = None,  # noqa: A002
    ) -> Comparison:
        """How two groups of customers differ, and what of it may be luck."""
        from klantreis.events.local import comparing

        how = comparing.How(steps, within, upto, top, by)
        return comparing.compare(self, self.view(filter), filter, first=first, second=second, on=on, how=how)

    # How.

    @cached_property
    def places(self) -> dict[str, int]:
        """The place of each customer in ``customers``."""
        return {customer: place for place, customer in enumerate(self.customers)}

    @cached_property
    def _coded_numbers(self) -> dict[str, tuple[NDArray[np.uint32], tuple[float, ...]]]:
        return {}

    def _number_codes(self, name: str) -> tuple[NDArray[np.uint32], tuple[float, ...]]:
        if name not in self._coded_numbers:
            if name not in self.columns.numeric:
                hint = did_you_mean(name, self.fields, what="attribute")
                raise NotFoundError(f"There is no attribute {name!r} in {self.name}.", hint=hint)
            self._coded_numbers[name] = coded_numbers(self.columns.numeric[name])
        return self._coded_numbers[name]


def log_of(events: Iterable[Event], *, timezone: str = "UTC") -> LocalLog:
    """A log of events in memory.

    Parameters
    ----------
    events
        In any order; events of one customer at the same time keep the order given.
    timezone
        The zone in which a filter's days are meant (IANA name).

    Examples
    --------
    >>> from datetime import datetime, UTC
    >>> log = log_of([Event("an", datetime(2026, 1, 5, tzinfo=UTC), "shop")])
    >>> log.n_events, log.touchpoints
    (1, ('', 'shop'))
    """
    return LocalLog(columns_of(events), zone_named(timezone).key)
