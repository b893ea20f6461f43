"""PostHog's events, as JSON lines, CSV or Parquet.

Customer: ``distinct_id``. ``$identify``, ``$create_alias`` and ``$merge_dangerously`` are no events; what they say of
ids is used. ``properties`` may be an object or its text.
"""

from __future__ import annotations

import json
from typing import Any

from klantreis.sources.csv_rows import csv_objects
from klantreis.sources.json_reading import objects_of, too_deep
from klantreis.sources.limits import beyond
from klantreis.sources.parquet_rows import parquet_objects
from klantreis.sources.records import Link, Malformed, Record, Rows, SourceFile, text_at, utc

_ALIAS = ("$create_alias", "$merge_dangerously")
_NO_EVENTS = ("$identify", *_ALIAS, "$set", "$groupidentify")


def posthog_rows(file: SourceFile) -> Rows:
    """The events of an export in JSON."""
    for found in objects_of(file.path, file.limits, inside=("results", "batch", "historical_migration")):
        yield found if isinstance(found, Malformed) else _row(file, *found)


def posthog_csv_rows(file: SourceFile) -> Rows:
    """The events of an export in CSV."""
    for found in csv_objects(file):
        yield found if isinstance(found, Malformed) else _row(file, *found)


def posthog_parquet_rows(file: SourceFile) -> Rows:
    """The events of an export in Parquet."""
    for found in parquet_objects(file):
        yield found if isinstance(found, Malformed) else _row(file, *found)


def _row(file: SourceFile, line: int, given: dict[str, Any]) -> Record | Malformed:
    event = given
    if isinstance(given.get("properties"), str):
        try:
            read = json.loads(given["properties"] or "{}")
        except ValueError:
            return Malformed(line, str(given["properties"])[:2000])
        except RecursionError:
            raise beyond(file.limits, "depth", file.path, place=f"row {line}") from None
        if too_deep(read, file.limits.depth):
            raise beyond(file.limits, "depth", file.path, place=f"row {line}")
        event = {**given, "properties": read}
    name, person = text_at(event, "event"), text_at(event, "distinct_id", "properties.distinct_id")
    link = None
    if name == "$identify":
        anonymous = text_at(event, "properties.$anon_distinct_id")
        if anonymous and person and anonymous != person:
            link = Link(anonymous, person, "identify")
    elif name in _ALIAS:
        alias = text_at(event, "properties.alias")
        if alias and person:
            link = Link(alias, person, "same")  # the first or the second may be the new one
    return Record(
        line,
        event,
        customer=person,
        time=utc(text_at(event, "timestamp", "created_at")),
        touchpoint=name,
        channel=text_at(event, "properties.$device_type", "properties.$lib"),
        key=text_at(event, "uuid", "id"),
        link=link,
        event=name not in _NO_EVENTS,
    )
