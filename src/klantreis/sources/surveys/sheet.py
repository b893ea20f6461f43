"""What a file of answers holds, whatever its format: questions as columns, a row of texts for each respondent.

Values are not interpreted here, but for the labels that a format gives to its codes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from klantreis.errors import EventImportError, SurveyImportError
from klantreis.sources.limits import DEFAULT, Limits

#: What a format says of a column by itself; ``technical`` is of the tool and asks the respondent nothing.
Known = Literal["respondent", "date", "text", "category", "number", "technical"]
#: The largest file of answers, in bytes once unpacked: it is read whole.
LARGEST = 1 << 28
#: Longer headings are shortened; the whole stays as the question.
LONGEST_NAME = 120


@dataclass(frozen=True)
class SurveyFile:
    """A file to read, and how.

    Parameters
    ----------
    questions
        A file of the same tool that says what was asked.
    encoding
        Of CSV files; found out when not given.
    """

    path: Path
    questions: Path | None = None
    encoding: str | None = None
    limits: Limits = DEFAULT


@dataclass(frozen=True)
class Option:
    """One answer that a question offers: its code in the file, its words, and its place on a scale."""

    code: str
    label: str
    number: float | None = None


@dataclass(frozen=True)
class Question:
    """One column: its heading, what was asked, and what could be answered.

    Parameters
    ----------
    low, high
        Ends of the scale, where the format tells them.
    known
        What the format says of it by itself.
    """

    name: str
    text: str | None = None
    options: tuple[Option, ...] = ()
    low: float | None = None
    high: float | None = None
    known: Known | None = None


@dataclass(frozen=True)
class Refused:
    """A row or an answer that is not taken in: where it stands in the file, why, and what it held.

    ``who`` answered, as the answers that are kept name them; empty when that is a number, or not known.
    """

    line: int
    reason: str
    values: Mapping[str, str]
    who: str = ""


@dataclass(frozen=True)
class Sheet:
    """A file of answers as texts.

    Parameters
    ----------
    source
        The kind of export it was read as.
    rows
        A text for each question, empty where nothing was answered.
    lines
        Where each row stands in the file, counted from 1.
    encoding
        The encoding that a CSV file was read in; None for other files.
    """

    path: Path
    source: str
    questions: tuple[Question, ...]
    rows: tuple[tuple[str, ...], ...] = field(repr=False)
    lines: tuple[int, ...] = field(repr=False)
    refused: tuple[Refused, ...] = ()
    encoding: str | None = None

    def column(self, place: int) -> tuple[str, ...]:
        """The texts of one question."""
        return tuple(row[place] for row in self.rows)


@contextmanager
def told(path: Path) -> Iterator[None]:
    """What reading a file says is wrong, as an error of a survey import."""
    try:
        yield
    except EventImportError as error:
        raise SurveyImportError(error.message, hint=error.hint) from None
    except OSError as error:
        raise SurveyImportError(f"{path} cannot be read: {error.strerror or error}.") from None


def cleaned(text: str) -> str:
    """A text without what no file of text may hold, and without space around it.

    Examples
    --------
    >>> cleaned("  goed\\x00 \\n")
    'goed'
    """
    if text.isascii() and text.isprintable():
        return text.strip()
    kept = "".join(sign for sign in text if sign in "\n\t\r" or unicodedata.category(sign) not in ("Cc", "Cs"))
    return kept.replace("\r\n", "\n").replace("\r", "\n").strip()


def plain_text(text: str) -> str:
    """A text on one line, without the tags of HTML that survey tools write in questions.

    Examples
    --------
    >>> plain_text("<p>Hoe <b>tevreden</b> bent u?&nbsp;</p>")
    'Hoe tevreden bent u?'
    """
    import html

    bare = re.sub(r"<(?:script|style)\b.*?</(?:script|style)>", " ", text, flags=re.DOTALL | re.IGNORECASE)
    return " ".join(html.unescape(re.sub(r"<[^<>]{0,2000}>", " ", bare)).split())


def headings(names: Sequence[str]) -> list[str]:
    """Headings that tell columns apart: shortened, an empty one numbered, the second of a name marked so.

    Examples
    --------
    >>> headings(["q1", "", " q1 "])
    ['q1', 'column 2', 'q1 (2)']
    """
    found: list[str] = []
    taken: set[str] = set()
    for place, name in enumerate(names):
        bare = " ".join(cleaned(name).split()) or f"column {place + 1}"
        bare = bare if len(bare) <= LONGEST_NAME else bare[: LONGEST_NAME - 1].rstrip() + "…"
        wanted, number = bare, 1
        while wanted in taken:
            number += 1
            wanted = f"{bare} ({number})"
        taken.add(wanted)
        found.append(wanted)
    return found
