"""The questions as SQL, each in the fastest form we found for DuckDB; ``events`` is the raw file or a sorted table."""

from __future__ import annotations

from typing import Any

from duckdb import DuckDBPyConnection

from benchmarks import questions as q

NEXT = "(PARTITION BY customer ORDER BY time)"


def loaded(log: DuckDBPyConnection) -> Any:
    """What is there."""
    return q.load_told(*log.sql("SELECT count(*), count(DISTINCT customer) FROM events").fetchall()[0])


def transitions(log: DuckDBPyConnection) -> Any:
    """Each event with the next of the same customer."""
    return pairs(log, "events")


def pairs(log: DuckDBPyConnection, events: str) -> Any:
    """Transitions of a table, or of a query in brackets."""
    rows = log.sql(
        f"""SELECT touchpoint, next, count(*) FROM (SELECT touchpoint, lead(touchpoint) OVER {NEXT} AS next
            FROM {events}) WHERE next IS NOT NULL GROUP BY 1, 2"""
    ).fetchall()
    return q.pairs_told({(source, target): count for source, target, count in rows})


def medians(log: DuckDBPyConnection) -> Any:
    """The median over exact microseconds."""
    rows = log.sql(
        f"""SELECT touchpoint, next, count(*), median(gap) / 1e6 FROM (
              SELECT touchpoint, lead(touchpoint) OVER w AS next, epoch_us(lead(time) OVER w) - epoch_us(time) AS gap
              FROM events WINDOW w AS {NEXT}) WHERE next IS NOT NULL GROUP BY 1, 2"""
    ).fetchall()
    return q.medians_told({(source, target): (count, seconds) for source, target, count, seconds in rows})


def variants(log: DuckDBPyConnection) -> Any:
    """A hash per customer instead of the text of the whole trace, which takes six times as long."""
    return hashed_variants(log, f"SELECT customer, touchpoint, row_number() OVER {NEXT} AS place FROM events")


def hashed_variants(log: DuckDBPyConnection, placed: str) -> Any:
    """Variants of events with their place in the trace."""
    rows = log.sql(
        f"""WITH trace AS (
              SELECT customer, bit_xor(hash(place::UBIGINT * 1000 + right(touchpoint::VARCHAR, 3)::INT)) AS path
              FROM ({placed}) GROUP BY 1)
            SELECT count(*) AS n, sum(count(*)) OVER (), count(*) OVER () FROM trace GROUP BY path
            ORDER BY n DESC LIMIT {q.TOP}"""
    ).fetchall()
    return q.variants_told(rows[0][1], rows[0][2], [row[0] for row in rows])


def funnel(log: DuckDBPyConnection, days: int = q.FUNNEL_DAYS) -> Any:
    """Each step joined with the latest way to the step before; ever fewer rows."""
    stages = [f"s1 AS (SELECT customer, time, time AS began FROM events WHERE touchpoint = '{q.FUNNEL[0]}')"]
    for number, name in enumerate(q.FUNNEL[1:], 2):
        stages.append(
            f"""s{number} AS (SELECT e.customer, e.time, p.began
                FROM (SELECT customer, time FROM events WHERE touchpoint = '{name}') e
                ASOF JOIN s{number - 1} p ON e.customer = p.customer AND e.time >= p.time
                WHERE e.time - p.began <= INTERVAL {days} DAY)"""
        )
    counts = ", ".join(f"(SELECT count(DISTINCT customer) FROM s{n})" for n in range(1, len(q.FUNNEL) + 1))
    return q.funnel_told(log.sql(f"WITH {', '.join(stages)} SELECT {counts}").fetchall()[0])


def open_funnel(log: DuckDBPyConnection) -> Any:
    """The same with a window that is longer than the file."""
    return funnel(log, q.ANY_DAYS)


