"""How is a text cut into words, which words carry no subject, and in which language is it?

Word lists stand in ``words/`` beside this file, to be read and mended by people. No grammar is parsed.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from klantreis.errors import InvalidInputError
from klantreis.values import Lang

#: A word starts with a letter and may hold digits, and an apostrophe or hyphen inside: foto's, e-mail, covid19.
WORD = re.compile(r"(?<!\w)(?:['’](?=[tsn]\b))?[^\W\d_]\w*(?:['’-]\w+)*")


def as_texts(name: str, texts: Sequence[str]) -> tuple[str, ...]:
    """Texts, or an error that names the argument; one text by itself is not a list of texts."""
    if isinstance(texts, str | Mapping) or not hasattr(texts, "__iter__"):
        raise InvalidInputError(f"{name} must be a list of texts, not one {type(texts).__name__}.")
    return tuple(as_text(f"{name}[{place}]", one) for place, one in enumerate(texts))


def as_text(name: str, text: object) -> str:
    """A text, or an error that names the argument."""
    if not isinstance(text, str):
        raise InvalidInputError(f"{name} must be text, not {type(text).__name__}.")
    return text


def as_lang(lang: str) -> Lang:
    """One of the two languages, or an error that names them."""
    if lang not in ("nl", "en"):
        raise InvalidInputError(f"lang {lang!r} is unknown.", hint="It is nl or en.")
    return "nl" if lang == "nl" else "en"


def plain_text(text: str) -> str:
    """Small letters in one way of writing: é is one sign, quotes are straight."""
    return unicodedata.normalize("NFKC", text).lower().replace("’", "'").replace("‘", "'")


def words(text: str) -> list[str]:
    """The words of a text in small letters.

    Examples
    --------
    >>> words("De app’s e-mail kwam 2x te laat!")
    ['de', "app's", 'e-mail', 'kwam', 'te', 'laat']
    """
    return WORD.findall(plain_text(text))


@cache
def word_file(name: str) -> dict[str, Any]:
    """One of the lists in ``words/``."""
    file = resources.files("klantreis.analysis.voice").joinpath("words", f"{name}.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


def word_list(name: str, key: str) -> tuple[str, ...]:
    """One list of words of a file: an array, or words with spaces between."""
    listed = word_file(name)[key]
    return tuple(listed.split() if isinstance(listed, str) else listed)


@cache
def stop_words(lang: Lang | None = None) -> frozenset[str]:
    """Words without a subject of their own, of one language or of both.

    Examples
    --------
    >>> "het" in stop_words("nl"), "het" in stop_words("en"), "the" in stop_words()
    (True, False, True)
    """
    langs: Iterable[Lang] = ("nl", "en") if lang is None else (lang,)
    return frozenset(word for one in langs for word in word_list("stop_words", one))


def language_of(text: str) -> Lang | None:
    """The language whose small words stand in the text most; None when neither leads.

    Examples
    --------
    >>> language_of("het pakket kwam niet"), language_of("the parcel is late"), language_of("laptop")
    ('nl', 'en', None)
    """
    held = words(text)
    dutch, english = (sum(word in stop_words(lang) for word in held) for lang in ("nl", "en"))
    return None if dutch == english else "nl" if dutch > english else "en"
