"""CloudEvents 1.0: one event, a batch, or an event on each line.

Customer: ``subject``. Touchpoint: ``type``. Channel: ``source``. ``source`` and ``id`` together tell an event apart.
"""

from __future__ import annotations

from klantreis.sources.json_reading import objects_of
from klantreis.sources.records import Malformed, Record, Rows, SourceFile, text_at


def cloudevents_rows(file: SourceFile) -> Rows:
    """The events of a file."""
    for found in objects_of(file.path, file.limits):
        if isinstance(found, Malformed):
            yield found
            continue
        line, event = found
        source, identity = text_at(event, "source"), text_at(event, "id")
        yield Record(
            line,
            event,
            customer=text_at(event, "subject"),
            time=text_at(event, "time"),
            touchpoint=text_at(event, "type"),
            channel=source,
            key=f"{source}\x1f{identity}" if source and identity else None,
        )
