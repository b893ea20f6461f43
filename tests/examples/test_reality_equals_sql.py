"""Every number in the map's reality rows equals SQL over the source tables, which knows nothing of the event log."""

from __future__ import annotations

from math import comb
from pathlib import Path
from statistics import quantiles

import duckdb
import pytest

from klantreis.analysis.effect.proportions import wilson
from klantreis.journeys.reality import Reality, StepReality
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
    (n,) = one(runs, "SELECT count(*) FROM run")
    found = step(shown, step_id)
    assert found.reach == wilson(reached, n)
    assert (found.customers, found.repeats, found.never_seen) == (households, repeats, False)


@pytest.mark.parametrize("step_id", BOUND)
def test_what_came_after(shown: Reality, runs: duckdb.DuckDBPyConnection, step_id: str) -> None:
    reached, went_on, came_back = one(
        runs,
        "SELECT count(*), count(*) FILTER (went_on), count(*) FILTER (came_back) FROM seen WHERE step = ?",
        step_id,
    )
    found = step(shown, step_id)
    assert found.after is not None
    assert found.came_back is not None
    assert (found.after.went_on, found.after.at_end) == (went_on, reached - went_on)
    assert (found.after.elsewhere, found.after.open) == (0, 0)
    assert found.dropped_out == wilson(0, reached)
    assert found.came_back == wilson(came_back, reached)
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
    below = next(
        k for k in range(len(waits)) if sum(comb(len(waits), i) for i in range(k + 1)) > 0.025 * 2 ** len(waits)
    )
    assert [found.low, found.high] == pytest.approx([waits[below - 1], waits[-below]])


def test_order_and_fit(shown: Reality, runs: duckdb.DuckDBPyConnection) -> None:
    (n,) = one(runs, "SELECT count(*) FROM run")
    wanted = {}
    for later, earlier in (
        ("terugkomen", "bon-inleveren"),
        ("nieuwe-afdeling", "terugkomen"),
        ("nieuwe-afdeling", "bon-inleveren"),
    ):
        count, households = one(
            runs,
            "SELECT count(*), count(DISTINCT household_id) FROM disorder WHERE later = ? AND earlier = ?",
            later,
            earlier,
        )
        wanted[later, earlier] = (wilson(count, n), households)
    assert {(pair.later, pair.earlier): (pair.runs, pair.customers) for pair in shown.disorder.pairs} == wanted
    (disordered,) = one(
        runs,
        "SELECT count(DISTINCT (household_id, campaign_id)) FROM disorder",
    )
    assert shown.disorder.runs == wilson(disordered, n)
    # Every run shopped twice at least, so order is all that keeps a run from fitting.
    (missing,) = one(runs, "SELECT count(*) FROM run WHERE len(trips) < 2")
    assert missing == 0
    assert shown.fit.share == wilson(n - disordered, n)
    assert (shown.fit.missing, shown.fit.disordered, shown.fit.wrong_repeat, shown.fit.open) == (0, disordered, 0, 0)


def test_touchpoints_off_the_map(shown: Reality, runs: duckdb.DuckDBPyConnection) -> None:
    events, in_runs, households, n = one(
        runs,
        "SELECT sum(len(fuels))::BIGINT, count(*) FILTER (len(fuels) > 0), "
        "count(DISTINCT household_id) FILTER (len(fuels) > 0), count(*) FROM run",
    )
    assert shown.off_map.distinct == 1
    (fuel,) = shown.off_map.touchpoints
    assert (fuel.touchpoint, fuel.events, fuel.customers) == ("tankbeurt", events, households)
    assert fuel.runs == shown.off_map.runs == wilson(in_runs, n)
