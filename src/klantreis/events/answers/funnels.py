"""What a funnel answers: customers per step, their shares with intervals, and how long it took them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from klantreis.events.answers.answer import Answer, Quartiles, Scope
from klantreis.events.share import Share


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """One step of a funnel.

    Parameters
    ----------
    pattern
        Which events count as it.
    customers
        How many came this far.
    of_entered, of_previous, of_exposed
        Them as a share of those who entered (the first step), of those at the required step before, and of all
        customers in scope.
    optional, within_seconds, without
        What was asked of the step beside its pattern.
    seconds, since_previous
        From entering, and from the step taken before, to the first time a customer came to this step, by the
        shortest way there; nothing for the first step.
    """

    pattern: str
    customers: int
    of_entered: Share
    of_previous: Share
    of_exposed: Share
    optional: bool
    within_seconds: float | None
    without: str | None
    seconds: Quartiles
    since_previous: Quartiles


@dataclass(frozen=True, slots=True)
class Funnel(Answer):
    """Customers who took these steps in this order, within the window."""

    method: ClassVar[str] = "funnel"

    scope: Scope
    within_seconds: float | None
    steps: tuple[FunnelStep, ...]


@dataclass(frozen=True, slots=True)
class StepTaken:
    """One step of a funnel without order: the customers who took it at all."""

    pattern: str
    optional: bool
    customers: int
    of_entered: Share
    of_exposed: Share


@dataclass(frozen=True, slots=True)
class StepsDone:
    """Customers who took at least so many different required steps within one window.

    Parameters
    ----------
    steps
        How many.
    seconds
        From the first of these steps to the last, where that many were first done, taken as close together as they
        were; nothing for one step.
    """

    steps: int
    customers: int
    of_entered: Share
    of_previous: Share
    of_exposed: Share
    seconds: Quartiles


@dataclass(frozen=True, slots=True)
class UnorderedFunnel(Answer):
    """Customers who took these steps in whatever order, within the window.

    Parameters
    ----------
    entered
        Customers who took one required step or more.
    steps
        Each step by itself, in the order asked.
    done
        One required step, two, … all of them.
    """

    method: ClassVar[str] = "unordered-funnel"

    scope: Scope
    within_seconds: float | None
    entered: int
    steps: tuple[StepTaken, ...]
    done: tuple[StepsDone, ...]
