"""Check a workspace: which weak spots does it have today?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from klantreis.checks.report import Report, report
from klantreis.journeys.drift import Drift
from klantreis.workspace import Workspace


def check_workspace(workspace: Workspace, *, on: date, drifts: Mapping[str, Drift] | None = None) -> Report:
    """Judge a workspace by every rule.

    Parameters
    ----------
    workspace
        What is judged.
    on
        The day on which reviews, waivers and the age of evidence are counted.
    drifts
        By journey, how customers' runs changed since its last review, as ``measure_drift.drifts_of`` gives them; None:
        no events are looked at, and rule X03 applies nowhere.

    Raises
    ------
    InvalidInputError
        When the workspace sets a threshold that does not exist or is out of range.
    """
    return report(workspace, on=on, drifts=drifts)
