"""An import that is killed at any moment leaves the survey as it was or as it becomes, and can be done again."""

from __future__ import annotations

import os
import random
import signal
import time
from datetime import date
from pathlib import Path

import pytest

from klantreis.research.answers import answers_of
from klantreis.research.study import Study
from klantreis.research.survey import Survey
from klantreis.store.folder import FolderStore
from klantreis.store.protocol import Store
from klantreis.use_cases.copy_workspace import copy_workspace
from klantreis.use_cases.import_survey import import_survey
from klantreis.use_cases.open_workspace import open_store
from klantreis.use_cases.read_survey import SurveyProposal, read_survey
from klantreis.workspace import WorkspaceSettings

KILLS = 14
TODAY = date(2026, 5, 1)


def proposals(store: Store, folder: Path) -> list[SurveyProposal]:
    """Two files of the same survey, with answers that take a moment to write."""
    found = []
    for number in (0, 1):
        path = folder / f"{number}.csv"
        path.write_text("nps,Waarom?\n" + f"{number},{'omdat ' * 40}\n" * (3000 + number), encoding="utf-8")
        found.append(read_survey(store.load(), path, title="Klanten"))
    return found


def killed(location: str, proposal: SurveyProposal, after: float | None) -> None:
    """Import in a process of its own, which is killed after so many seconds unless it ended by itself."""
    if location.endswith(".sqlite3"):
        from django.db import connections

        connections.close_all()  # a connection must not be shared between processes
    child = os.fork()
    if child == 0:
        try:
            import_survey(open_store(location), proposal, by="els", on=TODAY, replace=True)
        finally:
            os._exit(0)
    if after is not None:
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


@pytest.mark.parametrize("kind", ["folder", "sqlite"])
def test_a_first_import_that_is_killed_leaves_nothing_or_the_survey_with_its_study(kind: str, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    FolderStore(empty).fill([WorkspaceSettings(id="workspace:shop", title="De winkel")])
    proposal = proposals(FolderStore(empty), tmp_path)[0]
    dice, whole, seen = random.Random(kind), 0.0, set()  # noqa: S311
    for number in range(KILLS):
        location = str(tmp_path / (f"shop-{number}" if kind == "folder" else f"shop-{number}.sqlite3"))
        copy_workspace(empty, location)
        began = time.monotonic()
        killed(location, proposal, None if number % 6 == 0 else dice.uniform(0.2 * whole, 1.1 * whole))
        whole = whole or time.monotonic() - began
        held = open_store(location).load()
        kinds = (len(held.of(Survey)), len(held.of(Study)))
        assert kinds in ((0, 0), (1, 1))
        seen.add(kinds)
        done = import_survey(open_store(location), proposal, by="els", on=TODAY)
        store = open_store(location)
        assert (done.survey.n, len(store.load().of(Study))) == (3000, 1)
        assert len(store.history("survey:klanten")) == len(store.history("study:klanten")) == 1
    assert seen == {(0, 0), (1, 1)}


@pytest.mark.parametrize("kind", ["folder", "sqlite"])
def test_a_killed_import_leaves_the_old_or_the_new(kind: str, tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    FolderStore(folder).fill([WorkspaceSettings(id="workspace:shop", title="De winkel")])
    location = str(folder) if kind == "folder" else str(tmp_path / "shop.sqlite3")
    if kind == "sqlite":
        copy_workspace(folder, location)
    both = proposals(FolderStore(folder), tmp_path)
    began = time.monotonic()
    first = import_survey(open_store(location), both[0], by="els", on=TODAY).survey
    whole = time.monotonic() - began
    dice = random.Random(kind)  # noqa: S311
    seen = {first.n}
    for number in range(KILLS):
        # Every sixth comes through, so that there is an old and a new whatever the machine's mood.
        after = None if number % 6 == 0 else dice.uniform(0, 1.2 * whole)
        killed(location, both[(number + 1) % 2], after)
        store = open_store(location)
        survey = store.load().get("survey:klanten", Survey)
        assert answers_of(store.file, survey).rows == survey.n
        assert survey.n in (3000, 3001)
        seen.add(survey.n)
    done = import_survey(open_store(location), both[1], by="els", on=TODAY, replace=True)
    assert done.survey.n == 3001
    assert seen == {3000, 3001}
