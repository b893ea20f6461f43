"""The ways that customers go from a point, or came to it, asked of an engine.

Each path is a row with the codes of its touchpoints, ``a0, a1, …`` (0: it is over). Paths with the same codes are taken
together, and level by level the ways on are ranked: ``b0, b1, …`` are the codes with -1 where a way is folded into the
rest, and -2 after that. What comes back is a row per node, rest and end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from klantreis.errors import UnsupportedQuestionError
from klantreis.events.answers.steps import Branch, PathNode, PathTree
from klantreis.events.durations import SECOND, microseconds
from klantreis.events.filter import Filter
from klantreis.events.local.path_trees import Shape, check
from klantreis.events.pattern import EventPattern, as_pattern
from klantreis.events.remote.table import enriched, numbered_visits
from klantreis.events.remote.view import View, scope_of, view
from klantreis.events.share import wilson

if TYPE_CHECKING:
    from klantreis.events.remote.log import RemoteLog

#: Deeper than this the statement has more levels than some engines read.
DEEPEST_HERE = 20
_ENDED, _REST, _OVER = 0, -1, -2

Prefix = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Counted:
    """Paths, their customers, and how many different touchpoints they went on to."""

    paths: int = 0
    customers: int = 0
    touchpoints: int = 0


def tree(log: RemoteLog, asked: Filter | None, *, pattern: EventPattern | str | None, shape: Shape) -> PathTree:
    """See ``EventLog.tree``."""
    pattern = None if pattern is None else as_pattern(pattern)
    check(shape)
    if shape.depth > DEEPEST_HERE:
        raise UnsupportedQuestionError(
            f"a path tree of {shape.depth} touchpoints",
            engine=log.engine.title,
            why=f"beyond {DEEPEST_HERE} its statement has more levels than engines read",
            hint="Ask for a tree less deep, or import the events with: klantreis events import.",
        )
    gap = None if shape.gap is None else microseconds(shape.gap, what="gap")
    seen = view(log, asked, patterns=[] if pattern is None else [pattern])
    levels = shape.depth + 2  # the last one only tells which paths of the deepest nodes end there
    rows = placed_sql(seen, gap, marked=pattern is not None, fold_repeats=shape.fold_repeats)
    paths = paths_sql(rows, marked=pattern is not None, backward=shape.backward, levels=levels)
    found: dict[Prefix, _Counted] = {}
    for far, *numbers in log.ask(_counted(paths, levels=levels, breadth=shape.breadth)):
        found[tuple(map(int, numbers[: int(far)]))] = _Counted(*(int(number or 0) for number in numbers[levels:]))
    whole = found.setdefault((), _Counted())
    ways = _ways_on(found)
    return PathTree(
        scope=scope_of(log, seen, asked),
        pattern=None if pattern is None else str(pattern),
        backward=shape.backward,
        depth=shape.depth,
        breadth=shape.breadth,
        gap_seconds=None if gap is None else gap / SECOND,
        fold_repeats=shape.fold_repeats,
        n=whole.paths,
        customers=whole.customers,
        roots=tuple(_node(log, found, ways, prefix) for prefix in ways.get((), ())),
        rest=_branch(found, (_REST,)),
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
    """A SELECT of ``c, a0, a1, …``: a row per path."""
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
        f"SELECT c, {listed('a', levels)} "
        f"FROM (SELECT c, tp AS a0{codes}, {begins} AS begins FROM ({rows}) AS r) AS w WHERE begins = 1"
    )


def _counted(paths: str, *, levels: int, breadth: int) -> str:
    """A row per node, rest and end: how far it is, the codes up to it, paths, customers and touchpoints.

    The first row, 0 far and without codes, is that of all paths.
    """
    codes = listed("a", levels)
    folded = f"SELECT {codes}, COUNT(*) AS n FROM ({paths}) AS p GROUP BY {codes}"
    for far in range(levels):
        folded = _ranked(folded, far, levels=levels, breadth=breadth)
    same = " AND ".join(f"p.a{far} = f.a{far}" for far in range(levels))
    over = " ".join(f"WHEN b{far} <= 0 THEN {far + 1}" for far in range(levels))
    joined = (
        f"SELECT p.c AS c, {', '.join(f'f.a{far} AS a{far}, f.b{far} AS b{far}' for far in range(levels))}, "
        f"CASE {over} ELSE {levels} END AS upto FROM ({paths}) AS p JOIN ({folded}) AS f ON {same}"
    )
    numbers = " UNION ALL ".join(f"SELECT {far} AS far" for far in range(levels + 1))
    cut = ", ".join(f"CASE WHEN far > {at} THEN b{at} ELSE {_OVER} END AS g{at}" for at in range(levels))
    here = " ".join(f"WHEN far = {at + 1} THEN a{at}" for at in range(levels))
    long = (
        f"SELECT c, far, {cut}, CASE {here} ELSE 0 END AS here "
        f"FROM ({joined}) AS j CROSS JOIN ({numbers}) AS numbers WHERE far <= upto"
    )
    groups = listed("g", levels)
    return (
        f"SELECT far, {groups}, COUNT(*), COUNT(DISTINCT c), COUNT(DISTINCT here) "
        f"FROM ({long}) AS l GROUP BY far, {groups}"
    )


def _ranked(folded: str, far: int, *, levels: int, breadth: int) -> str:
    """Add ``b`` of this level: the code, when its way is one of the most frequent of those after the same codes."""
    kept = ", ".join([*(f"a{at}" for at in range(levels)), *(f"b{at}" for at in range(far)), "n"])
    alive = f"b{far - 1} > 0" if far else "1 = 1"
    shown = "1 = 0" if far == levels - 1 else "1 = 1"
    if breadth and far < levels - 1:
        before = "".join(f"b{at}, " for at in range(far))
        folded = f"SELECT {kept}, SUM(n) OVER (PARTITION BY {before}a{far}) AS times FROM ({folded}) AS f"
        partition = f"PARTITION BY {before[:-2]} " if far else ""
        folded = (
            f"SELECT {kept}, DENSE_RANK() OVER ({partition}"
            f"ORDER BY CASE WHEN a{far} = 0 THEN 1 ELSE 0 END, times DESC, a{far}) AS place FROM ({folded}) AS t"
        )
        shown = f"place <= {breadth}"
    way = f"CASE WHEN a{far} = 0 THEN {_ENDED} WHEN {shown} THEN a{far} ELSE {_REST} END"
    return f"SELECT {kept}, CASE WHEN {alive} THEN {way} ELSE {_OVER} END AS b{far} FROM ({folded}) AS r"


def listed(letter: str, levels: int) -> str:
    return ", ".join(f"{letter}{far}" for far in range(levels))


def _ways_on(found: dict[Prefix, _Counted]) -> dict[Prefix, Sequence[Prefix]]:
    """The nodes after each node, most frequent first."""
    ways: dict[Prefix, list[Prefix]] = {}
    for prefix in sorted(
        (each for each in found if each and each[-1] > 0), key=lambda each: (-found[each].paths, each)
    ):
        ways.setdefault(prefix[:-1], []).append(prefix)
    return dict(ways)


def _node(
    log: RemoteLog, found: dict[Prefix, _Counted], ways: dict[Prefix, Sequence[Prefix]], prefix: Prefix
) -> PathNode:
    here, whole = found[prefix], found[()]
    return PathNode(
        touchpoint=log.touchpoints[prefix[-1]],
        count=here.paths,
        customers=wilson(here.customers, whole.customers),
        of_parent=here.paths / found[prefix[:-1]].paths,
        of_all=here.paths / whole.paths,
        ended=_branch(found, (*prefix, _ENDED)),
        rest=_branch(found, (*prefix, _REST)),
        next=tuple(_node(log, found, ways, way) for way in ways.get(prefix, ())),
    )


def _branch(found: dict[Prefix, _Counted], prefix: Prefix) -> Branch:
    whole = found[()]
    if prefix not in found:
        return Branch(0, wilson(0, whole.customers), 0.0, 0.0, 0)
    here = found[prefix]
    return Branch(
        here.paths,
        wilson(here.customers, whole.customers),
        here.paths / found[prefix[:-1]].paths,
        here.paths / whole.paths,
        here.touchpoints if prefix[-1] == _REST else 0,
    )
