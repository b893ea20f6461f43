"""The words of a market: labels change, case stays, and no word of another market is left."""

from __future__ import annotations

import pytest

from klantreis.journeys.built_in_models import BUILT_IN
from klantreis.journeys.vocabulary import in_words_of
from klantreis.texts import catalogue


@pytest.mark.parametrize(
    ("label", "market", "lang", "shown"),
    [
        ("Aankoop", "b2c", "nl", "Aankoop"),
        ("Aankoop", "public", "nl", "Aanvraag"),
        ("Trouwe klant", "nonprofit", "nl", "Trouwe donateur"),
        ("Post-purchase", "nonprofit", "en", "Post-gift"),
        ("Klantreis", "public", "nl", "Burgerreis"),
        ("De klantenkaart", "public", "nl", "De klantenkaart"),
    ],
)
def test_a_label_in_the_words_of_a_market(label: str, market: str, lang: str, shown: str) -> None:
    assert in_words_of(label, market=market, lang=lang) == shown  # type: ignore[arg-type]


def test_an_organisation_may_have_its_own_word_for_people() -> None:
    assert in_words_of("Klanten", market="nonprofit", lang="nl", person="cliënt") == "Cliënten"


def test_no_label_of_a_public_body_speaks_of_buying_or_of_customers() -> None:
    labels = [phase.label.nl for model in BUILT_IN.values() for phase in model.phases]
    labels += [question.nl for model in BUILT_IN.values() for phase in model.phases for question in phase.questions]
    labels += [entry["nl"] for name, entry in catalogue().items() if name.startswith("map.lane.")]
    for label in labels:
        shown = in_words_of(label, market="public", lang="nl").lower().split()
        assert not {"aankoop", "klant", "klanten"} & set(shown), shown
