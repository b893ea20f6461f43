"""PM4Py on a pandas frame: what it can count. It is under the AGPL, and only ever runs in its own environment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pm4py

from benchmarks import questions as q

PACKAGES = ("pm4py", "pandas")


def read(file: Path) -> Any:
    """The three columns in memory."""
    return q.load_told(len(pd.read_parquet(file, columns=["customer", "time", "touchpoint"])))


def load(file: Path, into: Path) -> Any:
    """There is no store: reading, formatting and sorting are done anew by every process."""
    return file


def opened(file: Path) -> pd.DataFrame:
    """The frame in PM4Py's own form."""
    frame = pd.read_parquet(file, columns=["customer", "time", "touchpoint"])
    frame["customer"] = frame["customer"].astype(str)
    return pm4py.format_dataframe(frame, case_id="customer", activity_key="touchpoint", timestamp_key="time")


def loaded(log: pd.DataFrame) -> Any:
    """What is there."""
    return q.load_told(len(log), log["case:concept:name"].nunique())


def transitions(log: pd.DataFrame) -> Any:
    """Its directly-follows graph."""
    found, _, _ = pm4py.discover_dfg(log)
    return q.pairs_told(found)


def medians(log: pd.DataFrame) -> Any:
    """Its performance graph with the median, and the frequencies, which that does not give."""
    counts, _, _ = pm4py.discover_dfg(log)
    found, _, _ = pm4py.discover_performance_dfg(log, perf_aggregation_key="median")
    return q.medians_told({pair: (counts[pair], float(seconds)) for pair, seconds in found.items()})


def variants(log: pd.DataFrame) -> Any:
    """Its variants with their counts."""
    counts = sorted(pm4py.get_variants(log).values(), reverse=True)
    return q.variants_told(sum(counts), len(counts), counts)


def filtered(log: pd.DataFrame) -> Any:
    """Its own filters, one after the other."""
    left = pm4py.filter_event_attribute_values(log, "concept:name", [q.OUTCOME], level="case", retain=True)
    left = pm4py.filter_event_attribute_values(left, "concept:name", list(q.HIDDEN), level="event", retain=False)
    # Both ends are included, and it reads no parts of a second: one event at that very moment would be one too many.
    left = pm4py.filter_time_range(left, f"{q.FROM:%Y-%m-%d %H:%M:%S}", f"{q.TO:%Y-%m-%d %H:%M:%S}", mode="events")
    found, _, _ = pm4py.discover_dfg(left)
    return q.pairs_told(found)
