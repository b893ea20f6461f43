"""The weak spots of a workspace, worked out once for each state of it."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Any

from klantreis.checks.report import Report
from klantreis.use_cases.check_workspace import check_workspace
from klantreis.use_cases.measure_drift import drift_key, drifts_of
from klantreis.web.workspaces import WorkspaceContext

#: Reports that are kept: the latest of a few workspaces.
KEPT = 8
_reports: OrderedDict[tuple[Any, ...], Report] = OrderedDict()
_lock = Lock()


def report_of(here: WorkspaceContext) -> Report:
    """The report of the workspace as it is now."""
    key = (here.store.location, here.store.fingerprint(), here.on, drift_key(here.store, on=here.on))
    with _lock:
        known = _reports.get(key)
    if known is None:
        known = check_workspace(here.workspace, on=here.on, drifts=drifts_of(here.store, on=here.on))
        with _lock:
            _reports[key] = known
            while len(_reports) > KEPT:
                _reports.popitem(last=False)
    return known


def open_findings(here: WorkspaceContext, document_id: str) -> int:
    """How many findings stand open at one document."""
    return len(report_of(here).of(document_id))
