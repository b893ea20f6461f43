"""Which customers came back, per day, week or month after they started, asked of an engine."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from klantreis.events.answers.calendar import Retention
from klantreis.events.filter import Filter, zone_named
from klantreis.events.local.retention import How, check, cohorts
from klantreis.events.local_time import calendar_edges
from klantreis.events.remote.clock import DAY, WEEK, local_time, steps
from klantreis.events.remote.view import Chosen, Extent, extent_of, scoped

if TYPE_CHECKING:
    from klantreis.events.remote.log import RemoteLog


def retention(log: RemoteLog, asked: Filter | None, *, how: How) -> Retention:
    """See ``EventLog.retention``."""
    return retention_of(Chosen(log, (asked,)), asked, how=how)


def retention_of(chosen: Chosen, until: Filter | None, *, how: How, extent: Extent | None = None) -> Retention:
    """The same of some events.

    Parameters
    ----------
    until
        The filter whose period says how long these were looked at.
    extent
        How much these have, where that is known.
    """
    check(how)
    log = chosen.log
    patterns = [pattern for pattern in (how.starting, how.returning) if pattern is not None]
    seen = chosen.seen(patterns)
    extent = extent or extent_of(log, seen)
    first, last = extent.first or 0, extent.last or 0
    days, edges = calendar_edges(first, last, how.by, zone_named(log.zone_name))
    if how.by == "month":
        length, period = 1, steps(edges[:-1].tolist(), list(range(len(days))))
    else:
        # Days by the clock are all of one length; from the first day on there is no time below zero.
        length = WEEK if how.by == "week" else DAY
        since = f"({local_time((first, last), log.zone_name)} - {_local_midnight(days[0])})"
        period = f"({since} - {since} % {length})"
    start = "1 = 1" if how.starting is None else "m0 = 1"
    back = "1 = 1" if how.returning is None else f"m{len(patterns) - 1} = 1"
    entered = (
        f"SELECT c, p, {period} AS k, CASE WHEN {back} THEN 1 ELSE 0 END AS back, "
        f"MIN(CASE WHEN {start} THEN p END) OVER (PARTITION BY c) AS begun FROM ({seen.rows}) AS r"
    )
    dated = (
        "SELECT c, p, k, back, begun, MAX(CASE WHEN p = begun THEN k END) OVER (PARTITION BY c) AS cohort "
        f"FROM ({entered}) AS e WHERE begun IS NOT NULL"
    )
    sizes = np.zeros(len(days), dtype=np.int64)
    returns = np.zeros((len(days), how.periods + 1), dtype=np.int64)
    for cohort, n in log.ask(f"SELECT cohort, COUNT(DISTINCT c) FROM ({dated}) AS d GROUP BY cohort"):
        sizes[int(cohort) // length] = int(n)
    came = f"SELECT c, cohort, k - cohort AS later FROM ({dated}) AS d WHERE back = 1 AND p > begun"
    if how.unbounded:  # once, in the last period that they came back in
        came = f"SELECT c, cohort, MAX(later) AS later FROM ({came}) AS b GROUP BY c, cohort"
    else:
        came = f"SELECT c, cohort, later FROM ({came}) AS b WHERE later <= {how.periods * length}"
    for cohort, later, n in log.ask(
        f"SELECT cohort, later, COUNT(DISTINCT c) FROM ({came}) AS b GROUP BY cohort, later"
    ):
        returns[int(cohort) // length, min(int(later) // length, how.periods)] += int(n)
    if how.unbounded:
        returns = returns[:, ::-1].cumsum(axis=1)[:, ::-1]
    return cohorts(log, scoped(extent, until), how=how, days=days, sizes=sizes, returns=returns)


def _local_midnight(day: date) -> int:
    return (day - date(1970, 1, 1)).days * DAY
