"""The questions that a log of events answers, wherever the events are kept.

All answers count customers who did something in the log; none says why, and none is causal. Each carries its n,
the filter it was asked under and the name of its method page.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from klantreis.events.answers.answer import Reach, Transitions, Variants, Visits
from klantreis.events.answers.between import Starts, TimeBetween
from klantreis.events.answers.calendar import Activity, Retention
from klantreis.events.answers.comparison import Comparison
from klantreis.events.answers.funnels import Funnel, UnorderedFunnel
from klantreis.events.answers.outcomes import Credit, OutcomePaths, Outcomes
from klantreis.events.answers.rework import Rework
from klantreis.events.answers.steps import PathTree, StepMatrix
from klantreis.events.durations import Duration
from klantreis.events.filter import Filter
from klantreis.events.pattern import EventPattern
from klantreis.events.stage import Stage

__all__ = [
    "Activity",
    "Comparison",
    "EventLog",
    "Filter",
    "Funnel",
    "PathTree",
    "Reach",
    "Retention",
    "Stage",
    "StepMatrix",
    "Transitions",
    "UnorderedFunnel",
    "Variants",
    "Visits",
]


class EventLog(Protocol):
    """What customers did, sorted by customer and time; events at equal times keep the order of their source.

    A ``filter`` hides events before the question is asked, so that successors are those among the events left.
    """

    @property
    def n_events(self) -> int:
        """Number of events."""
        ...

    @property
    def n_customers(self) -> int:
        """Number of customers."""
        ...

    @property
    def touchpoints(self) -> tuple[str, ...]:
        """The touchpoints by code; the first, empty one stands for none."""
        ...

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields a pattern can look at."""
        ...

    def unknown_values(self, pattern: EventPattern | str) -> tuple[tuple[str, str], ...]:
        """The (field, text) pairs in a pattern that occur nowhere in the log: often a typing slip."""
        ...

    def transitions(self, *, times: bool = True, filter: Filter | None = None) -> Transitions:  # noqa: A002
        """How often which touchpoint follows which within a customer's trace, and after how long.

        Counts pairs of consecutive events, the customers who made them, and exact quartiles of the time between
        (linear interpolation between order statistics); and which touchpoints traces begin and end with.

        Parameters
        ----------
        times
            Whether to work out the times between; counting alone takes a fraction of the time.
        """
        ...

    def variants(
        self,
        *,
        top: int = 20,
        gap: Duration | None = None,
        fold_repeats: bool = False,
        filter: Filter | None = None,  # noqa: A002
    ) -> Variants:
        """Which whole sequences of touchpoints occur, most frequent first.

        Parameters
        ----------
        top
            How many to name; the others are counted together, so that the shares add up to 1.
        gap
            Cut each trace into visits where more than this passes; None: the whole trace is one sequence.
        fold_repeats
            Take immediate repeats of a touchpoint as one.
        """
        ...

    def visits(self, *, gap: Duration = "30min", filter: Filter | None = None) -> Visits:  # noqa: A002
        """Events close in time, taken together: a visit ends where more than ``gap`` passes before the next event."""
        ...

    def funnel(
        self,
        steps: Sequence[Stage | EventPattern | str],
        *,
        within: Duration | None = None,
        filter: Filter | None = None,  # noqa: A002
    ) -> Funnel:
        """How many customers took these steps in this order, and how long it took them.

        Parameters
        ----------
        steps
            Up to 32 patterns or stages. Other events may lie between; one event counts for one step only; events at
            the same time are taken in the order of the source. A ``Stage``, or its text, may be optional, have a
            longest time since the step taken before it, and exclude events between the two.
        within
            The last step counts only up to this long after the first one, both ends included; every start is
            tried. None: no limit.
        """
        ...

    def unordered_funnel(
        self,
        steps: Sequence[Stage | EventPattern | str],
        *,
        within: Duration | None = None,
        filter: Filter | None = None,  # noqa: A002
    ) -> UnorderedFunnel:
        """How many customers took these steps in whatever order.

        Parameters
        ----------
        steps
            Up to 32 patterns or stages, which may be optional. An event counts for every step that it matches.
        within
            Steps count together only when the first and the last are at most this long apart. None: no limit.
        """
        ...

    def time_between(
        self,
        start: EventPattern | str,
        end: EventPattern | str,
        *,
        starts: Starts = "first",
        within: Duration | None = None,
        filter: Filter | None = None,  # noqa: A002
    ) -> TimeBetween:
        """How long after a start its end comes: the customer's first later event that matches ``end``.

        Parameters
        ----------
        starts
            ``first``: each customer's first start. ``each``: every start; several can have the same end. ``nearest``:
            every start without a newer one before its end.
        within
            An end later than this is taken as not seen. None: no limit.
        """
        ...

    def rework(self, *, top: int = 20, filter: Filter | None = None) -> Rework:  # noqa: A002
        """What customers do again: a touchpoint twice in a row, or once more after something else.

        Parameters
        ----------
        top
            How many cycles to name; the others are counted together.
        """
        ...

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
        """Which sequences lead to an outcome, and which to nothing.

        Parameters
        ----------
        by
            What a sequence is made of: touchpoint, channel or an attribute. Events without it are on no path.
        lookback
            Only events up to this long before an outcome led to it; those before that led to nothing. None: all since
            the customer's outcome before.
        outcomes
            ``each`` outcome of a customer ends a path and the next begins; or only the ``first`` does, and what
            follows it is left out.
        touches
            Only these events can be on a path; None: all. An outcome itself never is.
        fold_repeats
            Take immediate repeats on a path as one.
        top
            How many sequences to name, None for all; the others are counted together.
        """
        ...

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
        """Outcomes credited to what is on the paths that led to them: first, last, linear and by position.

        The parameters are those of ``paths_to``.
        """
        ...

    def reach(self, pattern: EventPattern | str, *, filter: Filter | None = None) -> Reach:  # noqa: A002
        """How many customers have a matching event, once or more often."""
        ...

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
        """The ways that customers go from a point, or came to it.

        All paths are counted; what is not shown is folded, so that each node equals its ends, its rest and the nodes
        after it together.

        Parameters
        ----------
        pattern
            Every matching event begins a path (``first PATTERN``: only a customer's first); None: the first event of
            each trace, or the last when ``backward``.
        backward
            Look at what came before instead of what follows.
        depth, breadth
            How many touchpoints to follow after the first (up to 100), and how many ways on to show of each node; a
            breadth of 0 shows all.
        gap
            A path ends where more than this passes; None: only with the trace.
        fold_repeats
            Take immediate repeats of a touchpoint as one.
        """
        ...

    def steps(
        self,
        *,
        upto: int = 10,
        align: EventPattern | str | None = None,
        before: int = 5,
        filter: Filter | None = None,  # noqa: A002
    ) -> StepMatrix:
        """Where customers are at each position of their trace.

        Parameters
        ----------
        upto
            The last position; the first event of a trace is at position 1.
        align
            Put each customer's first match at position 0 instead, and count only customers who have one.
        before
            How many positions to show before the match.
        """
        ...

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
        """Which customers came back, per day, week or month after they started.

        Parameters
        ----------
        by
            ``day``, ``week`` (from Monday) or ``month``, in the log's own time zone.
        start
            A customer's first match is where they start; None: their first event.
        back
            A match later in the trace is coming back; None: any event.
        periods
            How many periods to look on, after the one of the start.
        unbounded
            Count who came back in a period or after it, instead of in it.
        complete_to
            The data are complete up to here (a day is included); None: up to the last event of the log.
        """
        ...

    def activity(self, *, filter: Filter | None = None) -> Activity:  # noqa: A002
        """When on the day and in the week events happen, in the log's own time zone, and through which channel."""
        ...

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
        """How two groups of customers differ, and what of it may be luck.

        Parameters
        ----------
        first, second
            The groups: a filter (a period, say), or a pattern: the customers with a matching event. Without a second
            one, the first is compared with everybody else.
        on
            ``reach`` (who has each touchpoint, or each pattern in ``steps``), ``transitions`` (who makes each pair),
            ``times`` (median time between each pair, of each customer's first), ``funnel``, ``any-order`` (the funnel
            without order), ``variants`` (whose trace is exactly it), ``steps`` (who is where at each position),
            ``tree`` (who goes this way, from the first event or from a pattern), ``visits`` (who makes two or more,
            and so on; whose visits begin or end with a touchpoint), ``retention`` (who came back after so many
            periods), ``between`` (who came from one pattern to another, and the median time of those), ``rework`` (who
            repeats a touchpoint, or returns to it), ``paths`` (whose path to the first outcome is exactly it),
            ``credit`` (on whose path it is, or stands first or last), ``activity`` (who is active in this hour of the
            week, or in this channel).
        steps
            Of the funnels; the patterns to reach; where the tree begins; what starts and what comes back; from what
            to what; the outcome.
        within
            The window of a funnel or of the time between; the pause that ends a visit (30 minutes unless said) or a
            path of the tree; how long before the outcome its path may begin.
        upto
            The last position, number of visits, period, or depth of the tree.
        top
            How many of the most frequent paths to compare.
        by
            For retention ``day``, ``week`` (unless said) or ``month``; for paths and credit what they are made of:
            ``touchpoint`` (unless said), ``channel`` or another field.
        filter
            What both groups are part of.
        """
        ...
