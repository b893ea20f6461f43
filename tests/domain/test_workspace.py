"""The workspace: references lead somewhere, and evidence is followed to what it rests on."""

from __future__ import annotations

from datetime import date

import pytest

from klantreis.decisions.opportunity import Opportunity
from klantreis.errors import NotFoundError, WorkspaceError
from klantreis.events.dataset import Dataset
from klantreis.journeys.journey import Journey, Step
from klantreis.personas.persona import Lifeworld, Persona
from klantreis.research.claim import Claim, ClaimStatus, Evidence
from klantreis.research.insight import Insight
from klantreis.research.quote import Quote
from klantreis.research.source import Source
from klantreis.research.study import Study
from klantreis.values import Document, refs_in
from klantreis.workspace import DOCUMENTS, Workspace, WorkspaceSettings, claims_in, schemas, workspace_of

TODAY = date(2026, 11, 1)
SETTINGS = WorkspaceSettings(id="workspace:w", title="W")
TALKS = Study(id="study:talks", title="Gesprekken", method="interview", n=8, held_on=date(2026, 3, 1))
TALK = Source(id="source:an", title="Gesprek met An", study="study:talks", collected_on=date(2026, 3, 2))
WORDS = Quote(id="quote:prijs", text="ik kijk altijd eerst wat er in de bonus is", source="source:an")
TILLS = Dataset(id="dataset:kassa", title="Kassa", n_customers=2469, collected_on=date(2026, 1, 1))


def claim(*sources: str, claim_id: str = "c1") -> Claim:
    evidence = tuple(Evidence(id=f"e{number}", source=source) for number, source in enumerate(sources))
    return Claim(id=claim_id, text="Kijkt eerst naar aanbiedingen", evidence=evidence)


def workspace(*documents: Document) -> Workspace:
    return workspace_of([SETTINGS, TALKS, TALK, WORDS, TILLS, *documents])


@pytest.mark.parametrize(
    ("sources", "status"),
    [
        ((), ClaimStatus.ASSUMPTION),
        (("quote:prijs",), ClaimStatus.INDICATION),
        (("quote:prijs", "study:talks"), ClaimStatus.INDICATION),
        (("quote:prijs", "dataset:kassa"), ClaimStatus.SUPPORTED),
        (("insight:bonus",), ClaimStatus.SUPPORTED),
    ],
)
def test_a_status_follows_evidence_to_what_it_rests_on(sources: tuple[str, ...], status: ClaimStatus) -> None:
    insight = Insight(id="insight:bonus", claim=claim("quote:prijs", "dataset:kassa"))
    assert workspace(insight).status(claim(*sources), on=TODAY).status is status


def test_insights_that_lean_on_each_other_prove_nothing() -> None:
    one = Insight(id="insight:een", claim=claim("insight:twee"))
    two = Insight(id="insight:twee", claim=claim("insight:een"))
    report = workspace(one, two).status(claim("insight:een"), on=TODAY)
    assert (report.status, report.pieces) == (ClaimStatus.ASSUMPTION, 0)


def test_a_workshop_of_the_team_is_no_evidence() -> None:
    team = Study(id="study:brown-paper", title="Brown paper", method="workshop", origin="internal", n=12)
    assert workspace(team).status(claim("study:brown-paper"), on=TODAY).status is ClaimStatus.ASSUMPTION


def test_every_broken_reference_is_named_with_what_does_exist() -> None:
    persona = Persona(id="persona:an", name="An", studies=("study:talk",))
    journey = Journey(
        id="journey:j",
        title="J",
        persona="persona:ann",
        steps=(Step(id="s1", phase="aankop", title="Ik koop"),),
    )
    opportunity = Opportunity(id="opportunity:o", title="O", claim=claim(), journey="journey:j", step="s2")
    with pytest.raises(WorkspaceError) as caught:
        workspace(persona, journey, opportunity)
    places = [error.place for error in caught.value.errors]
    assert places == [
        "persona:an (studies.0)",
        "journey:j (persona)",
        "journey:j (steps.0.phase)",
        "opportunity:o (step)",
    ]
    text = str(caught.value)
    assert "Did you mean study:talks?" in text
    assert "Did you mean persona:an?" in text
    assert "Did you mean aankoop?" in text


def test_an_id_used_twice_and_a_missing_workspace_document_are_both_told() -> None:
    with pytest.raises(WorkspaceError) as caught:
        workspace_of([TALKS, TALKS])
    assert len(caught.value.errors) == 2


def test_replacing_a_document_keeps_the_others() -> None:
    before = workspace()
    after = before.with_documents(TALKS.model_copy(update={"n": 9}))
    assert after.get("study:talks", Study).n == 9
    assert before.get("study:talks", Study).n == 8
    assert set(after.documents) == set(before.documents)


def test_removing_what_others_point_at_is_refused() -> None:
    with pytest.raises(WorkspaceError, match="source:an"):
        workspace().without("study:talks")


def test_asking_for_what_is_not_there_names_what_is() -> None:
    with pytest.raises(NotFoundError, match="study:talks"):
        workspace().get("study:talk", Study)


def test_refs_are_found_wherever_they_stand() -> None:
    persona = Persona(
        id="persona:an", name="An", studies=("study:talks",), lifeworld=Lifeworld(behaviour=(claim("quote:prijs"),))
    )
    assert [(path, target) for path, target, _ in refs_in(persona)] == [
        (("lifeworld", "behaviour", 0, "evidence", 0, "source"), "quote:prijs"),
        (("studies", 0), "study:talks"),
    ]


def test_claims_are_listed_with_their_place() -> None:
    persona = Persona(id="persona:an", name="An", lifeworld=Lifeworld(behaviour=(claim(),)))
    assert [place for place, _ in claims_in(persona)] == ["lifeworld.behaviour"]


def test_every_kind_has_a_schema_and_a_folder_of_its_own() -> None:
    assert set(schemas()) == set(DOCUMENTS)
    assert len({model.folder for model in DOCUMENTS.values()}) == len(DOCUMENTS)
