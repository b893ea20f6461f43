"""Files become a log: every row is imported or refused with its line and reason, whatever the file looks like."""

from __future__ import annotations

import csv
import gzip
import io
import unicodedata
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klantreis.errors import EventImportError, InvalidInputError, NotFoundError
from klantreis.events.event import Event
from klantreis.events.local.columns import columns_of
from klantreis.events.local.folder import open_log, read_manifest
from klantreis.events.local.log import LocalLog
from klantreis.sources import event_log
from klantreis.use_cases.import_events import EventImport, import_events
from klantreis.use_cases.read_events import read_events

#: What is taken off the ends of a text: spaces of any width, not line breaks or tabs.
SPACES = "".join(chr(code) for code in range(0x10000) if unicodedata.category(chr(code)) == "Zs")
ROLES: dict[str, Any] = {"customer": "wie", "time": "wanneer", "touchpoint": "wat"}


def imported(tmp_path: Path, text: str | bytes, name: str = "bron.csv", **options: Any) -> tuple[EventImport, LocalLog]:
    """Import one file with these contents."""
    source = tmp_path / name
    source.write_bytes(text.encode() if isinstance(text, str) else text)
    done = import_events([source], tmp_path / "log", **{**ROLES, **options})
    return done, open_log(tmp_path / "log")


def seconds_of(log: LocalLog) -> Any:
    return (log.times / 1e6).tolist()


def write_parquet(path: Path, sql: str) -> Path:
    """A Parquet file with the rows of a query."""
    duckdb.execute(f"COPY ({sql}) TO '{path}' (FORMAT parquet)")
    return path


def test_columns_are_what_the_file_says(tmp_path: Path) -> None:
    text = (
        "wie;wanneer;wat;kanaal;bedrag;postcode;leeg\n"
        "bo;2026-01-02;winkel;;3.5;0123;\n"
        'an;2026-01-03;"mailing\nontvangen";post;;1234;\n'
        "an;2026-01-01; winkel ;app;-2e3;;\n"
    )
    done, log = imported(tmp_path, text, channel="kanaal", attributes=["bedrag", "postcode", "leeg"])
    assert (done.rows, done.imported, done.customers, done.refused, done.rejects) == (3, 3, 2, {}, None)
    assert tuple(log.customers) == ("an", "bo")
    assert log.offsets.tolist() == [0, 2, 3]
    assert log.touchpoints == ("", "mailing\nontvangen", "winkel")
    assert log.touchpoint_codes.tolist() == [2, 1, 2]
    assert log.touchpoint_codes.dtype == np.uint8
    assert [log.attribute_values("channel")[c] for c in log.attribute_codes("channel")] == ["app", "post", ""]
    np.testing.assert_array_equal(log.attribute_numbers("bedrag"), [-2000, np.nan, 3.5])
    assert [log.attribute_values("postcode")[c] for c in log.attribute_codes("postcode")] == ["", "1234", "0123"]
    assert log.attribute_values("leeg") == ("",)
    assert log.attribute_values("bedrag") == ("", "-2000", "3.5")
    assert log.attribute_codes("bedrag").tolist() == [1, 0, 2]
    assert log.trace("bo") == (
        Event("bo", datetime(2026, 1, 2, tzinfo=UTC), "winkel", None, {"bedrag": 3.5, "postcode": "0123"}),
    )


