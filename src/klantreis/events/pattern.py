"""Which events count: ``touchpoint = "mailing" and campaign_type in ("Type A", "Type B")``.

A pattern is a frozen value with a text form: ``parse_pattern(str(pattern)) == pattern``. It denotes a set of events of
a whole log. It compares the touchpoint, the channel or an attribute of an event with text or numbers; joins
comparisons with ``and``, ``or``, ``not`` and parentheses; and looks at the customer's other events with ``first``,
``last``, ``nth(2)``, ``within 7d after``, ``before``, ``around`` and ``then``.

A missing value is equal to the empty text ``""`` and to nothing else; ``!=`` is always the opposite of ``=``,
so an event without a channel does satisfy ``channel != "web"``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from klantreis.errors import InvalidInputError
from klantreis.events.pattern_nodes import (
    AllOf,
    AnyOf,
    Comparison,
    Near,
    Node,
    Not,
    Nth,
    OneOf,
    Operator,
    Side,
    Then,
    leaves,
    looks_around,
)

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import CoreSchema

__all__ = [
    "AllOf",
    "AnyOf",
    "Comparison",
    "EventPattern",
    "Near",
    "Node",
    "Not",
    "Nth",
    "OneOf",
    "Operator",
    "PatternText",
    "Side",
    "Then",
    "as_pattern",
    "parse_pattern",
]


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
        return frozenset(leaf.field for leaf in leaves(self.root))

    def values_of(self, field: str) -> frozenset[str | float]:
        """The values that ``field`` is compared with, in whatever way."""
        found: set[str | float] = set()
        for leaf in leaves(self.root):
            if leaf.field == field:
                found.update(leaf.values if isinstance(leaf, OneOf) else (leaf.value,))
        return frozenset(found)

    @property
    def looks_around(self) -> bool:
        """Whether other events of the customer decide about an event: first, last, nth, after, before, then."""
        return looks_around(self.root)

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
