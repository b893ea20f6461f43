"""How long after events of one pattern the customer's next event of another comes, asked of an engine.

The engine counts how often each length of time occurs, adds these up in order, and gives back the few lengths that
are asked for: those at the ranks of the quantiles, and those by which a quarter, half and three quarters had ended.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, get_args

from klantreis.errors import InvalidInputError
from klantreis.events.answers.answer import Quartiles
from klantreis.events.answers.between import Quantile, Starts, TimeBetween
from klantreis.events.durations import SECOND, Duration, microseconds
from klantreis.events.filter import Filter
from klantreis.events.local.between import SHARES
from klantreis.events.pattern import EventPattern
from klantreis.events.remote.view import extent_of, scoped, view
from klantreis.events.share import wilson

if TYPE_CHECKING:
    from klantreis.events.remote.log import RemoteLog

_LATER = "OVER (PARTITION BY c ORDER BY p ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)"
_BEFORE = "OVER (PARTITION BY c ORDER BY p ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"
#: Of the share still going: what was found by sums of logarithms is a rounding error off.
_SLACK = 1e-12


def time_between(
    log: RemoteLog,
    asked: Filter | None,
    *,
    start: EventPattern,
    end: EventPattern,
    starts: Starts,
    within: Duration | None,
) -> TimeBetween:
    """See ``EventLog.time_between``."""
    if starts not in get_args(Starts):
        raise InvalidInputError(f"{starts!r} is no way to choose starts; use {', '.join(get_args(Starts))}.")
    limit = None if within is None else microseconds(within, what="window")
    seen = view(log, asked, patterns=[start, end])
    extent = extent_of(log, seen)
    begun = begun_sql(seen.rows, starts, until=extent.last or 0, limit=limit)
    made, n, customers, ended = (
        int(value or 0)
        for value in log.ask(
            "SELECT COUNT(*), SUM(counts), COUNT(DISTINCT CASE WHEN counts = 1 THEN c END), "
            f"SUM(CASE WHEN counts = 1 THEN ended ELSE 0 END) FROM ({begun}) AS s"
        )[0]
    )
    quantiles, seconds = _lengths(log, begun, n=n, ended=ended)
    return TimeBetween(
        scope=scoped(extent, asked),
        start=str(start),
        end=str(end),
        starts=starts,
        within_seconds=None if limit is None else limit / SECOND,
        n=n,
        customers=customers,
        passed_over=made - n,
        ended=wilson(ended, n),
        censored=n - ended,
        quantiles=quantiles,
        seconds=seconds,
    )


def begun_sql(rows: str, starts: Starts, *, until: int, limit: int | None) -> str:
    """Every start: ``c``, whether it ``counts``, whether its end was seen, and how long it ``lasted``."""
    known = (
        f"SELECT c, p, t, m0, MIN(CASE WHEN m1 = 1 THEN t END) {_LATER} AS end_t, "
        f"MIN(CASE WHEN m1 = 1 THEN p END) {_LATER} AS end_p, MIN(CASE WHEN m0 = 1 THEN p END) {_LATER} AS newer_p, "
        f"MAX(CASE WHEN m0 = 1 THEN 1 ELSE 0 END) {_BEFORE} AS older FROM ({rows}) AS r WHERE m0 = 1 OR m1 = 1"
    )
    counts = {
        "first": "CASE WHEN COALESCE(older, 0) = 0 THEN 1 ELSE 0 END",
        "each": "1",
        "nearest": "CASE WHEN newer_p IS NULL OR newer_p >= end_p THEN 1 ELSE 0 END",
    }[starts]
    measured = (
        f"SELECT c, {counts} AS counts, CASE WHEN end_t IS NULL THEN 0 ELSE 1 END AS ended, "
        f"COALESCE(end_t, {until}) - t AS lasted FROM ({known}) AS k WHERE m0 = 1"
    )
    if limit is None:
        return measured
    return (
        f"SELECT c, counts, CASE WHEN lasted <= {limit} THEN ended ELSE 0 END AS ended, "
        f"CASE WHEN lasted <= {limit} THEN lasted ELSE {limit} END AS lasted FROM ({measured}) AS m"
    )


def _lengths(log: RemoteLog, begun: str, *, n: int, ended: int) -> tuple[tuple[Quantile, ...], Quartiles]:
    """The quantiles of what ended, and by when a quarter, half and three quarters of all had (Kaplan-Meier)."""
    if not ended:
        return (), Quartiles(None, None, None)
    counted = (
        f"SELECT lasted, SUM(ended) AS d, COUNT(*) AS all_of_them FROM ({begun}) AS s WHERE counts = 1 GROUP BY lasted"
    )
    up_to = "OVER (ORDER BY lasted ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
    added = (
        f"SELECT lasted, d, SUM(d) {up_to} AS so_far, {n} - SUM(all_of_them) {up_to} + all_of_them AS at_risk "
        f"FROM ({counted}) AS g"
    )
    left = (
        f"SELECT lasted, d, so_far, SUM(CASE WHEN d < at_risk THEN LN(1 - CAST(d AS DOUBLE) / at_risk) ELSE -1000 END) "
        f"{up_to} AS going FROM ({added}) AS a"
    )
    places = [(low, min(low + 1, ended - 1)) for low in (int((ended - 1) * share) for share in SHARES)]
    ranks = sorted({rank for pair in places for rank in pair})
    parts = [f"MIN(CASE WHEN d > 0 AND so_far > {rank} THEN lasted END)" for rank in ranks]
    parts += [
        f"MIN(CASE WHEN d > 0 AND going <= {math.log(1 - share + _SLACK)!r} THEN lasted END)"
        for share in (0.25, 0.5, 0.75)
    ]
    found = log.ask(f"SELECT {', '.join(parts)} FROM ({left}) AS g")[0]
    at = dict(zip(ranks, (int(value or 0) for value in found), strict=False))
    quantiles = tuple(
        Quantile(share, (at[low] + (at[high] - at[low]) * ((ended - 1) * share - low)) / SECOND)
        for share, (low, high) in zip(SHARES, places, strict=True)
    )
    when = (None if value is None else int(value) / SECOND for value in found[len(ranks) :])
    return quantiles, Quartiles(*when)
