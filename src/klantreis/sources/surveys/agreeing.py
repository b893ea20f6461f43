"""How far two short texts are about the same thing, by the words that they share."""

from __future__ import annotations

import re

from klantreis.analysis.voice.tokens import stop_words, words

#: Words are the same when they begin alike for this many letters.
_STEM = 5


def agreement(one: str, other: str) -> float:
    """Twice the words that two texts share, over the words of both; small words count only where there are no others.

    Examples
    --------
    >>> agreement("u niets vergeet", "Niets vergeten"), agreement("u snel weet wat u eet", "Snel weten wat we eten")
    (1.0, 0.8)
    >>> agreement("snel klaar zijn", "weinig betalen")
    0.0
    """
    first, second = _meaning(one), _meaning(other)
    return 2 * len(first & second) / (len(first) + len(second)) if first and second else 0.0


def _meaning(text: str) -> set[str]:
    found = set(words(text))
    return {_stem(word) for word in found - stop_words() or found}


def _stem(word: str) -> str:
    """How a word begins, alike for weet and weten: vowels once, without the ending of a verb or a plural."""
    single = re.sub(r"([aeou])\1", r"\1", word)
    return single.removesuffix("en")[:_STEM] if len(single) > 3 else single
