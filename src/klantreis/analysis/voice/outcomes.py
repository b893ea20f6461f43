"""What should be better first: outcomes, features and items by what customers say of them, and what moves them.

Stated importance is not what drives satisfaction or buying; lay it beside the drivers in ``analysis.effect``.
"""

from __future__ import annotations

from klantreis.analysis.voice.forces import Force, Forces, forces_of_progress
from klantreis.analysis.voice.kano import Kano, KanoFeature, kano
from klantreis.analysis.voice.maxdiff import MaxDiff, MaxDiffItem, maxdiff_counts
from klantreis.analysis.voice.maxdiff_logit import maxdiff_logit
from klantreis.analysis.voice.opportunity import Opportunities, Opportunity, opportunity_scores

__all__ = [
    "Force",
    "Forces",
    "Kano",
    "KanoFeature",
    "MaxDiff",
    "MaxDiffItem",
    "Opportunities",
    "Opportunity",
    "forces_of_progress",
    "kano",
    "maxdiff_counts",
    "maxdiff_logit",
    "opportunity_scores",
]
