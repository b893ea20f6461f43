"""The rule of claim status as a table: what evidence makes of a claim."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantreis.research.claim import Claim, ClaimStatus, Evidence, EvidenceRule, SourceFacts, claim_status

TODAY = date(2026, 11, 1)
RULE = EvidenceRule()
FRESH, STALE = TODAY - timedelta(days=90), TODAY - timedelta(days=5 * 365)
#: What is known of each source, by its id.
SOURCES = {
    "study:talks": SourceFacts(kinds=("interview",), collected_on=FRESH, n=8),
    "study:more-talks": SourceFacts(kinds=("interview",), collected_on=FRESH, n=12),
    "study:poll": SourceFacts(kinds=("survey",), collected_on=FRESH, n=400),
    "study:small-poll": SourceFacts(kinds=("survey",), collected_on=FRESH, n=5),
    "dataset:till": SourceFacts(kinds=("events",), collected_on=FRESH, n=2469),
    "study:old-talks": SourceFacts(kinds=("interview",), collected_on=STALE, n=8),
    "study:old-poll": SourceFacts(kinds=("survey",), collected_on=STALE, n=400),
    "study:undated": SourceFacts(kinds=("interview",), n=8),
    "study:workshop": SourceFacts(kinds=("workshop",), collected_on=FRESH, n=12),
    "insight:both": SourceFacts(kinds=("events", "interview"), collected_on=FRESH, n=2469),
    "insight:nothing": SourceFacts(kinds=()),
}


def claim(*sources: str) -> Claim:
    """A claim with evidence; a source with a minus before it contradicts."""
    pieces = [
        Evidence(
            id=f"e{number}",
            source=source.removeprefix("-"),
            stance="contradicts" if source.startswith("-") else "supports",
        )
        for number, source in enumerate(sources)
    ]
    return Claim(id="c1", text="Kijkt eerst naar aanbiedingen", evidence=tuple(pieces))


TABLE = [
    ("", "assumption"),
    ("study:workshop", "assumption"),
    ("study:gone", "assumption"),
    ("insight:nothing", "assumption"),
    ("study:talks", "indication"),
    ("study:undated", "indication"),
    ("study:talks study:more-talks", "indication"),
    ("study:talks study:workshop", "indication"),
    ("study:talks study:poll", "supported"),
    ("study:talks dataset:till", "supported"),
    ("insight:both", "supported"),
    ("study:old-talks", "outdated"),
    ("study:old-talks study:old-poll", "outdated"),
    ("study:old-talks study:poll", "indication"),
    ("study:old-talks study:talks", "indication"),
    ("study:old-poll study:talks dataset:till", "supported"),
    ("-study:poll", "contradicted"),
    ("study:talks dataset:till -study:poll", "contradicted"),
    ("-study:small-poll", "assumption"),
    ("study:talks -study:small-poll", "indication"),
    ("study:talks dataset:till -study:small-poll", "supported"),
    ("study:talks -study:workshop", "indication"),
    ("study:old-talks -study:old-poll", "outdated"),
]


@pytest.mark.parametrize(("sources", "status"), TABLE)
def test_the_table_of_claim_status(sources: str, status: str) -> None:
    assert claim_status(claim(*sources.split()), SOURCES.get, rule=RULE, on=TODAY).status == ClaimStatus(status)


def test_the_table_has_every_status() -> None:
    assert {ClaimStatus(status) for _, status in TABLE} == set(ClaimStatus)


@pytest.mark.parametrize(
    ("days", "status"),
    [(0, "indication"), (4 * 365, "indication"), (1461, "indication"), (1462, "outdated"), (-30, "indication")],
)
def test_evidence_is_outdated_after_twice_its_half_life(days: int, status: str) -> None:
    on = FRESH + timedelta(days=days)
    assert claim_status(claim("study:talks"), SOURCES.get, rule=RULE, on=on).status == ClaimStatus(status)


@pytest.mark.parametrize(("threshold", "status"), [(0.04, "contradicted"), (0.05, "indication"), (1.0, "indication")])
def test_the_threshold_of_contradiction_is_the_workspaces_own(threshold: float, status: str) -> None:
    rule = EvidenceRule(contradiction_threshold=threshold)
    report = claim_status(claim("study:talks", "-study:small-poll"), SOURCES.get, rule=rule, on=TODAY)
    assert report.status == ClaimStatus(status)
    assert 0.04 < report.contradiction < 0.05


def test_one_kind_of_source_weighs_no_more_than_the_cap() -> None:
    many = claim("study:talks", "study:more-talks")
    assert claim_status(many, SOURCES.get, rule=RULE, on=TODAY).support == RULE.single_kind_cap
    both = claim_status(claim("study:talks", "dataset:till"), SOURCES.get, rule=RULE, on=TODAY)
    assert both.support > 0.9
    assert (both.kinds, both.n, both.newest, both.pieces) == (("events", "interview"), 2469, FRESH, 2)


@given(st.lists(st.sampled_from(sorted(SOURCES) + [f"-{source}" for source in sorted(SOURCES)]), max_size=6))
def test_the_order_of_the_evidence_does_not_matter(sources: list[str]) -> None:
    forth, back = (
        claim_status(claim(*row), SOURCES.get, rule=RULE, on=TODAY) for row in (sources, list(reversed(sources)))
    )
    assert forth == back
    assert 0 <= forth.support <= 1
    assert 0 <= forth.contradiction <= 1


@given(st.lists(st.sampled_from(sorted(SOURCES)), max_size=5), st.sampled_from(sorted(SOURCES)))
def test_more_support_never_makes_a_claim_weaker(sources: list[str], another: str) -> None:
    order = [ClaimStatus.ASSUMPTION, ClaimStatus.OUTDATED, ClaimStatus.INDICATION, ClaimStatus.SUPPORTED]
    before = claim_status(claim(*sources), SOURCES.get, rule=RULE, on=TODAY)
    after = claim_status(claim(*sources, another), SOURCES.get, rule=RULE, on=TODAY)
    assert order.index(after.status) >= order.index(before.status)
    assert after.support >= before.support
