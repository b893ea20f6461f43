"""Erasing, trimming and exporting: the log is then as if what went had never been imported."""

from __future__ import annotations

import csv
import io
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klantreis.errors import InvalidInputError, NotFoundError
from klantreis.events.local.folder import digest_of, open_log, read_manifest
from klantreis.sources.privacy_rules import Privacy
from klantreis.use_cases.erase_customer import erase_customer
from klantreis.use_cases.export_customer import export_customer
from klantreis.use_cases.import_events import import_events
from klantreis.use_cases.trim_log import trim_log

ROLES: dict[str, Any] = {"customer": "wie", "time": "wanneer", "touchpoint": "wat"}
NOW = datetime(2026, 6, 1, tzinfo=UTC)

row = st.tuples(
    st.sampled_from(["an", "bo", "cy"]),
    st.sampled_from(["2024-01-01", "2025-06-01", "2026-01-02", "2026-01-03"]),
    st.sampled_from(["a", "b", ""]),
    st.sampled_from(["1", "x", "", "3"]),
)
KEPT = ("zz", "2026-02-01", "slot", "4")


def write(path: Path, rows: Sequence[tuple[str, ...]]) -> Path:
    path.write_text("wie,wanneer,wat,soort\n" + "".join(",".join(each) + "\n" for each in rows))
    return path


def bring(file: Path, log: Path, **options: Any) -> None:
    import_events([file], log, **ROLES, attributes=["soort"], **options)


def digest(log: Path) -> str:
    manifest = read_manifest(log)
    assert digest_of(log / manifest["columns"]) == manifest["digest"]
    return str(manifest["digest"])


def refused_of(log: Path) -> list[list[str]]:
    place = read_manifest(log)["rejects"]
    return [] if place is None else [[each[2], *each[3:]] for each in list(csv.reader((log / place).open()))[1:]]


@settings(max_examples=15, deadline=None)
@given(st.lists(row, max_size=8), st.booleans())
def test_erasing_is_never_having_imported(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]], overlapping: bool
) -> None:
    folder = tmp_path_factory.mktemp("wis")
    bring(write(folder / "al.csv", [*rows, KEPT]), folder / "log", overlapping=overlapping)
    left = [each for each in rows if each[0] != "an"]
    bring(write(folder / "rest.csv", [*left, KEPT]), folder / "rest", overlapping=overlapping)
    done = erase_customer(folder / "log", "an")
    assert digest(folder / "log") == digest(folder / "rest")
    assert refused_of(folder / "log") == refused_of(folder / "rest")
    assert (done.events, done.refused) == (
        sum(each[0] == "an" and bool(each[2]) for each in rows),
        sum(each[0] == "an" and not each[2] for each in rows),
    )
    mine, rest = read_manifest(folder / "log"), read_manifest(folder / "rest")
    assert (mine["refused"], mine["sources"][0]["rows"]) == (rest["refused"], rest["sources"][0]["rows"])
    before = {path: path.read_bytes() for path in (folder / "log").rglob("*") if path.is_file()}
    assert erase_customer(folder / "log", "an").total == 0
    assert {path: path.read_bytes() for path in (folder / "log").rglob("*") if path.is_file()} == before


@settings(max_examples=15, deadline=None)
@given(st.lists(row, max_size=8))
def test_trimming_is_never_having_imported(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]]
) -> None:
    folder = tmp_path_factory.mktemp("snoei")
    bring(write(folder / "al.csv", [*rows, KEPT]), folder / "log")
    bring(folder / "al.csv", folder / "meteen", privacy=Privacy(keep_for="6m"), now=NOW)
    left = [each for each in rows if each[1] >= "2025-12-01"]
    bring(write(folder / "rest.csv", [*left, KEPT]), folder / "rest")
    done = trim_log(folder / "log", keep_for="6m", now=NOW)
    assert done.first_day == date(2025, 12, 1)
    assert done.events == sum(each[1] < "2025-12-01" and bool(each[2]) for each in rows)
    assert digest(folder / "log") == digest(folder / "meteen") == digest(folder / "rest")
    assert refused_of(folder / "log") == refused_of(folder / "meteen") == refused_of(folder / "rest")
    again = trim_log(folder / "log", now=NOW)  # the period is the log's own by now
    assert (again.events, again.refused, again.keep_for) == (0, 0, "6m")


