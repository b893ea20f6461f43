"""What every source promises, whatever its form: one suite that all of them pass."""

from __future__ import annotations

import csv
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from klantreis.errors import EventImportError, NotFoundError
from klantreis.events.local.folder import open_log, read_manifest
from klantreis.events.local.log import LocalLog
from klantreis.sources.registry import NAMES, SOURCES
from klantreis.use_cases.import_events import EventImport, import_events
from tests.sources.source_samples import SAMPLES, Sample

every_sample = pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES)


def written(folder: Path, sample: Sample) -> Path:
    path = folder / sample.name
    path.write_bytes(sample.raw)
    return path


def bring(folder: Path, sample: Sample, into: str = "log", **options: Any) -> EventImport:
    return import_events([written(folder, sample)], folder / into, **{**sample.options, **options})


def told(log: LocalLog) -> list[tuple[str, str, str]]:
    return [
        (event.customer, event.time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), event.touchpoint)
        for customer in log.customers
        for event in log.trace(customer)
    ]


def test_every_source_has_a_sample() -> None:
    assert {(sample.source) for sample in SAMPLES.values()} == set(NAMES)
    assert len({sample.name.removesuffix(".gz") for sample in SAMPLES.values()}) > 1
    forms = sum(len(source.forms) for source in SOURCES)
    assert len(SAMPLES) >= forms


@every_sample
def test_it_is_recognised_and_read(tmp_path: Path, sample: Sample) -> None:
    done = bring(tmp_path, sample, attributes=[sample.attribute])
    assert told(open_log(done.log)) == list(sample.events)
    assert [each.source for each in done.files] == [sample.source]
    assert done.rows == len(sample.events) + sample.refused
    numbers = open_log(done.log).attribute_numbers(str(sample.attribute))
    assert numbers.tolist() == [10, 11, 12]


@every_sample
def test_it_is_read_when_it_is_named(tmp_path: Path, sample: Sample) -> None:
    done = bring(tmp_path, sample, source=sample.source)
    assert told(open_log(done.log)) == list(sample.events)


@every_sample
def test_what_is_refused_is_kept_with_its_reason(tmp_path: Path, sample: Sample) -> None:
    done = bring(tmp_path, sample)
    reason = "no-time" if sample.source == "xes" else "no-customer"
    assert done.refused == {reason: 1}
    assert done.rejects is not None
    rows = list(csv.DictReader(done.rejects.open(encoding="utf-8")))
    assert [(row["file"], row["reason"]) for row in rows] == [(str(tmp_path / sample.name), reason)]
    assert int(rows[0]["line"]) >= 1


@every_sample
def test_the_same_file_gives_the_same_log(tmp_path: Path, sample: Sample) -> None:
    bring(tmp_path, sample, "a", attributes=[sample.attribute])
    bring(tmp_path, sample, "b", attributes=[sample.attribute])
    assert read_manifest(tmp_path / "a")["digest"] == read_manifest(tmp_path / "b")["digest"]


@every_sample
def test_adding_the_same_file_again_adds_nothing(tmp_path: Path, sample: Sample) -> None:
    bring(tmp_path, sample)
    before = read_manifest(tmp_path / "log")
    done = bring(tmp_path, sample, add=True)
    assert [each.known for each in done.files] == [True]
    assert (done.imported, read_manifest(tmp_path / "log")) == (len(sample.events), before)


KEYED = {
    name: sample
    for name, sample in SAMPLES.items()
    # Parquet and SQLite cannot be made another file with the same rows by a line break more.
    if sample.has_key and not sample.name.endswith((".parquet", ".sqlite"))
}


@pytest.mark.parametrize("sample", KEYED.values(), ids=KEYED)
def test_an_event_with_an_id_that_comes_in_another_file_counts_once(tmp_path: Path, sample: Sample) -> None:
    bring(tmp_path, sample)
    before = read_manifest(tmp_path / "log")["digest"]
    (tmp_path / "later").mkdir()
    other = written(tmp_path / "later", sample)
    other.write_bytes(sample.raw + b"\n")
    done = import_events([other], tmp_path / "log", add=True, **sample.options)
    assert (done.doubled, done.imported) == (len(sample.events), len(sample.events))
    assert read_manifest(tmp_path / "log")["digest"] == before


@every_sample
def test_columns_can_be_chosen_for_the_parts(tmp_path: Path, sample: Sample) -> None:
    options = {**sample.options, "touchpoint": "=bezoek", "channel": str(sample.attribute)}
    log = open_log(import_events([written(tmp_path, sample)], tmp_path / "log", **options).log)
    assert {what for _, _, what in told(log)} == {"bezoek"}
    assert set(log.attribute_values("channel")) == {"", "10", "11", "12"}


