"""Lay the log of a journey's dataset on the journey: what customers really did, beside what the map says."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from klantreis.errors import InvalidInputError, NotFoundError, Said, did_you_mean
from klantreis.events.dataset import Dataset
from klantreis.events.pattern import EventPattern
from klantreis.ids import slug_of
from klantreis.journeys.journey import Journey, RunRule
from klantreis.journeys.reality import Reality, reality

if TYPE_CHECKING:
    from klantreis.events.local.log import LocalLog
    from klantreis.events.remote.log import RemoteLog
    from klantreis.store.protocol import Store

#: How many answers and logs are kept in memory.
_KEPT = 64
_answers: dict[tuple[Any, ...], Reality] = {}
_logs: dict[tuple[str, str], LocalLog] = {}
_lock = threading.Lock()


def lay_reality(store: Store, journey_id: str) -> Reality:
    """The reality of a journey; kept in memory until the journey or its log changes.

    Parameters
    ----------
    journey_id
        The journey's id or its slug.

    Raises
    ------
    NotFoundError
        When there is no such journey, the log is not there, or a pattern names a touchpoint or an attribute that the
        log does not know.
    InvalidInputError
        When the journey has no rule for its runs, or its dataset has no log.
    """
    place = log_place(store, journey_id)
    # Two pages that ask at once wait for one answer rather than compute it twice.
    with _lock:
        if place.key not in _answers:
            answer = reality(place.journey, _opened(place))
            _forget(_answers)
            _answers[place.key] = answer
        return _answers[place.key]


@dataclass(frozen=True, eq=False, slots=True)
class LogPlace:
    """A journey and where its log is; ``key`` changes whenever either does."""

    journey: Journey
    rule: RunRule
    path: Path
    digest: str
    key: tuple[Any, ...]
    period: tuple[int, int] | None
    timezone: str

    def spans(self, day: date) -> bool:
        """Whether the log has events from before the day and from that day on."""
        from klantreis.events.filter import bounds, zone_named

        begin = bounds((day, None), zone_named(self.timezone))[0] or 0
        return self.period is not None and self.period[0] < begin <= self.period[1]


def log_place(store: Store, journey_id: str) -> LogPlace:
    """Find the log of a journey, by the journey's id or slug; errors as of :func:`lay_reality`."""
    workspace = store.load()
    full_id = journey_id if ":" in journey_id else f"journey:{journey_id}"
    version = store.version(full_id)
    journey = workspace.get(full_id, Journey)
    rule = _rule(journey)
    path, manifest = _place(store, workspace.get(rule.dataset, Dataset))
    digest, period = str(manifest["digest"]), manifest["period"]
    return LogPlace(
        journey,
        rule,
        path,
        digest,
        key=(store.location, str(path), digest, journey.id, version),
        period=None if period is None else (int(period[0]), int(period[1])),
        timezone=str(manifest["timezone"]),
    )


def folder_on_engine(store: Store, journey_id: str) -> Path | None:
    """The folder of a journey's log when its events stay on an engine, else None; errors as of :func:`lay_reality`."""
    from klantreis.events.local.folder import read_manifest

    workspace = store.load()
    full_id = journey_id if ":" in journey_id else f"journey:{journey_id}"
    dataset = workspace.get(_rule(workspace.get(full_id, Journey)).dataset, Dataset)
    if dataset.log is None:
        return None
    path = store.file(dataset.log)
    try:
        read_manifest(path)
    except NotFoundError:
        # Only now, as what it needs takes long to load.
        from klantreis.events.remote.manifest import is_remote

        return path if is_remote(path) else None
    return None


def log_at(place: LogPlace) -> LocalLog:
    """Open a journey's log, kept in memory; refused when the journey names what the log does not know."""
    with _lock:
        return _opened(place)


def has_reality(journey: Journey) -> bool:
    """Whether a journey can be laid beside events: it has a rule for its runs and a step that events can show."""
    return journey.runs is not None and any(step.observable and step.pattern for step in journey.steps)


def _rule(journey: Journey) -> RunRule:
    if journey.runs is None:
        raise InvalidInputError(
            f"{journey.id} does not say where a run begins and ends in the events.",
            message_id="reality.error.no_rule",
            values={"journey": journey.id},
            hint=Said(
                "Give the journey `runs`: a dataset, and if wanted start, end, timeout_days, key and customers.",
                message_id="reality.error.no_rule_hint",
            ),
        )
    return journey.runs


