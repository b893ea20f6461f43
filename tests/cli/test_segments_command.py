"""Segments and attribution on the terminal: text, JSON and CSV, what is written, and what is refused."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from klantreis.cli.attribution import command as attribution_command
from klantreis.cli.main import cli, main
from klantreis.cli.segments import command as segments_command
from klantreis.personas.persona import Persona
from klantreis.research.insight import Insight
from klantreis.use_cases.open_workspace import open_store
from tests.use_cases.small_shop import small_shop


@pytest.fixture
def shop(tmp_path: Path) -> str:
    """Where a small workspace is."""
    return small_shop(tmp_path).location


def segments(*arguments: object) -> Result:
    return CliRunner().invoke(segments_command, [*map(str, arguments)])


def attribution(*arguments: object) -> Result:
    return CliRunner().invoke(attribution_command, [*map(str, arguments)])


def test_the_text_says_how_many_how_steady_by_which_rule_and_what_differs(shop: str) -> None:
    said = segments(shop, "--by", "count:shop", "--k", "2", "--draws", 10).output
    assert "Winkel: 120 (klant), 2 segmenten met prototypen (k-means)" in said
    assert "een zeer stabiele groep" in said
    assert "keer ‘shop’; geteld per klant, van 1 januari 2026" in said
    assert "home: kids" in said
    assert "Let op: Dat groepen terugkomen maakt ze niet waar" in said
    english = segments(shop, "--by", "count:shop", "--k", "2", "--draws", 10, "--lang", "en").output
    assert "What sets it apart, on fields that did not make the groups" in english


def test_json_and_csv_hold_the_same_numbers(shop: str) -> None:
    asked = (shop, "--by", "count:shop", "--k", "2", "--draws", 10, "--format")
    told = json.loads(segments(*asked, "json").output)
    rows = list(csv.DictReader(io.StringIO(segments(*asked, "csv").output)))
    assert told["source"] == "dataset:shop"
    assert [one["size"]["count"] for one in told["segments"]] == [80, 40]
    assert {int(row["n"]) for row in rows} == {80, 40}
    first = told["segments"][0]["differences"][0]
    assert rows[0]["field"] == first["field"]
    assert float(rows[0]["estimate"]) == pytest.approx(first["estimate"])
    assert told["rules"]["2"] == rows[-1]["rule"]


def test_fields_are_listed(shop: str) -> None:
    said = segments(shop, "--fields").output
    assert "count:shop" in said
    assert "gemiddelde van amount" in said
    assert "segmenten met" not in said


def test_an_insight_and_a_persona_are_written(shop: str) -> None:
    done = segments(
        shop,
        "--by",
        "count:shop",
        "--k",
        "2",
        "--draws",
        10,
        "--write",
        "--persona",
        2,
        "--name",
        "Noor",
        "--as",
        "ann",
    )
    assert done.exit_code == 0
    assert "Behoeften en gevoelens zijn leeg" in done.stderr
    held = open_store(shop).load()
    assert held.get("persona:noor", Persona).segment
    assert len(held.get("insight:segmenten-shop", Insight).claim.evidence) == 2


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--persona", "2"), "needs a segment and a name"),
        (("--by", "shop"), "There is no field 'shop'"),
        (("--persona", "7", "--name", "Noor", "--by", "count:shop", "--k", "2", "--draws", "0"), "no segment 7"),
        (("--where", 'touchpoint = "none"'), "No event is left"),
        (("dataset:x",), "dataset 'dataset:x'"),
        (("--rfm", "home"), "There is no field 'times:home'"),
    ],
)
def test_what_cannot_be_is_told(
    shop: str,
    arguments: tuple[str, ...],
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("sys.argv", ["klantreis", "segments", shop, *arguments])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 2
    assert told in capsys.readouterr().err


def test_credit_stands_side_by_side_and_equals_the_log_s_own(shop: str) -> None:
    asked = (shop, 'touchpoint = "order"', "--by", "touchpoint")
    said = attribution(*asked, "--draws", 20).output
    assert "Toeschrijving van ‘order’, per touchpoint" in said
    assert "weglaten, orde 2" in said
    assert "Let op: Dit verdeelt wat er gebeurde" in said
    rows = list(csv.DictReader(io.StringIO(attribution(*asked, "--draws", 20, "--format", "csv").output)))
    own = CliRunner().invoke(
        cli, ["events", "credit", f"{shop}/events/log", 'touchpoint = "order"', "--by", "touchpoint", "--format", "csv"]
    )
    expected = {row["value"]: row for row in csv.DictReader(io.StringIO(own.stdout))}
    for rule in ("first", "last", "linear", "position"):
        shares = {row["channel"]: float(row["share"]) for row in rows if row["method"] == rule}
        assert shares == pytest.approx({name: float(row[f"{rule}_share"]) for name, row in expected.items()})


def test_credit_of_a_bare_log_and_of_paths_that_are_still_open(shop: str) -> None:
    log = f"{shop}/events/log"
    told = json.loads(
        attribution(log, 'touchpoint = "order"', "--lookback", "20d", "--draws", 0, "--format", "json").output
    )
    assert told["source"] is None
    assert told["open"] > 0
    assert told["question"]["by"] == "channel"
    assert {note["code"] for note in told["warnings"]} >= {"attribution.warning.open", "behaviour.credit_not_cause"}
    refused = attribution(log, 'touchpoint = "order"', "--draws", 0, "--write")
    assert "no workspace" in str(refused.exception)


def test_credit_becomes_an_insight(shop: str) -> None:
    done = attribution(shop, 'touchpoint = "order"', "--by", "touchpoint", "--draws", 20, "--write")
    assert done.exit_code == 0
    insight = open_store(shop).load().get("insight:toeschrijving-shop-order-touchpoint", Insight)
    assert "geen oorzaak" in insight.claim.text
    for piece in insight.claim.evidence:
        assert piece.source == "dataset:shop"
        assert piece.estimate is not None
        assert piece.estimate.low is not None
