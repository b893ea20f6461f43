"""Klantreis itself: import the file into a log on this machine, and ask the log."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import klantreis as kr
from benchmarks import questions as q
from klantreis.events.local.log import LocalLog

PACKAGES = ("klantreis", "numba", "numpy", "duckdb")


def read(file: Path) -> Any:
    """The columns of the log as they lie on disk, every byte touched once."""
    log = kr.open_log(file)
    touched = int(log.times.sum()) + int(log.touchpoint_codes.sum()) + int(log.offsets.sum())
    return q.load_told(log.n_events if touched else 0)


def load(file: Path, into: Path) -> Path:
    """Import into a log on disk; questions are asked of that."""
    kr.import_events([file], into, customer="customer", time="time", touchpoint="touchpoint", channel="channel")
    return into


def opened(into: Path) -> LocalLog:
    """The log, its columns mapped."""
    return kr.open_log(into)


def loaded(log: LocalLog) -> Any:
    """What is there."""
    return q.load_told(log.n_events, log.n_customers)


def transitions(log: LocalLog) -> Any:
    """Counted only, with the customers of each."""
    return q.pairs_told({(row.source, row.target): row.count for row in log.transitions(times=False).transitions})


def medians(log: LocalLog) -> Any:
    """Exact quartiles, of which the median is compared."""
    rows = log.transitions().transitions
    timed = {(row.source, row.target): (row.count, row.seconds) for row in rows}
    return q.medians_told({pair: (count, (found and found.median) or 0.0) for pair, (count, found) in timed.items()})


def variants(log: LocalLog) -> Any:
    """Whole traces."""
    found = log.variants(top=q.TOP)
    return q.variants_told(found.n, found.distinct, [variant.count for variant in found.variants])


def funnel(log: LocalLog) -> Any:
    """With shares, intervals and times, of which the customers are compared."""
    found = log.funnel([f'touchpoint = "{name}"' for name in q.FUNNEL], within=f"{q.FUNNEL_DAYS}d")
    return q.funnel_told([step.customers for step in found.steps])


def open_funnel(log: LocalLog) -> Any:
    """As ``funnel``, without a window."""
    found = log.funnel([f'touchpoint = "{name}"' for name in q.FUNNEL])
    return q.funnel_told([step.customers for step in found.steps])


def visits(log: LocalLog) -> Any:
    """With four kinds of quartiles, of which none is compared."""
    found = log.visits(gap=f"{q.VISIT_MINUTES}min")
    return q.visits_told(found.n, 0 if found.single is None else found.single.count)


def credit(log: LocalLog) -> Any:
    """With the position rule too."""
    found = log.credit(f'touchpoint = "{q.OUTCOME}"', by="channel")
    rows = {row.value: (row.first.count, row.last.count, row.linear) for row in found.values if row.first and row.last}
    return q.credit_told(found.outcomes, found.direct, rows)


def steps(log: LocalLog) -> Any:
    """With intervals."""
    found = log.steps(upto=q.POSITIONS)
    return q.steps_told(
        {
            (position, row.touchpoint): cell.count
            for row in found.rows
            for position, cell in zip(found.positions, row.cells, strict=True)
            if cell is not None
        }
    )


def retention(log: LocalLog) -> Any:
    """With intervals."""
    found = log.retention(by="month", periods=q.MONTHS, complete_to=q.COMPLETE_TO)
    return q.retention_told(
        {
            (cohort.period, period): cell.count
            for cohort in found.cohorts
            for period, cell in enumerate(cohort.cells)
            if cell is not None
        }
    )


def filtered(log: LocalLog) -> Any:
    """Under a filter that is new each time: what the log keeps of earlier filters is thrown away first."""
    log._views.clear()  # it keeps the last four filters ready, which would make the second time too easy
    hidden = ", ".join(f'"{name}"' for name in q.HIDDEN)
    chosen = kr.Filter(
        period=(q.FIRST_DAY, q.LAST_DAY),
        where=f"not touchpoint in ({hidden})",
        customers=f'touchpoint = "{q.OUTCOME}"',
    )
    return q.pairs_told({(row.source, row.target): row.count for row in log.transitions(filter=chosen).transitions})
