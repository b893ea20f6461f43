"""Every column of a survey is summed up by its own method, and experience can be written into the workspace."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from klantreis.analysis.voice.expectation import expectation_gap
from klantreis.analysis.voice.experience import ces, csat, nps
from klantreis.cli.main import cli
from klantreis.errors import KlantreisError
from klantreis.events.share import wilson
from klantreis.journeys.journey import Emotion, Journey, Step
from klantreis.measurement.metric import Metric
from klantreis.personas.persona import Persona
from klantreis.store.folder import FolderStore
from klantreis.use_cases.edit import undo
from klantreis.workspace import WorkspaceSettings

N = 60
COLUMNS: dict[str, list[Any]] = {
    "Datum": [f"2026-03-{1 + row % 28:02d}" for row in range(N)],
    "nps": [(row * 7) % 11 for row in range(N)],
    "Hoe tevreden bent u over ons?": [1 + (row * 3) % 5 for row in range(N)],
    "Hoeveel moeite kostte het u?": [1 + (row * 5) % 7 for row in range(N)],
    "emotion_wachten": [row % 4 - 1 for row in range(N)],
    "expected_levertijd": [1 + row % 5 for row in range(N)],
    "experienced_levertijd": [1 + (row * 2) % 5 for row in range(N)],
    "Leeftijd": [("18-34", "35-54", "55+")[row % 3] for row in range(N)],
    "Aantal personen": [1 + row % 6 for row in range(N)],
    "gebruikt[app]": [int(row % 3 == 0) for row in range(N)],
    "gebruikt[brief]": [int(row == 7) for row in range(N)],
    "Waarom?": ["fijn" if row % 2 else "" for row in range(N)],
}
JOURNEY = Journey(
    id="journey:eten",
    title="Avondeten",
    persona="persona:an",
    steps=(
        Step(id="wachten", phase="aankoop", title="Ik wacht", emotion=Emotion(value=-1)),
        Step(id="eten", phase="gebruik", title="Ik eet"),
    ),
)


@pytest.fixture
def shop(tmp_path: Path) -> FolderStore:
    store = FolderStore(tmp_path / "shop")
    score = Metric(id="metric:aanbeveling", title="NPS", definition="Aanbeveling", type="nps")
    store.fill(
        [WorkspaceSettings(id="workspace:shop", title="De winkel"), Persona(id="persona:an", name="An"), score, JOURNEY]
    )
    path = tmp_path / "ervaring.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([list(COLUMNS), *zip(*COLUMNS.values(), strict=True)])
    scale = [
        "--role",
        "gebruikt[app]=category",
        "--role",
        "gebruikt[brief]=category",
        "--scale",
        "emotion_wachten=-2..2",
        "--scale",
        "Hoeveel moeite kostte het u?=1..7",
    ]
    assert run("survey", "import", path, "--into", store.location, "--yes", *scale).exit_code == 0
    return store


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [*map(str, arguments)])


def numbers(name: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array(COLUMNS[name], dtype=float)


def test_figures_are_those_of_the_methods(shop: FolderStore) -> None:
    told = {
        one["column"]: one
        for one in json.loads(run("survey", "show", shop.location, "--format", "json").stdout)["columns"]
    }
    satisfied = numbers("Hoe tevreden bent u over ons?")
    expected = {
        "nps": nps(numbers("nps")),
        "Hoe tevreden bent u over ons?": csat(satisfied),
        "Hoeveel moeite kostte het u?": ces(numbers("Hoeveel moeite kostte het u?"), scale=(1, 7)),
        "experienced_levertijd": expectation_gap(numbers("expected_levertijd"), numbers("experienced_levertijd")),
    }
    for name, wanted in expected.items():
        assert [told[name]["result"][key] for key in ("estimate", "low", "high", "n")] == [
            wanted.estimate,
            wanted.low,
            wanted.high,
            wanted.n,
        ]
    feeling = told["emotion_wachten"]["result"]
    assert feeling["estimate"] == pytest.approx(numbers("emotion_wachten").mean())
    young = next(one["share"] for one in told["Leeftijd"]["parts"] if one["answer"] == "18-34")
    wanted_share = wilson(20, N)
    assert (young["low"], young["high"]) == pytest.approx((wanted_share.low, wanted_share.high))
    assert told["gebruikt[app]"]["result"]["estimate"] == pytest.approx(1 / 3)
    assert (told["gebruikt[brief]"]["result"], told["gebruikt[brief]"]["hidden"]) == (None, N), "only one ticked it"
    persons = told["Aantal personen"]
    assert persons["result"]["estimate"] == np.median(numbers("Aantal personen"))
    assert (told["Waarom?"]["n"], told["Waarom?"]["result"]) == (N // 2, None)


def test_a_table_in_both_languages_and_rows(shop: FolderStore) -> None:
    dutch, english = (run("survey", "show", shop.location, "--lang", lang).stdout for lang in ("nl", "en"))
    assert "aanbeveling (NPS)" in dutch
    assert "recommendation (NPS)" in english
    assert "– 18-34" in dutch
    rows = list(csv.DictReader(io.StringIO(run("survey", "show", shop.location, "--format", "csv").stdout)))
    assert sum(row["answer"] != "" for row in rows) == 3


def test_answers_that_few_gave_are_not_shown(tmp_path: Path, shop: FolderStore) -> None:
    path = tmp_path / "klein.csv"
    path.write_text("plaats,nps\n" + "Utrecht,9\n" * 8 + "Rosmalen,8\n" * 2 + "Vught,7\n", encoding="utf-8")
    run("survey", "import", path, "--into", shop.location, "--yes", "--role", "plaats=category")
    shown = run("survey", "show", shop.location, "klein").stdout
    assert "Utrecht" in shown
    assert "Vught" not in shown
    assert "andere antwoorden" in shown
    told = json.loads(run("survey", "show", shop.location, "klein", "--format", "json").stdout)["columns"][0]
    assert ([one["answer"] for one in told["parts"]], told["hidden"]) == (["Utrecht"], 3)
    assert "Vught" in run("survey", "show", shop.location, "klein", "--hide-below", 1).stdout


def test_a_reading_comes_on_the_metric_once(shop: FolderStore) -> None:
    command = ("survey", "show", shop.location, "--metric", "nps=aanbeveling")
    assert "Geschreven bij metric:aanbeveling." in run(*command).stdout
    (reading,) = shop.load().get("metric:aanbeveling", Metric).readings
    assert str(reading.on) == "2026-03-28"
    assert reading.estimate.n == N
    assert reading.estimate.value == pytest.approx(nps(numbers("nps")).estimate, abs=1e-4)
    assert "niets geschreven" in run(*command).stdout
    assert len(shop.load().get("metric:aanbeveling", Metric).readings) == 1
    wrong = run("survey", "show", shop.location, "--metric", "Hoe tevreden bent u over ons?=aanbeveling")
    assert isinstance(wrong.exception, KlantreisError)
    assert "type 'nps'" in str(wrong.exception)


def test_feelings_come_on_the_map_as_reported_and_can_be_taken_back(shop: FolderStore) -> None:
    command = ("survey", "show", shop.location, "--feelings", "eten")
    assert "journey:eten" in run(*command).stdout
    waiting, eating = shop.load().get("journey:eten", Journey).steps
    assert waiting.emotion is not None
    assert (waiting.emotion.basis, waiting.emotion.n) == ("reported", N)
    assert waiting.emotion.value == pytest.approx(numbers("emotion_wachten").mean(), abs=1e-4)
    assert [piece.source for piece in waiting.emotion.evidence] == ["survey:ervaring"]
    assert eating.emotion is None
    assert "niets geschreven" in run(*command).stdout
    undo(shop, "journey:eten", by="els")
    assert shop.load().get("journey:eten", Journey) == JOURNEY
