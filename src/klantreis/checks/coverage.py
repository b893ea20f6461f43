"""How much of a map rests on evidence: claims with a status of indication or supported, among all claims.

Fictional claims claim nothing and do not count. The trigger and the end goal of a journey stand in no phase:
they count for the whole map and for no phase.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from klantreis.journeys.journey import Journey, journey_claims
from klantreis.journeys.phase_models import PhaseModel
from klantreis.research.claim import Claim, ClaimStatus
from klantreis.workspace import Workspace

#: Statuses of a claim that its evidence backs.
BACKED: frozenset[ClaimStatus] = frozenset({ClaimStatus.INDICATION, ClaimStatus.SUPPORTED})


@dataclass(frozen=True)
class PhaseCoverage:
    """Claims of one phase, and how many of them are backed."""

    phase: str
    claims: int
    backed: int

    @property
    def share(self) -> float | None:
        """Backed among claims, 0 to 1; None without claims."""
        return self.backed / self.claims if self.claims else None


@dataclass(frozen=True)
class Coverage:
    """Claims of a journey, how many are backed (``share`` 0 to 1, None without claims), by phase and by status."""

    claims: int
    backed: int
    share: float | None
    by_phase: tuple[PhaseCoverage, ...]
    by_status: tuple[tuple[ClaimStatus, int], ...]

    def of_phase(self, phase: str) -> PhaseCoverage:
        """The coverage of one phase; nothing claimed there when it is unknown."""
        return next((one for one in self.by_phase if one.phase == phase), PhaseCoverage(phase, claims=0, backed=0))

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "claims": self.claims,
            "backed": self.backed,
            "share": self.share,
            "by_phase": [
                {"phase": one.phase, "claims": one.claims, "backed": one.backed, "share": one.share}
                for one in self.by_phase
            ],
            "by_status": {status.value: count for status, count in self.by_status},
        }


def coverage(workspace: Workspace, journey: Journey, *, on: date) -> Coverage:
    """How much of a journey rests on evidence.

    Parameters
    ----------
    workspace
        Holds the evidence rule and the documents that evidence points at.
    journey
        The map; it need not be saved in the workspace.
    on
        The day on which the age of evidence is counted.

    Returns
    -------
    Coverage
        Phases in the order of the journey's phase model, those without claims included; statuses in the order
        of :class:`ClaimStatus`, each with its count.
    """
    return measured_coverage(
        journey,
        model=workspace.phase_models[journey.phase_model],
        status=lambda claim: workspace.status(claim, on=on).status,
    )


def measured_coverage(journey: Journey, *, model: PhaseModel, status: Callable[[Claim], ClaimStatus]) -> Coverage:
    """The coverage of a journey when the statuses of its claims are at hand."""
    phase_of_step = {step.id: step.phase for step in journey.steps}
    phase_of_claim = {id(card.claim): phase_of_step[card.step] for card in journey.cards}
    claims: Counter[str | None] = Counter()
    backed: Counter[str | None] = Counter()
    statuses: Counter[ClaimStatus] = Counter()
    for _, claim in journey_claims(journey):
        if claim.fictional:
            continue
        found = status(claim)
        phase = phase_of_claim.get(id(claim))
        claims[phase] += 1
        backed[phase] += found in BACKED
        statuses[found] += 1
    return Coverage(
        claims=claims.total(),
        backed=backed.total(),
        share=backed.total() / claims.total() if claims else None,
        by_phase=tuple(PhaseCoverage(phase.id, claims[phase.id], backed[phase.id]) for phase in model.columns()),
        by_status=tuple((one, statuses[one]) for one in ClaimStatus),
    )
