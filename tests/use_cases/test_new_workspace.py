"""A new workspace is small, valid, in the words that were asked for, and claims nothing as known."""

from __future__ import annotations

import itertools
import re
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from klantreis.cli.main import cli
from klantreis.errors import NotFoundError, StoreError
from klantreis.jobs.job import Job
from klantreis.journeys.built_in_models import BUILT_IN
from klantreis.journeys.journey import COMPONENT_LANES, Journey
from klantreis.journeys.vocabulary import MARKETS, Market
from klantreis.personas.persona import Persona
from klantreis.research.claim import ClaimStatus
from klantreis.texts import LANGS
from klantreis.use_cases.new_workspace import new_workspace, starting_workspace
from klantreis.use_cases.open_workspace import open_workspace
from klantreis.values import Lang
from klantreis.workspace import Workspace, claims_in

#: Words of a shop, which a public body or a charity does not use.
SHOP_WORDS = re.compile(
    r"\b(klant|klanten|aankoop|koop|kopen|koper|customers?|buy|buying|purchases?)\b|klantreis", re.I
)


def first(workspace: Workspace) -> Journey:
    return workspace.get("journey:first", Journey)


@pytest.mark.parametrize(("lang", "market"), list(itertools.product(LANGS, MARKETS)))
def test_it_is_complete_in_every_language_and_market(tmp_path: Path, lang: Lang, market: Market) -> None:
    made = new_workspace(tmp_path / "new", lang=lang, market=market)
    assert open_workspace(tmp_path / "new") == made
    assert (made.settings.lang, made.settings.market, made.settings.id) == (lang, market, "workspace:new")
    assert [len(made.of(kind)) for kind in (Persona, Job, Journey)] == [1, 1, 1]
    persona, journey = made.get("persona:sam", Persona), first(made)
    assert persona.primary
    assert persona.lifeworld.situation
    assert persona.problem.statement
    columns = BUILT_IN[journey.phase_model].columns()
    assert (journey.state, journey.scope.in_focus, journey.job) == ("hypothesis", columns[0].id, "job:easy-mind")
    focus = {step.id for step in journey.steps if step.phase == columns[0].id}
    kinds = {lane.id: lane.kind for lane in journey.lanes}
    assert {kinds[card.lane] for card in journey.cards if card.step in focus} == set(COMPONENT_LANES)
    assert {step.phase for step in journey.steps} == {phase.id for phase in columns}


@pytest.mark.parametrize(("lang", "market"), list(itertools.product(LANGS, MARKETS)))
def test_everything_in_it_is_an_assumption(lang: Lang, market: Market) -> None:
    made = starting_workspace(lang=lang, market=market)
    claims = [claim for document in made.documents.values() for _, claim in claims_in(document)]
    assert len(claims) >= 15
    assert {made.status(claim, on=date(2026, 1, 1)).status for claim in claims} == {ClaimStatus.ASSUMPTION}
    assert not [claim for claim in claims if claim.evidence or claim.stated_as_fact or claim.origin != "team_empathy"]
    assert not [step for step in first(made).steps if step.emotion is not None]


@pytest.mark.parametrize(("lang", "market"), list(itertools.product(LANGS, ("public", "nonprofit"))))
def test_the_words_of_a_shop_stay_in_the_shop(tmp_path: Path, lang: Lang, market: Market) -> None:
    new_workspace(tmp_path / "new", lang=lang, market=market, model="public-service")
    for file in sorted((tmp_path / "new").rglob("*.yaml")):
        told = re.sub(r"^\s*(- )?(id|phase|in_focus): .*$", "", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
        assert not SHOP_WORDS.search(told), file
    assert SHOP_WORDS.search("Ik koop wat ik gekozen heb")


@pytest.mark.parametrize("model", BUILT_IN)
def test_every_phase_model_will_do(model: str) -> None:
    for name in (model, model.removeprefix("phase-model:")):
        journey = first(starting_workspace(lang="nl", market="b2c", model=name))
        assert journey.phase_model == model
        assert len({step.title for step in journey.steps}) == len(journey.steps) >= 4


def test_an_unknown_model_and_a_full_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError) as caught:
        new_workspace(tmp_path / "new", model="nl-6")
    assert "Did you mean nl-5?" in str(caught.value.hint)
    assert not (tmp_path / "new").exists()
    (tmp_path / "file.txt").write_text("mine", encoding="utf-8")
    for path in (tmp_path, tmp_path / "file.txt"):
        with pytest.raises(StoreError, match=r"not empty|is a file"):
            new_workspace(path)
    assert [one.name for one in tmp_path.iterdir()] == ["file.txt"]


def test_the_command_tells_the_way_on(tmp_path: Path) -> None:
    path = tmp_path / "town"
    done = CliRunner().invoke(cli, ["new", str(path), "--lang", "en", "--market", "public"], catch_exceptions=False)
    assert done.exit_code == 0
    assert f"klantreis check {path}" in done.output
    assert f"klantreis serve {path}" in done.output
    assert open_workspace(path).settings.title == "Our citizen journeys"
