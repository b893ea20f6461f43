"""Two groups compared on what a customer does more than once, asked of an engine: visits, coming back, rework, hours.

As in a log on this machine, each question is brought down to one number for each customer.
"""

from __future__ import annotations

from klantreis.events.answers.comparison import ComparedRow
from klantreis.events.answers.comparison_rows import (
    PAUSE,
    How,
    Shares,
    What,
    patterns_in,
    rows_of_retention,
    rows_of_shares,
    rows_of_times,
)
from klantreis.events.durations import microseconds
from klantreis.events.local.retention import asked_by
from klantreis.events.remote.activity import customers_by_channel, hours_of, timed_sql
from klantreis.events.remote.between import begun_sql
from klantreis.events.remote.members import Members, Middle, middles
from klantreis.events.remote.retention import retention_of
from klantreis.events.remote.rework import marked_sql
from klantreis.events.remote.unordered import done_by, done_sql, taken_by
from klantreis.events.share import Share, wilson
from klantreis.events.stage import stages_in_any_order

#: A repeat, and a return.
_AGAIN = ("repeats", "returns")


def visits(one: Members, other: Members, how: How) -> list[ComparedRow]:
    """Who makes two visits or more, and so on; whose visits begin or end with a touchpoint."""
    gap = microseconds(PAUSE if how.within is None else how.within, what="gap")
    return _both(one, other, _visits_of(one, gap, how.upto), _visits_of(other, gap, how.upto))


def _visits_of(group: Members, gap: int, upto: int) -> Shares:
    log, n = group.log, group.extent.customers
    opens = f"CASE WHEN is_first = 1 OR since > {gap} THEN 1 ELSE 0 END"
    ends = f"CASE WHEN is_last = 1 OR gap > {gap} THEN 1 ELSE 0 END"
    marked = f"SELECT c, tp, {opens} AS opening, {ends} AS ending FROM ({group.chosen.seen().around}) AS a"
    each = f"SELECT c, SUM(opening) AS made FROM ({marked}) AS k GROUP BY c"
    counts = {
        int(made): int(times) for made, times in log.ask(f"SELECT made, COUNT(*) FROM ({each}) AS e GROUP BY made")
    }
    found: dict[What, Share] = {
        (str(k),): wilson(sum(times for made, times in counts.items() if made >= k), n)
        for k in range(2, min(upto, max(counts, default=0)) + 1)
    }
    for tp, *people in log.ask(
        "SELECT tp, COUNT(DISTINCT CASE WHEN opening = 1 THEN c END), COUNT(DISTINCT CASE WHEN ending = 1 THEN c END) "
        f"FROM ({marked}) AS k GROUP BY tp"
    ):
        for word, customers in zip(("begins", "ends"), people, strict=True):
            if customers:
                found[word, log.touchpoints[int(tp)]] = wilson(int(customers), n)
    return found


def retention(one: Members, other: Members, how: How) -> list[ComparedRow]:
    """Who came back after so many periods."""
    asked = asked_by(how)
    first, second = (retention_of(group.chosen, group.until, how=asked, extent=group.extent) for group in (one, other))
    return rows_of_retention(first, second)


def between(one: Members, other: Members, how: How) -> list[ComparedRow]:
    """Who came from one pattern to another, and the median time of those."""
    ends = patterns_in(how, exactly=2)
    limit = None if how.within is None else microseconds(how.within, what="window")

    def ask(group: Members) -> tuple[Shares, dict[What, Middle]]:
        begun = begun_sql(group.chosen.seen(ends).rows, "first", until=group.extent.last or 0, limit=limit)
        counted = f"FROM ({begun}) AS s WHERE counts = 1"
        n, came = (int(value or 0) for value in group.log.ask(f"SELECT COUNT(*), SUM(ended) {counted}")[0])
        times = middles(group.log, f"SELECT lasted {counted} AND ended = 1", "lasted")
        return {("ended",): wilson(came, n)}, {("time",): times.get((), Middle(0, {}))}

    (came, times), (other_came, other_times) = ask(one), ask(other)
    return [*rows_of_shares(came, other_came, sizes=(0, 0)), *rows_of_times(times, other_times)]


def rework(one: Members, other: Members, _how: How) -> list[ComparedRow]:
    """Who repeats a touchpoint, or returns to it."""

    def ask(group: Members) -> Shares:
        marked, log = marked_sql(group.chosen.seen()), group.log
        kinds = ", ".join(f"COUNT(DISTINCT CASE WHEN again = {kind} THEN c END)" for kind in (1, 2))
        whole = log.ask(f"SELECT {kinds} FROM ({marked}) AS m")[0]
        found: dict[What, Share] = {
            (word,): wilson(int(some), group.extent.customers) for word, some in zip(_AGAIN, whole, strict=True)
        }
        rows = log.ask(f"SELECT tp, COUNT(DISTINCT c), {kinds} FROM ({marked}) AS m GROUP BY tp")
        for tp, customers, *people in rows:
            for word, some in zip(_AGAIN, people, strict=True):
                found[word, log.touchpoints[int(tp)]] = wilson(int(some), int(customers))
        return found

    # Of a touchpoint that nobody in a group has, there is no share.
    return rows_of_shares(ask(one), ask(other), sizes=(0, 0))


def activity(one: Members, other: Members, _how: How) -> list[ComparedRow]:
    """Who is active in this hour of the week, or in this channel."""

    def ask(group: Members) -> Shares:
        log, n = group.log, group.extent.customers
        field = log.table.field("channel")
        timed = timed_sql(log, group.chosen.seen(columns=[] if field is None else [field.column]), field)
        found: dict[What, Share] = {
            (str(hour // 24 + 1), str(hour % 24)): wilson(customers, n)
            for hour, (_, customers) in hours_of(log, timed).items()
        }
        channels = {} if field is None else customers_by_channel(log, timed)
        return found | {("channel", channel): wilson(customers, n) for channel, customers in channels.items()}

    return _both(one, other, ask(one), ask(other))


def any_order(one: Members, other: Members, how: How) -> list[ComparedRow]:
    """Who took each step, and who took one, two or more of them within the window."""
    stages, required = stages_in_any_order(how.steps)
    window = None if how.within is None else microseconds(how.within, what="window")

    def ask(group: Members) -> Shares:
        log, n = group.log, group.extent.customers
        rows = group.chosen.seen([stage.matching for stage in stages]).rows
        each, _ = taken_by(log, rows, len(stages), required)
        done = done_by(log, done_sql(rows, required, window), len(required))
        found: dict[What, Share] = {
            (str(stage.pattern),): wilson(customers, n) for stage, customers in zip(stages, each, strict=True)
        }
        return found | {(str(steps),): wilson(customers, n) for steps, customers in enumerate(done, start=1)}

    return _both(one, other, ask(one), ask(other))


def _both(one: Members, other: Members, first: Shares, second: Shares) -> list[ComparedRow]:
    return rows_of_shares(first, second, sizes=(one.extent.customers, other.extent.customers))
