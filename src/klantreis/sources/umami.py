"""Umami's ``website_event``, alone or joined with ``session``, as CSV.

Customer: the session's ``distinct_id`` when it has one, or else ``session_id``. A page view is called by its path, an
event by its name.
"""

from __future__ import annotations

from typing import Any

from klantreis.sources.csv_rows import csv_objects
from klantreis.sources.records import Link, Malformed, Record, Rows, SourceFile, text_at, utc


def umami_rows(file: SourceFile) -> Rows:
    """The events of a file."""
    for found in csv_objects(file):
        yield found if isinstance(found, Malformed) else _row(*found)


def _row(line: int, given: dict[str, Any]) -> Record:
    values = {name: None if value in ("\\N", "NULL") else value for name, value in given.items()}
    person, session = text_at(values, "distinct_id"), text_at(values, "session_id")
    return Record(
        line,
        values,
        customer=person or session,
        time=utc(text_at(values, "created_at")),
        touchpoint=text_at(values, "event_name", "url_path"),
        channel=text_at(values, "device"),
        key=text_at(values, "event_id"),
        link=Link(session, person, "identify") if person and session and person != session else None,
    )
