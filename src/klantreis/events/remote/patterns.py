"""A pattern as SQL over the table of events: a condition, and the windows it looks through.

What needs Python to judge (a touchpoint, a text that may write a number) is decided here once per distinct value, as
the local log does; the engine gets a list. Conditions that look at other events of the customer become columns of an
enclosing SELECT, so that a pattern of any depth is a few windows over the same order.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from klantreis.errors import NotFoundError, did_you_mean
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
    Then,
)
from klantreis.events.remote.sql import literal
from klantreis.events.remote.table import Field, RemoteTable

#: Gives the distinct texts of a field; for the touchpoint the texts by code.
TextsOf = Callable[[str], Sequence[str]]

_BEFORE = "ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING"
_UP_TO = "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"
_FROM = "ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING"
_AFTER = "ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING"
_NONE = "1 = 0"


class Conditions:
    """Conditions over the events of one table, and the SELECT in which they hold.

    Ask for every condition first; ``source`` is then the SELECT that has the columns that they name.
    """

    def __init__(self, table: RemoteTable, texts_of: TextsOf) -> None:
        self._table = table
        self._texts_of = texts_of
        self._layers: list[list[str]] = []
        self._made = 0

    def of(self, pattern: EventPattern) -> str:
        """The condition that holds for the events that match.

        Raises
        ------
        NotFoundError
            When the pattern names a field that the log does not have.
        UnsupportedQuestionError
            When a number is compared with a text field of too many different texts.
        """
        return self._of(pattern.root)[0]

    @property
    def source(self) -> str:
        """A SELECT of all events with every column that the conditions asked so far name."""
        select = f"SELECT * FROM {self._table.events} AS e"
        for layer in self._layers:
            select = f"SELECT *, {', '.join(layer)} FROM ({select}) AS e"
        return select

    # Each of these gives a condition and the number of layers of columns beneath it.

    def _of(self, node: Node) -> tuple[str, int]:
        if isinstance(node, Not):
            part, depth = self._of(node.part)
            return f"NOT ({part})", depth
        if isinstance(node, AllOf | AnyOf):
            parts = [self._of(part) for part in node.parts]
            word = " AND " if isinstance(node, AllOf) else " OR "
            return word.join(f"({part})" for part, _ in parts), max(depth for _, depth in parts)
        if isinstance(node, Nth):
            return self._nth(node)
        if isinstance(node, Near):
            return self._near(node)
        if isinstance(node, Then):
            return self._then(node)
        return self._leaf(node), 0

    def _nth(self, node: Nth) -> tuple[str, int]:
        part, depth = self._of(node.part)
        frame = _UP_TO if node.n > 0 else _FROM
        count = self._column(f"SUM(CASE WHEN {part} THEN 1 ELSE 0 END)", frame, depth)
        return f"({part}) AND {count} = {abs(node.n)}", depth + 1

    def _near(self, node: Near) -> tuple[str, int]:
        part, below = self._of(node.part)
        anchor, depth = self._of(node.anchor)
        sides = []
        if node.side in ("after", "around"):
            last = self._column(f"MAX(CASE WHEN {anchor} THEN t END)", _BEFORE, depth)
            sides.append(_close(f"t - {last}", node.within, known=last))
        if node.side in ("before", "around"):
            following = self._column(f"MIN(CASE WHEN {anchor} THEN t END)", _AFTER, depth)
            sides.append(_close(f"{following} - t", node.within, known=following))
        return f"({part}) AND ({' OR '.join(sides)})", max(below, depth + 1)

    def _then(self, node: Then) -> tuple[str, int]:
        reached, depth = self._of(node.parts[0])
        for part, gap in zip(node.parts[1:], node.gaps, strict=True):
            last = self._column(f"MAX(CASE WHEN {reached} THEN t END)", _BEFORE, depth)
            here, below = self._of(part)
            reached = f"({here}) AND {_close(f't - {last}', gap, known=last)}"
            depth = max(below, depth + 1)
        return reached, depth

    def _column(self, value: str, frame: str, depth: int) -> str:
        """A column, one layer above what its value names."""
        while len(self._layers) <= depth:
            self._layers.append([])
        name = f"w{self._made}"
        self._made += 1
        self._layers[depth].append(f"{value} OVER (PARTITION BY c ORDER BY p {frame}) AS {name}")
        return name

    def _leaf(self, leaf: Comparison | OneOf) -> str:
        if leaf.field == "touchpoint":
            texts = self._texts_of("touchpoint")
            codes = [str(code) for code, text in enumerate(texts) if code and decides(leaf, text)]
            return f"tp IN ({', '.join(codes)})" if codes else _NONE
        field = self._table.field(leaf.field)
        if field is None:
            names = ["touchpoint", *(known.name for known in self._table.fields)]
            raise NotFoundError(
                f"No event in this log has a field {leaf.field!r}.",
                hint=did_you_mean(leaf.field, names, what="field"),
            )
        return self._number_leaf(field, leaf) if field.kind == "number" else self._text_leaf(field, leaf)

    def _text_leaf(self, field: Field, leaf: Comparison | OneOf) -> str:
        wanted = leaf.values if isinstance(leaf, OneOf) else (leaf.value,)
        if any(not isinstance(value, str) for value in wanted):
            # Which texts write a number is judged here, the same for every engine.
            positive = OneOf(leaf.field, wanted) if isinstance(leaf, Comparison) and leaf.operator == "!=" else leaf
            values = [text for text in ("", *self._texts_of(field.name)) if decides(positive, text)]
        else:
            values = [value for value in wanted if isinstance(value, str)]
        found = f"{field.column} IN ({', '.join(map(literal, sorted(set(values))))})" if values else _NONE
        return f"NOT ({found})" if isinstance(leaf, Comparison) and leaf.operator == "!=" else found

    def _number_leaf(self, field: Field, leaf: Comparison | OneOf) -> str:
        column = field.column
        if isinstance(leaf, Comparison) and leaf.operator not in ("=", "!="):
            return f"({column} IS NOT NULL AND {column} {leaf.operator} {_number_sql(float(leaf.value))})"
        parts = []
        for value in leaf.values if isinstance(leaf, OneOf) else (leaf.value,):
            number = _number(value)
            if value == "":
                parts.append(f"{column} IS NULL")
            elif not math.isnan(number) and not math.isinf(number):
                parts.append(f"({column} IS NOT NULL AND {column} = {_number_sql(number)})")
        found = " OR ".join(parts) or _NONE
        return f"NOT ({found})" if isinstance(leaf, Comparison) and leaf.operator == "!=" else f"({found})"


def decides(leaf: Comparison | OneOf, text: str) -> bool:
    """Whether a text field with this text matches a comparison, as ``matching`` judges it for a local log.

    Examples
    --------
    >>> decides(Comparison("code", "=", 12.0), "12.0"), decides(Comparison("code", "<", 3.0), "x")
    (True, False)
    """
    if isinstance(leaf, Comparison) and leaf.operator not in ("=", "!="):
        number, limit = _number(text), float(leaf.value)
        ordered = {"<": number < limit, "<=": number <= limit, ">": number > limit, ">=": number >= limit}
        return ordered[leaf.operator]
    wanted = leaf.values if isinstance(leaf, OneOf) else (leaf.value,)
    found = any(text == value if isinstance(value, str) else _number(text) == value for value in wanted)
    return not found if isinstance(leaf, Comparison) and leaf.operator == "!=" else found


def _close(distance: str, within: int | None, *, known: str) -> str:
    return f"{known} IS NOT NULL" if within is None else f"({known} IS NOT NULL AND {distance} <= {within})"


def _number(value: str | float) -> float:
    try:
        return float(value)
    except ValueError:
        return math.nan


def _number_sql(value: float) -> str:
    return f"CAST({literal(repr(value))} AS DOUBLE)"
