"""Did it work: an effect with its interval, laid beside the smallest effect that matters, gives one of five verdicts.

"Not significant" is not "no effect": no effect is said only when the interval leaves no room for one that matters.
"""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass
from datetime import date
from typing import Literal

from klantreis.analysis.result import Caution, Result, caution, check_level, is_number
from klantreis.errors import InvalidInputError


class Judgement(enum.StrEnum):
    """What can be said of an action's effect."""

    WORKED = "worked"
    NO_EFFECT = "no effect"
    TOO_EARLY = "too early"
    CANNOT_TELL = "cannot tell"
    HARMFUL = "harmful"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict(Result):
    """The judgement, with the effect that it rests on.

    Parameters
    ----------
    judgement
        One of five.
    smallest_relevant_effect
        What the interval was laid beside.
    direction
        Whether up or down is good.
    """

    judgement: Judgement
    smallest_relevant_effect: float
    direction: Literal["up", "down"]


def verdict(
    estimate: float | None,
    low: float | None,
    high: float | None,
    smallest_relevant_effect: float,
    *,
    direction: Literal["up", "down"] = "up",
    n: int = 0,
    n_needed: int | None = None,
    on: date | None = None,
    due: date | None = None,
    confidence: float = 0.95,
) -> Verdict:
    """Judge an effect by its interval, with m for the smallest effect that matters (in the good direction):

    - **worked**: the whole interval is above 0 and reaches m or beyond;
    - **harmful**: the whole interval is below 0 and reaches -m or beyond;
    - **no effect**: the whole interval lies between -m and m, on whichever side of 0;
    - **cannot tell**: anything else, and when there is no interval;
    - **too early**: before the planned number or the planned day, whatever the interval says.

    Parameters
    ----------
    estimate, low, high
        Of the effect; None when it could not be computed.
    smallest_relevant_effect
        Above zero, in the unit of the effect; fixed before measuring.
    direction
        ``down`` when a decrease is what was wanted.
    n, n_needed
        Cases so far and planned.
    on, due
        Today and the planned day.

    Raises
    ------
    InvalidInputError
        When the smallest relevant effect is not above zero, a number is NaN, or the interval does not hold the
        estimate.

    Examples
    --------
    >>> effects = [(0.05, 0.03, 0.07), (0.0, -0.01, 0.01), (0.03, -0.02, 0.08)]
    >>> [str(verdict(*effect, 0.02).judgement) for effect in effects]
    ['worked', 'no effect', 'cannot tell']
    """
    check_level(confidence)
    _check(estimate, low, high, smallest_relevant_effect)
    for name, value in (("n", n), ("n_needed", 0 if n_needed is None else n_needed)):
        if not (is_number(value) and 0 <= value < math.inf):
            raise InvalidInputError(f"{name} must be a whole number of 0 or more, not {value!r}.")
    if not isinstance(direction, str) or direction not in ("up", "down"):
        raise InvalidInputError(f"direction is up or down, not {direction!r}.")
    if (on is None) != (due is None):
        raise InvalidInputError("on and due must both be given, or neither.")
    for name, day in (("on", on), ("due", due)):
        if day is not None and not isinstance(day, date):
            raise InvalidInputError(f"{name} must be a day, not {day!r}.")
    bottom, top = (low, high) if direction == "up" else (_turned(high), _turned(low))
    judgement, cautions = _judge(bottom, top, smallest_relevant_effect)
    early = n_needed is not None and n < n_needed
    if early or (on is not None and due is not None and on < due):
        cautions = [caution("verdict.harm_so_far")] if judgement is Judgement.HARMFUL else []
        judgement = Judgement.TOO_EARLY
    return Verdict(
        estimate=estimate,
        low=low,
        high=high,
        n=n,
        method="interval beside the smallest relevant effect",
        confidence=confidence,
        warnings=tuple(cautions),
        judgement=judgement,
        smallest_relevant_effect=smallest_relevant_effect,
        direction=direction,
    )


def _turned(value: float | None) -> float | None:
    return None if value is None else -value


def _check(estimate: float | None, low: float | None, high: float | None, smallest: float) -> None:
    for name, value in (("estimate", estimate), ("low", low), ("high", high)):
        if value is not None and not (is_number(value) and not math.isnan(value)):
            raise InvalidInputError(
                f"{name} is not a number: {value!r}.", hint="Give None for what could not be computed."
            )
    if not (is_number(smallest) and smallest > 0 and math.isfinite(smallest)):
        raise InvalidInputError(
            f"smallest_relevant_effect must lie above 0, not at {smallest!r}.",
            hint="Which effect is the smallest that would make you act? Give its size; the direction goes apart.",
        )
    if low is not None and high is not None:
        inside = estimate is None or low <= estimate <= high
        if not inside or low > high:
            raise InvalidInputError(f"low to high ({low:g} to {high:g}) does not hold the estimate ({estimate}).")


def _judge(low: float | None, high: float | None, smallest: float) -> tuple[Judgement, list[Caution]]:
    if low is None or high is None:
        return Judgement.CANNOT_TELL, [caution("verdict.no_interval")]
    if -smallest < low and high < smallest:
        real = low > 0 or high < 0
        return Judgement.NO_EFFECT, [caution("verdict.too_small_to_matter")] if real else []
    if low > 0:
        return Judgement.WORKED, [caution("verdict.may_be_small")] if low < smallest else []
    if high < 0:
        return Judgement.HARMFUL, [caution("verdict.may_be_small")] if high > -smallest else []
    if high < smallest:
        return Judgement.CANNOT_TELL, [caution("verdict.harm_possible")]
    return Judgement.CANNOT_TELL, [caution("verdict.interval_too_wide")]
