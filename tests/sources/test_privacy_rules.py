"""Pseudonyms, dropped and coarser columns: what is laid down in a log is what the rules allow."""

from __future__ import annotations

import csv
import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klantreis.errors import InvalidInputError, KlantreisError, NotFoundError
from klantreis.events.local.folder import open_log, read_manifest
from klantreis.sources.privacy_keys import Key, find_key, lay_ready, pseudonym, pseudonym_sql
from klantreis.sources.privacy_rules import Privacy, first_day_kept
from klantreis.use_cases.import_events import import_events

ROLES: dict[str, Any] = {"customer": "wie", "time": "wanneer", "touchpoint": "wat"}
HEADER = "wie,wanneer,wat,plaats,bedrag,mail\n"
ROWS = (
    "an,2026-03-05T10:30,a,1234AB,12.5,an@x\n"
    "an,2026-03-05T09:10,b,1234AB,-3,an@x\n"
    "bo,2026-04-01T00:00,a,9876ZZ,40,bo@x\n"
    ",2026-04-01,a,1111AA,1,geheim@x\n"
    "cy,?,a,2222BB,2,cy@x\n"
    "dee,2026-04-01,a\n"
)


def source(tmp_path: Path, name: str = "a.csv", rows: str = ROWS) -> Path:
    path = tmp_path / name
    path.write_text(HEADER + rows)
    return path


def bring(tmp_path: Path, *, log: str = "log", file: Path | None = None, **privacy: Any) -> Any:
    options = {name: privacy.pop(name) for name in ("add", "overlapping") if name in privacy}
    asked = Privacy(**{"key_file": tmp_path / "sleutel", **privacy})
    chosen = file or source(tmp_path)
    return import_events([chosen], tmp_path / log, **ROLES, **options, attributes=["plaats", "bedrag"], privacy=asked)


def all_text(log: Path) -> str:
    """All that can be read in a log, compressed or not."""
    found = []
    for path in sorted(log.rglob("*")):
        if path.suffix == ".parquet":
            found.append(str(duckdb.execute(f"SELECT * FROM '{path}'").fetchall()))  # noqa: S608
        elif path.is_file():
            found.append(path.read_bytes().decode("utf-8", "replace"))
    return "\n".join(found)


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), st.binary(min_size=32, max_size=32))
def test_sql_and_python_make_the_same_pseudonym(customer: str, secret: bytes) -> None:
    key = Key(Path("sleutel"), secret)
    with duckdb.connect() as connection:
        lay_ready(connection, key)
        found = connection.execute(f"SELECT {pseudonym_sql('v')} FROM (SELECT ? AS v)", [customer]).fetchall()  # noqa: S608
    assert found == [(pseudonym(customer, key),)]


def test_a_log_with_pseudonyms_holds_no_id_and_no_key(tmp_path: Path) -> None:
    done = bring(tmp_path, pseudonymise=True)
    key = find_key(tmp_path / "sleutel", log=tmp_path / "log")
    assert sorted(open_log(tmp_path / "log").customers) == sorted(pseudonym(one, key) for one in ("an", "bo"))
    text = all_text(tmp_path / "log")
    assert pseudonym("an", key) in text
    assert pseudonym("cy", key) in done.rejects.read_text()
    for secret in ("an@x", "geheim", "'an'", "cy,", "dee", key.secret.hex()):
        assert secret not in text
    assert done.privacy["pseudonyms"]["key"] == key.fingerprint


def test_the_key_is_for_its_owner_only(tmp_path: Path) -> None:
    made = bring(tmp_path, pseudonymise=True).key_made
    assert made == tmp_path / "sleutel"
    assert made.stat().st_mode & 0o777 == 0o600
    assert bring(tmp_path, pseudonymise=True).key_made is None
    made.chmod(0o644)
    with pytest.raises(InvalidInputError, match="Others than you can read"):
        bring(tmp_path)
    made.chmod(0o600)
    made.write_text("hallo")
    with pytest.raises(InvalidInputError, match="is not a key"):
        bring(tmp_path)
    made.unlink()
    with pytest.raises(NotFoundError, match="is not in"):
        bring(tmp_path)
    assert not made.exists()
    with pytest.raises(InvalidInputError, match="inside the log"):
        bring(tmp_path, log="nieuw", pseudonymise=True, key_file=tmp_path / "nieuw" / "sleutel")


def test_another_key_is_refused_and_the_log_stays(tmp_path: Path) -> None:
    bring(tmp_path, pseudonymise=True)
    before = all_text(tmp_path / "log")
    find_key(tmp_path / "andere", log=tmp_path / "log")
    for add in (True, False):
        with pytest.raises(InvalidInputError, match="made with another key"):
            bring(tmp_path, pseudonymise=True, key_file=tmp_path / "andere", add=add)
    assert all_text(tmp_path / "log") == before


def test_the_same_key_gives_the_same_log_also_when_added_to(tmp_path: Path) -> None:
    later = source(tmp_path, "b.csv", "an,2026-05-01,c,1,1,x\n")
    bring(tmp_path, pseudonymise=True)
    bring(tmp_path, file=later, add=True)  # the log's own rules hold
    asked = Privacy(pseudonymise=True, key_file=tmp_path / "sleutel")
    import_events(
        [tmp_path / "a.csv", later], tmp_path / "in-een", **ROLES, attributes=["plaats", "bedrag"], privacy=asked
    )
    assert read_manifest(tmp_path / "log")["digest"] == read_manifest(tmp_path / "in-een")["digest"]


