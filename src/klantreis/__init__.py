"""Klantreis: customer-journey maps bound to evidence, laid beside the journeys customers really made.

The names below are the public library (``import klantreis as kr``). Each is loaded when it is first used, so that
importing the package costs next to nothing.
"""

from __future__ import annotations

import importlib
from typing import Any

#: Where each public name stands. What type checkers see is in ``__init__.pyi``; a test holds the two equal.
_PLACES = {
    "decisions.action": ("Action",),
    "decisions.content": ("ContentItem", "ContentNeed"),
    "decisions.opportunity": ("Opportunity",),
    "errors": (
        "ChangeError",
        "ConflictError",
        "DocumentError",
        "EngineError",
        "EventImportError",
        "InvalidInputError",
        "KlantreisError",
        "NotFoundError",
        "SurveyImportError",
        "UnsupportedQuestionError",
        "WorkspaceError",
    ),
    "events.dataset": ("Dataset",),
    "events.filter": ("Filter",),
    "events.log": ("EventLog",),
    "events.local.folder": ("open_log",),
    "events.pattern": ("EventPattern", "parse_pattern"),
    "events.stage": ("Stage",),
    "jobs.job": ("Job",),
    "journeys.changes": ("apply",),
    "journeys.fit": ("fit",),
    "journeys.fit_values": ("MapFit",),
    "journeys.journey": ("Card", "Journey", "Step"),
    "journeys.moments": ("MicroMoment", "MomentOfTruth", "Tone"),
    "journeys.phase_models": ("PhaseModel", "crosswalk"),
    "journeys.reality": ("Reality", "reality"),
    "journeys.touchpoint": ("Channel", "Touchpoint"),
    "measurement.measurement": ("Measurement",),
    "measurement.metric": ("Metric",),
    "personas.persona": ("Persona",),
    "research.answers": ("answers_of",),
    "research.claim": ("Claim", "ClaimStatus", "Estimate", "Evidence"),
    "research.insight": ("Insight",),
    "research.quote": ("Quote",),
    "research.source": ("Source",),
    "research.study": ("Study",),
    "research.survey": ("Survey",),
    "use_cases.check_workspace": ("check_workspace",),
    "use_cases.connect_log": ("connect_log",),
    "use_cases.import_events": ("import_events",),
    "use_cases.import_survey": ("import_survey",),
    "use_cases.lay_fit": ("lay_fit",),
    "use_cases.lay_reality": ("lay_reality",),
    "use_cases.open_events": ("open_events",),
    "use_cases.measure_effect": ("measure_effect",),
    "use_cases.open_workspace": ("open_store",),
    "use_cases.read_events": ("read_events",),
    "use_cases.read_survey": ("read_survey",),
    "workspace": ("Waiver", "Workspace", "WorkspaceSettings", "workspace_of"),
}
_FOUND = {name: (f"klantreis.{module}", name) for module, names in _PLACES.items() for name in names} | {
    "changes": ("klantreis.journeys.changes", ""),
    "open": ("klantreis.use_cases.open_workspace", "open_workspace"),
}

__all__ = sorted(_FOUND)


def __getattr__(name: str) -> Any:
    if name not in _FOUND:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, inner = _FOUND[name]
    loaded = importlib.import_module(module)
    value = getattr(loaded, inner) if inner else loaded
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
