"""What mailings and coupons do to spending: each measurement's result, computed by its own plan from the event log.

The results go into the measurements, and as evidence behind the claims that name a measurement in their locator, in
the same words as ``klantreis effect … --write --evidence-for …`` would put there.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from klantreis.events.local.log import LocalLog
from klantreis.measurement.measurement import Measurement
from klantreis.measurement.measuring import measure
from klantreis.render.effect_words import effect_words
from klantreis.render.words import Words
from klantreis.use_cases.measure_effect import evidence_of
from klantreis.values import Document, to_body
from klantreis.workspace import DOCUMENTS


def with_effects(documents: Iterable[Document], log: LocalLog) -> tuple[Document, ...]:
    """The documents with every effect in its place, computed as of the day on which its plan was fixed."""
    held = {one.id: one for one in documents}
    found = {}
    for one in held.values():
        if isinstance(one, Measurement):
            result = measure(one.plan, log, on=one.plan.fixed_on)
            held[one.id] = done = one.model_copy(update={"results": (result,)})
            piece = evidence_of(done, result, effect_words(done, result, Words("nl")).finding)
            # Without the defaults, so that the stance stays the claim's own.
            found[one.id] = piece.model_dump(mode="json", exclude_defaults=True)
    return tuple(_filled(one, found) for one in held.values())


def _filled(document: Document, found: dict[str, dict[str, Any]]) -> Document:
    body = to_body(document)
    _fill(body, found)
    return DOCUMENTS[document.kind].model_validate(body)


def _fill(part: Any, found: dict[str, dict[str, Any]]) -> None:
    if isinstance(part, dict):
        locator = part.get("locator")
        if isinstance(locator, str) and locator in found and "source" in part:
            part.update(found[locator])
        for inner in part.values():
            _fill(inner, found)
    elif isinstance(part, list):
        for inner in part:
            _fill(inner, found)
