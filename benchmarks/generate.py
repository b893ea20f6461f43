"""Made-up events to measure on: how a log of a web shop is shaped, with nothing in it to find.

Journeys have a lognormal length (median 6, mean 10.5), touchpoints follow Zipf's law, seven gaps in ten are within a
visit. The same seed and size give the same file. Rows stand in the order of arrival: by time, all customers mixed.
"""

from __future__ import annotations

import math
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

SIZES = {"5k": 5_000, "100k": 100_000, "1M": 1_000_000, "10M": 10_000_000, "100M": 100_000_000}
#: Up to this many events a CSV is written as well.
LARGEST_CSV = 1_000_000
N_TOUCHPOINTS, N_CHANNELS = 120, 12
ZIPF = 1.1
MEDIAN_LENGTH, MEAN_LENGTH = 6.0, 10.5
WITHIN_VISIT = 0.7
TOUCHPOINTS = [f"touchpoint {number:03d}" for number in range(1, N_TOUCHPOINTS + 1)]
CHANNELS = [f"channel {number:02d}" for number in range(1, N_CHANNELS + 1)]
SECOND = 1_000_000
DAY = 86_400 * SECOND
#: 2025, in microseconds since 1970: nothing happens outside it.
YEAR_BEGINS = 1_735_689_600 * SECOND
YEAR_ENDS = YEAR_BEGINS + 365 * DAY
#: Journeys begin in the first half of the year, so that few are cut off at its end.
STARTS_WITHIN = 180 * DAY
SEED = 20250101


def events(n: int, *, seed: int = SEED) -> dict[str, NDArray[np.generic]]:
    """Columns ``customer`` (int64), ``time`` (µs since 1970 UTC), ``touchpoint`` and ``channel`` (codes), by time.

    Times of one customer all differ, so that no engine has to choose an order. Exactly ``n`` rows.

    Examples
    --------
    >>> made = events(1000)
    >>> len(made["time"]), bool((np.diff(made["time"]) >= 0).all())
    (1000, True)
    """
    random = np.random.default_rng(seed)
    customers, times, made = [], [], 0
    first = 0
    while made < n:
        customer, at = _journeys(random, first, max(1000, (n - made) // 9))
        customers.append(customer)
        times.append(at)
        first, made = int(customer[-1]) + 1, made + len(at)
    customer, at = np.concatenate(customers)[:n], np.concatenate(times)[:n]
    order = np.argsort(at, kind="stable")
    chances = np.arange(1, N_TOUCHPOINTS + 1) ** -ZIPF
    edges = np.cumsum(chances / chances.sum())[:-1]
    channel_edges = np.cumsum(np.arange(N_CHANNELS, 0, -1) / sum(range(N_CHANNELS + 1)))[:-1]
    return {
        # Ids as systems give them: spread out, and in no order that helps.
        "customer": (customer[order] * 2_654_435_761) % 1_000_000_007,
        "time": at[order],
        "touchpoint": np.searchsorted(edges, random.random(n), side="right").astype(np.uint8),
        "channel": np.searchsorted(channel_edges, random.random(n), side="right").astype(np.uint8),
    }


def write(folder: Path, size: str) -> Path:
    """The events of a size as Parquet in a folder (and as CSV when there are few); made once."""
    file = folder / f"events-{size}.parquet"
    if file.exists():
        return file
    folder.mkdir(parents=True, exist_ok=True)
    made = events(SIZES[size])
    connection = duckdb.connect()
    connection.register("made", made)
    connection.execute("CREATE TABLE names AS SELECT ? AS touchpoints, ? AS channels", [TOUCHPOINTS, CHANNELS])
    rows = """SELECT customer, make_timestamp(time) AS time,
                     (SELECT touchpoints FROM names)[touchpoint + 1] AS touchpoint,
                     (SELECT channels FROM names)[channel + 1] AS channel FROM made"""
    draft = file.with_suffix(".draft")
    connection.execute(f"COPY ({rows}) TO '{draft}' (FORMAT parquet, COMPRESSION snappy)")
    if SIZES[size] <= LARGEST_CSV:
        connection.execute(f"COPY (FROM read_parquet('{draft}')) TO '{file.with_suffix('.csv')}' (HEADER)")
    draft.replace(file)  # last: a file that is there is whole
    return file


def _journeys(random: np.random.Generator, first: int, n_customers: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Whole journeys of new customers, numbered from ``first``: the customer and the time of each event."""
    sigma = math.sqrt(2 * math.log(MEAN_LENGTH / MEDIAN_LENGTH))
    lengths = np.maximum(1, np.rint(random.lognormal(math.log(MEDIAN_LENGTH), sigma, n_customers))).astype(np.int64)
    total = int(lengths.sum())
    within = random.random(total) < WITHIN_VISIT
    minutes = random.exponential(90 * SECOND, total)
    days = random.lognormal(math.log(2 * DAY), 1.0, total)
    # At least a second between two events; a visit never pauses for as long as half an hour.
    gaps = np.where(within, np.clip(minutes, SECOND, 1700 * SECOND), np.maximum(days, 3600 * SECOND)).astype(np.int64)
    ends = np.cumsum(lengths)
    begins = ends - lengths
    passed = np.cumsum(gaps)
    since_first = passed - np.repeat(passed[begins], lengths)
    starts = YEAR_BEGINS + random.integers(0, STARTS_WITHIN, n_customers)
    at = np.repeat(starts, lengths) + since_first
    kept = at < YEAR_ENDS
    customer = np.repeat(np.arange(first, first + n_customers, dtype=np.int64), lengths)
    return customer[kept], at[kept]
