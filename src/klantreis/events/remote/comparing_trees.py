"""Two groups compared on the ways that their customers go from a point, asked of an engine: the most frequent ways."""

from __future__ import annotations

from klantreis.events.answers.comparison import ComparedRow
from klantreis.events.answers.comparison_rows import How, What, patterns_in, rows_of_shares
from klantreis.events.durations import microseconds
from klantreis.events.local.path_trees import Shape, check
from klantreis.events.remote.members import Members
from klantreis.events.remote.tree import listed, paths_sql, placed_sql
from klantreis.events.share import Share, wilson


def tree(one: Members, other: Members, how: How) -> list[ComparedRow]:
    """Who goes this way, from the first event or from a pattern; "" is who ends there."""
    pattern = (*patterns_in(how, at_most=1), None)[0]
    check(Shape(backward=False, depth=how.upto, breadth=0, gap=how.within, fold_repeats=False))
    gap = None if how.within is None else microseconds(how.within, what="gap")
    levels, marked, log = how.upto + 2, pattern is not None, one.log
    parts = []
    for which, group in enumerate((one, other)):
        seen = group.chosen.seen([] if pattern is None else [pattern])
        rows = placed_sql(seen, gap, marked=marked, fold_repeats=False)
        paths = paths_sql(rows, marked=marked, backward=False, levels=levels)
        parts.append(f"SELECT {which} AS g, c, {listed('a', levels)} FROM ({paths}) AS p{which}")
    both = " UNION ALL ".join(parts)
    who = ", ".join(f"COUNT(DISTINCT CASE WHEN g = {which} THEN c END)" for which in (0, 1))
    m, n = map(int, log.ask(f"SELECT {who} FROM ({both}) AS b")[0])
    first: dict[What, Share] = {}
    second: dict[What, Share] = {}
    for in_one, in_other, *codes in log.ask(_ways(both, levels=levels, top=how.top)):
        what = tuple(log.touchpoints[int(code)] for code in codes if int(code) >= 0)
        if in_one:
            first[what] = wilson(int(in_one), m)
        if in_other:
            second[what] = wilson(int(in_other), n)
    return rows_of_shares(first, second, sizes=(m, n))


def _ways(both: str, *, levels: int, top: int) -> str:
    """A row for each of the most frequent ways: its customers in either group and its codes, 0 for an end, then -1."""
    over = " ".join(f"WHEN a{far} = 0 THEN {far + 1}" for far in range(levels))
    numbers = " UNION ALL ".join(f"SELECT {far} AS far" for far in range(1, levels + 1))
    cut = ", ".join(f"CASE WHEN far > {at} THEN a{at} ELSE -1 END AS w{at}" for at in range(levels))
    ended = f"SELECT g, c, {listed('a', levels)}, CASE {over} ELSE {levels - 1} END AS upto FROM ({both}) AS b"
    ways = f"SELECT g, c, {cut} FROM ({ended}) AS e CROSS JOIN ({numbers}) AS numbers WHERE far <= upto"
    groups = listed("w", levels)
    counted = (
        "SELECT COUNT(DISTINCT CASE WHEN g = 0 THEN c END) AS of_one, "
        f"COUNT(DISTINCT CASE WHEN g = 1 THEN c END) AS of_other, {groups} FROM ({ways}) AS w GROUP BY {groups}"
    )
    # Equal counts stand in the order of the touchpoints by code point, which is that of the codes.
    return (
        f"SELECT of_one, of_other, {groups} FROM ({counted}) AS k ORDER BY of_one + of_other DESC, {groups} LIMIT {top}"
    )
