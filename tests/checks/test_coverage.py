"""The share of a map that rests on evidence."""

from __future__ import annotations

from datetime import date

from klantreis.checks.coverage import Coverage, PhaseCoverage, coverage
from klantreis.journeys.journey import Card, Journey, Lane, Step
from klantreis.personas.persona import Persona
from klantreis.research.claim import Claim, ClaimStatus, Evidence
from klantreis.research.study import Study
from klantreis.workspace import Workspace, WorkspaceSettings, workspace_of

ON = date(2026, 6, 1)


def claim(claim_id: str, *sources: str, fictional: bool = False) -> Claim:
    evidence = tuple(Evidence(id=f"e{index}", source=source) for index, source in enumerate(sources))
    return Claim(id=claim_id, text=f"Claim {claim_id}", evidence=evidence, fictional=fictional)


def map_with(*cards: tuple[str, Claim], trigger: Claim | None = None) -> tuple[Workspace, Journey]:
    journey = Journey(
        id="journey:map",
        title="Map",
        persona="persona:an",
        trigger=trigger,
        steps=(Step(id="zoek", phase="orientatie", title="Looks"), Step(id="koop", phase="aankoop", title="Buys")),
        lanes=(Lane(id="action", kind="action"),),
        cards=tuple(Card(claim=one, lane="action", step=step) for step, one in cards),
    )
    documents = (
        WorkspaceSettings(id="workspace:test", title="Test"),
        Persona(id="persona:an", name="An"),
        Study(id="study:talks", title="Talks", method="interview", held_on=date(2026, 1, 1), n=8),
        Study(id="study:form", title="Form", method="survey", held_on=date(2026, 1, 1), n=300),
        Study(id="study:old", title="Old", method="survey", held_on=date(2015, 1, 1), n=300),
        Study(id="study:room", title="Room", method="workshop", origin="internal", n=5),
        journey,
    )
    return workspace_of(documents), journey


def test_each_status_is_counted_and_only_backed_claims_back_the_map() -> None:
    workspace, journey = map_with(
        ("zoek", claim("guess")),
        ("zoek", claim("room", "study:room")),
        ("zoek", claim("one", "study:talks")),
        ("koop", claim("two", "study:talks", "study:form")),
        ("koop", claim("old", "study:old")),
        ("koop", claim("face", "study:talks", fictional=True)),
        trigger=claim("start", "study:talks"),
    )
    assert coverage(workspace, journey, on=ON) == Coverage(
        claims=6,
        backed=3,
        share=0.5,
        by_phase=(
            PhaseCoverage("bewustwording", 0, 0),
            PhaseCoverage("orientatie", 3, 1),
            PhaseCoverage("aankoop", 2, 1),
            PhaseCoverage("gebruik", 0, 0),
            PhaseCoverage("loyaliteit", 0, 0),
        ),
        by_status=(
            (ClaimStatus.ASSUMPTION, 2),
            (ClaimStatus.INDICATION, 2),
            (ClaimStatus.SUPPORTED, 1),
            (ClaimStatus.CONTRADICTED, 0),
            (ClaimStatus.OUTDATED, 1),
        ),
    )


def test_a_map_without_claims_has_no_share() -> None:
    workspace, journey = map_with()
    found = coverage(workspace, journey, on=ON)
    assert (found.claims, found.share) == (0, None)
    assert found.of_phase("aankoop").share is None


def test_plain_data_names_statuses_and_phases() -> None:
    workspace, journey = map_with(("zoek", claim("one", "study:talks")))
    plain = coverage(workspace, journey, on=ON).to_dict()
    assert plain["by_status"] == {
        "assumption": 0,
        "indication": 1,
        "supported": 0,
        "contradicted": 0,
        "outdated": 0,
    }
    assert plain["by_phase"][1] == {"phase": "orientatie", "claims": 1, "backed": 1, "share": 1.0}
