"""How many customers took these steps in order, asked of an engine: running maxima per step.

The kernel's rule (``kernels.funnels.walk_in_order``) as windows over the events that match anything: for each event and
step the latest start that leads there, from the latest arrivals at the steps before. ``b3`` is the start by which an
event reaches step 3, ``rb3`` the latest of those before an event, ``rt3`` and ``rp3`` the time and the place of the
last arrival, ``st3`` the time of the step taken before, and ``bar3`` the place of the last event that step 3 excludes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from klantreis.events.answers.answer import Quartiles
from klantreis.events.answers.funnel_rows import funnel_of
from klantreis.events.answers.funnels import Funnel
from klantreis.events.durations import SECOND, Duration, microseconds
from klantreis.events.filter import Filter
from klantreis.events.pattern import EventPattern
from klantreis.events.remote.quartiles import quartiles
from klantreis.events.remote.view import scope_of, view
from klantreis.events.stage import Stage, stages_in_order

if TYPE_CHECKING:
    from klantreis.events.remote.log import RemoteLog

_BEFORE = "OVER (PARTITION BY c ORDER BY p ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"
#: Earlier than any time.
_NEVER = -(2**62)


def funnel(
    log: RemoteLog,
    asked: Filter | None,
    *,
    steps: Sequence[Stage | EventPattern | str],
    within: Duration | None,
) -> Funnel:
    """See ``EventLog.funnel``."""
    stages = stages_in_order(steps)
    window = None if within is None else microseconds(within, what="window")
    seen = view(log, asked, patterns=patterns_of(stages))
    arrivals = arrivals_sql(seen.rows, stages, window)
    came = came_to(log, arrivals, len(stages))
    entry = quartiles(log, arrivals, "entry", unit=SECOND, by=["k"])
    since = quartiles(log, arrivals, "since_step", unit=SECOND, by=["k"])
    none = Quartiles(None, None, None)
    return funnel_of(
        scope_of(log, seen, asked),
        stages,
        window=window,
        came=came,
        seconds=[entry.get((k,), none) for k in range(len(stages))],
        since_previous=[since.get((k,), none) for k in range(len(stages))],
    )


def patterns_of(stages: Sequence[Stage]) -> list[EventPattern]:
    """What ``arrivals_sql`` needs marks of: each stage, then each that excludes events."""
    return [
        *(stage.matching for stage in stages),
        *(stage.excluding for stage in stages if stage.excluding is not None),
    ]


def came_to(log: RemoteLog, arrivals: str, n: int) -> list[int]:
    """How many customers came to each of the steps."""
    came = [0] * n
    for k, customers in log.ask(f"SELECT k, COUNT(*) FROM ({arrivals}) AS a GROUP BY k"):
        came[int(k)] = int(customers)
    return came


def arrivals_sql(rows: str, stages: Sequence[Stage], window: int | None) -> str:
    """Each customer's first arrival at each step: ``k``, and ``entry`` and ``since_step``: µs since then.

    Parameters
    ----------
    rows
        A SELECT of ``c, p, t`` and marks: ``m0, m1, …`` one per stage, then one per stage that excludes events.
    window
        At most this many µs from the first step to the last.
    """
    n = len(stages)
    excluding = [k for k, stage in enumerate(stages) if stage.excluding is not None]
    columns = ["c", "p", "t", *(f"m{k}" for k in range(n))]
    bars = [f"MAX(CASE WHEN m{n + at} = 1 THEN p END) {_BEFORE} AS bar{k}" for at, k in enumerate(excluding)]
    any_mark = " OR ".join(f"m{k} = 1" for k in range(n + len(excluding)))
    # Named one after the other rather than within each other: so many levels are too deep for a parser.
    named = [
        (
            f"reached0 AS (SELECT {', '.join([*columns, *bars])}, CASE WHEN m0 = 1 THEN t END AS b0, "
            f"CASE WHEN m0 = 1 THEN t END AS st0 FROM ({rows}) AS r WHERE {any_mark})"
        )
    ]
    columns += [*(f"bar{k}" for k in excluding), "b0", "st0"]
    for k in range(n):
        running = [f"MAX(b{k}) {_BEFORE} AS rb{k}", f"MAX(CASE WHEN b{k} IS NOT NULL THEN t END) {_BEFORE} AS rt{k}"]
        running += [f"MAX(CASE WHEN b{k} IS NOT NULL THEN p END) {_BEFORE} AS rp{k}"] if excluding else []
        named.append(f"known{k} AS (SELECT {', '.join([*columns, *running])} FROM reached{k})")
        columns += [f"rb{k}", f"rt{k}", *([f"rp{k}"] if excluding else [])]
        if k + 1 < n:
            named += _reached(columns, stages, k + 1, window)
            columns += [f"b{k + 1}", f"st{k + 1}"]
    numbers = " UNION ALL ".join(f"SELECT {k} AS k" for k in range(n))
    arrived = " OR ".join(f"(k = {k} AND b{k} IS NOT NULL AND rb{k} IS NULL)" for k in range(n))
    start = " ".join(f"WHEN k = {k} THEN t - b{k}" for k in range(n))
    step = " ".join(f"WHEN k = {k} THEN t - st{k}" for k in range(n))
    return (
        f"WITH {', '.join(named)} SELECT k, CASE {start} END AS entry, CASE {step} END AS since_step "
        f"FROM known{n - 1} AS walked CROSS JOIN ({numbers}) AS numbers WHERE {arrived}"
    )


def _reached(columns: Sequence[str], stages: Sequence[Stage], k: int, window: int | None) -> list[str]:
    """Add ``b`` and ``st`` of step k: from the steps that may be the one before, the one whose start is latest."""
    ways = _ways(stages, k)
    limit = stages[k].limit
    holds = {}
    for p in ways:
        parts = [f"m{k} = 1", f"rb{p} IS NOT NULL"]
        if window is not None:
            parts.append(f"t - rb{p} <= {window}")
        if limit is not None:
            parts.append(f"t - rt{p} <= {limit}")
        if stages[k].excluding is not None:
            parts.append(f"(bar{k} IS NULL OR rp{p} >= bar{k})")
        holds[p] = " AND ".join(parts)
    kept = ", ".join(columns)
    starts = [f"CASE WHEN {holds[p]} THEN rb{p} ELSE {_NEVER} END" for p in ways]
    before = [f"CASE WHEN {holds[p]} AND rb{p} = best THEN rt{p} ELSE {_NEVER} END" for p in ways]
    return [
        f"best{k} AS (SELECT {kept}, {_greatest(starts)} AS best FROM known{k - 1})",
        (
            f"reached{k} AS (SELECT {kept}, CASE WHEN best > {_NEVER} THEN best END AS b{k}, "
            f"CASE WHEN best > {_NEVER} THEN {_greatest(before)} END AS st{k} FROM best{k})"
        ),
    ]


def _ways(stages: Sequence[Stage], k: int) -> list[int]:
    """The steps that can be taken right before step k: back to the nearest required one."""
    found = []
    for p in range(k - 1, -1, -1):
        found.append(p)
        if not stages[p].optional:
            break
    return found


def _greatest(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"GREATEST({', '.join(parts)})"
