"""Two groups compared on whole sequences, asked of an engine: the most frequent of both together, in each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from klantreis.events.answers.comparison import ComparedRow
from klantreis.events.answers.comparison_rows import How, Shares, What, patterns_in, rows_of_shares
from klantreis.events.answers.outcomes import PathQuestion
from klantreis.events.local.outcomes import question
from klantreis.events.remote.members import Members
from klantreis.events.remote.outcomes import cut_paths, names_of
from klantreis.events.remote.table import fingerprints
from klantreis.events.share import Share, wilson

if TYPE_CHECKING:
    pass

#: Group and customer in one number.
_MOST_CUSTOMERS = 1 << 40

#: The sequences of some customers of a group.
Spell = Callable[[Members, str], Mapping[int, What]]


def variants(one: Members, other: Members, how: How) -> list[ComparedRow]:
    """Whose trace is exactly it."""
    sizes = (one.extent.customers, other.extent.customers)

    def spell(group: Members, those: str) -> Mapping[int, What]:
        names = group.log.touchpoints
        rows = group.log.ask(f"SELECT c, p, tp FROM ({group.chosen.seen(only=those).rows}) AS r")
        return _in_order((int(c), int(p), names[int(tp)]) for c, p, tp in rows)

    traces = [f"SELECT c, p, tp FROM ({group.chosen.seen().around}) AS a" for group in (one, other)]
    return rows_of_shares(*_most_frequent((one, other), traces, sizes, top=how.top, spell=spell), sizes=sizes)


def paths(one: Members, other: Members, how: How) -> list[ComparedRow]:
    """Whose path to the first outcome is exactly it."""
    asked = asked_of(how)
    traces = [
        f"SELECT c, p, tp FROM ({cut_paths(group.chosen, asked, extent=group.extent).touches}) AS t WHERE led = 1"
        for group in (one, other)
    ]
    m, n = (int(one.log.ask(f"SELECT COUNT(DISTINCT c) FROM ({rows}) AS p")[0][0]) for rows in traces)

    def spell(group: Members, those: str) -> Mapping[int, What]:
        cut = cut_paths(group.chosen, asked, only=those)
        rows = [
            tuple(map(int, row))
            for row in group.log.ask(f"SELECT c, p, tp FROM ({cut.touches}) AS t WHERE led = 1 AND tp <> 0")
        ]
        names = names_of(group.log, cut, {tp for _, _, tp in rows})
        return _in_order((c, p, names[tp]) for c, p, tp in rows)

    return rows_of_shares(*_most_frequent((one, other), traces, (m, n), top=how.top, spell=spell), sizes=(0, 0))


def credit(one: Members, other: Members, how: How) -> list[ComparedRow]:
    """On whose path to the first outcome it is, or stands first or last."""
    asked = asked_of(how)
    found: list[Shares] = []
    sizes: list[int] = []
    for group in (one, other):
        cut = cut_paths(group.chosen, asked, extent=group.extent)
        placed = f"SELECT c, p, tp, COUNT(*) OVER (PARTITION BY c) - 1 AS n FROM ({cut.touches}) AS t WHERE led = 1"
        touched = f"FROM ({placed}) AS k WHERE tp <> 0"
        n = int(group.log.ask(f"SELECT COUNT(DISTINCT c) {touched}")[0][0])
        rows = group.log.ask(
            "SELECT tp, COUNT(DISTINCT c), SUM(CASE WHEN p = 0 THEN 1 ELSE 0 END), "
            f"SUM(CASE WHEN p = n - 1 THEN 1 ELSE 0 END) {touched} GROUP BY tp"
        )
        names = names_of(group.log, cut, [int(row[0]) for row in rows])
        found.append(
            {
                (word, names[int(tp)]): wilson(int(count), n)
                for tp, *counts in rows
                for word, count in zip(("on", "first", "last"), counts, strict=True)
                if count
            }
        )
        sizes.append(n)
    return rows_of_shares(found[0], found[1], sizes=(sizes[0], sizes[1]))


def asked_of(how: How) -> PathQuestion:
    """The paths that are compared: of each customer the one to the first outcome."""
    (outcome,) = patterns_in(how, exactly=1)
    return question(outcome, how.by or "touchpoint", how.within, "first", None, fold_repeats=False)


def _most_frequent(
    groups: Sequence[Members], traces: Sequence[str], sizes: tuple[int, int], *, top: int, spell: Spell
) -> tuple[Shares, Shares]:
    """The shares of each group, of these sizes, whose sequence is exactly it, for the most frequent ones.

    Parameters
    ----------
    traces
        Of each group a SELECT of ``c, p, tp``: one sequence for each customer.
    """
    log = groups[0].log
    both = " UNION ALL ".join(
        f"SELECT {which} AS g, c, p, tp FROM ({rows}) AS g{which}" for which, rows in enumerate(traces)
    )
    made = fingerprints(both, by=["g", "c"])
    counted = (
        "SELECT COUNT(*) AS times, SUM(CASE WHEN g = 0 THEN 1 ELSE 0 END) AS of_one, "
        f"MIN(g * {_MOST_CUSTOMERS} + c) AS example FROM ({made}) AS m GROUP BY h1, h2, n"
    )
    rows = [
        tuple(map(int, row))
        for row in log.ask(
            f"SELECT times, of_one, example FROM ({counted}) AS k ORDER BY times DESC, example LIMIT {top}"
        )
    ]
    spelled: dict[int, What] = {}
    for which, group in enumerate(groups):
        base = which * _MOST_CUSTOMERS
        here = [example - base for _, _, example in rows if example // _MOST_CUSTOMERS == which]
        if here:
            found = spell(group, f"c IN ({', '.join(map(str, here))})")
            spelled |= {base + c: found.get(c, ()) for c in here}
    first: dict[What, Share] = {}
    second: dict[What, Share] = {}
    for times, of_one, example in rows:
        first[spelled[example]] = wilson(of_one, sizes[0])
        second[spelled[example]] = wilson(times - of_one, sizes[1])
    return first, second


def _in_order(rows: Iterable[tuple[int, int, str]]) -> dict[int, What]:
    """What each customer has, in order of place."""
    found: dict[int, list[str]] = {}
    for c, _, name in sorted(rows):
        found.setdefault(c, []).append(name)
    return {c: tuple(path) for c, path in found.items()}
