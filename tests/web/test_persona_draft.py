"""A drafted persona on its page: its rule, how many, how sure, how steady, and what nobody asked yet."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from klantreis.personas.persona import Face, Persona
from klantreis.use_cases.draft_persona import draft_persona
from klantreis.use_cases.find_segments import find_segments
from klantreis.use_cases.open_workspace import open_store
from klantreis.use_cases.read_customers import read_customers
from klantreis.web.portrait import SKINS, portrait
from tests.use_cases.small_shop import small_shop

LANGS = {"nl": "nl-NL,nl;q=0.9", "en": "en-GB,en;q=0.9"}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A workspace with a persona that was drafted from a segment."""
    store = small_shop(tmp_path)
    segments = find_segments(read_customers(store, by=("count:shop",)), k=2, draws=10)
    draft_persona(store, segments, 2, name="Noor", by="ann")
    return tmp_path / "shop"


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        (
            "nl",
            (
                "keer ‘shop’; geteld per klant",
                "40 van 120 klanten (33 %)",
                "Aandeel dat aan de regel voldoet",
                "33 % (95%-interval 26–42 %; n = 120)",
                "een zeer stabiele groep",
                "overlap in opnieuw getrokken steekproeven: 1,00",
                "1 januari 2026 – 31 maart 2026",
                "Een concept: er staat wat er geteld is.",
            ),
        ),
        (
            "en",
            (
                "40 of 120 customers (33%)",
                "33% (95% interval 26–42%; n = 120)",
                "a very steady group",
                "A draft: it says what was counted.",
            ),
        ),
    ],
)
def test_the_page_says_whom_the_draft_stands_for_and_how_sure_that_is(
    ask: Callable[[Path], Any], place: Path, lang: str, said: tuple[str, ...]
) -> None:
    response = ask(place).get("/w/shop/persona/noor/", HTTP_ACCEPT_LANGUAGE=LANGS[lang])
    assert response.status_code == 200
    text = " ".join(response.content.decode().replace("\u00a0", " ").split())
    for words in said:
        assert words in text, words


def test_a_draft_has_no_hair_and_no_skin(place: Path) -> None:
    held = open_store(place).load()
    draft = held.get("persona:noor", Persona)
    drawn = portrait(draft)
    assert drawn.skin == drawn.hair == drawn.clothes
    assert (drawn.behind, drawn.before) == ("", "")
    faced = portrait(draft.model_copy(update={"face": Face(alt_text="Noor")}))
    assert faced.skin in SKINS


def test_a_persona_of_which_only_numbers_were_written_has_its_interval(client: Any) -> None:
    response = client.get("/w/buurtwinkel/persona/noor/", HTTP_ACCEPT_LANGUAGE=LANGS["nl"])
    text = response.content.decode().replace("\u00a0", " ")
    assert "26 % (95%-interval 24–30 %; n = 801)" in text
    assert "Een concept" not in text
