"""Credit by rule from counts: how often each value stands on paths of each length, at an end or between.

Every fraction is taken once per length and added up without rounding, so that the answer does not depend on the order
in which paths are counted, nor on where.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from klantreis.events.answers.answer import Scope
from klantreis.events.answers.outcomes import Credit, Credited, PathQuestion
from klantreis.events.share import wilson


@dataclass(frozen=True, slots=True)
class OnPaths:
    """Where one value stands.

    Parameters
    ----------
    code, value
        What sorts it, and its text.
    counts
        Paths it is on, those of them that led to the outcome, and how many of these begin and end with it.
    by_length
        Of the paths to the outcome: their length, how often it is at either end of one, and how often between.
    """

    code: int
    value: str
    counts: tuple[int, int, int, int]
    by_length: Sequence[tuple[int, int, int]]


def credit_of(scope: Scope, asked: PathQuestion, *, n: int, outcomes: int, found: Iterable[OnPaths]) -> Credit:
    """The answer, most linear credit first."""
    ranked = sorted(((each, *by_rule(each.by_length)) for each in found), key=lambda one: (-one[1], one[0].code))
    credited = sum(each.counts[2] for each, *_ in ranked)
    return Credit(
        scope=scope,
        question=asked,
        n=n,
        outcomes=outcomes,
        credited=credited,
        direct=outcomes - credited,
        values=tuple(
            Credited(
                value=each.value,
                paths=paths,
                outcomes=led,
                converted=wilson(led, paths),
                first=wilson(begins, credited),
                last=wilson(ends, credited),
                linear=linear,
                linear_share=linear / credited if credited else 0.0,
                position=position,
                position_share=position / credited if credited else 0.0,
            )
            for each, linear, position in ranked
            for paths, led, begins, ends in [each.counts]
        ),
    )


def by_rule(by_length: Sequence[tuple[int, int, int]]) -> tuple[float, float]:
    """Linear credit, and credit by position.

    Parameters
    ----------
    by_length
        The length of paths, how often the value is at an end of one, and how often between.

    Examples
    --------
    >>> by_rule([(2, 1, 0), (4, 1, 1)])
    (1.0, 1.0)
    """
    linear = math.fsum((edges + inner) / length for length, edges, inner in by_length)
    parts = []
    for length, edges, inner in by_length:
        if length <= 2:
            parts.append((edges + inner) / length)
        else:
            parts += [0.4 * edges, 0.2 * inner / (length - 2)]
    return linear, math.fsum(parts)
