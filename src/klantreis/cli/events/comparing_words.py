"""What a row of a comparison compares, in words."""

from __future__ import annotations

from klantreis.cli.events.showing import ARROW
from klantreis.texts import text
from klantreis.values import Lang

#: The comparisons of which the first part of ``what`` is a word, and not something from the log.
WORDED = ("visits", "retention", "between", "rework", "credit", "any-order")


def what_words(on: str, what: tuple[str, ...], lang: Lang) -> str:
    """What one row compares.

    Examples
    --------
    >>> what_words("visits", ("2",), "en"), what_words("credit", ("first", "folder"), "nl")
    ('2 or more', 'eerst: folder')
    >>> what_words("activity", ("1", "14"), "en"), what_words("transitions", ("mail", "shop"), "en")
    ('Monday, 14 h', 'mail → shop')
    """
    if on == "paths" and not what:
        return _say("directly", lang)
    if on == "activity":
        word, rest = what
        return _say("channel", lang, what=rest or "–") if word == "channel" else _say(f"day{word}", lang, hour=rest)
    if on in WORDED:
        word, *more = what
        if word.isdecimal():
            return _say("after" if on == "retention" else "or_more", lang, n=word)
        if more:
            return _say(word, lang, what=more[0])
        if on in ("between", "rework"):
            return _say(f"any_{word}" if on == "rework" else word, lang)
    return ARROW.join(part or text("events.steps.ended", lang) for part in what)


def _say(message: str, lang: Lang, **values: object) -> str:
    return text(f"events.compare.what.{message}", lang, **values)
