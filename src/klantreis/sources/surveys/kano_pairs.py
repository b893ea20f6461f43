"""Which columns are pairs of Kano questions: how it is with a feature, and how it is without.

Known by their answers, which are those of such questions and of no other; a question without the feature denies it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from klantreis.sources.surveys.agreeing import agreement
from klantreis.sources.surveys.numbers import KANO, folded
from klantreis.sources.surveys.sheet import Question, Sheet

_DENIES = re.compile(
    r"\b(?:geen|niet|zonder|ontbreekt|ontbreken|no|not|without|absent|lacks?|isn't|doesn't|never|nooit)\b"
)
#: How much of the words of two questions must agree for them to be about one feature.
_AGREEING = 0.6


def kano_pairs(sheet: Sheet) -> dict[int, tuple[Literal["functional", "dysfunctional"], str]]:
    """For each column of a pair whether it asks with (``functional``) or without (``dysfunctional``), and of what.

    Examples
    --------
    >>> from pathlib import Path
    >>> asked = tuple(Question(name) for name in ("Als er een app is?", "Als er geen app is?"))
    >>> rows = (("dat vind ik prettig", "dat vind ik vervelend"), ("dat verwacht ik", "daar kan ik mee leven"))
    >>> kano_pairs(Sheet(Path("a.csv"), "csv", asked, rows, (2, 3)))
    {0: ('functional', 'Als er een app is'), 1: ('dysfunctional', 'Als er een app is')}
    """
    answered = [place for place in range(len(sheet.questions)) if _is_kano(sheet.column(place))]
    without = [place for place in answered if _DENIES.search(_words(sheet.questions[place]).lower())]
    ranked = sorted(
        (
            (-_alike(sheet.questions, there, absent), abs(there - absent), there, absent)
            for there in answered
            if there not in without
            for absent in without
        ),
    )
    found: dict[int, tuple[Literal["functional", "dysfunctional"], str]] = {}
    for alike, _, there, absent in ranked:
        if -alike >= _AGREEING and there not in found and absent not in found:
            about = " ".join(_words(sheet.questions[there]).split()).strip(" ?.:!…")
            found[there], found[absent] = ("functional", about), ("dysfunctional", about)
    return dict(sorted(found.items()))


def _is_kano(cells: Sequence[str]) -> bool:
    given = {folded(cell) for cell in cells if cell}
    # Two of the answers at least: "I am neutral" alone is an answer to much else.
    return len(given) > 1 and any(given <= set(scale) for scale in KANO)


def _alike(questions: Sequence[Question], one: int, other: int) -> float:
    return agreement(*(_DENIES.sub(" ", _words(questions[place]).lower()) for place in (one, other)))


def _words(question: Question) -> str:
    return question.text or question.name
