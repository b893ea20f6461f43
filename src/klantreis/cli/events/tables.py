"""How an answer stands in the terminal: aligned columns, or CSV; numbers to the right, text to the left."""

from __future__ import annotations

import csv
import io
import os
import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence

from klantreis.events.durations import duration_text
from klantreis.render import numbers
from klantreis.values import Lang

#: Wider text cells than this are cut, so that a line stays a line.
WIDEST = 60
#: A text column is not made narrower than this to fit the terminal; what does not fit then goes below.
NARROWEST = 18
_BETWEEN = "  "

Cell = str | int | float | None


def aligned(titles: Sequence[str], rows: Sequence[Sequence[str]], *, texts: int = 1, width: int | None = None) -> str:
    """Rows under titles; the first ``texts`` columns to the left, the others to the right.

    Where the terminal is too narrow, titles and texts go over several lines, and columns that still do not fit follow
    in a table below, with the same texts in front.

    Parameters
    ----------
    width
        How many signs go on a line; the width of the terminal unless given, and as many as it takes in a file.

    Examples
    --------
    >>> print(aligned(["to", "n"], [["shop", "7"], ["app", "12"]], width=80))
    to     n
    ----  --
    shop   7
    app   12
    >>> print(aligned(["to", "how many", "n"], [["a shop in town", "7", "1"]], width=24))
    to               how  n
                    many
    --------------  ----  -
    a shop in town     7  1
    """
    room = terminal_width() if width is None else width
    shown = [[_one_line(cell) for cell in row] for row in rows]
    whole = [max(len(row[k]) for row in (titles, *shown)) for k in range(len(titles))]
    if room is None or sum(whole) + len(_BETWEEN) * (len(whole) - 1) <= room:
        return "\n".join(_block(titles, shown, whole, texts=texts))
    cells = [
        max([len(row[k]) for row in shown] + [len(word) for word in titles[k].split()]) for k in range(len(titles))
    ]
    return "\n\n".join(
        "\n".join(_block([titles[k] for k in kept], [[row[k] for k in kept] for row in shown], widths, texts=texts))
        for kept, widths in _parts(cells, room, texts=texts)
    )


def _parts(cells: Sequence[int], room: int, *, texts: int) -> Iterator[tuple[list[int], list[int]]]:
    """Which columns stand beside each other on a line, and how wide: the texts in front of as many numbers as fit."""
    front = list(range(texts))
    least = sum(min(cells[k], NARROWEST) for k in front) + len(_BETWEEN) * max(0, texts - 1)
    left = list(range(texts, len(cells)))
    while True:
        taken: list[int] = []
        used = least
        while left and (not taken or used + len(_BETWEEN) + cells[left[0]] <= room):
            used += len(_BETWEEN) + cells[left[0]]
            taken.append(left.pop(0))
        spare = room - sum(cells[k] for k in taken) - len(_BETWEEN) * (len(front) + len(taken) - 1)
        yield front + taken, _shrunk([cells[k] for k in front], spare) + [cells[k] for k in taken]
        if not left:
            return


def _shrunk(widths: list[int], room: int) -> list[int]:
    """The widest of these made narrower, one sign at a time, until they fit or none may be narrower."""
    made = list(widths)
    while sum(made) > room and max(made, default=0) > NARROWEST:
        made[made.index(max(made))] -= 1
    return made


def _block(titles: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int], *, texts: int) -> list[str]:
    lines = _lines(titles, widths, texts=texts)
    lines.append(_BETWEEN.join("-" * width for width in widths))
    for row in rows:
        lines += _lines(row, widths, texts=texts)
    return lines


def _lines(row: Sequence[str], widths: Sequence[int], *, texts: int) -> list[str]:
    """One row, over as many lines as its cells need."""
    folded = [
        [cell] if len(cell) <= width else textwrap.wrap(cell, width) for cell, width in zip(row, widths, strict=True)
    ]
    lines = []
    for k in range(max(map(len, folded), default=1)):
        parts = [one[k] if k < len(one) else "" for one in folded]
        placed = [
            part.ljust(width) if at < texts else part.rjust(width)
            for at, (part, width) in enumerate(zip(parts, widths, strict=True))
        ]
        lines.append(_BETWEEN.join(placed).rstrip())
    return lines


def terminal_width() -> int | None:
    """How many signs go on a line of the terminal; None where the output goes elsewhere."""
    if not sys.stdout.isatty() and not os.environ.get("COLUMNS", "").isdecimal():
        return None
    return shutil.get_terminal_size().columns


def as_csv(titles: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    """Rows as CSV, without a line break at the end."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(titles)
    writer.writerows(rows)
    return stream.getvalue().rstrip("\n")


def whole(number: int | None, lang: Lang) -> str:
    """A whole number with groups of three digits; … when it is hidden.

    Examples
    --------
    >>> whole(1469307, "en"), whole(1469307, "nl")
    ('1,469,307', '1.469.307')
    """
    return "…" if number is None else numbers.number(number, lang)


def percent(share: float | None, lang: Lang) -> str:
    """A share as a percentage with one decimal; – when there is none.

    Examples
    --------
    >>> percent(0.3079847, "en"), percent(0.3079847, "nl")
    ('30.8%', '30,8%')
    """
    return "–" if share is None else f"{numbers.number(share * 100, lang, decimals=1)}%"


def length(seconds: float | None, lang: Lang) -> str:
    """A length of time; from a hundred days on in days only.

    Examples
    --------
    >>> length(93_784, "nl"), length(707_021 * 86_400, "en")
    ('1d 2u', '707,021d')
    """
    days = (seconds or 0.0) / 86_400
    if days >= 100:
        return f"{whole(round(days), lang)}d"
    told = duration_text(seconds)
    return told.replace("h", "u") if lang == "nl" else told


def spelled(number: str, lang: Lang) -> str:
    """A written number with the decimal sign and the minus of people.

    Examples
    --------
    >>> spelled("-0.5", "nl"), spelled("+12.3", "en")
    ('−0,5', '+12.3')
    """
    return number.replace("-", "−").replace(".", "," if lang == "nl" else ".")


def _one_line(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= WIDEST else flat[: WIDEST - 1] + "…"