def test_every_refused_row_is_kept_with_its_line_and_reason(tmp_path: Path) -> None:
    text = (
        "wie,wanneer,wat,bedrag\n"
        'an,2026-01-01,"a\nb",1\n'  # lines 2 and 3
        ",2026-01-01,winkel,1\n"
        "\n"  # line 5, blank: no row
        "cé,gisteren,winkel,1\n"
        "di,,winkel,1\n"
        "di,2026-01-01,,1\n"
        "di,2026-01-01,winkel\n"
        "di,2026-01-01,winkel,1,8,9\n"
        '"  ",2026-13-45,"x, y",1\n'
    )
    done, log = imported(tmp_path, text, attributes=["bedrag"])
    assert done.refused == {
        "malformed-row": 2,
        "no-customer": 2,
        "no-time": 1,
        "unreadable-time": 1,
        "no-touchpoint": 1,
    }
    assert (done.rows, done.imported, log.n_events) == (8, 1, 1)
    assert done.rejects is not None
    rows = list(csv.DictReader(io.StringIO(done.rejects.read_text(encoding="utf-8"))))
    assert {(row["line"], row["reason"]) for row in rows} == {
        ("4", "no-customer"),
        ("6", "unreadable-time"),
        ("7", "no-time"),
        ("8", "no-touchpoint"),
        ("9", "malformed-row"),
        ("10", "malformed-row"),
        ("11", "no-customer"),
    }
    by_line = {row["line"]: row for row in rows}
    assert by_line["6"]["wie"] == "cé"
    assert by_line["6"]["wanneer"] == "gisteren"
    assert by_line["10"]["(more)"] == "8,9"
    assert by_line["11"]["wat"] == "x, y"
    assert {row["file"] for row in rows} == {str(tmp_path / "bron.csv")}
    assert read_manifest(tmp_path / "log")["refused"] == done.refused


field = st.text(st.characters(codec="utf-8", exclude_characters="\x00", exclude_categories=["Cs"]), max_size=6)
cells = st.tuples(field, st.sampled_from(["2026-01-02", "2026-01-01T10:00:00Z", "", "?"]), field)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(cells, min_size=1, max_size=12), st.sampled_from([",", ";", "\t", "|"]), st.sampled_from(["\n", "\r\n"])
)
def test_every_row_is_imported_or_refused(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str]], delimiter: str, newline: str
) -> None:
    tmp_path = tmp_path_factory.mktemp("csv")
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=delimiter, lineterminator=newline, quoting=csv.QUOTE_ALL)
    writer.writerows([("wie", "wanneer", "wat"), *rows, ("zz", "2026-01-03", "slot")])
    done, log = imported(tmp_path, stream.getvalue())
    assert done.rows == len(rows) + 1
    assert done.imported + sum(done.refused.values()) == done.rows
    assert log.n_events == done.imported
    assert done.imported >= 1
    good = [row for row in rows if row[1][:1] == "2" and row[0].strip(SPACES) and row[2].strip(SPACES)]
    assert done.imported == len(good) + 1


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("2026-07-01", 1782856800),  # midnight in Amsterdam, summer time
        ("2026-07-01T12:00:00", 1782900000),
        ("2026-07-01 12:00", 1782900000),
        ("2026-07-01T12:00:00.25Z", 1782907200.25),
        ("2026-07-01T12:00:00+02:00", 1782900000),
        ("2026-07-01 12:00:00+0200", 1782900000),
        ("1-7-2026", 1782856800),
        ("01-07-2026 12:00", 1782900000),
        ("01-07-2026 12:00:30.5", 1782900030.5),
        ("2026-01-01T12:00:00", 1767265200),  # winter time
        ("1782900000", 1782900000),
        ("1782900000.5", 1782900000.5),
        ("1782900000123", 1782900000.123),
        ("1782900000123456", 1782900000.123456),
        ("1782900000123456789", 1782900000.123457),
    ],
)
def test_times_as_people_write_them(tmp_path: Path, written: str, seconds: float) -> None:
    _, log = imported(tmp_path, f"wie,wanneer,wat\nan,{written},winkel\n", timezone="Europe/Amsterdam")
    assert seconds_of(log) == [pytest.approx(seconds, abs=1e-6)]
    assert log.zone_name == "Europe/Amsterdam"


@pytest.mark.parametrize(
    "written", ["01/02/2026", "2026-02-30", "infinity", "12:00", "2026", "31-02-2026", "2026-01-01x"]
)
def test_a_time_that_can_be_meant_in_two_ways_or_none_is_refused(tmp_path: Path, written: str) -> None:
    done, _ = imported(tmp_path, f"wie,wanneer,wat\nan,{written},winkel\nan,2026-01-01,winkel\n")
    assert done.refused == {"unreadable-time": 1}


