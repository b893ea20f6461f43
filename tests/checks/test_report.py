"""What a check gives as a whole: order, waivers, profiles, score and grade."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantreis.checks.finding import Finding, Severity, in_order
from klantreis.checks.report import Profile, Report
from klantreis.checks.rule import rule_of
from klantreis.errors import InvalidInputError
from klantreis.jobs.job import Job
from klantreis.journeys.journey import Card, Emotion, Journey, Lane, Step
from klantreis.personas.persona import Persona
from klantreis.research.claim import Claim, Evidence
from klantreis.research.study import Study
from klantreis.use_cases.check_workspace import check_workspace
from klantreis.values import Document
from klantreis.workspace import Waiver, Workspace, WorkspaceSettings, replaced_settings, workspace_of
from tests.checks.fixture_files import ON, fixture


def bare(*more: Document, **fields: Any) -> Workspace:
    """A persona with both halves and an empty map that lacks its job, its owner, its review and its state."""
    persona = Persona.model_validate(
        {
            "id": "persona:an",
            "name": "An",
            "primary": True,
            "lifeworld": {"situation": [{"id": "c1", "text": "Lives alone"}]},
            "problem": {"needs": [{"id": "c2", "text": "Wants calm"}]},
        }
    )
    journey = Journey.model_validate(
        {
            "id": "journey:map",
            "title": "Map",
            "persona": "persona:an",
            "scope": {"phases": ["aankoop"], "in_focus": "aankoop"},
            "steps": [{"id": "buy", "phase": "aankoop", "title": "Buys"}],
            **fields,
        }
    )
    return workspace_of([WorkspaceSettings(id="workspace:test", title="Test"), persona, journey, *more])


def waiver(slug: str, rule: str, *, place: str | None = None, until: date = date(2026, 12, 31)) -> Waiver:
    target = "persona:an" if rule.startswith("P") else "journey:map"
    return Waiver(id=f"waiver:{slug}", rule=rule, target=target, place=place, reason="Later", by="CX", expires_on=until)


def found_in(report: Report) -> set[tuple[str, str]]:
    return {(one.rule, one.where) for one in report.findings}


def test_findings_stand_errors_first_then_by_document_and_place() -> None:
    findings = check_workspace(bare(), on=ON).findings
    assert [one.rule for one in findings] == ["J06", "J10", "P03", "X05", *(["J09"] * 5), "X01", *(["K01"] * 3)]
    keys = [(one.severity.order, one.document, one.place or "") for one in findings]
    assert all(one <= other for one, other in pairwise(keys))


@given(st.permutations(range(6)))
def test_the_order_does_not_depend_on_the_order_of_finding(order: list[int]) -> None:
    findings = check_workspace(bare(), on=ON).findings[:6]
    assert in_order(findings[index] for index in order) == findings


def test_a_waiver_takes_a_finding_out_of_the_list_and_into_a_list_of_its_own() -> None:
    whole = check_workspace(bare(), on=ON)
    less = check_workspace(bare(waiver("job", "J06"), waiver("state", "J10")), on=ON)
    assert found_in(whole) - found_in(less) == {("J06", "journey:map#job"), ("J10", "journey:map#state")}
    assert [(one.finding.rule, one.waiver.id) for one in less.waived] == [
        ("J06", "waiver:job"),
        ("J10", "waiver:state"),
    ]
    journey = next(one for one in less.families if one.family == "journey")
    before = next(one for one in whole.families if one.family == "journey")
    assert (journey.applicable, journey.passed, journey.waived) == (before.applicable, before.passed, 2)


@given(st.sets(st.integers(0, 12)))
def test_waivers_only_move_findings(chosen: set[int]) -> None:
    whole = check_workspace(bare(), on=ON)
    waivers = [
        Waiver(
            id=f"waiver:w{index}",
            rule=one.rule,
            target=one.document,
            place=one.place,
            reason="Later",
            by="CX",
            expires_on=ON,
        )
        for index, one in enumerate(whole.findings)
        if index in chosen
    ]
    less = check_workspace(bare(*waivers), on=ON)
    assert {one.finding for one in less.waived} == {whole.findings[index] for index in chosen}
    assert set(less.findings) == set(whole.findings) - {one.finding for one in less.waived}
    assert less.score is not None
    assert 0 <= less.score <= 100


def test_a_waiver_for_a_place_leaves_other_places_alone() -> None:
    report = check_workspace(bare(waiver("lane", "J09", place="phases.aankoop.action")), on=ON)
    left = {one.place for one in report.findings if one.rule == "J09"}
    assert len(left) == 4
    assert "phases.aankoop.action" not in left


def test_an_expired_waiver_does_not_count_and_is_reported() -> None:
    report = check_workspace(bare(waiver("job", "J06", until=date(2026, 5, 31))), on=ON)
    assert {("J06", "journey:map#job"), ("W02", "waiver:job#expires_on")} <= found_in(report)
    assert report.waived == ()


def test_a_waiver_that_points_at_nothing_is_an_error_that_cannot_be_waived() -> None:
    astray = Waiver(
        id="waiver:astray", rule="J99", target="journey:map", reason="Later", by="CX", expires_on=date(2026, 12, 31)
    )
    cover = astray.model_copy(update={"id": "waiver:cover", "rule": "W01", "target": "waiver:astray"})
    report = check_workspace(bare(astray, cover), on=ON)
    assert {("W01", "waiver:astray#rule"), ("W01", "waiver:cover#rule")} <= found_in(report)
    assert report.grade == "not-ready"


def test_the_score_weighs_places_by_how_much_they_matter() -> None:
    # Judged: W01 and W02 on one waiver, fine (5 + 2), and P02 on two halves, of which one is empty (5 + 5).
    given_ = fixture("W01", "silent").workspace
    persona = Persona.model_validate(
        {"id": "persona:an", "name": "An", "problem": {"needs": [{"id": "c", "text": "x"}]}}
    )
    claim_free = given_.with_documents(persona)
    report = check_workspace(claim_free, on=ON)
    # P01 fine (5), P02 one of two (5 of 10), P03 an error (0 of 5), W01 fine (5), W02 fine (2).
    assert report.score == round(100 * (5 + 5 + 5 + 2) / (5 + 10 + 5 + 5 + 2), 1)
    lighter = replaced_settings(claim_free, thresholds={"weight.error": 1.0})
    assert check_workspace(lighter, on=ON).score == round(100 * (1 + 1 + 1 + 2) / (1 + 2 + 1 + 1 + 2), 1)


def test_waived_places_stand_on_neither_side_of_the_score() -> None:
    workspace = workspace_of(
        [WorkspaceSettings(id="workspace:test", title="Test"), Persona(id="persona:an", name="An")]
    )
    assert check_workspace(workspace, on=ON).score == 0.0
    waived = workspace.with_documents(waiver("half", "P02"))
    report = check_workspace(waived, on=ON)
    assert (report.score, len(report.waived)) == (100.0, 2)
    assert next(one for one in report.families if one.family == "persona") == Profile("persona", 2, 0, 2)
    assert next(one for one in report.families if one.family == "persona").share is None


def test_an_open_error_keeps_the_grade_down_whatever_the_score() -> None:
    workspace = fixture("X05", "silent").workspace
    quiet = replaced_settings(workspace, thresholds={"weight.error": 0.0, "weight.warning": 0.0, "weight.info": 1.0})
    report = check_workspace(quiet, on=ON)
    assert report.has_error
    assert report.grade == "not-ready"


@pytest.mark.parametrize(
    ("strong", "fair", "grade"), [(40.0, 20.0, "strong"), (90.0, 20.0, "fair"), (90.0, 80.0, "weak")]
)
def test_without_errors_the_score_makes_the_grade(strong: float, fair: float, grade: str) -> None:
    waivers = [waiver(rule.lower(), rule) for rule in ("J06", "J10", "P03")]
    workspace = replaced_settings(bare(*waivers), thresholds={"grade.strong": strong, "grade.fair": fair})
    report = check_workspace(workspace, on=ON)
    assert report.score is not None
    assert 40 < report.score < 80
    assert report.grade == grade


def test_an_empty_workspace_has_nothing_to_check() -> None:
    report = check_workspace(workspace_of([WorkspaceSettings(id="workspace:test", title="Test")]), on=ON)
    assert (report.findings, report.score, report.grade) == ((), None, "empty")


def test_a_threshold_of_the_workspace_moves_the_line() -> None:
    given_ = fixture("J02", "fires")
    moved = replaced_settings(given_.workspace, thresholds={"J02.internal_share": 0.75})
    assert "J02" in {one.rule for one in check_workspace(given_.workspace, on=ON).findings}
    assert "J02" not in {one.rule for one in check_workspace(moved, on=ON).findings}


@pytest.mark.parametrize(("name", "value"), [("J02.internal", 0.5), ("J02.internal_share", 60.0)])
def test_a_threshold_that_cannot_be_is_an_error_that_says_what_can(name: str, value: float) -> None:
    with pytest.raises(InvalidInputError) as caught:
        check_workspace(replaced_settings(bare(), thresholds={name: value}), on=ON)
    assert name in caught.value.message
    assert caught.value.hint is not None
    assert ("J02.internal_share" if value < 1 else "between 0 and 1") in caught.value.hint


def test_a_map_has_a_profile_of_its_own_with_what_belongs_to_it() -> None:
    report = check_workspace(fixture("M01", "fires").workspace, on=ON)
    (journey,) = report.journeys
    measured = next(one for one in journey.families if one.family == "measurement")
    assert (measured.applicable, measured.passed) == (5, 0)  # M01 on two and a card, M03 on two
    assert "persona" not in {one.family for one in journey.families}
    assert "persona" in {one.family for one in report.families}


def test_a_report_is_plain_data_in_either_language() -> None:
    report = check_workspace(bare(waiver("job", "J06")), on=ON)
    dutch = json.loads(json.dumps(report.to_dict(lang="nl")))
    both = json.loads(json.dumps(report.to_dict()))
    assert dutch["findings"][0]["sentence"] == both["findings"][0]["sentence"]["nl"]
    assert dutch["waived"][0]["finding"]["sentence"] == "Welke job wil An gedaan krijgen? Koppel een einddoel."
    assert dutch["counts"] == {"error": 2, "warning": 10, "info": 0}
    assert dutch["journeys"][0]["coverage"]["share"] is None


def test_a_finding_says_where_it_is() -> None:
    one = Finding("X05", Severity.WARNING, "journey:map", None, {}, rule_of("X05").wordings["default"])
    assert one.where == "journey:map"
    assert replace(one, place="owner").where == "journey:map#owner"


def test_a_quoted_text_leaves_its_full_stop_to_the_sentence() -> None:
    one = Finding("J06", Severity.ERROR, "journey:map", None, {"claim": "Belt liever."}, {"nl": "‘{claim}’.", "en": ""})
    assert one.sentence("nl") == "‘Belt liever’."


def test_labels_are_in_the_words_of_the_market() -> None:
    given_ = fixture("J03", "fires").workspace
    public = replaced_settings(given_, market="public")
    report = check_workspace(public, on=ON)
    sentences = {one.sentence("nl") for one in report.findings if one.where == "journey:part#phases.aankoop"}
    assert sentences == {"Fase ‘Aanvraag’ is leeg: voeg een stap toe, of laat de fase buiten het bereik."}


def large_map() -> Workspace:
    """60 steps by 12 lanes, a card in each cell, half of them with evidence."""
    phases = ("bewustwording", "orientatie", "aankoop", "gebruik", "loyaliteit")
    evidence = (Evidence(id="e1", source="study:talks"), Evidence(id="e2", source="study:form"))
    kinds = ("action", "question", "touchpoint", "opportunity", "content_need", "pain")
    steps = tuple(
        Step(id=f"s{index}", phase=phases[index // 12], title=f"Step {index}", emotion=Emotion(value=0))
        for index in range(60)
    )
    lanes = tuple(Lane(id=f"l{index}", kind=kinds[index % 6]) for index in range(12))
    cards = tuple(
        Card(
            lane=lane.id,
            step=step.id,
            claim=Claim(id=f"c-{step.id}-{lane.id}", text="Says something", evidence=evidence[: index % 3]),
        )
        for step in steps
        for index, lane in enumerate(lanes)
    )
    return workspace_of(
        [
            WorkspaceSettings(id="workspace:test", title="Test"),
            Persona(id="persona:an", name="An"),
            Study(id="study:talks", title="Talks", method="interview", n=8),
            Study(id="study:form", title="Form", method="survey", n=200),
            Journey(id="journey:map", title="Map", persona="persona:an", steps=steps, lanes=lanes, cards=cards),
        ]
    )


@pytest.mark.alone
def test_a_large_map_is_checked_within_a_fifth_of_a_second() -> None:
    workspace = large_map()
    took = []
    for _ in range(5):
        began = time.perf_counter()
        report = check_workspace(workspace, on=ON)
        took.append(time.perf_counter() - began)
    assert report.journeys[0].coverage.claims == 720
    assert min(took) <= 0.2


@pytest.mark.parametrize("said", [" ", "?"])
def test_a_job_of_which_nothing_is_written_yet_is_checked_too(said: str) -> None:
    job = Job.model_validate({"id": "job:later", "statement": {"id": "c", "text": said}, "type": "functional"})
    assert ("K02", "job:later#statement.c") not in found_in(check_workspace(bare(job), on=ON))
