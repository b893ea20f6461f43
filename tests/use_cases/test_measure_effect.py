"""From a plan to a result that is kept, undone, and stands behind a claim; in a folder and in a database."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from klantreis.errors import InvalidInputError, NotFoundError
from klantreis.events.remote.manifest import MANIFEST
from klantreis.journeys.journey import Journey
from klantreis.measurement.measurement import Measurement
from klantreis.measurement.measuring import measure
from klantreis.measurement.planning import in_all
from klantreis.research.claim import Claim, ClaimStatus
from klantreis.store.protocol import Store
from klantreis.use_cases.copy_workspace import copy_workspace
from klantreis.use_cases.edit import redo, undo
from klantreis.use_cases.measure_effect import (
    customers_needed,
    evidence_of,
    find_measurement,
    keep_evidence,
    keep_needed,
    keep_result,
    log_of_plan,
    measure_effect,
)
from klantreis.use_cases.open_workspace import open_store
from klantreis.workspace import claims_in
from tests.use_cases.measuring_store import CUSTOMERS, filled

ON = date(2026, 6, 1)


@pytest.fixture(params=["folder", "database"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """The workspace in a folder and in a database."""
    store = filled(str(tmp_path / "folder"), tmp_path / "events.csv")
    if request.param == "folder":
        return store
    copy_workspace(tmp_path / "folder", tmp_path / "shop.sqlite3")
    return open_store(tmp_path / "shop.sqlite3")


def held(store: Store) -> Measurement:
    """The measurement as it is kept now, by whoever opens the place anew."""
    found = store.load().documents["measurement:mail"]
    assert isinstance(found, Measurement)
    return found


def test_a_result_is_what_the_plan_gives_on_the_log(store: Store) -> None:
    result = measure_effect(store, "mail", on=ON)
    opened = log_of_plan(store, held(store).plan)
    assert result == measure(held(store).plan, opened.log, on=ON, data=opened.digest)
    assert result.judgement == "worked"
    assert result.estimate is not None
    assert result.estimate.low is not None
    assert 2 < result.estimate.low < 3 < (result.estimate.high or 0) < 4
    assert held(store).results == ()


def test_a_kept_result_can_be_undone_and_brought_back(store: Store) -> None:
    result = measure_effect(store, "measurement:mail", on=ON)
    kept = keep_result(store, "mail", result, by="els")
    assert kept is not None
    assert held(store).results == (result,)
    assert held(store).by_this_plan(result)
    undo(store, "measurement:mail", by="els")
    assert held(store).results == ()
    redo(store, "measurement:mail", by="els")
    assert held(store).results == (result,)


def test_the_same_result_is_kept_once_and_another_beside_it(store: Store) -> None:
    first = measure_effect(store, "mail", on=ON)
    keep_result(store, "mail", first, by="els")
    assert keep_result(store, "mail", measure_effect(store, "mail", on=date(2026, 7, 1)), by="els") is None
    keep_needed(store, "mail", CUSTOMERS + 1, by="els")
    assert not held(store).by_this_plan(first)
    later = measure_effect(store, "mail", on=date(2026, 7, 1))
    assert later.judgement == "too early"
    keep_result(store, "mail", later, by="els")
    assert held(store).results == (first, later)


@pytest.mark.parametrize("place", ["opportunity:mail", "opportunity:mail#c1", "journey:weekly#c1", "journey:weekly#t1"])
def test_the_effect_stands_behind_a_claim_once_and_can_be_taken_off(store: Store, place: str) -> None:
    result = measure_effect(store, "mail", on=ON)
    piece = evidence_of(held(store), result, "Wie de mailing kreeg, besteedde meer.")
    before = store.load()
    assert keep_evidence(store, place, piece, by="els") is not None
    assert keep_evidence(store, place, piece, by="els") is None
    document, _, name = place.partition("#")
    claims = claims_of(store, document)
    claim = claims[name or "c1"]
    assert claim.evidence == (piece,)
    assert piece.source == "dataset:card"
    assert piece.estimate == result.estimate
    assert store.load().status(claim, on=ON).status == ClaimStatus.INDICATION
    other = piece.model_copy(update={"finding": "Anders verteld."})
    keep_evidence(store, place, other, by="els")
    assert claims_of(store, document)[name or "c1"].evidence == (other,)
    undo(store, document, by="els")
    undo(store, document, by="els")
    assert store.load() == before


def claims_of(store: Store, document: str) -> dict[str, Claim]:
    """The claims of a document by id."""
    return {claim.id: claim for _, claim in claims_in(store.load().documents[document])}


def test_what_is_not_there_is_named(store: Store) -> None:
    piece = evidence_of(held(store), measure_effect(store, "mail", on=ON), "Meer.")
    with pytest.raises(NotFoundError, match="2 claims: say which one"):
        keep_evidence(store, "journey:weekly", piece, by="els")
    with pytest.raises(NotFoundError, match="no claim 'c9' in journey:weekly") as failure:
        keep_evidence(store, "journey:weekly#c9", piece, by="els")
    assert "c1" in str(failure.value.hint)
    with pytest.raises(NotFoundError, match="opportunity:mai"):
        keep_evidence(store, "opportunity:mai", piece, by="els")
    with pytest.raises(NotFoundError, match="measurement:mai"):
        find_measurement(store, "mai")


def test_a_plan_learns_how_many_customers_it_needs(store: Store) -> None:
    found = customers_needed(store, "mail")
    opened = log_of_plan(store, held(store).plan)
    spread = [
        sum(event.attributes["value"] for event in opened.log.trace(one)[:4] if event.touchpoint == "shop") / 4  # type: ignore[misc]
        for one in opened.log.customers
    ]
    mean = sum(spread) / len(spread)
    sd = (sum((one - mean) ** 2 for one in spread) / (len(spread) - 1)) ** 0.5
    rough = 2 * (1.96 + 0.8416) ** 2 * sd**2  # the normal formula, for an effect of 1
    assert found.estimate == pytest.approx(rough, rel=0.03)
    n = in_all(found, held(store).plan)
    assert keep_needed(store, "mail", n, by="els") is not None
    assert keep_needed(store, "mail", n, by="els") is None
    assert held(store).plan.n_needed == n


def test_a_log_that_is_not_there_or_elsewhere_is_told(tmp_path: Path) -> None:
    store = filled(str(tmp_path / "folder"), tmp_path / "events.csv")
    store.file("events/card").rename(tmp_path / "away")
    with pytest.raises(NotFoundError, match="none at"):
        measure_effect(store, "mail", on=ON)
    gone = open_store(tmp_path / "folder")
    gone.file("events/card").mkdir(parents=True)
    (gone.file("events/card") / MANIFEST).write_text("{}", encoding="utf-8")
    with pytest.raises(InvalidInputError, match="on an engine"):
        measure_effect(gone, "mail", on=ON)


def test_history_tells_of_journeys_as_of_any_other_document(store: Store) -> None:
    piece = evidence_of(held(store), measure_effect(store, "mail", on=ON), "Meer.")
    edited = keep_evidence(store, "journey:weekly#c1", piece, by="els")
    assert edited is not None
    assert isinstance(edited.document, Journey)
    assert edited.entry.change["type"] == "attach-evidence"
    again = keep_evidence(store, "journey:weekly#c1", piece.model_copy(update={"stance": "contradicts"}), by="els")
    assert again is not None
    assert again.entry.change["type"] == "edit-card"
