"""When on the day and in the week events happen, and through which channel; see ``EventLog.activity``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from klantreis.events.answers.calendar import Activity, ChannelActivity, HourActivity
from klantreis.events.filter import Filter, zone_named
from klantreis.events.kernels import calendar as kernels
from klantreis.events.kernels.threads import in_threads, stretches
from klantreis.events.local.columns import Codes, sealed
from klantreis.events.local.counting import scope_of
from klantreis.events.local_time import clock_shifts
from klantreis.events.share import wilson

if TYPE_CHECKING:
    from klantreis.events.local.log import LocalLog
    from klantreis.events.local.views import View


def activity(log: LocalLog, view: View, asked: Filter | None) -> Activity:
    """See ``EventLog.activity``."""
    first, last = view.first_time or 0, view.last_time or 0
    changes, shifts = clock_shifts(first, last, zone_named(log.zone_name))
    names: tuple[str, ...] = ()
    channels: Codes = np.empty(0, dtype=np.uint8)
    if "channel" in log.fields:
        names = log.attribute_values("channel")
        channels = sealed(view.of(log.attribute_codes("channel")))
    parts = stretches(view.offsets)
    shapes = [(168,), (168,), (len(names), 24), (len(names), 24), (len(names),)]
    counted = [[np.zeros(shape, dtype=np.int64) for shape in shapes] for _ in parts]
    in_threads(
        lambda a, b, *into: kernels.count_hours(
            *(view.times, channels, view.offsets, a, b, changes, shifts, *into),
            *(np.full_like(into[number], -1) for number in (1, 3, 4)),
        ),
        [(*part, *into) for part, into in zip(parts, counted, strict=True)],
    )
    events, customers, channel_hours, hour_customers, channel_customers = (
        np.sum(arrays, axis=0) for arrays in zip(*counted, strict=True)
    )
    n = max(len(view.times), 1)
    per_channel = channel_hours.sum(axis=1)
    order = sorted(np.flatnonzero(per_channel).tolist(), key=lambda code: (-int(per_channel[code]), names[code]))
    return Activity(
        scope=scope_of(view, asked),
        timezone=log.zone_name,
        hours=tuple(
            HourActivity(hour // 24 + 1, hour % 24, count, count / n, people)
            for hour, (count, people) in enumerate(zip(events.tolist(), customers.tolist(), strict=True))
        ),
        channels=tuple(
            ChannelActivity(
                names[code],
                int(per_channel[code]),
                int(per_channel[code]) / n,
                wilson(int(channel_customers[code]), view.n_customers),
                tuple(channel_hours[code].tolist()),
                tuple(hour_customers[code].tolist()),
            )
            for code in order
        ),
    )
