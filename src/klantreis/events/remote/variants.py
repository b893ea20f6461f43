"""Which whole sequences occur, asked of an engine: fingerprints are counted, only the most frequent are spelled out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from klantreis.errors import InvalidInputError
from klantreis.events.answers.answer import Variant, Variants
from klantreis.events.durations import SECOND, Duration, microseconds
from klantreis.events.filter import Filter
from klantreis.events.remote.table import fingerprints, numbered_visits
from klantreis.events.remote.view import View, scope_of, view

if TYPE_CHECKING:
    from klantreis.events.remote.log import RemoteLog

#: Customer and visit in one number, to tell which of two sequences came first.
_MOST_VISITS = 1 << 22


def variants(log: RemoteLog, asked: Filter | None, *, top: int, gap: Duration | None, fold_repeats: bool) -> Variants:
    """See ``EventLog.variants``."""
    if top < 1:
        raise InvalidInputError(f"The number of variants to name must be 1 or more, not {top}.")
    longest = None if gap is None else microseconds(gap, what="gap")
    seen = view(log, asked)
    if seen.whole and longest is None and not fold_repeats:
        kept = "" if seen.customers is None else f" WHERE {seen.customers}"
        groups = f"SELECT c, 0 AS v, n, h1, h2 FROM {log.table.part('paths')} AS paths{kept}"
    else:
        groups = fingerprints(_placed(seen, longest, fold_repeats=fold_repeats), by=["c", "v"])
    # Equal counts stand in the order of the first trace that has them.
    counted = (
        f"SELECT h1, h2, n, COUNT(*) AS times, MIN(c * {_MOST_VISITS} + v) AS example "
        f"FROM ({groups}) AS g GROUP BY h1, h2, n"
    )
    rows = log.ask(
        "SELECT times, example, COUNT(*) OVER () AS different, SUM(times) OVER () AS traces "
        f"FROM ({counted}) AS k ORDER BY times DESC, example LIMIT {top}"
    )
    distinct, n = (int(rows[0][2]), int(rows[0][3])) if rows else (0, 0)
    examples = [divmod(int(row[1]), _MOST_VISITS) for row in rows]
    paths = _paths(log, asked, examples, longest, fold_repeats=fold_repeats)
    named = tuple(
        Variant(paths[example], int(row[0]), int(row[0]) / n) for example, row in zip(examples, rows, strict=True)
    )
    rest = n - sum(variant.count for variant in named)
    return Variants(
        scope=scope_of(log, seen, asked),
        n=n,
        distinct=distinct,
        gap_seconds=None if longest is None else longest / SECOND,
        fold_repeats=fold_repeats,
        variants=named,
        rest_variants=distinct - len(named),
        rest_count=rest,
        rest_share=rest / n if n else 0.0,
    )


def _placed(seen: View, longest: int | None, *, fold_repeats: bool) -> str:
    """A SELECT of ``c, v, p, tp``: the sequence ``v`` of a customer, and the place in it, from 0."""
    if longest is None:
        rows = f"SELECT c, 0 AS v, p, tp FROM ({seen.around}) AS a"
    else:
        rows = numbered_visits(seen.around, gap=longest, columns=["c", "p", "tp"])
    window = "OVER (PARTITION BY c, v ORDER BY p)"
    if fold_repeats:
        before = f"SELECT c, v, p, tp, COALESCE(LAG(tp) {window}, 0) AS earlier_tp FROM ({rows}) AS cut"
        rows = f"SELECT c, v, p, tp FROM ({before}) AS b WHERE tp <> earlier_tp"
    return f"SELECT c, v, WHOLE(ROW_NUMBER() {window}) - 1 AS p, tp FROM ({rows}) AS cut"


def _paths(
    log: RemoteLog,
    asked: Filter | None,
    examples: Sequence[tuple[int, int]],
    longest: int | None,
    *,
    fold_repeats: bool,
) -> dict[tuple[int, int], tuple[str, ...]]:
    """The touchpoints of some sequences, by customer and visit."""
    if not examples:
        return {}
    only = f"c IN ({', '.join(str(c) for c in sorted({c for c, _ in examples}))})"
    placed = _placed(view(log, asked, only=only), longest, fold_repeats=fold_repeats)
    found: dict[tuple[int, int], list[str]] = {}
    for c, v, _, tp in sorted(log.ask(f"SELECT c, v, p, tp FROM ({placed}) AS s")):
        found.setdefault((int(c), int(v)), []).append(log.touchpoints[int(tp)])
    return {example: tuple(found[example]) for example in examples}
