"""How an answer stands in the terminal: aligned columns, or CSV; numbers to the right, text to the left."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

#: Wider text cells than this are cut, so that a line stays a line.
WIDEST = 60

Cell = str | int | float | None


def aligned(titles: Sequence[str], rows: Sequence[Sequence[str]], *, texts: int = 1) -> str:
    """Rows under titles; the first ``texts`` columns to the left, the others to the right.

    Examples
    --------
    >>> print(aligned(["to", "n"], [["shop", "7"], ["app", "12"]]))
    to     n
    ----  --
    shop   7
    app   12
    """
    shown = [[_one_line(cell) for cell in row] for row in rows]
    widths = [max(len(row[k]) for row in (titles, *shown)) for k in range(len(titles))]

    def line(cells: Sequence[str]) -> str:
        parts = [cell.ljust(widths[k]) if k < texts else cell.rjust(widths[k]) for k, cell in enumerate(cells)]
        return "  ".join(parts).rstrip()

    return "\n".join([line(titles), "  ".join("-" * width for width in widths), *(line(row) for row in shown)])


def as_csv(titles: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    """Rows as CSV, without a line break at the end."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(titles)
    writer.writerows(rows)
    return stream.getvalue().rstrip("\n")


def whole(number: int | None) -> str:
    """A whole number with thin groups of three digits; … when it is hidden.

    Examples
    --------
    >>> whole(1469307)
    '1 469 307'
    """
    return "…" if number is None else f"{number:,}".replace(",", " ")


def percent(share: float | None) -> str:
    """A share as a percentage with one decimal; – when there is none.

    Examples
    --------
    >>> percent(0.3079847)
    '30.8%'
    """
    return "–" if share is None else f"{share * 100:.1f}%"


def _one_line(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= WIDEST else flat[: WIDEST - 1] + "…"
