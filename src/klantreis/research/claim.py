"""A claim and its status: what a persona or a map says, and what its evidence makes of it.

The status is computed and never typed in. The rule, in order:

1. no evidence that supports or contradicts: **assumption**;
2. the contradicting evidence weighs more than ``contradiction_threshold``: **contradicted**;
3. no supporting evidence: **assumption**;
4. all supporting evidence is older than twice its half-life: **outdated**;
5. fresh supporting evidence of two kinds of source or more: **supported**, of one kind: **indication**.

Material that states the view of the team itself (a workshop, a walk-through) never counts as evidence.
The weights are a convention of ours, not a published scale; they are configurable per workspace and shown
wherever the status is.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from klantreis.ids import AnyId, LocalId, RefTo
from klantreis.research.study import Origin, Respondent
from klantreis.values import Period, Text, Value

#: What evidence may point at.
EvidenceRef = Annotated[AnyId, RefTo(("quote", "source", "study", "survey", "insight", "dataset"))]
DAYS_PER_MONTH = 30.4375


class Estimate(Value):
    """A number with its uncertainty: what it rests on stands beside it."""

    value: float
    low: float | None = None
    high: float | None = None
    n: int | None = Field(default=None, ge=0)
    unit: Text | None = Field(default=None, description="'share', 'days', 'EUR', …")
    method: Text | None = None
    period: Period | None = None

    @model_validator(mode="after")
    def _interval_is_ordered(self) -> Estimate:
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"low ({self.low}) is above high ({self.high})")
        return self


class Evidence(Value):
    """One quote, observation or number, as found, for or against a claim."""

    id: LocalId
    source: EvidenceRef
    stance: Literal["supports", "contradicts"] = "supports"
    finding: Text | None = Field(default=None, description="What was found, in one sentence.")
    estimate: Estimate | None = None
    locator: Text | None = Field(default=None, description="Where in the source: page, query, minute.")
    collected_on: date | None = None


class Claim(Value):
    """Something a persona, a job or a map says, with the evidence for and against it.

    ``impact`` (1 to 5) is how much would change if it were wrong; with the uncertainty it tells which
    assumption to test first. ``fictional`` marks what gives an archetype a face and claims nothing.
    """

    id: LocalId
    text: Text
    evidence: tuple[Evidence, ...] = ()
    origin: Literal["team_empathy", "company", "research"] = "team_empathy"
    noted_by: Text | None = None
    noted_on: date | None = None
    impact: int | None = Field(default=None, ge=1, le=5)
    fictional: bool = False
    stated_as_fact: bool = Field(
        default=False, description="The organisation presents it as fact; without evidence that is an error."
    )


class ClaimStatus(StrEnum):
    """What a claim's evidence makes of it."""

    ASSUMPTION = "assumption"
    INDICATION = "indication"
    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    OUTDATED = "outdated"


class SourceFacts(Value):
    """What the status rule needs to know of the thing that evidence points at."""

    kinds: tuple[str, ...] = Field(description="Kinds of source: a study's method, or 'events'.")
    origin: Origin = "customer"
    respondents: tuple[Respondent, ...] = ()
    collected_on: date | None = None
    n: int | None = None
    illustrative: bool = False


class EvidenceRule(Value):
    """The published rule behind claim status, with its conventions open to change.

    Weight of one piece of evidence: ``weight(kind) * min(1, n / reference_n(kind)) * 2 ** (-age / half-life)``.
    Weights of several pieces combine as ``1 - product(1 - weight)``; with one kind of source the result is
    capped at ``single_kind_cap``.
    """

    half_life_months: float = Field(default=24, gt=0)
    contradiction_threshold: float = Field(default=0.2, ge=0, le=1)
    single_kind_cap: float = Field(default=0.5, ge=0, le=1)
    reference_n: dict[str, int] = Field(
        default={"survey": 100, "events": 100, "experiment": 100, "customer_feedback": 30},
        description="How many people make one piece of evidence of that kind weigh in full.",
    )
    reference_n_other: int = Field(default=6, gt=0)
    weights: dict[str, float] = Field(default={"desk_research": 0.5, "other": 0.5})


