"""What is wrong with a pattern, said in Dutch and in English; every sentence of the parser can be reached."""

from __future__ import annotations

import pytest

from klantreis.errors import KlantreisError, PatternSyntaxError, Said
from klantreis.events.pattern_text import read_pattern
from klantreis.texts import catalogue, error_text, text

WRONG = {
    "": "Het patroon is leeg.",
    "a ? 1": "‘?’ betekent niets in een patroon.",
    'a = "x': "Dit aanhalingsteken wordt niet gesloten.",
    "a = 1 after b = 2 after c = 3": "Zet haakjes om de twee die bij elkaar horen.",
    "a = 1 around b = 2": "Bij around hoort een afstand, zoals in within 7d around.",
    "(" * 61 + "a = 1": "Het patroon is dieper genest dan 60 niveaus.",
    "a = " + "9" * 5000: "Dit getal is te lang; zet het als tekst tussen aanhalingstekens.",
    "a = 9007199254740993": "Het getal 9007199254740993 is te lang om precies te vergelijken; "
    "zet het als tekst tussen aanhalingstekens.",
    "a = 1e999": "Een gebeurtenis wordt vergeleken met tekst of een eindig getal, niet met inf.",
    "nth(0) a = 1": "Gebeurtenis nummer 0 bestaat niet; tel vanaf 1, of vanaf de laatste terug met -1, -2, ….",
    "nth(1.5) a = 1": "1.5 is geen geheel getal.",
    "nth a = 1": "Hier hoort tussen haakjes de hoeveelste, zoals in nth(2), maar er staat ‘a’.",
    "nth(x) a = 1": "Hier hoort een geheel getal, zoals in nth(2), maar er staat ‘x’.",
    "a = 1 within 7d": "Hier hoort after, before of around, en een patroon, maar het patroon houdt op.",
    "a = 1 b": "Hier hoort and, or, then, within, of het einde van het patroon, maar er staat ‘b’.",
    "(a = 1": "Hier hoort een haakje sluiten, maar het patroon houdt op.",
    "a in 1": "Hier hoort een haakje openen na in, maar er staat ‘1’.",
    "a in (1 2)": "Hier hoort een komma of een haakje sluiten, maar er staat ‘2’.",
    '"x"': 'Hier hoort een veld zoals touchpoint, channel of een kenmerk, maar er staat de tekst "x".',
    "a not = 1": "Hier hoort het woord in, maar er staat ‘=’.",
    "a b": "Hier hoort =, !=, <, <=, >, >= of in, maar er staat ‘b’.",
    'a < "x"': 'Hier hoort een getal, want < vergelijkt getallen, maar er staat de tekst "x".',
    "a = b": "Hier hoort een tekst tussen aanhalingstekens of een getal, maar er staat ‘b’.",
    "a = null": "Hier hoort een tekst tussen aanhalingstekens of een getal, maar er staat ‘null’.",
    "a = 1 within (": "Hier hoort een tijdsduur zoals 7d, maar er staat ‘(’.",
    "a = 1 within 7x after b = 1": "De lengte ‘7x’ is geen tijdsduur.",
}


def wrong_with(pattern: str) -> PatternSyntaxError:
    with pytest.raises(PatternSyntaxError) as caught:
        read_pattern(pattern)
    return caught.value


def ids_in(value: object) -> set[str]:
    """Every message that an error or a phrase names, those within it too."""
    found: set[str] = set()
    if isinstance(value, KlantreisError | Said) and value.message_id:
        found = {value.message_id}.union(*(ids_in(one) for one in value.values.values()))
    return found | (ids_in(value.hint) if isinstance(value, KlantreisError) else set())


@pytest.mark.parametrize("pattern", WRONG)
def test_what_is_wrong_is_said_in_dutch_with_the_place(pattern: str) -> None:
    error = wrong_with(pattern)
    told = error_text(error, "nl")
    assert told.message == f"{WRONG[pattern]}\n{error.pointer}"
    assert (told.message_lang, told.hint_lang) == ("nl", "nl")


@pytest.mark.parametrize("pattern", WRONG)
def test_in_english_it_is_the_sentence_of_the_error(pattern: str) -> None:
    error = wrong_with(pattern)
    assert error_text(error, "en").message == error.message
    again = error_text(error, "nl", say=lambda message, **values: text(message, "en", **values))
    assert again.message == error.message
    assert again.hint == (error.hint or "")


def test_every_sentence_on_patterns_is_reached() -> None:
    reached = set().union(*(ids_in(wrong_with(pattern)) for pattern in WRONG))
    assert {one for one in catalogue() if one.startswith("errors.pattern.")} - reached == set()
