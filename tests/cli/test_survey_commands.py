"""Surveys on a terminal: imported once confirmed, scored, priced, and written as evidence that can be taken back."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from klantreis.analysis.voice.outcomes import kano, opportunity_scores
from klantreis.analysis.voice.price import gabor_granger, newton_miller_smith, van_westendorp
from klantreis.cli.main import cli
from klantreis.errors import KlantreisError
from klantreis.jobs.job import Job
from klantreis.jobs.outcome import DesiredOutcome
from klantreis.research.claim import Claim, Evidence
from klantreis.research.insight import Insight
from klantreis.research.study import Study
from klantreis.store.folder import FolderStore
from klantreis.use_cases.edit import undo
from klantreis.workspace import WorkspaceSettings

OWN = Evidence(id="talk", source="study:talks", finding="Gehoord")
JOB = Job(
    id="job:eten",
    statement=Claim(id="c1", text="De week rond eten"),
    type="functional",
    outcomes=(
        DesiredOutcome(claim=Claim(id="snel", text="Snel weten wat we eten", evidence=(OWN,))),
        DesiredOutcome(claim=Claim(id="heel", text="Niets vergeten")),
    ),
)
N = 120
HEADINGS = (
    *("Hoe belangrijk is het dat u snel weet wat u eet?", "Hoe tevreden bent u dat u snel weet wat u eet?"),
    *("Hoe belangrijk is het dat u niets vergeet?", "Hoe tevreden bent u dat u niets vergeet?"),
    *("te goedkoop", "goedkoop", "duur", "te duur", "koopintentie goedkoop", "koopintentie duur"),
    *("voorgelegde prijs", "zou kopen", "Wat zou u betalen?", "functional_app", "dysfunctional_app"),
)


def table() -> list[list[float | str]]:
    """Answers of a hundred and twenty people, the same on every run."""
    dice = random.Random(7)  # noqa: S311

    def rating(mean: float) -> int:
        return min(5, max(1, round(dice.gauss(mean, 1))))

    rows: list[list[float | str]] = []
    for _ in range(N):
        prices = sorted(round(dice.uniform(low, low + 4), 1) for low in (1, 4, 7, 10))
        offered = dice.choice([4, 6, 8, 10])
        rows.append(
            [
                *(rating(4.6), rating(2.2), rating(2), rating(3.5), *prices, rating(4), rating(2)),
                *(offered, "ja" if dice.random() > offered / 12 else "nee"),
                dice.choice(["Tussen 10 en 20€", "Tussen 20 en 30€", "meer dan 30€", "weet ik niet"]),
                *(dice.choice([1, 1, 2, 3]), dice.choice([3, 4, 5, 5])),
            ]
        )
    return rows


def column(name: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    place = HEADINGS.index(name)
    return np.array([float(row[place]) for row in table()])


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    path = tmp_path / "diner.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, delimiter=";").writerows([HEADINGS, *table()])
    return path


@pytest.fixture
def shop(tmp_path: Path) -> FolderStore:
    store = FolderStore(tmp_path / "shop")
    talks = Study(id="study:talks", title="Gesprekken", method="interview", n=8)
    store.fill([WorkspaceSettings(id="workspace:shop", title="De winkel"), talks, JOB])
    return store


def run(*arguments: object, stdin: str | None = None) -> Result:
    return CliRunner().invoke(cli, [*map(str, arguments)], input=stdin)


def imported(answers: Path, shop: FolderStore, *more: object) -> Result:
    return run("survey", "import", answers, "--into", shop.location, "--yes", *more)


def test_what_columns_ask_is_shown_and_nothing_is_kept_unconfirmed(answers: Path, shop: FolderStore) -> None:
    result = run("survey", "import", answers, "--into", shop.location)
    assert isinstance(result.exception, KlantreisError)
    assert "te goedkoop" in result.stderr
    assert "job:eten/snel" in result.stderr
    assert "--yes" in str(result.exception)
    assert shop.load().find("survey:diner") is None


@pytest.mark.parametrize(("said", "kept"), [("n", False), ("j", False), ("y", True)])
def test_a_person_at_a_terminal_is_asked(said: str, kept: bool, answers: Path, shop: FolderStore) -> None:
    master, slave = pty.openpty()
    program = Path(sys.executable).with_name("klantreis")
    command = [str(program), "survey", "import", str(answers), "--into", shop.location]
    with subprocess.Popen(command, stdin=slave, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        os.write(master, f"{said}\nn\n".encode())
        _, told = running.communicate(timeout=60)
    os.close(slave)
    os.close(master)
    assert "Zo bewaren?" in told.decode()
    assert (shop.load().find("survey:diner") is not None) is kept
    assert running.returncode == (0 if kept else 1)


def test_an_import_says_what_it_did(answers: Path, shop: FolderStore) -> None:
    result = imported(answers, shop)
    assert result.exit_code == 0
    assert f"survey:diner: {N} respondenten, uit het onderzoek study:diner." in result.stdout
    told = json.loads(imported(answers, shop, "--format", "json").stdout)
    assert (told["done"], told["n"], told["refused"]) == ("unchanged", N, {})


def test_scores_are_those_of_the_method(answers: Path, shop: FolderStore) -> None:
    imported(answers, shop)
    expected = opportunity_scores(
        np.column_stack([column(HEADINGS[0]), column(HEADINGS[2])]),
        np.column_stack([column(HEADINGS[1]), column(HEADINGS[3])]),
        k=1,
    )
    told = json.loads(run("outcomes", shop.location, "--format", "json").stdout)
    for one, wanted in zip(told["outcomes"], expected.outcomes, strict=True):
        assert [one[key] for key in ("estimate", "low", "high", "rank", "in_top", "mean_gap")] == [
            wanted.estimate,
            wanted.low,
            wanted.high,
            wanted.rank,
            wanted.in_top,
            wanted.mean_gap,
        ]
        assert one["importance_share"]["estimate"] == pytest.approx(wanted.importance / 10)
        assert one["satisfaction_share"]["estimate"] == pytest.approx(wanted.satisfaction / 10)
    assert [one["outcome"] for one in told["outcomes"]] == ["snel", "heel"]
    rows = list(csv.DictReader(io.StringIO(run("outcomes", shop.location, "--format", "csv").stdout)))
    assert [float(row["score"]) for row in rows] == [one.estimate for one in expected.outcomes]
    shown = run("outcomes", shop.location).stdout
    assert shown.index("Snel weten wat we eten") < shown.index("Niets vergeten"), "best first"
    assert "P(top 1)" in shown


def test_scores_become_evidence_once_and_can_be_taken_back(answers: Path, shop: FolderStore) -> None:
    imported(answers, shop)
    assert "job:eten" in run("outcomes", shop.location, "--write").stdout
    job = shop.load().get("job:eten", Job)
    quick, whole = job.outcomes
    assert [piece.id for piece in quick.claim.evidence] == ["talk", "outcomes-diner"]
    piece = quick.claim.evidence[1]
    assert piece.stance == "supports"
    assert piece.estimate is not None
    assert piece.estimate.n == N
    assert piece.finding is not None
    assert "kansscore" in piece.finding
    assert whole.claim.evidence[0].stance == "contradicts", "hardly anybody finds it important"
    assert quick.importance is not None
    assert quick.importance.unit == "share"
    assert quick.importance.value == pytest.approx(float((column(HEADINGS[0]) >= 4).mean()), abs=1e-4)
    assert "niets geschreven" in run("outcomes", shop.location, "--write").stdout
    run("outcomes", shop.location, "--write", "--top", 1)
    again = shop.load().get("job:eten", Job)
    assert [piece.id for piece in again.outcomes[0].claim.evidence] == ["talk", "outcomes-diner"]
    assert again.outcomes[0].importance != quick.importance
    undo(shop, "job:eten", by="els")
    undo(shop, "job:eten", by="els")
    assert shop.load().get("job:eten", Job) == JOB


def test_a_file_is_scored_without_a_workspace(answers: Path) -> None:
    pairs = ["--importance", "1", "--satisfaction", "2"]
    told = json.loads(run("outcomes", answers, *pairs, "--format", "json").stdout)
    wanted = opportunity_scores(
        np.column_stack([column(HEADINGS[0]), column(HEADINGS[2])]),
        np.column_stack([column(HEADINGS[1]), column(HEADINGS[3])]),
        k=1,
    )
    assert told["outcomes"][0]["estimate"] == wanted.outcomes[0].estimate
    refused = run("outcomes", answers, *pairs, "--write")
    assert isinstance(refused.exception, KlantreisError)
    uneven = run("outcomes", answers, "--importance", "1")
    assert "pairs" in str(uneven.exception)


def test_features_are_of_the_kinds_that_kano_gives(answers: Path, shop: FolderStore) -> None:
    imported(answers, shop)
    expected = kano(column("functional_app"), column("dysfunctional_app")).features[0]
    told = json.loads(run("outcomes", shop.location, "--kano", "--format", "json").stdout)["features"][0]
    assert (told["kind"], told["better"]["estimate"]) == (expected.kind, expected.better.estimate)
    assert "app" in run("outcomes", shop.location, "--kano").stdout


def test_prices_are_those_of_the_methods(answers: Path, shop: FolderStore) -> None:
    imported(answers, shop)
    told = json.loads(run("price", shop.location, "--format", "json").stdout)
    four = [column(name) for name in ("te goedkoop", "goedkoop", "duur", "te duur")]
    meter = van_westendorp(four[0], four[1], four[2], four[3])
    for point in ("pmc", "pme", "idp", "opp"):
        assert told["van_westendorp"][point]["estimate"] == getattr(meter, point).estimate
        assert told["van_westendorp"][point]["low"] == getattr(meter, point).low
    intents = [column("koopintentie goedkoop"), column("koopintentie duur")]
    buying = newton_miller_smith(four[0], four[1], four[2], four[3], intents[0], intents[1])
    assert told["newton_miller_smith"]["revenue_price"]["estimate"] == buying.revenue_price.estimate
    said = np.array([row[HEADINGS.index("zou kopen")] == "ja" for row in table()], dtype=float)
    offered = gabor_granger(column("voorgelegde prijs"), said)
    assert told["gabor_granger"]["estimate"] == offered.estimate
    brackets = [str(row[HEADINGS.index("Wat zou u betalen?")]) for row in table()]
    named = [one for one in brackets if one != "weet ik niet"]
    spread = {(mass["left"], mass["right"]): mass["estimate"] for mass in told["brackets"][0]["masses"]}
    assert spread[(10.0, 20.0)] == pytest.approx(named.count("Tussen 10 en 20€") / len(named))
    assert told["brackets"][0]["without_price"] == brackets.count("weet ik niet")


def test_a_column_for_each_price_that_was_offered(tmp_path: Path) -> None:
    dice = random.Random(3)  # noqa: S311
    offers = (5, 10, 20)
    said = [[int(dice.random() < 1 - offer / 25) for offer in offers] for _ in range(80)]
    path = tmp_path / "aanbod.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([f"Zou u het kopen voor €{offer}?" for offer in offers])
        writer.writerows([["ja" if yes else "nee" for yes in row] for row in said])
    told = json.loads(run("price", path, "--cost", 2, "--format", "json").stdout)["gabor_granger"]
    expected = gabor_granger(
        [offer for offer in offers for _ in said],
        [row[place] for place in range(3) for row in said],
        cost=2,
        customer=[f"row {row}" for _ in offers for row in range(80)],
    )
    assert (told["estimate"], told["low"], told["high"]) == (expected.estimate, expected.low, expected.high)
    assert [one["price"] for one in told["prices"]] == [5, 10, 20]
    assert [one["estimate"] for one in told["prices"]] == [sum(row[k] for row in said) / 80 for k in range(3)]


def test_prices_are_told_in_words_and_kept_as_an_insight(answers: Path, shop: FolderStore) -> None:
    imported(answers, shop)
    shown = run("price", shop.location, "--write").stdout
    assert "‘Wat zou u betalen?’" in shown
    assert "Tussen 10 en 20€" in shown
    assert "insight:price-diner" in shown
    insight = shop.load().get("insight:price-diner", Insight)
    assert [piece.id for piece in insight.claim.evidence] == [
        "four-prices-diner",
        "buying-diner",
        "offered-diner",
        "bracket-diner",
    ]
    first, *_, bracket = insight.claim.evidence
    assert first.estimate is not None
    assert (first.estimate.unit, first.source) == ("EUR", "survey:diner")
    assert bracket.finding is not None
    assert "Op de vraag ‘Wat zou u betalen?’ antwoordde men: ‘Tussen 10 en 20€’" in bracket.finding
    assert "niets geschreven" in run("price", shop.location, "--write").stdout
    english = run("price", shop.location, "--lang", "en").stdout
    assert "Four prices (Van Westendorp)" in english
    rows = list(csv.DictReader(io.StringIO(run("price", shop.location, "--format", "csv").stdout)))
    assert {row["method"] for row in rows} == {"van_westendorp", "newton_miller_smith", "gabor_granger", "brackets"}


def test_what_was_not_asked_is_said_with_a_way_on(tmp_path: Path, shop: FolderStore) -> None:
    path = tmp_path / "x.csv"
    path.write_text("te goedkoop,leeftijd\n3,18-34\n4,35-54\n", encoding="utf-8")
    result = run("price", path)
    assert isinstance(result.exception, KlantreisError)
    assert "No column asks: cheap, expensive, too_expensive" in str(result.exception)
    result = run("outcomes", path)
    assert "importance and satisfaction of nothing" in str(result.exception)
    result = run("outcomes", shop.location)
    assert "klantreis survey import" in str(result.exception)


@pytest.mark.parametrize("command", [("survey",), ("survey", "import"), ("outcomes",), ("price",)])
def test_help_has_examples(command: tuple[str, ...]) -> None:
    result = run(*command, "--help")
    assert result.exit_code == 0
    assert "Examples:" in result.output
