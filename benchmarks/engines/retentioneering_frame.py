"""Retentioneering on a pandas frame, its telemetry off (the worker and the runner set RETENTIONEERING_NO_TRACK=1)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

os.environ["RETENTIONEERING_NO_TRACK"] = "1"

import pandas as pd
from retentioneering import Eventstream

from benchmarks import questions as q

PACKAGES = ("retentioneering", "pandas", "duckdb")
COLUMNS = {"path_cols": ["customer"], "event_col": "touchpoint", "timestamp_col": "time"}


def read(file: Path) -> Any:
    """The three columns in memory."""
    return q.load_told(len(pd.read_parquet(file, columns=["customer", "time", "touchpoint"])))


def load(file: Path, into: Path) -> Path:
    """There is no store: the stream is made anew by every process."""
    return file


def opened(file: Path) -> Eventstream:
    """Its event stream."""
    return Eventstream(pd.read_parquet(file, columns=["customer", "time", "touchpoint"]), schema=COLUMNS)


def loaded(log: Eventstream) -> Any:
    """What is there."""
    frame = log.to_dataframe()
    return q.load_told(len(frame), frame["customer"].nunique())


def transitions(log: Eventstream) -> Any:
    """Its transition matrix by count, without the ends that it adds."""
    return q.pairs_told(_pairs(log, "count"))


def medians(log: Eventstream) -> Any:
    """Its transition matrix twice: by count and by median time."""
    counts, seconds = _pairs(log, "count"), _pairs(log, "time_median")
    return q.medians_told({pair: (count, seconds[pair].total_seconds()) for pair, count in counts.items()})


def open_funnel(log: Eventstream) -> Any:
    """It takes no window."""
    found = log.funnel_data(steps=list(q.FUNNEL))
    return q.funnel_told([step["unique_paths"] for step in found["steps"]])


def visits(log: Eventstream) -> Any:
    """Split into sessions, then count them."""
    frame = log.split_sessions(timeout=f"{q.VISIT_MINUTES}m").to_dataframe()
    sizes = frame.groupby("session_id", sort=False).size()
    return q.visits_told(len(sizes), int((sizes == 1).sum()))


def steps(log: Eventstream) -> Any:
    """Its step matrix."""
    found = log.step_matrix_data(max_steps=q.POSITIONS)
    return q.load_told(len(found))


def filtered(log: Eventstream) -> Any:
    """Its own filters, one after the other."""
    bought = {"op": ">", "metric": "event_count", "value": 0, "metric_args": {"event": q.OUTCOME}}
    hidden = ", ".join(f"'{name}'" for name in q.HIDDEN)
    span = f"time >= TIMESTAMP '{q.FIRST_DAY}' AND time < TIMESTAMP '{q.TO:%Y-%m-%d}'"
    chosen = f"SELECT * FROM eventstream WHERE touchpoint NOT IN ({hidden}) AND {span}"
    return q.pairs_told(_pairs(log.filter_paths(bought).filter_events(sql=chosen), "count"))


def _pairs(log: Eventstream, weight: str) -> dict[tuple[str, str], Any]:
    matrix = log.transition_graph_data(edge_weight=weight)
    names = [name for name in matrix.columns if str(name).startswith("touchpoint ")]
    values = matrix.loc[[name for name in names if name in matrix.index], names].stack()
    return {pair: value for pair, value in values.items() if value == value and (value or weight != "count")}
