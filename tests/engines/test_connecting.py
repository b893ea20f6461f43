"""Registering a log that stays on its engine: from an address to answers, without a password in any file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from klantreis.cli.events import command
from klantreis.errors import (
    EngineError,
    EventImportError,
    InvalidInputError,
    KlantreisError,
    NotFoundError,
    SchemaVersionError,
    UnsupportedQuestionError,
)
from klantreis.events.local.folder import open_log
from klantreis.journeys.fit import fit
from klantreis.sources.engines import connect_engine, shown_address
from klantreis.use_cases.connect_log import ConnectedLog, connect_log
from klantreis.use_cases.open_events import open_events
from tests.engines.test_fit_on_engines import journey

COLUMNS = {"customer": "visitor", "time": "at moment", "touchpoint": "page"}


@pytest.fixture
def shop(tmp_path: Path) -> str:
    """The address of a DuckDB file with a table of clicks, some of which cannot be used."""
    import duckdb

    with duckdb.connect(str(tmp_path / "shop.duckdb")) as connection:
        connection.execute(
            """CREATE TABLE clicks AS SELECT * FROM (VALUES
            (1, TIMESTAMP '2026-01-01 09:00:00', 'home', 'web', 7, 1),
            (1, TIMESTAMP '2026-01-01 09:00:00', 'offer', 'web', 7, 2),
            (10, TIMESTAMP '2026-01-02 10:00:00', ' home ', 'app', 9007199254740993, 3),
            (9, TIMESTAMP '2026-01-03 23:30:00', 'order', NULL, NULL, 4),
            (NULL, TIMESTAMP '2026-01-03 10:00:00', 'home', 'web', 1, 5),
            (2, NULL, 'home', 'web', 1, 6),
            (2, TIMESTAMP '2026-01-03 10:00:00', '  ', 'web', 1, 7)
            ) AS v(visitor, "at moment", page, device, basket, line)"""
        )
    return f"duckdb://{tmp_path}/shop.duckdb"


def connected(shop: str, into: Path, **more: object) -> ConnectedLog:
    return connect_log(shop, into, table="clicks", **{**COLUMNS, "order": "line", **more})  # type: ignore[arg-type]


def tables_of(shop: str) -> set[str]:
    engine = connect_engine(shop)
    try:
        return {str(name) for (name,) in engine.rows("SELECT table_name FROM information_schema.tables")}
    finally:
        engine.close()


def test_a_log_is_registered_and_answers(shop: str, tmp_path: Path) -> None:
    done = connected(shop, tmp_path / "log", channel="device", attributes=("basket",), timezone="Europe/Amsterdam")
    assert (done.rows, done.events, done.customers) == (7, 4, 3)
    assert done.refused == {"no-customer": 1, "no-time": 1, "no-touchpoint": 1}
    assert tables_of(shop) == {"clicks", *done.tables}
    log = open_events(tmp_path / "log")
    assert log.touchpoints == ("", "home", "offer", "order")
    # A number that a float cannot hold is a text.
    assert log.fields == ("touchpoint", "channel", "basket")
    assert log.reach('basket = "9007199254740993"').events == 1
    # 23:30 in Amsterdam is 22:30 UTC.
    assert log.transitions().scope.last == "2026-01-03T22:30:00Z"
    assert [(t.source, t.target) for t in log.transitions().transitions] == [("home", "offer")]
    assert [v.path for v in log.variants().variants] == [("home", "offer"), ("home",), ("order",)]
    assert log.unknown_values("touchpoint = 'hom' and channel in ('web', 'fax')") == (
        ("channel", "fax"),
        ("touchpoint", "hom"),
    )


def test_connecting_again_replaces_the_log_and_its_tables(shop: str, tmp_path: Path) -> None:
    first = connected(shop, tmp_path / "log")
    second = connected(shop, tmp_path / "log", touchpoint="=visit")
    assert tables_of(shop) == {"clicks", *second.tables}
    assert not set(first.tables) & set(second.tables)
    assert open_events(tmp_path / "log").touchpoints == ("", "visit")


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"customer": "visiter"}, NotFoundError, r"no column 'visiter'.*\n.*Did you mean visitor"),
        ({"time": "page"}, InvalidInputError, "holds text, which is no time"),
        ({"order": "nowhere"}, NotFoundError, "no column 'nowhere'"),
        ({"timezone": "Mokum"}, InvalidInputError, "no time zone 'Mokum'"),
        ({"schema": "no_such_schema"}, EngineError, "refuses"),
    ],
)
def test_a_wrong_column_changes_nothing(
    shop: str, tmp_path: Path, change: dict[str, str], error: type[KlantreisError], says: str
) -> None:
    before = connected(shop, tmp_path / "log")
    manifest = (tmp_path / "log" / "remote.json").read_bytes()
    with pytest.raises(error, match=says):
        connected(shop, tmp_path / "log", **change)
    assert tables_of(shop) == {"clicks", *before.tables}
    assert (tmp_path / "log" / "remote.json").read_bytes() == manifest


def test_a_table_without_a_usable_row_is_refused_and_leaves_nothing(shop: str, tmp_path: Path) -> None:
    engine = connect_engine(shop)
    engine.rows("CREATE VIEW empty AS SELECT * FROM clicks WHERE visitor IS NULL")
    engine.close()
    with pytest.raises(InvalidInputError, match=r"No row of empty can be used \(no-customer 1\)"):
        connect_log(shop, tmp_path / "log", table="empty", **COLUMNS)  # type: ignore[arg-type]
    assert tables_of(shop) == {"clicks", "empty"}
    assert not (tmp_path / "log").exists()


def test_a_folder_with_something_else_is_left_alone(shop: str, tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "notes.txt").write_text("mine")
    with pytest.raises(EventImportError, match="something else than a remote log"):
        connected(shop, tmp_path / "taken")
    assert tables_of(shop) == {"clicks"}


def test_a_damaged_or_newer_manifest_is_named(shop: str, tmp_path: Path) -> None:
    connected(shop, tmp_path / "log")
    file = tmp_path / "log" / "remote.json"
    plain = json.loads(file.read_text())
    file.write_text(json.dumps(plain | {"version": 99}))
    with pytest.raises(SchemaVersionError, match="version 99"):
        open_events(tmp_path / "log")
    for broken in ("{", "[]", '{"format": "klantreis-remote-log", "version": 1}'):
        file.write_text(broken)
        with pytest.raises(InvalidInputError, match="not the manifest of a remote log"):
            open_events(tmp_path / "log")
    connected(shop, tmp_path / "log")
    assert open_events(tmp_path / "log").n_events == 4


def test_tables_that_were_dropped_are_missed_in_a_sentence(shop: str, tmp_path: Path) -> None:
    done = connected(shop, tmp_path / "log")
    engine = connect_engine(shop)
    engine.rows(f"DROP TABLE {done.tables[2]}")
    engine.close()
    with pytest.raises(EngineError, match=r"DuckDB .* refuses: .*events"):
        open_events(tmp_path / "log").transitions()


def test_what_cannot_be_asked_says_so_by_name(shop: str, tmp_path: Path) -> None:
    connected(shop, tmp_path / "log")
    log = open_events(tmp_path / "log")
    steps = ({"id": "look", "pattern": "touchpoint = 'home'"},)
    with pytest.raises(UnsupportedQuestionError, match=r"DuckDB \(.*\) cannot answer what is asked of runs") as caught:
        fit(journey({"timeout_days": 1}, steps), log)  # type: ignore[arg-type]
    assert caught.value.code == "unsupported-question"
    assert caught.value.question == "what is asked of runs with a time-out and without a start"
    with pytest.raises(InvalidInputError, match="0 to 100 touchpoints deep, not 101"):
        log.tree(depth=101)
    with pytest.raises(InvalidInputError, match="cannot be compared on 'visit'"):
        log.compare("touchpoint = 'home'", on="visit")


def test_paths_are_made_of_fields_that_exist(shop: str, tmp_path: Path) -> None:
    connected(shop, tmp_path / "log", channel="device")
    log = open_events(tmp_path / "log")
    with pytest.raises(NotFoundError, match=r"no attribute 'chanel'.*\n.*Did you mean channel"):
        log.paths_to("touchpoint = 'order'", by="chanel")
    assert log.credit("touchpoint = 'offer'").credited == 1


def test_a_folder_of_a_remote_log_is_no_local_one(shop: str, tmp_path: Path) -> None:
    connected(shop, tmp_path / "log")
    with pytest.raises(NotFoundError, match=r"holds a connection to an engine.*\n.*open_events"):
        open_log(tmp_path / "log")


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgresql://an:s3cret@db:5432/shop", "postgresql://an@db:5432/shop"),
        ("postgresql://db/shop?user=an&password=s3cret", "postgresql://db/shop?user=an"),
        ("clickhouse://:s3cret@db:8123/shop?readonly=1", "clickhouse://@db:8123/shop?readonly=1"),
        ("sc://db:15002/;token=s3cret;user_id=an", "sc://db:15002/;user_id=an"),
        ("duckdb:///data/shop.duckdb", "duckdb:///data/shop.duckdb"),
        ("trino://an@db/lake/web", "trino://an@db/lake/web"),
    ],
)
def test_a_shown_address_has_no_password(address: str, shown: str) -> None:
    assert shown_address(address) == shown


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("mysql://db/shop", "no address of an engine"),
        ("shop.duckdb", "no address of an engine"),
        ("duckdb:///nowhere/shop.duckdb", "There is no DuckDB file"),
        ("postgresql://an:s3cret@127.0.0.1:1/shop", "PostgreSQL .* cannot be reached"),
        ("clickhouse://an:s3cret@127.0.0.1:1/shop", "ClickHouse .* cannot be reached"),
    ],
)
def test_an_address_that_leads_nowhere_is_told_without_its_password(address: str, says: str) -> None:
    with pytest.raises(KlantreisError, match=says) as caught:
        connect_engine(address)
    assert "s3cret" not in str(caught.value)


def test_the_command_connects_and_the_questions_work_on_it(shop: str, tmp_path: Path) -> None:
    run, log = CliRunner(), str(tmp_path / "log")
    arguments = ["connect", shop, "--table", "clicks", "--into", log, "--customer", "visitor", "--time", "at moment"]
    done = run.invoke(command, [*arguments, "--touchpoint", "page", "--lang", "nl"], catch_exceptions=False)
    assert "4 gebeurtenissen van 3 klanten" in done.stdout
    assert "geen klant" in done.stdout
    assert "staged maken…" in done.stderr
    answer = run.invoke(command, ["transitions", log, "--format", "json", "--hide-below", "1"], catch_exceptions=False)
    assert json.loads(answer.stdout)["count"] == 1
    noted = run.invoke(command, ["reach", log, "touchpoint = 'hom'"], catch_exceptions=False)
    assert 'touchpoint = "hom" does not occur' in noted.stderr
