"""The inner loops of ``local/visits.py``; see ``counting.py`` for what a kernel is."""

from __future__ import annotations

from klantreis.events.kernels.counting import Ints, kernel
from klantreis.events.local.columns import Codes


@kernel
def count_visits(times: Ints, offsets: Ints, first: int, last: int, gap: int, counts: Ints) -> None:
    """How many visits each customer makes: one, and one more after each pause longer than ``gap``."""
    for i in range(first, last):
        count = 1
        for j in range(offsets[i] + 1, offsets[i + 1]):
            count += times[j] - times[j - 1] > gap
        counts[i] = count


@kernel
def measure_visits(
    times: Ints,
    codes: Codes,
    offsets: Ints,
    first: int,
    last: int,
    gap: int,
    starts: Ints,
    sizes: Ints,
    lasting: Ints,
    between: Ints,
    begun: Ints,
    ended: Ints,
) -> None:
    """Visits by their number of events, the time of each, that between two, and what visits begin and end with.

    The visits of customer i stand from ``starts[i]`` on, the times between them from ``starts[i] - i`` on.
    """
    for i in range(first, last):
        visit = starts[i]
        begin = offsets[i]
        begun[codes[begin]] += 1
        for j in range(begin + 1, offsets[i + 1]):
            pause = times[j] - times[j - 1]
            if pause > gap:
                sizes[j - begin] += 1
                lasting[visit] = times[j - 1] - times[begin]
                between[visit - i] = pause
                ended[codes[j - 1]] += 1
                begun[codes[j]] += 1
                visit += 1
                begin = j
        end = offsets[i + 1]
        sizes[end - begin] += 1
        lasting[visit] = times[end - 1] - times[begin]
        ended[codes[end - 1]] += 1
