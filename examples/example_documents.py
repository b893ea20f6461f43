"""The example's documents: read from their YAML, filled with what was computed, written the one way they are written.

Evidence that names a finding in its locator (``bevinding basket_value …``) gets that finding's sentence and number.
The few numbers that stand outside evidence are named in ``NUMBERS``. Everything else is as a person wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from loyalty_findings import Finding, Segment

from klantreis.store.folder import FolderStore
from klantreis.values import Document, to_body
from klantreis.workspace import DOCUMENTS

LOCATOR = re.compile(r"bevinding (\w+)\b")
#: Numbers outside evidence: document, the way to the field, the finding.
NUMBERS: tuple[tuple[str, tuple[str | int, ...], str], ...] = (
    ("metric:actie-met-bon", ("readings", 0, "estimate"), "redeemed"),
    ("metric:dagen-tot-bon", ("readings", 0, "estimate"), "days_to_coupon"),
    ("metric:besteding-per-week", ("readings", 0, "estimate"), "spend_per_week"),
    ("opportunity:bonnen-in-beeld", ("aim", "baseline"), "redeemed"),
    ("opportunity:volgende-bezoek", ("aim", "baseline"), "days_to_coupon"),
)
PERSONA, DATASET = "persona:sanne", "dataset:klantenkaart"


def documents_in(folder: Path) -> tuple[Document, ...]:
    """Every document of a workspace folder, by id."""
    return tuple(document for _, document in sorted(FolderStore(folder).load().documents.items()))


def filled(
    documents: Iterable[Document],
    found: Mapping[str, Finding],
    *,
    segment: Segment,
    customers: int,
    events: int,
) -> tuple[Document, ...]:
    """The loyalty card's documents with every computed number in its place.

    Parameters
    ----------
    documents
        As they were written.
    found
        The findings by name. A name in a locator that is not among them is a KeyError: nothing keeps an old number.
    segment
        How many households the persona stands for.
    customers, events
        Size of the imported log.
    """
    bodies = {document.id: to_body(document) for document in documents}
    for body in bodies.values():
        _fill_evidence(body, found)
    for document_id, way, name in NUMBERS:
        at: Any = bodies[document_id]
        for part in way[:-1]:
            at = at[part]
        at[way[-1]] = _estimate(found[name])
    bodies[PERSONA]["segment"].update(n=segment.n, of=segment.of)
    bodies[DATASET].update(n_customers=customers, n_events=events)
    return tuple(DOCUMENTS[document.kind].model_validate(bodies[document.id]) for document in documents)


def write_workspace(documents: Iterable[Document], folder: Path) -> None:
    """Write the documents as a new workspace folder."""
    folder.mkdir(parents=True)
    FolderStore(folder).fill(documents)


def _fill_evidence(part: Any, found: Mapping[str, Finding]) -> None:
    if isinstance(part, dict):
        named = LOCATOR.match(str(part.get("locator", "")))
        if named:
            finding = found[named.group(1)]
            part.update(finding=finding.sentence, estimate=_estimate(finding))
        for inner in part.values():
            _fill_evidence(inner, found)
    elif isinstance(part, list):
        for inner in part:
            _fill_evidence(inner, found)


def _estimate(finding: Finding) -> dict[str, Any]:
    return finding.estimate.model_dump(mode="json", exclude_defaults=True)
