"""A pattern's text and value are the same thing; a bad text is pointed at."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from klantreis.errors import InvalidInputError, PatternSyntaxError
from klantreis.events.pattern import (
    AllOf,
    AnyOf,
    Comparison,
    EventPattern,
    Near,
    Node,
    Not,
    Nth,
    OneOf,
    PatternText,
    Then,
    parse_pattern,
)
from klantreis.events.stage import Stage, as_stage
from tests.events.pattern_strategies import gaps, nodes


@given(nodes)
def test_text_reads_back_as_the_same_value(node: Node) -> None:
    pattern = EventPattern(node)
    again = parse_pattern(str(pattern))
    assert again == pattern
    assert str(again) == str(pattern)


@given(nodes, st.booleans(), gaps, st.none() | nodes)
def test_a_stage_reads_back_as_the_same_value(
    node: Node, optional: bool, gap: int | None, without: Node | None
) -> None:
    stage = Stage(
        EventPattern(node),
        optional,
        None if gap is None else timedelta(microseconds=gap),
        None if without is None else EventPattern(without),
    )
    again = as_stage(str(stage))
    assert again == stage
    assert str(again) == str(stage)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    place = 0
    try:
        pattern = parse_pattern(text)
    except PatternSyntaxError as error:
        place = error.position
    else:
        assert parse_pattern(str(pattern)) == pattern
    assert 0 <= place <= len(text)


def test_or_binds_weaker_than_and_and_not_binds_strongest() -> None:
    a, b, c = (Comparison(name, "=", 1.0) for name in "abc")
    assert parse_pattern("a = 1 or b = 1 and not c = 1").root == AnyOf((a, AllOf((b, Not(c)))))
    assert parse_pattern("(a = 1 or b = 1) and c = 1").root == AllOf((AnyOf((a, b)), c))
    assert parse_pattern("a = 1 and (b = 1 and c = 1)").root == AllOf((a, b, c))


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("touchpoint='mailing ontvangen'", 'touchpoint = "mailing ontvangen"'),
        ("x NOT IN (1, 'a')", 'x not in (1, "a")'),
        ("NOT x in (1)", "x not in (1)"),
        ("not (a = 1 or b = 2)", "not (a = 1 or b = 2)"),
        ("`in` = 3.50", "`in` = 3.5"),
        ("not `a in (b` in (1)", "`a in (b` not in (1)"),
        (r'x = "a \"b\" \\ \n"', r'x = "a \"b\" \\ \n"'),
        ("x >= -1e20", "x >= -1e+20"),
        ("FIRST x = 1 and y = 1", "first x = 1 and y = 1"),
        ("first (x = 1 and y = 1)", "first (x = 1 and y = 1)"),
        ("nth(1) x = 1 or nth( -1 ) x = 1", "first x = 1 or last x = 1"),
        ("nth(2) last x = 1", "nth(2) last x = 1"),
        ("first = 1 and last in (1) and nth not in (2)", "first = 1 and last in (1) and nth not in (2)"),
        ("first first = 1", "first first = 1"),
        ("first not x in (1)", "first x not in (1)"),
        ("not first x not in (1)", "not first x not in (1)"),
        ("x = 1 within 1w of y = 1", "x = 1 within 7d after y = 1"),
        ("x = 1 and y = 1 before z = 1", "(x = 1 and y = 1) before z = 1"),
        ("x = 1 and (y = 1 before z = 1)", "x = 1 and (y = 1 before z = 1)"),
        ("within = 1 WITHIN 'PT1.5S' AROUND after = 1", "within = 1 within 1s500ms around after = 1"),
        ("x = 1 -> y = 1 within 90 min then z = 1", "x = 1 then y = 1 within 1h30min then z = 1"),
        ("(x = 1 then y = 1) then z = 1 within 3d", "x = 1 then y = 1 then z = 1 within 3d"),
        ("x = 1 then (y = 1 then z = 1)", "x = 1 then (y = 1 then z = 1)"),
        (
            "x=1 or y=1 then z=1 within 3d after x=2 within 4d",
            "(x = 1 or y = 1) then (z = 1 within 3d after x = 2) within 4d",
        ),
    ],
)
def test_canonical_text(text: str, canonical: str) -> None:
    assert str(parse_pattern(text)) == canonical


@pytest.mark.parametrize(
    ("text", "position", "says"),
    [
        ("", 0, "empty"),
        ("touchpoint", 10, "Expected =, !="),
        ("channel = NULL", 10, 'A missing value is the empty text: ""'),
        ("touchpoint = mailing", 13, 'Put text between quotes: "mailing"'),
        ("touchpoint = 'mailing", 13, "not closed"),
        ("x < 'a'", 4, "a number"),
        ("x = 1 y = 2", 6, "and, or"),
        ("(x = 1", 6, "closing parenthesis"),
        ("x in 1", 5, "opening parenthesis"),
        ("x in ()", 6, "a text between quotes or a number"),
        ("x = 1 and", 9, "a field"),
        ("x ~ 1", 2, "no meaning"),
        ("x = 9007199254740993", 4, "quote it"),
        ("x = 1e999", 4, "finite"),
        ("x not = 1", 6, "Expected in"),
        ("first", 5, "a field"),
        ("first and x = 1", 6, "a field"),
        ("nth x = 1", 4, "which one between parentheses"),
        ("nth(0) x = 1", 4, "number 0"),
        ("nth(1.5) x = 1", 4, "no whole number"),
        ("x = 1 within soon after y = 1", 13, "no length of time"),
        ("x = 1 within 7d", 15, "after, before or around"),
        ("x = 1 within 7d y = 1", 16, "after, before or around"),
        ("x = 1 within < y = 1", 13, "a length of time"),
        ("x = 1 around y = 1", 6, "needs a distance"),
        ("x = 1 after y = 1 after z = 1", 18, "Put parentheses"),
        ("x = 1 then", 10, "a field"),
        ("x = 1 -> y = 1 within 0d", 22, "more than zero"),
        ("x = 7d", 4, "a text between quotes or a number"),
        ("first " * 70 + "x = 1", 360, "nests deeper"),
        ("(" * 80 + "x = 1" + ")" * 80, 60, "nests deeper"),
    ],
)
def test_a_bad_pattern_is_pointed_at(text: str, position: int, says: str) -> None:
    with pytest.raises(PatternSyntaxError) as caught:
        parse_pattern(text)
    assert caught.value.position == position
    assert says in str(caught.value)
    assert f"\n  {' ' * position}^" in str(caught.value)


def test_a_pattern_stands_in_a_document_as_its_text() -> None:
    class Step(BaseModel):
        pattern: EventPattern
        start: PatternText | None = None

    step = Step.model_validate({"pattern": "touchpoint='a'", "start": "x>1"})
    assert step.pattern == parse_pattern('touchpoint = "a"')
    assert step.model_dump(mode="json") == {"pattern": 'touchpoint = "a"', "start": "x > 1"}
    assert Step.model_validate_json(step.model_dump_json()) == step
    assert Step(pattern=step.pattern).pattern is step.pattern
    schema = Step.model_json_schema()["properties"]["pattern"]
    assert (schema["type"], schema["format"]) == ("string", "event-pattern")
    with pytest.raises(ValidationError, match="Expected"):
        Step.model_validate({"pattern": "touchpoint"})
    with pytest.raises(ValidationError, match="written as text"):
        Step.model_validate({"pattern": 3})


def test_what_a_pattern_looks_at() -> None:
    pattern = parse_pattern('touchpoint in ("a", "b") or not (touchpoint = "c" and x > 2)')
    assert pattern.fields() == {"touchpoint", "x"}
    assert pattern.values_of("touchpoint") == {"a", "b", "c"}
    assert pattern.values_of("x") == {2.0}
    assert not pattern.looks_around
    sequence = parse_pattern("first a = 1 then not (b = 2 within 3d after c = 3)")
    assert sequence.fields() == {"a", "b", "c"}
    assert sequence.looks_around
    assert parse_pattern("x = 1 and not first y = 1").looks_around


@pytest.mark.parametrize(
    "build",
    [
        lambda: Comparison("", "=", 1.0),
        lambda: Comparison("x", "<", "a"),
        lambda: Comparison("x", "=", float("nan")),
        lambda: Comparison("x", "=", True),
        lambda: OneOf("x", ()),
        lambda: AllOf((Comparison("x", "=", 1.0),)),
        lambda: Comparison("x", "~", 1.0),  # type: ignore[arg-type]
        lambda: Nth(0, Comparison("x", "=", 1.0)),
        lambda: Near(Comparison("x", "=", 1.0), "beside", Comparison("x", "=", 1.0)),  # type: ignore[arg-type]
        lambda: Near(Comparison("x", "=", 1.0), "after", Comparison("x", "=", 1.0), 0),
        lambda: Then((Comparison("x", "=", 1.0),), ()),
        lambda: Then((Comparison("x", "=", 1.0), Comparison("x", "=", 1.0)), ()),
        lambda: Then((Comparison("x", "=", 1.0), Comparison("x", "=", 1.0)), (-1,)),
        lambda: Near(Comparison("x", "=", 1.0), "around", Comparison("x", "=", 1.0)),
    ],
)
def test_a_pattern_that_cannot_be_written_cannot_be_made(build: object) -> None:
    with pytest.raises(InvalidInputError):
        build()  # type: ignore[operator]


@pytest.mark.parametrize(
    "text", ["touchpoint = “order”", "touchpoint = ”order”", "touchpoint = „order”", "touchpoint = „order“"]
)
def test_the_quotes_of_a_word_processor_are_read_and_printed_straight(text: str) -> None:
    assert str(parse_pattern(text)) == 'touchpoint = "order"'


def test_a_curly_quote_that_is_not_closed_is_pointed_at() -> None:
    with pytest.raises(PatternSyntaxError) as caught:
        parse_pattern('touchpoint = “order"')
    assert caught.value.position == len("touchpoint = ")
