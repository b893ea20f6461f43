"""How do people feel in what they wrote: positive, negative, both, neither, or can we not tell?

Read from a word list that people can mend. It does not know what the feeling is about.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import numpy as np

from klantreis.analysis.options import checked_options
from klantreis.analysis.result import Caution, Result, caution, check_level, plain
from klantreis.analysis.voice.averages import t_interval
from klantreis.analysis.voice.feelings import Feeling, doubts, feelings, says_neither, speaks_of_self
from klantreis.analysis.voice.tokens import as_lang, as_texts, language_of, words
from klantreis.values import Lang

Label = Literal["positive", "negative", "mixed", "neutral", "uncertain"]
#: Added to the weights, so that one word never makes a text wholly good or bad.
DAMPED = 0.5
#: Below this a value is no side; a text is mixed when the weaker side weighs this part of the stronger one.
NO_SIDE, MIXED = 0.15, 0.3
#: Most words of a text per unit of feeling; a faint word in a long story says too little.
WORDS_PER_FEELING = 80
#: Share of texts without a label from which it is said.
MANY = 0.2


@dataclass(frozen=True, slots=True)
class TextSentiment:
    """How one text feels.

    Parameters
    ----------
    value
        From -1 to 1; 0 when it holds no feeling that we know.
    label
        ``uncertain`` when the words do not tell: irony, another language, too faint, or a story without a word we know.
    words
        What it was read from, each with its weight.
    """

    value: float
    label: Label
    words: tuple[Feeling, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {name: plain(getattr(self, name)) for name in self.__slots__}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentiments(Result):
    """``estimate`` is the average value of the texts that are not uncertain, with its interval; ``n`` counts those.

    It is also the row of its texts: ``found[0]``, ``len(found)`` and ``for one in found`` are as of a tuple.

    Parameters
    ----------
    texts
        One per text, in the order given.
    counts
        How many texts have each label.
    """

    texts: tuple[TextSentiment, ...] = field(repr=False)
    counts: dict[Label, int]

    def __getitem__(self, place: int) -> TextSentiment:
        return self.texts[place]

    def __len__(self) -> int:
        return len(self.texts)

    def __iter__(self) -> Iterator[TextSentiment]:
        return iter(self.texts)


@checked_options
def sentiment(texts: Sequence[str], lang: Lang, *, confidence: float = 0.95) -> Sentiments:
    """The feeling in each text, and on average.

    Parameters
    ----------
    texts
        What people wrote, one answer or remark each.
    lang
        The language they wrote in.
    confidence
        Level of the interval of the average.

    Raises
    ------
    InvalidInputError
        When texts is not a list of texts, or lang is neither nl nor en.

    Notes
    -----
    Sum of the weights of words, divided by the sum of their sizes plus 0.5. Negation turns a word to 0.6 of its
    opposite; *heel* and *very* weigh 1.4, *beetje* and *a bit* 0.6; what stands before *maar* or *but* 0.7.

    Examples
    --------
    >>> found = sentiment(["Heel snel geholpen!", "De levering valt tegen", "Niet slecht, maar te duur"], "nl")
    >>> [(one.label, round(one.value, 2)) for one in found]
    [('positive', 0.77), ('negative', -0.55), ('mixed', -0.32)]
    """
    told = as_lang(lang)
    held = tuple(_sentiment(text, told) for text in as_texts("texts", texts))
    check_level(confidence)
    values = np.array([one.value for one in held if one.label != "uncertain"])
    interval = (
        t_interval(values, np.ones(len(values)), confidence=confidence, bounds=(-1.0, 1.0)) if len(values) else None
    )
    return Sentiments(
        estimate=float(values.mean()) if len(values) else None,
        low=interval.low if interval else None,
        high=interval.high if interval else None,
        n=len(values),
        method="weights of a word list with negation and stress; t interval of the average",
        confidence=confidence,
        warnings=_cautions(held, len(values)),
        texts=held,
        counts={label: sum(one.label == label for one in held) for label in get_args(Label)},
    )


def _sentiment(text: str, lang: Lang) -> TextSentiment:
    found = feelings(text, lang)
    good = math.fsum(one.value for one in found if one.value > 0)
    bad = -math.fsum(one.value for one in found if one.value < 0)
    value = (good - bad) / (good + bad + DAMPED)
    return TextSentiment(value, _label(text, lang, good, bad, value), found)


def _label(text: str, lang: Lang, good: float, bad: float, value: float) -> Label:
    held = words(text)
    if not good + bad:
        if not held or (not says_neither(text, lang) and (speaks_of_self(text, lang) or _foreign(text, lang))):
            return "uncertain"
        return "neutral"
    if (good and doubts(text, lang)) or _foreign(text, lang):
        return "uncertain"
    if len(held) > WORDS_PER_FEELING * max(good, bad):
        return "uncertain"
    if min(good, bad) >= MIXED * max(good, bad):
        return "mixed"
    if abs(value) < NO_SIDE:
        return "neutral" if says_neither(text, lang) else "uncertain"
    return "positive" if value > 0 else "negative"


def _foreign(text: str, lang: Lang) -> bool:
    return language_of(text) not in (lang, None)


def _cautions(held: tuple[TextSentiment, ...], sure: int) -> tuple[Caution, ...]:
    found = [caution("voice.word_list_sentiment")] if held else []
    if held and len(held) - sure > MANY * len(held):
        found.append(caution("voice.many_uncertain", percent=round(100 * (1 - sure / len(held)))))
    if sure < 30:
        found.append(caution("voice.few_answers", n=sure))
    return tuple(found)
