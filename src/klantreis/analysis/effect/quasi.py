"""What did a change make of things, when it came to some earlier than to others, or on a date, or to one region only?

Quasi-experiments: nobody drew lots, and the comparison is with what would have happened otherwise, built from others or
from before. Each names what it must assume.
"""

from __future__ import annotations

from klantreis.analysis.effect.series import InterruptedSeries, interrupted_series
from klantreis.analysis.effect.staggered import Aggregate, GroupTime, Staggered, callaway_santanna
from klantreis.analysis.effect.synthetic import Synthetic, synthetic_control, synthetic_did

__all__ = [
    "Aggregate",
    "GroupTime",
    "InterruptedSeries",
    "Staggered",
    "Synthetic",
    "callaway_santanna",
    "interrupted_series",
    "synthetic_control",
    "synthetic_did",
]
