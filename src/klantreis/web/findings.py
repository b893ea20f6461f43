"""The weak spots of a workspace, worked out once for each state of it."""

from __future__ import annotations

from collections import OrderedDict
from datetime import date
from threading import Lock

from klantreis.checks.report import Report
from klantreis.use_cases.check_workspace import check_workspace
from klantreis.web.workspaces import WorkspaceContext

#: Reports that are kept: the latest of a few workspaces.
KEPT = 8
_reports: OrderedDict[tuple[str, str, date], Report] = OrderedDict()
_lock = Lock()


def report_of(here: WorkspaceContext) -> Report:
    """The report of the workspace as it is now."""
    key = (here.store.location, here.store.fingerprint(), here.on)
    with _lock:
        known = _reports.get(key)
    if known is None:
        known = check_workspace(here.workspace, on=here.on)
        with _lock:
            _reports[key] = known
            while len(_reports) > KEPT:
                _reports.popitem(last=False)
    return known


def open_findings(here: WorkspaceContext, document_id: str) -> int:
    """How many findings stand open at one document."""
    return len(report_of(here).of(document_id))
