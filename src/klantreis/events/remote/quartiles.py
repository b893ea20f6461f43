"""Quartiles from an engine: exact where it has them, otherwise read from a histogram with a stated bound."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from klantreis.events.answers.answer import Quartiles
from klantreis.events.remote.dialects import dialect_named

if TYPE_CHECKING:
    from klantreis.events.remote.log import RemoteLog

#: Buckets of the histogram per doubling.
PER_DOUBLING = 8
#: A value is at most this far, as a part of it, from the middle of its bucket.
RELATIVE_ERROR = 2 ** (0.5 / PER_DOUBLING) - 1

Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class ApproximateQuartiles(Quartiles):
    """Quartiles read from a histogram of logarithms, because the engine has no exact ones.

    Parameters
    ----------
    method
        How they were found.
    relative_error
        Each is at most this part above or below the exact one.
    """

    method: str = "log-histogram"
    relative_error: float = RELATIVE_ERROR


def quartiles(log: RemoteLog, rows: str, value: str, *, unit: int, by: Sequence[str] = ()) -> dict[Key, Quartiles]:
    """Quartiles of a whole number that is never negative, per group.

    Parameters
    ----------
    rows
        A SELECT with the value and the columns of ``by``; rows in which the value is NULL are left out.
    unit
        The answers are divided by this.
    """
    keys = ", ".join(by)
    grouped = f" GROUP BY {keys}" if by else ""
    lead = f"{keys}, " if by else ""
    known = f"FROM ({rows}) AS r WHERE {value} IS NOT NULL"
    if dialect_named(log.engine.dialect).quartiles is not None:
        sql = f"SELECT {lead}QUARTILES({value}), COUNT(*) {known}{grouped}"
        return {
            tuple(row[: len(by)]): Quartiles(*(snapped(each) / unit for each in row[len(by)]))
            for row in log.ask(sql)
            if row[-1]
        }
    if unit == 1:  # few different values: counting each is exact everywhere
        bucket = value
    else:
        bucket = f"CASE WHEN {value} = 0 THEN -1 ELSE FLOOR({PER_DOUBLING} * LN({value}) / LN(2)) END"
    counted = f"SELECT {lead}{bucket} AS bucket, 1 AS one {known}"
    sql = f"SELECT {lead}bucket, SUM(one) FROM ({counted}) AS b GROUP BY {lead}bucket"
    groups: dict[Key, list[tuple[int, int]]] = {}
    for row in log.ask(sql):
        groups.setdefault(tuple(row[: len(by)]), []).append((int(row[-2]), int(row[-1])))
    if unit == 1:
        return {key: Quartiles(*of_counts(found)) for key, found in groups.items()}
    return {
        key: ApproximateQuartiles(q1 / unit, median / unit, q3 / unit)
        for key, found in groups.items()
        for q1, median, q3 in [of_counts((middle(bucket), n) for bucket, n in found)]
    }


def of_counts(counts: Iterable[tuple[float, int]]) -> tuple[float, float, float]:
    """Quartiles of values that are counted, by linear interpolation between order statistics.

    Examples
    --------
    >>> of_counts([(1, 2), (4, 1)])
    (1.0, 1.0, 2.5)
    """
    ordered = sorted(counts)
    n = sum(count for _, count in ordered)

    def at(place: int) -> float:
        for value, count in ordered:
            place -= count
            if place < 0:
                return float(value)
        return float(ordered[-1][0])

    found = []
    for share in (0.25, 0.5, 0.75):
        place = (n - 1) * share
        low, high = at(math.floor(place)), at(math.ceil(place))
        found.append(low + (high - low) * (place - math.floor(place)))
    return (found[0], found[1], found[2])


def middle(bucket: int) -> float:
    """The value in the middle, by ratio, of a bucket of the histogram."""
    return 0.0 if bucket < 0 else float(2 ** ((bucket + 0.5) / PER_DOUBLING))


def snapped(value: Any) -> float:
    """The exact quartile of whole numbers: a multiple of a quarter, whatever way the engine interpolates."""
    return round(float(value) * 4) / 4
