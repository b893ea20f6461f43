"""Holds the message catalogue whole: two languages, equal placeholders, and every id that the code names."""

from __future__ import annotations

import ast
from pathlib import Path
from string import Formatter

from klantreis.texts import LANGS, catalogue


def placeholders(text: str) -> set[str]:
    """The names between braces."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def faults(entry: dict[str, str]) -> list[str]:
    """What is wrong with one message."""
    if set(entry) != set(LANGS):
        return [f"has {sorted(entry)}, needs {sorted(LANGS)}"]
    found = [f"{lang} is empty" for lang in LANGS if not entry[lang].strip()]
    if len({frozenset(placeholders(text)) for text in entry.values()}) != 1:
        found.append("the languages have different placeholders")
    return found


def ids_named_in(source: str) -> set[str]:
    """The message ids that a module passes to ``text`` as they stand."""
    return {
        call.args[0].value
        for call in ast.walk(ast.parse(source))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "text"
        and call.args
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
    }


def test_every_message_has_both_languages_and_equal_placeholders() -> None:
    messages = catalogue()
    assert "claims.status.assumption" in messages
    assert {name: faults(entry) for name, entry in messages.items() if faults(entry)} == {}


def test_every_message_that_the_code_names_exists(root: Path) -> None:
    missing = {
        str(module.relative_to(root)): unknown
        for module in sorted((root / "src").rglob("*.py"))
        if (unknown := ids_named_in(module.read_text(encoding="utf-8")) - set(catalogue()))
    }
    assert missing == {}


def test_a_faulty_message_is_seen() -> None:
    assert faults({"nl": "klaar"}) == ["has ['nl'], needs ['en', 'nl']"]
    assert faults({"nl": " ", "en": ""}) == ["nl is empty", "en is empty"]
    assert faults({"nl": "{n} klanten", "en": "{count} customers"}) == ["the languages have different placeholders"]
    assert faults({"nl": "{n} klanten", "en": "{n} customers"}) == []


def test_a_named_id_is_seen() -> None:
    assert ids_named_in('text("a.b", lang); text(name, lang); other("c.d")') == {"a.b"}
