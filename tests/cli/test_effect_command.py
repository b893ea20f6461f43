"""``klantreis effect`` in the terminal: a measurement of a workspace, a plan, and a table from elsewhere."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from klantreis.analysis.effect.experiments import compare, cuped
from klantreis.analysis.effect.power import minimum_detectable_effect, sample_size
from klantreis.analysis.effect.uplift import aipw
from klantreis.cli.effect import command
from klantreis.cli.main import main
from klantreis.measurement.measurement import Measurement
from klantreis.use_cases.open_workspace import open_store
from tests.use_cases.measuring_store import CUSTOMERS, filled

ON = ("--on", "2026-06-01")


def effect(*arguments: object) -> Result:
    """Run the command."""
    return CliRunner().invoke(command, [str(one) for one in arguments])


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A workspace in which a mailing was drawn by lot."""
    filled(str(tmp_path / "shop"), tmp_path / "events.csv")
    return tmp_path / "shop"


def held(shop: Path) -> Measurement:
    """The measurement as it is kept."""
    found = open_store(shop).load().documents["measurement:mail"]
    assert isinstance(found, Measurement)
    return found


def test_the_table_holds_the_effect_with_the_plain_difference_beside_it(shop: Path) -> None:
    said = effect(shop, "mail", *ON, "--lang", "en")
    assert said.exit_code == 0, said.output
    lines = said.stdout.splitlines()
    assert lines[0] == "Doet de mailing iets? (measurement:mail)"
    assert any(line.startswith("effect ") and "EUR per week" in line for line in lines)
    assert lines[lines.index("Method:") + 1].startswith("  effect: cuped")
    assert any(line.startswith("as it stands") for line in lines)
    assert any(line.startswith("  as it stands") and line.endswith("welch") for line in lines)
    assert "Verdict: It worked" in lines
    assert "40 got it, 40 are compared with" in lines
    assert held(shop).results == ()


def test_it_speaks_the_language_of_the_workspace(shop: Path) -> None:
    said = effect(shop, "mail", *ON)
    assert "Oordeel: Het werkte" in said.stdout
    assert "95%-interval" in said.stdout
    assert "Plan vastgelegd op 1 januari 2026; berekend op 1 juni 2026." in said.stdout


def test_json_and_csv_hold_the_same_numbers(shop: Path) -> None:
    body = json.loads(effect(shop, "mail", *ON, "--format", "json", "--lang", "en").stdout)
    assert (body["judgement"], body["grade"], body["n_exposed"]) == ("worked", "experiment", CUSTOMERS // 2)
    assert body["smallest_relevant_effect"] == 1.0
    rows = list(csv.DictReader(io.StringIO(effect(shop, "mail", *ON, "--format", "csv").stdout)))
    assert [row["what"] for row in rows] == ["effect", "as it stands"]
    assert float(rows[0]["low"]) == body["estimate"]["low"]
    assert float(rows[1]["value"]) == body["raw"]["value"]


def test_it_writes_when_asked_and_says_so(shop: Path) -> None:
    said = effect(
        shop, "mail", *ON, "--write", "--evidence-for", "opportunity:mail", "--evidence-for", "journey:weekly#c1"
    )
    assert said.exit_code == 0, said.output
    assert said.stderr.splitlines() == [
        "Bewaard in measurement:mail.",
        "Als bewijs gezet achter opportunity:mail.",
        "Als bewijs gezet achter journey:weekly#c1.",
    ]
    (result,) = held(shop).results
    (piece,) = open_store(shop).load().documents["opportunity:mail"].claim.evidence  # type: ignore[attr-defined]
    assert piece.estimate == result.estimate
    assert piece.finding.startswith("Doet de mailing iets: effect +")
    assert "Het werkte." in piece.finding
    again = effect(shop, "mail", *ON, "--write", "--evidence-for", "opportunity:mail", "--lang", "en")
    assert again.stderr.count("already; nothing was written") == 2
    against = effect(shop, "mail", *ON, "--evidence-for", "opportunity:mail", "--against")
    assert against.exit_code == 0
    (piece,) = open_store(shop).load().documents["opportunity:mail"].claim.evidence  # type: ignore[attr-defined]
    assert piece.stance == "contradicts"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["effect", "SHOP", "mial"], ["geen ‘measurement:mial’", "measurement:mail"]),
        (["effect", "SHOP", "mail", "--lang", "en", "--evidence-for", "journey:weekly"], ["2 claims: say which one"]),
        (["effect", "table", "NOWHERE", "--lang", "nl"], ["staat geen bestand"]),
        (["effect", "plan", "--smallest", "0.1"], ["Say either the share before"]),
        (["effect", "plan", "--smallest", "0.1", "--baseline", "1.5"], ["baseline"]),
    ],
)
def test_what_is_wrong_is_told_in_a_sentence(
    shop: Path,
    arguments: list[str],
    said: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "argv", ["klantreis", *(str(shop) if one == "SHOP" else one for one in arguments)])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 2
    told = capsys.readouterr().err
    assert told.startswith("klantreis: ")
    assert "Traceback" not in told
    for words in said:
        assert words in told


def test_a_plan_is_told_what_it_needs_and_keeps_it(shop: Path) -> None:
    said = effect("plan", shop, "mail", "--write", "--lang", "en", "--format", "json")
    body = json.loads(said.stdout)
    assert body["in_all"] == held(shop).plan.n_needed
    assert body["in_all"] >= 2 * body["per_group"]
    assert "customers are needed in all" in said.stderr


