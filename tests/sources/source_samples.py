"""One small file of each kind, written for these tests, with the events that it holds.

Every sample tells the same story where its kind can: *an* sees ``home`` in the app, then ``quote``; *bo* sees ``home``.
One more row has no customer or no time.
"""

from __future__ import annotations

import gzip
import json
import sqlite3
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from klantreis.sources.snowplow import FIELDS

HOME, QUOTE, OTHER = "2026-03-01T09:00:00Z", "2026-03-01T10:30:00Z", "2026-03-02T08:00:00Z"
STORY = (("an", HOME, "home"), ("an", QUOTE, "quote"), ("bo", OTHER, "home"))


@dataclass(frozen=True)
class Sample:
    """A file: its name and bytes, how it is to be read, and what comes of it."""

    source: str
    name: str
    raw: bytes
    options: dict[str, Any] = field(default_factory=dict)
    attribute: str | None = "bedrag"
    has_key: bool = True
    refused: int = 1
    events: tuple[tuple[str, str, str], ...] = STORY


def _lines(rows: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def _rows(make: Any) -> list[dict[str, Any]]:
    """The story's rows, and one that is refused."""
    return [make(n, *row) for n, row in enumerate((*STORY, ("", HOME, "home")))]


def _segment(n: int, who: str, when: str, what: str) -> dict[str, Any]:
    return {
        "type": "track",
        "messageId": f"m{n}",
        "userId": who or None,
        "event": what,
        "properties": {"bedrag": 10 + n},
        "timestamp": when,
    }


def _ga4(n: int, who: str, when: str, what: str) -> dict[str, Any]:
    micros = {HOME: 1772355600000000, QUOTE: 1772361000000000, OTHER: 1772438400000000}[when]
    return {
        "event_date": "20260301",
        "event_timestamp": str(micros),
        "event_name": what,
        "event_params": [{"key": "bedrag", "value": {"int_value": str(10 + n), "string_value": None}}],
        "user_pseudo_id": who or None,
        "user_id": None,
        "batch_page_id": "7",
        "batch_event_index": str(n),
        "traffic_source": {"medium": "email", "source": "brief"},
    }


def _posthog(n: int, who: str, when: str, what: str) -> dict[str, Any]:
    return {
        "uuid": f"u{n}",
        "event": what,
        "distinct_id": who,
        "properties": {"bedrag": 10 + n, "$lib": "web"},
        "timestamp": when,
    }


def _cloud(n: int, who: str, when: str, what: str) -> dict[str, Any]:
    event = {
        "specversion": "1.0",
        "id": str(n),
        "source": "/web",
        "type": what,
        "time": when,
        "data": {"bedrag": 10 + n},
    }
    return event | ({"subject": who} if who else {})


def _plain(n: int, who: str, when: str, what: str) -> dict[str, Any]:
    return {"klant": {"id": who}, "tijd": when, "wat": what, "bedrag": 10 + n}


def _snowplow() -> bytes:
    lines = []
    for n, (who, when, what) in enumerate((*STORY, ("", HOME, "home"))):
        values = {
            "event_id": f"c6ef3124-b53a-4b13-a233-0088f79dcbc{n}",
            "user_id": who,
            "derived_tstamp": when.replace("T", " ").removesuffix("Z"),
            "event_name": what,
            "event": "unstruct",
            "platform": "web",
            "se_value": str(10 + n),
            "contexts": '{"schema":"iglu:x","data":[]}',
        }
        lines.append("\t".join(values.get(name, "") for name in FIELDS))
    return ("\n".join(lines) + "\n").encode()


def _matomo() -> bytes:
    def action(when: str, what: str, amount: int) -> dict[str, Any]:
        seconds = {HOME: 1772355600, QUOTE: 1772361000, OTHER: 1772438400}[when]
        return {"type": "goal", "goalName": what, "timestamp": seconds, "bedrag": amount}

    visits = [
        {
            "idVisit": "1",
            "visitorId": "an",
            "deviceType": "Desktop",
            "actionDetails": [action(HOME, "home", 10), action(QUOTE, "quote", 11)],
        },
        {"idVisit": "2", "visitorId": "bo", "deviceType": "Desktop", "actionDetails": [action(OTHER, "home", 12)]},
        {"idVisit": "3", "visitorId": "", "actionDetails": [action(HOME, "home", 13)]},
    ]
    return json.dumps(visits, indent=1).encode()


def _xes() -> bytes:
    traces: dict[str, list[str]] = {}
    for n, (who, when, what) in enumerate((*STORY, ("cé", "", "home"))):
        date = f'<date key="time:timestamp" value="{when}"/>' if when else ""
        traces.setdefault(who, []).append(
            f'<event><string key="concept:name" value="{what}"/>{date}<int key="bedrag" value="{10 + n}"/></event>'
        )
    inner = "".join(
        f'<trace><string key="concept:name" value="{who}"/>{"".join(events)}</trace>' for who, events in traces.items()
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<log xes.version="1849.2016">{inner}</log>'.encode()


def _ocel_json() -> bytes:
    return json.dumps(
        {
            "objectTypes": [{"name": "klant"}, {"name": "order"}],
            "eventTypes": [{"name": "home"}, {"name": "quote"}],
            "objects": [{"id": "an", "type": "klant"}, {"id": "bo", "type": "klant"}, {"id": "o1", "type": "order"}],
            "events": [
                {
                    "id": f"e{n}",
                    "type": what,
                    "time": when,
                    "attributes": [{"name": "bedrag", "value": 10 + n}],
                    "relationships": [{"objectId": who or "o1", "qualifier": "actor"}],
                }
                for n, (who, when, what) in enumerate((*STORY, ("", HOME, "home")))
            ],
        }
    ).encode()


def _ocel_xml() -> bytes:
    events = "".join(
        f'<event id="e{n}" type="{what}" time="{when.removesuffix("Z")}">'
        f'<attributes><attribute name="bedrag">{10 + n}</attribute></attributes>'
        f'<objects><relationship object-id="{who or "o1"}" qualifier="actor"/></objects></event>'
        for n, (who, when, what) in enumerate((*STORY, ("", HOME, "home")))
    )
    objects = '<object id="an" type="klant"/><object id="bo" type="klant"/><object id="o1" type="order"/>'
    return f"<log><object-types/><event-types/><events>{events}</events><objects>{objects}</objects></log>".encode()


def _ocel_sqlite() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "o.sqlite"
        connection = sqlite3.connect(path)
        connection.executescript(
            "CREATE TABLE event (ocel_id TEXT, ocel_type TEXT); CREATE TABLE object (ocel_id TEXT, ocel_type TEXT);"
            "CREATE TABLE event_object (ocel_event_id TEXT, ocel_object_id TEXT, ocel_qualifier TEXT);"
            "CREATE TABLE event_map_type (ocel_type TEXT, ocel_type_map TEXT);"
            "CREATE TABLE event_home (ocel_id TEXT, ocel_time TEXT, bedrag REAL);"
            "CREATE TABLE event_quote (ocel_id TEXT, ocel_time TEXT, bedrag REAL);"
            "INSERT INTO event_map_type VALUES ('home', 'home'), ('quote', 'quote');"
            "INSERT INTO object VALUES ('an', 'klant'), ('bo', 'klant'), ('o1', 'order');"
        )
        for n, (who, when, what) in enumerate((*STORY, ("", HOME, "home"))):
            connection.execute("INSERT INTO event VALUES (?, ?)", [f"e{n}", what])
            connection.execute(f"INSERT INTO event_{what} VALUES (?, ?, ?)", [f"e{n}", when, 10 + n])  # noqa: S608
            connection.execute("INSERT INTO event_object VALUES (?, ?, 'actor')", [f"e{n}", who or "o1"])
        connection.commit()
        connection.close()
        return path.read_bytes()


def _umami() -> bytes:
    lines = ["event_id,website_id,session_id,created_at,url_path,event_name,device,bedrag"]
    for n, (who, when, what) in enumerate((*STORY, ("", HOME, "home"))):
        lines.append(f"e{n},w,{who},{when.replace('T', ' ').removesuffix('Z')},/x,{what},mobile,{10 + n}")
    return "\n".join(lines).encode()


def _posthog_csv() -> bytes:
    lines = ["uuid,event,distinct_id,properties,timestamp"]
    for row in _rows(_posthog):
        properties = json.dumps(row["properties"]).replace('"', '""')
        lines.append(f'{row["uuid"]},{row["event"]},{row["distinct_id"]},"{properties}",{row["timestamp"]}')
    return "\n".join(lines).encode()


def _parquet(rows: bytes) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "rows.jsonl").write_bytes(rows)
        connection = duckdb.connect()
        connection.execute(f"COPY (FROM read_json('{folder}/rows.jsonl')) TO '{folder}/rows.parquet' (FORMAT parquet)")
        return (Path(folder) / "rows.parquet").read_bytes()


_CSV = "klant,tijd,wat,bedrag\n" + "".join(
    f"{who},{when},{what},{10 + n}\n" for n, (who, when, what) in enumerate((*STORY, ("", HOME, "home")))
)
_ROLES = {"customer": "klant", "time": "tijd", "touchpoint": "wat"}
_DOTTED = {"customer": "klant.id", "time": "tijd", "touchpoint": "wat"}
_OCEL = {"object_type": "klant"}

SAMPLES = {
    "csv": Sample("csv", "a.csv", _CSV.encode(), _ROLES, has_key=False),
    "csv.gz": Sample("csv", "a.csv.gz", gzip.compress(_CSV.encode()), _ROLES, has_key=False),
    "parquet": Sample(
        "parquet",
        "a.parquet",
        _parquet(_lines([{**row, "klant": row["klant"]["id"]} for row in _rows(_plain)])),
        _ROLES,
        has_key=False,
    ),
    "json-lines": Sample("json", "a.jsonl", _lines(_rows(_plain)), _DOTTED, has_key=False),
    "json-list": Sample("json", "a.json", json.dumps(_rows(_plain), indent=2).encode(), _DOTTED, has_key=False),
    "segment": Sample("segment", "a.jsonl", _lines(_rows(_segment)), attribute="properties.bedrag"),
    "segment-batch": Sample(
        "segment", "a.json", json.dumps({"batch": _rows(_segment)}).encode(), attribute="properties.bedrag"
    ),
    "ga4": Sample("ga4", "a.json", _lines(_rows(_ga4)), attribute="event_params.bedrag"),
    "ga4-parquet": Sample("ga4", "a.parquet", _parquet(_lines(_rows(_ga4))), attribute="event_params.bedrag"),
    "posthog": Sample("posthog", "a.jsonl", _lines(_rows(_posthog)), attribute="properties.bedrag"),
    "posthog-csv": Sample("posthog", "a.csv", _posthog_csv(), attribute="properties.bedrag"),
    "posthog-parquet": Sample("posthog", "a.parquet", _parquet(_lines(_rows(_posthog))), attribute="properties.bedrag"),
    "snowplow": Sample("snowplow", "a.tsv", _snowplow(), attribute="se_value"),
    "matomo": Sample("matomo", "a.json", _matomo()),
    "umami": Sample("umami", "a.csv", _umami()),
    "cloudevents": Sample("cloudevents", "a.jsonl", _lines(_rows(_cloud)), attribute="data.bedrag"),
    "cloudevents-batch": Sample("cloudevents", "a.json", json.dumps(_rows(_cloud)).encode(), attribute="data.bedrag"),
    "xes": Sample("xes", "a.xes", _xes(), has_key=False),
    "xes.gz": Sample("xes", "a.xes.gz", gzip.compress(_xes()), has_key=False),
    "ocel-json": Sample("ocel", "a.json", _ocel_json(), _OCEL),
    "ocel-xml": Sample("ocel", "a.xml", _ocel_xml(), _OCEL),
    "ocel-sqlite": Sample("ocel", "a.sqlite", _ocel_sqlite(), _OCEL),
}
