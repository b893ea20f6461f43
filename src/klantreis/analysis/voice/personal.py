"""Which parts of a text point to one person: numbers of the state and the bank, plates, phones and e-mail addresses?

Every number must pass its own check (11-check, modulo 97, a numbering plan). It does not look for names, addresses or
stories by which a person is known: a text without a find may still be personal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args

import phonenumbers
from stdnum import iban
from stdnum.be import ssn
from stdnum.exceptions import ValidationError
from stdnum.nl import bsn

from klantreis.analysis.result import plain
from klantreis.analysis.voice.tokens import as_text, word_list
from klantreis.texts import text as message
from klantreis.values import Lang

Kind = Literal["email", "iban", "bsn", "belgian_national_number", "phone", "licence_plate"]
KINDS: tuple[Kind, ...] = get_args(Kind)
#: How far before a number its own name may stand, in characters.
NEAR = 40
#: Numbers that anyone may call and that belong to no person.
_OF_NOBODY = {
    phonenumbers.PhoneNumberType.TOLL_FREE,
    phonenumbers.PhoneNumberType.PREMIUM_RATE,
    phonenumbers.PhoneNumberType.SHARED_COST,
    phonenumbers.PhoneNumberType.UAN,
}
# No part of a longer number or word: 1.123.456,78 holds no nine digits, and neither does 3SABC123456782.
_BEFORE, _AFTER = r"(?<![\w+])(?<!\d[.,/-])(?<!€)(?<!€ )", r"(?![\w])(?![.,/-]\d)"
_EMAIL = re.compile(r"(?<![\w.+%-])[\w.+%'-]*[\w+%-]@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,24}(?![\w@])(?!-\w)")
_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?:[ .-]?[A-Z0-9]){11,30}", re.IGNORECASE)
_BSN = re.compile(rf"{_BEFORE}(?:\d{{8,9}}|\d{{4}}[. -]\d{{2}}[. -]\d{{3}}|\d{{3}}[. -]\d{{3}}[. -]\d{{3}}){_AFTER}")
_NATIONAL = re.compile(rf"{_BEFORE}(?:\d{{11}}|\d\d[. -]?\d\d[. -]?\d\d[ -]\d{{3}}[. -]?\d\d){_AFTER}")
_DUTCH = (
    "LL-DD-DD DD-DD-LL DD-LL-DD LL-DD-LL LL-LL-DD DD-LL-LL DD-LLL-D D-LLL-DD LL-DDD-L L-DDD-LL LLL-DD-L L-DD-LLL "
    "D-LL-DDD DDD-LL-D"
)
_BELGIAN, _OLD_BELGIAN = "D-LLL-DDD", "LLL-DDD DDD-LLL"


@dataclass(frozen=True, slots=True)
class PersonalData:
    """One find: ``text[start:end]`` is ``found``."""

    kind: Kind
    start: int
    end: int
    found: str

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {name: plain(getattr(self, name)) for name in self.__slots__}


def personal_data(text: str) -> tuple[PersonalData, ...]:
    """Personal data in a text, in order and without overlap.

    Parameters
    ----------
    text
        What someone said or typed, in any language.

    Notes
    -----
    A Dutch citizen service number (BSN) of nine digits passes the 11-check by chance once in eleven times; so one that
    is called an order, a case or an invoice is left alone, and one of eight digits counts only when it is called a BSN.
    Plates without hyphens, in small letters, or of the old Belgian form count only when they are called a plate.
    Numbers that are free or dear to call belong to nobody.

    References
    ----------
    Logisch Ontwerp BSN (11-check); Belgian royal decree of 3 April 1984 (modulo 97); ISO 13616 (IBAN); ITU-T E.164.

    Examples
    --------
    >>> [(find.kind, find.found) for find in personal_data("Bel 06-12345678 over bestelling 123456782.")]
    [('phone', '06-12345678')]
    """
    whole = as_text("text", text)
    taken: list[PersonalData] = []
    for finds in (_emails(whole), _ibans(whole), _national(whole), _bsns(whole), _phones(whole), _plates(whole)):
        for find in finds:
            if all(find.end <= one.start or find.start >= one.end for one in taken):
                taken.append(find)
    return tuple(sorted(taken, key=lambda find: find.start))


def redacted(text: str, *, lang: Lang = "nl", kinds: Iterable[Kind] = KINDS) -> str:
    """The text with its personal data replaced by their kind between brackets.

    Parameters
    ----------
    text
        What someone said or typed.
    lang
        Of the words between the brackets.
    kinds
        Which kinds are replaced; all of them unless said otherwise.

    Examples
    --------
    >>> redacted("Mail jan@voorbeeld.nl of bel +32 478 12 34 56.")
    'Mail [e-mailadres] of bel [telefoonnummer].'
    """
    chosen, kept = set(kinds), as_text("text", text)
    # Again until nothing is left: what is taken away may have hidden the name of a number behind it.
    while finds := [find for find in personal_data(kept) if find.kind in chosen]:
        for find in reversed(finds):
            kept = f"{kept[: find.start]}[{message(f'voice.personal.{find.kind}', lang)}]{kept[find.end :]}"
    return kept


def _emails(text: str) -> Iterable[PersonalData]:
    return (PersonalData("email", *found.span(), found.group()) for found in _EMAIL.finditer(text))


def _ibans(text: str) -> Iterable[PersonalData]:
    for found in _IBAN.finditer(text):
        # The words after it may look like its end, so the longest part that is valid is taken.
        for length in range(len(found.group()), 14, -1):
            part = found.group()[:length]
            after = text[found.start() + length : found.start() + length + 1]
            if part[-1].isalnum() and not after.isalnum() and iban.is_valid(part, check_country=False):
                yield PersonalData("iban", found.start(), found.start() + length, part)
                break


def _bsns(text: str) -> Iterable[PersonalData]:
    for found in _BSN.finditer(text):
        digits = re.sub(r"\D", "", found.group())
        called = _called(text, found.start(), "bsn")
        if bsn.is_valid(digits) and len(set(digits)) > 1 and (called or (len(digits) == 9 and not _other(text, found))):
            yield PersonalData("bsn", *found.span(), found.group())


def _national(text: str) -> Iterable[PersonalData]:
    for found in _NATIONAL.finditer(text):
        try:
            ssn.validate(re.sub(r"\D", "", found.group()))
        except ValidationError:
            continue
        if _called(text, found.start(), "national_number") or not _other(text, found):
            yield PersonalData("belgian_national_number", *found.span(), found.group())


def _phones(text: str) -> Iterable[PersonalData]:
    for region in ("NL", "BE"):
        for match in phonenumbers.PhoneNumberMatcher(text, region):
            found = re.compile(re.escape(match.raw_string)).match(text, match.start)
            # Without its 0 or + any nine digits would be a Dutch number.
            if found is None or not re.match(r"\(?(?:\+|0)", found.group()) or _other(text, found):
                continue
            if text[found.start() - 1 : found.start()].isalnum() or text[found.end() : found.end() + 1].isalnum():
                continue
            if phonenumbers.number_type(match.number) not in _OF_NOBODY:
                yield PersonalData("phone", *found.span(), found.group())


def _plates(text: str) -> Iterable[PersonalData]:
    for pattern, sure in _plate_patterns():
        for found in pattern.finditer(text):
            plate = found.group()
            called = _called(text, found.start(), "plate")
            if called or (sure and "-" in plate and plate.isupper() and not _other(text, found)):
                yield PersonalData("licence_plate", *found.span(), plate)


@cache
def _plate_patterns() -> tuple[tuple[re.Pattern[str], bool], ...]:
    """Forms of plates; the second says whether the form alone is enough."""

    def either(forms: str) -> re.Pattern[str]:
        written = "|".join(
            form.replace("-", "[ -]?").replace("L", "[A-Z]").replace("D", r"\d") for form in forms.split()
        )
        return re.compile(rf"(?<![\w-])(?:{written})(?![\w-])", re.IGNORECASE | re.ASCII)

    return (either(_BELGIAN), True), (either(_DUTCH), True), (either(_OLD_BELGIAN), False)


@cache
def _names(kind: str) -> re.Pattern[str]:
    words = "|".join(re.escape(word) for word in word_list("personal_context", kind))
    if kind != "other":
        return re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)
    # Right before the number, with at most "nummer is:" between: "over mijn bestelling: bel 06…" names no order number.
    number = r"(?:s?[- ]?(?:nummer|number|nr|no|num|code|id)\b)"
    return re.compile(
        rf"(?:(?<!\w)\w*(?:{words}){number}?|#)[\s.:#=(-]*(?:(?:is|was|met|with|nr|nummer|number)\b[\s.:#=(-]*){{0,2}}$",
        re.IGNORECASE,
    )


def _called(text: str, start: int, kind: str) -> bool:
    return _names(kind).search(text, max(0, start - NEAR), start) is not None


def _other(text: str, found: re.Match[str]) -> bool:
    """Whether the words right before a number say that it is of an order, an invoice or another thing."""
    return _names("other").search(text[max(0, found.start() - NEAR) : found.start()]) is not None
