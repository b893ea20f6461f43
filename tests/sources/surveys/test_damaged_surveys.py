"""Damaged files of answers: each gives a clear error or a correct import, never another exception and never half.

A normal run tries some hundreds; ``KLANTREIS_FUZZ=10000`` tries that many for every form.
"""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from klantreis.errors import KlantreisError
from klantreis.research.answers import written
from klantreis.sources.surveys.filling import filled
from klantreis.use_cases.read_survey import read_survey
from klantreis.workspace import WorkspaceSettings, workspace_of
from tests.sources.surveys.survey_samples import SAMPLES, SurveySample
from tests.sources.test_damaged_files import damaged

#: How many damaged files each form is given.
TRIES = int(os.environ.get("KLANTREIS_FUZZ", "40"))
EMPTY = workspace_of([WorkspaceSettings(id="workspace:w", title="W")])


def taken_in(sample: SurveySample, folder: Path, raw: bytes, dice: random.Random) -> None:
    """Everything up to what is written beside a workspace; in one of four the questions are damaged too."""
    path, asked = sample.written(folder, raw)
    if asked is not None and dice.random() < 0.25:
        asked.write_bytes(damaged(asked.read_bytes(), dice))
    proposal = read_survey(EMPTY, path, questions=asked)
    kept = filled(proposal.sheet, proposal.kept)
    assert kept.n <= len(proposal.sheet.rows)
    assert len({len(cells) for cells in kept.cells.values()}) == 1
    assert sum(map(len, kept.cells.values())) <= sum(map(len, proposal.sheet.rows))
    written(kept.cells)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_damaged_file_is_an_error_or_a_correct_import(name: str, tmp_path: Path) -> None:
    sample = SAMPLES[name]
    refused = 0
    for number in range(TRIES):
        dice = random.Random(f"{name} {number}")  # noqa: S311
        raw = damaged(sample.raw, dice)
        try:
            taken_in(sample, tmp_path, raw, dice)
        except KlantreisError as error:
            refused += 1
            if str(tmp_path) not in str(error) and "column" not in str(error):
                pytest.fail(f"an error that does not say which file: {error}")
        except Exception as error:  # noqa: BLE001 - whatever it is, the input is what is needed to mend it
            kept = Path("/tmp") / f"klantreis-damaged-survey-{name}-{number}"  # noqa: S108
            kept.write_bytes(raw)
            pytest.fail(f"{type(error).__name__}: {error} (input kept in {kept})")
    assert refused < TRIES
