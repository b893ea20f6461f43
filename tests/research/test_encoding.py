"""Damaged letters are found, sound text is left in peace."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantreis.research.encoding import Fault, encoding_faults

TABLES = ("cp1252", "latin-1", "cp1250", "iso8859-2", "mac-roman")
#: Words that are right as they stand, in the languages of those who write and are quoted here.
SOUND = """
geïnteresseerd reünie coördinatie één vóór hè crème façade Oekraïne naïef België ideeën tweeëntwintig zo’n ’s-Gravenhage
„Hij zei ‘ja’.” “Goed!” – 10 °C — € 25,– ± 5 % ½ × ² § 3 … « oui » ‹ non › 100 µm © 2026 ® ™ ¿Qué? ¡Sí! naïveté
château français où là-bas œuvre cœur sœur Noël élève FÊTE ÇA GARÇON ÎLE «À bientôt» L’ÉTÉ MÂT « ÂGE » CAFÉ… pâté
Größe Straße Übung Ärger Öl schön „Ä“ „Ö“ „Ü“ »öffentlich« ÄÖÜ Häuser außerdem JÄ“ WÄ… Fuß ÜBER
Łódź źdźbło mężczyźni ŁÓŻKO MĘŻCZYZNA KSIĘŻYC Żółć gęślą jaźń ćma PAŃSTWO wąż węższy Ąę Śśćź KRÓŚ
București Ăştia ăsta ORĂŞENESC ORĂȘENESC BĂŞICĂ HOTĂRÂŞTE ROMÂNIA „FĂRĂ” fără țară șapte ŞTIINŢĂ în când câine CASĂ»
příliš žluťoučký kůň Čeština vĺbový ĽUBICA Å Ångström ÅÄÖ São NÃO PÃES são irmãs maçã Ørsted smørrebrød ÆØÅ
Привет Ελλάδα 日本語 العربية 😀 👍🏽 √2 ≈ 3 ½ ƒ(x) ∑ ¬a
"""


@pytest.mark.parametrize("word", sorted(set(SOUND.split())))
def test_sound_words_are_left_in_peace(word: str) -> None:
    assert encoding_faults(word) == ()


def test_sound_sentences_are_left_in_peace() -> None:
    assert encoding_faults(SOUND) == ()


DAMAGED = {
    "geĂŻnteresseerd": "geïnteresseerd",
    "BelgiÃ«": "België",
    "cafÃ©s": "cafés",
    "zoâ€™n": "zo’n",
    "â€œJaâ€\x9d": "“Ja”",
    "â‚¬ 25": "€ 25",
    "Ãœbung": "Übung",
    "StraÃŸe": "Straße",
    "cÅ“ur": "cœur",
    "Å\x81Ã³dÅº": "Łódź",
    "ge√Ønteresseerd": "geïnteresseerd",
    "zo‚Äôn": "zo’n",
    "Ă©Ă©n": "één",
    "BelgiÃƒÂ«": "België",
    "10 Â°C": "10 °C",
    "it\x92s": "it’s",
    "ðŸ˜€": "😀",
    "Ä‡ma gÄ™Å›lÄ…": "ćma gęślą",
}


@pytest.mark.parametrize(("damaged", "sound"), DAMAGED.items())
def test_damage_is_found_with_what_it_was(damaged: str, sound: str) -> None:
    repaired = damaged
    for fault in reversed(encoding_faults(damaged)):
        assert damaged[fault.position :].startswith(fault.found)
        end = fault.position + len(fault.found)
        repaired = repaired[: fault.position] + str(fault.suggestion) + repaired[end:]
    assert repaired == sound


def test_a_lost_letter_has_no_suggestion() -> None:
    assert encoding_faults("ge\ufffdnteresseerd") == (Fault(2, "\ufffd", None),)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "word", ["geïnteresseerd", "één", "coördinatie", "reünie", "België", "zo’n", "crèche", "maçon"]
)
def test_dutch_read_with_any_wrong_table_is_found(word: str, table: str) -> None:
    damaged = "".join(
        bytes([byte]).decode(table, "ignore") or chr(byte) if byte > 0x7F else chr(byte) for byte in word.encode()
    )
    assert damaged != word
    assert encoding_faults(damaged)


@given(st.text())
def test_any_text_can_be_looked_at(text: str) -> None:
    end = 0
    for fault in encoding_faults(text):
        assert fault.position >= end
        end = fault.position + len(fault.found)
        assert text[fault.position : end] == fault.found


@given(st.text(alphabet=st.characters(max_codepoint=0x7F)))
def test_plain_text_has_no_faults(text: str) -> None:
    assert encoding_faults(text) == ()
