"""The closed runs of a journey whose events stay on an engine, as traces: runs are cut there and aligned here.

What comes back is what was done in the runs of each kind of customer, with how many there are. Copies of these stand
here for the customers, so that everything that is counted of them is what a log on this machine counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from klantreis.errors import NotFoundError
from klantreis.events.filter import Filter, bounds, zone_named
from klantreis.events.pattern import EventPattern
from klantreis.events.remote.patterns import Conditions
from klantreis.events.remote.runs import RunQuestion, ToldRun, told_runs
from klantreis.journeys.fit_traces import Traces, number_variants
from klantreis.journeys.laying import DAY, bound_steps

if TYPE_CHECKING:
    from klantreis.events.remote.log import RemoteLog
    from klantreis.journeys.journey import Journey, RunRule

Ints = NDArray[np.int64]


def traces_on_engine(journey: Journey, rule: RunRule, log: RemoteLog, *, split: date | None) -> Traces:
    """The closed runs of a journey.

    Parameters
    ----------
    split
        ``Traces.began`` only tells runs that began before this day from the others; None: it tells nothing.

    Raises
    ------
    NotFoundError
        When a pattern or the key names a field that the log does not have; the message names the place.
    UnsupportedQuestionError
        When the runs cannot be cut on an engine, or differ too much.
    """
    bound = bound_steps(journey.steps)
    steps = [journey.steps[place] for place in bound]
    named = [(step.pattern, f"{journey.id} (steps.{step.id}.pattern)") for step in steps]
    named += [(rule.start, f"{journey.id} (runs.start)"), (rule.end, f"{journey.id} (runs.end)")]
    failing = [(step.failed, f"{journey.id} (steps.{step.id}.failed)") for step in steps]
    place_of: dict[EventPattern, int] = {}
    for pattern, where in (*named, *failing):
        if pattern is not None:
            _known(log, pattern, where)
            place_of.setdefault(pattern, len(place_of))
    if rule.customers is not None:
        _known(log, rule.customers, "runs.customers")
    moment = None if split is None else bounds((split, None), zone_named(log.zone_name))[0] or 0
    told = told_runs(
        log,
        RunQuestion(
            patterns=tuple(place_of),
            on_map=tuple(sorted({place_of[step.pattern] for step in steps if step.pattern is not None})),
            belonging=tuple(sorted({place_of[pattern] for pattern, _ in named if pattern is not None})),
            start=None if rule.start is None else place_of[rule.start],
            end=None if rule.end is None else place_of[rule.end],
            timeout=None if rule.timeout_days is None else round(rule.timeout_days * DAY),
            key=rule.key,
            customers=None if rule.customers is None else Filter(customers=rule.customers),
            since=moment,
        ),
    )
    kinds_of = _Kinds(
        [-1 if step.pattern is None else place_of[step.pattern] for step in steps],
        [-1 if step.failed is None else place_of[step.failed] for step in steps],
    )
    runs = [run for _, made in told.kinds for run in made]
    symbols, kinds = kinds_of.numbered([found for run in runs for _, found in run.events if found is not None])
    # Each kind of customer as often as there are such customers, one after the other.
    sizes = np.array([len(made) for _, made in told.kinds], np.int64)
    times = np.array([count for count, _ in told.kinds], np.int64)
    ends = np.cumsum(sizes)
    order = np.concatenate(
        [np.empty(0, np.int64)]
        + [np.tile(np.arange(end - size, end), n) for end, size, n in zip(ends, sizes, times, strict=True)]
    )
    lengths = np.array([sum(found is not None for _, found in run.events) for run in runs], np.int64)
    places, offsets = _taken(lengths, order)
    off = [_off_map(run) for run in runs]
    off_lengths = np.array([len(gaps) for gaps in off], np.int64)
    off_places, off_offsets = _taken(off_lengths, order)
    off_rows = np.array([row for rows in off for row in rows], np.int32).reshape(-1, 2)[off_places]
    off_run = np.repeat(np.arange(len(order)), np.diff(off_offsets))
    later = np.array([run.later for run in runs], np.int64)[order]
    trace_symbols = symbols[places]
    variant, leaders = number_variants(trace_symbols, offsets)
    return Traces(
        bound=bound,
        n_open=told.n_open,
        customer=np.repeat(np.arange(int(times.sum())), np.repeat(sizes, times)),
        began=later + (0 if moment is None else moment - 1),
        symbols=trace_symbols,
        kinds=kinds[places],
        offsets=offsets,
        off=(off_run.astype(np.int64), off_rows[:, 0].copy(), off_rows[:, 1].copy()),
        off_events=np.array([run.off_events for run in runs], np.int64)[order],
        matches=kinds_of.matches(),
        failed=kinds_of.failed(),
        variant=variant,
        leaders=leaders,
    )


class _Kinds:
    """Numbers what events match: the symbols that steps give, and within these what failed."""

    def __init__(self, steps: Sequence[int], failing: Sequence[int]) -> None:
        self._steps, self._failing = steps, failing
        self._symbols: dict[tuple[bool, ...], int] = {}
        self._kinds: dict[frozenset[int], tuple[int, int]] = {}

    def numbered(self, events: Sequence[frozenset[int]]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Symbol and kind of each event."""
        for found in events:
            if found not in self._kinds:
                row = tuple(place in found for place in self._steps)
                symbol = self._symbols.setdefault(row, len(self._symbols))
                self._kinds[found] = symbol, len(self._kinds)
        both = np.array([self._kinds[found] for found in events], np.int32).reshape(-1, 2)
        return both[:, 0].copy(), both[:, 1].copy()

    def matches(self) -> NDArray[np.bool_]:
        """Which steps an event of each symbol may count as."""
        return np.array(list(self._symbols), np.bool_).reshape(len(self._symbols), len(self._steps))

    def failed(self) -> NDArray[np.bool_]:
        """Which steps an event of each kind shows to have failed."""
        rows = [[place in found for place in self._failing] for found in self._kinds]
        return np.array(rows, np.bool_).reshape(len(rows), len(self._failing))


def _off_map(run: ToldRun) -> list[tuple[int, int]]:
    """The touchpoints off the map, with how many events on it came before."""
    found, gap = [], 0
    for touchpoint, matched in run.events:
        if matched is None:
            found.append((gap, touchpoint))
        else:
            gap += 1
    return found


def _taken(lengths: Ints, order: Ints) -> tuple[Ints, Ints]:
    """Places of the parts of some rows that stand one after the other, and from where on each of these begins."""
    starts = np.cumsum(lengths) - lengths
    offsets = np.concatenate(([0], np.cumsum(lengths[order]))).astype(np.int64)
    return np.arange(offsets[-1]) + np.repeat(starts[order] - offsets[:-1], lengths[order]), offsets


def _known(log: RemoteLog, pattern: EventPattern, where: str) -> None:
    try:
        Conditions(log.table, log.texts_of).of(pattern)
    except NotFoundError as error:
        raise NotFoundError(f"{where}: {error.message}", hint=error.hint) from None
