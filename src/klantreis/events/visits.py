"""Events close in time, taken together; see ``EventLog.visits``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from klantreis.events import kernels as counting_kernels
from klantreis.events import visit_kernels as kernels
from klantreis.events.answers import Quartiles, Visits, VisitTouchpoint
from klantreis.events.counting import scope_of
from klantreis.events.durations import SECOND, Duration, microseconds
from klantreis.events.filter import Filter
from klantreis.events.share import wilson
from klantreis.events.threads import in_threads, stretches

if TYPE_CHECKING:
    from klantreis.events.local import LocalLog
    from klantreis.events.views import View


def visits(log: LocalLog, view: View, asked: Filter | None, *, gap: Duration) -> Visits:
    """See ``EventLog.visits``."""
    longest = microseconds(gap, what="gap")
    parts = stretches(view.offsets)
    each = np.empty(view.n_customers, dtype=np.int64)
    in_threads(lambda a, b: kernels.count_visits(view.times, view.offsets, a, b, longest, each), parts)
    starts = np.concatenate(([0], np.cumsum(each))).astype(np.int64)
    n, n_codes = int(starts[-1]), len(log.touchpoints)
    lengths, lasting = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64)
    between = np.empty(n - view.n_customers, dtype=np.int64)
    ends = [(np.zeros(n_codes, dtype=np.int64), np.zeros(n_codes, dtype=np.int64)) for _ in parts]
    in_threads(
        lambda a, b, begun, ended: kernels.measure_visits(
            view.times, view.codes, view.offsets, a, b, longest, starts, lengths, lasting, between, begun, ended
        ),
        [(*part, *into) for part, into in zip(parts, ends, strict=True)],
    )
    first, last = (np.sum(counts, axis=0) for counts in zip(*ends, strict=True))
    order = sorted(np.flatnonzero(first + last).tolist(), key=lambda code: (-int(first[code]), code))
    singles = int(np.count_nonzero(lengths == 1))
    per_customer, events, seconds, between_seconds = _quartiles(
        [(each, 1), (lengths, 1), (lasting, SECOND), (between, SECOND)]
    )
    return Visits(
        scope=scope_of(view, asked),
        gap_seconds=longest / SECOND,
        n=n,
        per_customer=per_customer,
        events=events,
        seconds=seconds,
        between_seconds=between_seconds,
        single=wilson(singles, n),
        touchpoints=tuple(
            VisitTouchpoint(
                log.touchpoints[code], int(first[code]), int(first[code]) / n, int(last[code]), int(last[code]) / n
            )
            for code in order
        ),
    )


def _quartiles(of: list[tuple[NDArray[np.int64], int]]) -> list[Quartiles]:
    """Quartiles of several arrays at the same time, each in its own unit; reorders the arrays."""
    found = np.empty((len(of), 1, 3))
    in_threads(
        lambda values, into: counting_kernels.quartiles(values, np.array([0, len(values)]), 0, 1, into),
        [(values, found[place]) for place, (values, _) in enumerate(of) if len(values)],
    )
    return [
        Quartiles(*(found[place, 0] / unit).tolist()) if len(values) else Quartiles(None, None, None)
        for place, (values, unit) in enumerate(of)
    ]
