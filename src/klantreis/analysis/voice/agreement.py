"""Do coders agree beyond chance, and have the interviews stopped bringing new themes?

Agreement is not truth: two coders may be wrong together.
"""

from __future__ import annotations

from klantreis.analysis.voice.coders import Agreement, Level, fleiss_kappa, krippendorff_alpha
from klantreis.analysis.voice.saturated import Saturation, SaturationStep, saturation

__all__ = [
    "Agreement",
    "Level",
    "Saturation",
    "SaturationStep",
    "fleiss_kappa",
    "krippendorff_alpha",
    "saturation",
]
