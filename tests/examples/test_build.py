"""The build: counts equal the source, a second call does nothing, and the committed files are what it computes."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path

import duckdb
import pytest

from klantreis.events.local.folder import open_log
from klantreis.store.database.store import workspaces
from klantreis.use_cases.lay_reality import lay_reality
from klantreis.use_cases.open_workspace import open_store
from tests.examples.building import EXAMPLES, build

WORKSPACES = ("first-car", "loyalty-card")


def count(source: duckdb.DuckDBPyConnection, sql: str) -> int:
    """The only number of a query."""
    row = source.execute(sql).fetchone()
    assert row is not None
    return int(row[0])


def yaml_files(folder: Path) -> dict[str, bytes]:
    """Every YAML file of a workspace, by its path in it."""
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*.yaml"))}


@pytest.mark.parametrize("name", WORKSPACES)
def test_committed_files_are_what_the_build_computes(built: Path, name: str) -> None:
    computed, committed = yaml_files(built / name), yaml_files(EXAMPLES / name)
    assert "workspace.yaml" in committed
    assert computed.keys() == committed.keys()
    for path, content in committed.items():
        assert computed[path] == content, f"{name}/{path}: run examples/build.py --into FOLDER --refresh"


def test_events_equal_the_source(built: Path, source: duckdb.DuckDBPyConnection) -> None:
    log = open_log(built / "loyalty-card" / "events" / "log")
    found = {log.touchpoints[code]: 0 for code in range(1, len(log.touchpoints))}
    for code in log.touchpoint_codes:
        found[log.touchpoints[code]] += 1
    assert found["winkelbezoek"] + found["tankbeurt"] == 155_848
    assert found["winkelbezoek"] + found["tankbeurt"] == count(
        source, "SELECT count(DISTINCT basket_id) FROM transactions"
    )
    assert found["bon ingeleverd"] == 2_102 == count(source, "SELECT count(*) FROM coupon_redemptions")
    assert found["mailing ontvangen"] == 6_589 == count(source, "SELECT count(*) FROM campaigns")
    assert log.n_customers == 2_469 == count(source, "SELECT count(DISTINCT household_id) FROM transactions")


def test_every_redemption_falls_on_a_shopping_day(built: Path) -> None:
    """The time of day is that of a basket, so no redemption stands at the day's end."""
    log = open_log(built / "loyalty-card" / "events" / "log")
    codes = log.touchpoint_codes
    named = log.touchpoints.index
    shopped = {named("winkelbezoek"), named("tankbeurt")}
    for customer in range(log.n_customers):
        here = slice(log.offsets[customer], log.offsets[customer + 1])
        pairs = list(zip(log.times[here].tolist(), codes[here].tolist(), strict=True))
        baskets = {moment for moment, code in pairs if code in shopped}
        assert all(moment in baskets for moment, code in pairs if code == named("bon ingeleverd"))


@pytest.mark.alone
def test_second_call_does_nothing(built: Path) -> None:
    before = {file: file.stat().st_mtime_ns for file in built.rglob("*") if file.is_file()}
    started = time.perf_counter()
    said = build(built)
    took = time.perf_counter() - started
    assert "up to date" in said
    assert {file: file.stat().st_mtime_ns for file in built.rglob("*") if file.is_file()} == before
    assert took < 1.0


def test_an_older_build_is_kept(built: Path, tmp_path: Path) -> None:
    into = tmp_path / "demo"
    shutil.copytree(built, into)
    (into / "built.json").write_text(json.dumps({"inputs": "older"}), encoding="utf-8")
    edited = into / "loyalty-card" / "workspace.yaml"
    edited.write_text(edited.read_text(encoding="utf-8").replace("klantenkaart", "spaarkaart"), encoding="utf-8")
    assert "Done in" in build(into)
    assert "spaarkaart" in (into / "earlier" / "loyalty-card" / "workspace.yaml").read_text(encoding="utf-8")
    assert yaml_files(into / "loyalty-card") == yaml_files(built / "loyalty-card")
    assert "up to date" in build(into)


def test_database_holds_both_with_the_log_beside_it(built: Path) -> None:
    database = str(built / "klantreis.sqlite3")
    assert workspaces(database) == WORKSPACES
    for name in WORKSPACES:
        rows = open_store(database, workspace=name).load().documents
        assert dict(rows) == dict(open_store(built / name).load().documents)
    rows_say = lay_reality(open_store(database, workspace="loyalty-card"), "journey:week-eten")
    assert rows_say == lay_reality(open_store(built / "loyalty-card"), "journey:week-eten")
