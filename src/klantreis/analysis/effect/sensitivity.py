"""How strong would something unmeasured have to be to explain an effect away: the E-value."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from klantreis.analysis.effect.estimate import critical
from klantreis.analysis.result import Floats, Result, check_level, is_number
from klantreis.errors import InvalidInputError

#: Largest log of a risk ratio that an effect is turned into.
MOST = 300.0
#: A ratio beyond this stands for "no end": its square is no number any more.
LARGEST = 1e150


#: About the risk ratio that each of these stands for when the outcome is common (VanderWeele 2017, Biometrics 73).
TURNED: dict[str, Callable[[float], float]] = {
    "risk_ratio": float,
    "odds_ratio": lambda ratio: math.sqrt(ratio) if ratio < LARGEST else ratio,
    "hazard_ratio": lambda ratio: (
        math.expm1(math.log(0.5) * math.sqrt(ratio)) / math.expm1(math.log(0.5) * math.sqrt(1 / ratio))
        if ratio < LARGEST
        else ratio
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EValue(Result):
    """The risk ratio that a confounder must have with exposure and with outcome; 1 means nothing is needed.

    ``estimate`` is for the effect itself, ``low`` for the end of its interval that lies nearest to no effect (None when
    no interval was given); there is no ``high``.
    """

    risk_ratio: float


def e_value(
    risk_ratio: float,
    *,
    low: float | None = None,
    high: float | None = None,
    of: Literal["risk_ratio", "odds_ratio", "hazard_ratio"] = "risk_ratio",
    n: int = 0,
    confidence: float = 0.95,
) -> EValue:
    """The E-value of a risk ratio, and of the end of its interval that lies nearest to 1.

    Parameters
    ----------
    risk_ratio
        Above zero; below 1 for an exposure that protects.
    low, high
        The ends of its interval.
    of
        What the three are: an odds ratio or hazard ratio of a **common** outcome (above some 15 %) is first turned into
        about a risk ratio, √OR or (1 - ½^√HR) / (1 - ½^√(1/HR)); of a rare one each is a risk ratio as it stands.
    n, confidence
        Of the study that it comes from; only handed on.

    Raises
    ------
    InvalidInputError
        When a ratio is not above zero, or the interval does not hold the risk ratio.

    References
    ----------
    VanderWeele and Ding (2017), Annals of Internal Medicine 167(4).

    Examples
    --------
    >>> found = e_value(3.9, low=1.8, high=8.7)
    >>> round(found.estimate, 2), round(found.low, 1)
    (7.26, 3.0)
    """
    check_level(confidence)
    if not (is_number(n) and 0 <= n < math.inf):
        raise InvalidInputError(f"n must be a whole number of 0 or more, not {n!r}.")
    for name, value in (("risk_ratio", risk_ratio), ("low", low), ("high", high)):
        if (value is not None or name == "risk_ratio") and not (is_number(value) and value > 0):
            raise InvalidInputError(f"{name} must be a number above 0, not {value!r}.")
    risk_ratio = float(risk_ratio)
    if not risk_ratio < LARGEST:
        raise InvalidInputError(f"risk_ratio must be finite, not {risk_ratio}.")
    if (low is not None and low > risk_ratio) or (high is not None and high < risk_ratio):
        raise InvalidInputError(f"The interval from low to high does not hold the risk_ratio, {risk_ratio}.")
    if of not in TURNED:
        raise InvalidInputError(f"of knows no {of!r}.", hint=f"Known: {', '.join(TURNED)}.")
    turn = TURNED[of]
    risk_ratio = turn(risk_ratio)
    low, high = (None if end is None else turn(end) for end in (low, high))
    near = low if risk_ratio >= 1 else high
    limit = None if near is None else 1.0 if (near <= 1) == (risk_ratio >= 1) else _needed(near)
    return EValue(
        estimate=_needed(risk_ratio),
        low=limit,
        high=None,
        n=int(n),
        method="e-value" if of == "risk_ratio" else f"e-value, {of.replace('_', ' ')} of a common outcome",
        confidence=confidence,
        risk_ratio=risk_ratio,
    )


def _needed(ratio: float) -> float:
    strength = min(max(ratio, 1 / ratio), LARGEST)
    return strength + math.sqrt(strength * (strength - 1))


def e_value_of_effect(means: list[float], error: float, outcome: Floats, *, confidence: float) -> EValue:
    """The E-value of a difference of two means.

    Of a yes-or-no outcome the ratio of the two means is the risk ratio. Any other outcome is put in standard
    deviations d and turned into about exp(0.91 d) (VanderWeele and Ding 2017).
    """
    half = critical(confidence) * error
    gap = means[0] - means[1]
    if np.isin(outcome, (0, 1)).all() and min(means) > 0:
        ratio = means[0] / means[1]
        # On the log scale, with the spread of the difference carried over by its slope at the mean of the two.
        wide = min(half / (sum(means) / 2), MOST)
        ends = (ratio * math.exp(-wide), ratio * math.exp(wide))
    else:
        spread = float(outcome.std()) or 1.0
        low, ratio, high = (
            math.exp(min(max(0.91 * value / spread, -MOST), MOST)) for value in (gap - half, gap, gap + half)
        )
        ends = (low, high)
    return e_value(ratio, low=min(ends[0], ratio), high=max(ends[1], ratio), n=len(outcome), confidence=confidence)