def test_all_may_go(tmp_path: Path) -> None:
    bring(write(tmp_path / "a.csv", [KEPT]), tmp_path / "log")
    assert erase_customer(tmp_path / "log", "zz").left == 0
    assert open_log(tmp_path / "log").n_events == 0
    with pytest.raises(NotFoundError, match="holds nothing"):
        export_customer(tmp_path / "log", "zz")


def test_trimming_needs_to_know_how_long(tmp_path: Path) -> None:
    bring(write(tmp_path / "a.csv", [KEPT]), tmp_path / "log")
    with pytest.raises(InvalidInputError, match="Nothing says"):
        trim_log(tmp_path / "log")
    with pytest.raises(InvalidInputError, match="not by both"):
        trim_log(tmp_path / "log", keep_for="1y", before=date(2026, 1, 1))
    assert trim_log(tmp_path / "log", before=date(2026, 2, 2)).left == 0


def segment(path: Path, *records: dict[str, Any]) -> Path:
    stamped = [
        {"messageId": f"m{n}", "timestamp": f"2026-01-{1 + n:02}T00:00:00Z", **each} for n, each in enumerate(records)
    ]
    path.write_text("".join(json.dumps(each) + "\n" for each in stamped))
    return path


def identify(user: str, device: str) -> dict[str, Any]:
    return {"type": "identify", "userId": user, "anonymousId": device, "traits": {}}


def track(name: str, device: str, user: str | None = None) -> dict[str, Any]:
    return {"type": "track", "event": name, "anonymousId": device, **({"userId": user} if user else {})}


def test_a_shared_device_does_not_go_to_whoever_is_left(tmp_path: Path) -> None:
    file = segment(
        tmp_path / "s.jsonl", track("kijkt", "tablet"), identify("an", "tablet"), identify("bo", "tablet"),
        track("koopt", "tablet", "an"), track("koopt", "tablet", "bo"), track("leest", "telefoon"),
        identify("bo", "telefoon"),
    )  # fmt: skip
    import_events([file], tmp_path / "log")
    assert {"tablet", "an", "bo"} == set(open_log(tmp_path / "log").customers)
    an = [event.touchpoint for event in open_log(tmp_path / "log").trace("an")]
    export = export_customer(tmp_path / "log", "telefoon")
    assert export.ids == ("bo", "telefoon")
    assert {each.touchpoint for each in export.rows if each.what == "event"} >= {"koopt", "leest"}
    done = erase_customer(tmp_path / "log", "telefoon")
    assert done.ids == 2
    log = open_log(tmp_path / "log")
    assert set(log.customers) == {"tablet", "an"}
    assert [event.touchpoint for event in log.trace("an")] == an
    for kept in (tmp_path / "log").rglob("*.parquet"):
        cells = [cell for each in duckdb.execute(f"SELECT * FROM '{kept}'").fetchall() for cell in each]  # noqa: S608
        assert not {"bo", "telefoon"} & {str(cell) for cell in cells}
    assert erase_customer(tmp_path / "log", "bo").total == 0


def test_what_is_left_of_a_trimmed_log_stays_one_customer(tmp_path: Path) -> None:
    file = segment(tmp_path / "s.jsonl", identify("an", "telefoon"), *(track("x", "weg") for _ in range(3)))
    later = segment(tmp_path / "t.jsonl", *(track("kijkt", "telefoon") for _ in range(9)))
    import_events([file], tmp_path / "log")
    import_events([later], tmp_path / "log", add=True)
    trim_log(tmp_path / "log", before=date(2026, 1, 6))
    assert tuple(open_log(tmp_path / "log").customers) == ("an",)
    trim_log(tmp_path / "log", before=date(2026, 2, 1))  # the last event goes, and with it what linked it
    (kept, other) = sorted((tmp_path / "log").rglob("*.parquet"))
    assert duckdb.execute(f"SELECT count(*) FROM read_parquet(['{kept}', '{other}'])").fetchall() == [(0,)]  # noqa: S608


