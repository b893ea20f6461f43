"""The groups that households fall into by what they do, a persona draft from one, and the credit for a coupon.

Computed from the event log at the build, as ``klantreis segments`` and ``klantreis attribution`` do; nothing of it is
written by hand but the draft's name and its line. The commands with these very choices stand in docs/example.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from klantreis.analysis.behaviour.log_fields import customer_fields
from klantreis.events.dataset import Dataset
from klantreis.events.filter import Filter
from klantreis.events.local.log import LocalLog
from klantreis.research.insight import Insight
from klantreis.use_cases.attribute_outcome import attribute_outcome, attribution_insight
from klantreis.use_cases.draft_persona import drafted
from klantreis.use_cases.find_segments import Segments, find_segments, segments_insight
from klantreis.use_cases.read_customers import Customers, period_of
from klantreis.values import Document
from klantreis.workspace import workspace_of

DATASET, OWNER = "dataset:klantenkaart", "analist klantenkaart"
#: What households do themselves; a mailing is sent to them, and a first purchase is part of a trip.
DONE = 'touchpoint in ("winkelbezoek", "tankbeurt", "bon ingeleverd")'
#: Who redeems coupons has them on the receipt: that tells nothing new.
LEFT_OUT = ("share:coupon_op_bon=ja",)
OUTCOME = 'touchpoint = "bon ingeleverd"'
MET = 'touchpoint in ("mailing ontvangen", "winkelbezoek", "tankbeurt")'
LOOKBACK = "30d"
DRAFT, NAME = "persona:bonnenknipper", "Bonnenknipper"
TAGLINE = "Concept uit kassabonnen: nog niemand is gevraagd wat hij wil of voelt"


def segments_of(log: LocalLog, title: str) -> Segments:
    """The groups of households."""
    chosen = Filter(where=DONE)
    table = customer_fields(log, filter=chosen, unit="huishouden").without(LEFT_OUT)
    return find_segments(Customers(title, table, DATASET, period_of(log, chosen)))


def coupon_users(segments: Segments) -> int:
    """The number of the segment whose rule asks for coupons only: at least so many."""
    (found,) = (
        one.number
        for one in segments.found.segments
        for condition in one.rule.conditions
        if condition.field == "count:bon ingeleverd" and condition.low is not None
    )
    return found


def with_segments(documents: Sequence[Document], log: LocalLog) -> tuple[Document, ...]:
    """The loyalty card's documents with the insights and the draft that the log gives."""
    written = [document for document in documents if document.id not in (DRAFT, *_made(documents))]
    workspace = workspace_of(written)
    title = next(document.title for document in written if isinstance(document, Dataset) and document.id == DATASET)
    segments = segments_of(log, title)
    persona = drafted(workspace, segments, coupon_users(segments), persona_id=DRAFT, name=NAME)
    credit = attribute_outcome(
        log, OUTCOME, by="touchpoint", lookback=LOOKBACK, touches=MET, filter=Filter(), source=DATASET
    )
    insights = (segments_insight(segments, lang="nl"), attribution_insight(credit, lang="nl"))
    owned = [insight.model_copy(update={"owner": OWNER}) for insight in insights]
    made: list[Document] = [*owned, persona.model_copy(update={"tagline": TAGLINE, "owner": OWNER})]
    return tuple(sorted([*written, *made], key=lambda document: document.id))


def _made(documents: Iterable[Document]) -> list[str]:
    """The insights that an earlier build made."""
    made = ("segmenten", "toeschrijving")
    return [one.id for one in documents if isinstance(one, Insight) and set(one.tags) & set(made)]
