"""XES (IEEE 1849), also packed: a trace is a customer, an event's name the touchpoint.

A trace without a name is called "trace" and its number. Nested attributes have dotted names. Attributes of the trace
are each event's too, as ``trace.NAME``.
"""

from __future__ import annotations

from typing import Any

from klantreis.sources.limits import beyond
from klantreis.sources.records import Record, Rows, SourceFile
from klantreis.sources.xml_reading import tags_of

_VALUES = ("string", "date", "int", "float", "boolean", "id", "list", "container")


def xes_rows(file: SourceFile) -> Rows:
    """The events of an XES file."""
    n_traces, line = 0, 0
    trace: dict[str, Any] = {}
    event: dict[str, Any] | None = None
    inside: list[str] = []
    in_trace = False
    skipping = 0  # in <global> or an extension's own tags, whose values belong to no event
    for tag in tags_of(file.path, file.limits):
        if skipping:
            skipping += 1 if tag.opens else -1
        elif tag.opens:
            if tag.name == "trace":
                n_traces, in_trace, trace, inside = n_traces + 1, True, {}, []
            elif tag.name == "event" and event is None:
                event, inside, line = {}, [], tag.line
            elif tag.name in _VALUES and in_trace:
                inside.append(tag.attributes.get("key", ""))
                if "value" in tag.attributes:
                    into = trace if event is None else event
                    name = ".".join(part for part in inside if part)
                    into.setdefault(name, tag.attributes["value"])
                    if len(into) > file.limits.columns:
                        raise beyond(file.limits, "columns", file.path, place=f"line {tag.line}")
            elif tag.name == "values" and in_trace:
                inside.append("")
            elif tag.name != "log":
                skipping = 1
        elif tag.name == "event" and event is not None:
            yield _row(line, event, trace, n_traces)
            event, inside = None, []
        elif tag.name == "trace":
            in_trace, inside = False, []
        elif inside:
            inside.pop()


def _row(line: int, event: dict[str, Any], trace: dict[str, Any], number: int) -> Record:
    values = event | {f"trace.{name}": value for name, value in trace.items()}
    return Record(
        line,
        values,
        customer=(trace.get("concept:name") or "").strip() or f"trace {number}",
        time=event.get("time:timestamp"),
        touchpoint=event.get("concept:name"),
        channel=event.get("channel"),
    )
