"""From customers to a persona draft: every claim was counted, by the written rule, and can be taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from klantreis.analysis.behaviour.segment_rule import Condition, members
from klantreis.edits import SetField
from klantreis.errors import ChangeError, InvalidInputError, NotFoundError, UnsupportedQuestionError
from klantreis.events.filter import Filter
from klantreis.events.remote.manifest import RemoteManifest, write_remote
from klantreis.events.remote.table import RemoteTable
from klantreis.events.share import wilson
from klantreis.personas.persona import Persona, claims_of
from klantreis.research.claim import ClaimStatus
from klantreis.research.insight import Insight
from klantreis.store.protocol import Store
from klantreis.use_cases.attribute_outcome import log_for
from klantreis.use_cases.draft_persona import draft_persona
from klantreis.use_cases.edit import edit, undo
from klantreis.use_cases.find_segments import Segments, find_segments, segments_insight, write_segments
from klantreis.use_cases.open_workspace import open_store
from klantreis.use_cases.read_customers import read_customers
from tests.use_cases.small_shop import small_shop, with_survey

ON = date(2026, 6, 1)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The workspace; read only."""
    return small_shop(tmp_path_factory.mktemp("shop"))


@pytest.fixture
def own(tmp_path: Path) -> Store:
    """A workspace to write in."""
    return small_shop(tmp_path)


def found_in(store: Store) -> Segments:
    """Two groups by how often they shop."""
    return find_segments(read_customers(store, by=("count:shop",)), k=2, draws=20)


def test_the_only_dataset_is_taken_and_the_planted_groups_are_found(shop: Store) -> None:
    segments = found_in(shop)
    assert segments.customers.source == "dataset:shop"
    assert [one.size.count for one in segments.found.segments] == [80, 40]
    often = segments.segment(2)
    assert [one.field for one in often.rule.conditions] == ["count:shop"]
    assert {row.field for row in often.differences} >= {"mean:amount", "hours:18-24", "home"}
    with pytest.raises(InvalidInputError, match="no segment 9"):
        segments.segment(9)


def test_a_draft_says_only_what_was_counted(own: Store) -> None:
    segments = found_in(own)
    done = draft_persona(own, segments, 2, name="Noor", by="ann")
    held = open_store(own.location).load()
    persona = held.get("persona:noor", Persona)
    assert persona == done.persona
    assert persona.face is None
    assert persona.problem.needs == ()
    assert persona.problem.feelings == ()
    groups = dict.fromkeys(group for group, _ in claims_of(persona))
    assert {"lifeworld.behaviour", "lifeworld.demographics"} <= set(groups)
    for _, claim in claims_of(persona):
        (piece,) = claim.evidence
        assert claim.origin == "research"
        assert piece.source == "dataset:shop"
        assert piece.finding
        estimate = piece.estimate
        assert estimate is not None
        assert None not in (estimate.low, estimate.high, estimate.n, estimate.method, estimate.period)
        assert estimate.low <= estimate.value <= estimate.high  # type: ignore[operator]
        assert held.status(claim, on=ON).status is ClaimStatus.INDICATION
    assert persona.segment is not None
    assert persona.segment.steadiness == "highly stable"
    assert "‘shop’" in persona.segment.rule
    assert "geteld per klant" in persona.segment.rule
    (entry,) = own.history("persona:noor")
    assert entry.by == "ann"
    undo(own, "persona:noor", by="ann")
    with pytest.raises(NotFoundError):
        own.load().get("persona:noor", Persona)


