"""The part of a log that a filter leaves: what every question is asked of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from klantreis.events.filter import Filter, bounds, zone_named
from klantreis.events.local.columns import Codes, Mask, Offsets, Times, sealed

if TYPE_CHECKING:
    from klantreis.events.local.log import LocalLog

T = TypeVar("T", bound=np.generic)


@dataclass(frozen=True, eq=False)
class View:
    """The part of a log that a filter leaves, in the same order.

    Parameters
    ----------
    codes, times
        Touchpoint code and time (µs since 1970 UTC) of each event that is left.
    offsets
        Events of the i-th customer left: from ``offsets[i]`` up to ``offsets[i + 1]``, at least one.
    kept
        For each event of the whole log whether it is left; None when all are.
    customers
        Places in the whole log of the customers that are left; None when all are.
    """

    codes: Codes
    times: Times
    offsets: Offsets
    kept: Mask | None = None
    customers: NDArray[np.int64] | None = None

    @property
    def n_customers(self) -> int:
        """Number of customers left."""
        return len(self.offsets) - 1

    @cached_property
    def events(self) -> NDArray[np.int64] | None:
        """Places in the whole log of the events that are left; None when all are."""
        return None if self.kept is None else np.flatnonzero(self.kept)

    @cached_property
    def first_time(self) -> int | None:
        """The time of the first event that is left."""
        return int(self.times.min()) if len(self.times) else None

    @cached_property
    def last_time(self) -> int | None:
        """The time of the last event that is left: what comes later nobody saw."""
        return int(self.times.max()) if len(self.times) else None

    def of(self, per_event: NDArray[T]) -> NDArray[T]:
        """The part of a column over the whole log that this view keeps."""
        return per_event if self.kept is None else per_event[self.kept]


def view_of(log: LocalLog, *chosen: Filter) -> View:
    """What a filter leaves of a log; of several, what all of them leave."""
    return _kept(log, _keeping(log, chosen))


def view_without(log: LocalLog, chosen: Filter, others: View) -> View:
    """What a filter leaves of the customers who have nothing left in another view of the log."""
    there = np.zeros(log.n_customers, dtype=np.bool_)
    there[slice(None) if others.customers is None else others.customers] = True
    return _kept(log, _both(_keeping(log, (chosen,)), np.repeat(~there, np.diff(log.offsets))))


def _keeping(log: LocalLog, filters: tuple[Filter, ...]) -> Mask | None:
    keep: Mask | None = None
    for chosen in filters:
        start, end = bounds(chosen.span, zone_named(log.zone_name))
        if start is not None:
            keep = _both(keep, log.times >= start)
        if end is not None:
            keep = _both(keep, log.times < end)
        if chosen.where_pattern is not None:
            keep = _both(keep, log.mask(chosen.where_pattern))
        if chosen.customers_pattern is not None and log.n_events:
            keep = _both(keep, _of_customers(log, log.mask(chosen.customers_pattern)))
    return keep


def _of_customers(log: LocalLog, having: Mask) -> Mask:
    from klantreis.events.kernels import around as kernels
    from klantreis.events.kernels.threads import in_threads, stretches

    keep, offsets = np.empty(log.n_events, dtype=np.bool_), sealed(log.offsets)
    in_threads(lambda a, b: kernels.keep_customers(sealed(having), offsets, a, b, keep), stretches(offsets))
    return keep


def _kept(log: LocalLog, keep: Mask | None) -> View:
    if keep is None:
        return View(sealed(log.touchpoint_codes), sealed(log.times), sealed(log.offsets))
    from klantreis.events.kernels import around as kernels
    from klantreis.events.kernels.threads import in_threads, stretches

    codes, times, offsets = sealed(log.touchpoint_codes), sealed(log.times), sealed(log.offsets)
    left = np.empty(log.n_customers, dtype=np.int64)
    parts = stretches(offsets)
    in_threads(lambda a, b: kernels.count_kept(sealed(keep), offsets, a, b, left), parts)
    starts = np.concatenate(([0], np.cumsum(left)))
    kept_codes, kept_times = np.empty(starts[-1], dtype=codes.dtype), np.empty(starts[-1], dtype=np.int64)
    in_threads(
        lambda a, b: kernels.gather_kept(
            sealed(keep), codes, times, offsets, a, b, int(starts[a]), kept_codes, kept_times
        ),
        parts,
    )
    customers = np.flatnonzero(left)
    ends = np.append(starts[customers], starts[-1]).astype(np.int64)
    return View(sealed(kept_codes), sealed(kept_times), sealed(ends), keep, customers)


def _both(left: Mask | None, right: Mask) -> Mask:
    if left is None:
        return right
    left &= right
    return left
