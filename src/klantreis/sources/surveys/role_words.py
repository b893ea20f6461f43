"""By which words a column of a survey is known, and what its question is about; the words are in the file beside it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from klantreis.research.survey import Role
from klantreis.sources.surveys.sheet import Question

#: What a question is about is no longer than this.
_LONGEST = 200
_NEVER = re.compile(r"(?!)")


@dataclass(frozen=True)
class RoleWords:
    """How the columns of one role are headed as a whole, and what they ask."""

    role: Role
    headed: re.Pattern[str]
    asks: re.Pattern[str]


@cache
def role_words() -> tuple[RoleWords, ...]:
    """The words of every role, the more particular ones first."""
    return tuple(
        RoleWords(each["name"], _any(each.get("headed", ())), _any(each.get("asks", ()))) for each in _file()["role"]
    )


def is_personal(heading: str) -> bool:
    """Whether a heading says that the column tells who somebody is.

    Examples
    --------
    >>> is_personal("E-mailadres"), is_personal("Postcode"), is_personal("Naam van de winkel")
    (True, True, False)
    """
    return _of("personal", "headed").fullmatch(heading.strip().lower().rstrip("?")) is not None


def asks_price(words: str) -> bool:
    """Whether a question in small letters is about money."""
    return _of("price", "asks").search(words) is not None


def subject_of(question: Question) -> str | None:
    """What a question is about: the words between brackets, after the question's beginning, or after its mark.

    Examples
    --------
    >>> subject_of(Question("q1", "Hoe belangrijk is het voor u dat u snel een antwoord krijgt?"))
    'u snel een antwoord krijgt'
    >>> subject_of(Question("sat_snel"))
    'snel'
    """
    for text in filter(None, (question.text, question.name)):
        inner = re.search(r"\[([^\[\]]+)\]\s*$", text)
        if inner is not None:
            return _bare(inner[1])
        found = _leads().match(text.strip()) or _marks().fullmatch(text.strip())
        if found is not None and _bare(found["subject"]):
            return _bare(found["subject"])
        _, colon, after = text.partition(": ")
        if colon and _bare(after):
            return _bare(after)
    return None


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath("role_words.toml").read_text(encoding="utf-8"))


@cache
def _of(table: str, key: str) -> re.Pattern[str]:
    return _any(_file()[table][key])


@cache
def _leads() -> re.Pattern[str]:
    leads = "|".join(each["lead"] for each in _file()["subject"])
    return re.compile(rf"(?:{leads})\s*[:,-]?\s*(?P<subject>.+)", re.IGNORECASE | re.DOTALL)


@cache
def _marks() -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(_file()['mark']['words'])})[ _:.–-]+(?P<subject>.+)", re.IGNORECASE)


def _any(forms: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{form})" for form in forms), re.DOTALL) if forms else _NEVER


def _bare(text: str) -> str:
    """Without the marks around it, nor the ends of the scale that headings tend to give: (1-5), (0 t/m 10)."""
    unscaled = re.sub(r"\(\s*-?\d+\s*(?:-|–|\.\.|t/m|tot|to)\s*-?\d+\s*\)\s*$", "", text.strip())
    return " ".join(unscaled.split()).strip(" ?.:!…")[:_LONGEST]
