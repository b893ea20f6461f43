"""Trees, steps, retention and activity worked out the plain, slow way; see ``log_reference.py``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.events.log_reference import Row, traces, visits

Match = Callable[[str], bool]
Path = tuple[str, ...]


def paths(
    rows: Sequence[Row], matching: Match | None, *, backward: bool, gap: int | None, fold: bool
) -> list[tuple[str, Path]]:
    """Customer and whole path, for every start."""
    found = []
    cut = visits(rows, gap) if gap is not None else {who: [trace] for who, trace in traces(rows).items()}
    for customer, parts in cut.items():
        for number, part in enumerate(parts):
            names = [(name, matching is not None and matching(name)) for _, name in part]
            if matching is None:
                ends = number == len(parts) - 1 if backward else number == 0
                names[-1 if backward else 0] = (names[-1 if backward else 0][0], ends)
            if fold:
                runs: list[tuple[str, bool]] = []
                for name, starts in names:
                    if runs and runs[-1][0] == name:
                        runs[-1] = (name, runs[-1][1] or starts)
                    else:
                        runs.append((name, starts))
                names = runs
            for at, (_, starts) in enumerate(names):
                if starts:
                    way = names[at::-1] if backward else names[at:]
                    found.append((customer, tuple(name for name, _ in way)))
    return found


def positions(rows: Sequence[Row], matching: Match | None, before: int, upto: int) -> list[Counter[str]]:
    """Per position, how many customers are where: "<" not begun, ">" ended."""
    table: list[Counter[str]] = []
    wanted = range(1, upto + 1) if matching is None else range(-before, upto + 1)
    for position in wanted:
        column: Counter[str] = Counter()
        for trace in traces(rows).values():
            names = [name for _, name in trace]
            centre = 1 if matching is None else next((k for k, name in enumerate(names) if matching(name)), None)
            if centre is None:
                continue
            at = position - 1 if matching is None else centre + position
            column["<" if at < 0 else ">" if at >= len(names) else names[at]] += 1
        table.append(column)
    return table


def local(time: int, zone: str) -> datetime:
    """A time in µs on the clock of a zone."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=time)).astimezone(ZoneInfo(zone))


def ordinal(day: date, by: str) -> int:
    """The number of the day, week or month."""
    if by == "month":
        return day.year * 12 + day.month
    return day.toordinal() if by == "day" else (day.toordinal() - 1) // 7


def returns(
    rows: Sequence[Row], start: Match | None, back: Match | None, by: str, zone: str, *, unbounded: bool, periods: int
) -> dict[int, tuple[int, list[int]]]:
    """Period of start to customers and, per period since, how many of them came back."""
    found: dict[int, tuple[int, list[int]]] = {}
    for trace in traces(rows).values():
        begun = next((k for k, (_, name) in enumerate(trace) if start is None or start(name)), None)
        if begun is None:
            continue
        cohort = ordinal(local(trace[begun][0], zone).date(), by)
        later = {
            ordinal(local(time, zone).date(), by) - cohort
            for time, name in trace[begun + 1 :]
            if back is None or back(name)
        }
        size, counts = found.get(cohort, (0, [0] * (periods + 1)))
        came = [any(p >= k if unbounded else p == k for p in later) for k in range(periods + 1)]
        found[cohort] = (size + 1, [count + hit for count, hit in zip(counts, came, strict=True)])
    return found
