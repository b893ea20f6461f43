"""The segments, the draft and the credit of the example, counted again from the source tables without the event log."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from sklearn.cluster import KMeans

from klantreis.personas.persona import Persona, claims_of
from klantreis.research.claim import Claim, ClaimStatus, Estimate
from klantreis.research.insight import Insight
from klantreis.use_cases.open_workspace import open_store
from klantreis.workspace import Workspace

HOUSEHOLDS = Path(__file__).with_name("households.sql")


@pytest.fixture(scope="module")
def card(built: Path) -> Workspace:
    """The workspace as it was built."""
    return open_store(built / "loyalty-card").load()


@pytest.fixture(scope="module")
def draft(card: Workspace) -> Persona:
    """The persona that was drafted from a segment."""
    return card.get("persona:bonnenknipper", Persona)


def rows(source: duckdb.DuckDBPyConnection, sql: str, *values: object) -> list[tuple[Any, ...]]:
    """The rows of a query over the source tables, and over ``did``: a row for each household."""
    source.execute(HOUSEHOLDS.read_text(encoding="utf-8"))
    return source.execute(sql, list(values)).fetchall()


def behind(draft: Persona, locator: str) -> Estimate:
    """The number behind the claim on a field."""
    found = [claim.evidence[0].estimate for _, claim in claims_of(draft) if claim.evidence[0].locator == locator]
    assert len(found) == 1
    assert found[0] is not None
    return found[0]


def test_the_draft_holds_whom_its_written_rule_gives(draft: Persona, source: duckdb.DuckDBPyConnection) -> None:
    segment = draft.segment
    assert segment is not None
    (condition,) = segment.conditions
    assert (condition.field, condition.high) == ("count:bon ingeleverd", None)
    assert segment.rule.startswith(f"Minstens {condition.low:.0f} keer ‘bon ingeleverd’; geteld per huishouden")
    ((n, of),) = rows(source, "SELECT count(*) FILTER (coupons >= ?), count(*) FROM did", condition.low)
    assert (segment.n, segment.of) == (n, of)
    assert segment.prevalence is not None
    assert segment.prevalence.value == pytest.approx(n / of, abs=1e-4)


def test_what_the_draft_claims_is_what_the_receipts_say(draft: Persona, source: duckdb.DuckDBPyConnection) -> None:
    ((value, small, n),) = rows(source, "SELECT avg(value), avg(small), count(*) FROM did WHERE coupons >= 3")
    assert behind(draft, "mean:bedrag").value == pytest.approx(float(value), abs=1e-3)
    assert behind(draft, "mean:bedrag").n == n
    assert behind(draft, "share:bedragklasse=tot 10 dollar").value == pytest.approx(float(small), abs=1e-4)
    ((families, known),) = rows(
        source,
        """SELECT count(*) FILTER (d.kids_count IN ('2', '3+')), count(d.kids_count)
        FROM did JOIN demographics d USING (household_id) WHERE coupons >= 3""",
    )
    assert behind(draft, "gezin").n == known
    assert behind(draft, "gezin").value == pytest.approx(families / known, abs=1e-4)


def test_groups_are_those_of_another_k_means_on_the_receipts(
    card: Workspace, source: duckdb.DuckDBPyConnection
) -> None:
    """The same fields counted in SQL, grouped by scikit-learn: the shares lie within one percentage point."""
    found = card.get("insight:segmenten-klantenkaart", Insight)
    shares = [piece.estimate.value for piece in found.claim.evidence if piece.estimate is not None]
    counted = rows(source, "SELECT coupons, fillings, trips, days FROM did")
    points = np.log1p(np.array(counted, dtype=np.float64))
    points = (points - points.mean(axis=0)) / points.std(axis=0)
    labels = KMeans(n_clusters=len(shares), n_init=10, random_state=0).fit_predict(points)
    others = sorted((np.bincount(labels) / len(labels)).tolist(), reverse=True)
    assert others == pytest.approx(shares, abs=0.01)


def test_every_redemption_is_credited_or_named_as_direct(
    card: Workspace, source: duckdb.DuckDBPyConnection, built: Path
) -> None:
    from loyalty_segments import LOOKBACK, MET, OUTCOME

    from klantreis.events.local.folder import open_log
    from klantreis.use_cases.attribute_outcome import attribute_outcome

    credit = attribute_outcome(
        open_log(built / "loyalty-card" / "events" / "log"),
        OUTCOME,
        by="touchpoint",
        lookback=LOOKBACK,
        touches=MET,
        orders=(),
        draws=0,
    ).table
    ((redeemed,),) = rows(source, "SELECT count(*) FROM coupon_redemptions")
    assert credit.outcomes + credit.direct == redeemed
    insight = card.get("insight:toeschrijving-klantenkaart-bon-ingeleverd-touchpoint", Insight)
    first = insight.claim.evidence[0].estimate
    assert first is not None
    assert first.n == credit.outcomes
    assert first.value == pytest.approx(credit.share("linear", credit.channels[0]).estimate, abs=1e-4)
    assert "geen oorzaak" in insight.claim.text


def test_a_draft_is_known_by_its_claims_and_is_silent_on_what_nobody_asked(card: Workspace, draft: Persona) -> None:
    on = date(2026, 11, 21)

    def status(claim: Claim) -> ClaimStatus:
        return card.status(claim, on=on).status

    assert {status(claim) for _, claim in claims_of(draft)} == {ClaimStatus.INDICATION}
    assert not draft.primary
    assert draft.face is None
    assert draft.problem.needs == draft.problem.feelings == ()
