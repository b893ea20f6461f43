"""How evidence makes a claim's status: the rule that this workspace follows, with its numbers."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from klantreis.research.claim import ClaimStatus, EvidenceRule
from klantreis.web.workspaces import current

#: The order in which the rule decides.
STEPS: tuple[ClaimStatus, ...] = (
    ClaimStatus.CONTRADICTED,
    ClaimStatus.ASSUMPTION,
    ClaimStatus.OUTDATED,
    ClaimStatus.INDICATION,
    ClaimStatus.SUPPORTED,
)


def evidence_status(request: HttpRequest, workspace: str) -> HttpResponse:
    """The published rule."""
    here = current(request)
    rule = here.workspace.settings.evidence_rule
    kinds = sorted({*rule.weights, *rule.reference_n, "interview"})
    return render(
        request,
        "evidence_status.html.j2",
        {
            "rule": rule,
            "own_numbers": rule != EvidenceRule(),
            "steps": STEPS,
            "kinds": [
                (kind, rule.weights.get(kind, 1.0), rule.reference_n.get(kind, rule.reference_n_other))
                for kind in kinds
            ],
        },
    )
