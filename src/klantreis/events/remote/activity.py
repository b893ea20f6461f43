"""When on the day and in the week events happen, asked of an engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from klantreis.events.answers.calendar import Activity, ChannelActivity, HourActivity
from klantreis.events.filter import Filter
from klantreis.events.remote.clock import DAY, HOUR, LONG_AGO, MONDAY, WEEK, local_time
from klantreis.events.remote.table import Field
from klantreis.events.remote.view import View, scope_of, view
from klantreis.events.share import wilson

if TYPE_CHECKING:
    from klantreis.events.remote.log import RemoteLog


def activity(log: RemoteLog, asked: Filter | None) -> Activity:
    """See ``EventLog.activity``."""
    field = log.table.field("channel")
    seen = view(log, asked, columns=[] if field is None else [field.column])
    scope = scope_of(log, seen, asked)
    timed = timed_sql(log, seen, field)
    hours = hours_of(log, timed)
    n = max(scope.events, 1)
    return Activity(
        scope=scope,
        timezone=log.zone_name,
        hours=tuple(
            HourActivity(hour // 24 + 1, hour % 24, events, events / n, customers)
            for hour in range(168)
            for events, customers in [hours.get(hour, (0, 0))]
        ),
        channels=() if field is None else _channels(log, timed, n, scope.customers),
    )


def timed_sql(log: RemoteLog, seen: View, field: Field | None) -> str:
    """A SELECT of ``c``, the ``moment`` of the week by the clock (µs), and the ``channel`` in that field."""
    moved = f"{local_time(log.period or (0, 0), log.zone_name)} + {LONG_AGO + MONDAY}"
    channel = "" if field is None else f", {field.column} AS channel"
    return f"SELECT c{channel}, ({moved}) % {WEEK} AS moment FROM ({seen.rows}) AS r"


def hours_of(log: RemoteLog, timed: str) -> dict[int, tuple[int, int]]:
    """Events and customers in each hour of the week in which there are any."""
    # What is left of an hour is taken off, so that no engine has to divide.
    hourly = f"SELECT c, moment - moment % {HOUR} AS hour FROM ({timed}) AS m"
    rows = log.ask(f"SELECT hour, COUNT(*), COUNT(DISTINCT c) FROM ({hourly}) AS h GROUP BY hour")
    return {int(hour) // HOUR: (int(events), int(customers)) for hour, events, customers in rows}


def customers_by_channel(log: RemoteLog, timed: str) -> dict[str, int]:
    """The customers who were active in each channel."""
    rows = log.ask(f"SELECT channel, COUNT(DISTINCT c) FROM ({timed}) AS d GROUP BY channel")
    return {str(channel): int(customers) for channel, customers in rows}


def _channels(log: RemoteLog, timed: str, n: int, n_customers: int) -> tuple[ChannelActivity, ...]:
    daily = f"SELECT c, channel, moment % {DAY} - moment % {HOUR} AS hour FROM ({timed}) AS m"
    counted: dict[str, tuple[list[int], list[int]]] = {}
    for channel, hour, events, customers in log.ask(
        f"SELECT channel, hour, COUNT(*), COUNT(DISTINCT c) FROM ({daily}) AS d GROUP BY channel, hour"
    ):
        per_hour, people = counted.setdefault(str(channel), ([0] * 24, [0] * 24))
        per_hour[int(hour) // HOUR], people[int(hour) // HOUR] = int(events), int(customers)
    who = customers_by_channel(log, timed)
    return tuple(
        ChannelActivity(
            channel,
            sum(per_hour),
            sum(per_hour) / n,
            wilson(who[channel], n_customers),
            tuple(per_hour),
            tuple(people),
        )
        for channel, (per_hour, people) in sorted(counted.items(), key=lambda item: (-sum(item[1][0]), item[0]))
    )
