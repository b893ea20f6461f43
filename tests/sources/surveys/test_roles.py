"""What a column asks is guessed from its words in Dutch and English and from its answers."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantreis.sources.surveys.days import days_of
from klantreis.sources.surveys.numbers import Reading, reading_of, written_number
from klantreis.sources.surveys.personal import personal_in
from klantreis.sources.surveys.roles import Guess, guess_roles
from klantreis.sources.surveys.sheet import Question, Sheet


def sheet(*columns: tuple[str, list[str]]) -> Sheet:
    rows = tuple(zip(*(cells for _, cells in columns), strict=True))
    questions = tuple(Question(name, name) for name, _ in columns)
    return Sheet(Path("a.csv"), "csv", questions, rows, tuple(range(2, 2 + len(rows))))


LIKERT = ["5", "4", "3", "2"]
PRICES = ["2,50", "€ 3", "4", "12"]


@pytest.mark.parametrize(
    ("heading", "cells", "role"),
    [
        ("Hoe belangrijk is het voor u dat het snel gaat?", LIKERT, "importance"),
        ("How important is it to you that it is quick?", LIKERT, "importance"),
        ("imp_quick", LIKERT, "importance"),
        ("Hoe tevreden bent u over ons?", LIKERT, "csat"),
        ("How satisfied are you with us?", LIKERT, "csat"),
        ("Hoe waarschijnlijk is het dat u ons aanbeveelt aan vrienden?", ["9", "10", "0", "7"], "nps"),
        ("How likely are you to recommend us?", ["9", "10", "0", "7"], "nps"),
        ("NPS", ["9", "10", "0", "7"], "nps"),
        ("Hoeveel moeite kostte het u?", LIKERT, "ces"),
        ("The company made it easy for me to handle my issue", LIKERT, "ces"),
        ("Bij welke prijs vindt u dit te goedkoop?", PRICES, "too_cheap"),
        ("Bij welke prijs is het zo duur dat u het niet koopt?", PRICES, "too_expensive"),
        ("At what price is it a bargain?", PRICES, "cheap"),
        ("At what price does it become expensive?", PRICES, "expensive"),
        ("Hoe waarschijnlijk is het dat u het koopt voor de goedkope prijs?", LIKERT, "intent_at_cheap"),
        ("How likely are you to buy at the expensive price?", LIKERT, "intent_at_expensive"),
        ("Wat zou u betalen?", ["Tussen 10 en 20€", "Tussen 20 en 30€", "meer dan 30", "10-20"], "price_bracket"),
        ("How much would you pay?", ["10-20", "20-30", "more than 30", "10-20"], "price_bracket"),
        ("Voorgelegde prijs", ["5", "6", "7", "8"], "offered_price"),
        ("Zou u het kopen?", ["ja", "nee", "ja", "ja"], "bought"),
        ("Hoe voelde u zich bij het wachten?", ["-2", "1", "2", "0"], "emotion"),
        ("Wat had u verwacht van de levertijd?", LIKERT, "expected"),
        ("Hoe hebt u de levertijd ervaren?", LIKERT, "experienced"),
        ("Waarom geeft u dit cijfer?", ["a", "b", "b", "c"], "text"),
        ("Leeftijd", ["18-34", "35-54", "18-34", "55+"], "category"),
        ("Aantal personen in het huishouden", ["1", "2", "3", "4"], "number"),
        ("Klas", ["2e klas", "3e klas", "2e klas", "1e klas"], "category"),
        ("Inkomen per maand", ["1.250", "2.300,50", "3.100", "980"], "number"),
        ("Datum", ["01-03-2026", "02-03-2026", "13-03-2026", "2026-03-04"], "date"),
        ("Respondentnummer", ["17", "18", "19", "20"], "respondent"),
        ("weging", ["0,8", "1,2", "1", "1"], "weight"),
    ],
)  # fmt: skip
def test_a_column_is_known_by_its_words_and_answers(heading: str, cells: list[str], role: str) -> None:
    length = len(cells)
    found = guess_roles(sheet((heading, cells), ("Geslacht", ["m", "v", "m", "v", "m", "v", "m", "v"][:length])))
    assert found[0].role == ("text" if role is None else role)


def test_words_that_the_answers_do_not_bear_out_are_not_enough() -> None:
    found = guess_roles(sheet(("Hoe tevreden bent u?", ["ging wel", "prima service hoor", "x", "y"])))
    assert found[0].role in ("category", "text")


def test_importance_and_satisfaction_of_one_thing_are_paired_by_their_words() -> None:
    found = guess_roles(
        sheet(
            ("Hoe belangrijk is het dat u niets vergeet?", LIKERT),
            ("Hoe belangrijk is het dat u weinig tijd kwijt bent?", LIKERT),
            ("Hoe tevreden bent u over hoe weinig tijd u kwijt bent?", LIKERT),
            ("Hoe tevreden bent u over de winkel?", LIKERT),
        )
    )
    assert [one.role for one in found] == ["importance", "importance", "satisfaction", "satisfaction"]
    assert found[2].about == found[1].about
    assert found[3].about not in (found[0].about, found[1].about)


def test_a_satisfaction_is_general_when_every_importance_has_its_own() -> None:
    found = guess_roles(
        sheet(
            ("Hoe tevreden bent u over de bezorging? (1-5)", LIKERT),
            ("Hoe belangrijk is een lage prijs?", LIKERT),
            ("Hoe tevreden bent u over een lage prijs? (1 t/m 5)", LIKERT),
        )
    )
    assert [(one.role, one.about) for one in found] == [
        ("csat", None),
        ("importance", "een lage prijs"),
        ("satisfaction", "een lage prijs"),
    ]


def test_who_does_not_know_a_price_leaves_the_others_in_their_brackets() -> None:
    cells = ["Minder dan 10€", "Tussen 10 en 20€", "Weet ik niet", "weet niet"]
    assert guess_roles(sheet(("Wat wilt u betalen?", cells)))[0].role == "price_bracket"


def test_what_a_survey_has_once_goes_to_the_first_that_fits() -> None:
    found = guess_roles(sheet(("datum", ["2026-01-01"] * 4), ("created at", ["2026-01-02"] * 4)))
    assert [one.role for one in found] == ["date", "category"]


def test_scales_in_words_are_numbers_and_have_ends() -> None:
    cells = ["Zeer belangrijk", "belangrijk", "Neutraal", "zeer onbelangrijk"]
    assert guess_roles(sheet(("Hoe belangrijk is prijs?", cells)))[0] == Guess("importance", "prijs", 1, 5)
    how = reading_of(Question("q"), cells)
    assert [how.number(cell) for cell in cells] == [5, 4, 3, 1]


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12).map(lambda x: round(x, 6)))
def test_a_number_reads_back_as_it_was_written(number: float) -> None:
    assert float(written_number(number)) == number


@given(st.integers(-9999, 99999), st.integers(0, 99))
def test_a_decimal_comma_is_a_decimal_point(whole: int, part: int) -> None:
    assert Reading({}).number(f"{whole},{part:02d}") == float(f"{whole}.{part:02d}")


@given(st.lists(st.integers(1000, 9_999_999), min_size=1, max_size=5))
def test_thousands_are_thousands_whichever_sign_parts_them(amounts: list[int]) -> None:
    for sign in ".,":
        cells = [f"{amount:,}".replace(",", sign) for amount in amounts]
        how = reading_of(Question("bedrag"), cells)
        assert [how.number(cell) for cell in cells] == amounts


def test_days_of_either_order() -> None:
    assert [str(day) for day in days_of(["01-02-2026", "13/02/2026"])] == ["2026-02-01", "2026-02-13"]
    assert [str(day) for day in days_of(["02/01/2026", "02/13/2026"])] == ["2026-02-01", "2026-02-13"]
    assert [str(day) for day in days_of(["1767225600", "46082", "2026-02-31"])] == ["2026-01-01", "2026-03-01", "None"]


def test_personal_data_is_found_by_heading_and_by_answer() -> None:
    assert personal_in(Question("Naam"), ["Jan"]) is not None
    found = personal_in(Question("Wat kan beter?"), ["niets", "mail jan@voorbeeld.nl", "bel 06-12345678", "12"])
    assert found is not None
    assert (found.heading, found.answers, set(found.kinds)) == (False, 2, {"email", "phone"})
    assert personal_in(Question("Waarom?"), ["omdat het 12,50 kost", "nummer 4"]) is None


def test_a_weight_has_as_many_decimals_as_a_computer_gives_it() -> None:
    for cells in (["0.8461538461538461", "1.2000000000000002"], ["1,4745714317759443", "7,2E-05"]):
        assert [one.role for one in guess_roles(sheet(("weight", cells * 10)))] == ["weight"]
