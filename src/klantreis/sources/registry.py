"""Every kind of file that events can be read from: what it is called, what it looks like, and what reads it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from klantreis.errors import EventImportError, NotFoundError, did_you_mean
from klantreis.sources import json_reading
from klantreis.sources.cloudevents import cloudevents_rows
from klantreis.sources.csv_rows import header_of
from klantreis.sources.ga4 import ga4_parquet_rows, ga4_rows
from klantreis.sources.json_rows import json_rows
from klantreis.sources.limits import Limits
from klantreis.sources.matomo import matomo_rows
from klantreis.sources.ocel import ocel_json_rows, ocel_sqlite_rows, ocel_xml_rows
from klantreis.sources.opening import beginning
from klantreis.sources.posthog import posthog_csv_rows, posthog_parquet_rows, posthog_rows
from klantreis.sources.records import Reader
from klantreis.sources.segment import TYPES, segment_rows
from klantreis.sources.snowplow import looks_enriched, snowplow_rows
from klantreis.sources.umami import umami_rows
from klantreis.sources.xes import xes_rows

CSV_ENDINGS = (".csv", ".tsv", ".tab", ".txt")
PARQUET_ENDINGS = (".parquet", ".pq")


@dataclass(frozen=True)
class Head:
    """What the beginning of a file tells.

    Parameters
    ----------
    form
        ``parquet``, ``sqlite``, ``xml``, ``json``, ``text`` or ``zip``: by its first bytes.
    columns
        The names of its columns, when it has any.
    """

    path: Path
    limits: Limits
    ending: str
    form: str
    raw: bytes
    columns: tuple[str, ...]

    @cached_property
    def first(self) -> dict[str, Any]:
        """The first object of a JSON file; empty when there is none that can be read."""
        if self.form != "json":
            return {}
        try:
            found = json_reading.objects_of(self.path, self.limits, inside=("batch", "results"))
            for each in (each for each, _ in zip(found, range(20), strict=False)):
                if isinstance(each, tuple) and len(each) == 2 and isinstance(each[1], dict):
                    return each[1]
        except EventImportError:
            pass
        return {}

    def has(self, *names: str) -> bool:
        """Whether it has columns, or its first object members, with all these names."""
        return set(names) <= set(self.columns or self.first)


@dataclass(frozen=True)
class Source:
    """A kind of file.

    Parameters
    ----------
    forms
        The forms that it comes in, each with what reads it; ``None`` where SQL reads it as it stands.
    recognises
        Whether a file of one of these forms is this kind.
    worked_out
        Whether it works out customer, time and touchpoint by itself.
    """

    name: str
    title: str
    forms: dict[str, Reader | None]
    recognises: Callable[[Head], bool]
    worked_out: bool = True


def _is_segment(head: Head) -> bool:
    first = head.first
    return first.get("type") in TYPES and bool({"messageId", "anonymousId", "userId", "originalTimestamp"} & set(first))


def _is_ga4(head: Head) -> bool:
    return head.has("event_name", "event_timestamp") and (head.has("event_params") or head.has("user_pseudo_id"))


def _is_posthog(head: Head) -> bool:
    return head.has("event", "distinct_id") and (head.has("properties") or head.has("uuid"))


def _is_ocel(head: Head) -> bool:
    if head.form == "sqlite":
        return True
    marks = (
        (b"<object-types", b"<event-types") if head.form == "xml" else (b'"objectTypes"', b'"eventTypes"', b'"ocel:')
    )
    return any(mark in head.raw for mark in marks)


#: In the order in which they are tried: those that say most of themselves first.
SOURCES = (
    Source("ocel", "OCEL 2.0", {"json": ocel_json_rows, "xml": ocel_xml_rows, "sqlite": ocel_sqlite_rows}, _is_ocel),
    Source("xes", "XES", {"xml": xes_rows}, lambda head: b"<log" in head.raw),
    Source("snowplow", "Snowplow", {"text": snowplow_rows}, lambda head: looks_enriched(head.raw)),
    Source("cloudevents", "CloudEvents", {"json": cloudevents_rows}, lambda head: head.has("specversion")),
    Source("segment", "Segment or RudderStack", {"json": segment_rows}, _is_segment),
    Source("ga4", "Google Analytics 4", {"json": ga4_rows, "parquet": ga4_parquet_rows}, _is_ga4),
    Source(
        "posthog",
        "PostHog",
        {"json": posthog_rows, "text": posthog_csv_rows, "parquet": posthog_parquet_rows},
        _is_posthog,
    ),
    Source("matomo", "Matomo", {"json": matomo_rows}, lambda head: head.has("idVisit", "actionDetails")),
    Source("umami", "Umami", {"text": umami_rows}, lambda head: head.has("session_id", "url_path", "created_at")),
    Source("json", "JSON", {"json": json_rows}, lambda head: head.form == "json", worked_out=False),
    Source("parquet", "Parquet", {"parquet": None}, lambda head: head.form == "parquet", worked_out=False),
    Source("csv", "CSV", {"text": None}, lambda head: head.ending in CSV_ENDINGS, worked_out=False),
)
NAMES = tuple(source.name for source in SOURCES)


def source_named(name: str) -> Source:
    """The source with this name.

    Raises
    ------
    NotFoundError
        Naming those that exist.
    """
    for source in SOURCES:
        if source.name == name:
            return source
    raise NotFoundError(f"There is no source {name!r}.", hint=did_you_mean(name, NAMES, what="sources"))


def head_of(path: Path, limits: Limits) -> Head:
    """What the beginning of a file tells."""
    ending = Path(path.stem if path.suffix.lower() == ".gz" else path.name).suffix.lower()
    raw = beginning(path, limits)
    form = _form(raw, ending)
    found = {"parquet": lambda: _parquet_columns(path), "text": lambda: header_of(raw)}
    return Head(path, limits, ending, form, raw, found[form]() if form in found else ())


def source_of(head: Head) -> Source:
    """The kind of a file, by what is in it.

    Raises
    ------
    EventImportError
        When it is of no kind that can be read.
    """
    for source in SOURCES:
        if head.form in source.forms and source.recognises(head):
            return source
    if head.form == "zip":
        raise EventImportError(f"{head.path} is a zip file.", hint="Unpack it, and name the file that was in it.")
    raise EventImportError(
        f"{head.path} is of no kind that can be read.",
        hint=f"CSV files end in {', '.join(CSV_ENDINGS)}; others are known by what is in them, or by --source: "
        f"{', '.join(NAMES)}.",
    )


def _form(raw: bytes, ending: str) -> str:
    start = raw.removeprefix(b"\xef\xbb\xbf").lstrip()
    if raw.startswith(b"PAR1") or ending in PARQUET_ENDINGS:
        return "parquet"
    if raw.startswith(b"SQLite format 3\0"):
        return "sqlite"
    if raw.startswith(b"PK\x03\x04"):
        return "zip"
    if ending not in CSV_ENDINGS or ending == ".txt":
        if start.startswith(b"<") or ending in (".xes", ".xml", ".xmlocel"):
            return "xml"
        if start.startswith((b"{", b"[")) or ending in (".json", ".jsonl", ".ndjson", ".jsonocel"):
            return "json"
    return "text"


def _parquet_columns(path: Path) -> tuple[str, ...]:
    import duckdb

    from klantreis.sources.tables import literal_path, quoted_text

    try:
        with duckdb.connect() as connection:
            literal = quoted_text(literal_path(path))
            found = connection.execute(f"DESCRIBE SELECT * FROM read_parquet({literal})").fetchall()  # noqa: S608
        return tuple(str(row[0]) for row in found)
    except duckdb.Error:  # reading it will say what is wrong
        return ()
