"""OCEL 2.0 as JSON, XML or SQLite: one row for each customer that an event is about.

An event is about several objects of several types; which type is the customer must be said, unless there is only one.
Times without a zone are in UTC. An event that is about no such object is refused, as a row without a customer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from klantreis.errors import EventImportError, did_you_mean
from klantreis.sources.json_reading import members_of
from klantreis.sources.limits import beyond
from klantreis.sources.ocel_sqlite import sqlite_events, sqlite_objects
from klantreis.sources.records import Malformed, Record, Rows, SourceFile, as_text, utc
from klantreis.sources.xml_reading import tags_of


class OcelEvent(NamedTuple):
    """One event and the objects it is about, with their qualifiers."""

    line: int
    identity: str | None
    name: str | None
    time: str | None
    values: dict[str, Any]
    about: list[tuple[str, str]]


Objects = Iterator[tuple[str, str]]
Events = Iterator[OcelEvent | Malformed]


def ocel_json_rows(file: SourceFile) -> Rows:
    """The rows of an OCEL file in JSON."""
    return _rows(file, _json_objects, _json_events)


def ocel_xml_rows(file: SourceFile) -> Rows:
    """The rows of an OCEL file in XML."""
    return _rows(file, _xml_objects, _xml_events)


def ocel_sqlite_rows(file: SourceFile) -> Rows:
    """The rows of an OCEL file in SQLite."""

    def events(asked: SourceFile) -> Events:
        for number, identity, name, time, values, about in sqlite_events(asked):
            yield OcelEvent(number, identity, name, time, values, about)

    return _rows(file, sqlite_objects, events)


def _rows(file: SourceFile, objects: Callable[[SourceFile], Objects], events: Callable[[SourceFile], Events]) -> Rows:
    customers = _customers(file, objects)
    for event in events(file):
        if isinstance(event, Malformed):
            yield event
            continue
        about: dict[str, str] = {}
        for identity, qualifier in event.about:
            if identity in customers:
                about.setdefault(identity, qualifier)
        for customer in about or [None]:
            values = event.values if customer is None else {**event.values, "qualifier": about[customer]}
            yield Record(
                event.line,
                values,
                customer=customer,
                time=utc(event.time),
                touchpoint=event.name,
                channel=as_text(event.values.get("channel")),
                key=None
                if event.identity is None
                else "\x1f".join((event.identity, event.name or "", event.time or "", customer or "")),
            )


def _customers(file: SourceFile, objects: Callable[[SourceFile], Objects]) -> set[str]:
    """The ids of the objects of the type that is the customer."""
    counts: Counter[str] = Counter(kind for _, kind in objects(file))
    if len(counts) > file.limits.columns:
        raise beyond(file.limits, "columns", file.path)
    wanted = file.object_type
    listed = ", ".join(f"{kind} ({count})" for kind, count in counts.most_common(30))
    if wanted is None and len(counts) > 1:
        raise EventImportError(
            f"{file.path} is about objects of {len(counts)} types: {listed}.",
            hint="Say which type is the customer with --object-type.",
        )
    if wanted is not None and wanted not in counts:
        raise EventImportError(
            f"{file.path} has no objects of type {wanted!r}.", hint=did_you_mean(wanted, counts, what="object types")
        )
    return {identity for identity, kind in objects(file) if wanted is None or kind == wanted}


def _json_objects(file: SourceFile) -> Objects:
    for _, name, value, listed in members_of(file.path, file.limits):
        if name == "objects" and listed and isinstance(value, dict):
            identity, kind = as_text(value.get("id")), as_text(value.get("type"))
            if identity and kind:
                yield identity, kind


def _json_events(file: SourceFile) -> Events:
    for line, name, value, listed in members_of(file.path, file.limits):
        if name is not None and name.startswith("ocel:"):
            raise EventImportError(
                f"{file.path} is OCEL 1, which is not read.", hint="Convert it to OCEL 2.0, for example with pm4py."
            )
        if name != "events" or not listed:
            continue
        if not isinstance(value, dict):
            yield Malformed(line, str(value)[:2000])
            continue
        yield OcelEvent(
            line,
            as_text(value.get("id")),
            as_text(value.get("type")),
            as_text(value.get("time")),
            {str(each.get("name")): each.get("value") for each in _dicts(value.get("attributes"))},
            [
                (as_text(each.get("objectId")) or "", as_text(each.get("qualifier")) or "")
                for each in _dicts(value.get("relationships"))
            ],
        )


def _dicts(value: object) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _xml_objects(file: SourceFile) -> Objects:
    for tag in tags_of(file.path, file.limits):
        if tag.opens and tag.name == "object":
            identity, kind = tag.attributes.get("id"), tag.attributes.get("type")
            if identity and kind:
                yield identity, kind


def _xml_events(file: SourceFile) -> Events:
    event: OcelEvent | None = None
    attribute = ""
    for tag in tags_of(file.path, file.limits):
        said = tag.attributes
        if tag.opens and tag.name == "event" and event is None:
            event = OcelEvent(tag.line, said.get("id"), said.get("type"), said.get("time"), {}, [])
        elif event is None:
            continue
        elif tag.opens and tag.name == "attribute":
            attribute = said.get("name", "")
        elif not tag.opens and tag.name == "attribute":
            event.values[attribute] = tag.text
            if len(event.values) > file.limits.columns:
                raise beyond(file.limits, "columns", file.path, place=f"line {tag.line}")
        elif tag.opens and tag.name in ("relationship", "object"):
            event.about.append((said.get("object-id", ""), said.get("qualifier", "")))
            if len(event.about) > file.limits.columns:
                raise beyond(file.limits, "columns", file.path, place=f"line {tag.line}")
        elif not tag.opens and tag.name == "event":
            yield event
            event = None
