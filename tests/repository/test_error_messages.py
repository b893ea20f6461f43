"""Holds the errors to their messages: every message that an error names exists, says the same and is filled whole."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from klantreis.edits import _KINDS
from klantreis.texts import catalogue
from tests.repository.test_messages import placeholders

#: English says of what kind the names are, which Dutch leaves out.
OTHER_IN_ENGLISH = {"errors.hint.none", "errors.hint.known", "errors.hint.near"}


@dataclass(frozen=True)
class Named:
    """One place in the code that names a message: its sentence, and what fills it where that is written out."""

    message: str
    sentence: str | None
    values: frozenset[str] | None


def sentence_of(node: ast.expr | None) -> str | None:
    """A sentence as it stands in the code, with ``{}`` where something is filled in."""
    match node:
        case ast.Constant(value=str() as text):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in parts)
    return None


def named_in(source: str) -> Iterator[Named]:
    """The messages that errors, hints and phrases name in a module, as they stand."""
    for call in ast.walk(ast.parse(source)):
        if not isinstance(call, ast.Call):
            continue
        first = call.args[0] if call.args else None
        if isinstance(call.func, ast.Name) and call.func.id == "_said" and isinstance(first, ast.Constant):
            values = frozenset(one.arg for one in call.keywords if one.arg)
            yield Named(f"errors.pattern.{first.value!s}", sentence_of(call.args[1]), values)
        given = {one.arg: one.value for one in call.keywords}
        wanted = given.get("message_id")
        held = given.get("values")
        for one in (wanted.body, wanted.orelse) if isinstance(wanted, ast.IfExp) else (wanted,):
            if not isinstance(one, ast.Constant) or not isinstance(one.value, str):
                continue
            if held is None:
                names: frozenset[str] | None = frozenset()
            elif isinstance(held, ast.Dict) and all(isinstance(key, ast.Constant) for key in held.keys):
                names = frozenset(str(key.value) for key in held.keys if isinstance(key, ast.Constant))
            else:
                names = None
            yield Named(one.value, None if isinstance(wanted, ast.IfExp) else sentence_of(first), names)


@pytest.fixture(scope="module")
def all_named() -> tuple[Named, ...]:
    sources = sorted((Path(__file__).parents[2] / "src").rglob("*.py"))
    return tuple(one for source in sources for one in named_in(source.read_text(encoding="utf-8")))


def test_every_message_that_an_error_names_exists(all_named: tuple[Named, ...]) -> None:
    assert len(all_named) > 60
    assert {one.message for one in all_named} - set(catalogue()) == set()


def test_an_error_fills_its_message_whole_and_with_nothing_more(all_named: tuple[Named, ...]) -> None:
    wrong = {
        one.message: sorted(one.values)
        for one in all_named
        if one.values is not None and one.values != placeholders(catalogue()[one.message]["en"])
    }
    assert wrong == {}


def test_the_message_says_in_english_what_the_error_says(all_named: tuple[Named, ...]) -> None:
    wrong = {
        one.message: (one.sentence, catalogue()[one.message]["en"])
        for one in all_named
        if one.sentence is not None
        and one.message not in OTHER_IN_ENGLISH
        and one.sentence != re.sub(r"\{[^}]*\}", "{}", catalogue()[one.message]["en"])
    }
    assert wrong == {}


def test_no_message_on_errors_lies_unused(all_named: tuple[Named, ...]) -> None:
    used = {one.message for one in all_named} | {f"errors.value.{name}" for name in _KINDS.values()}
    assert {name for name in catalogue() if name.startswith("errors.")} - used == set()


def test_a_message_that_does_not_fit_is_seen() -> None:
    source = 'raise ChangeError(f"There is no card {card!r}.", message_id="errors.x", values={"step": card})'
    assert list(named_in(source)) == [Named("errors.x", "There is no card {}.", frozenset({"step"}))]
