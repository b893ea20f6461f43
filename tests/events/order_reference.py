"""Time between, rework and paths to an outcome the plain, slow way; rows as in ``log_reference``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.events.log_reference import Row, traces

Holds = Callable[[str], bool]


def time_between(
    rows: Sequence[Row], start: Holds, end: Holds, starts: str, within: int | None
) -> tuple[list[int], list[int], int]:
    """Times that ended, times of those not seen to end, and starts passed over."""
    last = max((row[1] for row in rows), default=0)
    ended, open_times, passed_over = [], [], 0
    for trace in traces(rows).values():
        places = [at for at, (_, name) in enumerate(trace) if start(name)]
        for at in places:
            after = [place for place in range(at + 1, len(trace)) if end(trace[place][1])]
            newer = [place for place in places if place > at and (not after or place < after[0])]
            if (starts == "first" and at != places[0]) or (starts == "nearest" and newer):
                passed_over += 1
                continue
            lasted = (trace[after[0]][0] if after else last) - trace[at][0]
            if after and (within is None or lasted <= within):
                ended.append(lasted)
            else:
                open_times.append(lasted if within is None else min(lasted, within))
    return ended, open_times, passed_over


def by_when(ended: Sequence[int], open_times: Sequence[int], share: float) -> int | None:
    """The Kaplan-Meier time by which this share had ended."""
    going = 1.0
    for time in sorted(set(ended)):
        at_risk = sum(other >= time for other in (*ended, *open_times))
        going *= 1 - ended.count(time) / at_risk
        if going <= 1 - share + 1e-9:
            return time
    return None


@dataclass
class Again:
    """What was done again: counts by touchpoint, times, and customers."""

    repeats: Counter[str] = field(default_factory=Counter)
    repeat_time: Counter[str] = field(default_factory=Counter)
    repeaters: dict[str, set[str]] = field(default_factory=dict)
    away: dict[str, list[int]] = field(default_factory=dict)
    returners: dict[str, set[str]] = field(default_factory=dict)
    cycles: Counter[tuple[str, str]] = field(default_factory=Counter)
    cycle_time: Counter[tuple[str, str]] = field(default_factory=Counter)
    cyclers: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    time: int = 0
    loop_time: int = 0


def rework(rows: Sequence[Row]) -> Again:
    """By looking back from every event, and at every gap between two."""
    found = Again()
    for customer, trace in traces(rows).items():
        loops = []
        found.time += trace[-1][0] - trace[0][0]
        for at, (time, name) in enumerate(trace):
            earlier = [place for place in range(at) if trace[place][1] == name]
            if not earlier:
                continue
            left = earlier[-1]
            if left == at - 1:
                found.repeats[name] += 1
                found.repeat_time[name] += time - trace[left][0]
                found.repeaters.setdefault(name, set()).add(customer)
                continue
            loops.append((left, at))
            found.away.setdefault(name, []).append(time - trace[left][0])
            found.returners.setdefault(name, set()).add(customer)
            for via in {trace[place][1] for place in range(left + 1, at)}:
                found.cycles[name, via] += 1
                found.cycle_time[name, via] += time - trace[left][0]
                found.cyclers.setdefault((name, via), set()).add(customer)
        for at in range(1, len(trace)):
            if any(low < at <= high for low, high in loops):
                found.loop_time += trace[at][0] - trace[at - 1][0]
    return found


#: (path, kind: "led" | "nothing" | "open", customer, µs from the first touch)
Path = tuple[tuple[str, ...], str, str, int]


def paths_to(
    rows: Sequence[Row], outcome: Holds, touches: Holds, *, lookback: int | None, first: bool, fold: bool
) -> list[Path]:
    """Every path, by customer and time."""
    found: list[Path] = []
    last = max((row[1] for row in rows), default=0)
    for customer, trace in traces(rows).items():
        waiting: list[tuple[int, str]] = []
        for time, name in trace:
            if not outcome(name):
                waiting.append((time, name))
                continue
            old = [touch for touch in waiting if lookback is not None and time - touch[0] > lookback]
            new = [touch for touch in waiting[len(old) :] if touches(touch[1])]
            old = [touch for touch in old if touches(touch[1])]
            if old:
                found.append((_names(old, fold), "nothing", customer, old[-1][0] - old[0][0]))
            found.append((_names(new, fold), "led", customer, time - new[0][0] if new else 0))
            waiting = []
            if first:
                break
        left = [touch for touch in waiting if touches(touch[1])]
        if left:
            still = lookback is not None and last - left[-1][0] <= lookback
            found.append((_names(left, fold), "open" if still else "nothing", customer, left[-1][0] - left[0][0]))
    return found


def _names(touches: Sequence[tuple[int, str]], fold: bool) -> tuple[str, ...]:
    names = [name for _, name in touches]
    return tuple(name for at, name in enumerate(names) if not (fold and at and names[at - 1] == name))


def credit(paths: Sequence[Path]) -> dict[str, tuple[int, int, int, int, float, float]]:
    """Per value: paths, paths that led, first, last, linear, by position."""
    values = sorted({name for path, *_ in paths for name in path})
    found = {}
    for value in values:
        led = [path for path, kind, *_ in paths if kind == "led" and path]
        found[value] = (
            sum(value in path for path, *_ in paths),
            sum(value in path for path in led),
            sum(path[0] == value for path in led),
            sum(path[-1] == value for path in led),
            sum(path.count(value) / len(path) for path in led),
            sum(
                sum(weight for name, weight in zip(path, _weights(len(path)), strict=True) if name == value)
                for path in led
            ),
        )
    return found


def _weights(n: int) -> list[float]:
    if n <= 2:
        return [1 / n] * n
    return [0.4, *[0.2 / (n - 2)] * (n - 2), 0.4]