def test_an_export_has_all_and_works_with_pseudonyms(tmp_path: Path) -> None:
    rows = [("an", "2026-01-01", "a", "x"), ("an", "2026-01-02", "", "y"), ("bo", "2026-01-01", "a", "z"), KEPT]
    asked = Privacy(pseudonymise=True, key_file=tmp_path / "sleutel")
    bring(write(tmp_path / "a.csv", rows), tmp_path / "log", privacy=asked)
    found = export_customer(tmp_path / "log", "an", key_file=tmp_path / "sleutel")
    (told,) = found.to_dict()["rows"]
    assert (told["time"], told["touchpoint"], told["attributes"]) == ("2026-01-01T00:00:00+00:00", "a", {"soort": "x"})
    assert [(each["reason"], each["values"]["soort"]) for each in found.refused] == [("no-touchpoint", "y")]
    assert export_customer(tmp_path / "log", found.ids[0], key_file=tmp_path / "niets").rows == found.rows
    table = list(csv.DictReader(io.StringIO(found.to_csv())))
    assert [each["what"] for each in table] == ["event", "no-touchpoint"]
    assert not (tmp_path / "niets").exists()
    done = erase_customer(tmp_path / "log", "an", key_file=tmp_path / "sleutel", now=NOW)
    assert (done.events, done.refused, done.left) == (1, 1, 2)
    audit = read_manifest(tmp_path / "log")["privacy"]["audit"]
    assert audit == [{"at": "2026-06-01T00:00:00+00:00", "what": "erased", "events": 1, "refused": 1}]


