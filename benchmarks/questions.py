"""What every engine is asked, word for word, and the form in which its answer is compared with the others'.

Answers are plain data. ``told`` makes the few figures that are shown of one, and a digest over all of it: two engines
agree when both are equal. The names of the questions are the names of the functions in each file of ``engines/``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import partial, wraps
from typing import Any, ParamSpec

#: Name and what is asked, in the order of the report.
QUESTIONS = {
    "sort": "the whole file sorted by customer and time into another file, by DuckDB: what `load` is held to",
    "load": "from the Parquet file to the point where questions can be asked",
    "read": "read the columns customer, time and touchpoint, and nothing more",
    "transitions": "which touchpoint follows which, how often",
    "medians": "the same with the exact median time between the two",
    "variants": "whole sequences of touchpoints: how many there are, the twenty most frequent",
    "funnel": "customers per step of five, in order, the last within 7 days of the first",
    "open_funnel": "the same however long it takes",
    "visits": "visits by a pause of more than 30 minutes, and how many have one event",
    "credit": "outcomes credited to channels: first, last and linear",
    "steps": "customers per touchpoint at each of the first twenty events",
    "retention": "customers who came back, per month of their first event and month after it",
    "filtered": "transitions of buyers only, five touchpoints hidden, February to September",
}

FUNNEL = tuple(f"touchpoint {number:03d}" for number in (1, 2, 3, 5, 4))
FUNNEL_DAYS = 7
#: Longer than any journey in the file: no limit.
ANY_DAYS = 400
VISIT_MINUTES = 30
OUTCOME = "touchpoint 007"
POSITIONS = 20
MONTHS = 11
HIDDEN = tuple(f"touchpoint {number:03d}" for number in (1, 6, 11, 16, 21))
FIRST_DAY, LAST_DAY = date(2025, 2, 1), date(2025, 9, 30)
#: The same as instants: from (included) and to (not included), as they stand in the file.
FROM, TO = datetime(2025, 2, 1, tzinfo=UTC), datetime(2025, 10, 1, tzinfo=UTC)
#: The data say all there is of this year.
COMPLETE_TO = date(2025, 12, 31)
TOP = 20

Pairs = Mapping[tuple[str, str], int]
P = ParamSpec("P")
#: An answer in short, made when it is called: after the clock has stopped.
Told = Callable[[], dict[str, Any]]


def later(tell: Callable[P, dict[str, Any]]) -> Callable[P, Told]:
    """Put off bringing an answer into the form for comparison, so that no engine is timed for it."""

    @wraps(tell)
    def put_off(*args: P.args, **named: P.kwargs) -> Told:
        return partial(tell, *args, **named)

    return put_off


@later
def pairs_told(counts: Pairs) -> dict[str, Any]:
    """Of transitions: their number, the number of different pairs, and each pair's count."""
    rows = sorted([source, target, int(count)] for (source, target), count in counts.items())
    return told({"pairs": len(rows), "transitions": sum(row[2] for row in rows)}, rows)


@later
def medians_told(medians: Mapping[tuple[str, str], tuple[int, float]]) -> dict[str, Any]:
    """Of transitions with the median time in seconds: as ``pairs_told``, and each median to half a microsecond."""
    rows = sorted((*pair, int(count), round(seconds * 2e6)) for pair, (count, seconds) in medians.items())
    shown = {
        "pairs": len(rows),
        "transitions": sum(row[2] for row in rows),
        "sum_of_medians_s": round(sum(row[3] for row in rows) / 2e6, 3),
    }
    return told(shown, rows)


@later
def variants_told(traces: int, distinct: int, counts: Sequence[int]) -> dict[str, Any]:
    """Of variants: traces, different ones, and the counts of the top twenty (ties make their names unsure)."""
    return told({"traces": int(traces), "variants": int(distinct)}, [int(count) for count in counts[:TOP]])


@later
def funnel_told(customers: Sequence[int]) -> dict[str, Any]:
    """Of a funnel: the customers at each step."""
    return told({"customers": [int(count) for count in customers]}, None)


@later
def visits_told(visits: int, single: int) -> dict[str, Any]:
    """Of visits: how many, and how many have one event."""
    return told({"visits": int(visits), "single": int(single)}, None)


@later
def credit_told(outcomes: int, direct: int, credited: Mapping[str, tuple[int, int, float]]) -> dict[str, Any]:
    """Of credit: outcomes, those without a touch, and each channel's first, last and linear credit."""
    rows = sorted([name, int(first), int(last), round(linear, 3)] for name, (first, last, linear) in credited.items())
    return told({"outcomes": int(outcomes), "direct": int(direct)}, rows)


@later
def steps_told(cells: Mapping[tuple[int, str], int]) -> dict[str, Any]:
    """Of a step matrix: customers by position (from 1) and touchpoint."""
    rows = sorted([int(position), name, int(count)] for (position, name), count in cells.items() if count)
    return told({"cells": len(rows), "events": sum(row[2] for row in rows)}, rows)


@later
def retention_told(cells: Mapping[tuple[str, int], int]) -> dict[str, Any]:
    """Of retention: who came back, by month of the start (its first day) and months since."""
    rows = sorted([month, int(period), int(count)] for (month, period), count in cells.items() if count)
    return told({"cells": len(rows), "sum": sum(row[2] for row in rows)}, rows)


@later
def load_told(events: int, customers: int | None = None) -> dict[str, Any]:
    """Of loading: events, and customers where the engine counts them."""
    return told({"events": int(events)} | ({} if customers is None else {"customers": int(customers)}), None)


def told(shown: Mapping[str, Any], rows: object) -> dict[str, Any]:
    """What is shown of an answer, with a digest over it and over the rows that are not.

    Examples
    --------
    >>> told({"visits": 3}, None) == told({"visits": 3}, None), told({"visits": 3}, None) == told({"visits": 4}, None)
    (True, False)
    """
    whole = json.dumps([shown, rows], sort_keys=True, separators=(",", ":"))
    return {**shown, "digest": hashlib.sha256(whole.encode()).hexdigest()[:12]}
