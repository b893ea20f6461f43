"""A column of weights counts in every figure that is printed, and what weighing costs is told."""

from __future__ import annotations

import csv
import io
import json
import random
from typing import Any

import pytest
from click.testing import CliRunner

from klantreis.cli.main import cli
from klantreis.research.insight import Insight
from klantreis.store.folder import FolderStore
from klantreis.workspace import WorkspaceSettings

N = 90
HEADINGS = (
    *("nps", "Hoe tevreden bent u over ons?", "ces", "emotion_wachten", "expected_levertijd", "experienced_levertijd"),
    *("Leeftijd", "Aantal personen", "gebruikt[app]"),
    *("Hoe belangrijk is het dat het snel gaat?", "Hoe tevreden bent u dat het snel gaat?"),
    *("te goedkoop", "goedkoop", "duur", "te duur", "voorgelegde prijs", "zou kopen", "Wat zou u betalen?"),
    *("functional_app", "dysfunctional_app"),
)


def rows() -> list[list[Any]]:
    """Answers of ninety people, the same on every run."""
    dice = random.Random(11)  # noqa: S311
    found: list[list[Any]] = []
    for number in range(N):
        prices = sorted(round(dice.uniform(low, low + 4), 1) for low in (1, 4, 7, 10))
        offered = dice.choice([4, 6, 8])
        found.append(
            [
                *(dice.randint(0, 10), dice.randint(1, 5), dice.randint(1, 7), dice.randint(-2, 2)),
                *(dice.randint(1, 5), dice.randint(1, 5), ("18-34", "35-54", "55+")[number % 3], dice.randint(1, 6)),
                *(number % 2, dice.randint(1, 5), dice.randint(1, 5), *prices, offered),
                *("ja" if dice.random() > offered / 12 else "nee", dice.choice(["10-20 euro", "20-30 euro"])),
                *(dice.choice([1, 2, 3]), dice.choice([3, 4, 5])),
            ]
        )
    return found


WEIGHTS = [1 + (place * 7) % 3 for place in range(N)]
EFFECTIVE = sum(WEIGHTS) ** 2 / sum(weight**2 for weight in WEIGHTS)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> FolderStore:
    """A survey with weights, and one in which every row stands as often as it weighs."""
    folder = tmp_path_factory.mktemp("weighted")
    store = FolderStore(folder / "shop")
    store.fill([WorkspaceSettings(id="workspace:shop", title="De winkel", lang="nl")])
    weighed = [[*row, str(weight).replace(".", ",")] for row, weight in zip(rows(), WEIGHTS, strict=True)]
    copies = [row for row, weight in zip(rows(), WEIGHTS, strict=True) for _ in range(weight)]
    for name, heading, body in (("gewogen", (*HEADINGS, "weegfactor"), weighed), ("kopie", HEADINGS, copies)):
        path = folder / f"{name}.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([heading, *body])
        said("survey", "import", path, "--into", store.location, "--yes", "--scale", "emotion_wachten=-2..2")
    return store


def said(*arguments: object) -> str:
    done = CliRunner().invoke(cli, [*map(str, arguments)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def told(store: FolderStore, command: str, survey: str, *more: object) -> Any:
    words = ("survey", "show") if command == "show" else (command,)
    return json.loads(said(*words, store.location, survey, "--draws", 200, "--format", "json", *more))


def test_every_figure_of_a_survey_is_weighted(shop: FolderStore) -> None:
    weighed, copied = told(shop, "show", "gewogen"), told(shop, "show", "kopie")
    assert weighed["weighed_by"] == "weegfactor"
    assert weighed["effective_n"] == pytest.approx(EFFECTIVE)
    assert (copied["weighed_by"], copied["effective_n"]) == (None, None)
    by_name = {one["column"]: one for one in weighed["columns"]}
    figures = 0
    for copy in copied["columns"]:
        one = by_name[copy["column"]]
        assert one["figure"] == copy["figure"]
        assert one["n"] == N
        for mine, theirs in (
            (one["result"], copy["result"]),
            *zip(*(sorted(each["parts"], key=lambda part: str(part["answer"])) for each in (one, copy)), strict=True),
        ):
            if mine is None:
                continue
            mine, theirs = mine.get("share", mine), theirs.get("share", theirs)
            if one["figure"] != "median":
                assert mine["estimate"] == pytest.approx(theirs["estimate"]), one["column"]
                assert mine["high"] - mine["low"] > theirs["high"] - theirs["low"], "copies are no people"
            figures += 1
        if one["figure"] == "median" and copy["column"] == "Aantal personen":
            assert one["result"]["estimate"] == copy["result"]["estimate"]
            assert one["quartiles"] == copy["quartiles"]
    assert figures >= 15


def test_what_weighing_costs_is_told_on_the_terminal_and_in_csv(shop: FolderStore) -> None:
    text = said("survey", "show", shop.location, "gewogen", "--draws", 200)
    worth = f"{EFFECTIVE:.1f}".replace(".", ",")
    assert f"gewogen met ‘weegfactor’: 90 rijen zijn evenveel waard als {worth}" in text
    assert "gewogen" not in said("survey", "show", shop.location, "kopie", "--draws", 200)
    table = list(csv.DictReader(io.StringIO(said("survey", "show", shop.location, "gewogen", "--format", "csv"))))
    (nps,) = [row for row in table if row["role"] == "nps"]
    assert float(nps["effective_n"]) == pytest.approx(EFFECTIVE)


def test_scores_and_features_are_weighted(shop: FolderStore) -> None:
    for more, key in (((), "outcomes"), (("--kano",), "features")):
        weighed, copied = told(shop, "outcomes", "gewogen", *more), told(shop, "outcomes", "kopie", *more)
        for mine, theirs in zip(weighed[key], copied[key], strict=True):
            parts = ("importance_share", "satisfaction_share") if key == "outcomes" else ("better", "worse")
            pairs = [(mine[part], theirs[part]) for part in parts] + ([(mine, theirs)] if key == "outcomes" else [])
            for one, other in pairs:
                assert one["estimate"] == pytest.approx(other["estimate"])
                assert f"weighted: 90 count as {EFFECTIVE:.1f}" in one["method"]
        assert any("evenveel waard" in line for line in said("outcomes", shop.location, "gewogen", *more).splitlines())


def test_prices_are_weighted_and_written_so(shop: FolderStore) -> None:
    weighed, copied = told(shop, "price", "gewogen"), told(shop, "price", "kopie")
    for method in ("van_westendorp", "gabor_granger"):
        assert weighed[method]["estimate"] == pytest.approx(copied[method]["estimate"])
        assert "weighted: 90 count as" in weighed[method]["method"]
    for mine, theirs in zip(weighed["brackets"][0]["masses"], copied["brackets"][0]["masses"], strict=True):
        assert mine["estimate"] == pytest.approx(theirs["estimate"], abs=1e-4)
    said("price", shop.location, "gewogen", "--draws", 200, "--write")
    for piece in shop.load().get("insight:price-gewogen", Insight).claim.evidence:
        assert piece.estimate is not None
        assert "weighted: 90 count as" in (piece.estimate.method or "")
