"""Lengths of time as people write them (``7d``, ``30min``, ``PT30M``), as whole microseconds, and back."""

from __future__ import annotations

import re
from datetime import timedelta

from klantreis.errors import InvalidInputError, Said

Duration = str | timedelta

SECOND = 1_000_000
_UNITS = {
    "w": 7 * 86_400 * SECOND,
    "d": 86_400 * SECOND,
    "h": 3_600 * SECOND,
    "min": 60 * SECOND,
    "s": SECOND,
    "ms": 1_000,
}
_ISO_UNITS = {"W": "w", "D": "d", "H": "h", "M": "min", "S": "s"}
_PART = re.compile(r"(\d+(?:[.,]\d+)?)\s*(min|ms|w|d|h|s)\s*")
_ISO = re.compile(
    r"P(?:(?P<W>[\d.,]+)W)?(?:(?P<D>[\d.,]+)D)?(?:T(?:(?P<H>[\d.,]+)H)?(?:(?P<M>[\d.,]+)M)?(?:(?P<S>[\d.,]+)S)?)?"
)
#: A longer stretch than this (about 29,000 years) is a slip of the pen.
LONGEST = 9 * 10**17


def microseconds(duration: Duration, *, what: str = "duration") -> int:
    """A length of time as whole microseconds, more than nothing.

    Parameters
    ----------
    duration
        A timedelta, or text: ``7d``, ``1h30min``, ``45 s``, or ISO 8601 (``P1W``, ``PT30M``). Units: w, d, h,
        min, s, ms. Months and years have no fixed length and are refused.
    what
        The name of the argument, for the message.

    Raises
    ------
    InvalidInputError
        When it cannot be read, or is not more than zero.

    Examples
    --------
    >>> microseconds("1h30min") == microseconds("PT90M") == 5_400_000_000
    True
    """
    found = _as_microseconds(duration)
    if found is None:
        raise InvalidInputError(
            f"The {what} {str(duration)!r} is no length of time.",
            hint=Said(
                "Write it like 30min, 12h, 7d, 2w, 1h30min or PT30M (units: w, d, h, min, s, ms).",
                message_id="errors.hint.length",
            ),
            message_id="errors.no_length",
            values={"what": what, "duration": str(duration)},
        )
    if not 0 < found <= LONGEST:
        raise InvalidInputError(
            f"The {what} {str(duration)!r} must be more than zero and less than 25,000 years.",
            hint=Said("For example 7d.", message_id="errors.hint.for_example_7d"),
            message_id="errors.length_range",
            values={"what": what, "duration": str(duration)},
        )
    return found


def duration_text(seconds: float | None) -> str:
    """A length of time for people, in its two largest units; "–" when there is none.

    Examples
    --------
    >>> duration_text(93_784)
    '1d 2h'
    >>> duration_text(12.34)
    '12.3s'
    """
    if seconds is None:
        return "–"
    if seconds < 60:
        return f"{seconds:.0f}s" if seconds == int(seconds) else f"{seconds:.1f}s"
    left = round(seconds)
    parts: list[tuple[int, str]] = []
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        number, left = divmod(left, length)
        if number or parts:
            parts.append((number, unit))
    return " ".join(f"{number}{unit}" for number, unit in parts[:2] if number)


def exact_text(length: int) -> str:
    """A length in microseconds as text that reads back as exactly that.

    Examples
    --------
    >>> exact_text(5_400_000_000), exact_text(1_500)
    ('1h30min', '1.5ms')
    """
    parts: list[str] = []
    for unit in ("d", "h", "min", "s"):
        number, length = divmod(length, _UNITS[unit])
        if number:
            parts.append(f"{number}{unit}")
    if length:
        parts.append(f"{length / 1_000:.3f}".rstrip("0").rstrip(".") + "ms")
    return "".join(parts)


def _as_microseconds(duration: object) -> int | None:
    if isinstance(duration, timedelta):
        return duration // timedelta(microseconds=1)
    if not isinstance(duration, str):
        return None
    text = duration.strip()
    if text.upper().startswith("P"):
        return _from_iso(text.upper())
    lower, at, total = text.lower(), 0, 0
    while at < len(lower):
        match = _PART.match(lower, at)
        if match is None:
            return None
        total += round(float(match[1].replace(",", ".")) * _UNITS[match[2]])
        at = match.end()
    return total if lower else None


def _from_iso(text: str) -> int | None:
    match = _ISO.fullmatch(text)
    if match is None or not any(match.groupdict().values()):
        return None
    total = 0
    for letter, number in match.groupdict().items():
        if number is None:
            continue
        try:
            total += round(float(number.replace(",", ".")) * _UNITS[_ISO_UNITS[letter]])
        except ValueError:
            return None
    return total
