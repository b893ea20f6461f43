"""Measure how customers' runs changed since each journey's last review, from the logs beside the workspace."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from klantreis.errors import KlantreisError
from klantreis.journeys.drift import Drift
from klantreis.journeys.journey import Journey
from klantreis.use_cases.lay_fit import lay_fit
from klantreis.use_cases.lay_reality import LogPlace, has_reality, log_place

if TYPE_CHECKING:
    from klantreis.store.protocol import Store

#: Customers below which a group does not count.
SMALL_GROUP = 5


def drifts_of(store: Store, *, on: date) -> Mapping[str, Drift]:
    """The drift of every journey that was reviewed and whose log has events from before and after that.

    A journey whose log is missing, or whose patterns the log does not know, has none: its map says why. Logs without
    events since the review are not opened.

    Parameters
    ----------
    on
        The day of the check; a review planned for later than this does not count yet.
    """
    found = {}
    for place in reviewed(store, on=on):
        try:
            drift = lay_fit(store, place.journey.id).suppressed(SMALL_GROUP).drift
        except KlantreisError:
            continue
        if drift is not None:
            found[place.journey.id] = drift
    return found


def reviewed(store: Store, *, on: date) -> tuple[LogPlace, ...]:
    """The journeys that can have drifted: reviewed, and with events from both sides of the review."""
    found = []
    for journey in store.load().of(Journey):
        if journey.reviewed_on is None or journey.reviewed_on > on or not has_reality(journey):
            continue
        try:
            place = log_place(store, journey.id)
        except KlantreisError:
            continue
        if place.spans(journey.reviewed_on):
            found.append(place)
    return tuple(found)


def drift_key(store: Store, *, on: date) -> tuple[Any, ...]:
    """Changes whenever the drifts can have."""
    return tuple(place.key for place in reviewed(store, on=on))
