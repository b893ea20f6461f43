"""r4pm, the Python side of a Rust library for process mining: the two questions that its bindings answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import r4pm
from r4pm import bindings

from benchmarks import questions as q

PACKAGES = ("r4pm", "polars")


def read(file: Path) -> Any:
    """The three columns in memory."""
    return q.load_told(pl.read_parquet(file, columns=["customer", "time", "touchpoint"]).height)


def load(file: Path, into: Path) -> Path:
    """There is no store: the log is built anew by every process."""
    return file


def opened(file: Path) -> str:
    """Its event log, by the name it is registered under. It keeps the order of the rows, so they are sorted first."""
    frame = (
        pl.scan_parquet(file)
        .select(
            pl.col("customer").cast(pl.String).alias("case:concept:name"),
            pl.col("touchpoint").alias("concept:name"),
            pl.col("time").dt.replace_time_zone("UTC").alias("time:timestamp"),
        )
        .sort("time:timestamp")
        .collect()
    )
    return str(r4pm.import_item_from_df("EventLog", frame))


def loaded(log: str) -> Any:
    """The customers; it does not say how many events there are."""
    found = bindings.discover_dfg(log)
    events = sum(found["activities"].values())
    return q.load_told(events, bindings.get_num_cases(bindings.log_to_activity_projection(log)))


def transitions(log: str) -> Any:
    """Its directly-follows graph."""
    found = bindings.discover_dfg(log)
    return q.pairs_told({(pair[0], pair[1]): count for pair, count in found["directly_follows_relations"]})


def variants(log: str) -> Any:
    """Its projection on activities, which is one entry a variant."""
    projection = bindings.log_to_activity_projection(log)
    counts = [variant["count"] for variant in bindings.get_top_n_variants(projection, q.TOP)]
    return q.variants_told(bindings.get_num_cases(projection), bindings.get_num_variants(projection), counts)
