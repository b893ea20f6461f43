"""The paths that led to an outcome or to nothing, and credit along them, asked of an engine.

A path is numbered by its customer and, within that, by how many outcomes came before it and whether it led to the next
one. Its outcome stands behind its touches, as code 0, which leaves no trace in a fingerprint.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from klantreis.errors import InvalidInputError, NotFoundError, did_you_mean
from klantreis.events.answers.answer import Quartiles
from klantreis.events.answers.credit_rules import OnPaths, credit_of
from klantreis.events.answers.outcomes import Credit, OutcomePath, OutcomePaths, PathQuestion
from klantreis.events.durations import SECOND
from klantreis.events.filter import Filter
from klantreis.events.pattern import as_pattern
from klantreis.events.remote.quartiles import quartiles
from klantreis.events.remote.table import Field, fingerprints
from klantreis.events.remote.view import Chosen, Extent, extent_of, scoped
from klantreis.events.share import wilson

if TYPE_CHECKING:
    from klantreis.events.remote.log import RemoteLog

#: Customer and path in one number, in the order of the paths; a customer has at most half as many outcomes.
MOST_PATHS = 1 << 23
#: Up to this many customers or values are listed to spell out paths; more the engine looks up itself.
MOST_LISTED = 500


@dataclass(frozen=True, slots=True)
class Cut:
    """The paths of a question.

    Parameters
    ----------
    touches
        A SELECT of ``c, path, led, p, tp, t, last_t``: a row per touch with its place, and per outcome. ``last_t`` is
        when the last touch was, also one that was folded.
    codes
        A SELECT of ``code, held``: what each code stands for; None when codes are those of touchpoints.
    """

    touches: str
    codes: str | None
    extent: Extent
    lookback: int | None


def paths_to(log: RemoteLog, filtered: Filter | None, *, asked: PathQuestion, top: int | None) -> OutcomePaths:
    """See ``EventLog.paths_to``."""
    if top is not None and top < 1:
        raise InvalidInputError(f"The number of paths to name must be 1 or more, not {top}.")
    chosen = Chosen(log, (filtered,))
    cut = cut_paths(chosen, asked)
    made = fingerprints(
        cut.touches,
        by=["c", "path", "led"],
        kept=["t", "last_t"],
        also="MAX(t) - MIN(t) AS lasted, MAX(last_t) AS last_t",
    )
    paths = f"SELECT c, path, led, n - led AS n, h1, h2, lasted, last_t FROM ({made}) AS f"
    # What was too old for an outcome led to nothing for good: its number is even.
    waiting = f"led = 0 AND path % 2 = 1 AND {cut.extent.last or 0} - last_t <= {cut.lookback}"
    n, converted, direct, unfinished, customers = (
        int(value or 0)
        for value in log.ask(
            "SELECT COUNT(*), SUM(led), SUM(CASE WHEN led = 1 AND n = 0 THEN 1 ELSE 0 END), "
            f"SUM(CASE WHEN {'1 = 0' if cut.lookback is None else waiting} THEN 1 ELSE 0 END), "
            f"COUNT(DISTINCT CASE WHEN led = 1 THEN c END) FROM ({paths}) AS p"
        )[0]
    )
    touched = f"SELECT n, lasted FROM ({paths}) AS p WHERE led = 1 AND n > 0"
    groups = (
        f"SELECT COUNT(*) AS times, SUM(led) AS outcomes, MIN(c * {MOST_PATHS} + path) AS example "
        f"FROM ({paths}) AS p GROUP BY h1, h2, n"
    )
    # Equal counts stand in the order of the first path that has them.
    rows = log.ask(
        f"SELECT times, outcomes, example, COUNT(*) OVER () AS different FROM ({groups}) AS g "
        f"ORDER BY outcomes DESC, times DESC, example{'' if top is None else f' LIMIT {top}'}"
    )
    distinct = int(rows[0][3]) if rows else 0
    paths_of = spelled(chosen, asked, cut, [int(row[2]) for row in rows], groups)
    named = tuple(
        OutcomePath(
            path=paths_of.get(example, ()),
            outcomes=outcomes,
            nothing=times - outcomes,
            share_of_outcomes=outcomes / converted if converted else 0.0,
            share_of_paths=times / n,
            converted=wilson(outcomes, times),
        )
        for times, outcomes, example in (tuple(map(int, row[:3])) for row in rows)
    )
    rest_outcomes = converted - sum(path.outcomes for path in named)
    none = Quartiles(None, None, None)
    return OutcomePaths(
        scope=scoped(cut.extent, filtered),
        question=asked,
        n=n,
        distinct=distinct,
        converted=wilson(converted, n),
        direct=direct,
        open=None if cut.lookback is None else unfinished,
        customers=wilson(customers, cut.extent.customers),
        touches=quartiles(log, touched, "n", unit=1).get((), none),
        seconds=quartiles(log, touched, "lasted", unit=SECOND).get((), none),
        paths=named,
        rest_paths=distinct - len(named),
        rest_outcomes=rest_outcomes,
        rest_nothing=n - converted - sum(path.nothing for path in named),
    )


def credit(log: RemoteLog, filtered: Filter | None, *, asked: PathQuestion) -> Credit:
    """See ``EventLog.credit``."""
    cut = cut_paths(Chosen(log, (filtered,)), asked)
    placed = f"SELECT c, path, led, p, tp, COUNT(*) OVER (PARTITION BY c, path) - led AS n FROM ({cut.touches}) AS t"
    paths, outcomes = log.ask(
        f"SELECT COUNT(*), SUM(led) FROM (SELECT led FROM ({cut.touches}) AS t WHERE p = 0) AS begun"
    )[0]
    key = f"c * {MOST_PATHS} + path"
    found = log.ask(
        f"SELECT tp, COUNT(DISTINCT {key}), COUNT(DISTINCT CASE WHEN led = 1 THEN {key} END), "
        "SUM(CASE WHEN led = 1 AND p = 0 THEN 1 ELSE 0 END), SUM(CASE WHEN led = 1 AND p = n - 1 THEN 1 ELSE 0 END) "
        f"FROM ({placed}) AS k WHERE tp <> 0 GROUP BY tp"
    )
    by_length: dict[int, list[tuple[int, int, int]]] = {}
    for tp, n, edges, inner in log.ask(
        "SELECT tp, n, SUM(CASE WHEN p = 0 OR p = n - 1 THEN 1 ELSE 0 END), "
        "SUM(CASE WHEN p > 0 AND p < n - 1 THEN 1 ELSE 0 END) "
        f"FROM ({placed}) AS k WHERE tp <> 0 AND led = 1 GROUP BY tp, n"
    ):
        by_length.setdefault(int(tp), []).append((int(n), int(edges), int(inner)))
    names = names_of(log, cut, [int(row[0]) for row in found])
    return credit_of(
        scoped(cut.extent, filtered),
        asked,
        n=int(paths),
        outcomes=int(outcomes or 0),
        found=[
            OnPaths(int(tp), names[int(tp)], (int(paths), int(led), int(begins), int(ends)), by_length.get(int(tp), ()))
            for tp, paths, led, begins, ends in found
        ],
    )


def cut_paths(chosen: Chosen, asked: PathQuestion, *, only: str = "", extent: Extent | None = None) -> Cut:
    """Cut the traces of some customers into paths.

    Parameters
    ----------
    only
        A further condition on ``c``, to spell out the paths of some customers.
    extent
        How much there is, where that is known.
    """
    log = chosen.log
    field = None if asked.by == "touchpoint" else log.table.field(asked.by)
    if field is None and asked.by != "touchpoint":
        hint = did_you_mean(asked.by, log.fields, what="attribute")
        raise NotFoundError(f"There is no attribute {asked.by!r} in {log.name}.", hint=hint)
    patterns = [as_pattern(asked.outcome), *([] if asked.touches is None else [as_pattern(asked.touches)])]
    seen = chosen.seen(patterns, [] if field is None else [field.column], only)
    lookback = None if asked.lookback_seconds is None else round(asked.lookback_seconds * SECOND)
    codes = None if field is None else _codes(log, field)
    rows = seen.rows if field is None else _coded(seen.rows, field, str(codes), len(patterns))
    of_customer = "OVER (PARTITION BY c ORDER BY p ROWS BETWEEN"
    placed = (
        f"SELECT c, p, t, tp, m0{', m1' if asked.touches is not None else ''}, "
        f"WHOLE(SUM(m0) {of_customer} UNBOUNDED PRECEDING AND CURRENT ROW)) - m0 AS seg, "
        f"MIN(CASE WHEN m0 = 1 THEN t END) {of_customer} CURRENT ROW AND UNBOUNDED FOLLOWING) AS led_t "
        f"FROM ({rows}) AS r"
    )
    touch = "tp <> 0" if asked.touches is None else "tp <> 0 AND m1 = 1"
    first = " AND seg = 0" if asked.outcomes == "first" else ""
    near = "1 = 1" if lookback is None else f"led_t - t <= {lookback}"
    touches = (
        f"SELECT c, p, t, CASE WHEN m0 = 1 THEN 0 ELSE tp END AS tp, m0, "
        f"seg * 2 + CASE WHEN led_t IS NULL OR {near} THEN 1 ELSE 0 END AS path, "
        f"CASE WHEN led_t IS NOT NULL AND {near} THEN 1 ELSE 0 END AS led "
        f"FROM ({placed}) AS s WHERE (m0 = 1 OR ({touch})){first}"
    )
    last_t = "t"
    if asked.fold_repeats:
        window = "OVER (PARTITION BY c, path"
        before = (
            f"SELECT c, p, t, tp, m0, path, led, COALESCE(LAG(tp) {window} ORDER BY p), 0) AS earlier_tp, "
            f"MAX(t) {window}) AS last_t FROM ({touches}) AS b"
        )
        touches = f"SELECT c, p, t, tp, path, led, last_t FROM ({before}) AS f WHERE m0 = 1 OR tp <> earlier_tp"
        last_t = "last_t"
    numbered = (
        f"SELECT c, path, led, WHOLE(ROW_NUMBER() OVER (PARTITION BY c, path ORDER BY p)) - 1 AS p, tp, t, "
        f"{last_t} AS last_t FROM ({touches}) AS n"
    )
    nothing = Extent(0, 0, None, None)  # of a few customers nobody asks how much they have
    return Cut(numbered, codes, extent or (nothing if only else extent_of(log, seen)), lookback)


def _codes(log: RemoteLog, field: Field) -> str:
    """Numbers the values of a field, in the order in which a log on this machine has them."""
    number = field.kind == "number"
    known = f"{field.column} IS NOT NULL" if number else f"{field.column} <> ''"
    order = field.column if number else f"TEXT_ORDER({field.column})"
    return (
        f"SELECT {field.column} AS held, WHOLE(ROW_NUMBER() OVER (ORDER BY {order})) AS code "
        f"FROM (SELECT DISTINCT {field.column} FROM {log.table.events} AS e WHERE {known}) AS different"
    )


def _coded(rows: str, field: Field, codes: str, n_marks: int) -> str:
    """The same rows with the code of the field's value as ``tp``."""
    marks = "".join(f", m{k}" for k in range(n_marks))
    return (
        f"SELECT c, p, t, COALESCE(code, 0) AS tp{marks} "
        f"FROM ({rows}) AS of_field LEFT JOIN ({codes}) AS k ON k.held = of_field.{field.column}"
    )