def test_a_form_of_time_can_be_given(tmp_path: Path) -> None:
    text = "wie,wanneer,wat\nan,31/12/2026 23:59,winkel\n"
    with pytest.raises(EventImportError, match=r"None of the 1 rows.*first time is '31/12/2026 23:59'") as caught:
        imported(tmp_path, text)
    assert "--time-format" in str(caught.value)
    assert not (tmp_path / "log").exists()
    _, log = imported(tmp_path, text, time_format="%d/%m/%Y %H:%M")
    assert seconds_of(log) == [datetime(2026, 12, 31, 23, 59, tzinfo=UTC).timestamp()]


@pytest.mark.parametrize(
    ("sql_type", "value"),
    [
        ("TIMESTAMP", "'2026-07-01 12:00'"),
        ("TIMESTAMP_NS", "'2026-07-01 12:00'"),
        ("TIMESTAMPTZ", "'2026-07-01 12:00+02:00'"),
        ("BIGINT", "1782900000"),
        ("BIGINT", "1782900000000000000"),
        ("DOUBLE", "1782900000.0"),
        ("VARCHAR", "'2026-07-01T12:00'"),
    ],
)
def test_times_in_parquet(tmp_path: Path, sql_type: str, value: str) -> None:
    source = write_parquet(
        tmp_path / "bron.parquet",
        f"SELECT 7.0::DOUBLE AS wie, {value}::{sql_type} AS wanneer, 'x' AS wat, true AS trouw, "
        "9007199254740993 AS bon, 0.1::DECIMAL(4, 2) AS bedrag, DATE '2026-01-01' AS dag",
    )
    import_events(
        [source],
        tmp_path / "log",
        **ROLES,
        attributes=["trouw", "bon", "bedrag", "dag"],
        timezone="Europe/Amsterdam",
    )
    log = open_log(tmp_path / "log")
    assert seconds_of(log) == [1782900000]
    assert tuple(log.customers) == ("7",)
    assert dict(log.trace("7")[0].attributes) == {
        "trouw": "true",
        "bon": "9007199254740993",
        "bedrag": 0.1,
        "dag": "2026-01-01",
    }


def test_refused_rows_of_parquet_are_kept_by_row(tmp_path: Path) -> None:
    source = write_parquet(
        tmp_path / "bron.parquet",
        "SELECT * FROM (VALUES ('an', TIMESTAMP '2026-01-01', 'a'), (NULL, TIMESTAMP '2026-01-01', 'b'), "
        "('bo', NULL, 'c')) AS t(wie, wanneer, wat)",
    )
    done = import_events([source], tmp_path / "log", **ROLES)
    assert done.rejects is not None
    assert done.rejects.read_text().splitlines()[1:] == [
        f"{source},2,no-customer,,2026-01-01 00:00:00,b,",
        f"{source},3,no-time,bo,,c,",
    ]


