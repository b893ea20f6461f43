"""Reads the small workspaces that a rule fires on, or stays silent on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

import yaml

from klantreis.checks.scene import Scene
from klantreis.ids import kind_of
from klantreis.journeys.drift import Drift
from klantreis.workspace import DOCUMENTS, Workspace, workspace_of

FIXTURES = Path(__file__).parent / "fixtures"
ON = date(2026, 6, 1)
Which = Literal["fires", "silent"]


@dataclass(frozen=True)
class Fixture:
    """A workspace, the day it is judged on, and what is expected to be found."""

    workspace: Workspace
    on: date
    drifts: dict[str, Drift]
    expect: tuple[dict[str, str], ...]

    @property
    def scene(self) -> Scene:
        """What the rules look at."""
        return Scene(self.workspace, self.on, self.drifts)


def fixture(rule: str, which: Which) -> Fixture:
    """The fixture of a rule; a workspace document is added when the file has none."""
    held: dict[str, Any] = yaml.safe_load((FIXTURES / rule / f"{which}.yaml").read_text(encoding="utf-8"))
    bodies: list[dict[str, Any]] = held["documents"]
    if not any(kind_of(body["id"]) == "workspace" for body in bodies):
        bodies.insert(0, {"id": "workspace:test", "title": "Test"})
    return Fixture(
        workspace=workspace_of(DOCUMENTS[kind_of(body["id"])].model_validate(body) for body in bodies),
        on=held.get("on", ON),
        drifts={journey: Drift.model_validate(drift) for journey, drift in held.get("drifts", {}).items()},
        expect=tuple(held.get("expect", ())),
    )