def visits(log: DuckDBPyConnection) -> Any:
    """An event is a visit of its own when there is a pause, or nothing, at both sides."""
    pause = f"> INTERVAL {q.VISIT_MINUTES} MINUTE"
    told = log.sql(
        f"""SELECT count(*) FILTER (begins), count(*) FILTER (begins AND ends) FROM (
              SELECT coalesce(time - lag(time) OVER w {pause}, true) AS begins,
                     coalesce(lead(time) OVER w - time {pause}, true) AS ends
              FROM events WINDOW w AS {NEXT})"""
    ).fetchall()
    return q.visits_told(*told[0])


def credit(log: DuckDBPyConnection) -> Any:
    """Only customers with an outcome; a path is what stands between two outcomes."""
    log.execute(
        f"""CREATE OR REPLACE TEMP TABLE touches AS
            SELECT customer, time, channel, hit,
                   coalesce(sum(hit::INT) OVER (PARTITION BY customer ORDER BY time
                            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS path
            FROM (SELECT customer, time, channel, touchpoint = '{q.OUTCOME}' AS hit FROM events
                  WHERE customer IN (SELECT customer FROM events WHERE touchpoint = '{q.OUTCOME}'))"""
    )
    log.execute(
        """CREATE OR REPLACE TEMP TABLE paths AS
           SELECT customer, path, count(*) FILTER (NOT hit) AS n, arg_min(channel, time) FILTER (NOT hit) AS first,
                  arg_max(channel, time) FILTER (NOT hit) AS last
           FROM touches GROUP BY 1, 2 HAVING bool_or(hit)"""
    )
    outcomes, direct = log.sql("SELECT count(*), count(*) FILTER (n = 0) FROM paths").fetchall()[0]
    first = dict(log.sql("SELECT first, count(*) FROM paths WHERE n > 0 GROUP BY 1").fetchall())
    last = dict(log.sql("SELECT last, count(*) FROM paths WHERE n > 0 GROUP BY 1").fetchall())
    linear = log.sql(
        "SELECT channel, sum(1.0 / n) FROM touches JOIN paths USING (customer, path) WHERE NOT hit GROUP BY 1"
    ).fetchall()
    return q.credit_told(
        outcomes, direct, {name: (first.get(name, 0), last.get(name, 0), part) for name, part in linear}
    )


def steps(log: DuckDBPyConnection) -> Any:
    """Number the events of each customer."""
    return placed_steps(log, f"SELECT touchpoint, row_number() OVER {NEXT} AS place FROM events")


def placed_steps(log: DuckDBPyConnection, placed: str) -> Any:
    """Customers per place and touchpoint, of events with their place in the trace."""
    rows = log.sql(
        f"SELECT place, touchpoint, count(*) FROM ({placed}) WHERE place <= {q.POSITIONS} GROUP BY 1, 2"
    ).fetchall()
    return q.steps_told({(place, name): count for place, name, count in rows})


def retention(log: DuckDBPyConnection) -> Any:
    """Months with an event per customer; the first event itself is not coming back."""
    rows = log.sql(
        """WITH months AS (SELECT customer, date_trunc('month', time) AS month, count(*) AS n
                            FROM events GROUP BY 1, 2),
                since AS (SELECT month, n, min(month) OVER (PARTITION BY customer) AS began FROM months)
           SELECT strftime(began, '%Y-%m-%d'), date_diff('month', began, month), count(*) FROM since
           WHERE month > began OR n > 1 GROUP BY 1, 2"""
    ).fetchall()
    return q.retention_told({(began, period): count for began, period, count in rows})


def filtered(log: DuckDBPyConnection) -> Any:
    """The neighbours are those among the events that are left."""
    hidden = ", ".join(f"'{name}'" for name in q.HIDDEN)
    return pairs(
        log,
        f"""(SELECT customer, time, touchpoint FROM events
             WHERE customer IN (SELECT customer FROM events WHERE touchpoint = '{q.OUTCOME}')
               AND touchpoint NOT IN ({hidden})
               AND time >= TIMESTAMP '{q.FIRST_DAY}' AND time < TIMESTAMP '{q.TO:%Y-%m-%d}')""",
    )