def test_the_size_is_that_of_the_rule_and_not_of_the_label(own: Store) -> None:
    """A rule that gives other people than the group: the persona counts those of the rule."""
    segments = found_in(own)
    one = segments.segment(2)
    rule = Condition("count:shop", low=20)
    narrower = replace(one, rule=replace(one.rule, conditions=(rule,)))
    changed = replace(segments.found, segments=(segments.found.segments[0], narrower))
    persona = draft_persona(own, Segments(segments.customers, changed), 2, name="Vaak", by="ann").persona
    shops = np.array(segments.customers.table.field("count:shop").values)
    assert persona.segment is not None
    assert persona.segment.n == int((shops >= 20).sum()) != one.size.count
    assert persona.segment.of == 120
    again = tuple(Condition(each.field, each.low, each.high, each.values) for each in persona.segment.conditions)
    assert int(members(segments.customers.table, again).sum()) == persona.segment.n
    amount = segments.customers.table.field("mean:amount").values[shops >= 20]
    (claim,) = [claim for claim in persona.lifeworld.behaviour if claim.evidence[0].locator == "mean:amount"]
    assert claim.evidence[0].estimate is not None
    assert claim.evidence[0].estimate.value == pytest.approx(amount.mean(), abs=1e-4)


def test_two_drafts_of_one_name_stand_beside_each_other(own: Store) -> None:
    segments = found_in(own)
    ids = [draft_persona(own, segments, number, name="Noor", by="ann").persona.id for number in (1, 2)]
    assert ids == ["persona:noor", "persona:noor-2"]


def test_segments_become_an_insight_that_a_later_search_replaces(own: Store) -> None:
    segments = found_in(own)
    write_segments(own, segments, by="ann")
    insight = own.load().get("insight:segmenten-shop", Insight)
    assert [piece.estimate.value for piece in insight.claim.evidence if piece.estimate] == [0.6667, 0.3333]
    with pytest.raises(ChangeError, match="says this already"):
        write_segments(own, segments, by="ann")
    later = find_segments(read_customers(own, by=("count:shop",)), k=3, draws=0)
    write_segments(own, later, by="bo")
    assert len(own.load().get("insight:segmenten-shop", Insight).claim.evidence) == 3
    assert [entry.by for entry in own.history("insight:segmenten-shop")] == ["ann", "bo"]


def test_groups_of_few_are_not_written_down(own: Store) -> None:
    segments = found_in(own)
    few = replace(segments.found.segments[1], size=wilson(3, 120))
    changed = Segments(segments.customers, replace(segments.found, segments=(segments.found.segments[0], few)))
    write_segments(own, changed, by="ann")
    assert [piece.id for piece in own.load().get("insight:segmenten-shop", Insight).claim.evidence] == ["segment-1"]


def test_an_english_workspace_gets_an_english_draft(tmp_path: Path) -> None:
    store = small_shop(tmp_path, lang="en")
    persona = draft_persona(store, found_in(store), 2, name="Noor", by="ann").persona
    texts = [claim.text for _, claim in claims_of(persona)]
    assert any("than others" in text or "than with others" in text for text in texts)
    assert not any("anderen" in text for text in texts)


def test_a_survey_makes_groups_by_what_people_think(own: Store) -> None:
    with_survey(own)
    customers = read_customers(own, "survey:spring")
    assert customers.table.n == 90
    assert [note.code for note in customers.warnings] == ["segments.warning.first_rows"]
    assert {field.name for field in customers.table.of_use("makes")} == {"recommend", "ease"}
    segments = find_segments(customers, draws=10)
    assert segments.found.k == 2
    persona = draft_persona(own, segments, 1, name="Tevreden", by="ann").persona
    assert persona.studies == ("study:spring",)
    assert persona.segment is not None
    assert persona.segment.survey == "survey:spring"
    assert persona.lifeworld.demographics[0].evidence[0].source == "survey:spring"


def test_money_can_make_the_groups(shop: Store) -> None:
    found = find_segments(read_customers(shop), rfm="amount", draws=5).found
    assert found.method == "rfm"
    assert found.made_by == ("days_since_last", "sum:amount", "times:amount")
    with pytest.raises(InvalidInputError, match="cannot be chosen"):
        find_segments(read_customers(shop), rfm="amount", k=3)


