"""The ways that customers go from a point, or came to it, asked of an engine.

Each path is a row with the codes of its touchpoints, ``a0, a1, …`` (0: it is over), and then a row for each of these.
What came up to it is told by two numbers, as sequences are (``h1, h2``, and ``q1, q2`` of what came before it), so that
all levels are counted and ranked at once, however deep. A path is followed to the first way that is not shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from klantreis.events.answers.steps import Branch, PathNode, PathTree
from klantreis.events.durations import SECOND, microseconds
from klantreis.events.filter import Filter
from klantreis.events.local.path_trees import Shape, check
from klantreis.events.pattern import EventPattern, as_pattern
from klantreis.events.remote.table import PRIME, enriched, numbered_visits, weights
from klantreis.events.remote.view import View, scope_of, view
from klantreis.events.share import wilson

if TYPE_CHECKING:
    from klantreis.events.remote.log import RemoteLog

_ENDED, _REST = 0, -1

#: How far a node is, and the two numbers of its path.
Place = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class _Way:
    """A way on from a node: its code, where it leads, its paths and customers, and how many touchpoints it holds."""

    code: int
    to: Place
    paths: int
    customers: int
    touchpoints: int


def tree(log: RemoteLog, asked: Filter | None, *, pattern: EventPattern | str | None, shape: Shape) -> PathTree:
    """See ``EventLog.tree``."""
    pattern = None if pattern is None else as_pattern(pattern)
    check(shape)
    gap = None if shape.gap is None else microseconds(shape.gap, what="gap")
    seen = view(log, asked, patterns=[] if pattern is None else [pattern])
    levels = shape.depth + 2  # the last one only tells which paths of the deepest nodes end there
    rows = placed_sql(seen, gap, marked=pattern is not None, fold_repeats=shape.fold_repeats)
    paths = paths_sql(rows, marked=pattern is not None, backward=shape.backward, levels=levels)
    ways: dict[Place, list[_Way]] = {}
    for row in log.ask(_counted(paths, levels=levels, breadth=shape.breadth)):
        far, q1, q2, code, h1, h2, n, customers, touchpoints = map(int, row)
        ways.setdefault((far, q1, q2), []).append(_Way(code, (far + 1, h1, h2), n, customers, touchpoints))
    n, customers = (int(value) for value in log.ask(f"SELECT COUNT(*), COUNT(DISTINCT c) FROM ({paths}) AS p")[0])
    whole = _Way(_REST, (0, 0, 0), n, customers, 0)
    return PathTree(
        scope=scope_of(log, seen, asked),
        pattern=None if pattern is None else str(pattern),
        backward=shape.backward,
        depth=shape.depth,
        breadth=shape.breadth,
        gap_seconds=None if gap is None else gap / SECOND,
        fold_repeats=shape.fold_repeats,
        n=n,
        customers=customers,
        roots=_nodes(log, ways, whole, whole),
        rest=_branch(ways, _REST, whole, whole),
    )


def placed_sql(seen: View, gap: int | None, *, marked: bool, fold_repeats: bool) -> str:
    """A SELECT of ``c, v, p, tp`` and ``m0`` when marked: events by visit ``v``, repeats as one when asked."""
    marks = ["m0"] if marked else []
    columns = ["c", "p", "tp", *marks]
    if gap is None:
        rows = f"SELECT {', '.join(columns)}, 0 AS v FROM ({seen.rows}) AS r"
    else:
        rows = numbered_visits(enriched(seen.rows, order="p", extra=marks), gap=gap, columns=columns)
    if not fold_repeats:
        return rows
    more = ", MAX(m0) AS m0" if marked else ""
    kept = "".join(f", {mark}" for mark in marks)
    window = "OVER (PARTITION BY c, v ORDER BY p)"
    before = f"SELECT c, v, p, tp{kept}, COALESCE(LAG(tp) {window}, 0) AS earlier_tp FROM ({rows}) AS cut"
    runs = (
        f"SELECT c, v, p, tp{kept}, SUM(CASE WHEN tp <> earlier_tp THEN 1 ELSE 0 END) OVER (PARTITION BY c, v "
        f"ORDER BY p ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS run FROM ({before}) AS b"
    )
    return f"SELECT c, v, MIN(p) AS p, tp{more} FROM ({runs}) AS r GROUP BY c, v, run, tp"


def paths_sql(rows: str, *, marked: bool, backward: bool, levels: int) -> str:
    """A SELECT of ``c, at, a0, a1, …``: a row per path, which is the one of its customer at a place."""
    step = "LAG" if backward else "LEAD"
    codes = "".join(
        f", COALESCE({step}(tp, {far}) OVER (PARTITION BY c, v ORDER BY p), 0) AS a{far}" for far in range(1, levels)
    )
    if marked:
        begins = "m0"
    else:
        ends = "MAX" if backward else "MIN"
        begins = f"CASE WHEN p = {ends}(p) OVER (PARTITION BY c) THEN 1 ELSE 0 END"
    return (
        f"SELECT c, at, {listed('a', levels)} "
        f"FROM (SELECT c, p AS at, tp AS a0{codes}, {begins} AS begins FROM ({rows}) AS r) AS w WHERE begins = 1"
    )


def _counted(paths: str, *, levels: int, breadth: int) -> str:
    """A row per way on: ``far, q1, q2`` of the node it is from, its code, ``h1, h2`` of where it leads, and counts."""
    columns, shown = "c, at, far, code, q1, q2, h1, h2", f"place <= {breadth}" if breadth else "1 = 1"
    long = _long(paths, levels=levels)
    ranked = (
        "SELECT far, h1, h2, code, ROW_NUMBER() OVER (PARTITION BY far, q1, q2 "
        "ORDER BY CASE WHEN code = 0 THEN 1 ELSE 0 END, n DESC, code) AS place FROM "
        f"(SELECT far, q1, q2, h1, h2, code, COUNT(*) AS n FROM ({long}) AS s GROUP BY far, q1, q2, h1, h2, code) AS t"
    )
    # The last level only tells which paths of the deepest nodes end there.
    way = (
        f"CASE WHEN l.code = 0 THEN {_ENDED} WHEN l.far < {levels - 1} AND {shown} THEN l.code ELSE {_REST} END AS way"
    )
    found = ", ".join(f"l.{column.strip()} AS {column.strip()}" for column in columns.split(","))
    told = (
        f"SELECT {found}, {way} FROM ({long}) AS l JOIN ({ranked}) AS r "
        "ON r.far = l.far AND r.h1 = l.h1 AND r.h2 = l.h2 AND r.code = l.code"
    )
    followed = (
        f"SELECT {columns}, way, MIN(way) OVER (PARTITION BY c, at ORDER BY far "
        f"ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS least FROM ({told}) AS w"
    )
    return (
        "SELECT far, q1, q2, way, MIN(h1), MIN(h2), COUNT(*), COUNT(DISTINCT c), COUNT(DISTINCT code) "
        f"FROM ({followed}) AS f WHERE far = 0 OR least > 0 GROUP BY far, q1, q2, way"
    )


def _long(paths: str, *, levels: int) -> str:
    """A row for each touchpoint of each path, and for its end: ``c, at, far, code, q1, q2, h1, h2``."""
    here = " ".join(f"WHEN far = {far} THEN a{far}" for far in range(levels))
    over = " ".join(f"WHEN a{far} = 0 THEN {far}" for far in range(levels))
    numbers = " UNION ALL ".join(
        f"SELECT {far} AS far, {first} AS w1, {second} AS w2"
        for far in range(levels)
        for first, second in [weights(far)]
    )
    ended = f"SELECT c, at, {listed('a', levels)}, CASE {over} ELSE {levels - 1} END AS upto FROM ({paths}) AS p"
    coded = (
        f"SELECT c, at, far, w1, w2, CASE {here} ELSE 0 END AS code "
        f"FROM ({ended}) AS e CROSS JOIN ({numbers}) AS numbers WHERE far <= upto"
    )
    window = "OVER (PARTITION BY c, at ORDER BY far ROWS BETWEEN UNBOUNDED PRECEDING AND"
    sums = ", ".join(
        f"WHOLE(COALESCE(SUM((w{k} * code) % {PRIME}) {window} {last}), 0)) % {PRIME} AS {name}{k}"
        for name, last in (("q", "1 PRECEDING"), ("h", "CURRENT ROW"))
        for k in (1, 2)
    )
    return f"SELECT c, at, far, code, {sums} FROM ({coded}) AS d"


def listed(letter: str, levels: int) -> str:
    return ", ".join(f"{letter}{far}" for far in range(levels))


def _nodes(log: RemoteLog, ways: Mapping[Place, Sequence[_Way]], before: _Way, whole: _Way) -> tuple[PathNode, ...]:
    """The nodes after a node, most frequent first."""
    shown = sorted((way for way in ways.get(before.to, ()) if way.code > 0), key=lambda way: (-way.paths, way.code))
    return tuple(
        PathNode(
            touchpoint=log.touchpoints[way.code],
            count=way.paths,
            customers=wilson(way.customers, whole.customers),
            of_parent=way.paths / before.paths,
            of_all=way.paths / whole.paths,
            ended=_branch(ways, _ENDED, way, whole),
            rest=_branch(ways, _REST, way, whole),
            next=_nodes(log, ways, way, whole),
        )
        for way in shown
    )


def _branch(ways: Mapping[Place, Sequence[_Way]], code: int, before: _Way, whole: _Way) -> Branch:
    for way in ways.get(before.to, ()):
        if way.code == code:
            return Branch(
                way.paths,
                wilson(way.customers, whole.customers),
                way.paths / before.paths,
                way.paths / whole.paths,
                way.touchpoints if code == _REST else 0,
            )
    return Branch(0, wilson(0, whole.customers), 0.0, 0.0, 0)
