"""``klantreis events``: files in, answers out, and a sentence when something is wrong."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from klantreis.cli.events import command
from klantreis.cli.events.importing import summary
from klantreis.errors import KlantreisError
from klantreis.events.local.folder import open_log
from klantreis.use_cases.import_events import import_events

TEXT = """wie,wanneer,wat,kanaal,bedrag
an,2026-01-01 10:00,mailing,post,
an,2026-01-02 10:00,winkel,,12.5
an,2026-01-02 10:10,kassa,,3
bo,2026-01-01 10:00,mailing,post,
bo,2026-02-01 10:00,winkel,,7
cé,2026-01-05 09:00,winkel,,
,2026-01-05 09:00,winkel,,
"""


QUESTIONS = [
    "transitions",
    "variants",
    "visits",
    "funnel",
    "reach",
    "tree",
    "steps",
    "retention",
    "activity",
    "compare",
]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    (tmp_path / "bron.csv").write_text(TEXT, encoding="utf-8")
    result = run(
        *["import", tmp_path / "bron.csv", "--into", tmp_path / "log", "--customer", "wie", "--time", "wanneer"],
        *["--touchpoint", "wat", "--channel", "kanaal", "--attribute", "bedrag"],
    )
    assert result.exit_code == 0, result.output
    return tmp_path / "log"


def run(*words: object) -> Result:
    """Run a command; a question shows all numbers unless it says otherwise."""
    asked = [str(word) for word in words]
    if asked[0] not in ("import", "--help") and not {"--help", "--hide-below"} & set(asked):
        asked += ["--hide-below", "1"]
    return CliRunner().invoke(command, asked, catch_exceptions=True)


def test_import_says_what_it_did(tmp_path: Path, log: Path) -> None:
    assert open_log(log).n_events == 6
    done = import_events(
        [tmp_path / "bron.csv"], log, customer="wie", time="wanneer", touchpoint="wat", timezone="Europe/Amsterdam"
    )
    assert summary(done, "nl").splitlines() == [
        f"{tmp_path / 'bron.csv'}: gelezen als CSV.",
        f"6 gebeurtenissen van 3 klanten staan in {log}.",
        "Van 2026-01-01 tot en met 2026-02-01 (UTC).",
        "Gelezen rijen: 7; geweigerd: 1.",
        "          1  geen klant",
        f"De geweigerde rijen staan, elk met de reden, in {done.rejects}.",
        "Tijden zonder tijdzone zijn gelezen als Europe/Amsterdam; kies een andere met --timezone.",
    ]


def test_transitions_as_a_table(log: Path) -> None:
    result = run("transitions", log, "--lang", "nl")
    assert result.stdout.splitlines() == [
        "3 klanten, 6 gebeurtenissen, 2026-01-01 tot en met 2026-02-01",
        "",
        "van      naar    keer  klanten  aandeel  1e kwartiel  mediaan  3e kwartiel",
        "-------  ------  ----  -------  -------  -----------  -------  -----------",
        "mailing  winkel     2        2   100,0%       8d 12u      16d      23d 12u",
        "winkel   kassa      1        1   100,0%        10min    10min        10min",
    ]
    assert "… and 1 more" in run("transitions", log, "--top", 1).stdout


def test_transitions_counted_only(log: Path) -> None:
    assert run("transitions", log, "--no-times", "--lang", "nl").stdout.splitlines()[2:] == [
        "van      naar    keer  klanten  aandeel",
        "-------  ------  ----  -------  -------",
        "mailing  winkel     2        2   100,0%",
        "winkel   kassa      1        1   100,0%",
    ]
    assert run("transitions", log, "--no-times", "--format", "csv").stdout.splitlines()[:2] == [
        "source,target,count,customers,share",
        "mailing,winkel,2,2,1.0",
    ]
    told = json.loads(run("transitions", log, "--no-times", "--format", "json").stdout)
    assert [row["seconds"] for row in told["transitions"]] == [None, None]


@pytest.mark.parametrize(
    "words",
    [
        ["transitions"],
        ["variants", "--gap", "1d", "--fold-repeats"],
        ["visits", "--gap", "PT1H"],
        ["funnel", "touchpoint = 'mailing'", "touchpoint = 'winkel'", "--within", "7d"],
        ["reach", "bedrag > 5"],
        ["tree", "--depth", "2"],
        ["tree", "touchpoint = 'winkel'", "--backward", "--fold-repeats", "--gap", "1w"],
        ["steps", "--upto", "3"],
        ["steps", "--align", "touchpoint = 'winkel'", "--before", "2"],
        ["retention", "--by", "day", "--periods", "2"],
        ["retention", "--unbounded", "--start", "touchpoint = 'mailing'", "--complete-to", "2026-12-31"],
        ["activity"],
        ["compare", "--first", "touchpoint = 'mailing'"],
        ["compare", "--first", "channel = 'post'", "--on", "times"],
        ["compare", "--first-to", "2026-01-01", "--second-from", "2026-01-02", "--on", "steps"],
        ["compare", "--first", "channel = 'post'", "--on", "visits", "--within", "1h"],
        ["compare", "--first", "channel = 'post'", "--on", "rework"],
        ["compare", "--first", "channel = 'post'", "--on", "activity"],
        ["compare", "--first", "channel = 'post'", "--on", "tree", "--upto", "2"],
        ["compare", "--first", "channel = 'post'", "--on", "retention", "--by", "day", "--upto", "2"],
        ["compare", "--first", "channel = 'post'", "--on", "any-order", "--step", "touchpoint = 'winkel'"],
        ["compare", "--first", "channel = 'post'", "--on", "paths", "--step", "touchpoint = 'winkel'"],
        [
            "compare",
            "--first",
            "channel = 'post'",
            "--on",
            "credit",
            "--step",
            "touchpoint = 'winkel'",
            "--by",
            "channel",
        ],
        [
            *("compare", "--first", "channel = 'post'", "--on", "between", "--step", "touchpoint = 'mailing'"),
            *("--step", "touchpoint = 'winkel'"),
        ],
    ],
)
def test_every_question_in_every_format_and_language(log: Path, words: list[str]) -> None:
    question, *rest = words
    answer = json.loads(run(question, log, *rest, "--format", "json").stdout)
    assert answer["method"] == question
    assert answer["scope"]["customers"] == 3
    table = list(csv.reader(io.StringIO(run(question, log, *rest, "--format", "csv").stdout)))
    assert len(table) > 1
    assert {len(row) for row in table} == {len(table[0])}
    english, dutch = run(question, log, *rest), run(question, log, *rest, "--lang", "nl")
    assert english.exit_code == dutch.exit_code == 0
    assert english.stdout != dutch.stdout
    assert "{" not in english.stdout + dutch.stdout


def test_filters(log: Path) -> None:
    def count(*words: str) -> tuple[int, int]:
        scope = json.loads(run("reach", log, "touchpoint = 'winkel'", "--format", "json", *words).stdout)["scope"]
        return scope["customers"], scope["events"]

    assert count("--from", "2026-01-02") == (3, 4)
    assert count("--to", "2026-01-01") == (2, 2)
    assert count("--from", "2026-01-02", "--to", "2026-01-05") == (2, 3)
    assert count("--to", "2026-01-02T10:00") == (2, 2)
    assert count("--where", "channel = 'post'") == (2, 2)
    assert count("--segment", "channel = 'post'") == (2, 5)


def test_a_value_that_does_not_occur_is_pointed_out(log: Path) -> None:
    result = run("reach", log, "touchpoint = 'winkle'")
    assert result.exit_code == 0
    assert 'touchpoint = "winkle" does not occur' in result.stderr
    assert "0 of 3 customers: 0.0%" in result.stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["reach", "LOG", "wat ="], "the pattern ends"),
        (["reach", "LOG", "wta = 'x'"], "no event in this log has a field 'wta'"),
        (["reach", "LOG", "bedrag > 1", "--from", "morgen"], "'morgen' is no day or time"),
        (["visits", "LOG", "--gap", "lang"], "gap 'lang' is no length of time"),
        (["visits", "LOG", "--from", "2026-02-01", "--to", "2026-01-01"], "ends (2026-01-01) before it starts"),
        (["visits", "NIETS"], "there is no event log in"),
        (["import", "NIETS", "--into", "X", "--customer", "a", "--time", "b", "--touchpoint", "c"], "does not exist"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(log: Path, words: list[str], says: str) -> None:
    places = {"LOG": str(log), "NIETS": str(log / "niets"), "X": str(log / "x")}
    result = run(*[places.get(word, word) for word in words])
    assert isinstance(result.exception, KlantreisError)
    assert says in str(result.exception).lower()


def test_the_command_itself_says_it_without_a_traceback(tmp_path: Path) -> None:
    program = [sys.executable, "-c", "from klantreis.cli.main import main; main()", "events"]
    done = subprocess.run([*program, "visits", str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith(f"klantreis: There is no event log in {tmp_path}.")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["import", *QUESTIONS])
def test_each_command_has_help_with_examples(name: str) -> None:
    assert f"klantreis events {name} " in run(name, "--help").stdout
    assert name in run("--help").stdout


def test_small_groups_are_hidden_unless_asked_for(log: Path) -> None:
    shown = run("reach", log, "touchpoint = 'winkel'", "--hide-below", 5)
    assert "fewer than 5 customers, so nothing is shown" in shown.stdout
    assert json.loads(run("visits", log, "--hide-below", 4, "--format", "json").stdout) == {
        "method": "visits",
        "hidden": True,
        "hidden_below": 4,
    }
    tree = run("tree", log, "--hide-below", 2, "--lang", "nl").stdout
    assert "Aantallen van minder dan 2 klanten zijn weggelaten" in tree
    assert "(rest: 2 contactmomenten)" in tree
    assert "winkel" not in tree
    csv_answer = run("transitions", log, "--hide-below", 2, "--format", "csv")
    assert "fewer than 2 customers" in csv_answer.stderr
    assert [line.split(",")[:2] for line in csv_answer.stdout.splitlines()[1:]] == [["mailing", "winkel"]]


def test_a_comparison_needs_a_group(log: Path) -> None:
    result = run("compare", log)
    assert isinstance(result.exception, KlantreisError)
    assert "no first group" in str(result.exception)
