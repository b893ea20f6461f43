"""The day that a moment in a file of answers lies on, in any of the ways that survey tools and people write it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?", re.DOTALL)
_DAY_FIRST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:[ ,T].*)?", re.DOTALL)
_SECONDS = re.compile(r"\d{10}(?:\d{3})?(?:\.\d+)?")
#: Spreadsheets count days from here.
_SHEET_START = date(1899, 12, 30)


def days_of(cells: Sequence[str]) -> list[date | None]:
    """The day of each; None where there is none.

    A day and month that could be either way round are taken as day first, unless the column has a month
    first somewhere.

    Examples
    --------
    >>> days_of(["2026-03-01 14:05", "3/1/2026", "gisteren"])
    [datetime.date(2026, 3, 1), datetime.date(2026, 1, 3), None]
    """
    pairs = [found for cell in cells if (found := _DAY_FIRST.fullmatch(cell.strip()))]
    month_first = any(int(pair[2]) > 12 for pair in pairs) and not any(int(pair[1]) > 12 for pair in pairs)
    return [_day(cell.strip(), month_first=month_first) for cell in cells]


def _day(cell: str, *, month_first: bool) -> date | None:
    try:
        if found := _ISO.fullmatch(cell):
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found := _DAY_FIRST.fullmatch(cell):
            day, month = (found[2], found[1]) if month_first else (found[1], found[2])
            return date(int(found[3]), int(month), int(day))
        if _SECONDS.fullmatch(cell):
            seconds = float(cell) / (1000 if len(cell.partition(".")[0]) == 13 else 1)
            return datetime.fromtimestamp(seconds, UTC).date()
        if re.fullmatch(r"[34567]\d{4}(?:\.\d+)?", cell):
            return _SHEET_START + timedelta(days=int(float(cell)))
    except (ValueError, OverflowError, OSError):
        return None
    return None
