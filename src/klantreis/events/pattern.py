"""Which events count: ``touchpoint = "mailing" and campaign_type in ("Type A", "Type B")``.

A pattern is a frozen value with a text form: ``parse_pattern(str(pattern)) == pattern``. It compares the
touchpoint, the channel or an attribute of an event with text or numbers, and joins comparisons with ``and``,
``or``, ``not`` and parentheses. It looks at one event at a time.

A missing value is equal to the empty text ``""`` and to nothing else; ``!=`` is always the opposite of ``=``,
so an event without a channel does satisfy ``channel != "web"``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

from klantreis.errors import InvalidInputError

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import CoreSchema

Operator = Literal["=", "!=", "<", "<=", ">", ">="]
ORDERINGS = ("<", "<=", ">", ">=")
KEYWORDS = ("and", "or", "not", "in")
BARE_NAME = re.compile(r"[^\W\d][\w.]*(?:-[\w.]+)*")
_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


@dataclass(frozen=True, slots=True)
class Comparison:
    """A field of the event against one value; orderings take a number."""

    field: str
    operator: Operator
    value: str | float

    def __post_init__(self) -> None:
        _check_field(self.field)
        if self.operator not in get_args(Operator):
            raise InvalidInputError(f"{self.operator!r} is no comparison; use = != < <= > or >=.")
        object.__setattr__(self, "value", _checked_value(self.value))
        if self.operator in ORDERINGS and isinstance(self.value, str):
            raise InvalidInputError(f"{self.operator} compares with a number, not with {self.value!r}.")

    def __str__(self) -> str:
        return f"{_name(self.field)} {self.operator} {_literal(self.value)}"


@dataclass(frozen=True, slots=True)
class OneOf:
    """A field of the event is one of these values."""

    field: str
    values: tuple[str | float, ...]

    def __post_init__(self) -> None:
        _check_field(self.field)
        object.__setattr__(self, "values", tuple(_checked_value(value) for value in self.values))
        if not self.values:
            raise InvalidInputError(f"A list of values to compare {self.field!r} with is empty.")

    def __str__(self) -> str:
        return f"{_name(self.field)} in ({', '.join(_literal(value) for value in self.values)})"


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Node

    def __str__(self) -> str:
        if isinstance(self.part, OneOf):
            values = ", ".join(_literal(value) for value in self.part.values)
            return f"{_name(self.part.field)} not in ({values})"
        return f"not {_inside(self.part)}"


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds. Nested ones are folded into one."""

    parts: tuple[Node, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "parts", tuple(_folded(self.parts, AllOf)))

    def __str__(self) -> str:
        return " and ".join(_inside(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds. Nested ones are folded into one."""

    parts: tuple[Node, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "parts", tuple(_folded(self.parts, AnyOf)))

    def __str__(self) -> str:
        return " or ".join(f"({part})" if isinstance(part, AnyOf) else str(part) for part in self.parts)


Node = Comparison | OneOf | Not | AllOf | AnyOf


@dataclass(frozen=True, slots=True)
class EventPattern:
    """Which events count, as a value that can stand in a document as its text.

    Usable as the type of a pydantic field: it reads text (or a pattern) and writes canonical text.

    Examples
    --------
    >>> print(parse_pattern("touchpoint='mailing'   AND (x>=2 or channel in ('web','app'))"))
    touchpoint = "mailing" and (x >= 2 or channel in ("web", "app"))
    """

    root: Node

    def __str__(self) -> str:
        return str(self.root)

    def fields(self) -> frozenset[str]:
        """The names of the fields it compares: touchpoint, channel, attributes."""
        return frozenset(leaf.field for leaf in _leaves(self.root))

    def values_of(self, field: str) -> frozenset[str | float]:
        """The values that ``field`` is compared with, in whatever way."""
        found: set[str | float] = set()
        for leaf in _leaves(self.root):
            if leaf.field == field:
                found.update(leaf.values if isinstance(leaf, OneOf) else (leaf.value,))
        return frozenset(found)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(
            as_pattern, serialization=core_schema.to_string_ser_schema()
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {
            "type": "string",
            "format": "event-pattern",
            "minLength": 1,
            "examples": ['touchpoint = "mailing" and campaign_type in ("Type A", "Type B")'],
        }


#: The type of a document's field that holds a pattern.
PatternText = Annotated[EventPattern, "written as text"]


def parse_pattern(text: str) -> EventPattern:
    """Read a pattern from its text.

    Raises
    ------
    PatternSyntaxError
        With the place where reading stopped, and what was expected there.

    Examples
    --------
    >>> parse_pattern('touchpoint = "shop" or touchpoint = "app"').root
    AnyOf(parts=(Comparison(field='touchpoint', operator='=', value='shop'), \
Comparison(field='touchpoint', operator='=', value='app')))
    """
    from klantreis.events.pattern_text import read_pattern

    return EventPattern(read_pattern(text))


def as_pattern(value: str | EventPattern) -> EventPattern:
    """A pattern from a pattern or its text.

    Raises
    ------
    InvalidInputError
        When it is neither; a PatternSyntaxError when the text cannot be read.
    """
    if isinstance(value, EventPattern):
        return value
    if isinstance(value, str):
        return parse_pattern(value)
    raise InvalidInputError(
        f"An event pattern is written as text, not as {type(value).__name__}.",
        hint='Write it like touchpoint = "mailing".',
    )


def _checked_value(value: object) -> str | float:
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        if int(float(value)) != value and isinstance(value, int):
            raise InvalidInputError(f"The number {value} is too long to compare exactly; quote it as text.")
        return float(value)
    raise InvalidInputError(f"An event is compared with text or a finite number, not with {value!r}.")


def _check_field(field: str) -> None:
    if not field:
        raise InvalidInputError("A comparison needs the name of a field.")


def _folded(parts: tuple[Node, ...], kind: type[AllOf] | type[AnyOf]) -> Iterator[Node]:
    if len(parts) < 2:
        raise InvalidInputError("and / or join two parts or more.")
    for part in parts:
        if isinstance(part, kind):
            yield from part.parts
        else:
            yield part


def _leaves(node: Node) -> Iterator[Comparison | OneOf]:
    if isinstance(node, Not):
        yield from _leaves(node.part)
    elif isinstance(node, AllOf | AnyOf):
        for part in node.parts:
            yield from _leaves(part)
    else:
        yield node


def _inside(node: Node) -> str:
    return f"({node})" if isinstance(node, AllOf | AnyOf) else str(node)


def _plain(field: str) -> bool:
    return BARE_NAME.fullmatch(field) is not None and field.lower() not in KEYWORDS


def _name(field: str) -> str:
    return field if _plain(field) else f"`{_escaped(field, '`')}`"


def _literal(value: str | float) -> str:
    if isinstance(value, str):
        return f'"{_escaped(value, chr(34))}"'
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def _escaped(text: str, quote: str) -> str:
    return "".join(_ESCAPES.get(letter, f"\\{letter}" if letter == quote else letter) for letter in text)
