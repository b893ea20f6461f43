"""YAML that comes back the same, and reads for people and other programs as it does for us."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from klantreis.store.yaml_text import YamlError, compose, dump, line_at, read

ODD = " \n\t\r:#-'\"ab|>é\x85\xa0\u2028\ufeff\U0001f600\x07\\?,[]{}&*!%@`~"
WORDS = ["no", "on", "Yes", "12:30", "1_000", "2026-01-01", "0x1F", "1e5", "~", "null", "=", "<<", "0o17", "...", "y"]
texts = st.one_of(st.text(), st.text(alphabet=ODD), st.sampled_from(WORDS))
scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), texts)
keys = st.one_of(st.text(max_size=12), st.sampled_from(WORDS))
bodies = st.dictionaries(
    keys,
    st.recursive(
        scalars,
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(keys, inner, max_size=3)),
        max_leaves=12,
    ),
    max_size=4,
)


def same(left: object, right: object) -> bool:
    """Equal in value and in type, so that 1, 1.0 and True differ."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    return type(left) is type(right) and left == right


@given(bodies)
def test_what_is_written_comes_back_and_is_written_the_same(body: dict[str, Any]) -> None:
    text = dump(body)
    assert same(read(text), body)
    assert dump(read(text)) == text
    assert text.endswith("\n")


@given(bodies)
def test_another_reader_reads_the_same(body: dict[str, Any]) -> None:
    assert same(yaml.safe_load(dump(body)), body)


@pytest.mark.parametrize(
    "text", ["no", "on", "off", "Yes", "TRUE", "12:30", "1_000", "2026-01-01", "0x1F", "017", "1."]
)
def test_what_a_person_wrote_stays_text(text: str) -> None:
    assert read(f"field: {text}\n") == {"field": text}


@pytest.mark.parametrize(
    ("text", "value"),
    [("3", 3), ("-0.5", -0.5), ("1e3", 1000.0), ("true", True), ("false", False), ("null", None), ("", None)],
)
def test_numbers_and_truth_are_read(text: str, value: object) -> None:
    assert same(read(f"field: {text}\n"), {"field": value})


def test_the_written_form_is_for_people() -> None:
    body = {
        "title": "Wat eten we vandaag?",
        "empty": [],
        "cards": [{"text": "een\ntwee\n", "id": "a"}, {"id": "b", "none": {}}],
        "pattern": 'touchpoint = "mailing"',
        "when": "2026-01-01",
        "colon": "zo: " + "lang " * 30 + "is het",
        "very_long": "woord " * 60 + "einde",
    }
    assert dump(body) == "\n".join(
        [
            "cards:",
            "  - id: a",
            "    text: |",
            "      een",
            "      twee",
            "  - id: b",
            "    none: {}",
            "colon: |-",
            "  zo: " + "lang " * 30 + "is het",
            "empty: []",
            'pattern: touchpoint = "mailing"',
            "title: Wat eten we vandaag?",
            "very_long: " + "woord " * 60 + "einde",
            'when: "2026-01-01"',
            "",
        ]
    )


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "first on line 1"),
        ("a: &x 1\nb: {c: &y [1], d: *y}\n", 2, "aliases"),
        ("a: !!python/object:os.system x\n", 1, "Tags"),
        ("a: 1\nb: [1, 2\n", 2, "not YAML"),
        ("a: 1\n---\nb: 2\n", 2, "one document"),
        ("", 1, "empty"),
        ("# only a remark\n", 1, "empty"),
        ("a: x\n\tb: 1\n", 2, "not YAML"),
        ("a: 1\nb: \x07\n", 2, "not YAML"),
        ("? [1, 2]\n: 3\n", 1, "field name"),
        ("[" * 50000 + "]" * 50000, 1, "deeper than"),
        ("- " * 50000 + "x\n", 1, "deeper than"),
        ("".join(f"{' ' * depth}a:\n" for depth in range(300)), 101, "deeper than"),
        ("".join(f"{' ' * depth}- \n" for depth in range(300)), 101, "deeper than"),
        ("a: &a [" + "*a, " * 5 + "]\n", 1, "aliases"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_what_is_not_used_here_is_refused_with_its_line(text: str, line: int, told: str) -> None:
    with pytest.raises(YamlError) as caught:
        read(text)
    assert told in caught.value.message
    assert caught.value.line == line


def test_a_path_has_its_line() -> None:
    node = compose(
        "title: x\nsteps:\n- id: a\n  emotion:\n    value: 3\n- {id: b, emotion: {value: 9}}\nlast: |\n  x\n"
    )
    assert line_at(node, ("steps", 0, "emotion", "value")) == 5
    assert line_at(node, ("steps", 0, "emotion", "some-tag", "value")) == 5
    assert line_at(node, ("steps", 1, "emotion", "value")) == 6
    assert line_at(node, ("steps", 0, "title")) == 3
    assert line_at(node, ("steps", 0)) == 3
    assert line_at(node, ("last",)) == 7
    assert line_at(node, ("nowhere",)) == 1