class StatusReport(Value):
    """A claim's status with what it rests on; ``n`` is the largest number of people in one source."""

    status: ClaimStatus
    support: float
    contradiction: float
    kinds: tuple[str, ...]
    pieces: int
    n: int | None
    newest: date | None


def claim_status(
    claim: Claim, facts: Callable[[str], SourceFacts | None], *, rule: EvidenceRule, on: date
) -> StatusReport:
    """The status of a claim on a day.

    Parameters
    ----------
    claim
        The claim with its evidence.
    facts
        Gives what is known of the document that evidence points at; None when it does not exist.
    rule
        The workspace's evidence rule.
    on
        The day on which the age of evidence is counted.

    Examples
    --------
    >>> talk = SourceFacts(kinds=("interview",), collected_on=date(2026, 1, 1), n=8)
    >>> claim = Claim(id="c1", text="Vergelijkt prijzen", evidence=(Evidence(id="e1", source="study:talks"),))
    >>> claim_status(claim, {"study:talks": talk}.get, rule=EvidenceRule(), on=date(2026, 6, 1)).status
    <ClaimStatus.INDICATION: 'indication'>
    """
    weighed = [
        (piece, found, _weight(piece, found, rule=rule, on=on))
        for piece in claim.evidence
        if (found := facts(piece.source)) is not None and found.kinds and found.kinds != ("workshop",)
    ]
    supporting = [(piece, found, weight) for piece, found, weight in weighed if piece.stance == "supports"]
    against = [weight for piece, _, weight in weighed if piece.stance == "contradicts"]
    fresh = [(piece, found) for piece, found, _ in supporting if not _stale(piece, found, rule=rule, on=on)]
    kinds = sorted({kind for _, found in fresh for kind in found.kinds if kind != "workshop"})
    support = _combined([weight for *_, weight in supporting])
    if len(kinds) < 2:
        support = min(support, rule.single_kind_cap)
    contradiction = _combined(against)
    return StatusReport(
        status=_decide(supporting=len(supporting), kinds=len(kinds), contradiction=contradiction, rule=rule),
        support=round(support, 4),
        contradiction=round(contradiction, 4),
        kinds=tuple(kinds) or tuple(sorted({kind for _, found, _ in supporting for kind in found.kinds})),
        pieces=len(weighed),
        n=max((n for piece, found, _ in weighed if (n := _n(piece, found)) is not None), default=None),
        newest=max((day for piece, found, _ in weighed if (day := _day(piece, found)) is not None), default=None),
    )


def _decide(*, supporting: int, kinds: int, contradiction: float, rule: EvidenceRule) -> ClaimStatus:
    if contradiction > rule.contradiction_threshold:
        return ClaimStatus.CONTRADICTED
    if supporting == 0:
        return ClaimStatus.ASSUMPTION
    if kinds == 0:
        return ClaimStatus.OUTDATED
    return ClaimStatus.SUPPORTED if kinds >= 2 else ClaimStatus.INDICATION


def _combined(weights: list[float]) -> float:
    rest = 1.0
    for weight in weights:
        rest *= 1 - weight
    return 1 - rest


def _day(piece: Evidence, found: SourceFacts) -> date | None:
    return piece.collected_on or found.collected_on


def _n(piece: Evidence, found: SourceFacts) -> int | None:
    if piece.estimate is not None and piece.estimate.n is not None:
        return piece.estimate.n
    return found.n


def _age_months(day: date | None, on: date) -> float:
    # Evidence without a date is taken as new: its age is unknown, and a check asks for it.
    return max(0.0, (on - day).days / DAYS_PER_MONTH) if day else 0.0


def _stale(piece: Evidence, found: SourceFacts, *, rule: EvidenceRule, on: date) -> bool:
    return _age_months(_day(piece, found), on) > 2 * rule.half_life_months


def _weight(piece: Evidence, found: SourceFacts, *, rule: EvidenceRule, on: date) -> float:
    n = _n(piece, found)
    size = max(
        rule.weights.get(kind, 1.0)
        * min(1.0, (n if n is not None else 1) / rule.reference_n.get(kind, rule.reference_n_other))
        for kind in found.kinds
    )
    return float(size * 2 ** (-_age_months(_day(piece, found), on) / rule.half_life_months))
