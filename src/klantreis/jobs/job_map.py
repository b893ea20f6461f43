"""The job map: the eight steps of getting any job done, as tried, not as sold.

Source: Bettencourt & Ulwick, "The Customer-Centered Innovation Map", Harvard Business Review, 2008.
"""

from __future__ import annotations

from typing import Literal, get_args

from klantreis.research.claim import Claim
from klantreis.values import Text, Value

JobMapStage = Literal["define", "locate", "prepare", "confirm", "execute", "monitor", "modify", "conclude"]
JOB_MAP_STAGES: tuple[JobMapStage, ...] = get_args(JobMapStage)


class JobStep(Value):
    """One of the eight; ``not_applicable`` says why a stage is left out."""

    stage: JobMapStage
    claim: Claim | None = None
    not_applicable: Text | None = None
