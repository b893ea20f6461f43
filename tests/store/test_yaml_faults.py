"""A text that is no YAML is told in the words of its reader, in both languages, with line and column."""

from __future__ import annotations

import pytest
import yaml

from klantreis.errors import Said
from klantreis.store.yaml_faults import yaml_fault
from klantreis.store.yaml_text import YamlError, read
from klantreis.texts import spoken, text

SLIPS = {
    "a:\n\tb: 1\n": ("er staat een tab waar spaties horen", 2, 1),
    "a: b\n\tc: d\n": ("er staat een tab waar spaties horen", 2, 1),
    "a: |\n\tb\n": ("er staat een tab waar spaties horen", 2, 1),
    'a: 1\nb: "abc\nc: 1\n': ("een aanhalingsteken gaat open en niet dicht", 2, 4),
    "a: 'abc\n": ("een aanhalingsteken gaat open en niet dicht", 1, 4),
    'a: "\\q"\n': ("een backslash tussen dubbele aanhalingstekens", 1, 5),
    "a: @b\n": ("een tekst kan niet met ‘@’ beginnen", 1, 4),
    "a: one: two\n": ("op deze regel staat een tweede dubbele punt", 1, 7),
    "a: 1\n  b: 2\n": ("deze regel springt verder in dan de regel erboven", 2, 4),
    "a:\n- b\n c: 1\n": ("deze regel springt verder in dan de regel erboven", 3, 3),
    "a\nb: 1\n": ("na de naam van een veld ontbreekt een dubbele punt", 2, 2),
    "a: 1\nb\nc: 2\n": ("na de naam van een veld ontbreekt een dubbele punt", 2, 1),
    "a: [1, 2\nb: 3\n": ("een haak gaat open en niet dicht", 1, 4),
    "a: {b: 1 c: 2}\n": ("een haak gaat open en niet dicht", 1, 4),
    "a: - b\n": ("een lijst begint op een eigen regel", 1, 4),
    "a: |x\n  b\n": ("na | of > begint een tekst op de volgende regel", 1, 5),
    'a: "b" c\n': ("na het sluitende aanhalingsteken komt nog iets", 1, 8),
    "a: 1\n- b\n": ("tussen de velden staat een onderdeel van een lijst", 2, 1),
    "a:\n  - b\n  c: 1\n": ("deze regel is geen onderdeel van de lijst", 3, 3),
    "a:\n   b: 1\n  c: 2\n": ("deze regel springt niet even ver in", 3, 3),
    "a: }\n": ("hier hoort een waarde te staan, en niet ‘}’", 1, 4),
    "a: 1\nb: \x07\n": ("het teken U+0007 kan niet in een tekstbestand staan", 2, 4),
}


def in_dutch(said: Said) -> str:
    return str(spoken(said, lambda message, **values: text(message, "nl", **values)))


@pytest.mark.parametrize("written", SLIPS)
def test_a_slip_is_named_with_its_line_and_column(written: str) -> None:
    slip, line, column = SLIPS[written]
    with pytest.raises(YamlError) as caught:
        read(written)
    said = in_dutch(caught.value.message)
    assert said.startswith(f"Dit is geen YAML: {slip}")
    assert said.endswith(f" (regel {line}, teken {column}).")
    assert caught.value.line == line


@pytest.mark.parametrize("written", SLIPS)
def test_the_english_sentence_is_that_of_the_catalogue(written: str) -> None:
    with pytest.raises(YamlError) as caught:
        read(written)
    said = caught.value.message
    assert str(said) == spoken(said, lambda message, **values: text(message, "en", **values))


@pytest.mark.parametrize("written", SLIPS)
def test_the_slower_reader_leads_to_the_same_words(written: str) -> None:
    with pytest.raises(yaml.YAMLError) as caught:
        yaml.compose(written, Loader=yaml.SafeLoader)
    assert SLIPS[written][0] in in_dutch(yaml_fault(caught.value, written).said)


@pytest.mark.parametrize("written", ["a: *b\n", "a: &\n"])
def test_aliases_are_not_used(written: str) -> None:
    with pytest.raises(YamlError, match="Anchors and aliases"):
        read(written)


def test_an_unknown_complaint_is_passed_on_behind_a_dutch_sentence() -> None:
    with pytest.raises(YamlError) as caught:
        read("a: !<x\n")
    said = in_dutch(caught.value.message)
    assert said.startswith("Dit is geen YAML. Het programma dat het leest, zegt in het Engels: did not find")
    assert said.endswith("(while scanning a tag).")
