"""Numbers and days as people write them in Dutch and English: 1.234 and 1,234; 12,5 % and 12.5%."""

from __future__ import annotations

import math
from datetime import date

from klantreis.values import Lang

#: Between a number and its unit in Dutch, and where a line must not break.
NO_BREAK = "\u00a0"
_MONTHS: dict[Lang, tuple[str, ...]] = {
    "nl": (
        "januari", "februari", "maart", "april", "mei", "juni",
        "juli", "augustus", "september", "oktober", "november", "december",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
}  # fmt: skip
_UNITS: dict[Lang, dict[str, tuple[str, str]]] = {
    "nl": {
        "day": ("dag", "dagen"),
        "hour": ("uur", "uur"),
        "minute": ("minuut", "minuten"),
        "second": ("seconde", "seconden"),
    },
    "en": {
        "day": ("day", "days"),
        "hour": ("hour", "hours"),
        "minute": ("minute", "minutes"),
        "second": ("second", "seconds"),
    },
}


def number(value: float, lang: Lang, *, decimals: int = 0) -> str:
    """A number with the language's signs for thousands and decimals.

    Examples
    --------
    >>> number(1469307, "nl"), number(1234.5, "en", decimals=1)
    ('1.469.307', '1,234.5')
    """
    written = f"{value:,.{decimals}f}"
    return written.translate(str.maketrans(",.", ".,")) if lang == "nl" else written


def signed(value: float, lang: Lang) -> str:
    """A number with its sign, at most two decimals; nothing before zero.

    Examples
    --------
    >>> signed(-1.5, "nl"), signed(2, "en"), signed(0, "nl")
    ('−1,5', '+2', '0')
    """
    rounded = round(value, 2)
    places = len(f"{abs(rounded):g}".partition(".")[2])
    sign = "−" if rounded < 0 else "+" if rounded > 0 else ""
    return sign + number(abs(rounded), lang, decimals=places)


def percent(share: float, lang: Lang, *, decimals: int | None = None) -> str:
    """A share from 0 to 1 as a percentage; small shares keep a decimal so that they do not read as zero.

    Examples
    --------
    >>> percent(0.374, "en"), percent(0.0042, "nl")
    ('37%', '0,4\\xa0%')
    """
    places = (1 if 0 < share < 0.0995 else 0) if decimals is None else decimals
    sign = f"{NO_BREAK}%" if lang == "nl" else "%"
    return number(100 * share, lang, decimals=places) + sign


def interval(low: float, high: float, lang: Lang) -> str:
    """An interval of shares as percentages.

    Examples
    --------
    >>> interval(0.351, 0.398, "nl")
    '35–40\\xa0%'
    """
    places = 1 if 0 < low < 0.0995 else 0
    left = number(100 * low, lang, decimals=places)
    return f"{left}–{percent(high, lang, decimals=places)}"


def duration(seconds: float, lang: Lang) -> str:
    """A stretch of time in the unit that reads best, one decimal below ten.

    Examples
    --------
    >>> duration(3 * 86400, "nl"), duration(5400, "en")
    ('3\\xa0dagen', '1.5\\xa0hours')
    """
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)):
        amount = seconds / size
        if amount >= 1 or unit == "second":
            shown = math.floor(amount * 10 + 0.5) / 10
            places = 0 if shown >= 10 or shown == int(shown) else 1
            one, many = _UNITS[lang][unit]
            word = one if number(shown, lang, decimals=places) == "1" else many
            return f"{number(shown, lang, decimals=places)}{NO_BREAK}{word}"
    raise AssertionError("the last unit always fits")


def day(value: date, lang: Lang) -> str:
    """A day in words.

    Examples
    --------
    >>> day(date(2026, 11, 21), "nl")
    '21 november 2026'
    """
    return f"{value.day} {_MONTHS[lang][value.month - 1]} {value.year}"
