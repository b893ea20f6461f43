"""A row as a source that is no plain table has it: what it says of itself, and the parts it plays by default.

Besides its values by name, every such row offers four columns that its source works out: ``@customer``, ``@time``,
``@touchpoint`` and ``@channel``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

from klantreis.sources.limits import DEFAULT, Limits

CUSTOMER, TIME, TOUCHPOINT, CHANNEL = WORKED_OUT = ("@customer", "@time", "@touchpoint", "@channel")

LinkKind = Literal["same", "alias", "identify"]
_ZONED = re.compile(r"[Tt ]\d\d?:\d\d.*([Zz]|UTC|[+-]\d\d:?(\d\d)?)$")
_DAY = re.compile(r"\d{4}-\d\d?-\d\d?([Tt ]|$)")


class Link(NamedTuple):
    """One id is the same customer as another.

    ``alias`` says that the first is now called by the second, ``identify`` that both were used at once, and ``same``
    that they are one without saying which is its name.
    """

    alias: str
    owner: str
    kind: LinkKind


class Record(NamedTuple):
    """One row.

    Parameters
    ----------
    line
        Its line, or its place when the file has no lines, counted from 1.
    values
        What it holds by name; may be nested.
    customer, time, touchpoint, channel
        What the source works out.
    key
        What tells this row from every other, whichever file it comes in.
    link
        What it says of a customer's ids.
    event
        Whether it is something that the customer did; if not, only its link counts.
    """

    line: int
    values: Mapping[str, Any]
    customer: str | None = None
    time: str | None = None
    touchpoint: str | None = None
    channel: str | None = None
    key: str | None = None
    link: Link | None = None
    event: bool = True


class Malformed(NamedTuple):
    """Something that is no row, as it stands in the file."""

    line: int
    text: str


@dataclass(frozen=True)
class SourceFile:
    """A file to read, and how."""

    path: Path
    limits: Limits = DEFAULT
    encoding: str = "utf-8"
    object_type: str | None = None


Rows = Iterator[Record | Malformed]
Reader = Callable[[SourceFile], Rows]


def as_text(value: object) -> str | None:
    """A single value as text; None for nothing, and for what is no single value.

    Examples
    --------
    >>> as_text(True), as_text(12.0), as_text(0.5), as_text([1]), as_text("")
    ('true', '12', '0.5', None, None)
    """
    if isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return repr(value) if isinstance(value, int | float) else None


def at(values: object, name: str) -> Any:
    """The value with a name, or inside others by a dotted path; None when there is none.

    Examples
    --------
    >>> at({"a": {"b": [10, 20]}, "a.c": 1}, "a.b.1"), at({"a": {"b": 2}, "a.c": 1}, "a.c")
    (20, 1)
    """
    if isinstance(values, dict):
        if name in values:
            return values[name]
        if "." not in name:
            return None
        parts = name.split(".")
        for cut in range(len(parts) - 1, 0, -1):
            inner = values.get(".".join(parts[:cut]))
            if inner is not None:
                found = at(inner, ".".join(parts[cut:]))
                if found is not None:
                    return found
    elif isinstance(values, list):
        first, _, rest = name.partition(".")
        if first.isascii() and first.isdigit() and len(first) < 9 and int(first) < len(values):
            return at(values[int(first)], rest) if rest else values[int(first)]
    return None


def text_at(values: object, *names: str) -> str | None:
    """The first of these that holds a text or a number, without the spaces around it."""
    for name in names:
        text = as_text(at(values, name))
        if text is not None and (text := text.strip()):
            return text
    return None


def utc(text: str | None) -> str | None:
    """A time that its source means in UTC, saying so.

    Examples
    --------
    >>> utc("2026-03-01 10:00:00"), utc("2026-03-01T10:00:00+01:00"), utc("1772355600")
    ('2026-03-01T10:00:00Z', '2026-03-01T10:00:00+01:00', '1772355600')
    """
    if text is None or not _DAY.match(text) or _ZONED.search(text):
        return text
    day, _, clock = text.replace("t", "T").replace(" ", "T", 1).partition("T")
    return f"{day}T{clock or '00:00:00'}Z"


def names_in(values: Mapping[str, Any], *, most: int, deepest: int) -> dict[str, None] | None:
    """The dotted names of all single values; None when there are more than ``most``."""
    found: dict[str, None] = {}
    waiting: list[tuple[str, Any, int]] = [("", values, 0)]
    seen = 0
    while waiting:
        prefix, value, depth = waiting.pop()
        seen += 1
        if seen > most * 2 or len(found) > most:
            return None
        if isinstance(value, dict) and depth <= deepest:
            waiting += [
                (f"{prefix}.{name}" if prefix else str(name), inner, depth + 1) for name, inner in value.items()
            ]
            if len(waiting) > most:
                return None
        elif prefix and not isinstance(value, list):
            found[prefix] = None
    return found
