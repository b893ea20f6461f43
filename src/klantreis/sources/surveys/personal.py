"""Which columns of a file of answers tell who somebody is, by their heading or by what people wrote in them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from klantreis.analysis.voice.language import personal_data
from klantreis.sources.surveys.role_words import is_personal
from klantreis.sources.surveys.sheet import Question

#: What cannot hold a number, an address or a plate of a person: short numbers and texts without digits or @.
_HARMLESS = re.compile(r"[-+]?\d{0,6}(?:[.,]\d{0,6})?|[^@\d]*")


@dataclass(frozen=True)
class Personal:
    """Why a column is taken to be personal.

    Parameters
    ----------
    heading
        Whether its heading says so.
    answers
        How many answers hold personal data.
    kinds
        Of which kinds, most frequent first.
    """

    heading: bool
    answers: int
    kinds: tuple[str, ...]


def personal_in(question: Question, cells: Iterable[str]) -> Personal | None:
    """What is personal in one column; None when nothing was found.

    Names, addresses and stories by which a person is known are not looked for in answers.

    Examples
    --------
    >>> personal_in(Question("opmerking"), ["Bel mij: 06-12345678", "Goed zo"])
    Personal(heading=False, answers=1, kinds=('phone',))
    """
    heading = is_personal(question.name) or is_personal(question.text or "")
    kinds: Counter[str] = Counter()
    answers = 0
    for cell, times in Counter(cell for cell in cells if not _HARMLESS.fullmatch(cell)).items():
        found = {find.kind for find in personal_data(cell)}
        answers += times if found else 0
        kinds.update(dict.fromkeys(found, times))
    if not heading and not answers:
        return None
    return Personal(heading, answers, tuple(kind for kind, _ in kinds.most_common()))
