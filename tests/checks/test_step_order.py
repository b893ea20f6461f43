"""The fewest steps are named that stand out of the order of the phases."""

from __future__ import annotations

from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from klantreis.checks.rule import rule_of
from klantreis.checks.rules.journey_form import longest_in_order
from klantreis.checks.scene import Scene
from klantreis.journeys.built_in_models import BUILT_IN
from klantreis.journeys.journey import Journey, Step
from klantreis.personas.persona import Persona
from klantreis.workspace import WorkspaceSettings, workspace_of
from tests.checks.fixture_files import ON

PHASES = [phase.id for phase in BUILT_IN["phase-model:nl-5"].columns()]
NUMBERS = st.lists(st.integers(0, 4), max_size=9)


def rising(numbers: tuple[int, ...]) -> bool:
    return all(one <= other for one, other in pairwise(numbers))


@given(NUMBERS)
def test_a_longest_part_in_order_is_kept(numbers: list[int]) -> None:
    kept = longest_in_order(numbers)
    assert all(one < other for one, other in pairwise(kept))
    assert rising(tuple(numbers[position] for position in kept))
    longer = combinations(numbers, len(kept) + 1)
    assert not any(rising(part) for part in longer)


@given(NUMBERS)
def test_as_many_steps_are_named_as_must_move(numbers: list[int]) -> None:
    steps = tuple(
        Step(id=f"s{index}", phase=PHASES[number], title=f"Step {index}") for index, number in enumerate(numbers)
    )
    workspace = workspace_of(
        [
            WorkspaceSettings(id="workspace:test", title="Test"),
            Persona(id="persona:an", name="An"),
            Journey(id="journey:map", title="Map", persona="persona:an", steps=steps),
        ]
    )
    judged = list(rule_of("J12").judge(Scene(workspace, ON)))
    assert len(judged) == len(numbers)
    assert sum(one.values is not None for one in judged) == len(numbers) - len(longest_in_order(numbers))
