"""Each way of asking, in Dutch and in English: from a file to its own figure, and to evidence in a workspace."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from klantreis.analysis.voice.experience import nps, peak_end
from klantreis.cli.main import cli
from klantreis.jobs.job import Job
from klantreis.jobs.outcome import DesiredOutcome
from klantreis.journeys.journey import Journey, Step
from klantreis.measurement.metric import Metric
from klantreis.personas.persona import Persona
from klantreis.research.claim import Claim
from klantreis.research.insight import Insight
from klantreis.research.survey import Survey
from klantreis.store.folder import FolderStore
from klantreis.workspace import WorkspaceSettings

N = 60
DICE = random.Random(12)  # noqa: S311
KANO_NL = ("Dat vind ik prettig", "Dat verwacht ik", "Dat maakt mij niet uit", "Daar kan ik mee leven")
KANO_EN = ("I like it", "I expect it", "I am neutral", "I can live with it")
LAST = {"nl": "Dat vind ik vervelend", "en": "I dislike it"}


def prices() -> list[float]:
    return sorted(round(DICE.uniform(low, low + 5), 2) for low in (2, 6, 10, 14))


def euros(price: float) -> str:
    return f"€ {price:.2f}".replace(".", ",")


FOUR = {
    "nl": (
        "Bij welke prijs vindt u dit zo goedkoop dat u aan de kwaliteit twijfelt?",
        *("Bij welke prijs vindt u het een koopje?", "Bij welke prijs begint u het duur te vinden?"),
        "Bij welke prijs is het zo duur dat u het niet meer koopt?",
        "Hoe waarschijnlijk is het dat u het koopt bij de goedkope prijs?",
        "Hoe waarschijnlijk is het dat u het koopt bij de dure prijs?",
    ),
    "en": (
        "At what price would it be so inexpensive that you would doubt its quality?",
        *("At what price would it be a bargain?", "At what price would it start to get expensive?"),
        *("At what price would it be too expensive to consider?", "How likely are you to buy at the bargain price?"),
        "How likely are you to buy at the expensive price?",
    ),
}
OFFERED = {
    "nl": [f"Zou u dit kopen voor € {price} per maand?" for price in (5, 8, 12)],
    "en": [f"Would you buy this for ${price} a month?" for price in (5, 8, 12)],
}
BRACKET = {
    "nl": (
        "Hoeveel zou u hiervoor betalen?",
        ("Minder dan 10 euro", "Tussen 10 en 20 euro", "Meer dan 20 euro", "Weet ik niet"),
    ),
    "en": ("How much would you pay for this?", ("Less than $10", "$10 - $20", "More than $20", "Don't know")),
}
FEATURE = {
    "nl": ("Wat vindt u ervan als er een app is?", "Wat vindt u ervan als er geen app is?"),
    "en": ("How would you feel if there is an app?", "How would you feel if there is no app?"),
}
OUTCOME = {
    "nl": (
        "Hoe belangrijk is het dat u snel antwoord krijgt?",
        "Hoe tevreden bent u nu over hoe snel u antwoord krijgt?",
    ),
    "en": (
        "How important is it to get an answer quickly?",
        "How satisfied are you with how quickly you get an answer?",
    ),
}
EXPERIENCE = {
    "nl": (
        *("Ingevuld op", "Hoe waarschijnlijk is het dat u ons aanbeveelt aan vrienden of collega's?"),
        *("Hoe tevreden bent u over onze dienst?", "Hoeveel moeite kostte het u om uw vraag op te lossen?"),
        *("Hoe voelde u zich bij het wachten?", "Hoe voelde u zich bij de betaling?"),
        *("Wat verwachtte u van de levertijd?", "Hoe hebt u de levertijd ervaren?"),
    ),
    "en": (
        *("Submitted at", "How likely are you to recommend us to a friend or colleague?"),
        *("How satisfied are you with our service?", "How easy was it to get your question solved?"),
        *("How did you feel while waiting?", "How did you feel when paying?"),
        *("What did you expect of delivery time?", "How did you experience delivery time?"),
    ),
}
BOTH = pytest.mark.parametrize("lang", ["nl", "en"])


@pytest.fixture
def shop(tmp_path: Path) -> FolderStore:
    store = FolderStore(tmp_path / "shop")
    outcomes = (
        DesiredOutcome(claim=Claim(id="snel", text="Snel antwoord krijgen")),
        DesiredOutcome(claim=Claim(id="quick", text="Get an answer quickly")),
    )
    steps = (
        Step(id="wachten", phase="aankoop", title="Ik wacht"),
        Step(id="waiting", phase="aankoop", title="I am waiting"),
        Step(id="betaling", phase="aankoop", title="De betaling"),
        Step(id="paying", phase="aankoop", title="Paying"),
    )
    store.fill(
        [
            WorkspaceSettings(id="workspace:shop", title="De winkel"),
            Job(
                id="job:vraag", statement=Claim(id="c", text="Een vraag oplossen"), type="functional", outcomes=outcomes
            ),
            Persona(id="persona:an", name="An"),
            Journey(id="journey:map", title="Kaart", persona="persona:an", steps=steps),
            Metric(id="metric:nps", title="NPS", definition="Aanbeveling", type="nps"),
            Metric(id="metric:memory", title="Herinnering", definition="Piek en einde", type="other"),
        ]
    )
    return store


def brought(shop: FolderStore, folder: Path, heading: Sequence[str], row: Callable[[int], Sequence[Any]]) -> Survey:
    path = folder / "vragen.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, delimiter=";").writerows([list(heading), *(row(number) for number in range(N))])
    said("survey", "import", path, "--into", shop.location, "--yes")
    return shop.load().get("survey:vragen", Survey)


def said(*arguments: object) -> str:
    done = CliRunner().invoke(cli, [*map(str, arguments)])
    assert done.exception is None, done.exception
    return done.stdout


def insight(shop: FolderStore, name: str) -> Claim:
    claim = shop.load().get(f"insight:{name}-vragen", Insight).claim
    assert claim.evidence
    assert {piece.source for piece in claim.evidence} == {"survey:vragen"}
    assert all(piece.estimate is not None and piece.estimate.n for piece in claim.evidence)
    return claim


@BOTH
def test_four_prices_and_intentions(lang: str, shop: FolderStore, tmp_path: Path) -> None:
    written: Callable[[float], object] = euros if lang == "nl" else lambda price: f"{price:.2f}"
    brought(shop, tmp_path, FOUR[lang], lambda _: [*map(written, prices()), DICE.randint(3, 5), DICE.randint(1, 3)])
    text = said("price", shop.location, "--write", "--draws", 200, "--lang", lang)
    assert "Van Westendorp" in text
    assert "Newton" in text
    assert len(insight(shop, "price").evidence) == 2


@BOTH
def test_prices_that_were_offered(lang: str, shop: FolderStore, tmp_path: Path) -> None:
    yes, no = ("Ja", "Nee") if lang == "nl" else ("Yes", "No")
    brought(shop, tmp_path, OFFERED[lang], lambda _: [yes if DICE.random() < p else no for p in (0.8, 0.5, 0.2)])
    told = json.loads(said("price", shop.location, "--write", "--draws", 200, "--format", "json"))
    assert [one["price"] for one in told["gabor_granger"]["prices"]] == [5, 8, 12]
    assert len(insight(shop, "price").evidence) == 1


@BOTH
def test_prices_in_brackets(lang: str, shop: FolderStore, tmp_path: Path) -> None:
    question, answers = BRACKET[lang]
    brought(shop, tmp_path, [question], lambda number: [answers[number % 4]])
    told = json.loads(said("price", shop.location, "--write", "--draws", 200, "--format", "json"))
    assert (told["brackets"][0]["n"], told["brackets"][0]["without_price"]) == (45, 15)
    assert question in (insight(shop, "price").evidence[0].finding or "")


@BOTH
def test_pairs_of_kano_questions(lang: str, shop: FolderStore, tmp_path: Path) -> None:
    words = (*(KANO_NL if lang == "nl" else KANO_EN), LAST[lang])
    survey = brought(shop, tmp_path, FEATURE[lang], lambda number: [words[number % 3], words[2 + number % 3]])
    assert [one.role for one in survey.columns] == ["functional", "dysfunctional"]
    (feature,) = json.loads(said("outcomes", shop.location, "--kano", "--draws", 200, "--format", "json"))["features"]
    assert feature["n"] == N
    assert "vragen" in said("outcomes", shop.location, "--kano", "--draws", 200, "--write")
    (piece,) = insight(shop, "kano").evidence
    assert piece.estimate is not None
    assert piece.estimate.value == pytest.approx(feature["better"]["estimate"], abs=1e-4)
    assert "app" in (piece.finding or "")


@BOTH
def test_importance_and_satisfaction(lang: str, shop: FolderStore, tmp_path: Path) -> None:
    survey = brought(shop, tmp_path, OUTCOME[lang], lambda _: [DICE.randint(3, 5), DICE.randint(1, 4)])
    outcome = "snel" if lang == "nl" else "quick"
    assert {(one.job, one.outcome) for one in survey.columns} == {("job:vraag", outcome)}
    said("outcomes", shop.location, "--draws", 200, "--write")
    held = {one.claim.id: one for one in shop.load().get("job:vraag", Job).outcomes}
    assert held[outcome].importance is not None
    assert held[outcome].claim.evidence[0].source == "survey:vragen"


@BOTH
def test_experience_and_what_is_remembered_of_it(lang: str, shop: FolderStore, tmp_path: Path) -> None:
    rows: list[list[Any]] = []

    def row(number: int) -> list[Any]:
        rows.append(
            [DICE.randint(0, 10), DICE.randint(1, 5), DICE.randint(1, 7), DICE.randint(-2, 2), DICE.randint(-2, 2)]
        )
        rows[-1] += [DICE.randint(1, 5), DICE.randint(1, 5)]
        return [f"2026-03-{1 + number % 28:02d}", *rows[-1]]

    survey = brought(shop, tmp_path, EXPERIENCE[lang], row)
    roles = ("date", "nps", "csat", "ces", "emotion", "emotion", "expected", "experienced")
    assert tuple(one.role for one in survey.columns) == roles
    assert survey.of_role("expected")[0].subject == survey.of_role("experienced")[0].subject
    name = survey.of_role("nps")[0].name
    metrics = ("--metric", f"{name}=metric:nps", "--metric", "peak-end=metric:memory")
    shown = said("survey", "show", shop.location, "--draws", 300, "--lang", lang, *metrics, "--feelings", "map")
    told = json.loads(said("survey", "show", shop.location, "--draws", 300, "--format", "json"))["columns"]
    found = nps([one[0] for one in rows], draws=300)
    assert told[1]["result"]["estimate"] == pytest.approx(found.estimate)
    assert told[1]["result"]["low"] == pytest.approx(found.low)
    assert f"NPS {round(100 * (found.estimate or 0)):+d}".replace("-", "−") in shown
    felt = np.array([one[3:5] for one in rows], dtype=float)
    memory = peak_end(np.repeat(np.arange(N), 2), np.tile([0, 1], N), felt.ravel(), draws=300)
    assert (told[-1]["figure"], told[-1]["n"]) == ("peak_end", N)
    assert told[-1]["result"]["estimate"] == pytest.approx(memory.estimate)
    assert told[-1]["result"]["high"] == pytest.approx(memory.high)
    assert ("piek en einde" if lang == "nl" else "peak and end") in shown
    held = shop.load()
    assert len(held.get("metric:nps", Metric).readings) == len(held.get("metric:memory", Metric).readings) == 1
    felt_at = {step.id for step in held.get("journey:map", Journey).steps if step.emotion is not None}
    assert felt_at == ({"wachten", "betaling"} if lang == "nl" else {"waiting", "paying"})


def test_what_is_remembered_is_not_said_of_a_weighted_survey(shop: FolderStore, tmp_path: Path) -> None:
    heading = [*EXPERIENCE["en"], "weight"]
    brought(shop, tmp_path, heading, lambda row: ["2026-03-01", 9, 4, 4, row % 5 - 2, -1, 3, 3, 1 + DICE.random()])
    assert "peak-end: It cannot be weighted" in said("survey", "show", shop.location, "--draws", 200)


def test_what_is_remembered_is_not_said_of_feelings_on_different_scales(shop: FolderStore, tmp_path: Path) -> None:
    heading = EXPERIENCE["en"]
    brought(shop, tmp_path, heading, lambda row: ["2026-03-01", 9, 4, 4, row % 5 - 2, row % 10 + 1, 3, 3])
    assert "peak-end: The feelings are not asked on one scale." in said("survey", "show", shop.location)