def names_of(log: RemoteLog, cut: Cut, codes: Collection[int]) -> Mapping[int, str]:
    """What some codes stand for."""
    if cut.codes is None:
        return {code: log.touchpoints[code] for code in codes}
    listed = f" WHERE code IN ({', '.join(map(str, sorted(set(codes))))})" if len(codes) <= MOST_LISTED else ""
    rows = log.ask(f"SELECT code, held FROM ({cut.codes}) AS k{listed}") if codes else ()
    return {int(code): held if isinstance(held, str) else _number_text(float(held)) for code, held in rows}


def spelled(
    chosen: Chosen, asked: PathQuestion, cut: Cut, examples: Sequence[int], groups: str
) -> dict[int, tuple[str, ...]]:
    """What is on some paths, by number.

    Parameters
    ----------
    groups
        A SELECT that has the numbers as ``example``, for when there are many.
    """
    log = chosen.log
    customers = sorted({example // MOST_PATHS for example in examples})
    if not customers:
        return {}
    if len(customers) <= MOST_LISTED:
        touches, those = cut_paths(chosen, asked, only=f"c IN ({', '.join(map(str, customers))})").touches, ""
    else:
        touches, those = cut.touches, f" AND c * {MOST_PATHS} + path IN (SELECT example FROM ({groups}) AS g)"
    wanted, found = set(examples), dict[int, list[int]]()
    rows = log.ask(f"SELECT c * {MOST_PATHS} + path, p, tp FROM ({touches}) AS t WHERE tp <> 0{those}")
    for example, _, tp in sorted(tuple(map(int, row)) for row in rows):
        if example in wanted:
            found.setdefault(example, []).append(tp)
    names = names_of(log, cut, {tp for path in found.values() for tp in path})
    return {example: tuple(names[tp] for tp in path) for example, path in found.items()}


def _number_text(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)
