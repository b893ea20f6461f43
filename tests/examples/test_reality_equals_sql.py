"""Every number in the map's reality rows equals SQL over the source tables, which knows nothing of the event log."""

from __future__ import annotations

from math import comb, floor
from pathlib import Path
from statistics import median, quantiles

import duckdb
import pytest

from klantreis.events.share import Share, score_interval
from klantreis.journeys.reality import Reality, StepReality
from klantreis.journeys.run_shares import wilson_by_customer
from klantreis.use_cases.lay_fit import lay_fit
from klantreis.use_cases.lay_reality import lay_reality
from klantreis.use_cases.open_workspace import open_store

JOURNEY = "journey:week-eten"
BOUND = ("mailing", "winkelen", "bon-inleveren", "terugkomen", "nieuwe-afdeling")


@pytest.fixture(scope="module")
def shown(built: Path) -> Reality:
    """What the map shows."""
    return lay_reality(open_store(built / "loyalty-card"), JOURNEY)


@pytest.fixture(scope="module")
def runs(source: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """The connection on which the independent SQL has run."""
    source.execute((Path(__file__).parent / "reality.sql").read_text(encoding="utf-8"))
    return source


def one(connection: duckdb.DuckDBPyConnection, sql: str, *values: object) -> tuple[int, ...]:
    """The only row of a query."""
    row = connection.execute(sql, list(values)).fetchone()
    assert row is not None
    return row


def share(connection: duckdb.DuckDBPyConnection, table: str, holds: str, *values: object) -> Share:
    """The share of the rows of a table, each a run, for which something holds; with the interval by household."""
    rows = connection.execute(
        f"SELECT count(*) FILTER ({holds}), count(*) FROM {table} GROUP BY household_id",  # noqa: S608 - our own words
        list(values),
    ).fetchall()
    return wilson_by_customer([counted for counted, _ in rows], [n for _, n in rows])


def step(shown: Reality, step_id: str) -> StepReality:
    """A step that must be there."""
    found = shown.step(step_id)
    assert found is not None
    return found


def test_only_these_steps_are_bound(shown: Reality) -> None:
    assert tuple(one.id for one in shown.steps if one.bound) == BOUND


def test_runs(shown: Reality, runs: duckdb.DuckDBPyConnection) -> None:
    n, households = one(runs, "SELECT count(*), count(DISTINCT household_id) FROM run")
    (segment,) = one(runs, "SELECT count(*) FROM demographics WHERE kids_count IN ('2', '3+')")
    assert n > 300
    assert (shown.runs.n, shown.runs.customers_with_runs, shown.runs.customers) == (n, households, segment)
    # Every campaign of type A ended within the year.
    assert (shown.runs.ended, shown.runs.timed_out, shown.runs.open) == (n, 0, 0)


@pytest.mark.parametrize("step_id", BOUND)
def test_reach_and_repeats(shown: Reality, runs: duckdb.DuckDBPyConnection, step_id: str) -> None:
    reached, households, repeats = one(
        runs,
        "SELECT count(*), count(DISTINCT household_id), sum(times - 1)::BIGINT FROM seen WHERE step = ?",
        step_id,
    )
    found = step(shown, step_id)
    reach = share(
        runs,
        "run LEFT JOIN (SELECT household_id, campaign_id, TRUE AS here FROM seen WHERE step = ?) "
        "USING (household_id, campaign_id)",
        "here",
        step_id,
    )
    assert reach.count == reached
    assert found.reach == reach
    assert (found.customers, found.repeats, found.never_seen) == (households, repeats, False)


@pytest.mark.parametrize("step_id", BOUND)
def test_what_came_after(shown: Reality, runs: duckdb.DuckDBPyConnection, step_id: str) -> None:
    reached, went_on = one(runs, "SELECT count(*), count(*) FILTER (went_on) FROM seen WHERE step = ?", step_id)
    found = step(shown, step_id)
    assert found.after is not None
    assert found.came_back is not None
    assert (found.after.went_on, found.after.at_end) == (went_on, reached - went_on)
    assert (found.after.elsewhere, found.after.open) == (0, 0)
    of_the_step = "(SELECT * FROM seen WHERE step = ?)"
    assert found.dropped_out == share(runs, of_the_step, "FALSE", step_id)
    assert found.came_back == share(runs, of_the_step, "came_back", step_id)
    assert found.came_back_undeclared == 0


@pytest.mark.parametrize("step_id", BOUND)
def test_time_to_the_next_step(shown: Reality, runs: duckdb.DuckDBPyConnection, step_id: str) -> None:
    rows = runs.execute(
        "SELECT epoch(next - first) FROM seen WHERE step = ? AND next IS NOT NULL ORDER BY 1", [step_id]
    ).fetchall()
    waits = [seconds for (seconds,) in rows]
    found = step(shown, step_id).next
    assert found is not None
    assert found.n == len(waits)
    assert [found.q1, found.median, found.q3] == pytest.approx(quantiles(waits, n=4, method="inclusive"))
    # The share of waits below the median is as certain as that of so many independent ones, which give the rank.
    waited = "(SELECT * FROM seen WHERE step = ? AND next IS NOT NULL)"
    below = share(runs, waited, "epoch(next - first) <= ?", median(waits), step_id)
    worth = max(n for n in range(1, len(waits) + 1) if width(below, n) >= below.high - below.low)
    rank = next(k for k in range(worth) if sum(comb(worth, i) for i in range(k + 1)) > 0.025 * 2**worth)
    place = max(1, floor(rank * (len(waits) + 1) / (worth + 1)))
    assert [found.low, found.high] == pytest.approx([waits[place - 1], waits[-place]])
    assert found.method == "order-statistics-by-customer"


def width(share: Share, n: int) -> float:
    """How wide the interval of this share would be, of n independent ones."""
    low, high = score_interval(share.count, share.n, confidence=0.95, widening=share.n / n)
    return high - low


def test_order_and_fit(shown: Reality, runs: duckdb.DuckDBPyConnection) -> None:
    (coupons,) = one(runs, "SELECT count(*) FILTER (NOT coupon_in_place) FROM judged")
    assert coupons == 0
    fits = share(runs, "judged", "NOT (missing OR too_early)")
    assert shown.fit.share == fits
    missing, disordered, too_often, households = one(
        runs,
        "SELECT count(*) FILTER (missing), count(*) FILTER (too_early AND NOT too_often), count(*) FILTER (too_often), "
        "count(DISTINCT household_id) FILTER (too_early AND NOT too_often) FROM judged",
    )
    assert fits.n - fits.count == missing + disordered + too_often > 0
    told = (shown.fit.missing, shown.fit.disordered, shown.fit.wrong_repeat, shown.fit.open)
    assert told == (missing, disordered, too_often, 0)
    other_order = share(runs, "judged", "too_early AND NOT too_often")
    assert (shown.disorder.runs, shown.disorder.customers) == (other_order, households)
    assert [(pair.later, pair.earlier, pair.runs, pair.customers) for pair in shown.disorder.pairs] == [
        ("nieuwe-afdeling", "terugkomen", other_order, households)
    ]


def test_fit_says_the_same(shown: Reality, built: Path) -> None:
    found = lay_fit(open_store(built / "loyalty-card"), JOURNEY)
    assert found.follow == shown.fit.share
    assert [one.runs for one in found.kinds if one.kind == "order"] == [shown.disorder.runs]


def test_touchpoints_off_the_map(shown: Reality, runs: duckdb.DuckDBPyConnection) -> None:
    events, households = one(
        runs, "SELECT sum(len(fuels))::BIGINT, count(DISTINCT household_id) FILTER (len(fuels) > 0) FROM run"
    )
    assert shown.off_map.distinct == 1
    (fuel,) = shown.off_map.touchpoints
    assert (fuel.touchpoint, fuel.events, fuel.customers) == ("tankbeurt", events, households)
    assert fuel.runs == shown.off_map.runs == share(runs, "run", "len(fuels) > 0")
