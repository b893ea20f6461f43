"""Answers without the numbers of small groups, so that nobody can be picked out of what is shown around.

Hidden is every number of a group of 1 up to k - 1 customers (where an answer counts visits or paths: of so few of
them), and what would give it away: see ``hiding``. Zero is shown: it is nobody. Rows that are hidden are left out, or
go into the rest where there is one.
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
from klantreis.events.answers.comparison import ComparedRow, Comparison, MedianTime
from klantreis.events.answers.funnels import Funnel, UnorderedFunnel
from klantreis.events.answers.hiding import few, hidden_cells, hidden_places
from klantreis.events.answers.outcomes import Credit, OutcomePath, OutcomePaths
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
    # What leaves a touchpoint adds up, and so does what comes to it: its events are shown, and how often it is first.
    leaving: dict[str, list[Transition]] = {}
    coming: dict[str, list[Transition]] = {}
    for pair in answer.transitions:
        leaving.setdefault(pair.source, []).append(pair)
        coming.setdefault(pair.target, []).append(pair)
    gone = hidden_cells(
        [*leaving.values(), *coming.values()],
        {pair: pair.count for pair in answer.transitions},
        {pair for pair in answer.transitions if few(pair.customers, k)},
        k,
    )
    kept = [pair for pair in answer.transitions if pair not in gone]
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
    small = {
        row
        for row in answer.touchpoints
        if any(few(number, k) for number in (row.customers, row.repeating.count, row.returning.count))
    }
    gone = hidden_cells([answer.touchpoints], {row: row.events for row in answer.touchpoints}, small, k)
    cycles = [cycle for cycle in answer.cycles if not few(cycle.customers, k)]
    distinct = answer.rest_cycles + len(answer.cycles)
    count = answer.rest_count + sum(cycle.count for cycle in answer.cycles)

    def rest() -> int:
        return count - sum(cycle.count for cycle in cycles)

    while cycles and (few(rest(), k) or (distinct - len(cycles) == 1 and len(cycles) < len(answer.cycles))):
        cycles.pop()
    return replace(
        answer,
        touchpoints=tuple(row for row in answer.touchpoints if row not in gone),
        cycles=tuple(cycles),
        rest_cycles=distinct - len(cycles),
        rest_count=rest(),
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
        # The empty path says the same.
        direct=None if few(answer.direct or 0, k) or _direct(answer.paths) > _direct(kept) else answer.direct,
        open=None if few(answer.open or 0, k) else answer.open,
    )


@without_small.register
def _(answer: Credit, k: int) -> Answer | TooFew:
    if few(answer.outcomes, k):
        return TooFew(answer.method, k)
    rows = answer.values
    kept = shown(rows, k, lambda row: min(row.paths, row.outcomes) or row.paths)
    gone = {place for place, row in enumerate(rows) if row not in kept}
    first, last = (
        _hidden_beside(gone, shares, k) for shares in ([row.first for row in rows], [row.last for row in rows])
    )
    blanked = [
        replace(row, first=None if place in first else row.first, last=None if place in last else row.last)
        for place, row in enumerate(rows)
        if place not in gone
    ]
    return replace(answer, values=tuple(blanked))


def _hidden_beside(gone: set[int], shares: Sequence[Share | None], k: int) -> set[int]:
    """Which of the parts of one whole to hide, when those of some rows are gone."""
    counts = {place: 0 if share is None else share.count for place, share in enumerate(shares)}
    return hidden_cells([counts], counts, {*gone, *(place for place, count in counts.items() if few(count, k))}, k)


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
    places = range(len(answer.hours))
    # The events of an hour of the day add up over the weekdays to those over the channels.
    lines = [[place for place in places if answer.hours[place].hour == hour] for hour in range(24)]
    hidden = hidden_cells(
        [*(lines if answer.channels else ()), places],
        {place: answer.hours[place].events or 0 for place in places},
        {place for place in places if few(answer.hours[place].customers or 0, k)},
        k,
    )
    hours = tuple(
        replace(hour, events=None, share=None, customers=None) if place in hidden else hour
        for place, hour in enumerate(answer.hours)
    )
    kept = shown(answer.channels, k, lambda each: each.customers.count)
    cells = {(channel, hour): channel.hours[hour] or 0 for channel in answer.channels for hour in range(24)}
    gone = hidden_cells(
        [
            *([(channel, hour) for hour in range(24)] for channel in answer.channels),
            *([(channel, hour) for channel in answer.channels] for hour in range(24)),
        ],
        cells,
        {
            cell
            for cell in cells
            if few(cell[0].hour_customers[cell[1]] or 0, k) or (cell[0] not in kept and cells[cell])
        },
        k,
    )
    channels = tuple(
        replace(
            channel,
            hours=tuple(None if (channel, hour) in gone else number for hour, number in enumerate(channel.hours)),
            hour_customers=tuple(
                None if (channel, hour) in gone else number for hour, number in enumerate(channel.hour_customers)
            ),
        )
        for channel in kept
    )
    return replace(answer, hours=hours, channels=channels)


@without_small.register
def _(answer: Comparison, k: int) -> Answer | TooFew:
    if any(few(group.customers, k) for group in answer.groups):
        return TooFew(answer.method, k)
    lines: dict[tuple[str, ...], list[ComparedRow]] = {}
    for row in answer.rows:
        if answer.on in _ADDING_UP:
            lines.setdefault(_ADDING_UP[answer.on](row.what), []).append(row)
    gone = {row for row in answer.rows if any(few(_size(one), k) for one in (row.first, row.second))}
    before = -1
    while len(gone) > before:
        before = len(gone)
        for side in ("first", "second"):
            gone = hidden_cells(lines.values(), {row: _size(getattr(row, side)) for row in answer.rows}, gone, k)
    rows = tuple(row for row in answer.rows if row not in gone)
    both = answer.in_both
    return replace(answer, rows=rows, in_both=None if both is None or few(both, k) else both)


#: The comparisons of which rows add up to all customers of a group, and to what of ``what`` those belong together.
_ADDING_UP: dict[str, Callable[[tuple[str, ...]], tuple[str, ...]]] = {
    "variants": lambda _what: (),
    "paths": lambda _what: (),
    "steps": lambda what: what[:1],
    "tree": lambda what: what[:-1],
    "credit": lambda what: what[:1],
}


def _direct(paths: Sequence[OutcomePath]) -> int:
    return sum(path.outcomes for path in paths if not path.path)


def _size(one: Share | MedianTime) -> int:
    return one.n if isinstance(one, MedianTime) else one.count
