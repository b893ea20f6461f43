"""Columns that are not named are guessed, shown and asked; without anybody to ask, the whole command is printed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from klantreis.cli.main import cli
from klantreis.errors import EventImportError
from klantreis.events.local.folder import open_log
from klantreis.sources.guessing import Guess, guess_roles
from klantreis.sources.registry import NAMES
from klantreis.use_cases.guess_columns import guess_columns

#: The command as it is installed beside this Python.
KLANTREIS = str(Path(sys.executable).with_name("klantreis"))
CSV = "Klantnummer;Datum;Gebeurtenis;Kanaal\nan;1-3-2026;winkel;post\n"


@pytest.mark.parametrize(
    ("names", "guess"),
    [
        ("user_id event timestamp", ("user_id", "timestamp", "event", None)),
        (
            "case:concept:name concept:name time:timestamp",
            ("case:concept:name", "time:timestamp", "concept:name", None),
        ),
        ("visitorId itemid event timestamp", ("visitorId", "timestamp", "event", None)),
        ("session_id customer_id created_at event_name medium", ("customer_id", "created_at", "event_name", "medium")),
        ("a b c", (None, None, None, None)),
    ],
)
def test_known_names(names: str, guess: tuple[str | None, ...]) -> None:
    assert guess_roles(names.split()) == Guess(*guess)


def test_a_column_that_has_a_part_is_not_guessed_again() -> None:
    assert guess_roles(["timestamp", "date"], taken=["timestamp"]).time == "date"


def test_what_a_file_seems_to_hold(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(CSV)
    (tmp_path / "b.jsonl").write_text('{"user": {"id": "an"}, "timestamp": 5, "event": "x"}\n')
    guessed = guess_columns(tmp_path / "a.csv")
    assert guessed.guess == Guess("Klantnummer", "Datum", "Gebeurtenis", "Kanaal")
    assert dict(guessed.sample[0]) == {
        "Klantnummer": "an",
        "Datum": "1-3-2026",
        "Gebeurtenis": "winkel",
        "Kanaal": "post",
    }
    assert set(guess_columns(tmp_path / "b.jsonl").names) == {"event", "timestamp", "user.id"}


def test_yes_takes_the_guess(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(CSV)
    done = CliRunner().invoke(
        cli, ["events", "import", str(tmp_path / "a.csv"), "--into", str(tmp_path / "log"), "--yes"]
    )
    assert done.exit_code == 0, done.output
    assert "Klantnummer" in done.stderr
    assert open_log(tmp_path / "log").trace("an")[0].channel == "post"


def test_without_a_terminal_the_whole_command_is_printed(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(CSV)
    command = [
        KLANTREIS,
        "events",
        "import",
        str(tmp_path / "a.csv"),
        "--into",
        str(tmp_path / "l"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 2
    assert "--customer Klantnummer --time Datum --touchpoint Gebeurtenis --channel Kanaal" in done.stderr
    assert not (tmp_path / "l").exists()
    said = done.stderr[done.stderr.index("klantreis events import") :].split()[1:]
    again = subprocess.run([KLANTREIS, *said], capture_output=True, text=True)
    assert again.returncode == 0, again.stderr
    assert open_log(tmp_path / "l").n_events == 1


def test_what_cannot_be_guessed_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    result = CliRunner().invoke(
        cli, ["events", "import", str(tmp_path / "a.csv"), "--into", str(tmp_path / "l"), "--yes"]
    )
    assert isinstance(result.exception, EventImportError)
    assert "hold the customer and the time and the touchpoint" in str(result.exception)


def test_every_source_has_its_page() -> None:
    pages = Path(__file__).parents[2] / "docs" / "sources"
    index = (pages / "index.md").read_text(encoding="utf-8")
    for name in NAMES:
        page = (pages / f"{name}.md").read_text(encoding="utf-8")
        assert f"]({name}.md)" in index
        assert "**Read.**" in page
        assert "**Customer" in page


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.parquet", b"PAR1 and nothing of it PAR1", "a.parquet cannot be read as Parquet"),
        ("a.jsonl", b'{"a": NaN}\n[1]\n', "a.jsonl begins with no row that can be read"),
        (
            "a.jsonl",
            b"{" + b", ".join(b'"c%d": 1' % number for number in range(10_001)) + b"}\n",
            "more than 10,000 names in one row",
        ),
    ],
)
def test_what_cannot_be_read_is_not_asked_for_its_columns(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(EventImportError, match=message):
        guess_columns(tmp_path / name)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig"])
def test_a_mark_tells_the_encoding(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.csv").write_bytes(CSV.replace("winkel", "café").encode(encoding))
    guessed = guess_columns(tmp_path / "a.csv")
    assert guessed.guess == Guess("Klantnummer", "Datum", "Gebeurtenis", "Kanaal")
    assert guessed.sample[0]["Gebeurtenis"] == "café"
    done = CliRunner().invoke(
        cli, ["events", "import", str(tmp_path / "a.csv"), "--into", str(tmp_path / "log"), "--yes"]
    )
    assert done.exit_code == 0, done.output
    assert open_log(tmp_path / "log").touchpoints == ("", "café")
