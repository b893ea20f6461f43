"""Simulations of intervals and tests, and the page that tells what they gave: how often does each hold, or alarm?

``python -m tests.analysis.simulating [words]`` runs those whose function or setting holds the words, at full size, and
prints their rows for docs/methods/coverage.md.
"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

PAGE = Path(__file__).parents[2] / "docs" / "methods" / "coverage.md"
#: Runs of full size, as many as the page tells of; without it a part of them.
FULL = os.environ.get("KLANTREIS_SIMULATIONS") == "full"
#: So many standard errors from what is said, and it is said wrongly.
FAR = 3.0


@dataclass(frozen=True, kw_only=True)
class Simulation:
    """One function in one setting: ``once`` draws a sample and says whether the interval held, or the test alarmed."""

    function: str
    setting: str
    once: Callable[[np.random.Generator], bool]
    nominal: float = 0.95
    few: int = 200
    full: int = 1000

    def hits(self, runs: int) -> int:
        """In how many of so many samples."""
        rng = np.random.default_rng(2026)
        return sum(bool(self.once(rng)) for _ in range(runs))


@dataclass(frozen=True, kw_only=True)
class Told:
    """A row of the page, with shares as parts of one."""

    function: str
    setting: str
    nominal: float
    measured: float
    error: float
    runs: int
    test: str


def told() -> list[Told]:
    """The rows of the page."""
    found = []
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) == 7 and cells[2].replace(".", "").isdigit():
            nominal, measured, error = (float(cell.rstrip("*")) / 100 for cell in cells[2:5])
            found.append(
                Told(
                    function=cells[0].strip("`"),
                    setting=cells[1],
                    nominal=nominal,
                    measured=measured,
                    error=error,
                    runs=int(cells[5].replace(",", "")),
                    test=cells[6].strip("`"),
                )
            )
    return found


def error_of(share: float, runs: int) -> float:
    """The standard error of a share of independent runs; of 0 or 1 that of half a run."""
    kept = min(max(share, 0.5 / runs), 1 - 0.5 / runs)
    return math.sqrt(kept * (1 - kept) / runs)


def within(found: Any, truth: float) -> bool:
    """Whether an interval holds the truth; one that is not there does not."""
    return found.low is not None and found.high is not None and float(found.low) <= truth <= float(found.high)


def row(simulation: Simulation) -> str:
    """A row of the page, from all its runs."""
    share = simulation.hits(simulation.full) / simulation.full
    mark = "*" if abs(share - simulation.nominal) > FAR * error_of(simulation.nominal, simulation.full) else ""
    shown = [f"{100 * value:.1f}" for value in (simulation.nominal, share, error_of(share, simulation.full))]
    cells = [f"`{simulation.function}`", simulation.setting, shown[0], shown[1] + mark, shown[2]]
    return f"| {' | '.join(cells)} | {simulation.full:,} | `test_as_often_as_the_page_says` |"


if __name__ == "__main__":
    from tests.analysis.test_coverage_page import SIMULATIONS

    for one in SIMULATIONS:
        if all(word in f"{one.function} {one.setting}" for word in sys.argv[1:]):
            print(row(one), flush=True)
