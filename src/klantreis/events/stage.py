"""A stage of a funnel: which events count as it, and what may be between it and the stage before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from klantreis.errors import InvalidInputError
from klantreis.events.durations import Duration, exact_text, microseconds
from klantreis.events.pattern import EventPattern, as_pattern
from klantreis.events.pattern_nodes import Then

#: A step is a bit of an event where events are marked.
MOST_STEPS = 32


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a funnel.

    Parameters
    ----------
    pattern
        Which events count as this stage; a pattern or its text. A union of events is ``or``, a filter is ``and``.
    optional
        Customers may pass it by.
    within
        At most this long after the stage that was taken before it.
    without
        No such event may lie between the stage that was taken before it and this one; a pattern or its text.

    Examples
    --------
    >>> print(as_stage("optional touchpoint='call' within 3d without touchpoint='return'"))
    optional touchpoint = "call" within 3d without touchpoint = "return"
    """

    pattern: EventPattern | str
    optional: bool = False
    within: Duration | None = None
    without: EventPattern | str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "pattern", as_pattern(self.pattern))
        if self.within is not None:
            limit = microseconds(self.within, what="stage's within")
            object.__setattr__(self, "within", timedelta(microseconds=limit))
        if self.without is not None:
            object.__setattr__(self, "without", as_pattern(self.without))

    @property
    def matching(self) -> EventPattern:
        """``pattern`` as a pattern."""
        return as_pattern(self.pattern)

    @property
    def excluding(self) -> EventPattern | None:
        """``without`` as a pattern."""
        return None if self.without is None else as_pattern(self.without)

    @property
    def limit(self) -> int | None:
        """``within`` in microseconds."""
        return None if self.within is None else microseconds(self.within)

    def __str__(self) -> str:
        root = self.matching.root
        # A "within" after a sequence would be read as belonging to its last part.
        words = ["optional"] if self.optional else []
        words.append(f"({root})" if isinstance(root, Then) else str(root))
        if self.limit is not None:
            words.append(f"within {exact_text(self.limit)}")
        if self.without is not None:
            words.append(f"without {self.without}")
        return " ".join(words)


def as_stage(value: Stage | EventPattern | str) -> Stage:
    """A stage from a stage, a pattern, or the text of one of them.

    Raises
    ------
    InvalidInputError
        When it is none of these; a PatternSyntaxError when the text cannot be read.
    """
    if isinstance(value, Stage):
        return value
    if isinstance(value, EventPattern):
        return Stage(value)
    if not isinstance(value, str):
        raise InvalidInputError(
            f"A stage of a funnel is written as text, not as {type(value).__name__}.",
            hint='Write it like touchpoint = "mailing", or optional touchpoint = "call" within 3d.',
        )
    from klantreis.events.pattern_text import read_stage

    found = read_stage(value)
    return Stage(
        EventPattern(found.root),
        found.optional,
        None if found.within is None else timedelta(microseconds=found.within),
        None if found.without is None else EventPattern(found.without),
    )


def stages_in_order(steps: Sequence[Stage | EventPattern | str]) -> list[Stage]:
    """The steps of a funnel in order, as stages.

    Raises
    ------
    InvalidInputError
        When there are none or too many, or when the first is asked to be or to do what only a later one can.
    """
    stages = _stages(steps)
    if stages[0].optional or stages[0].within is not None or stages[0].without is not None:
        raise InvalidInputError(
            "The first step of a funnel is where customers enter: it cannot be optional, and nothing comes before it.",
            hint="Give optional, within and without to a later step.",
        )
    return stages


def stages_in_any_order(steps: Sequence[Stage | EventPattern | str]) -> tuple[list[Stage], list[int]]:
    """The steps of a funnel without order as stages, and the places of those that are required.

    Raises
    ------
    InvalidInputError
        When there are none or too many, none is required, or one is asked to come after another.
    """
    stages = _stages(steps)
    if any(stage.within is not None or stage.without is not None for stage in stages):
        raise InvalidInputError(
            "In a funnel without order no step comes before another, so a step cannot have within or without.",
            hint="Give the whole funnel a window, or ask for the steps in order.",
        )
    required = [k for k, stage in enumerate(stages) if not stage.optional]
    if not required:
        raise InvalidInputError("A funnel needs a step that is not optional.")
    return stages, required


def _stages(steps: Sequence[Stage | EventPattern | str]) -> list[Stage]:
    if not 1 <= len(steps) <= MOST_STEPS:
        raise InvalidInputError(f"A funnel has 1 to {MOST_STEPS} steps, not {len(steps)}.")
    return [as_stage(step) for step in steps]
