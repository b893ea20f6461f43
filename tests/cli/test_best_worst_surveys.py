"""Tasks of a best and a worst (MaxDiff), from files as survey tools export them to evidence in a workspace."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from klantreis.analysis.voice.outcomes import maxdiff_counts, maxdiff_logit
from klantreis.cli.main import cli
from klantreis.errors import KlantreisError
from klantreis.research.insight import Insight
from klantreis.research.survey import Survey
from klantreis.store.folder import FolderStore
from klantreis.use_cases.edit import undo
from klantreis.workspace import WorkspaceSettings

ITEMS = ("Snel antwoord", "Lage prijs", "Vriendelijk", "Dichtbij", "Groen", "Ruime keuze")
WORTH = np.array([1.6, 0.9, 0.2, -0.3, -0.9, -1.5])
TASKS = ((0, 1, 2, 3), (2, 3, 4, 5), (0, 1, 4, 5), (0, 2, 4, 1), (1, 3, 5, 4))
#: In the second version every task shows two other items.
VERSIONS = {"1": TASKS, "2": tuple(tuple((item + 2) % 6 for item in task) for task in TASKS)}
N = 80

Choice = tuple[str, tuple[int, ...], int, int]


def chosen(seed: int = 4) -> list[list[Choice]]:
    """For each respondent the version, and of each task what was shown, chosen best, and chosen worst."""
    rng = np.random.default_rng(seed)
    found = []
    for person in range(N):
        version = str(1 + person % 2)
        choices = []
        for task in VERSIONS[version]:
            liking = WORTH[list(task)] + rng.gumbel(size=4)
            best, worst = task[int(liking.argmax())], task[int(liking.argmin())]
            choices.append((version, task, best, worst))
        found.append(choices)
    return found


@pytest.fixture
def shop(tmp_path: Path) -> FolderStore:
    store = FolderStore(tmp_path / "shop")
    store.fill([WorkspaceSettings(id="workspace:shop", title="De winkel", lang="nl")])
    return store


def table(path: Path, heading: Iterable[object], rows: Iterable[Sequence[object]], *, delimiter: str = ",") -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, delimiter=delimiter).writerows([list(heading), *rows])
    return path


def dutch_file(folder: Path) -> Path:
    """As a Dutch panel delivers it: the words of what was shown beside the words of what was chosen."""
    kinds = ("optie 1", "optie 2", "optie 3", "optie 4", "meest belangrijk", "minst belangrijk")
    heading = ["respondent", *(f"Taak {task} - {kind}" for task in range(1, 6) for kind in kinds), "Leeftijd"]
    rows = [
        [
            f"r{number}",
            *(cell for _, task, best, worst in choices for cell in (*(ITEMS[one] for one in (*task, best, worst)),)),
            ("18-34", "35-54", "55+")[number % 3],
        ]
        for number, choices in enumerate(chosen())
    ]
    return table(folder / "panel.csv", heading, rows, delimiter=";")


def english_file(folder: Path) -> Path:
    """As MaxDiff software exports it: numbers of items, and a version of the design."""
    heading = ["sys_RespNum", "MaxDiff_Version", *(f"MaxDiff_{task}_{kind}" for task in range(1, 6) for kind in "bw")]
    rows = [
        [number, choices[0][0], *(1 + item for _, _, best, worst in choices for item in (best, worst))]
        for number, choices in enumerate(chosen(), start=101)
    ]
    return table(folder / "maxdiff.csv", heading, rows)


def design_file(folder: Path) -> Path:
    rows = [
        [version, number, *(1 + item for item in task)]
        for version, tasks in VERSIONS.items()
        for number, task in enumerate(tasks, start=1)
    ]
    return table(folder / "design.csv", ("Version", "Set", "Item1", "Item2", "Item3", "Item4"), rows)


def long_design_file(folder: Path) -> Path:
    """The same with a row for each item, and its words."""
    rows = [
        [version, number, place, 1 + item, ITEMS[item]]
        for version, tasks in VERSIONS.items()
        for number, task in enumerate(tasks, start=1)
        for place, item in enumerate(task, start=1)
    ]
    return table(folder / "ontwerp.csv", ("versie", "taak", "positie", "item", "omschrijving"), rows)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [*map(str, arguments)])


def said(*arguments: object) -> str:
    done = run(*arguments)
    assert done.exception is None, done.exception
    return done.stdout


def expected() -> tuple[Any, Any]:
    """What the methods say of the choices themselves, by the words of the items."""
    people, flat = chosen(), [choice for choices in chosen() for choice in choices]
    tables = np.zeros((3, N, len(ITEMS)))
    for person, choices in enumerate(people):
        for _, task, best, worst in choices:
            tables[0, person, best] += 1
            tables[1, person, worst] += 1
            tables[2, person, list(task)] += 1
    names = [str(item) for item in ITEMS]
    order = np.argsort(names)
    counts = maxdiff_counts(*(one[:, order] for one in tables), names=[names[place] for place in order], draws=200)
    logit = maxdiff_logit(
        [[ITEMS[item] for item in task] for _, task, _, _ in flat],
        [ITEMS[best] for _, _, best, _ in flat],
        [ITEMS[worst] for _, _, _, worst in flat],
        respondent=np.repeat(np.arange(N), len(TASKS)),
        draws=200,
    )
    return counts, logit


def test_a_dutch_file_goes_from_columns_to_evidence(shop: FolderStore, tmp_path: Path) -> None:
    said("survey", "import", dutch_file(tmp_path), "--into", shop.location, "--yes")
    survey = shop.load().get("survey:panel", Survey)
    assert [len(survey.of_role(role)) for role in ("best", "worst", "shown")] == [5, 5, 20]
    assert survey.of_role("best")[0].about == "taak 1"
    told = json.loads(said("outcomes", shop.location, "--maxdiff", "--draws", 200, "--format", "json"))
    counts, logit = expected()
    assert (told["respondents"], told["choices"], told["tasks"], told["unused"]) == (N, 400, 5, {})
    for method, found in (("counts", counts), ("logit", logit)):
        for mine, theirs in zip(told[method]["items"], found.items, strict=True):
            assert mine["name"] == theirs.name
            for name in ("best", "worst", "shown", "score", "estimate", "low", "high", "share", "share_low"):
                assert mine[name] == pytest.approx(getattr(theirs, name)), (method, name)
    assert not shop.load().of(Insight)
    text = said("outcomes", shop.location, "panel", "--maxdiff", "--draws", 200, "--write")
    assert "80 respondenten kozen 400 keer een beste en een slechtste" in text
    lines = [line for line in text.splitlines() if line.startswith(ITEMS)]
    assert [line.split("  ")[0] for line in lines] == list(ITEMS), "best first"
    insight = shop.load().get("insight:maxdiff-panel", Insight)
    assert "‘Snel antwoord’ op de eerste plaats en ‘Ruime keuze’ op de laatste" in insight.claim.text
    first = insight.claim.evidence[0]
    top = next(item for item in logit.items if item.name == "Snel antwoord")
    assert first.source == "survey:panel"
    assert first.estimate is not None
    assert first.estimate.value == pytest.approx(top.share, abs=1e-4)
    assert (first.estimate.n, first.estimate.unit) == (N, "share")
    again = said("outcomes", shop.location, "--maxdiff", "--draws", 200, "--write")
    assert "insight:maxdiff-panel zei dit al" in again
    undo(shop, "insight:maxdiff-panel", by="an")
    assert not shop.load().of(Insight)


@pytest.mark.parametrize("design", [design_file, long_design_file])
def test_an_export_with_a_design_gives_the_same_numbers(shop: FolderStore, tmp_path: Path, design: Any) -> None:
    answers, shown = english_file(tmp_path), design(tmp_path)
    said("survey", "import", answers, "--into", shop.location, "--design", shown, "--yes")
    survey = shop.load().get("survey:maxdiff", Survey)
    assert [one.name for one in survey.of_role("respondent", "design_version")] == ["sys_RespNum", "MaxDiff_Version"]
    assert survey.of_role("shown")[0].name == "maxdiff 1 (shown)"
    rows = list(csv.DictReader(io.StringIO(said("outcomes", shop.location, "--maxdiff", "--format", "csv"))))
    _, logit = expected()
    by_name = {row["item"]: row for row in rows if row["method"] == "logit"}
    for item in logit.items:
        name = item.name if design is long_design_file else str(1 + ITEMS.index(item.name))
        assert float(by_name[name]["b"]) == pytest.approx(item.estimate, abs=1e-6)
        assert float(by_name[name]["standard_error"]) == pytest.approx(item.standard_error, abs=1e-6)
    alone = said("outcomes", answers, "--maxdiff", "--design", shown, "--format", "csv")
    assert list(csv.DictReader(io.StringIO(alone))) == rows, "a file by itself says the same"


def test_weights_count_as_copies_do_and_widen_the_interval(tmp_path: Path) -> None:
    people = chosen()
    weights = [1 + person % 3 for person in range(N)]
    heading = ["id", *(f"task{task}_{kind}" for task in range(1, 6) for kind in ("shown", "best", "worst"))]

    def row(person: int) -> list[object]:
        cells = [("; ".join(ITEMS[one] for one in task), ITEMS[b], ITEMS[w]) for _, task, b, w in people[person]]
        return [cell for three in cells for cell in three]

    weighed = [[person, *row(person), weights[person]] for person in range(N)]
    copies = [[f"{person}-{copy}", *row(person)] for person in range(N) for copy in range(weights[person])]
    told = [
        json.loads(said("outcomes", path, "--maxdiff", "--draws", 400, "--format", "json"))
        for path in (
            table(tmp_path / "w.csv", [*heading, "weight"], weighed),
            table(tmp_path / "c.csv", heading, copies),
        )
    ]
    for method in ("counts", "logit"):
        for mine, theirs in zip(told[0][method]["items"], told[1][method]["items"], strict=True):
            assert mine["estimate"] == pytest.approx(theirs["estimate"], abs=1e-6)
            assert mine["share_high"] - mine["share_low"] > theirs["share_high"] - theirs["share_low"]
            assert "weighted: 400 count as" in mine["method"]
    assert "voice.weighted" in [one["code"] for one in told[0]["warnings"]]


def test_what_cannot_be_used_is_counted_by_reason(shop: FolderStore, tmp_path: Path) -> None:
    heading = ("id", "best_1", "worst_1", "shown_1_1", "shown_1_2", "shown_1_3")
    good = [[number, "a" if number % 2 else "b", "c", "a", "b", "c"] for number in range(40)]
    odd = [["x1", "a", "", "a", "b", "c"], ["x2", "a", "z", "a", "b", "c"], ["x3", "a", "a", "a", "b", "c"]]
    odd += [["x4", "a", "b", "", "", ""], ["x5", "", "", "a", "b", "c"], ["x6", "c", "a", "a", "b", "c"]]
    path = table(tmp_path / "oneven.csv", heading, [*good, *odd])
    told = json.loads(said("outcomes", path, "--maxdiff", "--format", "json"))
    assert (told["choices"], told["unused"]) == (41, {"half": 1, "not_shown": 1, "same": 1, "no_set": 1})
    said("survey", "import", path, "--into", shop.location, "--yes")
    text = said("outcomes", shop.location, "--maxdiff")
    assert "1 ingevulde taken zijn niet gebruikt: wat gekozen is, werd niet getoond." in text


def test_a_choice_may_be_a_place_in_the_set(tmp_path: Path) -> None:
    heading = ("task1_item1", "task1_item2", "task1_item3", "task1_best", "task1_worst")
    rows = [["snel", "goedkoop", "groen", 1 + number % 2, 3] for number in range(30)] + [["groen", "snel", "x", 2, 1]]
    told = json.loads(said("outcomes", table(tmp_path / "p.csv", heading, rows), "--maxdiff", "--format", "json"))
    assert {one["name"]: (one["best"], one["worst"]) for one in told["counts"]["items"]} == {
        "snel": (16, 0),
        "goedkoop": (15, 0),
        "groen": (0, 31),
        "x": (0, 0),
    }


def test_what_is_missing_is_told_with_what_to_do(shop: FolderStore, tmp_path: Path) -> None:
    answers = english_file(tmp_path)
    said("survey", "import", answers, "--into", shop.location, "--yes")
    assert refused("outcomes", shop.location, "--maxdiff") == (
        "survey:maxdiff does not say what these tasks showed: maxdiff 1, maxdiff 2, maxdiff 3, maxdiff 4, maxdiff 5."
    )
    assert "two questions" in refused("outcomes", shop.location, "--maxdiff", "--kano")
    other = table(tmp_path / "d.csv", ("version", "item1", "item2"), [[1, 2, 3]])
    assert "no column task" in refused("outcomes", answers, "--maxdiff", "--design", other)
    short = table(tmp_path / "e.csv", ("set", "item1", "item2"), [[1, 2, 3]])
    assert "5 tasks and the design has 1" in refused("outcomes", answers, "--maxdiff", "--design", short)
    twice = table(tmp_path / "f.csv", ("set", "item1", "item2"), [[1, 2, 2]])
    assert "task 1" in refused("outcomes", answers, "--maxdiff", "--design", twice)
    plain = table(tmp_path / "g.csv", ("nps",), [[number % 11] for number in range(20)])
    assert "no column asks for the best" in refused("outcomes", plain, "--maxdiff", "--design", design_file(tmp_path))
    assert "asks both the best and the worst of nothing" in refused("outcomes", plain, "--maxdiff")
    assert "no workspace" in refused("outcomes", answers, "--maxdiff", "--write", "--design", design_file(tmp_path))


def refused(*arguments: object) -> str:
    done = run(*arguments)
    assert isinstance(done.exception, KlantreisError), done.exception or done.output
    return done.exception.message


def test_what_is_liked_most_in_two_questions_is_no_task(tmp_path: Path) -> None:
    """Open or closed questions on best and worst without a task, or that hold the same answers, stay what they are."""
    heading = ("Wat vond u het beste?", "Wat vond u het slechtste?", "q1 most", "q2 least")
    path = table(tmp_path / "gewoon.csv", heading, [["de prijs", "de rij", "a", "b"]] * 30)
    assert "asks both the best and the worst of nothing" in refused("outcomes", path, "--maxdiff")
