"""Files that were not written here: by other people's programs, or other people's data; see ``tests/data/NOTICE``.

Each is compared with the table that it was written from, read by Python's own ``csv``.
"""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from klantreis.events.local.folder import open_log
from klantreis.events.local.log import LocalLog
from klantreis.use_cases.import_events import EventImport, import_events

DATA = Path(__file__).parent.parent / "data" / "sources"
ECOM = DATA / "retentioneering-ecom.csv.gz"
ROLES = {"customer": "user_id", "time": "timestamp", "touchpoint": "event"}

Told = list[tuple[str, str, str]]


def ecom(*, customers: int | None = None, rows: int | None = None) -> list[dict[str, str]]:
    """The table: all of it, its first customers, or its first rows."""
    with gzip.open(ECOM, "rt", newline="") as stream:
        table = list(csv.DictReader(stream))
    first = list(dict.fromkeys(row["user_id"] for row in table))[:customers]
    return [row for row in table if row["user_id"] in set(first)][:rows]


def traces(table: list[dict[str, str]]) -> Told:
    """The table as a log should have it."""
    ordered = sorted(table, key=lambda row: (row["user_id"], row["timestamp"]))
    return [(row["user_id"], row["timestamp"], row["event"]) for row in ordered]


def told(log: LocalLog) -> Told:
    return [
        (event.customer, event.time.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S"), event.touchpoint)
        for customer in log.customers
        for event in log.trace(customer)
    ]


def read(name: str, into: Path, **options: Any) -> tuple[EventImport, LocalLog]:
    done = import_events([DATA / name], into, **options)
    return done, open_log(into)


def test_a_csv_of_retentioneering(tmp_path: Path) -> None:
    done, log = read(ECOM.name, tmp_path / "log", **ROLES, attributes=["platform"])
    assert (done.rows, done.refused) == (31_106, {})
    table = ecom()
    assert Counter(told(log)) == Counter(traces(table))
    assert [each[:2] for each in told(log)] == [each[:2] for each in traces(table)]


def test_an_xes_file_of_r4pm(tmp_path: Path) -> None:
    done, log = read("r4pm-ecom.xes.gz", tmp_path / "log", attributes=["platform", "weight"])
    table = ecom(customers=60)
    assert (done.files[0].source, done.refused, done.rows) == ("xes", {}, len(table))
    assert Counter(told(log)) == Counter(traces(table))
    assert set(log.attribute_numbers("weight")) == {1.5}
    platforms = Counter(
        str(event.attributes["platform"]) for customer in log.customers for event in log.trace(customer)
    )
    assert platforms == Counter(row["platform"] for row in table)
    assert set(log.attribute_values("channel")) == {"", *(row["acquisition_channel"] for row in table)}


@pytest.mark.parametrize("form", ["json", "xml", "sqlite"])
def test_an_ocel_file_of_r4pm(tmp_path: Path, form: str) -> None:
    table = ecom(customers=8)
    name = f"r4pm-ecom.ocel.{form}"
    done, log = read(name, tmp_path / "log", object_type="customer", attributes=["platform", "qualifier"])
    assert (done.files[0].source, done.refused, done.rows) == ("ocel", {}, len(table))
    assert Counter(told(log)) == Counter(traces(table))
    assert log.attribute_values("qualifier") == ("", "actor")
    _, by_session = read(name, tmp_path / "sessions", object_type="session")
    sessions = [{**row, "user_id": row["session_id"]} for row in table]
    assert Counter(told(by_session)) == Counter(traces(sessions))


def test_messages_of_the_cloudevents_sdk(tmp_path: Path) -> None:
    done, log = read("cloudevents-sdk.jsonl", tmp_path / "log", attributes=["data.session"])
    assert (done.files[0].source, done.refused) == ("cloudevents", {})
    assert Counter(told(log)) == Counter(traces(ecom(rows=400)))


@pytest.mark.parametrize("name", ["segment-analytics-python", "rudder-sdk-python"])
def test_messages_of_segment_and_rudderstack(tmp_path: Path, name: str) -> None:
    done, log = read(f"{name}.jsonl", tmp_path / "log", attributes=["properties.session"])
    table = ecom(rows=400)
    customers = list(dict.fromkeys(row["user_id"] for row in table))
    assert (done.files[0].source, done.refused, done.no_events) == ("segment", {}, len(customers) + 1)
    assert tuple(log.customers) == tuple(sorted(customers))  # the anonymous visits are theirs
    seen = Counter(told(log))
    assert seen - Counter(traces(table)) == Counter(
        (customer, next(row["timestamp"] for row in table if row["user_id"] == customer), "first visit")
        for customer in customers
    )
    assert done.merged == len(customers) + 1


def test_messages_of_posthog(tmp_path: Path) -> None:
    done, log = read("posthog-python.jsonl", tmp_path / "log")
    table = ecom(rows=400)
    customers = sorted({row["user_id"] for row in table})
    assert (done.files[0].source, done.no_events, done.merged) == ("posthog", len(customers), len(customers))
    assert tuple(log.customers) == tuple(customers)
    assert Counter(what for _, _, what in told(log)) == Counter(row["event"] for row in table) + Counter(
        {"first visit": len(customers)}
    )


def test_the_event_that_snowplow_tests_with(tmp_path: Path) -> None:
    done, log = read(
        "snowplow-analytics-sdk.tsv", tmp_path / "log", attributes=["geo_city", "contexts.data.0.data.inLanguage"]
    )
    assert (done.files[0].source, done.merged) == ("snowplow", 1)
    (event,) = log.trace("jon.doe@email.com")
    assert event.time == datetime(2013, 11, 26, 0, 3, 57, 886_000, tzinfo=UTC)
    assert (event.touchpoint, event.channel) == ("link_click", "web")
    assert dict(event.attributes) == {"geo_city": "New York", "contexts.data.0.data.inLanguage": "en-US"}
