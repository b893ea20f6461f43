"""A pattern's text and value are the same thing; a bad text is pointed at."""

from __future__ import annotations

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
    Node,
    Not,
    OneOf,
    PatternText,
    parse_pattern,
)

names = st.one_of(
    st.sampled_from(["touchpoint", "channel", "sales_value", "and", "In", "e-mail", "x.y", "prijs €", "a`b"]),
    st.text(min_size=1, max_size=8),
)
numbers = st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.integers(-(2**53), 2**53).map(float))
values = st.one_of(st.text(max_size=8), numbers)
leaves: st.SearchStrategy[Node] = st.one_of(
    st.builds(Comparison, names, st.sampled_from(["=", "!="]), values),
    st.builds(Comparison, names, st.sampled_from(["<", "<=", ">", ">="]), numbers),
    st.builds(OneOf, names, st.lists(values, min_size=1, max_size=3).map(tuple)),
)
nodes: st.SearchStrategy[Node] = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(AllOf, st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(AnyOf, st.lists(inner, min_size=2, max_size=3).map(tuple)),
    ),
    max_leaves=8,
)


@given(nodes)
def test_text_reads_back_as_the_same_value(node: Node) -> None:
    pattern = EventPattern(node)
    again = parse_pattern(str(pattern))
    assert again == pattern
    assert str(again) == str(pattern)


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
    ],
)
def test_canonical_text(text: str, canonical: str) -> None:
    assert str(parse_pattern(text)) == canonical


@pytest.mark.parametrize(
    ("text", "position", "says"),
    [
        ("", 0, "empty"),
        ("touchpoint", 10, "Expected =, !="),
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
    ],
)
def test_a_pattern_that_cannot_be_written_cannot_be_made(build: object) -> None:
    with pytest.raises(InvalidInputError):
        build()  # type: ignore[operator]