def test_a_broken_row_that_mentions_the_customer_goes(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("wie,wanneer,wat\nan,2026-01-01,a\nbo,2026-01-01,a\nan,kapot\nanna,kapot\n")
    import_events([tmp_path / "a.csv"], tmp_path / "log", **ROLES)
    assert erase_customer(tmp_path / "log", "an").refused == 1
    assert [each[1] for each in refused_of(tmp_path / "log")] == ["anna"]


@pytest.mark.parametrize(
    ("row", "about"), [("1,kapot", 1), ("3,1-3-2026 1:00", 0), ("3,2026-03-1", 0), ("3,1.50", 0), ('3,"{""id"":1}"', 1)]
)
def test_a_date_in_a_broken_row_is_not_the_customer_with_that_number(tmp_path: Path, row: str, about: int) -> None:
    (tmp_path / "a.csv").write_text(f"wie,wanneer,wat\n1,2026-01-01,a\n3,2026-01-01,a\n{row}\n")
    import_events([tmp_path / "a.csv"], tmp_path / "log", **ROLES)
    assert len(export_customer(tmp_path / "log", "1").refused) == about
    assert erase_customer(tmp_path / "log", "1").refused == about


PROGRAM = """
import sys
from klantreis.use_cases.erase_customer import erase_customer
print("ready", flush=True)
erase_customer(sys.argv[1], "k1")
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL does not exist on Windows")
def test_a_kill_leaves_the_log_with_or_without_the_customer(tmp_path: Path) -> None:
    rows = [(f"k{n % 50}", f"2026-01-{1 + n % 28:02}", "a" if n % 7 else "", "x") for n in range(60_000)]
    log = tmp_path / "log"
    bring(write(tmp_path / "a.csv", rows), log)
    whole = open_log(log).n_events
    mine = sum(each[0] == "k1" and bool(each[2]) for each in rows)
    for wait in (0.05, 0.3, 0.4, 0.5, 0.6, 0.7):
        process = subprocess.Popen([sys.executable, "-c", PROGRAM, str(log)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(wait)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        manifest = read_manifest(log)
        assert digest_of(log / manifest["columns"]) == manifest["digest"]
        assert ("k1" in open_log(log).customers, open_log(log).n_events) in ((True, whole), (False, whole - mine))
    erase_customer(log, "k1")
    assert "k1" not in open_log(log).customers
    assert sorted(each.name for each in log.iterdir() if each.is_dir()) == [read_manifest(log)["columns"]]
    assert os.path.getsize(log / "manifest.json") > 0


TRIMS = """
import os, signal, sys, time
from datetime import date
from pathlib import Path
import duckdb, numpy
from klantreis.sources import privacy_log, privacy_removal
from klantreis.use_cases.trim_log import trim_log
for wait in sys.stdin:
    child = os.fork()
    if not child:
        trim_log(Path(sys.argv[1]), before=date(2026, 1, 15))
        os._exit(0)
    time.sleep(float(wait))
    os.kill(child, signal.SIGKILL)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL does not exist on Windows")
def test_a_kill_at_any_moment_leaves_the_log_trimmed_or_not(tmp_path: Path) -> None:
    rows = [(f"k{n % 5000}", f"2026-01-{1 + n % 28:02}", "a" if n % 7 else "", "x") for n in range(60_000)]
    log, old = tmp_path / "log", tmp_path / "old"
    bring(write(tmp_path / "a.csv", rows), old)
    shutil.copytree(old, tmp_path / "new")
    began = time.perf_counter()
    trim_log(tmp_path / "new", before=date(2026, 1, 15))
    lasts = time.perf_counter() - began
    digests = {digest(old): len(refused_of(old)), digest(tmp_path / "new"): len(refused_of(tmp_path / "new"))}
    assert len(digests) == 2
    dice, found, killed = random.Random(5), set(), 0  # noqa: S311
    shutil.copytree(old, log)
    with subprocess.Popen(
        [sys.executable, "-c", TRIMS, str(log)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as trims:
        assert trims.stdin is not None
        assert trims.stdout is not None
        for kill in range(40):
            trims.stdin.write(f"{dice.random() * lasts if kill < 39 else 20 * lasts}\n")
            trims.stdin.flush()
            killed += int(trims.stdout.readline()) == -signal.SIGKILL
            now = digest(log)
            assert len(refused_of(log)) == digests[now]
            assert open_log(log).n_events == read_manifest(log)["events"]
            found.add(now)
            if now != digest(old):
                shutil.rmtree(log)
                shutil.copytree(old, log)
        trims.stdin.close()
    assert killed >= 30
    assert found == set(digests)
    trim_log(log, before=date(2026, 1, 15))  # clears what the killed ones left
    assert sorted(each.name for each in log.iterdir() if each.is_dir()) == [read_manifest(log)["columns"]]


def test_files_that_say_nothing_of_ids_stand_beside_files_that_do(tmp_path: Path) -> None:
    """A CSV has no links: its rows are kept without them, and are erased, trimmed and given pseudonyms all the same."""
    rows = [("an", "2026-01-01", "a", ""), ("telefoon", "2026-01-07", "b", ""), ("cy", "2026-01-08", "c", "")]
    links = segment(tmp_path / "s.jsonl", identify("an", "telefoon"), track("x", "telefoon"))
    log = tmp_path / "log"
    import_events([write(tmp_path / "a.csv", rows)], log, **ROLES)
    import_events([links], log, add=True, privacy=Privacy(pseudonymise=True, key_file=tmp_path / "sleutel"))
    assert (open_log(log).n_customers, open_log(log).n_events) == (2, 4)
    assert trim_log(log, before=date(2026, 1, 2)).events == 1
    found = export_customer(log, "an", key_file=tmp_path / "sleutel")
    assert len(found.ids) == 2
    assert erase_customer(log, "telefoon", key_file=tmp_path / "sleutel").events == 2
    assert (open_log(log).n_customers, open_log(log).n_events) == (1, 1)
