"""What the paths to an outcome answer: sequences that led to it or to nothing, and the credit of what is on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from klantreis.events.answers.answer import Answer, Quartiles, Scope
from klantreis.events.share import Share

Outcomes = Literal["each", "first"]


@dataclass(frozen=True, slots=True)
class PathQuestion:
    """Which paths were asked for.

    Parameters
    ----------
    outcome
        The pattern of the events that end a path.
    by
        What a path is made of: touchpoint, channel or another field.
    lookback_seconds
        How long before the outcome a touch may lie to belong to its path; None: any time.
    outcomes
        Each outcome of a customer ends a path, or only the first, after which nothing of the customer counts.
    touches
        The pattern of the events that can be on a path; None: all but the outcomes.
    fold_repeats
        Whether immediate repeats on a path are taken as one.
    """

    outcome: str
    by: str
    lookback_seconds: float | None
    outcomes: Outcomes
    touches: str | None
    fold_repeats: bool


@dataclass(frozen=True, slots=True)
class OutcomePath:
    """One sequence: how often it led to the outcome, and how often to nothing.

    Parameters
    ----------
    share_of_outcomes, share_of_paths
        Of all paths that led to the outcome, and of all paths.
    converted
        Of the times that customers went exactly this path.
    """

    path: tuple[str, ...]
    outcomes: int
    nothing: int
    share_of_outcomes: float
    share_of_paths: float
    converted: Share


@dataclass(frozen=True, slots=True)
class OutcomePaths(Answer):
    """The paths to an outcome and the paths to nothing.

    Parameters
    ----------
    n, distinct
        Number of paths, and of different sequences among them.
    converted
        Paths that led to the outcome: one for each outcome counted.
    direct
        Those of them without a touch: the empty path. None when they are hidden.
    open
        Paths to nothing whose last touch is less than the lookback before the data end: nothing yet. None without
        a lookback, when every path to nothing may still lead somewhere, or when they are hidden.
    customers
        Customers with the outcome, as a share of all in scope.
    touches, seconds
        Quartiles over the paths that led to the outcome and have a touch: how many, and from the first to the outcome.
    paths
        Most outcomes first, then most frequent.
    rest_paths, rest_outcomes, rest_nothing
        All other sequences together.
    """

    method: ClassVar[str] = "paths-to"

    scope: Scope
    question: PathQuestion
    n: int
    distinct: int
    converted: Share
    direct: int | None
    open: int | None
    customers: Share
    touches: Quartiles
    seconds: Quartiles
    paths: tuple[OutcomePath, ...]
    rest_paths: int
    rest_outcomes: int
    rest_nothing: int


@dataclass(frozen=True, slots=True)
class Credited:
    """What one value of the field is credited with.

    Parameters
    ----------
    value
        A touchpoint, a channel, …
    paths, outcomes
        Paths it is on, and those of them that led to the outcome.
    converted
        The second as a share of the first.
    first, last
        Paths to the outcome that begin, and end, with it, as a share of all that have a touch. None when hidden.
    linear, linear_share
        Every touch on a path of n touches gets 1/n.
    position, position_share
        The first and the last get 0.4, the others share 0.2; two get 0.5 each, one gets all.
    """

    value: str
    paths: int
    outcomes: int
    converted: Share
    first: Share | None
    last: Share | None
    linear: float
    linear_share: float
    position: float
    position_share: float


@dataclass(frozen=True, slots=True)
class Credit(Answer):
    """Outcomes credited by rule to what is on their paths; each rule's credits add up to ``credited``.

    Parameters
    ----------
    n
        Number of paths, also those to nothing.
    outcomes, credited, direct
        Outcomes counted; those with a touch on their path; those without, which no rule credits to anything.
    values
        Most linear credit first.
    """

    method: ClassVar[str] = "credit"

    scope: Scope
    question: PathQuestion
    n: int
    outcomes: int
    credited: int
    direct: int
    values: tuple[Credited, ...]
