"""Files made to do harm are refused by a limit, which the error names together with the way to raise it."""

from __future__ import annotations

import gzip
import json
import sqlite3
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import pytest

from klantreis.errors import EventImportError
from klantreis.events.local.folder import open_log
from klantreis.sources import opening
from klantreis.use_cases.import_events import import_events

ROLES: dict[str, Any] = {"customer": "wie", "time": "wanneer", "touchpoint": "wat"}
GOOD = {"wie": "an", "wanneer": "2026-01-01", "wat": "x"}
HEADER = b"wie,wanneer,wat\n"
ROW = b"an,2026-01-01,x\n"


def refused(path: Path, **options: Any) -> EventImportError:
    """The refusal of a file."""
    with pytest.raises(EventImportError) as caught:
        import_events([path], path.parent / "log", **(ROLES | options))
    assert not (path.parent / "log").exists()
    return caught.value


def named(error: EventImportError, limit: str) -> None:
    assert f"limit '{limit}'" in error.message
    assert error.hint is not None
    assert f"--limit {limit}=" in error.hint


@pytest.mark.parametrize("name", ["a.csv.gz", "a.jsonl.gz", "a.xes.gz"])
def test_a_packed_bomb(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "RATIO_FROM", 1 << 20)
    begins = {"a.csv.gz": HEADER, "a.jsonl.gz": b"{}\n", "a.xes.gz": b"<log>"}[name]
    more = b"<trace/>\n" if name == "a.xes.gz" else b" \n"
    (tmp_path / name).write_bytes(gzip.compress(begins + more * 4_000_000))
    named(refused(tmp_path / name), "ratio")
    named(refused(tmp_path / name, limits=["unpacked=2000000", "ratio=5000"]), "unpacked")


def test_a_zip_file_is_not_unpacked(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("../../etc/passwd", "x")
    assert "is a zip file" in refused(tmp_path / "a.zip").message


@pytest.mark.parametrize(
    "inside",
    [
        '<!DOCTYPE log [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><log>&b;</log>',
        '<!DOCTYPE log [<!ENTITY a SYSTEM "file:///etc/passwd">]><log>&a;</log>',
        '<!DOCTYPE log SYSTEM "http://127.0.0.1/x.dtd"><log></log>',
        '<!DOCTYPE log [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]><log></log>',
    ],
)
@pytest.mark.parametrize("source", ["xes", "ocel"])
def test_entities_and_document_types(tmp_path: Path, inside: str, source: str) -> None:
    (tmp_path / "a.xes").write_text(inside)
    assert "declares a document type or entities" in refused(tmp_path / "a.xes", source=source).message


def test_xml_as_deep_as_it_likes(tmp_path: Path) -> None:
    (tmp_path / "a.xes").write_text("<log><trace><event>" + '<string key="a" value="b">' * 100_000)
    named(refused(tmp_path / "a.xes"), "depth")


def test_one_endless_tag(tmp_path: Path) -> None:
    (tmp_path / "a.xes").write_text("<log><trace><event><string key='" + "a" * 3_000_000)
    named(refused(tmp_path / "a.xes", limits=["line=1000000"]), "line")


def test_one_endless_text(tmp_path: Path) -> None:
    (tmp_path / "a.xes").write_text("<log>" + "a" * 3_000_000)
    named(refused(tmp_path / "a.xes"), "text")


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.json", "a.tsv"])
def test_an_endless_line(tmp_path: Path, name: str) -> None:
    begins = {"a.csv": HEADER, "a.jsonl": b'{"wie": "an"}\n{"wie": "', "a.json": b'[{"wie": "', "a.tsv": HEADER}[name]
    (tmp_path / name).write_bytes(begins + b"a" * 40_000_000)
    tracemalloc.start()
    error = refused(tmp_path / name)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    named(error, "line")
    assert peak < 200_000_000


def test_ten_million_columns(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"a," * 10_000_000 + b"z\n")
    named(refused(tmp_path / "a.csv"), "line")
    (tmp_path / "a.csv").write_bytes(b"a," * 10_000_000 + b"z\n")
    named(refused(tmp_path / "a.csv", limits=["line=30000000"]), "columns")
    (tmp_path / "a.jsonl").write_text(json.dumps({f"k{n}": 1 for n in range(20_000)}))
    named(refused(tmp_path / "a.jsonl"), "columns")
    (tmp_path / "b.jsonl").write_text(json.dumps({"a": {f"k{n}": 1 for n in range(20_000)}}))
    named(refused(tmp_path / "b.jsonl"), "columns")


@pytest.mark.parametrize("depth", [100, 2_000, 200_000])
@pytest.mark.parametrize("inside", ['{"a":', "["])
def test_json_as_deep_as_it_likes(tmp_path: Path, depth: int, inside: str) -> None:
    closing = "}" if inside[0] == "{" else "]"
    deep = inside * depth + "1" + closing * depth
    (tmp_path / "a.jsonl").write_text(f'{json.dumps(GOOD)}\n{{"wie": {deep}}}\n')
    named(refused(tmp_path / "a.jsonl"), "depth")
    (tmp_path / "b.json").write_text(f'[{json.dumps(GOOD)},\n {{"wie": {deep}}}]')
    named(refused(tmp_path / "b.json"), "depth")


def test_a_huge_text(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps(GOOD | {"wat": "x" * 2_000_000}))
    named(refused(tmp_path / "a.jsonl"), "text")
    import_events([tmp_path / "a.jsonl"], tmp_path / "log", **ROLES, limits=["text=4000000"])
    assert len(open_log(tmp_path / "log").touchpoints[1]) == 2_000_000


def test_a_database_with_a_view_in_place_of_a_table(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "a.sqlite")
    connection.executescript(
        "CREATE TABLE event (ocel_id, ocel_type); CREATE TABLE event_object (ocel_event_id, ocel_object_id, "
        "ocel_qualifier); CREATE TABLE event_map_type (ocel_type, ocel_type_map);"
        "CREATE VIEW object AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x AS ocel_id, "
        "'k' AS ocel_type FROM n;"
    )
    connection.close()
    error = refused(tmp_path / "a.sqlite", source="ocel")
    assert "no table object" in error.message


def test_a_path_in_a_name_stays_a_name(tmp_path: Path) -> None:
    folder = tmp_path / "a [b] ; ?x=1#y % 'q'"
    folder.mkdir()
    rows = [json.dumps(GOOD | {"wat": "../../etc/passwd"})]
    (folder / "..%2f..%2f'; DROP.jsonl").write_text("\n".join(rows))
    import_events([folder / "..%2f..%2f'; DROP.jsonl"], folder / "log", **ROLES)
    assert open_log(folder / "log").touchpoints == ("", "../../etc/passwd")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [folder.name]


def test_a_limit_that_does_not_exist(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(HEADER + ROW)
    assert "no limit 'dept'" in refused(tmp_path / "a.csv", limits=["dept=3"]).message
    for wrong in ("depth", "depth=", "depth=0", "depth=-1", "depth=²"):
        assert "no whole number" in refused(tmp_path / "a.csv", limits=[wrong]).message
