"""JSON of any make: an object on each line, or a list of objects; columns are dotted paths into them."""

from __future__ import annotations

from klantreis.sources.json_reading import objects_of
from klantreis.sources.records import Malformed, Record, Rows, SourceFile


def json_rows(file: SourceFile) -> Rows:
    """The objects of a file."""
    for found in objects_of(file.path, file.limits, inside=("events", "data", "results", "rows", "items")):
        yield found if isinstance(found, Malformed) else Record(*found)
