"""Where customers are at each position of their trace, asked of an engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from klantreis.errors import InvalidInputError
from klantreis.events.answers.steps import StepMatrix, StepRow
from klantreis.events.filter import Filter
from klantreis.events.pattern import EventPattern, as_pattern
from klantreis.events.remote.view import scope_of, view
from klantreis.events.share import Share, wilson

if TYPE_CHECKING:
    from klantreis.events.remote.log import RemoteLog

MOST_POSITIONS = 1000


def steps(
    log: RemoteLog, asked: Filter | None, *, upto: int, align: EventPattern | str | None, before: int
) -> StepMatrix:
    """See ``EventLog.steps``."""
    if upto < 1 or before < 0 or upto + before > MOST_POSITIONS:
        raise InvalidInputError(
            f"Steps run from {before} places before to {upto} places on; the first must be 0 or more, the last 1 or "
            f"more, and together at most {MOST_POSITIONS}."
        )
    pattern = None if align is None else as_pattern(align)
    positions = tuple(range(1, upto + 1)) if pattern is None else tuple(range(-before, upto + 1))
    seen = view(log, asked, patterns=[] if pattern is None else [pattern])
    placed = _placed(seen.rows, aligned=pattern is not None)
    cells = log.ask(
        f"SELECT pos, tp, COUNT(*) FROM ({placed}) AS s WHERE pos >= {positions[0]} AND pos <= {positions[-1]} "
        "GROUP BY pos, tp"
    )
    each = f"SELECT c, MIN(pos) AS begins FROM ({placed}) AS s GROUP BY c"
    begins = {int(pos): int(n) for pos, n in log.ask(f"SELECT begins, COUNT(*) FROM ({each}) AS e GROUP BY begins")}
    n = sum(begins.values())
    table: dict[int, dict[int, int]] = {}
    for pos, tp, count in cells:
        table.setdefault(int(tp), {})[int(pos)] = int(count)
    not_begun = [sum(count for begin, count in begins.items() if begin > pos) for pos in positions]
    here = [sum(row.get(pos, 0) for row in table.values()) for pos in positions]
    names = log.touchpoints
    order = sorted(table, key=lambda tp: (-sum(table[tp].values()), names[tp]))
    return StepMatrix(
        scope=scope_of(log, seen, asked),
        align=None if pattern is None else str(pattern),
        n=n,
        positions=positions,
        rows=tuple(StepRow(names[tp], _shares([table[tp].get(pos, 0) for pos in positions], n)) for tp in order),
        not_begun=_shares(not_begun, n),
        ended=_shares([n - away - at for away, at in zip(not_begun, here, strict=True)], n),
    )


def _placed(rows: str, *, aligned: bool) -> str:
    """A SELECT of ``c, tp, pos``: the place in the trace, from 1; from the first match, at 0, when ``aligned``."""
    window = "OVER (PARTITION BY c ORDER BY p)"
    marked = ", m0" if aligned else ""
    counted = f"SELECT c, tp{marked}, WHOLE(ROW_NUMBER() {window}) AS place FROM ({rows}) AS r"
    if not aligned:
        return f"SELECT c, tp, place AS pos FROM ({counted}) AS n"
    centred = (
        "SELECT c, tp, place, MIN(CASE WHEN m0 = 1 THEN place END) OVER (PARTITION BY c) AS centre "
        f"FROM ({counted}) AS n"
    )
    return f"SELECT c, tp, place - centre AS pos FROM ({centred}) AS m WHERE centre IS NOT NULL"


def _shares(counts: list[int], n: int) -> tuple[Share, ...]:
    return tuple(wilson(count, n) for count in counts)
