"""Which events of a log match a pattern: each comparison is decided once per code, then looked up per event.

What looks at the customer's other events (first, after, then, …) is worked out over the masks of its parts, customer
by customer, always over the whole log: a filter hides events afterwards.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import TypeGuard

import numpy as np
from numpy.typing import NDArray

from klantreis.errors import NotFoundError, did_you_mean
from klantreis.events.local.columns import Coded, Codes, Columns, Mask, sealed
from klantreis.events.pattern import AllOf, AnyOf, Comparison, EventPattern, Near, Node, Not, Nth, OneOf, Then
from klantreis.events.pattern_nodes import leaves, looks_around, parts_of

#: From this many events on, compiled code looks up what was decided ten times faster; below it, it is not loaded.
MANY = 200_000

_ORDER: dict[str, Callable[[NDArray[np.float64], float], Mask]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def matches(columns: Columns, pattern: EventPattern) -> Mask:
    """True for every event that matches.

    Raises
    ------
    NotFoundError
        When the pattern names a field that the log does not have.
    """
    return _matches(columns, pattern.root)


def _matches(columns: Columns, node: Node) -> Mask:
    field = _decided_by(node)
    if field is not None and field in columns.coded:
        column = columns.coded[field]
        return _look_up(_of_values(column.values, node), column.codes)
    if isinstance(node, Not):
        return ~_matches(columns, node.part)
    if isinstance(node, AllOf):
        found = _matches(columns, node.parts[0])
        for part in node.parts[1:]:
            found &= _matches(columns, part)
        return found
    if isinstance(node, AnyOf):
        found = _matches(columns, node.parts[0])
        for part in node.parts[1:]:
            found |= _matches(columns, part)
        return found
    if isinstance(node, Nth | Near | Then):
        return _around(columns, node)
    if node.field in columns.numeric:
        return _decide_numbers(columns.numeric[node.field], node)
    raise NotFoundError(
        f"No event in this log has a field {node.field!r}.",
        hint=did_you_mean(node.field, columns.names, what="field"),
    )


def _around(columns: Columns, node: Nth | Near | Then) -> Mask:
    from klantreis.events.local import around

    if isinstance(node, Nth):
        return around.nth(columns, _matches(columns, node.part), node.n)
    if isinstance(node, Near):
        part, anchor = _matches(columns, node.part), _matches(columns, node.anchor)
        if node.side == "around":
            return around.after(columns, part, anchor, within=node.within) | around.before(
                columns, part, anchor, within=node.within
            )
        look = around.after if node.side == "after" else around.before
        return look(columns, part, anchor, within=node.within)
    found = _matches(columns, node.parts[0])
    for part_node, gap in zip(node.parts[1:], node.gaps, strict=True):
        found = around.after(columns, _matches(columns, part_node), found, within=gap)
    return found


def decided_by(pattern: EventPattern) -> str | None:
    """The only field a pattern looks at, when one event's value of it decides; None otherwise."""
    return _decided_by(pattern.root)


def _decided_by(node: Node) -> str | None:
    fields = {leaf.field for leaf in leaves(node)}
    return next(iter(fields)) if len(fields) == 1 and not looks_around(node) else None


def _look_up(of_code: Mask, codes: Codes) -> Mask:
    if len(codes) < MANY:
        return np.take(of_code, codes)
    from klantreis.events.kernels.around import look_up

    found = np.empty(len(codes), dtype=np.bool_)
    look_up(sealed(of_code), sealed(codes), 0, len(codes), found)
    return found


def codes_matching(values: Sequence[str], pattern: EventPattern) -> Mask:
    """For a pattern decided by one coded field: whether an event with each of these values matches."""
    return _of_values(tuple(values), pattern.root)


def _of_values(values: tuple[str, ...], node: Node) -> Mask:
    if _is_leaf(node):
        return _decide_texts(values, node)
    parts = [_of_values(values, part) for part in parts_of(node)]
    if isinstance(node, Not):
        return ~parts[0]
    joined = np.logical_and if isinstance(node, AllOf) else np.logical_or
    found: Mask = joined.reduce(parts)
    return found


def _is_leaf(node: Node) -> TypeGuard[Comparison | OneOf]:
    return isinstance(node, Comparison | OneOf)


def _decide_texts(values: tuple[str, ...], leaf: Comparison | OneOf) -> Mask:
    if isinstance(leaf, Comparison) and leaf.operator in _ORDER:
        numbers = np.array([_number(value) for value in values])
        return _ORDER[leaf.operator](numbers, float(leaf.value))
    wanted = leaf.values if isinstance(leaf, OneOf) else (leaf.value,)
    texts = {value for value in wanted if isinstance(value, str)}
    floats = {value for value in wanted if not isinstance(value, str)}
    found = np.array([value in texts for value in values], dtype=bool)
    if floats:
        found |= np.array([_number(value) in floats for value in values], dtype=bool)
    return ~found if isinstance(leaf, Comparison) and leaf.operator == "!=" else found


def _decide_numbers(column: NDArray[np.float64], leaf: Comparison | OneOf) -> Mask:
    if isinstance(leaf, Comparison) and leaf.operator in _ORDER:
        return _ORDER[leaf.operator](column, float(leaf.value))
    wanted = leaf.values if isinstance(leaf, OneOf) else (leaf.value,)
    found = np.zeros(len(column), dtype=bool)
    for value in wanted:
        found |= np.isnan(column) if value == "" else column == _number(value)
    return ~found if isinstance(leaf, Comparison) and leaf.operator == "!=" else found


def _number(value: str | float) -> float:
    """The number a text writes; NaN, which equals nothing, when it writes none."""
    try:
        return float(value)
    except ValueError:
        return float("nan")


def values_missing_from(columns: Columns, pattern: EventPattern) -> tuple[tuple[str, str], ...]:
    """The (field, text) pairs that a pattern compares with and that occur nowhere in the log: often a typing slip."""
    missing: list[tuple[str, str]] = []
    for field in sorted(pattern.fields()):
        column: Coded | None = columns.coded.get(field)
        if column is not None:
            texts = {value for value in pattern.values_of(field) if isinstance(value, str)}
            missing.extend((field, value) for value in sorted(texts - set(column.values)))
    return tuple(missing)
