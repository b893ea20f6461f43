"""Polars on the file as it is: lazy frames, its streaming engine, each question in the fastest form we found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from benchmarks import questions as q

PACKAGES = ("polars",)

NEXT_ROW = pl.col("customer") == pl.col("customer").shift(-1)


def read(file: Path) -> Any:
    """The three columns in memory."""
    return q.load_told(pl.read_parquet(file, columns=["customer", "time", "touchpoint"]).height)


def load(file: Path, into: Path) -> Path:
    """Nothing to do: the file is what is asked."""
    return file


def opened(file: Path) -> pl.LazyFrame:
    """The file, not read yet."""
    return pl.scan_parquet(file)


def loaded(log: pl.LazyFrame) -> Any:
    """What is there."""
    told = log.select(pl.len().alias("n"), pl.col("customer").n_unique()).collect(engine="streaming")
    return q.load_told(told["n"][0], told["customer"][0])


def transitions(log: pl.LazyFrame) -> Any:
    """Sort once, then look at the next row; a window per customer takes far longer."""
    return pairs(log)


def pairs(log: pl.LazyFrame) -> Any:
    """Transitions among these rows."""
    rows = (
        log.select("customer", "time", "touchpoint")
        .sort("customer", "time")
        .with_columns(pl.col("touchpoint").shift(-1).alias("next"), NEXT_ROW.alias("same"))
        .filter("same")
        .group_by("touchpoint", "next")
        .len()
        .collect(engine="streaming")
        .rows()
    )
    return q.pairs_told({(source, target): count for source, target, count in rows})


def medians(log: pl.LazyFrame) -> Any:
    """The median over exact microseconds."""
    time = pl.col("time").dt.epoch("us")
    rows = (
        log.select("customer", "time", "touchpoint")
        .sort("customer", "time")
        .with_columns(
            pl.col("touchpoint").shift(-1).alias("next"), NEXT_ROW.alias("same"), (time.shift(-1) - time).alias("gap")
        )
        .filter("same")
        .group_by("touchpoint", "next")
        .agg(pl.len(), pl.col("gap").median())
        .collect(engine="streaming")
        .rows()
    )
    return q.medians_told({(source, target): (count, gap / 1e6) for source, target, count, gap in rows})


def variants(log: pl.LazyFrame) -> Any:
    """A hash per customer over place and touchpoint."""
    first = (pl.col("customer") != pl.col("customer").shift(1)).fill_null(value=True)
    row = pl.int_range(pl.len())
    place = row - pl.when(first).then(row).otherwise(None).forward_fill()
    counts = (
        log.select("customer", "time", "touchpoint")
        .sort("customer", "time")
        .select("customer", pl.struct(place.alias("place"), "touchpoint").hash().alias("hashed"))
        .group_by("customer")
        .agg(pl.col("hashed").bitwise_xor())
        .group_by("hashed")
        .len()
        .collect(engine="streaming")["len"]
    )
    return q.variants_told(counts.sum(), len(counts), counts.sort(descending=True).head(q.TOP).to_list())


def funnel(log: pl.LazyFrame, days: int = q.FUNNEL_DAYS) -> Any:
    """Each step joined with the latest way to the step before; ever fewer rows."""
    rows = (
        log.filter(pl.col("touchpoint").is_in(q.FUNNEL))
        .select("customer", "time", "touchpoint")
        .collect(engine="streaming")
    )
    rows = rows.sort("time")
    reached = rows.filter(pl.col("touchpoint") == q.FUNNEL[0]).select("customer", "time", pl.col("time").alias("began"))
    counts = [reached["customer"].n_unique()]
    for name in q.FUNNEL[1:]:
        reached = (
            rows.filter(pl.col("touchpoint") == name)
            .select("customer", "time")
            .join_asof(reached, on="time", by="customer", strategy="backward", check_sortedness=False)
            .filter(pl.col("time") - pl.col("began") <= pl.duration(days=days))
        )
        counts.append(reached["customer"].n_unique())
    return q.funnel_told(counts)


def open_funnel(log: pl.LazyFrame) -> Any:
    """The same with a window that is longer than the file."""
    return funnel(log, q.ANY_DAYS)


def visits(log: pl.LazyFrame) -> Any:
    """An event is a visit of its own when there is a pause, or nothing, at both sides."""
    pause = pl.duration(minutes=q.VISIT_MINUTES)
    customer, time = pl.col("customer"), pl.col("time")
    told = (
        log.select("customer", "time")
        .sort("customer", "time")
        .select(
            ((customer != customer.shift(1)) | (time - time.shift(1) > pause)).fill_null(value=True).alias("begins"),
            ((customer != customer.shift(-1)) | (time.shift(-1) - time > pause)).fill_null(value=True).alias("ends"),
        )
        .select(pl.col("begins").sum(), (pl.col("begins") & pl.col("ends")).sum().alias("single"))
        .collect(engine="streaming")
    )
    return q.visits_told(told["begins"][0], told["single"][0])


def credit(log: pl.LazyFrame) -> Any:
    """Only customers with an outcome; a path is what stands between two outcomes."""
    buyers = log.filter(pl.col("touchpoint") == q.OUTCOME).select("customer").unique()
    hit = pl.col("touchpoint") == q.OUTCOME
    touches = (
        log.join(buyers, on="customer", how="semi")
        .select("customer", "time", "channel", hit.alias("hit"))
        .sort("customer", "time")
        .with_columns(pl.col("hit").cum_sum().alias("hits"))
        # A path is named by the outcomes in all rows above it, so it never runs on into another customer's.
        .with_columns((pl.col("hits") - pl.col("hit")).alias("path"))
        .collect(engine="streaming")
    )
    ours = pl.col("channel").filter(~pl.col("hit"))
    paths = (
        touches.lazy()
        .group_by("customer", "path", maintain_order=True)
        .agg(pl.col("hit").any(), ours.len().alias("n"), ours.first().alias("first"), ours.last().alias("last"))
        .filter("hit")
        .collect()
    )
    won = paths.filter(pl.col("n") > 0)
    first = dict(won.group_by("first").len().rows())
    last = dict(won.group_by("last").len().rows())
    linear = (
        touches.filter(~pl.col("hit"))
        .join(won.select("customer", "path", "n"), on=["customer", "path"])
        .group_by("channel")
        .agg((1.0 / pl.col("n")).sum())
        .rows()
    )
    credited = {name: (first.get(name, 0), last.get(name, 0), part) for name, part in linear}
    return q.credit_told(paths.height, paths.height - won.height, credited)


def steps(log: pl.LazyFrame) -> Any:
    """Number the events of each customer."""
    first = (pl.col("customer") != pl.col("customer").shift(1)).fill_null(value=True)
    row = pl.int_range(pl.len())
    place = row - pl.when(first).then(row).otherwise(None).forward_fill() + 1
    rows = (
        log.select("customer", "time", "touchpoint")
        .sort("customer", "time")
        .select("touchpoint", place.alias("place"))
        .filter(pl.col("place") <= q.POSITIONS)
        .group_by("place", "touchpoint")
        .len()
        .collect(engine="streaming")
        .rows()
    )
    return q.steps_told({(place, name): count for place, name, count in rows})


def retention(log: pl.LazyFrame) -> Any:
    """Months with an event per customer; the first event itself is not coming back."""
    months = (
        log.select("customer", (pl.col("time").dt.year() * 12 + pl.col("time").dt.month() - 1).alias("month"))
        .group_by("customer", "month")
        .len()
        .collect(engine="streaming")
    )
    began = months.group_by("customer").agg(pl.col("month").min().alias("began"))
    rows = (
        months.join(began, on="customer")
        .filter((pl.col("month") > pl.col("began")) | (pl.col("len") > 1))
        .group_by("began", (pl.col("month") - pl.col("began")).alias("period"))
        .len()
        .rows()
    )
    return q.retention_told(
        {(f"{began // 12:04d}-{began % 12 + 1:02d}-01", period): count for began, period, count in rows}
    )


def filtered(log: pl.LazyFrame) -> Any:
    """The neighbours are those among the events that are left."""
    buyers = log.filter(pl.col("touchpoint") == q.OUTCOME).select("customer").unique()
    time = pl.col("time")
    return pairs(
        log.filter(
            ~pl.col("touchpoint").is_in(q.HIDDEN),
            time >= q.FROM.replace(tzinfo=None),
            time < q.TO.replace(tzinfo=None),
        ).join(buyers, on="customer", how="semi")
    )
