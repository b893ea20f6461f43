"""Which contacts decide: those whose effect is large and sure, and that many reach. Never by frequency alone.

The grade goes with it, since a touchpoint that goes together with loyalty is not one that makes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np

from klantreis.analysis.effect.estimate import Grade
from klantreis.analysis.effect.proportions import Proportion
from klantreis.analysis.result import Caution, Result, caution, check_level, is_number
from klantreis.errors import InvalidInputError
from klantreis.events.share import Share

#: Why a touchpoint is, or is not, a moment of truth.
Why = Literal["decides", "small effect", "unsure effect", "low reach"]


class HasInterval(Protocol):
    """Anything with an estimate and its interval: the answer of any analysis."""

    @property
    def estimate(self) -> float | None: ...
    @property
    def low(self) -> float | None: ...
    @property
    def high(self) -> float | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment(Result):
    """One touchpoint: its effect, its reach, and whether it decides.

    Parameters
    ----------
    reach
        Share of the customers who come there.
    grade
        How the effect was come by.
    decides
        Whether it is a moment of truth; ``why`` says why, or why not.
    influence
        Effect times reach: what it makes of the average customer.
    """

    touchpoint: str
    reach: float
    grade: Grade
    decides: bool
    why: Why
    influence: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentsOfTruth(Result):
    """The part of the touchpoints that decide, and each of them: deciding first, then by grade and influence."""

    touchpoints: tuple[Moment, ...]

    @property
    def moments(self) -> tuple[Moment, ...]:
        """Those that decide."""
        return tuple(item for item in self.touchpoints if item.decides)


def moments_of_truth(
    effects: Mapping[str, HasInterval | Sequence[float]],
    reach: Mapping[str, float | Share | Proportion],
    *,
    smallest_effect: float = 0.0,
    high_reach: float = 0.25,
    grades: Mapping[str, Grade | str] | None = None,
    confidence: float = 0.95,
) -> MomentsOfTruth:
    """A touchpoint decides when its whole interval lies beyond the smallest effect that matters, and enough reach it.

    Parameters
    ----------
    effects
        Of each touchpoint: a result of an analysis, or (estimate, low, high); all in one unit.
    reach
        Of each touchpoint: a share between 0 and 1, or one with its interval (``proportions.wilson``).
    smallest_effect
        In the unit of the effects, in either direction. With 0 any sure effect will do.
    high_reach
        From which share of the customers on (our convention: a quarter).
    grades
        How each effect was come by, where the effect does not say so itself; a mere association otherwise.
    confidence
        Level of the intervals, to say how many would pass by chance.

    Raises
    ------
    InvalidInputError
        When the two do not name the same touchpoints, a reach is no share, or an interval does not hold its estimate.

    Examples
    --------
    >>> found = moments_of_truth(
    ...     {"delivery": (0.30, 0.22, 0.38), "newsletter": (0.01, -0.20, 0.22), "repair": (0.50, 0.30, 0.70)},
    ...     {"delivery": 0.9, "newsletter": 0.95, "repair": 0.03},
    ...     smallest_effect=0.1,
    ...     grades={"delivery": "experiment"},
    ... )
    >>> [(item.touchpoint, str(item.grade), item.why) for item in found.touchpoints]  # doctest: +NORMALIZE_WHITESPACE
    [('delivery', 'experiment', 'decides'), ('repair', 'association', 'low reach'),
     ('newsletter', 'association', 'unsure effect')]
    """
    check_level(confidence)
    _check(effects, reach, smallest_effect, high_reach, grades)
    given = grades or {}
    found = [
        _moment(name, effect, reach[name], given.get(name), smallest=smallest_effect, high_reach=high_reach)
        for name, effect in effects.items()
    ]
    found.sort(key=lambda item: (not item.decides, item.grade.rank if item.decides else 0, -abs(item.influence or 0)))
    count = sum(item.decides for item in found)
    cautions: list[Caution] = []
    if count > 3 and count > len(found) / 3:
        cautions.append(caution("effect.many_moments", moments=count, n=len(found)))
    if smallest_effect == 0 and len(found) >= 10:
        false = round((1 - confidence) * len(found), 1)
        cautions.append(
            caution("effect.several_tests", n=len(found), percent=round(100 * (1 - confidence), 1), false=false)
        )
    return MomentsOfTruth(
        estimate=count / len(found),
        low=None,
        high=None,
        n=len(found),
        method="interval beyond the smallest effect, and reach",
        confidence=confidence,
        warnings=tuple(cautions),
        touchpoints=tuple(found),
    )


def _check(
    effects: Mapping[str, object],
    reach: Mapping[str, object],
    smallest: float,
    high_reach: float,
    grades: Mapping[str, object] | None,
) -> None:
    for name, value in (("effects", effects), ("reach", reach), ("grades", {} if grades is None else grades)):
        if not isinstance(value, Mapping):
            raise InvalidInputError(f"{name} must name each touchpoint with its value, not {value!r}.")
    if not effects:
        raise InvalidInputError("effects is empty.")
    apart = set(effects) ^ set(reach)
    if apart:
        raise InvalidInputError(
            f"effects and reach do not name the same touchpoints: {', '.join(sorted(map(str, apart)))}."
        )
    if unknown := set(grades or {}) - set(effects):
        raise InvalidInputError(f"grades names {', '.join(sorted(map(str, unknown)))}, which effects does not.")
    if not (is_number(smallest) and smallest >= 0 and np.isfinite(smallest)):
        raise InvalidInputError(f"smallest_effect must be 0 or more, not {smallest!r}.")
    if not (is_number(high_reach) and 0 <= high_reach <= 1):
        raise InvalidInputError(f"high_reach is a share from 0 to 1, not {high_reach!r}.")


def _moment(
    name: str,
    effect: HasInterval | Sequence[float],
    reach: float | Share | Proportion,
    grade: Grade | str | None,
    *,
    smallest: float,
    high_reach: float,
) -> Moment:
    estimate, low, high = _interval(name, effect)
    share = reach.value if isinstance(reach, Share | Proportion) else reach
    if not (is_number(share) and 0 <= share <= 1):
        raise InvalidInputError(f"reach[{name!r}] is a share from 0 to 1, not {share!r}.")
    why = _why(low, high, share, smallest=smallest, high_reach=high_reach)
    how = _grade(name, effect, grade)
    weak = why == "decides" and how is Grade.ASSOCIATION
    return Moment(
        estimate=estimate,
        low=low,
        high=high,
        n=int(getattr(effect, "n", 0)),
        method=str(getattr(effect, "method", "as given")),
        confidence=float(getattr(effect, "confidence", 0.95)),
        warnings=(caution("effect.weak_grade", touchpoint=name),) if weak else (),
        touchpoint=name,
        reach=float(share),
        grade=how,
        decides=why == "decides",
        why=why,
        influence=estimate * float(share),
    )


def _interval(name: str, effect: HasInterval | Sequence[float]) -> tuple[float, float, float]:
    if isinstance(effect, Sequence | np.ndarray):
        three: tuple[object, ...] = tuple(effect)
        if isinstance(effect, str) or len(three) != 3:
            raise InvalidInputError(f"effects[{name!r}] must be (estimate, low, high).")
    else:
        three = tuple(getattr(effect, end, None) for end in ("estimate", "low", "high"))
    numbers = [float(value) for value in three if is_number(value)]
    if len(numbers) < 3:
        raise InvalidInputError(f"effects[{name!r}] has no estimate with an interval: {three}.")
    estimate, low, high = numbers
    if not low <= estimate <= high:
        raise InvalidInputError(f"effects[{name!r}]: {estimate} does not lie between {low} and {high}.")
    return estimate, low, high


def _why(low: float, high: float, reach: float, *, smallest: float, high_reach: float) -> Why:
    if low > smallest or high < -smallest:
        return "decides" if reach >= high_reach else "low reach"
    return "small effect" if low >= -smallest and high <= smallest and smallest > 0 else "unsure effect"


def _grade(name: str, effect: object, grade: Grade | str | None) -> Grade:
    own = getattr(effect, "grade", None) if grade is None else grade
    if own is None:
        return Grade.ASSOCIATION
    try:
        return Grade(own)
    except ValueError as error:
        known = ", ".join(Grade)
        raise InvalidInputError(f"grades[{name!r}] is {own!r}.", hint=f"Known grades: {known}.") from error
