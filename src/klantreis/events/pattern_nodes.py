"""What a pattern is made of: comparisons of one event, and how they are joined; each prints itself canonically."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from klantreis.errors import InvalidInputError
from klantreis.events.durations import LONGEST, exact_text

Operator = Literal["=", "!=", "<", "<=", ">", ">="]
Side = Literal["after", "before", "around"]
ORDERINGS = ("<", "<=", ">", ">=")
#: Never the name of a field, unless between backquotes.
KEYWORDS = ("and", "or", "not", "in")
#: No customer is taken to have more events than this.
MOST_EVENTS = 10**9
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
        return " or ".join(str(part) if isinstance(part, AllOf) else _inside(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Nth:
    """The n-th matching event of each customer: 1 is the first, -1 the last, -2 the last but one."""

    n: int
    part: Node

    def __post_init__(self) -> None:
        if isinstance(self.n, bool) or not isinstance(self.n, int) or not 1 <= abs(self.n) <= MOST_EVENTS:
            raise InvalidInputError(
                f"There is no matching event number {self.n!r}; count from 1, or from the last back with -1, -2, ….",
                message_id="errors.pattern.rank",
                values={"n": self.n},
            )

    def __str__(self) -> str:
        which = {1: "first", -1: "last"}.get(self.n, f"nth({self.n})")
        return f"{which} {_inside(self.part)}"


@dataclass(frozen=True, slots=True)
class Near:
    """Events of ``part`` with another event, of ``anchor``, of the same customer on one side of them.

    Parameters
    ----------
    side
        ``after`` the anchor, ``before`` it, or ``around`` it (either). What is after what at equal times is the
        order of the source.
    within
        At most this many microseconds apart; None: at any distance, which ``around`` cannot be.
    """

    part: Node
    side: Side
    anchor: Node
    within: int | None = None

    def __post_init__(self) -> None:
        if self.side not in get_args(Side):
            raise InvalidInputError(f"{self.side!r} is no side; use after, before or around.")
        if self.side == "around" and self.within is None:
            raise InvalidInputError("Around an event needs a distance.", hint="For example within 7d around.")
        _check_distance(self.within)

    def __str__(self) -> str:
        distance = "" if self.within is None else f"within {exact_text(self.within)} "
        return f"{_inside(self.part)} {distance}{self.side} {_inside(self.anchor)}"


@dataclass(frozen=True, slots=True)
class Then:
    """The last events of a sequence: each part after the one before it, with any other events between.

    Parameters
    ----------
    parts
        Two or more. A sequence as the first part is folded into this one.
    gaps
        One fewer: the most microseconds from the event before to this one, or None for any time.
    """

    parts: tuple[Node, ...]
    gaps: tuple[int | None, ...]

    def __post_init__(self) -> None:
        if len(self.parts) < 2 or len(self.gaps) != len(self.parts) - 1:
            raise InvalidInputError("A sequence has two parts or more, and a gap (or None) between every two.")
        for gap in self.gaps:
            _check_distance(gap)
        head = self.parts[0]
        if isinstance(head, Then):
            object.__setattr__(self, "parts", (*head.parts, *self.parts[1:]))
            object.__setattr__(self, "gaps", (*head.gaps, *self.gaps))

    def __str__(self) -> str:
        steps = [_inside(self.parts[0])]
        for part, gap in zip(self.parts[1:], self.gaps, strict=True):
            steps.append(_inside(part) if gap is None else f"{_inside(part)} within {exact_text(gap)}")
        return " then ".join(steps)


Node = Comparison | OneOf | Not | AllOf | AnyOf | Nth | Near | Then


def leaves(node: Node) -> Iterator[Comparison | OneOf]:
    """The comparisons in a pattern, from left to right."""
    if isinstance(node, Comparison | OneOf):
        yield node
    else:
        for part in parts_of(node):
            yield from leaves(part)


def parts_of(node: Node) -> tuple[Node, ...]:
    """What a node is made of; nothing for a comparison."""
    if isinstance(node, Comparison | OneOf):
        return ()
    if isinstance(node, Near):
        return (node.part, node.anchor)
    return (node.part,) if isinstance(node, Not | Nth) else node.parts


def looks_around(node: Node) -> bool:
    """Whether it takes other events than the one at hand to judge it."""
    return isinstance(node, Nth | Near | Then) or any(looks_around(part) for part in parts_of(node))


def _checked_value(value: object) -> str | float:
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        if int(float(value)) != value and isinstance(value, int):
            raise InvalidInputError(
                f"The number {value} is too long to compare exactly; quote it as text.",
                message_id="errors.pattern.inexact",
                values={"value": value},
            )
        return float(value)
    raise InvalidInputError(
        f"An event is compared with text or a finite number, not with {value!r}.",
        message_id="errors.pattern.finite",
        values={"value": value},
    )


def _check_field(field: str) -> None:
    if not field:
        raise InvalidInputError("A comparison needs the name of a field.")


def _check_distance(within: int | None) -> None:
    if within is not None and (isinstance(within, bool) or not isinstance(within, int) or not 1 <= within <= LONGEST):
        raise InvalidInputError(f"A distance in time is a whole number of microseconds above 0, not {within!r}.")


def _folded(parts: tuple[Node, ...], kind: type[AllOf] | type[AnyOf]) -> Iterator[Node]:
    if len(parts) < 2:
        raise InvalidInputError("and / or join two parts or more.")
    for part in parts:
        if isinstance(part, kind):
            yield from part.parts
        else:
            yield part


def _inside(node: Node) -> str:
    return f"({node})" if isinstance(node, AllOf | AnyOf | Near | Then) else str(node)


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
