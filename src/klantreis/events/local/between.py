"""How long after events of one pattern the customer's next event of another comes; see ``EventLog.time_between``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

import numpy as np
from numpy.typing import NDArray

from klantreis.errors import InvalidInputError
from klantreis.events.answers.answer import Quartiles
from klantreis.events.answers.between import Quantile, Starts, TimeBetween
from klantreis.events.durations import SECOND, Duration, microseconds
from klantreis.events.filter import Filter
from klantreis.events.kernels import between as kernels
from klantreis.events.kernels.threads import in_threads, stretches
from klantreis.events.local.columns import Mask, Times, sealed
from klantreis.events.local.counting import scope_of
from klantreis.events.pattern import EventPattern
from klantreis.events.share import wilson

if TYPE_CHECKING:
    from klantreis.events.local.log import LocalLog
    from klantreis.events.local.views import View

#: Which quantiles are told.
SHARES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)


@dataclass(frozen=True, eq=False, slots=True)
class _Matched:
    """How long each start that counts lasted, whether its end was seen, and how many starts and customers there are."""

    lasted: Times
    ended: Mask
    starts: int
    customers: int


def time_between(
    log: LocalLog,
    view: View,
    asked: Filter | None,
    *,
    start: EventPattern,
    end: EventPattern,
    starts: Starts,
    within: Duration | None,
) -> TimeBetween:
    """See ``EventLog.time_between``."""
    if starts not in get_args(Starts):
        raise InvalidInputError(f"{starts!r} is no way to choose starts; use {', '.join(get_args(Starts))}.")
    limit = None if within is None else microseconds(within, what="window")
    found = _matched(view, sealed(view.of(log.mask(start))), sealed(view.of(log.mask(end))), starts)
    lasted, ended = found.lasted, found.ended
    if limit is not None:
        ended = ended & (lasted <= limit)
        lasted = np.minimum(lasted, limit)
    times, going_on = np.sort(lasted[ended]), np.sort(lasted[~ended])
    return TimeBetween(
        scope=scope_of(view, asked),
        start=str(start),
        end=str(end),
        starts=starts,
        within_seconds=None if limit is None else limit / SECOND,
        n=len(lasted),
        customers=found.customers,
        passed_over=found.starts - len(lasted),
        ended=wilson(len(times), len(lasted)),
        censored=len(going_on),
        quantiles=tuple(Quantile(share, _at(times, share) / SECOND) for share in SHARES) if len(times) else (),
        seconds=_by_when(times, going_on),
    )


def _matched(view: View, starting: Mask, ending: Mask, starts: Starts) -> _Matched:
    which = {"first": kernels.FIRST, "each": kernels.EACH, "nearest": kernels.NEAREST}[starts]
    until = 0 if view.last_time is None else view.last_time
    done: dict[int, tuple[Times, Mask, int, int]] = {}

    def work(a: int, b: int) -> None:
        n = int(np.count_nonzero(starting[view.offsets[a] : view.offsets[b]]))
        lasted, ended = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.bool_)
        found, customers = kernels.match_ends(
            starting, ending, view.times, view.offsets, a, b, which, until, lasted, ended
        )
        done[a] = (lasted[:found], ended[:found], n, customers)

    in_threads(work, stretches(view.offsets))
    lasted, ended, n, customers = zip(*(done[a] for a in sorted(done)), strict=True)
    return _Matched(np.concatenate(lasted), np.concatenate(ended), sum(n), sum(customers))


def first_times(
    log: LocalLog, view: View, start: EventPattern, end: EventPattern, limit: int | None
) -> tuple[Times, int]:
    """How long (µs) it took from each customer's first start to its end, where that was seen; and how many started.

    Parameters
    ----------
    limit
        An end later than this (µs) is not seen; None: any time.
    """
    found = _matched(view, sealed(view.of(log.mask(start))), sealed(view.of(log.mask(end))), "first")
    seen = found.ended if limit is None else found.ended & (found.lasted <= limit)
    return found.lasted[seen], len(found.lasted)


def still_going(ended: Times, going_on: Times) -> tuple[Times, NDArray[np.float64]]:
    """The Kaplan-Meier estimate: the times at which something ended, and the share still going after each.

    What ended and what was lost sight of at the same time are taken in that order.

    Parameters
    ----------
    ended, going_on
        How long each lasted until it ended, and was seen while it did not end; both sorted.

    Examples
    --------
    >>> times, share = still_going(np.array([2, 3, 5]), np.array([3]))
    >>> times.tolist(), share.tolist()
    ([2, 3, 5], [0.75, 0.5, 0.0])
    """
    first = np.append(True, ended[1:] != ended[:-1])[: len(ended)]
    before = np.flatnonzero(first)
    times, ends = ended[before], np.diff(np.append(before, len(ended)))
    at_risk = len(ended) - before + len(going_on) - np.searchsorted(going_on, times, side="left")
    return times, np.cumprod(1 - ends / at_risk, dtype=np.float64)


def _by_when(ended: Times, going_on: Times) -> Quartiles:
    times, going = still_going(ended, going_on)
    found: list[float | None] = []
    for share in (0.25, 0.5, 0.75):
        # A share such as 0.5 comes out of the products a rounding error too high.
        reached = np.flatnonzero(going <= 1 - share + 1e-12)
        found.append(float(times[reached[0]]) / SECOND if len(reached) else None)
    return Quartiles(*found)


def _at(ordered: Times, share: float) -> float:
    """The quantile of sorted times, by linear interpolation."""
    exact = (len(ordered) - 1) * share
    low = int(exact)
    high = min(low + 1, len(ordered) - 1)
    return float(ordered[low] + (ordered[high] - ordered[low]) * (exact - low))