def test_several_files_with_different_columns(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("wie,wanneer,wat,bedrag\nan,2026-01-02,kassa,5\n")
    (tmp_path / "b.tsv").write_text("wat\twanneer\twie\tcampagne\nmailing\t2026-01-01\tan\tA\n,2026-01-01,bo\n")
    done = import_events(
        [tmp_path / "a.csv", tmp_path / "b.tsv"], tmp_path / "log", **ROLES, attributes=["bedrag", "campagne"]
    )
    log = open_log(tmp_path / "log")
    assert [(event.touchpoint, dict(event.attributes)) for event in log.trace("an")] == [
        ("mailing", {"campagne": "A"}),
        ("kassa", {"bedrag": 5.0}),
    ]
    assert [(each.rows, each.refused) for each in done.files] == [(1, {}), (2, {"malformed-row": 1})]
    assert read_manifest(tmp_path / "log")["sources"][1]["rows"] == 2


def test_equal_times_keep_the_order_of_the_file(tmp_path: Path) -> None:
    order = np.random.default_rng(3).permutation(500).tolist()
    text = "wie,wanneer,wat\n" + "".join(f"an,2026-01-01,t{name}\n" for name in order)
    _, log = imported(tmp_path, text)
    assert [event.touchpoint for event in log.trace("an")] == [f"t{name}" for name in order]


def test_writing_in_parts_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(f"k{n % 7}", f"2026-01-{1 + n % 28:02}", f"t{n % 5}") for n in range(200)]
    text = "wie,wanneer,wat\n" + "".join(f"{','.join(row)}\n" for row in rows)
    imported(tmp_path, text)
    whole = read_manifest(tmp_path / "log")["digest"]
    monkeypatch.setattr(event_log, "CHUNK", 30)
    _, log = imported(tmp_path, text)
    assert read_manifest(tmp_path / "log")["digest"] == whole
    expected = columns_of(Event(c, datetime.fromisoformat(t).replace(tzinfo=UTC), p) for c, t, p in rows)
    assert tuple(log.customers) == expected.customers
    for got, wanted in (
        (log.offsets, expected.offsets),
        (log.times, expected.times),
        (log.touchpoint_codes, expected.coded["touchpoint"].codes),
    ):
        np.testing.assert_array_equal(got, wanted)
        assert got.dtype == wanted.dtype


def test_encodings(tmp_path: Path) -> None:
    text = "wie,wanneer,wat\nrené,2026-01-01,café €\n"
    for name, raw, encoding in (
        ("bom.csv", text.encode("utf-8-sig"), "utf-8"),
        ("win.csv", text.encode("cp1252"), "cp1252"),
        ("16.csv", text.encode("utf-16"), "utf-16"),
        ("zip.csv.gz", gzip.compress(text.encode()), "utf-8"),
    ):
        _, log = imported(tmp_path, raw, name, encoding=encoding)
        assert (tuple(log.customers), log.touchpoints) == (("rené",), ("", "café €"))
    with pytest.raises(EventImportError, match=r"win.csv, line 2: this is not utf-8.*\n.*--encoding cp1252"):
        imported(tmp_path, text.encode("cp1252"), "win.csv")
    with pytest.raises(EventImportError, match="line 2: this is not ascii"):
        imported(tmp_path, text, encoding="ascii")
    with pytest.raises(EventImportError, match="no encoding 'utf-9'"):
        imported(tmp_path, text, encoding="utf-9")


def test_the_line_of_a_wrong_byte_is_found_far_into_a_file(tmp_path: Path) -> None:
    lines = [b"wie,wanneer,wat"] + [b"an,2026-01-01,caf\xc3\xa9"] * 100_000
    lines[77_776] += b"\xe9"
    with pytest.raises(EventImportError, match="line 77777:"):
        imported(tmp_path, b"\n".join(lines))


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"customer": "wei"}, r"no column 'wei'.*\n.*Did you mean wie\? Known columns: bedrag, wanneer, wat, wie"),
        ({"attributes": ["bedra"]}, "no column 'bedra'"),
        ({"attributes": ["bedrag", "bedrag"]}, "named twice"),
        ({"attributes": ["channel"]}, "cannot be called 'channel'"),
        ({"channel": "kanaal"}, "no column 'kanaal'"),
        ({"touchpoint": "="}, "after = is empty"),
    ],
)
def test_a_column_that_is_not_there_names_those_that_are(tmp_path: Path, options: dict[str, Any], says: str) -> None:
    with pytest.raises(EventImportError, match=says):
        imported(tmp_path, "wie,wanneer,wat,bedrag\nan,2026-01-01,x,1\n", **options)


