"""Who will buy again, how often, for how much, and how many stay?

Without a contract nobody says goodbye: BG/NBD and Pareto/NBD tell silence from leaving by how often someone used to
buy, gamma-gamma gives the worth of an order, and with a contract sBG gives the share that renews. All assume that
customers stay as they are: no season, no campaign, no change of price.
"""

from __future__ import annotations

from klantreis.analysis.behaviour.buying_again import BuyingAgain, bg_nbd, pareto_nbd
from klantreis.analysis.behaviour.buying_retention import Retention, RetentionPoint, retention_sbg
from klantreis.analysis.behaviour.buying_value import OrderValue, gamma_gamma
from klantreis.analysis.behaviour.likelihood import Parameter

__all__ = [
    "BuyingAgain",
    "OrderValue",
    "Parameter",
    "Retention",
    "RetentionPoint",
    "bg_nbd",
    "gamma_gamma",
    "pareto_nbd",
    "retention_sbg",
]
