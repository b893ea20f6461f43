"""What stands beside the designed map: what customers did, and how many weak spots there are. Never waits long."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.db import connections

from klantreis.events.dataset import Dataset
from klantreis.journeys.journey import Journey
from klantreis.journeys.reality import Reality
from klantreis.use_cases.lay_reality import has_reality, lay_reality
from klantreis.web.findings import open_findings
from klantreis.web.maps.later import Answer, Later
from klantreis.web.workspaces import WorkspaceContext

T = TypeVar("T")
#: Customers below which a group's numbers are not shown.
SMALL_GROUP = 5
#: Seconds that a page waits for each of the two.
PATIENCE = 0.02
_realities: Later[Reality] = Later()
_findings: Later[int] = Later()


def reality_now(here: WorkspaceContext, journey: Journey, *, wait: float = PATIENCE) -> Answer[Reality] | None:
    """What customers did on this journey; None when the journey does not say which events to look at.

    It depends on the log and on what the steps say of events, so that another word on a card does not ask for it anew.
    """
    if not has_reality(journey):
        return None
    key = (here.store.location, here.slug, journey.id, _what_counts(journey), _log_of(here, journey))

    def compute() -> Reality:
        return lay_reality(here.store, journey.id).suppressed(SMALL_GROUP)

    answer = _realities.ask(key, _in_own_thread(compute), wait=wait)
    if answer.error is not None:
        # A missing log may be imported any moment: a failure is told once and tried again at the next look.
        _realities.forget(key)
    return answer


def findings_now(here: WorkspaceContext, journey: Journey, *, wait: float = PATIENCE) -> int | None:
    """How many findings stand open on this journey; None while that is being worked out."""
    key = (here.store.location, here.slug, here.store.fingerprint(), here.on, journey.id)
    answer = _findings.ask(key, _in_own_thread(lambda: open_findings(here, journey.id)), wait=wait)
    return answer.value


def _in_own_thread(compute: Callable[[], T]) -> Callable[[], T]:
    """The same work, closing afterwards the database connection that Django opens in each thread."""

    def work() -> T:
        try:
            return compute()
        finally:
            connections.close_all()

    return work


def _what_counts(journey: Journey) -> tuple[str, ...]:
    rule = journey.runs.model_dump_json() if journey.runs else ""
    steps = (
        f"{step.id}|{step.pattern}|{step.optional}|{step.repeatable}|{step.observable}|{step.loop_to}"
        for step in journey.steps
    )
    return (rule, *steps)


def _log_of(here: WorkspaceContext, journey: Journey) -> tuple[str, int, int]:
    """Which log, and when it was last written."""
    from klantreis.events.local.folder import MANIFEST

    dataset = here.workspace.find(journey.runs.dataset) if journey.runs else None
    if not isinstance(dataset, Dataset) or dataset.log is None:
        return "", 0, 0
    try:
        found = (here.store.file(dataset.log) / MANIFEST).stat()
    except OSError:
        return dataset.log, 0, 0
    return dataset.log, found.st_mtime_ns, found.st_size