def _place(store: Store, dataset: Dataset) -> tuple[Path, dict[str, Any]]:
    """Where the log is, and what it says of itself."""
    from klantreis.events.local.folder import read_manifest

    how = f"klantreis events import FILE --into {dataset.log or 'LOG'} --customer … --time … --touchpoint …"
    if dataset.log is None:
        raise InvalidInputError(
            f"{dataset.id} names no event log.",
            message_id="reality.error.no_log",
            values={"dataset": dataset.id},
            hint=Said(
                f"Import one beside the workspace ({how}) and name its folder as `log` in "
                f"datasets/{slug_of(dataset.id)}.yaml.",
                message_id="reality.error.no_log_hint",
                values={"how": how, "slug": slug_of(dataset.id)},
            ),
        )
    path = store.file(dataset.log)
    try:
        manifest = read_manifest(path)
    except NotFoundError:
        # Only now, as what it needs takes long to load.
        from klantreis.events.remote.manifest import is_remote, read_remote

        if is_remote(path):
            raise _on_an_engine(dataset, read_remote(path).address) from None
        raise NotFoundError(
            f"{dataset.id} names the event log {dataset.log!r}, but there is none at {path}.",
            message_id="reality.error.log_away",
            values={"dataset": dataset.id, "log": dataset.log, "path": path},
            hint=Said(
                f"Import it there: {how.replace(dataset.log, str(path))}",
                message_id="reality.error.log_away_hint",
                values={"how": how.replace(dataset.log, str(path))},
            ),
        ) from None
    return path, manifest


def _on_an_engine(dataset: Dataset, address: str) -> InvalidInputError:
    slug = slug_of(dataset.id)
    return InvalidInputError(
        f"The events of {dataset.id} are kept on an engine ({address}); reality is counted in a log on this machine.",
        message_id="reality.error.remote",
        values={"dataset": dataset.id, "address": address},
        hint=Said(
            "Let the engine write the events that the journey needs to a Parquet file, import that (klantreis events "
            f"import FILE --into OTHER-FOLDER), and name that folder as `log` in datasets/{slug}.yaml. "
            "How well customers follow the map (klantreis fit) and what they do (klantreis events --help) is answered "
            "on the engine.",
            message_id="reality.error.remote_hint",
            values={"slug": slug},
        ),
    )


def _opened(place: LogPlace) -> LocalLog:
    from klantreis.events.local.folder import open_log

    key = (str(place.path), place.digest)
    if key not in _logs:
        log = open_log(place.path)
        _forget(_logs)
        _logs[key] = log
    check_names(place.journey, place.rule, _logs[key])
    return _logs[key]


def _forget(kept: dict[Any, Any]) -> None:
    while len(kept) >= _KEPT:
        kept.pop(next(iter(kept)), None)


def check_names(journey: Journey, rule: RunRule, log: LocalLog | RemoteLog) -> None:
    """Refuse a pattern with a touchpoint or a field that the log does not know: most likely a typing slip."""
    wrong: list[tuple[str, str]] = []
    for place, pattern in _patterns(journey, rule):
        for field in sorted(pattern.fields() - set(log.fields)):
            wrong.append((f"{place} looks at {field!r}, which no event has.", _known(field, log.fields, "field")))
        for field, value in log.unknown_values(pattern) if log.n_events else ():
            if field == "touchpoint":
                hint = _known(value, log.touchpoints[1:], "touchpoint")
                wrong.append((f"{place} names the touchpoint {value!r}, which is not in the log.", hint))
    if rule.key is not None and rule.key not in log.fields:
        wrong.append((f"runs.key is {rule.key!r}, which no event has.", _known(rule.key, log.fields, "field")))
    if wrong:
        sentences = "\n".join(f"{journey.id}: {sentence}" for sentence, _ in wrong)
        raise NotFoundError(sentences, hint=" ".join(dict.fromkeys(hint for _, hint in wrong)))


def _known(name: str, known: tuple[str, ...], what: str) -> str:
    return did_you_mean(name, known, what=what)


def _patterns(journey: Journey, rule: RunRule) -> Iterator[tuple[str, EventPattern]]:
    for step in journey.steps:
        if step.observable and step.pattern is not None:
            yield f"steps.{step.id}.pattern", step.pattern
            if step.failed is not None:
                yield f"steps.{step.id}.failed", step.failed
    for name, pattern in (("start", rule.start), ("end", rule.end), ("customers", rule.customers)):
        if pattern is not None:
            yield f"runs.{name}", pattern
