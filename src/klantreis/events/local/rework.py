"""What customers do again: repeats, returns, and the cycles they make; see ``EventLog.rework``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from klantreis.errors import InvalidInputError
from klantreis.events.answers.answer import Quartiles
from klantreis.events.answers.rework import Cycle, Rework, TouchpointRework
from klantreis.events.durations import SECOND
from klantreis.events.filter import Filter
from klantreis.events.kernels import counting as kernels
from klantreis.events.kernels.rework import LOWER, walk_returns
from klantreis.events.kernels.threads import in_threads, stretches
from klantreis.events.local.counting import scope_of, touchpoint_counts
from klantreis.events.share import wilson

if TYPE_CHECKING:
    from klantreis.events.local.log import LocalLog
    from klantreis.events.local.views import View

#: Room for this many different cycles to begin with; doubled until they fit.
CYCLES = 1 << 14

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False, slots=True)
class _Walked:
    """What was found in a stretch of customers: see ``walk_returns``."""

    by_code: Ints
    pairs: Ints
    totals: Ints


def rework(log: LocalLog, view: View, asked: Filter | None, *, top: int) -> Rework:
    """See ``EventLog.rework``."""
    if top < 1:
        raise InvalidInputError(f"The number of cycles to name must be 1 or more, not {top}.")
    away = np.empty(len(view.codes), dtype=np.int64)
    walked = _walk(log, view, away)
    totals = sum((part.totals for part in walked), np.zeros(6, dtype=np.int64))
    by_code = sum((part.by_code for part in walked), np.zeros((7, len(log.touchpoints)), dtype=np.int64))
    returns, lost, quartiles = _away(view, away, len(log.touchpoints))
    counted = touchpoint_counts(view, log.touchpoints)
    code_of = {name: code for code, name in enumerate(log.touchpoints)}
    people = {each.touchpoint: each.customers for each in counted}
    touchpoints = [
        TouchpointRework(
            touchpoint=each.touchpoint,
            events=each.events,
            customers=each.customers,
            repeats=int(by_code[0, code]),
            repeating=wilson(int(by_code[2, code]), each.customers),
            repeat_seconds=_seconds(by_code[1, code], by_code[6, code]),
            returns=int(returns[code]),
            returning=wilson(int(by_code[4, code]), each.customers),
            away=quartiles[code],
            away_seconds=_seconds(lost[0, code], lost[1, code]),
        )
        for each in counted
        for code in [code_of[each.touchpoint]]
    ]
    keys, cycles = _cycles(walked)
    order = np.lexsort((keys, -cycles[0]))
    named = [
        Cycle(
            touchpoint=log.touchpoints[a],
            via=log.touchpoints[b],
            count=count,
            customers=customers,
            of_customers=wilson(customers, people[log.touchpoints[a]]),
            seconds=_seconds(low, high),
        )
        for key, count, customers, low, high in zip(
            keys[order[:top]].tolist(), *(row[order[:top]].tolist() for row in cycles), strict=True
        )
        for a, b in [divmod(key, len(log.touchpoints))]
    ]
    repeats, events = int(by_code[0].sum()), len(view.codes)
    return Rework(
        scope=scope_of(view, asked),
        repeats=repeats,
        repeating=wilson(int(totals[0]), view.n_customers),
        returns=int(returns.sum()),
        returning=wilson(int(totals[1]), view.n_customers),
        of_events=(repeats + int(returns.sum())) / events if events else None,
        seconds=_seconds(totals[2], totals[4]),
        loop_seconds=_seconds(totals[3], totals[5]),
        touchpoints=tuple(sorted(touchpoints, key=lambda each: -each.returns)),
        cycles=tuple(named),
        rest_cycles=len(keys) - len(named),
        rest_count=int(cycles[0].sum()) - sum(cycle.count for cycle in named),
    )


def _walk(log: LocalLog, view: View, away: Ints) -> list[_Walked]:
    n_codes = len(log.touchpoints)
    found: dict[int, _Walked] = {}

    def work(first: int, last: int) -> None:
        room = min(CYCLES, n_codes * n_codes)
        while True:
            walked = _Walked(
                by_code=np.zeros((7, n_codes), dtype=np.int64),
                pairs=np.zeros((6, room), dtype=np.int64),
                totals=np.zeros(6, dtype=np.int64),
            )
            walked.by_code[[3, 5]] = -1
            slots = np.full(1 << (4 * room - 1).bit_length(), -1, dtype=np.int64)
            n = walk_returns(
                *(view.codes, view.times, view.offsets, first, last, n_codes, away),
                *(walked.by_code, slots, walked.pairs, walked.totals, np.empty((3, n_codes), dtype=np.int64)),
            )
            if n >= 0:
                found[first] = _Walked(walked.by_code, walked.pairs[:, :n], walked.totals)
                return
            room *= 2

    in_threads(work, stretches(view.offsets))
    return [found[first] for first in sorted(found)]


def _away(view: View, away: Ints, n_codes: int) -> tuple[Ints, Ints, dict[int, Quartiles]]:
    """Per touchpoint: the number of returns, the time they took ``[lower | upper part, code]``, and its quartiles."""
    back = np.flatnonzero(away >= 0)
    codes = view.codes[back]
    order = np.argsort(codes, kind="stable")
    times = away[back][order]
    returns = np.bincount(codes, minlength=n_codes)
    ends = np.cumsum(returns)
    present = np.flatnonzero(returns)
    lost = np.zeros((2, n_codes), dtype=np.int64)
    if len(present):
        for part, bits in enumerate((times & LOWER, times >> 32)):
            lost[part, present] = np.add.reduceat(bits, ends[present] - returns[present])
    starts = np.append(ends[present] - returns[present], len(times)).astype(np.int64)
    found = np.empty((len(present), 3))
    kernels.quartiles(times, starts, 0, len(present), found)
    quartiles = dict.fromkeys(range(n_codes), Quartiles(None, None, None))
    quartiles |= {code: Quartiles(*row) for code, row in zip(present.tolist(), (found / SECOND).tolist(), strict=True)}
    return returns, lost, quartiles


def _cycles(walked: list[_Walked]) -> tuple[Ints, Ints]:
    """The keys of all cycles, and ``[count | customers | time | upper part of the time, cycle]``."""
    pairs = np.concatenate([part.pairs for part in walked], axis=1)
    keys, place = np.unique(pairs[0], return_inverse=True)
    added = np.zeros((4, len(keys)), dtype=np.int64)
    for row, source in enumerate((1, 2, 4, 5)):
        np.add.at(added[row], place, pairs[source])
    return keys, added


def _seconds(low: np.int64, high: np.int64) -> float:
    """Seconds of a sum of which the parts are summed apart, as ``walk_returns`` does."""
    return ((int(high) << 32) + int(low)) / SECOND
