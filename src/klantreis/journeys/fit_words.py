"""A way of leaving the map as a sentence, Dutch or English."""

from __future__ import annotations

from collections.abc import Mapping

from klantreis.journeys.fit_values import Departure
from klantreis.texts import text
from klantreis.values import Lang


def departure_words(departure: Departure, titles: Mapping[str, str], *, lang: Lang) -> str:
    """The way as the start of a sentence, without numbers; ``titles`` has the steps' titles by id.

    Examples
    --------
    >>> from klantreis.events.share import wilson
    >>> way = Departure(way="swapped", kind="order", step="pay", other="shop", runs=wilson(1, 2), customers=1)
    >>> departure_words(way, {"pay": "Ik betaal", "shop": "Ik winkel"}, lang="nl")
    '‘Ik betaal’ komt vóór ‘Ik winkel’'
    """
    at_start = departure.other is None and departure.way in ("off_map", "stopped")
    return text(
        f"fit.ways.{departure.way}{'_first' if at_start else ''}",
        lang,
        step=titles.get(departure.step or "", ""),
        other=titles.get(departure.other or "", ""),
        touchpoint=departure.touchpoint,
    )
