"""Which customers came back, per day, week or month after they started; see ``EventLog.retention``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from klantreis.errors import InvalidInputError
from klantreis.events.answers import comparison_rows
from klantreis.events.answers.answer import Scope
from klantreis.events.answers.calendar import Cohort, Retention
from klantreis.events.filter import Filter, bounds, zone_named
from klantreis.events.kernels import calendar as kernels
from klantreis.events.kernels.threads import in_threads, stretches
from klantreis.events.local.columns import EPOCH, Mask
from klantreis.events.local.counting import scope_of
from klantreis.events.local_time import calendar_edges
from klantreis.events.pattern import EventPattern, as_pattern
from klantreis.events.share import Share, wilson

if TYPE_CHECKING:
    from klantreis.events.local.log import LocalLog
    from klantreis.events.local.views import View

MOST_COLUMNS = 1000
_ANY: Mask = np.empty(0, dtype=np.bool_)


@dataclass(frozen=True, slots=True)
class How:
    """What was asked, in the words of ``EventLog.retention``."""

    by: str
    start: EventPattern | str | None
    back: EventPattern | str | None
    periods: int
    unbounded: bool
    complete_to: date | datetime | None

    @property
    def starting(self) -> EventPattern | None:
        """``start`` as a pattern."""
        return None if self.start is None else as_pattern(self.start)

    @property
    def returning(self) -> EventPattern | None:
        """``back`` as a pattern."""
        return None if self.back is None else as_pattern(self.back)


def asked_by(how: comparison_rows.How) -> How:
    """What a comparison asks of each group."""
    starting, returning = (*comparison_rows.patterns_in(how, at_most=2), None, None)[:2]
    return How(how.by or "week", starting, returning, how.upto, unbounded=False, complete_to=None)


class Dated(Protocol):
    """What the calendar needs of a log: when its events are, and where its days begin."""

    @property
    def period(self) -> tuple[int, int] | None:
        """Times of the first and the last event (µs since 1970 UTC)."""
        ...

    @property
    def zone_name(self) -> str:
        """The time zone in which days are meant."""
        ...


def retention(log: LocalLog, view: View, asked: Filter | None, *, how: How) -> Retention:
    """See ``EventLog.retention``."""
    check(how)
    days, edges = calendar_edges(view.first_time or 0, view.last_time or 0, how.by, zone_named(log.zone_name))
    sizes, returns = _counted(
        log, view, how.starting, how.returning, edges, len(days), how.periods + 1, unbounded=how.unbounded
    )
    return cohorts(log, scope_of(view, asked), how=how, days=days, sizes=sizes, returns=returns)


def check(how: How) -> None:
    """Raise InvalidInputError when so many periods cannot be shown."""
    if not 0 <= how.periods <= MOST_COLUMNS:
        raise InvalidInputError(f"Retention looks 0 to {MOST_COLUMNS} periods on, not {how.periods}.")


def cohorts(
    log: Dated, scope: Scope, *, how: How, days: list[date], sizes: NDArray[np.int64], returns: NDArray[np.int64]
) -> Retention:
    """The answer, from who started and who came back, wherever that was counted.

    Parameters
    ----------
    days
        The first day of each period.
    sizes, returns
        Customers who started in each period, and ``[period, periods since]`` who came back.
    """
    by, periods = how.by, how.periods
    seen_to = _seen_to(log, scope.filter, how.complete_to)
    whole = _whole(days, by, log, seen_to) if scope.events else 0
    found = []
    pooled = np.zeros((periods + 1, 2), dtype=np.int64)
    for place in np.flatnonzero(sizes).tolist():
        size, counts = int(sizes[place]), returns[place]
        visible = min(periods + 1, max(0, whole - place))
        pooled[:visible, 0] += counts[:visible]
        pooled[:visible, 1] += size
        cells: list[Share | None] = [wilson(count, size) for count in counts[:visible].tolist()]
        found.append(Cohort(days[place].isoformat(), size, (*cells, *(None,) * (periods + 1 - visible))))
    return Retention(
        scope=scope,
        by=by,
        unbounded=how.unbounded,
        start=None if how.starting is None else str(how.starting),
        back=None if how.returning is None else str(how.returning),
        timezone=log.zone_name,
        complete_to=None
        if seen_to is None
        else (EPOCH + timedelta(microseconds=seen_to)).isoformat().replace("+00:00", "Z"),
        customers=int(sizes.sum()),
        cohorts=tuple(found),
        total=tuple(wilson(count, n) if n else None for count, n in pooled.tolist()),
    )


def _seen_to(log: Dated, asked: Filter | None, complete_to: date | datetime | None) -> int | None:
    """Up to when the data are complete: the last event of the whole log, or what was said; never past the filter."""
    if log.period is None:
        return None
    zone, last = zone_named(log.zone_name), log.period[1]
    said = bounds((None, complete_to), zone)[1]
    if said is not None and said < last:
        raise InvalidInputError(
            f"The data are said to be complete to {complete_to}, but the log has events after that.",
            hint="To leave out later events, give the question a period.",
        )
    end = None if asked is None else bounds(asked.span, zone)[1]
    ends = [last if said is None else said, *([] if end is None else [end])]
    return min(ends)


def _whole(days: list[date], by: str, log: Dated, seen_to: int | None) -> int:
    """How many periods, counted from the first of ``days``, end before the data do; also those after the last event."""
    if seen_to is None:
        return 0
    begin = bounds((days[0], None), zone_named(log.zone_name))[0] or 0
    if seen_to <= begin:
        return 0
    later, edges = calendar_edges(begin, seen_to, by, zone_named(log.zone_name))
    return int(np.searchsorted(edges, seen_to, side="right")) - 1 if later else 0


def _counted(
    log: LocalLog,
    view: View,
    start: EventPattern | None,
    back: EventPattern | None,
    edges: NDArray[np.int64],
    cohorts: int,
    width: int,
    *,
    unbounded: bool,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Customers who started in each period, and how many of them came back in (or at or after) each period since."""
    starting = _ANY if start is None else view.of(log.mask(start))
    returning = _ANY if back is None else view.of(log.mask(back))
    parts = stretches(view.offsets)
    counted = [(np.zeros(cohorts, dtype=np.int64), np.zeros((cohorts, width), dtype=np.int64)) for _ in parts]
    count = kernels.count_last_returns if unbounded else kernels.count_returns
    in_threads(
        lambda a, b, sizes, returns: count(view.times, view.offsets, starting, returning, a, b, edges, sizes, returns),
        [(*part, *into) for part, into in zip(parts, counted, strict=True)],
    )
    sizes, returns = (np.sum(arrays, axis=0) for arrays in zip(*counted, strict=True))
    if unbounded:
        returns = returns[:, ::-1].cumsum(axis=1)[:, ::-1]
    return sizes, returns
