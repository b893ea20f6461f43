"""Which prices does the label of an answer mean: "Tussen 10 en 20€", "up to €15", "meer dan 50"?

Dutch and English. A label that cannot be read is an error that shows it; nothing is guessed.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from klantreis.analysis.options import checked_options
from klantreis.analysis.result import Caution, caution, plain
from klantreis.errors import InvalidInputError

NUMBER = re.compile(r"\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d+(?:[.,]\d+)*")
#: What stands before the price, and what after it. "No more than" holds "more than" and goes first.
MOST_BEFORE = re.compile(
    r"\b(niet meer dan|no more than|not more than|minder dan|less than|fewer than|lager dan|lower than|onder|under"
    r"|beneden|below|tot en met|t/m|tot|up to|until|max(?:imaal|imum|\.)?|hoogstens|ten hoogste|at most)(?!\w)|[<≤]"
)
MOST_AFTER = re.compile(r"\b(of|en|or|and) (minder|lager|less|lower|under|below)\b")
LEAST_BEFORE = re.compile(
    r"\b(niet minder dan|no less than|not less than|meer dan|more than|hoger dan|higher than|boven|above|over|vanaf"
    r"|from|min(?:imaal|imum|\.)?|minstens|ten minste|tenminste|at least)(?!\w)|[>≥]"
)
LEAST_AFTER = re.compile(r"\b(of|en|or|and) (meer|hoger|more|higher|up|above|over)\b|^\s*(€|euros?|eur)?\s*\+")
NOT_LESS = re.compile(r"\b(niet minder dan|no less than|not less than)\b")
#: What may follow one price that stands alone, or before it.
ALONE = re.compile(r"[\s€$£,.–-]*(euros?|eur|pounds?|dollars?|cent)?[\s€$£,.–-]*(per \w+|a \w+|p/m)?\s*")
NOTHING = re.compile(r"\b(niets|niks|nul|gratis|nothing|zero|free|none)\b")
UNKNOWN = re.compile(
    r"weet (?:ik |het )?niet|geen (?:idee|mening|antwoord)|wil niet zeggen|do(?:n['’]t| not) know"
    r"|no (?:opinion|answer|idea)|not sure|prefer not|^\s*(?:n/?a|nvt|n\.v\.t\.|-|\?)?\s*$",
)


@dataclass(frozen=True, slots=True)
class Brackets:
    """The brackets of labels, in their order: every price above ``left`` up to and including ``right``.

    Parameters
    ----------
    labels
        As given.
    left, right
        Both NaN where the label says that no price was given; equal where it names one price; ``right`` infinite
        where the bracket is open.
    known
        Where a price was given.
    warnings
        Edges that two brackets share, brackets that overlap, gaps between them, labels without a price.
    """

    labels: tuple[str, ...]
    left: tuple[float, ...]
    right: tuple[float, ...]
    known: tuple[bool, ...]
    warnings: tuple[Caution, ...]

    def __len__(self) -> int:
        return len(self.labels)

    def __iter__(self) -> Iterator[tuple[float, float]]:
        return iter(zip(self.left, self.right, strict=True))

    def __getitem__(self, place: int) -> tuple[float, float]:
        return self.left[place], self.right[place]

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {name: plain(getattr(self, name)) for name in ("labels", "left", "right", "known", "warnings")}


@checked_options
def parse_brackets(labels: Sequence[str]) -> Brackets:
    """The prices that labels mean, whether of a question's options or of everybody's answers.

    Parameters
    ----------
    labels
        Such as "Tussen 10 en 20€", "10-20", "€ 1.000,- of meer", "less than £5", "niets", "weet ik niet".

    Raises
    ------
    InvalidInputError
        When a label cannot be read: it shows the label.

    Notes
    -----
    A comma or point before three digits parts thousands, otherwise it is the decimal sign.

    Examples
    --------
    >>> list(parse_brackets(["Minder dan 10 euro", "Tussen 10 en 20€", "meer dan 50", "12,50"]))
    [(0.0, 10.0), (10.0, 20.0), (50.0, inf), (12.5, 12.5)]
    """
    if isinstance(labels, str) or not len(labels):
        raise InvalidInputError("labels must be a list of one label or more.")
    pairs = [_bracket(label) for label in labels]
    return Brackets(
        labels=tuple(labels),
        left=tuple(left for left, _ in pairs),
        right=tuple(right for _, right in pairs),
        known=tuple(not math.isnan(left) for left, _ in pairs),
        warnings=_cautions(pairs),
    )


def _bracket(label: object) -> tuple[float, float]:
    if not isinstance(label, str):
        raise InvalidInputError(f"labels holds {label!r}, which is not text.")
    said = label.lower().strip()
    numbers = [_number(found) for found in NUMBER.findall(said)]
    if not numbers and UNKNOWN.search(said):
        return math.nan, math.nan
    if not numbers and NOTHING.search(said):
        return 0.0, 0.0
    if len(numbers) == 2 and numbers[0] < numbers[1]:
        return numbers[0], numbers[1]
    if len(numbers) == 1:
        before, after = NUMBER.split(said)
        least = LEAST_BEFORE.search(before) or LEAST_AFTER.search(after)
        most = MOST_BEFORE.search(before) or MOST_AFTER.search(after)
        if least and (not most or NOT_LESS.search(before)):
            return numbers[0], math.inf
        if most and numbers[0] > 0:
            return 0.0, numbers[0]
        if not most and "-" not in before and ALONE.fullmatch(before) and ALONE.fullmatch(after):
            return numbers[0], numbers[0]
    raise InvalidInputError(
        f"labels holds {label!r}, in which no price or bracket can be read.",
        hint='Write it as "10-20", "minder dan 10", "more than 50" or "12,50".',
    )


def _number(written: str) -> float:
    """12,50 and 12.50 are twelve and a half; 1.000 and 1,000 a thousand; 1.250,50 and 1,250.50 the same."""
    digits = re.sub(r"[ \u00a0\u202f]", "", written)
    marks = [mark for mark in digits if mark in ".,"]
    if not marks:
        return float(digits)
    whole, _, rest = digits.rpartition(marks[-1])
    thousands = len(rest) == 3 and len(set(marks)) == 1 and whole.lstrip("0") != ""
    whole = re.sub(r"[.,]", "", whole)
    return float(whole + rest) if thousands else float(f"{whole}.{rest}")


def _cautions(pairs: Sequence[tuple[float, float]]) -> tuple[Caution, ...]:
    """What the distinct brackets do to each other; single prices are left out of it."""
    distinct = sorted({pair for pair in pairs if pair[0] < pair[1]})
    found = []
    for (_, before), (after, _) in itertools.pairwise(distinct):
        if before == after:
            found.append(caution("voice.shared_edge", price=f"{after:g}"))
        elif before > after:
            found.append(caution("voice.labels_overlap", low=f"{after:g}", high=f"{before:g}"))
        else:
            found.append(caution("voice.bracket_gap", low=f"{before:g}", high=f"{after:g}"))
    unknown = sum(math.isnan(left) for left, _ in pairs)
    if unknown:
        found.append(caution("voice.no_price", n=unknown))
    return tuple(found)
