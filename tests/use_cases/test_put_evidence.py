"""Evidence behind any claim, wherever it stands in a document, is put there and taken off again without a trace."""

from __future__ import annotations

from pathlib import Path

import pytest

from klantreis.research.claim import Evidence
from klantreis.use_cases.edit import undo
from klantreis.use_cases.open_workspace import open_store
from klantreis.use_cases.put_evidence import claim_at, put_evidence
from klantreis.workspace import claims_in
from tests.web.sample import write_sample


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace in which every kind of document makes a claim."""
    return write_sample(tmp_path_factory.mktemp("sample") / "shop")


def test_every_claim_of_every_document_takes_evidence_and_gives_it_back(sample: Path) -> None:
    store = open_store(sample)
    before = store.load()
    piece = Evidence(id="measured", source="dataset:kassa", finding="Gemeten.")
    kinds = set()
    for document in before.documents.values():
        for _, claim in claims_in(document):
            place = f"{document.id}#{claim.id}"
            assert put_evidence(store, place, piece, by="els") is not None
            assert claim_at(store.load(), place)[1].evidence == (*claim.evidence, piece)
            assert put_evidence(store, place, piece, by="els") is None
            other = piece.model_copy(update={"stance": "contradicts"})
            assert put_evidence(store, place, other, by="els") is not None
            assert claim_at(store.load(), place)[1].evidence == (*claim.evidence, other)
            undo(store, document.id, by="els")
            undo(store, document.id, by="els")
            assert store.load() == before, place
            kinds.add(document.kind)
    assert {"persona", "job", "journey", "insight", "opportunity", "content-need", "moment-of-truth"} <= kinds
