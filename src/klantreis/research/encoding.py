"""Damaged letters: text that was once read with the wrong character table (``geĂŻnteresseerd``).

Reports what was found and what it probably was; never repairs anything, for only people know for sure. Finds
UTF-8 that was read as Windows-1252, Latin-1, Windows-1250, Latin-2 or Mac Roman, once or several times over;
stray control signs; and the sign that stands for a letter that was lost (U+FFFD). A damaged letter of which
half was lost as well, such as a bare ``Ã`` before a space, is not found.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

LOST = "\ufffd"
#: Tables that were read by mistake, likeliest first.
_TABLES = ("cp1252", "cp1250", "iso8859-2", "mac-roman")
_TYPOGRAPHIC = frozenset("‚„“”‘’‹›«»…–—†‡•™")
#: Mac Roman turns the first byte of a letter into a sign of mathematics; other first bytes into common marks.
_MAC_STARTS = frozenset("√¬≈ƒ‚")
#: Letters that follow Ă and Â in sound words.
_ROMANIAN = frozenset("ŞşŢţ")
#: First halves that never stand before such a sign in a sound text.
_TELLING = frozenset("ÃÂĹâðđ")


@dataclass(frozen=True, slots=True)
class Fault:
    """A damaged place in a text.

    Parameters
    ----------
    position
        Where it begins, in characters from 0.
    found
        The damaged characters.
    suggestion
        What they probably were; None when that cannot be known.
    """

    position: int
    found: str
    suggestion: str | None


def encoding_faults(text: str) -> tuple[Fault, ...]:
    """The damaged places of a text, in order; none in text that is sound.

    Examples
    --------
    >>> encoding_faults("Ik ben geĂŻnteresseerd")
    (Fault(position=9, found='ĂŻ', suggestion='ï'),)
    >>> encoding_faults("geïnteresseerd, café, Łódź")
    ()
    """
    if text.isascii():
        return ()
    return tuple(_undone(fault) for fault in _joined(_faults(text)))


def _faults(text: str) -> Iterator[Fault]:
    at = 0
    while at < len(text):
        letter = text[at]
        fault = None
        if letter == LOST:
            fault = Fault(at, letter, None)
        elif letter > "\x7f":
            fault = _misread(text, at)
            if fault is None and "\x80" <= letter <= "\x9f":
                meant = bytes([ord(letter)]).decode("cp1252", "ignore")
                fault = Fault(at, letter, meant or None)
        if fault is not None:
            yield fault
        at += len(fault.found) if fault else 1


def _joined(faults: Iterator[Fault]) -> Iterator[Fault]:
    """Neighbouring faults as one."""
    held: Fault | None = None
    for fault in faults:
        if held is None:
            held = fault
        elif held.position + len(held.found) == fault.position and held.suggestion and fault.suggestion:
            held = Fault(held.position, held.found + fault.found, held.suggestion + fault.suggestion)
        else:
            yield held
            held = fault
    if held is not None:
        yield held


def _undone(fault: Fault) -> Fault:
    """The fault with what it was before the first of several misreadings."""
    suggestion = fault.suggestion
    while suggestion:
        deeper = next(iter(encoding_faults(suggestion)), None)
        if deeper is None or not deeper.suggestion:
            break
        end = deeper.position + len(deeper.found)
        suggestion = suggestion[: deeper.position] + deeper.suggestion + suggestion[end:]
    return Fault(fault.position, fault.found, suggestion)


def _misread(text: str, at: int) -> Fault | None:
    for table in _TABLES:
        for length in (4, 3, 2):
            piece = text[at : at + length]
            meant = _decoded(piece, table) if len(piece) == length else None
            if meant is not None and _is_likely(meant) and _stands_out(text, at, piece, table):
                return Fault(at, piece, meant)
    return None


def _decoded(piece: str, table: str) -> str | None:
    """The one letter that was misread as this piece; None when it is no such piece."""
    codes = _codes(table)
    if not all(letter in codes for letter in piece):
        return None
    try:
        letter = bytes(codes[letter] for letter in piece).decode("utf-8")
    except UnicodeDecodeError:
        return None
    return letter if len(letter) == 1 else None


@cache
def _codes(table: str) -> dict[str, int]:
    """Which byte each sign beyond ASCII stands for; undefined bytes come through as control signs."""
    codes = {chr(code): code for code in range(0x80, 0xA0)}
    for code in range(0x80, 0x100):
        letter = bytes([code]).decode(table, "ignore")
        if letter:
            codes[letter] = code
    return codes


def _is_likely(letter: str) -> bool:
    """Letters and marks of western and central European text, and pictures; others are chance hits."""
    code = ord(letter)
    return (
        (0xA0 <= code <= 0x17F and letter != "\xad")
        or 0x218 <= code <= 0x21B
        or 0x2010 <= code <= 0x203A
        or letter in "€™−≤≥≠→←✓✔\ufeff"
        or code >= 0x1F300
    )


def _stands_out(text: str, at: int, piece: str, table: str) -> bool:
    """Whether a piece cannot well be sound text: Romanian writes ``Ăşti``, German quotes ``„Ä“``."""
    start, rest = piece[0], piece[1:]
    inside = at > 0 and text[at - 1].islower()
    if table == "mac-roman":
        return start in _MAC_STARTS
    if any(letter in _ROMANIAN for letter in rest):
        return inside
    if start not in _TELLING and any(letter in _TYPOGRAPHIC for letter in rest):
        return inside or text[at + len(piece) : at + len(piece) + 1].islower()
    return True
