"""The benchmark itself: the same log each time, engines that agree, a page that says when they do not."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import generate, goals, report
from benchmarks.questions import QUESTIONS

ROOT = Path(__file__).resolve().parents[2]
ASKED = [name for name in QUESTIONS if name != "sort"]
OURS, DUCKDB = "klantreis_local", "duckdb_raw"


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Five thousand events, asked of our log and of DuckDB in processes of their own."""
    folder = tmp_path_factory.mktemp("benchmarks")
    file = generate.write(folder, "5k")
    answers: dict[str, Any] = {}
    for engine in (OURS, DUCKDB):
        for question in ASKED:
            command = [sys.executable, "-m", "benchmarks.worker", engine, question, str(file), str(folder / engine)]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
            assert done.returncode == 0, done.stderr
            told = json.loads(done.stdout.strip().splitlines()[-1])
            answers.setdefault(engine, {})[question] = told | {"load_average": 1.0}
    return {"machine": {"cores": 2, "system": "Linux", "python": "3.11"}, "sizes": {"5k": answers}}


@pytest.mark.slow
@pytest.mark.parametrize("question", ASKED)
def test_our_log_and_duckdb_count_the_same(measured: dict[str, Any], question: str) -> None:
    cells = measured["sizes"]["5k"]
    assert (
        cells[OURS][question]["answer"]["digest"] == cells[DUCKDB][question]["answer"]["digest"] or question == "read"
    )
    assert cells[OURS][question]["wall_s"] >= 0
    assert cells[OURS][question]["peak_mb"] > 20
    assert report.disagreements(cells) == []


@pytest.mark.slow
def test_a_count_that_differs_is_told_on_the_page(measured: dict[str, Any]) -> None:
    bent = copy.deepcopy(measured)
    cell = bent["sizes"]["5k"][DUCKDB]["visits"]
    right = cell["answer"]["visits"]
    cell["answer"] |= {"visits": right + 1, "digest": "other"}
    wrong = report.disagreements(bent["sizes"]["5k"])
    assert len(wrong) == 1
    assert wrong[0].startswith(f"visits: DuckDB says visits {right + 1:,}")
    assert wrong[0] in report.page(bent)
    assert "These disagree" not in report.page(measured)


def test_the_same_log_each_time_in_order_of_arrival() -> None:
    one, two, other = generate.events(5000), generate.events(5000), generate.events(5000, seed=1)
    assert all(np.array_equal(one[name], two[name]) for name in one)
    assert not np.array_equal(one["time"], other["time"])
    assert bool((np.diff(one["time"]) >= 0).all())
    moments = set(zip(one["customer"].tolist(), one["time"].tolist(), strict=True))
    assert len(moments) == 5000, "two events of one customer at the same time would have no order"


def test_the_log_has_the_shape_it_promises() -> None:
    made = generate.events(200_000)
    _, lengths = np.unique(made["customer"], return_counts=True)
    assert np.median(lengths) == pytest.approx(generate.MEDIAN_LENGTH, abs=1)
    assert lengths.mean() == pytest.approx(generate.MEAN_LENGTH, rel=0.05)
    often = np.bincount(made["touchpoint"], minlength=generate.N_TOUCHPOINTS)
    assert often[0] / often[9] == pytest.approx(10**generate.ZIPF, rel=0.1)
    order = np.lexsort((made["time"], made["customer"]))
    same = np.diff(made["customer"][order]) == 0
    gaps = np.diff(made["time"][order])[same]
    assert (gaps <= 1800 * generate.SECOND).mean() == pytest.approx(generate.WITHIN_VISIT, abs=0.02)


def test_goals_are_met_missed_or_open() -> None:
    medians = {"wall_s": 0.9, "cpu_s": 0.4, "peak_mb": 400.0, "load_average": 9.0}
    cells = {"medians": medians, "filtered": {"wall_s": 0.5, "cpu_s": 0.5, "load_average": 9.0}}
    theirs = {"medians": {"wall_s": 45.0}, "transitions": {"failed": "more than 120 s"}}
    found = {
        goal.what: goal
        for goal in goals.goals({"sizes": {"10M": {OURS: cells, "pm4py_pandas": theirs}}, "startup": {}})
    }
    over = "0.9 s, 50 % over (0.4 s of a core at a load of 9: waiting made the rest)"
    assert (found["medians, 10M"].met, found["medians, 10M"].found) == (False, over)
    assert found["peak memory of medians, 10M"].met is True
    assert found["variants, 10M"].met is None
    assert found["medians: how many times as fast as PM4Py, 10M"].met is True
    assert found["transitions: how many times as fast as PM4Py"].met is None
