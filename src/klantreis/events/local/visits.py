"""Events close in time, taken together; see ``EventLog.visits``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from klantreis.events.answers.answer import Visits, VisitTouchpoint
from klantreis.events.durations import SECOND, Duration, microseconds
from klantreis.events.filter import Filter
from klantreis.events.kernels import visits as kernels
from klantreis.events.kernels.threads import in_threads, stretches
from klantreis.events.local.counting import quartiles_of_each, quartiles_of_tally, scope_of
from klantreis.events.share import wilson

if TYPE_CHECKING:
    from klantreis.events.local.log import LocalLog
    from klantreis.events.local.views import View


def visits(log: LocalLog, view: View, asked: Filter | None, *, gap: Duration) -> Visits:
    """See ``EventLog.visits``."""
    longest = microseconds(gap, what="gap")
    parts = stretches(view.offsets)
    each = np.empty(view.n_customers, dtype=np.int64)
    in_threads(lambda a, b: kernels.count_visits(view.times, view.offsets, a, b, longest, each), parts)
    starts = np.concatenate(([0], np.cumsum(each))).astype(np.int64)
    n, n_codes = int(starts[-1]), len(log.touchpoints)
    lasting = np.empty(n, dtype=np.int64)
    between = np.empty(n - view.n_customers, dtype=np.int64)
    most = int(np.diff(view.offsets).max(initial=0))
    tallies = [[np.zeros(size, dtype=np.int64) for size in (n_codes, n_codes, most + 1)] for _ in parts]
    in_threads(
        lambda a, b, begun, ended, sizes: kernels.measure_visits(
            view.times, view.codes, view.offsets, a, b, longest, starts, sizes, lasting, between, begun, ended
        ),
        [(*part, *into) for part, into in zip(parts, tallies, strict=True)],
    )
    first, last, sizes = (np.sum(counts, axis=0) for counts in zip(*tallies, strict=True))
    order = sorted(np.flatnonzero(first + last).tolist(), key=lambda code: (-int(first[code]), code))
    seconds, between_seconds = quartiles_of_each([lasting, between], SECOND)
    return Visits(
        scope=scope_of(view, asked),
        gap_seconds=longest / SECOND,
        n=n,
        per_customer=quartiles_of_tally(np.bincount(each)),
        events=quartiles_of_tally(sizes),
        seconds=seconds,
        between_seconds=between_seconds,
        single=wilson(int(sizes[1:2].sum()), n),
        touchpoints=tuple(
            VisitTouchpoint(
                log.touchpoints[code], int(first[code]), int(first[code]) / n, int(last[code]), int(last[code]) / n
            )
            for code in order
        ),
    )
