"""How long after events of one pattern the customer's next event of another comes; see ``EventLog.time_between``."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import numpy as np
from numpy.typing import NDArray

from klantreis.errors import InvalidInputError
from klantreis.events.answers import Quartiles
from klantreis.events.between_answers import Quantile, Starts, TimeBetween
from klantreis.events.columns import Mask, Times
from klantreis.events.counting import scope_of
from klantreis.events.durations import SECOND, Duration, microseconds
from klantreis.events.filter import Filter
from klantreis.events.pattern import EventPattern
from klantreis.events.share import wilson

if TYPE_CHECKING:
    from klantreis.events.local import LocalLog
    from klantreis.events.views import View

SHARES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)


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
    begun = np.flatnonzero(view.of(log.mask(start)))
    all_starts = len(begun)
    ending = np.append(np.flatnonzero(view.of(log.mask(end))), len(view.times))
    customer = np.searchsorted(view.offsets, begun, side="right") - 1
    # The place of the first end after each start; the number of events when the customer has none.
    after = ending[np.searchsorted(ending[:-1], begun, side="right")]
    after = np.where(after < view.offsets[customer + 1], after, len(view.times))
    if starts == "first":
        chosen = np.append(True, customer[1:] != customer[:-1])[: len(begun)]
    elif starts == "nearest":
        overtaken = (customer[1:] == customer[:-1]) & (begun[1:] < after[:-1])
        chosen = np.append(~overtaken, True)[: len(begun)]
    else:
        chosen = np.ones(len(begun), dtype=bool)
    begun, after, customer = begun[chosen], after[chosen], customer[chosen]
    ended = after < len(view.times)
    last = 0 if view.last_time is None else view.last_time
    until = np.where(ended, view.times[after * ended] if len(begun) else 0, last)
    lasted = until - view.times[begun]
    if limit is not None:
        ended &= lasted <= limit
        lasted = np.minimum(lasted, limit)
    times = lasted[ended]
    return TimeBetween(
        scope=scope_of(view, asked),
        start=str(start),
        end=str(end),
        starts=starts,
        within_seconds=None if limit is None else limit / SECOND,
        n=len(begun),
        customers=len(np.unique(customer)),
        passed_over=all_starts - len(begun),
        ended=wilson(len(times), len(begun)),
        censored=len(begun) - len(times),
        quantiles=tuple(
            Quantile(share, seconds)
            for share, seconds in zip(SHARES, (np.quantile(times, SHARES) / SECOND).tolist(), strict=True)
        )
        if len(times)
        else (),
        seconds=_by_when(lasted, ended),
    )


def still_going(lasted: Times, ended: Mask) -> tuple[Times, NDArray[np.float64]]:
    """The Kaplan-Meier estimate: the times at which something ended, and the share still going after each.

    What ended and what was lost sight of at the same time are taken in that order.

    Examples
    --------
    >>> times, share = still_going(np.array([2, 3, 3, 5]), np.array([True, True, False, True]))
    >>> times.tolist(), share.tolist()
    ([2, 3, 5], [0.75, 0.5, 0.0])
    """
    order = np.sort(lasted)
    times, ends = np.unique(lasted[ended], return_counts=True)
    at_risk = len(order) - np.searchsorted(order, times, side="left")
    return times, np.cumprod(1 - ends / at_risk, dtype=np.float64)


def _by_when(lasted: Times, ended: Mask) -> Quartiles:
    times, going = still_going(lasted, ended)
    found: list[float | None] = []
    for share in (0.25, 0.5, 0.75):
        # A share such as 0.5 comes out of the products a rounding error too high.
        reached = np.flatnonzero(going <= 1 - share + 1e-12)
        found.append(float(times[reached[0]]) / SECOND if len(reached) else None)
    return Quartiles(*found)
