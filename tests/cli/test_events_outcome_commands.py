"""``klantreis events`` funnel, between, rework, paths-to and credit: text for people, JSON and CSV for programs."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from klantreis.cli.events import command
from klantreis.use_cases.import_events import import_events

TEXT = """wie,wanneer,wat,kanaal
an,2026-01-01 10:00,mailing,post
an,2026-01-02 10:00,winkel,pand
an,2026-01-03 10:00,mailing,post
an,2026-01-05 10:00,bestelling,web
bo,2026-01-01 10:00,mailing,post
bo,2026-01-01 11:00,mailing,post
bo,2026-02-01 10:00,winkel,pand
cé,2026-01-05 09:00,bestelling,web
"""
ORDER = "touchpoint = 'bestelling'"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    (tmp_path / "bron.csv").write_text(TEXT, encoding="utf-8")
    names = {"customer": "wie", "time": "wanneer", "touchpoint": "wat", "channel": "kanaal"}
    import_events([tmp_path / "bron.csv"], tmp_path / "log", **names)  # type: ignore[arg-type]
    return tmp_path / "log"


def run(*words: object) -> Result:
    """Run a command; a question shows all numbers unless it says otherwise."""
    asked = [str(word) for word in words]
    if not {"--help", "--hide-below"} & set(asked):
        asked += ["--hide-below", "1"]
    return CliRunner().invoke(command, asked, catch_exceptions=True)


@pytest.mark.parametrize(
    ("method", "words"),
    [
        ("funnel", ["funnel", "touchpoint = 'mailing'", "optional touchpoint = 'winkel'", f"{ORDER} within 7d"]),
        ("unordered-funnel", ["funnel", "touchpoint = 'mailing'", ORDER, "--any-order", "--within", "7d"]),
        ("time-between", ["between", "touchpoint = 'mailing'", ORDER, "--starts", "each", "--within", "3d"]),
        ("rework", ["rework", "--top", "1"]),
        ("paths-to", ["paths-to", ORDER, "--lookback", "3d", "--top", "1"]),
        ("paths-to", ["paths-to", ORDER, "--by", "channel", "--top", "0", "--outcomes", "first"]),
        ("credit", ["credit", ORDER, "--touches", "channel != 'pand'", "--fold-repeats"]),
    ],
)
def test_each_question_in_every_format_and_language(log: Path, method: str, words: list[str]) -> None:
    question, *rest = words
    answer = json.loads(run(question, log, *rest, "--format", "json").stdout)
    assert answer["method"] == method
    assert answer["scope"]["customers"] == 3
    table = list(csv.reader(io.StringIO(run(question, log, *rest, "--format", "csv").stdout)))
    assert len(table) > 1
    assert len({len(row) for row in table}) == 1
    for lang in ("en", "nl"):
        result = run(question, log, *rest, "--lang", lang)
        assert result.exit_code == 0, result.output
        assert result.stdout.startswith("3 k" if lang == "nl" else "3 c")
        assert not re.search(r"events\.\w", result.stdout)


def test_a_funnel_as_a_table(log: Path) -> None:
    step = 'touchpoint = "bestelling" without touchpoint = "kassa"'
    result = run("funnel", log, "touchpoint = 'mailing'", step, "--lang", "nl")
    table = [re.split(r"  +", line) for line in result.stdout.splitlines()[2:]]
    assert [*table[:1], *table[2:]] == [
        ["stap", "klanten", "van start", "95%-interval", "van vorige", "van allen", "mediane tijd tot hier"],
        ['1. touchpoint = "mailing"', "2", "100,0%", "34,2% – 100,0%", "100,0%", "66,7%", "–"],
        [f"2. {step}", "1", "50,0%", "9,5% – 90,5%", "50,0%", "33,3%", "2d"],
    ]


def test_a_funnel_stops_where_too_few_customers_came(log: Path) -> None:
    steps = ["touchpoint = 'mailing'", ORDER]
    shown = run("funnel", log, *steps, "--hide-below", 2).stdout
    assert "1. " in shown
    assert "2. " not in shown
    table = list(csv.reader(io.StringIO(run("funnel", log, *steps, "--hide-below", 2, "--format", "csv").stdout)))
    assert [row[:2] for row in table[1:]] == [['touchpoint = "mailing"', "2"]]


def test_what_led_to_an_outcome_as_text(log: Path) -> None:
    lines = run("paths-to", log, ORDER, "--lookback", "3d").stdout.splitlines()
    assert lines[2:5] == [
        "2 customers with the outcome: 66.7% (95% interval 20.8% – 93.9%)",
        "4 paths, of which 2 led to the outcome, 1 of them directly",
        "1 paths to nothing may still lead somewhere",
    ]
    assert [line.split("  ")[0] for line in lines[8:]] == [
        "winkel → mailing",
        "(directly)",
        "mailing",
        "mailing → mailing → winkel",
    ]
    credit = run("credit", log, ORDER).stdout
    assert "2 outcomes: 1 credited, 1 direct" in credit


def test_rework_and_the_time_between_as_text(log: Path) -> None:
    rework = run("rework", log).stdout
    assert "1 repeats, by 33.3% of the customers" in rework
    assert "1 returns, by 33.3% of the customers" in rework
    between = run("between", log, "touchpoint = 'mailing'", ORDER).stdout
    assert "2 starts by 2 customers" in between
    assert "1 ended: 50.0%" in between
    assert "2 other starts passed over" in between


@pytest.mark.parametrize("name", ["funnel", "between", "rework", "paths-to", "credit"])
def test_each_command_has_help_with_examples(name: str) -> None:
    assert f"klantreis events {name} " in run(name, "--help").stdout
    assert name in run("--help").stdout


def test_a_value_that_does_not_occur_is_said(log: Path) -> None:
    result = run("between", log, "touchpoint = 'mailing' within 3d after touchpoint = 'poster'", ORDER)
    assert 'touchpoint = "poster" does not occur' in result.stderr