@pytest.mark.parametrize(
    ("name", "raw", "says"),
    [
        ("leeg.csv", b"", "is empty"),
        ("bron.docx", b"x", "no kind that can be read"),
        ("bron.parquet", b"PAR1 not really", "cannot be read as Parquet"),
        ("bron.csv", b"wie,wie,wanneer,wat\na,b,c,d\n", "2 columns called 'wie'"),
        ("bron.csv.gz", b"no gzip", "cannot be unpacked"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str, raw: bytes, says: str) -> None:
    with pytest.raises(EventImportError, match=says):
        imported(tmp_path, raw, name)


def test_a_wrong_zone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="no time zone 'Amsterdam'"):
        imported(tmp_path, "wie,wanneer,wat\nan,2026-01-01,x\n", timezone="Amsterdam")
    with pytest.raises(EventImportError, match="does not exist"):
        import_events([tmp_path / "niets.csv"], tmp_path / "log", **ROLES)


def test_a_name_that_looks_like_sql_or_a_pattern_is_a_name(tmp_path: Path) -> None:
    folder = tmp_path / "it's [a] *log*"
    folder.mkdir()
    text = """"w'ie";"wann""eer";wat\nan;2026-01-01;"'); DROP TABLE staged; --"\n"""
    done, log = imported(folder, text, "b'r[o]n*.csv", customer="w'ie", time='wann"eer', touchpoint="wat")
    assert done.imported == 1
    assert log.touchpoints[1] == "'); DROP TABLE staged; --"
    _, log = imported(folder, text, "c.csv", customer="w'ie", time='wann"eer', touchpoint="=it's")
    assert log.touchpoints == ("", "it's")


def test_a_file_without_rows_is_an_empty_log(tmp_path: Path) -> None:
    done, log = imported(tmp_path, "wie,wanneer,wat,bedrag\n", attributes=["bedrag"], channel="=web")
    assert (done.rows, done.imported, done.period, log.n_events) == (0, 0, None, 0)
    assert log.transitions().count == 0
    assert log.reach("touchpoint = 'x' or bedrag > 3 or channel = 'web'").customers.n == 0


def test_events_are_read_from_a_log_or_a_file(tmp_path: Path) -> None:
    _, log = imported(tmp_path, "wie,wanneer,wat\nan,2026-01-01,x\n")
    assert read_events(tmp_path / "log").transitions() == log.transitions()
    assert read_events(tmp_path / "bron.csv", **ROLES).touchpoints == ("", "x")
    with pytest.raises(EventImportError, match="Which columns"):
        read_events(tmp_path / "bron.csv")
    with pytest.raises(NotFoundError):
        read_events(tmp_path / "niets")


@pytest.mark.parametrize(
    ("kind", "first", "last", "far"),
    [
        ("TIMESTAMP", "0002-01-02", "9998-12-30", ("0001-12-30", "9999-01-02", "290000-01-01", "infinity")),
        ("TIMESTAMPTZ", "0002-01-01 00:00:00+00", "9998-12-31 23:59:59+00", ("9999-01-01 00:00:00+00", "-infinity")),
        ("DOUBLE", "-9e15", "9e15", ("9e21", "-9e21", "1e300", "nan")),
        ("BIGINT", "-9000000000000000", "9000000000000000", ("9000000000000000000", "-9000000000000000000")),
    ],
)
def test_a_time_without_a_date_everywhere_is_refused(
    tmp_path: Path, kind: str, first: str, last: str, far: tuple[str, ...]
) -> None:
    file = tmp_path / "t.parquet"
    rows = ", ".join(f"('an', '{time}'::{kind}, 'a')" for time in (first, last, *far))
    duckdb.execute(f"COPY (SELECT * FROM (VALUES {rows}) v(c, t, w)) TO '{file}' (FORMAT parquet)")  # noqa: S608
    roles = {"customer": "c", "time": "t", "touchpoint": "w"}
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        done = import_events([file], tmp_path / "log", **roles, timezone=zone)  # type: ignore[arg-type]
        assert (done.imported, done.refused) == (2, {"unreadable-time": len(far)})
        log = open_log(tmp_path / "log")
        assert len(log.trace("an")) == 2
        assert log.rework().repeats == 1
        assert log.activity().to_dict()