def test_a_plan_without_a_workspace() -> None:
    needed = json.loads(effect("plan", "--smallest", 0.05, "--baseline", 0.31, "--format", "json").stdout)
    assert needed["per_group"] == pytest.approx(sample_size(0.05, baseline=0.31).per_group)
    seen = json.loads(effect("plan", "--n", 500, "--sd", 40, "--format", "json").stdout)
    assert seen["effect"] == pytest.approx(minimum_detectable_effect(500, sd=40).effect)
    told = effect("plan", "--n", 500, "--sd", 40, "--lang", "nl").stdout
    assert "Met 500 klanten in elke groep" in told
    assert "80\xa0%" in told


# A table from elsewhere.


@pytest.fixture
def table(tmp_path: Path) -> tuple[Path, np.ndarray]:
    """Who spent more before is mailed more often; the mailing makes it 2 more. Numbers as Dutch people write them."""
    rng = np.random.default_rng(1)
    before = rng.normal(20, 5, 300)
    mailed = rng.random(300) < 1 / (1 + np.exp(-(before - 20) / 3))
    spent = before + 2 * mailed + rng.normal(0, 2, 300)
    values = np.column_stack([np.round(before, 2), mailed, np.round(spent, 2)])
    lines = ["klant;before;mailed;spent"]
    lines += [
        f"{row};{one:.2f};{'ja' if got else 'nee'};{y:.2f}".replace(".", ",")
        for row, (one, got, y) in enumerate(values)
    ]
    file = tmp_path / "visits.csv"
    file.write_text("\n".join([*lines, "300;12,5;ja;"]) + "\n", encoding="utf-8")
    return file, values


ROLES = ("--outcome", "spent", "--exposed", "mailed")


def test_a_table_is_adjusted_for_its_covariates(table: tuple[Path, np.ndarray]) -> None:
    file, values = table
    said = effect("table", file, *ROLES, "--covariates", "before", "--smallest", 1, "--format", "json")
    assert said.exit_code == 0, said.output
    body = json.loads(said.stdout)
    wanted = aipw(values[:, 2], values[:, 1], values[:, [0]])
    assert body["effect"]["estimate"] == pytest.approx(wanted.estimate)
    assert body["effect"]["low"] == pytest.approx(wanted.low)
    assert body["raw"]["estimate"] == pytest.approx(wanted.raw)
    assert (body["left_out"], body["exposed_value"], body["effect"]["grade"]) == (1, "ja", "adjusted")
    assert body["verdict"]["judgement"] == "worked"


def test_an_experiment_in_a_table(table: tuple[Path, np.ndarray]) -> None:
    file, values = table
    got = values[:, 1] == 1
    said = effect("table", file, *ROLES, "--comparison", "experiment", "--format", "json")
    body = json.loads(said.stdout)
    assert body["effect"]["estimate"] == pytest.approx(compare(values[got, 2], values[~got, 2]).estimate)
    assert body["effect"]["grade"] == "experiment"
    assert body["raw"] is None
    with_before = effect(
        "table", file, *ROLES, "--covariates", "before", "--comparison", "experiment", "--format", "json"
    )
    assert json.loads(with_before.stdout)["effect"]["estimate"] == pytest.approx(
        cuped(values[:, 2], values[:, 0], got, robust=True).estimate
    )


def test_columns_are_guessed_shown_and_confirmed(table: tuple[Path, np.ndarray]) -> None:
    file, _ = table
    alone = effect("table", file)
    assert alone.exit_code == 1
    assert "Nobody is there to confirm" in str(alone.exception)
    assert "--outcome spent --exposed mailed --covariates before" in str(alone.exception)
    agreed = effect("table", file, "--yes", "--format", "json")
    named = effect("table", file, *ROLES, "--covariates", "before", "--format", "json")
    assert agreed.stdout == named.stdout
    assert "what was known before  before" in agreed.stderr


def test_a_table_without_covariates_says_nothing_of_causes(table: tuple[Path, np.ndarray]) -> None:
    file, _ = table
    said = effect("table", file, *ROLES, "--covariates", "", "--lang", "nl")
    assert "Sterkte: samenhang: zegt niets over oorzaken" in said.stdout
    assert "‘ja’ in mailed staat voor wie het kreeg." in said.stdout


def test_a_workbook_gives_the_same(table: tuple[Path, np.ndarray], tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    file, values = table
    book = openpyxl.Workbook()
    book.active.append(["before", "mailed", "spent"])
    for one, got, y in values.tolist():
        book.active.append([one, "ja" if got else "nee", y])
    book.save(tmp_path / "visits.xlsx")
    arguments = (*ROLES, "--covariates", "before", "--format", "json")
    one, other = (json.loads(effect("table", place, *arguments).stdout) for place in (file, tmp_path / "visits.xlsx"))
    assert one["effect"] == other["effect"]


@pytest.mark.parametrize(
    ("content", "more", "said"),
    [
        ("a,b\n1,2\n", (), "looks like"),
        ("spent,mailed\n1,yes\n2,no\n", ("--outcome", "spend"), "'spend'"),
        ("spent,mailed\nmuch,yes\nlittle,no\n", (), "'much'"),
        ("spent,mailed\n1,a\n2,b\n3,c\n", (), "two values"),
        ("spent,mailed\n1,yes\n2,yes\n", (), "two values"),
        ("spent,mailed\n" + "1,yes\n" * 5 + "3,no\n" * 4, (), "compare with there are 4"),
        ("spent,mailed,age\n" + "1,yes,3\n2,no,3\n" * 5, ("--comparison", "adjusted"), "nothing to adjust"),
        ("", (), "empty"),
    ],
)
def test_a_table_that_cannot_be_measured_says_why(
    tmp_path: Path, content: str, more: tuple[str, ...], said: str
) -> None:
    file = tmp_path / "t.csv"
    file.write_text(content, encoding="utf-8")
    found = effect("table", file, "--yes", *more)
    assert found.exit_code == 1
    assert said in str(found.exception)
