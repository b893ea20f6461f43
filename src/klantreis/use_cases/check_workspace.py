"""Check a workspace: which weak spots does it have today?"""

from __future__ import annotations

from datetime import date

from klantreis.checks.report import Report, report
from klantreis.workspace import Workspace


def check_workspace(workspace: Workspace, *, on: date) -> Report:
    """Judge a workspace by every rule.

    Parameters
    ----------
    workspace
        What is judged.
    on
        The day on which reviews, waivers and the age of evidence are counted.

    Raises
    ------
    InvalidInputError
        When the workspace sets a threshold that does not exist or is out of range.
    """
    return report(workspace, on=on)
