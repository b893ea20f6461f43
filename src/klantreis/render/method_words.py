"""How a number was come by, in the reader's language: results carry their method in English, people write their own."""

from __future__ import annotations

import re
from functools import cache

from klantreis.texts import LANGS, catalogue
from klantreis.values import Lang

#: Where the names of methods stand among the messages.
_AREAS = ("methods.", "segments.method.", "attribution.finding.how")
_BETWEEN = re.compile(r"(, |; )")


def method_words(method: str, lang: Lang) -> str:
    """A method in one language; one with a part that is not ours stays as somebody wrote it, for half would be neither.

    Examples
    --------
    >>> method_words("opportunity score, percentile bootstrap of respondents", "nl")
    'kansscore, respondenten opnieuw getrokken'
    >>> method_words("kansscore, respondenten opnieuw getrokken", "en")
    'opportunity score, percentile bootstrap of respondents'
    >>> method_words("by eye", "nl")
    'by eye'
    """
    parts = _parts(method, lang)
    if any(words is None for part, words in parts if not _BETWEEN.fullmatch(part)):
        return method
    return "".join(words or part for part, words in parts)


def is_ours(method: str, lang: Lang) -> bool:
    """Whether every part of a method is known, and so stands in the language asked for.

    Examples
    --------
    >>> is_ours("welch", "nl"), is_ours("welch, by eye", "nl")
    (True, False)
    """
    return all(found is not None for part, found in _parts(method, lang) if not _BETWEEN.fullmatch(part))


def _parts(method: str, lang: Lang) -> list[tuple[str, str | None]]:
    """The parts of a method with their words, None for a part that is not ours. The longest known part wins."""
    pieces = _BETWEEN.split(method)
    found: list[tuple[str, str | None]] = []
    start = 0
    while start < len(pieces):
        ends = range(len(pieces), start, -1) if start % 2 == 0 else range(start + 1, start, -1)
        joined = (("".join(pieces[start:end]), end) for end in ends)
        part, words, start = next(
            ((part, words, end) for part, end in joined if (words := _known(part, lang)) is not None),
            (pieces[start], None, start + 1),
        )
        found.append((part, words))
    return found


def _known(part: str, lang: Lang) -> str | None:
    for pattern, message in _patterns():
        if met := pattern.fullmatch(part):
            return catalogue()[message][lang].format(**met.groupdict())
    return None


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """What each method looks like in each language; a wording without placeholders goes before one that has them.

    Dutch with a placeholder is left out: what stands there may be people's own words, as in ‘gemiddelde per gezin’.
    """
    found = [
        (entry[lang], message)
        for message, entry in catalogue().items()
        if message.startswith(_AREAS)
        for lang in LANGS
        if lang == "en" or "{" not in entry[lang]
    ]
    found.sort(key=lambda one: "{" in one[0])
    return tuple(
        (re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^,;]+?)", re.escape(text))), one) for text, one in found
    )
