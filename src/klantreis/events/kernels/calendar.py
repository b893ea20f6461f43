"""The inner loops of ``local/retention.py`` and ``activity.py``; see ``counting.py`` for what a kernel is."""

from __future__ import annotations

import numpy as np

from klantreis.events.kernels.counting import Ints, kernel
from klantreis.events.local.columns import Codes, Mask

HOUR = 3_600_000_000
#: 1 January 1970 was a Thursday: so many hours after the start of a week.
EPOCH_HOUR = 72


@kernel
def count_returns(
    times: Ints,
    offsets: Ints,
    starting: Mask,
    returning: Mask,
    first: int,
    last: int,
    edges: Ints,
    sizes: Ints,
    returns: Ints,
) -> None:
    """Count who starts in each period (``sizes``), and in which periods since they come back (``returns``), once each.

    Period p is from ``edges[p]`` up to ``edges[p + 1]``. An empty mask means any event.
    """
    width = returns.shape[1]
    for i in range(first, last):
        begin, end = offsets[i], offsets[i + 1]
        if len(starting):
            while begin < end and not starting[begin]:
                begin += 1
            if begin == end:
                continue
        cohort = np.searchsorted(edges, times[begin], side="right") - 1
        sizes[cohort] += 1
        period, counted = cohort, -1
        for j in range(begin + 1, end):
            if len(returning) and not returning[j]:
                continue
            while times[j] >= edges[period + 1]:
                period += 1
            if period - cohort >= width:
                break
            if period - cohort > counted:
                counted = period - cohort
                returns[cohort, counted] += 1


@kernel
def count_last_returns(
    times: Ints,
    offsets: Ints,
    starting: Mask,
    returning: Mask,
    first: int,
    last: int,
    edges: Ints,
    sizes: Ints,
    returns: Ints,
) -> None:
    """As ``count_returns``, but each customer counts once: in the last period they came back, or the last column."""
    width = returns.shape[1]
    for i in range(first, last):
        begin, end = offsets[i], offsets[i + 1]
        if len(starting):
            while begin < end and not starting[begin]:
                begin += 1
            if begin == end:
                continue
        cohort = np.searchsorted(edges, times[begin], side="right") - 1
        sizes[cohort] += 1
        for j in range(end - 1, begin, -1):
            if not len(returning) or returning[j]:
                later = np.searchsorted(edges, times[j], side="right") - 1 - cohort
                returns[cohort, min(later, width - 1)] += 1
                break


@kernel
def count_hours(
    times: Ints,
    channels: Codes,
    offsets: Ints,
    first: int,
    last: int,
    changes: Ints,
    shifts: Ints,
    events: Ints,
    customers: Ints,
    channel_hours: Ints,
    channel_hour_customers: Ints,
    channel_customers: Ints,
    seen: Ints,
    seen_hour: Ints,
    seen_channel: Ints,
) -> None:
    """Count events and customers per hour of the week, and per channel (an empty array: no channels).

    From ``changes[z]`` on, the clock is ``shifts[z]`` ahead of UTC. The last customer seen in each stands in ``seen…``,
    which begin at -1.
    """
    for i in range(first, last):
        zone = np.searchsorted(changes, times[offsets[i]], side="right") - 1
        for j in range(offsets[i], offsets[i + 1]):
            while zone + 1 < len(changes) and times[j] >= changes[zone + 1]:
                zone += 1
            hour = ((times[j] + shifts[zone]) // HOUR + EPOCH_HOUR) % 168
            events[hour] += 1
            if seen[hour] != i:
                seen[hour] = i
                customers[hour] += 1
            if len(channels):
                channel = channels[j]
                clock = hour % 24
                channel_hours[channel, clock] += 1
                if seen_hour[channel, clock] != i:
                    seen_hour[channel, clock] = i
                    channel_hour_customers[channel, clock] += 1
                if seen_channel[channel] != i:
                    seen_channel[channel] = i
                    channel_customers[channel] += 1
