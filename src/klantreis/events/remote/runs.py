"""Runs of customers, cut where the data are: what was done in each, per kind of customer, with how many there are.

A run begins at a start, and ends at an end, or where longer than the time-out passes since the latest event that
belongs. After every end and every such pause begins a new stretch of the trace, and the first start in a stretch opens
its run: three windows over the events. Customers who did the same in all of their runs are taken together by a
fingerprint, and what comes back is that, without ids and times.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from klantreis.errors import NotFoundError, UnsupportedQuestionError, did_you_mean
from klantreis.events.filter import Filter
from klantreis.events.pattern import EventPattern
from klantreis.events.remote.table import fingerprints
from klantreis.events.remote.view import Chosen, extent_of

if TYPE_CHECKING:
    from klantreis.events.remote.log import RemoteLog

#: Patterns of which the marks stand in one number.
PER_NUMBER = 30
#: With more kinds of customers than this, what comes back is nearly the traces themselves.
MOST_KINDS = 100_000
#: Up to this many customers are listed to read what they did; more the engine looks up itself.
MOST_LISTED = 500
#: What a row of a run is: its beginning, with the number of events off the map; one of these; one on the map.
HEADER, OFF_MAP, ON_MAP = 1, 2, 3

_BEFORE = "ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING"
_UP_TO = "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"


@dataclass(frozen=True, slots=True)
class RunQuestion:
    """Where runs begin and end, and what of them is told.

    Parameters
    ----------
    patterns
        What the others name by place.
    on_map, belonging
        Places of the patterns that put an event on the map, and of all that make it one of the journey.
    start, end
        Places of the patterns; None: a run begins with the first event, or has no end.
    timeout
        In µs; None: none.
    key
        A field that keeps runs apart.
    customers
        Whose runs.
    since
        Runs that begin at or after this time (µs) are marked as later.
    """

    patterns: tuple[EventPattern, ...]
    on_map: tuple[int, ...]
    belonging: tuple[int, ...]
    start: int | None
    end: int | None
    timeout: int | None
    key: str | None
    customers: Filter | None
    since: int | None


@dataclass(frozen=True, slots=True)
class ToldRun:
    """A closed run: whether it is a later one, how many events were off the map, and what was seen, in order.

    ``events`` has the touchpoint of each that is off the map (once between two on the map) with None, and for each on
    the map 0 with the patterns that it matches.
    """

    later: bool
    off_events: int
    events: tuple[tuple[int, frozenset[int] | None], ...]


@dataclass(frozen=True, slots=True)
class ToldRuns:
    """The runs that are still open; and how many customers made which closed runs, in order of their first customer."""

    n_open: int
    kinds: tuple[tuple[int, tuple[ToldRun, ...]], ...]


def told_runs(log: RemoteLog, asked: RunQuestion) -> ToldRuns:
    """Cut the log into runs and say who made which.

    Raises
    ------
    NotFoundError
        When there is no such key.
    UnsupportedQuestionError
        When runs have a time-out but no start, or there are too many different ones.
    """
    if asked.timeout is not None and asked.start is None:
        raise UnsupportedQuestionError(
            "what is asked of runs with a time-out and without a start",
            engine=log.engine.title,
            why="where such a run begins depends on each run before it, which takes a walk along the trace",
            hint="Give the journey's runs a start pattern, or import the events with: klantreis events import.",
        )
    if asked.key is not None and log.table.field(asked.key) is None:
        hint = did_you_mean(asked.key, log.fields, what="field")
        raise NotFoundError(f"runs.key: There is no attribute {asked.key!r} in {log.name}.", hint=hint)
    chosen = Chosen(log, (asked.customers,))
    last = extent_of(log, Chosen(log, (None,)).seen()).last or 0
    width = max(1, -(-len(asked.patterns) // PER_NUMBER))
    placed = _placed(chosen, asked, last, width)
    kinds = (
        f"SELECT COUNT(*) AS times, MIN(c) AS example FROM ({fingerprints(_components(placed, width), by=['c'])}) AS m "
        "GROUP BY h1, h2, n"
    )
    rows = log.ask(f"SELECT times, example FROM ({kinds}) AS k ORDER BY example LIMIT {MOST_KINDS + 1}")
    if len(rows) > MOST_KINDS:
        raise UnsupportedQuestionError(
            "what customers did in their runs",
            engine=log.engine.title,
            why=f"more than {MOST_KINDS} kinds of customers did different things, and each would come back here",
            hint="Ask of fewer customers or of a view with coarser touchpoints, or import the events.",
        )
    examples = [int(row[1]) for row in rows]
    told = _read(chosen, asked, last, width, examples, kinds)
    return ToldRuns(
        _n_open(chosen, asked, last), tuple((int(times), told.get(int(example), ())) for times, example in rows)
    )


def _runs(chosen: Chosen, asked: RunQuestion, only: str = "") -> str:
    """Every event of a run: ``c, run, p, t, tp, ends, belongs, mapped``, and what it matches as ``k0, k1, …``."""
    field = None if asked.key is None else chosen.log.table.field(asked.key)
    seen = chosen.seen(asked.patterns, [] if field is None else [field.column], only)
    n = len(asked.patterns)
    numbers = [
        f"WHOLE({' + '.join(f'm{first + bit} * {1 << bit}' for bit in range(min(PER_NUMBER, n - first)))}) AS k{at}"
        for at, first in enumerate(range(0, n, PER_NUMBER))
    ] or ["WHOLE(0) AS k0"]
    starts = "1" if asked.start is None else f"m{asked.start}"
    ends = "0" if asked.end is None else f"m{asked.end}"
    kinds = f"{_any(asked.belonging)} AS belongs, {_any(asked.on_map)} AS mapped"
    kept = "".join(f", k{at}" for at in range(len(numbers)))
    marked = "".join(f", {number}" for number in numbers)
    if field is None:
        rows = (
            f"SELECT c, 0 AS rk, p, t, tp, {starts} AS starts, {ends} AS ends, {kinds}{marked} FROM ({seen.rows}) AS r"
        )
    else:
        # An event without a key is of every run of the customer, and begins none.
        keyless = f"{field.column} IS NULL" if field.kind == "number" else f"{field.column} = ''"
        keys = f"SELECT DISTINCT c AS who, {field.column} AS rk FROM ({seen.rows}) AS d WHERE NOT ({keyless})"
        rows = (
            f"SELECT c, rk, p, t, tp, CASE WHEN {keyless} THEN 0 ELSE {starts} END AS starts, {ends} AS ends, "
            f"{kinds}{marked} FROM ({seen.rows}) AS r JOIN ({keys}) AS of_key ON who = c "
            f"WHERE {keyless} OR {field.column} = rk"
        )
    flags = "starts, ends, belongs, mapped"
    window = "OVER (PARTITION BY c, rk ORDER BY p"
    paused = "0" if asked.timeout is None else f"CASE WHEN t - before_t > {asked.timeout} THEN 1 ELSE 0 END"
    before = (
        f"SELECT c, rk, p, t, tp, {flags}{kept}, COALESCE(SUM(ends) {window} {_BEFORE}), 0) AS ended, "
        f"MAX(CASE WHEN belongs = 1 THEN t END) {window} {_BEFORE}) AS before_t FROM ({rows}) AS e"
    )
    cut = f"SELECT c, rk, p, t, tp, {flags}{kept}, ended, {paused} AS paused FROM ({before}) AS b"
    stretched = (
        f"SELECT c, rk, p, t, tp, {flags}{kept}, ended + SUM(paused) {window} {_UP_TO}) AS stretch FROM ({cut}) AS u"
    )
    opened = (
        f"SELECT c, p, t, tp, {flags}{kept}, MIN(CASE WHEN starts = 1 THEN p END) OVER (PARTITION BY c, rk, stretch) "
        f"AS run FROM ({stretched}) AS s"
    )
    return (
        f"SELECT c, run, p, t, tp, ends, belongs, mapped{kept} FROM ({opened}) AS o WHERE run IS NOT NULL AND p >= run"
    )


def _closed(asked: RunQuestion, last: int, *, ended: str, belonged: str) -> str:
    """Whether a run is over, given whether it ``ended`` and when something that belongs to it came last."""
    return f"({ended} = 1{'' if asked.timeout is None else f' OR {last} - {belonged} > {asked.timeout}'})"


def _n_open(chosen: Chosen, asked: RunQuestion, last: int) -> int:
    over = _closed(asked, last, ended="MAX(ends)", belonged="MAX(CASE WHEN belongs = 1 THEN t END)")
    each = f"SELECT c, run FROM ({_runs(chosen, asked)}) AS r GROUP BY c, run HAVING NOT {over}"
    return int(chosen.log.ask(f"SELECT COUNT(*) FROM ({each}) AS o")[0][0])


def _placed(chosen: Chosen, asked: RunQuestion, last: int, width: int, only: str = "") -> str:
    """What is told of each customer: ``c``, ``place`` from 0, the ``kind`` of row, its ``code`` and ``k0, k1, …``."""
    marks = [f"k{at}" for at in range(width)]
    run = "OVER (PARTITION BY c, run"
    measured = (
        f"SELECT c, run, p, tp, belongs, mapped, {', '.join(marks)}, MAX(ends) {run}) AS ended, "
        f"MAX(CASE WHEN belongs = 1 THEN t END) {run}) AS last_t, MIN(t) {run}) AS begun_t, "
        f"WHOLE(SUM(1 - belongs) {run})) AS off_events, "
        f"WHOLE(COALESCE(SUM(mapped) {run} ORDER BY p {_BEFORE}), 0)) + 1 AS gap "
        f"FROM ({_runs(chosen, asked, only)}) AS r"
    )
    later = "0" if asked.since is None else f"CASE WHEN begun_t >= {asked.since} THEN 1 ELSE 0 END"
    # A run's first event stands twice: for itself, and for what is told of the run as a whole.
    numbers = [
        f"CASE WHEN part = 0 THEN {later if at == 0 else '0'} WHEN mapped = 1 THEN {mark} ELSE 0 END AS {mark}"
        for at, mark in enumerate(marks)
    ]
    told = (
        "SELECT DISTINCT c, run, CASE WHEN part = 0 THEN 0 ELSE gap END AS gap, "
        f"CASE WHEN part = 0 THEN {HEADER} WHEN mapped = 1 THEN {ON_MAP} ELSE {OFF_MAP} END AS kind, "
        f"CASE WHEN part = 0 THEN off_events WHEN mapped = 1 THEN 0 ELSE tp END AS code, {', '.join(numbers)} "
        f"FROM ({measured}) AS e CROSS JOIN (SELECT 0 AS part UNION ALL SELECT 1 AS part) AS parts "
        f"WHERE {_closed(asked, last, ended='ended', belonged='last_t')} "
        "AND ((part = 0 AND p = run) OR (part = 1 AND (mapped = 1 OR belongs = 0)))"
    )
    return (
        "SELECT c, WHOLE(ROW_NUMBER() OVER (PARTITION BY c ORDER BY run, gap, kind, code)) - 1 AS place, kind, code, "
        f"{', '.join(marks)} FROM ({told}) AS b"
    )


def _components(placed: str, width: int) -> str:
    """The same with each number of a row at a place of its own, as fingerprints take them."""
    numbers = " UNION ALL ".join(f"SELECT {at} AS part" for at in range(width + 1))
    values = " ".join(f"WHEN part = {at + 1} THEN k{at}" for at in range(width))
    return (
        f"SELECT c, place * {width + 1} + part AS p, CASE {values} ELSE code * 4 + kind END AS tp "
        f"FROM ({placed}) AS w CROSS JOIN ({numbers}) AS parts"
    )


def _read(
    chosen: Chosen, asked: RunQuestion, last: int, width: int, examples: Sequence[int], kinds: str
) -> dict[int, tuple[ToldRun, ...]]:
    """The closed runs of some customers."""
    if not examples:
        return {}
    few = len(examples) <= MOST_LISTED
    those = f"c IN ({', '.join(map(str, examples))})"
    placed = _placed(chosen, asked, last, width, those if few else "")
    where = "" if few else f" WHERE c IN (SELECT example FROM ({kinds}) AS k)"
    marks = ", ".join(f"k{at}" for at in range(width))
    rows = chosen.log.ask(f"SELECT c, place, kind, code, {marks} FROM ({placed}) AS w{where}")
    open_runs: dict[int, list[tuple[bool, int, list[tuple[int, frozenset[int] | None]]]]] = {}
    for c, _, kind, code, *numbers in sorted(tuple(map(int, row)) for row in rows):
        if kind == HEADER:
            open_runs.setdefault(c, []).append((numbers[0] == 1, code, []))
        else:
            matched = None if kind == OFF_MAP else _places(numbers)
            open_runs[c][-1][2].append((code, matched))
    return {
        c: tuple(ToldRun(later, off, tuple(events)) for later, off, events in runs) for c, runs in open_runs.items()
    }


def _places(numbers: Sequence[int]) -> frozenset[int]:
    return frozenset(
        at * PER_NUMBER + bit for at, number in enumerate(numbers) for bit in range(PER_NUMBER) if number >> bit & 1
    )


def _any(places: Sequence[int]) -> str:
    if not places:
        return "0"
    return f"CASE WHEN {' OR '.join(f'm{place} = 1' for place in places)} THEN 1 ELSE 0 END"