@every_sample
def test_a_column_that_is_not_there_is_named(tmp_path: Path, sample: Sample) -> None:
    with pytest.raises(EventImportError, match="There is no column 'bedragje'"):
        bring(tmp_path, sample, attributes=["bedragje"])
    assert not (tmp_path / "log").exists()


@every_sample
def test_a_file_cut_short_is_refused_or_read_as_far_as_it_goes(tmp_path: Path, sample: Sample) -> None:
    path = written(tmp_path, sample)
    for part in (0.2, 0.5, 0.9):
        path.write_bytes(sample.raw[: int(len(sample.raw) * part)])
        shutil.rmtree(tmp_path / "log", ignore_errors=True)
        try:
            log = open_log(import_events([path], tmp_path / "log", **sample.options).log)
        except EventImportError:
            assert not (tmp_path / "log").exists()
        else:
            assert set(told(log)) <= set(sample.events) or log.n_events < len(sample.events)


def test_all_kinds_can_come_together(tmp_path: Path) -> None:
    files = []
    for number, sample in enumerate(SAMPLES.values()):
        if not sample.options:
            (tmp_path / str(number)).mkdir()
            files.append(written(tmp_path / str(number), sample))
    done = import_events(files, tmp_path / "log")
    assert done.customers == 2
    assert {each.source for each in done.files} == set(NAMES) - {"csv", "parquet", "json", "ocel"}


def test_a_source_that_does_not_exist_or_fit_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no source 'segmnt'"):
        bring(tmp_path, SAMPLES["segment"], source="segmnt")
    with pytest.raises(EventImportError, match="comes as xml"):
        bring(tmp_path, SAMPLES["segment"], source="xes")


def test_the_type_of_object_must_be_chosen(tmp_path: Path) -> None:
    for name in ("ocel-json", "ocel-xml", "ocel-sqlite"):
        with pytest.raises(EventImportError, match=r"2 types: klant \(2\), order \(1\)"):
            bring(tmp_path, SAMPLES[name], object_type=None)
        with pytest.raises(EventImportError, match=r"no objects of type 'client'"):
            bring(tmp_path, SAMPLES[name], object_type="client")


def test_the_clock_of_a_device_is_put_right(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(
        '{"type": "track", "event": "x", "userId": "an", "messageId": "1", "sentAt": "2020-01-01T00:10:00Z", '
        '"originalTimestamp": "2020-01-01T00:00:00Z", "receivedAt": "2026-03-01T09:10:00Z"}\n'
    )
    done = import_events([tmp_path / "a.jsonl"], tmp_path / "log")
    assert open_log(done.log).trace("an")[0].time == datetime(2026, 3, 1, 9, tzinfo=UTC)


def matomo_visit(*, first: int, last: int, times: list[int]) -> dict[str, Any]:
    """A visit as Matomo 5 gives it: its own times in UTC, those of its actions in the site's zone."""
    actions = [
        {"type": "action", "url": f"https://example.org/{n}/", "timestamp": time} for n, time in enumerate(times)
    ]
    own = {"idVisit": "68536", "visitorId": "an", "firstActionTimestamp": first, "lastActionTimestamp": last}
    return own | {"actionDetails": actions}


@pytest.mark.parametrize(
    ("first", "last", "hour"),
    [
        (1720111385, 1720111417, 16),  # Paris in summer: two hours behind what the actions say
        (1720118585, 1720118617, 18),  # a site in UTC
        (1720111385 - 600, 1720111417, 16),  # its first actions are not in the file
        (1720111000, 1720111100, 18),  # nothing fits: the actions are believed
    ],
)
def test_the_zone_of_matomos_actions_is_taken_off(tmp_path: Path, first: int, last: int, hour: int) -> None:
    visit = matomo_visit(first=first, last=last, times=[1720118585, 1720118593, 1720118617])
    (tmp_path / "visits.json").write_text(json.dumps([visit]), encoding="utf-8")
    done = import_events([tmp_path / "visits.json"], tmp_path / "log")
    minutes = [(43, 5), (43, 13), (43, 37)]
    assert [event.time.astimezone(UTC) for event in open_log(done.log).trace("an")] == [
        datetime(2024, 7, 4, hour, minute, second, tzinfo=UTC) for minute, second in minutes
    ]


def test_times_that_a_source_means_in_utc_are_not_read_in_another_zone(tmp_path: Path) -> None:
    for name in ("snowplow", "umami", "ocel-xml"):
        done = bring(tmp_path, SAMPLES[name], into=name, timezone="Europe/Amsterdam")
        assert told(open_log(done.log)) == list(SAMPLES[name].events)
