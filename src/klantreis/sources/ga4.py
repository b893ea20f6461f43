"""Google Analytics 4, the export to BigQuery, as JSON lines or Parquet.

Customer: ``user_id``, or else ``user_pseudo_id``. ``event_params`` and ``user_properties`` are read by their keys:
``event_params.page_location``. An export has no id for an event; the time, the name and the place in the batch tell
events apart, so that a day that is exported again is not doubled.
"""

from __future__ import annotations

from typing import Any

from klantreis.sources.json_reading import objects_of
from klantreis.sources.parquet_rows import parquet_objects
from klantreis.sources.records import Link, Malformed, Record, Rows, SourceFile, as_text, text_at

_KEY = (
    "user_pseudo_id",
    "event_timestamp",
    "event_name",
    "event_bundle_sequence_id",
    "batch_page_id",
    "batch_ordering_id",
    "batch_event_index",
)


def ga4_rows(file: SourceFile) -> Rows:
    """The events of an export in JSON."""
    for found in objects_of(file.path, file.limits):
        yield found if isinstance(found, Malformed) else _row(*found)


def ga4_parquet_rows(file: SourceFile) -> Rows:
    """The events of an export in Parquet."""
    for found in parquet_objects(file):
        yield found if isinstance(found, Malformed) else _row(*found)


def _row(line: int, event: dict[str, Any]) -> Record:
    values = dict(event)
    for name in ("event_params", "user_properties"):
        values[name] = _by_key(event.get(name))
    user, device = text_at(event, "user_id"), text_at(event, "user_pseudo_id")
    # Events of one batch can share even these; where the export lacks the columns of the batch, nothing is dropped.
    told_apart = any(text_at(event, column) for column in _KEY[3:])
    return Record(
        line,
        values,
        customer=user or device,
        time=text_at(event, "event_timestamp"),
        touchpoint=text_at(event, "event_name"),
        channel=text_at(
            event,
            "session_traffic_source_last_click.manual_campaign.medium",
            "collected_traffic_source.manual_medium",
            "traffic_source.medium",
        ),
        key="\x1f".join(text_at(event, column) or "" for column in _KEY) if told_apart else None,
        link=Link(device, user, "identify") if user and device and user != device else None,
    )


def _by_key(listed: object) -> object:
    """A list of key and value as BigQuery writes it, by key."""
    if not isinstance(listed, list):
        return listed
    found: dict[str, Any] = {}
    for each in listed:
        if isinstance(each, dict) and isinstance(each.get("key"), str):
            value = each.get("value")
            found[each["key"]] = _typed(value) if isinstance(value, dict) else value
    return found


def _typed(value: dict[str, Any]) -> Any:
    """The one value that is given; exports in JSON write whole numbers as text."""
    for kind, one in value.items():
        text = as_text(one)
        if text is not None:
            return int(text) if kind == "int_value" and text.lstrip("-").isdecimal() and len(text) < 20 else one
    return None
