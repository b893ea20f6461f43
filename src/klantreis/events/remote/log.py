"""An event log that stays where it is: each question becomes SQL for its engine, and only counts come back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from klantreis.errors import UnsupportedQuestionError
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
from klantreis.events.pattern import EventPattern, as_pattern
from klantreis.events.remote.engine import Engine, Row
from klantreis.events.remote.sql import literal, translated
from klantreis.events.remote.table import RemoteTable
from klantreis.events.stage import Stage

#: A text field with more different values than this is not compared with numbers.
MOST_TEXTS = 10_000


@dataclass(frozen=True, eq=False, repr=False)
class RemoteLog:
    """An event log on an engine; it answers the questions of ``EventLog``.

    Parameters
    ----------
    engine
        The connection.
    table
        The enriched tables there.
    n_events, n_customers, period
        What was counted when these were made; the period as µs since 1970 UTC, of the first and the last event.
    zone_name
        The time zone in which days are meant (IANA name).
    name
        What to call the log in messages.
    """

    engine: Engine
    table: RemoteTable
    n_events: int
    n_customers: int
    period: tuple[int, int] | None
    zone_name: str = "UTC"
    name: str = "log"
    _texts: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<event log {self.name} on {self.engine.title}: {self.n_events} events>"

    @cached_property
    def touchpoints(self) -> tuple[str, ...]:
        """The text of each touchpoint code; code 0, the empty text, is none."""
        return self.texts_of("touchpoint")

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields a pattern can look at: touchpoint, channel, attributes, those with text first."""
        ordered = sorted(self.table.fields, key=lambda each: each.kind == "number")
        return ("touchpoint", *(each.name for each in ordered))

    def ask(self, sql: str) -> Sequence[Row]:
        """The rows that a statement of the common subset gives.

        Raises
        ------
        EngineError
            When the engine refuses it.
        """
        return self.engine.rows(translated(sql, self.engine.dialect))

    def texts_of(self, name: str) -> tuple[str, ...]:
        """The different texts of a field; of the touchpoint by code, with '' for code 0.

        Raises
        ------
        UnsupportedQuestionError
            When there are more than ``MOST_TEXTS``.
        """
        if name not in self._texts:
            if name == "touchpoint":
                rows = self.ask(f"SELECT tp, touchpoint FROM {self.table.part('touchpoints')} AS t")
                self._texts[name] = ("", *(str(text) for _, text in sorted(rows)))
            else:
                found = self.table.field(name)
                column = name if found is None else found.column
                values = self.ask(f"SELECT DISTINCT {column} FROM {self.table.events} AS e LIMIT {MOST_TEXTS + 1}")
                if len(values) > MOST_TEXTS:
                    raise UnsupportedQuestionError(
                        f"a comparison of {name!r} with a number",
                        engine=self.engine.title,
                        why=f"the field is text and has more than {MOST_TEXTS} different values",
                        hint="Compare it with text between quotes, or connect a view in which the column is a number.",
                    )
                self._texts[name] = tuple(sorted(str(value) for (value,) in values))
        return self._texts[name]

    def unknown_values(self, pattern: EventPattern | str) -> tuple[tuple[str, str], ...]:
        """The (field, text) pairs in a pattern that occur nowhere in the log."""
        pattern, missing = as_pattern(pattern), list[tuple[str, str]]()
        for name in sorted(pattern.fields()):
            texts = sorted({value for value in pattern.values_of(name) if isinstance(value, str) and value})
            found = self.table.field(name)
            if name == "touchpoint":
                known = set(self.touchpoints)
            elif found is None or found.kind != "text" or not texts:
                continue
            else:
                listed = ", ".join(map(literal, texts))
                sql = f"SELECT DISTINCT {found.column} FROM {self.table.events} AS e WHERE {found.column} IN ({listed})"
                known = {str(value) for (value,) in self.ask(sql)}
            missing.extend((name, value) for value in texts if value not in known)
        return tuple(missing)

    # What can be asked of it: see EventLog for what each answers. Each question has a file of its own.

    def transitions(self, *, times: bool = True, filter: Filter | None = None) -> Transitions:  # noqa: A002 - the word for it
        """How often which touchpoint follows which, and after how long."""
        from klantreis.events.remote.transitions import transitions

        return transitions(self, filter, times=times)

    def variants(
        self,
        *,
        top: int = 20,
        gap: Duration | None = None,
        fold_repeats: bool = False,
        filter: Filter | None = None,  # noqa: A002
    ) -> Variants:
        """Which whole sequences of touchpoints occur, most frequent first."""
        from klantreis.events.remote.variants import variants

        return variants(self, filter, top=top, gap=gap, fold_repeats=fold_repeats)

    def visits(self, *, gap: Duration = "30min", filter: Filter | None = None) -> Visits:  # noqa: A002
        """Events close in time, taken together."""
        from klantreis.events.remote.visits import visits

        return visits(self, filter, gap=gap)

    def funnel(
        self,
        steps: Sequence[Stage | EventPattern | str],
        *,
        within: Duration | None = None,
        filter: Filter | None = None,  # noqa: A002
    ) -> Funnel:
        """How many customers took these steps in this order."""
        from klantreis.events.remote.funnel import funnel

        return funnel(self, filter, steps=steps, within=within)

    def unordered_funnel(
        self,
        steps: Sequence[Stage | EventPattern | str],
        *,
        within: Duration | None = None,
        filter: Filter | None = None,  # noqa: A002
    ) -> UnorderedFunnel:
        """How many customers took these steps in whatever order."""
        from klantreis.events.remote.unordered import unordered_funnel

        return unordered_funnel(self, filter, steps=steps, within=within)

    def reach(self, pattern: EventPattern | str, *, filter: Filter | None = None) -> Reach:  # noqa: A002
        """How many customers have a matching event, once or more often."""
        from klantreis.events.remote.reach import reach

        return reach(self, filter, pattern=as_pattern(pattern))

    def steps(
        self,
        *,
        upto: int = 10,
        align: EventPattern | str | None = None,
        before: int = 5,
        filter: Filter | None = None,  # noqa: A002
    ) -> StepMatrix:
        """Where customers are at each position of their trace."""
        from klantreis.events.remote.steps import steps

        return steps(self, filter, upto=upto, align=align, before=before)

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
        from klantreis.events.local.retention import How
        from klantreis.events.remote.retention import retention

        return retention(self, filter, how=How(by, start, back, periods, unbounded, complete_to))

    def activity(self, *, filter: Filter | None = None) -> Activity:  # noqa: A002
        """When on the day and in the week events happen, in the log's own time zone, and through which channel."""
        from klantreis.events.remote.activity import activity

        return activity(self, filter)

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
        from klantreis.events.remote.between import time_between

        a, b = as_pattern(start), as_pattern(end)
        return time_between(self, filter, start=a, end=b, starts=starts, within=within)

    def rework(self, *, top: int = 20, filter: Filter | None = None) -> Rework:  # noqa: A002
        """What customers do again: repeats, returns and cycles."""
        from klantreis.events.remote.rework import rework

        return rework(self, filter, top=top)

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
        from klantreis.events.local.outcomes import question
        from klantreis.events.remote.outcomes import paths_to

        asked = question(outcome, by, lookback, outcomes, touches, fold_repeats=fold_repeats)
        return paths_to(self, filter, asked=asked, top=top)

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
        from klantreis.events.local.outcomes import question
        from klantreis.events.remote.outcomes import credit

        asked = question(outcome, by, lookback, outcomes, touches, fold_repeats=fold_repeats)
        return credit(self, filter, asked=asked)

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
        from klantreis.events.local.path_trees import Shape
        from klantreis.events.remote.tree import tree

        return tree(self, filter, pattern=pattern, shape=Shape(backward, depth, breadth, gap, fold_repeats))

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
        from klantreis.events.answers.comparison_rows import How
        from klantreis.events.remote.comparing import compare

        return compare(self, filter, first=first, second=second, on=on, how=How(steps, within, upto, top, by))
