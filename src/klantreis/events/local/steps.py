"""Where customers are at each position of their trace; see ``EventLog.steps``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from klantreis.errors import InvalidInputError
from klantreis.events.answers.steps import StepMatrix, StepRow
from klantreis.events.filter import Filter
from klantreis.events.kernels import steps as kernels
from klantreis.events.kernels.threads import in_threads, stretches
from klantreis.events.local.columns import Mask, Offsets
from klantreis.events.local.counting import scope_of
from klantreis.events.pattern import EventPattern, as_pattern
from klantreis.events.share import Share, wilson

if TYPE_CHECKING:
    from klantreis.events.local.log import LocalLog
    from klantreis.events.local.views import View

#: More columns than this nobody reads.
MOST_POSITIONS = 1000


def steps(
    log: LocalLog, view: View, asked: Filter | None, *, upto: int, align: EventPattern | str | None, before: int
) -> StepMatrix:
    """See ``EventLog.steps``."""
    if upto < 1 or before < 0 or upto + before > MOST_POSITIONS:
        raise InvalidInputError(
            f"Steps run from {before} places before to {upto} places on; the first must be 0 or more, the last 1 or "
            f"more, and together at most {MOST_POSITIONS}."
        )
    back = 0 if align is None else before
    positions = tuple(range(1, upto + 1)) if align is None else tuple(range(-before, upto + 1))
    centres = view.offsets[:-1] if align is None else first_matches(view.of(log.mask(align)), view.offsets)
    table, not_begun = count_positions(view, centres, back, len(positions), len(log.touchpoints))
    n = int(np.count_nonzero(centres >= 0))
    ended = n - not_begun - table.sum(axis=1)
    totals = table.sum(axis=0)
    order = sorted(np.flatnonzero(totals).tolist(), key=lambda code: (-int(totals[code]), log.touchpoints[code]))
    return StepMatrix(
        scope=scope_of(view, asked),
        align=None if align is None else str(as_pattern(align)),
        n=n,
        positions=positions,
        rows=tuple(StepRow(log.touchpoints[code], _shares(table[:, code], n)) for code in order),
        not_begun=_shares(not_begun, n),
        ended=_shares(ended, n),
    )


def first_matches(matching: Mask, offsets: Offsets) -> NDArray[np.int64]:
    """The place of each customer's first match; -1 without one."""
    found = np.empty(len(offsets) - 1, dtype=np.int64)
    in_threads(lambda a, b: kernels.first_matches(matching, offsets, a, b, found), stretches(offsets))
    return found


def count_positions(
    view: View, centres: NDArray[np.int64], before: int, width: int, n_codes: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Customers per position and touchpoint code, and those whose trace has not begun at a position."""
    parts = stretches(view.offsets)
    counted = [(np.zeros((width, n_codes), dtype=np.int64), np.zeros(width, dtype=np.int64)) for _ in parts]
    in_threads(
        lambda a, b, table, begun: kernels.count_positions(
            view.codes, view.offsets, centres, a, b, before, table, begun
        ),
        [(*part, *into) for part, into in zip(parts, counted, strict=True)],
    )
    tables, begun = zip(*counted, strict=True)
    return np.sum(tables, axis=0), np.sum(begun, axis=0)


def _shares(counts: NDArray[np.int64], n: int) -> tuple[Share, ...]:
    return tuple(wilson(count, n) for count in counts.tolist())
