"""The words of a market: a shop has customers who buy, a municipality has citizens who apply.

Labels are written once, in the words of a business that sells to consumers, and put into a market's own words
when they are shown. Only labels of the interface and of built-in models change; what people wrote themselves
is theirs and stays.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Literal, get_args

from klantreis.values import Lang

Market = Literal["b2c", "b2b", "public", "nonprofit"]
MARKETS: tuple[Market, ...] = get_args(Market)

# word in a label -> word in the market; longer words first, so that "klantreis" is not read as "klant".
_WORDS: dict[Market, dict[Lang, dict[str, str]]] = {
    "b2c": {"nl": {}, "en": {}},
    "b2b": {"nl": {}, "en": {}},
    "public": {
        "nl": {
            "klantreizen": "burgerreizen",
            "klantreis": "burgerreis",
            "klanten": "burgers",
            "klant": "burger",
            "aankopen": "aanvragen",
            "aankoop": "aanvraag",
            "kopen": "aanvragen",
            "bestellen": "aanvragen",
            "leveranciers": "instanties",
        },
        "en": {
            "customers": "citizens",
            "customer": "citizen",
            "purchases": "applications",
            "post-purchase": "post-application",
            "purchase": "application",
            "buying": "applying",
            "ordering": "applying",
            "suppliers": "agencies",
        },
    },
    "nonprofit": {
        "nl": {
            "klantreizen": "donateursreizen",
            "klantreis": "donateursreis",
            "klanten": "donateurs",
            "klant": "donateur",
            "aankopen": "giften",
            "aankoop": "gift",
            "kopen": "geven",
            "bestellen": "geven",
            "leveranciers": "organisaties",
        },
        "en": {
            "customers": "donors",
            "customer": "donor",
            "purchases": "gifts",
            "post-purchase": "post-gift",
            "purchase": "gift",
            "buying": "giving",
            "ordering": "giving",
            "suppliers": "organisations",
        },
    },
}
#: How care and welfare organisations may call the people they serve, next to the market's usual word.
PEOPLE_WORDS: dict[Lang, tuple[str, ...]] = {
    "nl": ("klant", "burger", "inwoner", "cliënt", "donateur", "lid"),
    "en": ("customer", "citizen", "resident", "client", "donor", "member"),
}
_DEFAULT_PERSON: dict[Market, dict[Lang, str]] = {
    "b2c": {"nl": "klant", "en": "customer"},
    "b2b": {"nl": "klant", "en": "customer"},
    "public": {"nl": "burger", "en": "citizen"},
    "nonprofit": {"nl": "donateur", "en": "donor"},
}
_PLURALS = {
    "klant": "klanten",
    "burger": "burgers",
    "inwoner": "inwoners",
    "cliënt": "cliënten",
    "donateur": "donateurs",
    "lid": "leden",
}


def in_words_of(label: str, *, market: Market, lang: Lang, person: str | None = None) -> str:
    """A label in the words of a market, case kept.

    Parameters
    ----------
    label
        The label as written for a business that sells to consumers.
    person
        Own word for the people served (``cliënt``); without it, the market's usual word.

    Examples
    --------
    >>> in_words_of("Aankoop", market="public", lang="nl")
    'Aanvraag'
    >>> in_words_of("Trouwe klant", market="public", lang="nl", person="cliënt")
    'Trouwe cliënt'
    """
    words = _words(market, lang, person)
    if not words:
        return label
    return _pattern(market, lang, person).sub(
        lambda found: _cased(found.group(0), words[found.group(0).lower()]), label
    )


def _words(market: Market, lang: Lang, person: str | None) -> dict[str, str]:
    words = dict(_WORDS[market][lang])
    if person and person != _DEFAULT_PERSON[market][lang]:
        single, plural = _DEFAULT_PERSON["b2c"][lang], _plural(_DEFAULT_PERSON["b2c"][lang])
        words |= {single: person, plural: _plural(person)}
    return words


def _plural(word: str) -> str:
    return _PLURALS.get(word, word + "s")


@cache
def _pattern(market: Market, lang: Lang, person: str | None) -> re.Pattern[str]:
    words = sorted(_words(market, lang, person), key=len, reverse=True)
    return re.compile(r"\b(" + "|".join(map(re.escape, words)) + r")\b", re.IGNORECASE)


def _cased(found: str, word: str) -> str:
    return word[:1].upper() + word[1:] if found[:1].isupper() else word
