"""Answers without the numbers of small groups, so that nobody can be picked out of what is shown around.

Hidden is every number of a group of 1 up to k - 1 customers (where an answer counts visits or paths: of so few of
them), and what would give it away: of numbers that add up to a shown total, never just one is hidden. Zero is shown:
it is nobody. Rows that are hidden are left out, or go into the rest where there is one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import singledispatch
from typing import Any, TypeVar, cast

from klantreis.errors import InvalidInputError
from klantreis.events.answers.answer import Answer, Reach, TooFew, Transition, Transitions, Variants, Visits
from klantreis.events.answers.between import TimeBetween
from klantreis.events.answers.calendar import Activity, Retention
from klantreis.events.answers.comparison import Comparison, MedianTime
from klantreis.events.answers.funnels import Funnel, UnorderedFunnel
from klantreis.events.answers.outcomes import Credit, OutcomePaths
from klantreis.events.answers.rework import Rework
from klantreis.events.answers.steps import PathTree, StepMatrix
from klantreis.events.share import Share

T = TypeVar("T")
A = TypeVar("A", bound=Answer)


def suppressed(answer: A, k: int) -> A | TooFew:
    """See :meth:`klantreis.events.answers.answer.Answer.suppressed`."""
    if k < 1:
        raise InvalidInputError(f"Groups are hidden below a number of at least 1, not {k}.", hint="The usual is 5.")
    if few(answer.scope.customers, k):
        return TooFew(answer.method, k)
    left = without_small(answer, k)
    if isinstance(left, TooFew):
        return left
    return cast(A, replace(cast(Any, left), scope=replace(answer.scope, hidden_below=k)))


def few(number: int, k: int) -> bool:
    """Whether a number is that of a small group."""
    return 0 < number < k


def hidden_places(numbers: Sequence[int], k: int) -> set[int]:
    """Which of the numbers with a known sum to hide: the small ones, and never just one that could be worked out.

    Examples
    --------
    >>> sorted(hidden_places([9, 3, 0, 6], 5)), hidden_places([9, 0], 5)
    ([1, 3], set())
    """
    hidden = {place for place, number in enumerate(numbers) if few(number, k)}
    if len(hidden) == 1:
        others = [(number, place) for place, number in enumerate(numbers) if number >= k]
        if others:
            hidden.add(min(others)[1])
    return hidden


def shown(rows: Sequence[T], k: int, size: Callable[[T], int]) -> tuple[T, ...]:
    """The rows that are not hidden."""
    hidden = hidden_places([size(row) for row in rows], k)
    return tuple(row for place, row in enumerate(rows) if place not in hidden)


@singledispatch
def without_small(answer: Answer, k: int) -> Answer | TooFew:
    """One answer without what is small, or nothing of it."""
    raise NotImplementedError(type(answer).__name__)


@without_small.register
def _(answer: Transitions, k: int) -> Answer:
    kept: list[Transition] = []
    for source in dict.fromkeys(each.source for each in answer.transitions):
        kept += shown([each for each in answer.transitions if each.source == source], k, lambda row: row.customers)
    places = {(each.source, each.target): place for place, each in enumerate(answer.transitions)}
    kept.sort(key=lambda each: places[each.source, each.target])
    first = hidden_places([each.first or 0 for each in answer.touchpoints], k)
    last = hidden_places([each.last or 0 for each in answer.touchpoints], k)
    hidden = hidden_places([each.customers for each in answer.touchpoints], k)
    touchpoints = []
    for place, each in enumerate(answer.touchpoints):
        row = replace(each, first=None, first_share=None) if place in first else each
        row = replace(row, last=None, last_share=None) if place in last else row
        if place not in hidden:
            touchpoints.append(row)
    return replace(answer, transitions=tuple(kept), touchpoints=tuple(touchpoints))


@without_small.register
def _(answer: Variants, k: int) -> Answer:
    named = [each for each in answer.variants if each.count >= k]
    rest = answer.n - sum(each.count for each in named)
    if few(rest, k) and named:
        rest += named.pop().count
    return replace(
        answer,
        variants=tuple(named),
        rest_variants=answer.distinct - len(named),
        rest_count=rest,
        rest_share=rest / answer.n if answer.n else 0.0,
    )


@without_small.register
def _(answer: Visits, k: int) -> Answer:
    first = hidden_places([each.first or 0 for each in answer.touchpoints], k)
    last = hidden_places([each.last or 0 for each in answer.touchpoints], k)
    rows = []
    for place, each in enumerate(answer.touchpoints):
        row = replace(each, first=None, first_share=None) if place in first else each
        row = replace(row, last=None, last_share=None) if place in last else row
        if row.first or row.last:
            rows.append(row)
    single = answer.single
    return replace(answer, touchpoints=tuple(rows), single=None if single is None or few(single.count, k) else single)


@without_small.register
def _(answer: Funnel, k: int) -> Answer:
    small = (place for place, step in enumerate(answer.steps) if few(step.customers, k))
    return replace(answer, steps=answer.steps[: next(small, len(answer.steps))])


@without_small.register
def _(answer: UnorderedFunnel, k: int) -> Answer | TooFew:
    if few(answer.entered, k):
        return TooFew(answer.method, k)
    small = (place for place, step in enumerate(answer.done) if few(step.customers, k))
    return replace(
        answer,
        steps=tuple(step for step in answer.steps if not few(step.customers, k)),
        done=answer.done[: next(small, len(answer.done))],
    )


@without_small.register
def _(answer: Reach, k: int) -> Answer | TooFew:
    if few(answer.customers.count, k):
        return TooFew(answer.method, k)
    if few(answer.once or 0, k) or few(answer.more_often or 0, k):
        return replace(answer, once=None, more_often=None)
    return answer


@without_small.register
def _(answer: TimeBetween, k: int) -> Answer | TooFew:
    small = few(answer.customers, k) or few(answer.ended.count, k)
    return TooFew(answer.method, k) if small else answer


@without_small.register
def _(answer: Rework, k: int) -> Answer | TooFew:
    if few(answer.repeating.count, k) or few(answer.returning.count, k):
        return TooFew(answer.method, k)
    rows = tuple(
        row
        for row in answer.touchpoints
        if not any(few(number, k) for number in (row.customers, row.repeating.count, row.returning.count))
    )
    cycles = tuple(cycle for cycle in answer.cycles if not few(cycle.customers, k))
    left = len(answer.cycles) - len(cycles)
    count = sum(cycle.count for cycle in answer.cycles) - sum(cycle.count for cycle in cycles)
    return replace(
        answer,
        touchpoints=rows,
        cycles=cycles,
        rest_cycles=answer.rest_cycles + left,
        rest_count=answer.rest_count + count,
    )


@without_small.register
def _(answer: OutcomePaths, k: int) -> Answer | TooFew:
    if few(answer.customers.count, k):
        return TooFew(answer.method, k)
    kept = [path for path in answer.paths if not few(path.outcomes, k) and not few(path.nothing, k)]
    outcomes, nothing = answer.converted.count, answer.n - answer.converted.count

    def rest() -> tuple[int, int]:
        return outcomes - sum(path.outcomes for path in kept), nothing - sum(path.nothing for path in kept)

    while kept and any(few(number, k) for number in rest()):
        kept.pop()
    return replace(
        answer,
        paths=tuple(kept),
        rest_paths=answer.distinct - len(kept),
        rest_outcomes=rest()[0],
        rest_nothing=rest()[1],
    )


@without_small.register
def _(answer: Credit, k: int) -> Answer | TooFew:
    if few(answer.outcomes, k):
        return TooFew(answer.method, k)
    return replace(answer, values=shown(answer.values, k, lambda row: min(row.paths, row.outcomes) or row.paths))


@without_small.register
def _(answer: StepMatrix, k: int) -> Answer | TooFew:
    if few(answer.n, k):
        return TooFew(answer.method, k)
    lines = [*(row.cells for row in answer.rows), answer.not_begun, answer.ended]
    hidden = [
        hidden_places([0 if line[column] is None else line[column].count for line in lines], k)  # type: ignore[union-attr]
        for column in range(len(answer.positions))
    ]
    blanked = [
        tuple(None if place in hidden[column] else cell for column, cell in enumerate(line))
        for place, line in enumerate(lines)
    ]
    rows = tuple(replace(row, cells=cells) for row, cells in zip(answer.rows, blanked, strict=False))
    rows = tuple(row for row in rows if any(cell is not None and cell.count for cell in row.cells))
    return replace(answer, rows=rows, not_begun=blanked[-2], ended=blanked[-1])


@without_small.register
def _(answer: PathTree, k: int) -> Answer | TooFew:
    from klantreis.events.answers.small_branches import without_small_branches

    return TooFew(answer.method, k) if few(answer.customers, k) else without_small_branches(answer, k)


@without_small.register
def _(answer: Retention, k: int) -> Answer | TooFew:
    if few(answer.customers, k):
        return TooFew(answer.method, k)
    left = hidden_places([cohort.customers for cohort in answer.cohorts], k)
    cells = [list(cohort.cells) for cohort in answer.cohorts]
    taken: list[set[int]] = [set() for _ in cells]
    totals = list(answer.total)
    for column, total in enumerate(totals):
        counts = [0 if row[column] is None else cast(Share, row[column]).count for row in cells]
        for place in hidden_places(counts, k):
            cells[place][column] = None
            taken[place].add(column)
        totals[column] = None if total is None or few(total.count, k) else total
    return replace(
        answer,
        cohorts=tuple(
            replace(cohort, cells=tuple(row), hidden=tuple(sorted(columns)))
            for place, (cohort, row, columns) in enumerate(zip(answer.cohorts, cells, taken, strict=True))
            if place not in left
        ),
        total=tuple(totals),
    )


@without_small.register
def _(answer: Activity, k: int) -> Answer:
    hidden = hidden_places([hour.customers or 0 for hour in answer.hours], k)
    hours = tuple(
        replace(hour, events=None, share=None, customers=None) if place in hidden else hour
        for place, hour in enumerate(answer.hours)
    )
    channels = []
    for channel in shown(answer.channels, k, lambda each: each.customers.count):
        gone = hidden_places([people or 0 for people in channel.hour_customers], k)
        channels.append(
            replace(
                channel,
                hours=tuple(None if hour in gone else number for hour, number in enumerate(channel.hours)),
                hour_customers=tuple(
                    None if hour in gone else number for hour, number in enumerate(channel.hour_customers)
                ),
            )
        )
    return replace(answer, hours=hours, channels=tuple(channels))


@without_small.register
def _(answer: Comparison, k: int) -> Answer | TooFew:
    if any(few(group.customers, k) for group in answer.groups):
        return TooFew(answer.method, k)
    rows = tuple(
        row
        for row in answer.rows
        if not any(few(one.n if isinstance(one, MedianTime) else one.count, k) for one in (row.first, row.second))
    )
    both = answer.in_both
    return replace(answer, rows=rows, in_both=None if both is None or few(both, k) else both)
