"""Which number an answer is: "4", "7,5", "€ 12,50", "5 - zeer belangrijk", or a word that stands on a scale."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from klantreis.analysis.voice.price import parse_brackets
from klantreis.analysis.voice.price_labels import NUMBER, UNKNOWN
from klantreis.errors import InvalidInputError
from klantreis.sources.surveys.sheet import Question

#: Scales in words, from the lowest answer to the highest, as forms in Dutch and English usually have them.
SCALES: tuple[tuple[str, ...], ...] = (
    ("helemaal niet belangrijk", "niet belangrijk", "neutraal", "belangrijk", "heel belangrijk"),
    ("zeer onbelangrijk", "onbelangrijk", "neutraal", "belangrijk", "zeer belangrijk"),
    ("heel onbelangrijk", "onbelangrijk", "neutraal", "belangrijk", "heel belangrijk"),
    ("niet belangrijk", "enigszins belangrijk", "redelijk belangrijk", "belangrijk", "zeer belangrijk"),
    ("not at all important", "slightly important", "moderately important", "very important", "extremely important"),
    ("very unimportant", "unimportant", "neutral", "important", "very important"),
    ("zeer ontevreden", "ontevreden", "neutraal", "tevreden", "zeer tevreden"),
    ("heel ontevreden", "ontevreden", "neutraal", "tevreden", "heel tevreden"),
    ("helemaal niet tevreden", "niet tevreden", "neutraal", "tevreden", "helemaal tevreden"),
    ("very dissatisfied", "dissatisfied", "neutral", "satisfied", "very satisfied"),
    ("not at all satisfied", "slightly satisfied", "moderately satisfied", "very satisfied", "extremely satisfied"),
    ("helemaal mee oneens", "mee oneens", "neutraal", "mee eens", "helemaal mee eens"),
    ("zeer mee oneens", "oneens", "neutraal", "eens", "zeer mee eens"),
    ("helemaal oneens", "oneens", "neutraal", "eens", "helemaal eens"),
    ("strongly disagree", "disagree", "neutral", "agree", "strongly agree"),
    ("strongly disagree", "disagree", "neither agree nor disagree", "agree", "strongly agree"),
    ("zeer slecht", "slecht", "neutraal", "goed", "zeer goed"),
    ("very poor", "poor", "fair", "good", "excellent"),
    ("zeker niet", "waarschijnlijk niet", "misschien", "waarschijnlijk wel", "zeker wel"),
    ("definitely not", "probably not", "maybe", "probably", "definitely"),
    ("zeer moeilijk", "moeilijk", "neutraal", "makkelijk", "zeer makkelijk"),
    ("very difficult", "difficult", "neutral", "easy", "very easy"),
    ("heel negatief", "negatief", "neutraal", "positief", "heel positief"),
    ("very negative", "negative", "neutral", "positive", "very positive"),
)
#: Answers to a pair of Kano questions, from liking it (1) to disliking it (5).
KANO: tuple[tuple[str, ...], ...] = (
    (
        "dat vind ik prettig",
        "dat verwacht ik",
        "dat maakt mij niet uit",
        "daar kan ik mee leven",
        "dat vind ik vervelend",
    ),
    (
        "ik vind het leuk",
        "ik verwacht het",
        "ik sta er neutraal tegenover",
        "ik kan ermee leven",
        "ik vind het vervelend",
    ),
    ("i like it", "i expect it", "i am neutral", "i can live with it", "i dislike it"),
    (
        "i like it that way",
        "it must be that way",
        "i am neutral",
        "i can live with it that way",
        "i dislike it that way",
    ),
)
_YES, _NO = frozenset({"ja", "yes", "y", "true", "1", "wel"}), frozenset({"nee", "no", "n", "false", "0", "niet"})
#: Weights are exported with as many decimals as a computer has: 0.8461538461538461, 7.2e-05.
_PLAIN = re.compile(r"[-+]?\d{1,15}(?:[.,]\d{1,25})?(?:[eE][-+]?\d{1,2})?\s*%?")
#: Whole thousands, as 1.250 or 1,250,000; what begins with 0 has decimals instead.
_THOUSANDS = {sign: re.compile(rf"[-+]?[1-9]\d{{0,2}}(?:\{sign}\d{{3}})+(?:[.,]\d{{1,2}})?") for sign in ".,"}
_LEADING = re.compile(r"([-+]?\d{1,4})\s*(?:[-–—=:.)(|]\s*)?[^\W\d].*", re.DOTALL)


@dataclass(frozen=True)
class Reading:
    """How the answers of a column are read as numbers.

    Parameters
    ----------
    stands_for
        Numbers by answer in words.
    low, high
        Ends of the scale, if known.
    thousands
        The sign that parts thousands in this column; None when a point or comma comes before decimals.
    """

    stands_for: Mapping[str, float]
    low: float | None = None
    high: float | None = None
    thousands: str | None = None

    def number(self, cell: str) -> float | None:
        """The number of one answer; None when it is none.

        Examples
        --------
        >>> how = Reading({"zeer goed": 5.0})
        >>> [how.number(cell) for cell in ("7,5", "4 - goed", "Zeer goed", "weet niet")]
        [7.5, 4.0, 5.0, None]
        """
        known = self.stands_for.get(folded(cell))
        if known is not None:
            return known
        bare = cell.strip()
        if self.thousands is not None:
            bare = bare.replace(self.thousands, "")
        if _PLAIN.fullmatch(bare):
            return float(bare.rstrip("% ").replace(",", "."))
        leading = _LEADING.fullmatch(bare)
        return float(leading[1]) if leading else None


def folded(cell: str) -> str:
    """An answer as it is compared: small letters, single spaces, no full stop."""
    return " ".join(cell.lower().split()).rstrip(".!")


def reading_of(question: Question, cells: Iterable[str]) -> Reading:
    """How the answers to a question are read: by the numbers of its options, or by a scale in words that holds all.

    Examples
    --------
    >>> reading_of(Question("inkomen"), ["1.250", "32.000,50"]).number("32.000,50")
    32000.5
    >>> reading_of(Question("cijfer"), ["7.5", "8.125", "0.125"]).number("8.125")
    8.125
    """
    written = [cell.strip() for cell in cells if cell]
    given = {folded(cell) for cell in written}
    if question.options and any(option.number is not None for option in question.options):
        numbered = [(option, option.number) for option in question.options if option.number is not None]
        stands_for = {folded(text): number for option, number in numbered for text in (option.code, option.label)}
        numbers = [number for _, number in numbered]
        low, high = question.low, question.high
        return Reading(stands_for, min(numbers) if low is None else low, max(numbers) if high is None else high)
    for scale in (*SCALES, *KANO):
        if given and given <= set(scale):
            return Reading({word: float(place) for place, word in enumerate(scale, start=1)}, 1, len(scale))
    return Reading({}, question.low, question.high, _thousands(written))


def is_plain_number(cell: str) -> bool:
    """Whether an answer is a number and nothing else.

    Examples
    --------
    >>> is_plain_number("12,5"), is_plain_number("1.250"), is_plain_number("2e klas")
    (True, True, False)
    """
    bare = cell.strip()
    return any(form.fullmatch(bare) for form in (_PLAIN, *_THOUSANDS.values()))


def _thousands(cells: list[str]) -> str | None:
    """The sign that parts thousands: one that stands before three digits wherever it stands first in a column.

    A column of numbers with three decimals that are all above 1 reads the same; it is taken for thousands, as prices
    are.
    """
    for sign, form in _THOUSANDS.items():
        other = "," if sign == "." else "."
        having = [
            cell for cell in cells if sign in cell and (other not in cell or cell.index(sign) < cell.index(other))
        ]
        if having and all(form.fullmatch(cell) for cell in having):
            return sign
    return None


def price_of(cell: str) -> float | None:
    """The one price that an answer names; None when it names none, or a bracket.

    Examples
    --------
    >>> [price_of(cell) for cell in ("€ 12,50", "1.250", "10-20", "weet niet")]
    [12.5, 1250.0, None, None]
    """
    found = bracket_of(cell)
    return found[0] if found is not None and found[0] == found[1] else None


def price_in(question: str) -> str | None:
    """The one price that a question names; None when it names none, or several numbers.

    Examples
    --------
    >>> price_in("Zou u dit kopen voor € 12,50 per maand?"), price_in("Zou u 2 flessen kopen voor €10?")
    ('12.5', None)
    """
    found = NUMBER.findall(question)
    price = price_of(found[0]) if len(found) == 1 else None
    return None if price is None else written_number(price)


def bracket_of(cell: str) -> tuple[float, float] | None:
    """The prices between which an answer lies; None when it names none."""
    try:
        left, right = parse_brackets([cell])[0]
    except InvalidInputError:
        return None
    return None if math.isnan(left) else (left, right)


def is_unknown(cell: str) -> bool:
    """Whether somebody said not to know, or not to want to say.

    Examples
    --------
    >>> is_unknown("Weet ik niet"), is_unknown("niet tevreden")
    (True, False)
    """
    return UNKNOWN.search(cell.lower()) is not None


def yes_of(cell: str) -> float | None:
    """1 for yes, 0 for no; None for anything else.

    Examples
    --------
    >>> yes_of("Ja"), yes_of("nee"), yes_of("misschien")
    (1.0, 0.0, None)
    """
    said = folded(cell).split(",")[0]
    return 1.0 if said in _YES else 0.0 if said in _NO else None


def written_number(number: float) -> str:
    """A number as it is kept: whole numbers without a point.

    Examples
    --------
    >>> written_number(4.0), written_number(12.5)
    ('4', '12.5')
    """
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
