"""How far customers come along a row of steps, in order or not; see ``EventLog.funnel``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from klantreis.events.answers.answer import Quartiles
from klantreis.events.answers.funnel_rows import funnel_of, unordered_funnel_of
from klantreis.events.answers.funnels import Funnel, UnorderedFunnel
from klantreis.events.durations import SECOND, Duration, microseconds
from klantreis.events.filter import Filter
from klantreis.events.kernels import funnels as kernels
from klantreis.events.kernels.threads import in_threads, stretches
from klantreis.events.local.columns import Codes
from klantreis.events.local.counting import quartiles_of, quartiles_of_each, scope_of
from klantreis.events.local.matching import codes_matching, decided_by
from klantreis.events.pattern import EventPattern
from klantreis.events.stage import Stage, stages_in_any_order, stages_in_order

if TYPE_CHECKING:
    from klantreis.events.local.log import LocalLog
    from klantreis.events.local.views import View

#: Customers times steps that are walked before their times are put aside: bounds the memory that a funnel takes.
BLOCK = 1 << 20
_NO_LIMIT = int(np.iinfo(np.int64).max)

Bits = NDArray[np.uint64]
Times = NDArray[np.int64]


@dataclass(frozen=True, eq=False, slots=True)
class _Marked:
    """The events of a view with the steps they match, as the kernels take them."""

    codes: Codes
    of_code: Bits
    more: Bits


def funnel(
    log: LocalLog,
    view: View,
    asked: Filter | None,
    *,
    steps: Sequence[Stage | EventPattern | str],
    within: Duration | None,
) -> Funnel:
    """See ``EventLog.funnel``."""
    stages = stages_in_order(steps)
    window = None if within is None else microseconds(within, what="window")
    required = np.array([not stage.optional for stage in stages])
    gaps = np.array([_NO_LIMIT if stage.limit is None else stage.limit for stage in stages], dtype=np.int64)
    until = _NO_LIMIT if window is None else window
    plain = _plain_steps(log, stages)
    if plain is not None:
        came, entry, since = _walked_plainly(view, plain, gaps, until)
    else:
        entry, since = _walked_in_order(view, _marked(log, view, stages), required, gaps, until)
        came = [len(times) for times in entry]
    timed = quartiles_of_each([*entry[1:], *since[1:]], SECOND)
    n, none = len(stages), Quartiles(None, None, None)
    return funnel_of(
        scope_of(view, asked),
        stages,
        window=window,
        came=came,
        seconds=[none, *timed[: n - 1]],
        since_previous=[none, *timed[n - 1 :]],
    )


def unordered_funnel(
    log: LocalLog,
    view: View,
    asked: Filter | None,
    *,
    steps: Sequence[Stage | EventPattern | str],
    within: Duration | None,
) -> UnorderedFunnel:
    """See ``EventLog.unordered_funnel``."""
    stages, places = stages_in_any_order(steps)
    window = None if within is None else microseconds(within, what="window")
    required = np.array([not stage.optional for stage in stages])
    marked = _marked(log, view, stages)
    taken = np.zeros(view.n_customers, dtype=np.uint64)

    def walk(a: int, b: int) -> tuple[Times]:
        lasted = np.empty((len(stages), b - a), dtype=np.int64)
        kernels.walk_in_any_order(
            *(marked.codes, marked.of_code, marked.more, view.times, view.offsets, a, b),
            *(required, _NO_LIMIT if window is None else window, taken, lasted, _scratch(len(stages))),
        )
        return (lasted,)

    (lasted,) = _walked(view, len(stages), walk)
    done = lasted[: len(places)]
    each = [int(np.count_nonzero(taken & np.uint64(1 << k))) for k in range(len(stages))]
    entered = taken & np.uint64(sum(1 << k for k in places)) != 0
    both = [int(np.count_nonzero((taken & np.uint64(1 << k) != 0) & entered)) for k in range(len(stages))]
    return unordered_funnel_of(
        scope_of(view, asked),
        stages,
        window=window,
        each=each,
        both=both,
        done=[len(times) for times in done],
        seconds=[Quartiles(None, None, None), *(quartiles_of(times, SECOND) for times in done[1:])],
    )


def _scratch(n_steps: int) -> Times:
    return np.empty((3, n_steps), dtype=np.int64)


def _marked(log: LocalLog, view: View, stages: Sequence[Stage]) -> _Marked:
    """Mark events by their touchpoint where that decides, which costs nothing per event; the others one by one."""
    of_code = np.zeros(len(log.touchpoints), dtype=np.uint64)
    more = np.zeros(0, dtype=np.uint64)
    patterns = [(k, stage.matching) for k, stage in enumerate(stages)]
    patterns += [(32 + k, stage.excluding) for k, stage in enumerate(stages) if stage.excluding is not None]
    for place, pattern in patterns:
        bit = np.uint64(1 << place)
        if decided_by(pattern) == "touchpoint":
            of_code[codes_matching(log.touchpoints, pattern)] |= bit
            continue
        if not len(more):
            more = np.zeros(len(view.codes), dtype=np.uint64)
        np.bitwise_or(more, bit, out=more, where=view.of(log.mask(pattern)))
    return _Marked(view.codes, of_code, more)


def _plain_steps(log: LocalLog, stages: Sequence[Stage]) -> Times | None:
    """The step that each touchpoint is, -1 for none; None when the steps are not as ``walk_plainly`` takes them."""
    of_code = np.full(len(log.touchpoints), -1, dtype=np.int64)
    for k, stage in enumerate(stages):
        if stage.optional or stage.excluding is not None or decided_by(stage.matching) != "touchpoint":
            return None
        codes = codes_matching(log.touchpoints, stage.matching)
        if np.any(of_code[codes] >= 0):
            return None
        of_code[codes] = k
    return of_code


def _walked_plainly(view: View, of_code: Times, gaps: Times, until: int) -> tuple[list[int], list[Times], list[Times]]:
    """Customers at each step, and the times since entry and since the step before."""
    n = len(gaps)
    size = max(1, BLOCK // n)
    found: dict[int, tuple[Times, list[Times], list[Times]]] = {}

    def work(first: int, last: int) -> None:
        entry, step = np.empty((2, n, min(size, last - first)), dtype=np.int64)
        for a in range(first, max(last, first + 1), size):
            b, came = min(a + size, last), np.zeros(n, dtype=np.int64)
            kernels.walk_plainly(
                *(view.codes, of_code, view.times, view.offsets, a, b, gaps, until, entry, step, came, _scratch(n))
            )
            timed = [0, *came.tolist()[1:]]  # who enters has no time yet
            found[a] = came, _beginnings(entry, timed), _beginnings(step, timed)

    in_threads(work, stretches(view.offsets))
    blocks = [found[a] for a in sorted(found)]
    came = np.sum([block[0] for block in blocks], axis=0)
    entry, step = ([np.concatenate([block[row][k] for block in blocks]) for k in range(n)] for row in (1, 2))
    return came.tolist(), entry, step


def _beginnings(rows: Times, lengths: Sequence[int]) -> list[Times]:
    return [row[:length].copy() for row, length in zip(rows, lengths, strict=True)]


def _walked_in_order(
    view: View, marked: _Marked, required: NDArray[np.bool_], gaps: Times, until: int
) -> list[list[Times]]:
    """For each step the times since entry, and those since the step before."""
    n = len(required)

    def walk(a: int, b: int) -> tuple[Times, Times]:
        entry = np.empty((n, b - a), dtype=np.int64)
        step = np.empty_like(entry)
        kernels.walk_in_order(
            *(marked.codes, marked.of_code, marked.more, view.times, view.offsets, a, b),
            *(required, gaps, until, entry, step, _scratch(n)),
        )
        return entry, step

    return _walked(view, n, walk)


def _walked(view: View, n_steps: int, walk: Callable[[int, int], tuple[Times, ...]]) -> list[list[Times]]:
    """Walk the customers block by block on all threads; per array and step the times that are there (not -1)."""
    size = max(1, BLOCK // n_steps)
    found: dict[int, list[list[Times]]] = {}

    def work(first: int, last: int) -> None:
        for a in range(first, max(last, first + 1), size):
            found[a] = [[row[row >= 0] for row in array] for array in walk(a, min(a + size, last))]

    in_threads(work, stretches(view.offsets))
    blocks = [found[a] for a in sorted(found)]
    return [
        [np.concatenate([block[array][k] for block in blocks]) for k in range(n_steps)]
        for array in range(len(blocks[0]))
    ]
