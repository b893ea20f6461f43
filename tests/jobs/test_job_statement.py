"""A job is what someone wants done; a product is what they might buy for it."""

from __future__ import annotations

import pytest

from klantreis.jobs.statement import job_statement
from klantreis.values import Lang

PRODUCTS: list[tuple[Lang, str]] = [
    ("nl", "een verzekering afsluiten"),
    ("nl", "Een autoverzekering afsluiten."),
    ("nl", "Ik sluit een goede verzekering af"),
    ("nl", "een boor kopen"),
    ("nl", "een abonnement afsluiten"),
    ("nl", "een nieuwe auto"),
    ("nl", "klantenkaart"),
    ("nl", "de klantenkaart gebruiken"),
    ("nl", "een parkeervergunning aanvragen"),
    ("nl", "boodschappen bestellen"),
    ("en", "take out car insurance"),
    ("en", "buy a drill"),
    ("en", "Get a phone subscription"),
    ("en", "the newest phone"),
    ("en", "use the app"),
    ("en", "apply for a permit"),
]
JOBS: list[tuple[Lang, str]] = [
    ("nl", "ongestoord van mijn nieuwe auto genieten"),
    ("nl", "ongestoord van de nieuwe auto genieten"),
    ("nl", "een mooie foto ophangen"),
    ("nl", "met de nieuwste telefoon gezien worden"),
    ("nl", "met de nieuwste Samsung gezien worden"),
    ("nl", "de dag rustig afsluiten"),
    ("nl", "een gat in de muur hebben"),
    ("nl", "mijn huis verkopen"),
    ("nl", "elke week gezond eten op tafel zetten zonder te veel uit te geven"),
    ("nl", "de weekmaaltijden rond krijgen binnen budget"),
    ("nl", "foto's ophangen zonder een boor te kopen"),
    ("nl", "zeker zijn dat de auto start"),
    ("nl", "me thuis voelen in mijn nieuwe huis"),
    ("en", "enjoy my new car undisturbed"),
    ("en", "hang a nice photo"),
    ("en", "be seen with the newest phone"),
    ("en", "put meals on the table within budget"),
    ("en", "hang a picture without buying a drill"),
    ("en", "have a quiet evening"),
    ("en", "keep the house in order"),
    ("en", "take a rest"),
]


@pytest.mark.parametrize(("lang", "text"), PRODUCTS, ids=[text for _, text in PRODUCTS])
def test_a_product_is_seen(lang: Lang, text: str) -> None:
    found = job_statement(text, lang)
    assert found.kind == "product"
    assert found.why


@pytest.mark.parametrize(("lang", "text"), JOBS, ids=[text for _, text in JOBS])
def test_a_job_is_left_alone(lang: Lang, text: str) -> None:
    assert job_statement(text, lang).why == ""


def test_a_given_name_makes_it_a_solution() -> None:
    assert job_statement("sparen bij Winkel & Co", "nl").kind == "job"
    assert job_statement("sparen bij winkel & co", "nl", names=["Winkel & Co"]).why == "Winkel & Co"
    assert job_statement("sparen bij Winkelier", "nl", names=["Winkel"]).kind == "job"
