"""Personal data is found by its own check, and the numbers of orders, days and prices are left alone."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantreis.analysis.voice.language import personal_data, redacted
from klantreis.errors import InvalidInputError

FOUND = [
    ("Mijn BSN is 111222333.", "bsn", "111222333"),
    ("bsn: 1112.22.333", "bsn", "1112.22.333"),
    ("burgerservicenummer 12345672", "bsn", "12345672"),
    ("bestelnummer 5, mijn bsn 123456782", "bsn", "123456782"),
    ("123456782", "bsn", "123456782"),
    ("rijksregisternummer 85.07.30-033.28", "belgian_national_number", "85.07.30-033.28"),
    ("Het is 85073003328", "belgian_national_number", "85073003328"),
    ("Stort op NL91 ABNA 0417 1643 00 voor vrijdag", "iban", "NL91 ABNA 0417 1643 00"),
    ("nl91abna0417164300", "iban", "nl91abna0417164300"),
    ("BE68 5390 0754 7034 en DE", "iban", "BE68 5390 0754 7034"),
    ("DE89370400440532013000,", "iban", "DE89370400440532013000"),
    ("Bel 06-12345678!", "phone", "06-12345678"),
    ("bel me over mijn bestelling op 0612345678", "phone", "0612345678"),
    ("(030) 123 45 67", "phone", "(030) 123 45 67"),
    ("gsm 0478 12 34 56", "phone", "0478 12 34 56"),
    ("+32 478 12 34 56", "phone", "+32 478 12 34 56"),
    ("0031612345678", "phone", "0031612345678"),
    ("call +44 20 7946 0018", "phone", "+44 20 7946 0018"),
    ("Mail jan.de-vries+werk@voorbeeld.co.nl.", "email", "jan.de-vries+werk@voorbeeld.co.nl"),
    ("zoë@café.be", "email", "zoë@café.be"),
    ("Mijn auto, GB-123-N, staat er", "licence_plate", "GB-123-N"),
    ("12-ABC-3", "licence_plate", "12-ABC-3"),
    ("kenteken gb123n", "licence_plate", "gb123n"),
    ("1-ABC-234", "licence_plate", "1-ABC-234"),
    ("nummerplaat ABC-123", "licence_plate", "ABC-123"),
]
LEFT = [
    "Bestelnummer 123456782",
    "ordernr. 123456782 is er niet",
    "Order #123456782",
    "order is 123456782",
    "factuur: 123456782",
    "zaaknummer 85073003328",
    "case 0612345678",
    "123456789",  # fails the 11-check
    "85073003329",  # fails modulo 97
    "NL92ABNA0417164300",  # fails modulo 97
    "12345672",  # eight digits, not called a BSN
    "op 12-05-2024 om 10:30",
    "2024-01-15T10:30:00",
    "20240115",
    "01/02/2024",
    "€ 1.234,56 of € 123456782,00",
    "1.123.456.782 euro",
    "EUR 99,95 per 12-24 maanden",
    "3SABCD123456782",
    "EAN 8712345678906",
    "bel 112 of 0800-1234",
    "0900-8844",
    "IBAN onbekend",
    "versie 1.2.3-45",
    "ABC-123",
    "maat 38-40-XL",
    "order AB-12-34",
    "mail @klantreis op sociale media",
    "a@b",
    "artikel 12-AB-34",
    "postcode 1234 AB",
    "",
]


@pytest.mark.parametrize(("text", "kind", "found"), FOUND)
def test_personal_data_is_found_as_it_stands(text: str, kind: str, found: str) -> None:
    finds = personal_data(text)
    assert [(find.kind, find.found) for find in finds] == [(kind, found)]
    assert text[finds[0].start : finds[0].end] == found


@pytest.mark.parametrize("text", LEFT)
def test_other_numbers_are_left_alone(text: str) -> None:
    assert personal_data(text) == ()
    assert redacted(text) == text


def test_several_are_found_in_order_and_taken_out() -> None:
    text = "Ik ben jan@voorbeeld.nl, bsn 111222333, NL91ABNA0417164300, 06 12345678, auto GB-123-N."
    assert [find.kind for find in personal_data(text)] == ["email", "bsn", "iban", "phone", "licence_plate"]
    assert redacted(text) == (
        "Ik ben [e-mailadres], bsn [burgerservicenummer], [bankrekeningnummer], [telefoonnummer], auto [kenteken]."
    )
    assert redacted(text, kinds=["iban"], lang="en").count("[") == 1
    assert personal_data("bsn 111222333")[0].to_dict() == {
        "kind": "bsn", "start": 4, "end": 13, "found": "111222333",
    }  # fmt: skip


def test_random_order_numbers_raise_few_false_alarms() -> None:
    """Called an order none, and of bare numbers of ten digits and dates none."""
    named = [f"Bestelling {number} is niet aangekomen" for number in range(100_000_000, 100_002_000)]
    dated = [f"{day:02}-{month:02}-{year}" for day in range(1, 29) for month in range(1, 13) for year in (1985, 2024)]
    bare = [str(number) for number in range(2_024_000_000, 2_024_000_300)]
    assert [text for text in (*named[:600], *dated, *bare) if personal_data(text)] == []


PIECES = st.sampled_from([text for text, _, _ in FOUND] + LEFT + ["BSN", "kenteken", "\n", "é", "🙂"])


@given(st.lists(PIECES | st.text(max_size=12), max_size=6).map(" ".join))
def test_nothing_is_left_after_redaction_and_finds_do_not_overlap(text: str) -> None:
    finds = personal_data(text)
    assert all(text[find.start : find.end] == find.found for find in finds)
    assert all(one.end <= other.start for one, other in pairwise(finds))
    clean = redacted(text)
    assert personal_data(clean) == ()
    assert redacted(clean) == clean


def test_it_takes_one_text() -> None:
    with pytest.raises(InvalidInputError, match="text must be text"):
        personal_data(["06-12345678"])  # type: ignore[arg-type]
