"""What do people want in the moment: to know, to go, to do or to buy (micro-moments), or can we not tell?

*Go* is to a place, not to a site: somebody who types the name of a site has none of these intents.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from klantreis.analysis.options import checked_options
from klantreis.analysis.result import Caution, caution, plain
from klantreis.analysis.voice.intent_features import INTENTS, IntentName, rules
from klantreis.analysis.voice.intent_model import shipped
from klantreis.analysis.voice.tokens import as_lang, as_texts, words
from klantreis.errors import InvalidInputError
from klantreis.events.share import Share, wilson
from klantreis.values import Lang

__all__ = ["INTENTS", "Intent", "IntentName", "Intents", "classify"]

#: Below this probability no label is given.
THRESHOLD = 0.5


@dataclass(frozen=True, slots=True)
class Intent:
    """The intent of one text.

    Parameters
    ----------
    label
        ``none`` when it has none of the four; None when the model is not sure enough.
    probability
        Of the likeliest intent, also without a label; 0 for a text without words.
    probabilities
        Of each intent.
    why
        Telling phrases in the text, with the intent that each points to.
    """

    label: IntentName | None
    probability: float
    probabilities: dict[IntentName, float]
    why: tuple[tuple[IntentName, str], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {name: plain(getattr(self, name)) for name in self.__slots__}


@dataclass(frozen=True, slots=True, kw_only=True)
class Intents:
    """The intent of each text, in the order given; it is also the row of them. ``n`` counts those with a label.

    Parameters
    ----------
    shares
        Part of the labelled texts per intent, with its interval (of sampling alone, not of mistakes of the model).
    """

    n: int
    method: str
    texts: tuple[Intent, ...] = field(repr=False)
    shares: dict[IntentName, Share]
    warnings: tuple[Caution, ...] = ()

    def __getitem__(self, place: int) -> Intent:
        return self.texts[place]

    def __len__(self) -> int:
        return len(self.texts)

    def __iter__(self) -> Iterator[Intent]:
        return iter(self.texts)

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {name: plain(getattr(self, name)) for name in self.__slots__}


@checked_options
def classify(texts: Sequence[str], lang: Lang, *, threshold: float = THRESHOLD) -> Intents:
    """Know, go, do, buy or none, with a probability; no label below the threshold.

    Parameters
    ----------
    texts
        What people typed or asked: search words, questions to a chat or a desk.
    lang
        The language they did it in.
    threshold
        Lowest probability at which a label is given.

    Raises
    ------
    InvalidInputError
        When texts is not a list of texts, lang is neither nl nor en, or threshold is not from 0 to 1.

    Notes
    -----
    Logistic regression on pieces of words, words, pairs of words and telling phrases, learnt from the labelled lines in
    the package. Each text is judged by itself.

    Examples
    --------
    >>> asked = ["bakker in de buurt", "wasmachine kopen", "wat is een hypotheek", "abonnement opzeggen", "dankjewel"]
    >>> [one.label for one in classify(asked, "nl")]
    ['go', 'buy', 'know', 'do', 'none']
    """
    held, told = as_texts("texts", texts), as_lang(lang)
    if not 0 <= threshold <= 1:
        raise InvalidInputError(f"threshold lies from 0 to 1, not at {threshold}.", hint="Try 0.5.")
    found = tuple(_intent(text, told, threshold) for text in held)
    labels = [one.label for one in found if one.label]
    return Intents(
        n=len(labels),
        method=f"logistic regression on pieces of words and telling phrases; label from {threshold:g}",
        texts=found,
        shares={name: wilson(labels.count(name), len(labels)) for name in INTENTS} if labels else {},
        warnings=_cautions(len(found), len(labels)),
    )


def _intent(text: str, lang: Lang, threshold: float) -> Intent:
    if not words(text):
        return Intent(None, 0.0, dict.fromkeys(INTENTS, 0.0))
    chances = shipped(lang).probabilities(text, lang)
    best = int(chances.argmax())
    each = {name: float(chance) for name, chance in zip(INTENTS, chances, strict=True)}
    sure = float(chances[best]) >= threshold
    return Intent(INTENTS[best] if sure else None, float(chances[best]), each, tuple(rules(text, lang).items()))


def _cautions(texts: int, labelled: int) -> tuple[Caution, ...]:
    if not texts:
        return ()
    found = [caution("voice.intents_own_list")]
    if texts - labelled > 0.2 * texts:
        found.append(caution("voice.intents_abstained", percent=round(100 * (1 - labelled / texts))))
    return tuple(found)
