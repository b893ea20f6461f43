"""Do intervals hold and tests alarm as often as docs/methods/coverage.md says, and does the page leave nothing out?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.analysis.simulating import FAR, FULL, PAGE, Simulation, Told, error_of, told
from tests.analysis.simulations_of_answers import ANSWERS
from tests.analysis.simulations_of_behaviour import BEHAVIOUR
from tests.analysis.simulations_of_effects import EFFECTS
from tests.analysis.test_method_index import MODULES, functions_of

SIMULATIONS: tuple[Simulation, ...] = (*ANSWERS, *BEHAVIOUR, *EFFECTS)
ROWS = {(row.function, row.setting): row for row in told()}
TESTS = Path(__file__).parents[1]


@pytest.mark.slow
@pytest.mark.parametrize("one", SIMULATIONS, ids=lambda one: f"{one.function}-{one.setting}")
def test_as_often_as_the_page_says(one: Simulation) -> None:
    """Fewer runs than the page tells of, unless KLANTREIS_SIMULATIONS is full: then as many, and nearly the same."""
    row, runs = ROWS[one.function, one.setting], one.full if FULL else one.few
    share = one.hits(runs) / runs
    error = max(error_of(row.measured, runs), row.error)
    far = error_of(row.measured, row.runs) if FULL else FAR * (error**2 + row.error**2) ** 0.5
    assert abs(share - row.measured) <= far + 0.0005, (share, row)


def test_every_simulation_is_told() -> None:
    ours = {(one.function, one.setting): (one.nominal, one.full) for one in SIMULATIONS}
    assert len(ours) == len(SIMULATIONS)
    page = {key: (row.nominal, row.runs) for key, row in ROWS.items() if row.test == "test_as_often_as_the_page_says"}
    assert page == ours


@pytest.mark.parametrize("row", ROWS.values(), ids=lambda row: f"{row.function}-{row.setting}")
def test_a_row_names_its_test_and_its_error(row: Told) -> None:
    assert row.error == pytest.approx(error_of(row.measured, row.runs), abs=0.0011)  # both are rounded
    written = "\n".join(path.read_text(encoding="utf-8") for path in TESTS.glob("**/test_*.py"))
    assert re.search(rf"^def {row.test}\(", written, flags=re.MULTILINE)


@pytest.mark.parametrize("module", MODULES)
def test_every_function_is_told_of(module: str) -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert {name for name in functions_of(module) if f"`{name}`" not in page} == set()


def test_a_star_marks_what_is_far_from_what_is_promised() -> None:
    marked = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if re.search(r"\d\* \|", line)]
    far = [row for row in ROWS.values() if abs(row.measured - row.nominal) > FAR * error_of(row.nominal, row.runs)]
    assert len(marked) == len(far)
    assert all(any(f"`{row.function}` | {row.setting} |" in line for line in marked) for row in far)