def test_rules_that_come_later_reach_what_the_log_has(tmp_path: Path) -> None:
    later = source(tmp_path, "b.csv", "an,2026-05-01,c,1234CD,1,x\n")
    bring(tmp_path)
    bring(tmp_path, file=later, add=True, pseudonymise=True, drop=("plaats", "mail"), coarsen=("bedrag=band:10",))
    text = all_text(tmp_path / "log")
    assert not [secret for secret in ("an@x", "1234AB", "'an'", "12.5", "dee") if secret in text]
    key = find_key(tmp_path / "sleutel", log=tmp_path / "log")
    events = open_log(tmp_path / "log").trace(pseudonym("an", key))
    assert [dict(event.attributes) for event in events] == [{"bedrag": -10.0}, {"bedrag": 10.0}, {"bedrag": 0.0}]


def test_values_are_made_coarser(tmp_path: Path) -> None:
    done = bring(tmp_path, coarsen=("plaats=first:4", "bedrag=band:10", "wat=top:1", "wanneer=day"), drop=("mail",))
    events = open_log(tmp_path / "log").trace("an")
    told = [(event.time.isoformat(), event.touchpoint, dict(event.attributes)) for event in events]
    day = "2026-03-05T00:00:00+00:00"
    assert told == [  # in the order of the file, in which half past ten comes first
        (day, "a", {"plaats": 1234.0, "bedrag": 10.0}),
        (day, "other", {"plaats": 1234.0, "bedrag": -10.0}),
    ]
    header, *refused = csv.reader(done.rejects.open())
    assert header == ["file", "line", "reason", "wie", "(more)"]
    assert sorted(row[2:4] for row in refused) == [
        ["malformed-row", ""],
        ["no-customer", ""],
        ["unreadable-time", "cy"],
    ]


@pytest.mark.parametrize(
    ("unit", "local"),
    [("hour", "2026-04-30T23:00:00+02:00"), ("day", "2026-04-30"), ("week", "2026-04-27"), ("month", "2026-04-01")],
)
def test_units_are_those_of_the_zone(tmp_path: Path, unit: str, local: str) -> None:
    file = source(tmp_path, rows="an,2026-04-30T23:45,a,2026-04-30 23:45,1,x\n")
    import_events(
        [file],
        tmp_path / "log",
        **ROLES,
        attributes=["plaats"],
        timezone="Europe/Amsterdam",
        privacy=Privacy(coarsen=(f"time={unit}", f"plaats={unit}")),
    )
    (event,) = open_log(tmp_path / "log").trace("an")
    moment = event.time.astimezone(datetime.fromisoformat("2026-04-30T23:45+02:00").tzinfo)
    assert moment.isoformat().startswith(local)
    forms = {"hour": "2026-04-30T23", "day": "2026-04-30", "week": "2026-W18", "month": "2026-04"}
    assert event.attributes["plaats"] == forms[unit]


@pytest.mark.parametrize(
    ("asked", "match"),
    [
        ({"coarsen": ("bedrag=tien",)}, "no rule"),
        ({"coarsen": ("bedrag",)}, "names no column and rule"),
        ({"coarsen": ("wie=first:2",)}, "whose events"),
        ({"coarsen": ("wanneer=band:10",)}, "cannot be made coarser"),
        ({"coarsen": ("mail=first:2",)}, "no column 'mail' in the log"),
        ({"drop": ("wie",)}, "whose events"),
        ({"drop": ("wat",)}, "without it there are none"),
        ({"drop": ("mial",)}, "no column 'mial'"),
        ({"drop": ("bedrag",), "coarsen": ("bedrag=band:5",)}, "both dropped"),
        ({"keep_for": "twee jaar"}, "no period"),
        ({"coarsen": ("time=day",), "overlapping": True}, "only look the same"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_and_nothing_is_made(
    tmp_path: Path, asked: dict[str, Any], match: str
) -> None:
    with pytest.raises(KlantreisError, match=match):
        bring(tmp_path, **asked)
    assert not (tmp_path / "log").exists()


def test_what_is_coarser_by_one_rule_is_not_by_another(tmp_path: Path) -> None:
    bring(tmp_path, coarsen=("bedrag=band:10",))
    with pytest.raises(InvalidInputError, match="is made coarser by band:10"):
        bring(tmp_path, coarsen=("bedrag=band:20",))


def test_periods_are_counted_back_by_the_calendar() -> None:
    now = datetime(2026, 3, 31, 23, 30, tzinfo=UTC)
    found = [
        first_day_kept(period, now=now, zone=zone).isoformat()
        for period, zone in [("1m", "UTC"), ("24m", "UTC"), ("2y", "UTC"), ("1w", "Europe/Amsterdam"), ("9999y", "UTC")]
    ]
    assert found == ["2026-02-28", "2024-03-31", "2024-03-31", "2026-03-25", "0001-01-01"]


def test_a_million_ids_become_pseudonyms_in_seconds() -> None:
    with duckdb.connect() as connection:
        connection.execute("SET threads = 2")
        lay_ready(connection, Key(Path("sleutel"), b"k" * 32))
        begin = time.process_time()
        found = connection.execute(
            f"SELECT count(DISTINCT {pseudonym_sql('v')}) FROM (SELECT 'klant-' || i AS v FROM range(1000000) t(i))"  # noqa: S608
        ).fetchall()
        assert found == [(1_000_000,)]
        assert time.process_time() - begin < 15  # seconds of both cores together, on a busy machine


def test_the_manifest_says_what_the_rules_are(tmp_path: Path) -> None:
    bring(tmp_path, drop=("mail",), coarsen=("plaats=top:2",), keep_for="90y")
    said = json.loads((tmp_path / "log" / "manifest.json").read_text())["privacy"]
    assert said == {
        "drop": ["mail"],
        "coarsen": {"plaats": "top:2"},
        "keep_for": "90y",
        "top": {"plaats": ["1234AB", "9876ZZ"]},
    }
