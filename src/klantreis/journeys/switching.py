"""Switching a journey to another phase model: every step gets a place, every card stays at its step."""

from __future__ import annotations

from klantreis.journeys.changes import SwitchPhaseModel
from klantreis.journeys.journey import Journey
from klantreis.journeys.phase_models import PhaseModel, crosswalk


def switch_change(journey: Journey, source: PhaseModel, target: PhaseModel) -> SwitchPhaseModel:
    """The change that lays a journey out in another phase model.

    A step whose phase the present model does not know lands in the target's first phase, where it is seen.
    """
    landed = crosswalk(source, target)
    first = target.columns()[0].id
    focus = journey.scope.in_focus
    scope = tuple(dict.fromkeys(landed.get(phase, first) for phase in journey.scope.phases))
    return SwitchPhaseModel(
        model=target.id,
        phases={step.id: landed.get(step.phase, first) for step in journey.steps},
        scope_phases=scope,
        in_focus=landed.get(focus, first) if focus is not None else None,
    )
