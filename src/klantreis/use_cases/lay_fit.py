"""Lay the runs of a journey's log beside its map: how well customers follow it, and how they leave it."""

from __future__ import annotations

import threading
from datetime import date
from typing import TYPE_CHECKING, Any

from klantreis.journeys.fit import MapFit, fit
from klantreis.use_cases.lay_reality import log_at, log_place

if TYPE_CHECKING:
    from klantreis.store.protocol import Store

#: How many answers are kept in memory.
_KEPT = 32
_answers: dict[tuple[Any, ...], MapFit] = {}
_lock = threading.Lock()


def lay_fit(store: Store, journey_id: str, *, before: date | None = None, top: int = 10) -> MapFit:
    """The fit of a journey; kept in memory until the journey or its log changes.

    Parameters
    ----------
    journey_id
        The journey's id or its slug.
    before
        Compare the runs that began before this day with the others; without it, the day of the last review.
    top
        How many ways of leaving the map, and how many variants, to name.

    Raises
    ------
    NotFoundError
        When there is no such journey, the log is not there, or a pattern names a touchpoint or an attribute that the
        log does not know.
    InvalidInputError
        When the journey has no rule for its runs, or its dataset has no log.
    """
    place = log_place(store, journey_id)
    key = (*place.key, before, top)
    # Two pages that ask at once wait for one answer rather than compute it twice.
    with _lock:
        if key not in _answers:
            answer = fit(place.journey, log_at(place), before=before, top=top)
            while len(_answers) >= _KEPT:
                _answers.pop(next(iter(_answers)))
            _answers[key] = answer
        return _answers[key]
