"""What would they pay? Four ways to ask, each with what its answer is worth.

From brackets ("between 10 and 20"), from four prices (Van Westendorp), from four prices and two intentions
(Newton, Miller and Smith) or from yes or no at a price (Gabor and Granger). All ask what people say, not what
they do; none knows the competition.
"""

from __future__ import annotations

from klantreis.analysis.voice.price_asked import GaborGranger, PriceAsked, gabor_granger
from klantreis.analysis.voice.price_bracketed import Bracketed, Mass, bracketed
from klantreis.analysis.voice.price_intent import NewtonMillerSmith, newton_miller_smith
from klantreis.analysis.voice.price_labels import Brackets, parse_brackets
from klantreis.analysis.voice.price_sensitivity import PriceCurves, VanWestendorp, van_westendorp

__all__ = [
    "Bracketed",
    "Brackets",
    "GaborGranger",
    "Mass",
    "NewtonMillerSmith",
    "PriceAsked",
    "PriceCurves",
    "VanWestendorp",
    "bracketed",
    "gabor_granger",
    "newton_miller_smith",
    "parse_brackets",
    "van_westendorp",
]