def test_a_table_is_grouped_and_not_written(own: Store, tmp_path: Path) -> None:
    path = tmp_path / "customers.csv"
    rows = "\n".join(f"c{n};{20 if n % 2 else 2};{'app' if n % 2 else 'shop'}" for n in range(60))
    path.write_text(f"id;orders;channel\n{rows}\n", encoding="utf-8")
    customers = read_customers(None, str(path), by=("orders",))
    assert [field.name for field in customers.table.fields] == ["orders", "channel"]
    segments = find_segments(customers, draws=0)
    with pytest.raises(InvalidInputError, match="not part of the workspace"):
        write_segments(own, segments, by="ann")


def test_a_filter_chooses_events_and_a_survey_has_none(own: Store) -> None:
    shops = read_customers(own, filter=Filter(where='touchpoint = "shop"'))
    assert {field.name for field in shops.table.of_use("makes")} == {"count:shop", "days_since_last"}
    with_survey(own)
    with pytest.raises(InvalidInputError, match="holds no events"):
        read_customers(own, "survey:spring", filter=Filter(where='touchpoint = "shop"'))


@pytest.mark.parametrize("of", ["dataset:none", "survey:none", "nothing", "missing.csv"])
def test_what_is_not_there_is_named(shop: Store, of: str) -> None:
    with pytest.raises(NotFoundError):
        read_customers(shop, of)


def test_events_that_an_engine_keeps_are_refused(own: Store) -> None:
    manifest = RemoteManifest(
        "postgresql://db.example/shop", RemoteTable("events", "klantreis_shop"), "UTC", 3, 3, 2, (0, 1), {}, {}
    )
    write_remote(own.file("events/far"), manifest)
    edit(own, "dataset:shop", SetField(path=("log",), value="events/far"), by="ann")
    with pytest.raises(UnsupportedQuestionError, match=r"postgresql://db\.example/shop cannot answer"):
        read_customers(own)
    with pytest.raises(UnsupportedQuestionError):
        log_for(own.location, None)
    with pytest.raises(UnsupportedQuestionError, match="it needs every path"):
        log_for(str(own.file("events/far")), None)


def test_a_dataset_without_a_log_says_how_to_get_one(own: Store) -> None:
    edit(own, "dataset:shop", SetField(path=("log",)), by="ann")
    with pytest.raises(InvalidInputError, match="names no event log"):
        read_customers(own, "dataset:shop")
    with pytest.raises(NotFoundError, match="no dataset with an event log"):
        read_customers(own)


def test_the_weights_of_a_survey_are_used_and_told(own: Store) -> None:
    with_survey(own, weights=(1, 3))
    customers = read_customers(own, "survey:spring")
    weights = customers.table.weights
    assert weights is not None
    assert (customers.table.n, weights.sum()) == (89, 45 + 44 * 3)
    assert "segments.warning.weightless" in [note.code for note in customers.warnings]
    segments = find_segments(customers, k=2, draws=10)
    effective = 177**2 / (45 + 44 * 9)
    assert segments.found.effective_n == pytest.approx(effective)
    assert [one.size.value for one in segments.found.segments] == pytest.approx([132 / 177, 45 / 177])
    insight = segments_insight(segments, lang="nl")
    first = insight.claim.evidence[0]
    assert first.estimate is not None
    assert first.estimate.value == pytest.approx(132 / 177, abs=1e-4)
    assert first.estimate.method == "gewogen aandeel, Wilson-interval bij een effectieve n van 71,0"
    assert "Gewogen: 89 antwoorden zijn evenveel waard als 71,0" in (first.finding or "")
    share = wilson(round(effective * 132 / 177), round(effective))
    assert (first.estimate.low, first.estimate.high) == pytest.approx((share.low, share.high), abs=0.01)
    persona = draft_persona(own, segments, 2, name="Noor", by="ann").persona
    assert persona.segment is not None
    assert persona.segment.prevalence is not None
    assert persona.segment.prevalence.value == pytest.approx(45 / 177, abs=1e-3)
    (app,) = [claim for claim in persona.lifeworld.demographics if claim.evidence[0].locator == "channel"]
    assert app.evidence[0].estimate is not None
    assert (app.evidence[0].estimate.method or "").startswith("gewogen aandeel")
    assert "evenveel waard als 45,0" in (app.evidence[0].finding or ""), "those in the segment count alike"
