"""What of a text does the model of intents look at: pieces of words, words, pairs of words, and telling phrases."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Literal

from klantreis.analysis.voice.tokens import plain_text, word_file
from klantreis.values import Lang

IntentName = Literal["know", "go", "do", "buy", "none"]
INTENTS: tuple[IntentName, ...] = ("know", "go", "do", "buy", "none")
#: Lengths of the pieces of words, edges included.
PIECES = (3, 4)
#: A telling phrase weighs as much as a few pieces.
RULE = 2.0
_TOKEN = re.compile(r"\w+(?:['./-]\w+)*")


def features(text: str, lang: Lang) -> dict[str, float]:
    """Names of what stands in the text, with a weight, of which the squares add up to about one.

    Examples
    --------
    >>> sorted(name for name in features("bakker in de buurt", "nl") if name.startswith("rule:"))
    ['rule:go']
    """
    tokens = _TOKEN.findall(plain_text(text))
    held: set[str] = set()
    for token in tokens:
        edged = f"<{token}>"
        held.add(f"word:{token}")
        held.update(edged[start : start + size] for size in PIECES for start in range(len(edged) - size + 1))
    edges = ["<", *tokens, ">"]
    if tokens:
        held.update(f"pair:{one} {other}" for one, other in pairwise(edges))
    scale = max(1, len(held)) ** -0.5
    return dict.fromkeys(sorted(held), scale) | {f"rule:{name}": RULE * 0.5 for name in rules(text, lang)}


def rules(text: str, lang: Lang) -> dict[IntentName, str]:
    """The intents that a phrase in the text points to, each with the first such phrase.

    Examples
    --------
    >>> rules("openingstijden en prijzen", "nl")
    {'go': 'openingstijden', 'buy': 'prijzen'}
    """
    flat = " ".join(plain_text(text).split())
    found: dict[IntentName, str] = {}
    for name, patterns in _rules(lang).items():
        for pattern in patterns:
            if (hit := pattern.search(flat)) is not None:
                found.setdefault(name, hit.group().strip())
                break
    return found


@cache
def _rules(lang: Lang) -> dict[IntentName, tuple[re.Pattern[str], ...]]:
    told = word_file("intents")[lang]
    return {name: tuple(re.compile(one) for one in told[name]) for name in INTENTS}


@cache
def labelled(lang: Lang) -> tuple[tuple[str, IntentName], ...]:
    """The labelled lines that the model learns from: text and intent.

    Examples
    --------
    >>> len(labelled("nl")) >= 200, labelled("en")[0]
    (True, ('what is a mortgage', 'know'))
    """
    file = resources.files("klantreis.analysis.voice").joinpath("words", f"intents_{lang}.txt")
    held: list[tuple[str, IntentName]] = []
    for line in file.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, _, text = line.partition(": ")
            held.append((text, next(intent for intent in INTENTS if intent == name)))
    return tuple(held)
