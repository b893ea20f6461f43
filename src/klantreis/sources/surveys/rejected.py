"""The file of answers that were refused: a line for each, with its line in the source, its reason, and who gave it."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import NamedTuple

_HEADINGS = ("line", "reason", "column", "answer")
#: Only where ids of respondents were kept or became pseudonyms.
_WHO = "respondent"


class RejectedAnswer(NamedTuple):
    """One refused answer; ``column`` and ``answer`` are empty where a whole row was refused without any."""

    line: str
    reason: str
    column: str
    answer: str
    who: str = ""


def rejects_written(lines: Sequence[RejectedAnswer]) -> bytes:
    """The file of refused answers; empty when nothing was refused.

    Examples
    --------
    >>> rejects_written([RejectedAnswer("3", "outside-scale", "nps", "12")]).decode()
    'line,reason,column,answer\\n3,outside-scale,nps,12\\n'
    """
    if not lines:
        return b""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    with_who = any(one.who for one in lines)
    writer.writerow((*_HEADINGS, _WHO) if with_who else _HEADINGS)
    writer.writerows(one if with_who else one[:4] for one in lines)
    return stream.getvalue().encode("utf-8")


def rejects_read(content: bytes) -> tuple[tuple[RejectedAnswer, ...], bool]:
    """The lines of such a file, and whether it says who gave them."""
    rows = list(csv.reader(io.StringIO(content.decode("utf-8"), newline="")))
    with_who = bool(rows) and _WHO in rows[0]
    return tuple(RejectedAnswer(*row[: 5 if with_who else 4]) for row in rows[1:] if len(row) >= 4), with_who
