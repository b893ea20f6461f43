"""How many customers took these steps in whatever order, asked of an engine.

At each event the steps done within the window are those whose latest event lies at most that long ago. Ranked from the
latest back, the m-th tells how close together m of them were; the first event with an m-th is when m were first done.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from klantreis.events.answers.answer import Quartiles
from klantreis.events.answers.funnel_rows import unordered_funnel_of
from klantreis.events.answers.funnels import UnorderedFunnel
from klantreis.events.durations import SECOND, Duration, microseconds
from klantreis.events.filter import Filter
from klantreis.events.pattern import EventPattern
from klantreis.events.remote.quartiles import quartiles
from klantreis.events.remote.view import scope_of, view
from klantreis.events.stage import Stage, stages_in_any_order

if TYPE_CHECKING:
    from klantreis.events.remote.log import RemoteLog


def unordered_funnel(
    log: RemoteLog,
    asked: Filter | None,
    *,
    steps: Sequence[Stage | EventPattern | str],
    within: Duration | None,
) -> UnorderedFunnel:
    """See ``EventLog.unordered_funnel``."""
    stages, required = stages_in_any_order(steps)
    window = None if within is None else microseconds(within, what="window")
    seen = view(log, asked, patterns=[stage.matching for stage in stages])
    done_at = done_sql(seen.rows, required, window)
    done = done_by(log, done_at, len(required))
    lasted = quartiles(log, done_at, "lasted", unit=SECOND, by=["m"])
    each, both = taken_by(log, seen.rows, len(stages), required)
    none = Quartiles(None, None, None)
    return unordered_funnel_of(
        scope_of(log, seen, asked),
        stages,
        window=window,
        each=each,
        both=both,
        done=done,
        seconds=[lasted.get((m + 1,), none) for m in range(len(done))],
    )


def done_by(log: RemoteLog, done_at: str, n: int) -> list[int]:
    """How many customers did one required step, two, and so on up to n."""
    done = [0] * n
    for m, customers in log.ask(f"SELECT m, COUNT(*) FROM ({done_at}) AS d GROUP BY m"):
        done[int(m) - 1] = int(customers)
    return done


def taken_by(log: RemoteLog, rows: str, n: int, required: Sequence[int]) -> tuple[list[int], list[int]]:
    """Customers who took each step, and those of them who took a required one too."""
    taken = ", ".join(f"MAX(m{k}) AS k{k}" for k in range(n))
    entered = " OR ".join(f"k{k} = 1" for k in required)
    sums = ", ".join(f"SUM(k{k}), SUM(CASE WHEN k{k} = 1 AND ({entered}) THEN 1 ELSE 0 END)" for k in range(n))
    found = [
        int(value or 0)
        for value in log.ask(f"SELECT {sums} FROM (SELECT c, {taken} FROM ({rows}) AS r GROUP BY c) AS t")[0]
    ]
    return found[::2], found[1::2]


def done_sql(rows: str, required: Sequence[int], window: int | None) -> str:
    """Per customer and number of different required steps ``m``: ``lasted``, where so many were first done."""
    frame = "OVER (PARTITION BY c ORDER BY p ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
    latest = ", ".join(f"MAX(CASE WHEN m{k} = 1 THEN t END) {frame} AS l{k}" for k in required)
    any_mark = " OR ".join(f"m{k} = 1" for k in required)
    known = f"SELECT c, p, t, {latest} FROM ({rows}) AS r WHERE {any_mark}"
    numbers = " UNION ALL ".join(f"SELECT {k} AS k" for k in required)
    value = " ".join(f"WHEN k = {k} THEN l{k}" for k in required)
    long = f"SELECT c, p, t, k, CASE {value} END AS latest FROM ({known}) AS w CROSS JOIN ({numbers}) AS numbers"
    near = "latest IS NOT NULL" if window is None else f"latest IS NOT NULL AND t - latest <= {window}"
    ranked = (
        "SELECT c, p, t - latest AS lasted, "
        "ROW_NUMBER() OVER (PARTITION BY c, p ORDER BY latest DESC, k) AS m "
        f"FROM ({long}) AS l WHERE {near}"
    )
    first = f"SELECT c, m, lasted, ROW_NUMBER() OVER (PARTITION BY c, m ORDER BY p) AS turn FROM ({ranked}) AS ranked"
    return f"SELECT c, m, lasted FROM ({first}) AS f WHERE turn = 1"
