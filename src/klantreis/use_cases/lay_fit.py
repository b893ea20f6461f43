"""Lay the runs of a journey's log beside its map: how well customers follow it, and how they leave it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from klantreis.journeys.fit import MapFit, fit
from klantreis.journeys.journey import Journey
from klantreis.use_cases.lay_reality import check_names, folder_on_engine, log_at, log_place

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
    EngineError, UnsupportedQuestionError
        When the events stay on an engine, and it cannot be reached or cannot cut these runs.
    """
    remote = folder_on_engine(store, journey_id)
    if remote is not None:
        return _kept(
            _key_on_engine(store, journey_id, remote, before, top),
            lambda: _on_engine(store, journey_id, remote, before=before, top=top),
        )
    place = log_place(store, journey_id)
    return _kept((*place.key, before, top), lambda: fit(place.journey, log_at(place), before=before, top=top))


def _kept(key: tuple[Any, ...], ask: Callable[[], MapFit]) -> MapFit:
    # Two pages that ask at once wait for one answer rather than compute it twice.
    with _lock:
        if key not in _answers:
            answer = ask()
            while len(_answers) >= _KEPT:
                _answers.pop(next(iter(_answers)))
            _answers[key] = answer
        return _answers[key]


def _key_on_engine(store: Store, journey_id: str, path: Path, before: date | None, top: int) -> tuple[Any, ...]:
    from klantreis.events.remote.manifest import MANIFEST

    journey = _journey(store, journey_id)
    # Connecting again, to take in newer events, writes the file anew.
    connected = (path / MANIFEST).read_bytes()
    return (store.location, str(path), connected, journey.id, store.version(journey.id), before, top)


def _on_engine(store: Store, journey_id: str, path: Path, *, before: date | None, top: int) -> MapFit:
    from klantreis.events.remote.log import RemoteLog
    from klantreis.use_cases.open_events import open_events

    log = open_events(path)
    assert isinstance(log, RemoteLog)  # noqa: S101 - it is one, see folder_on_engine
    try:
        journey = _journey(store, journey_id)
        if journey.runs is not None:
            check_names(journey, journey.runs, log)
        return fit(journey, log, before=before, top=top)
    finally:
        log.engine.close()


def _journey(store: Store, journey_id: str) -> Journey:
    return store.load().get(journey_id if ":" in journey_id else f"journey:{journey_id}", Journey)
