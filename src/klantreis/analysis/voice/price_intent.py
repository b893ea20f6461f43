"""At which price would most people buy, and at which is revenue highest (Newton, Miller and Smith)?

Adds to the four prices how likely each respondent is to buy at the cheap and at the expensive one. What a stated
intention is worth is a guess; the answer is given for more than one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from klantreis.analysis.bootstrap import bootstrap, percentiles
from klantreis.analysis.options import checked_options
from klantreis.analysis.result import Caution, Floats, Result, as_array, caution, check_level, same_length
from klantreis.analysis.voice.price_curves import BLOCK, FourPrices, four_prices
from klantreis.errors import InvalidInputError

#: What "definitely, probably, maybe, probably not, definitely not" (5 to 1) are worth; the first is the usual one.
CALIBRATIONS: dict[str, tuple[float, ...]] = {
    "usual": (0.7, 0.5, 0.3, 0.1, 0.0),
    "strict": (0.3, 0.1, 0.0, 0.0, 0.0),
    "face value": (1.0, 0.75, 0.5, 0.25, 0.0),
}


@dataclass(frozen=True, slots=True)
class Calibration:
    """What the prices would be if stated intentions were worth this much."""

    name: str
    values: tuple[float, ...]
    reach_price: float
    revenue_price: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NewtonMillerSmith(Result):
    """Two prices and the curves behind them; ``estimate`` is the price of most revenue.

    Parameters
    ----------
    reach_price, revenue_price
        Where the mean probability to buy, and price times it, are highest.
    reach, revenue
        Those highest values: share of respondents, and money per respondent.
    price, reach_curve, revenue_curve
        To draw.
    sensitivity
        The prices under other worths of the intentions.
    """

    reach_price: Result
    revenue_price: Result
    reach: float
    revenue: float
    asked: int
    price: tuple[float, ...] = field(repr=False)
    reach_curve: tuple[float, ...] = field(repr=False)
    revenue_curve: tuple[float, ...] = field(repr=False)
    sensitivity: tuple[Calibration, ...]


@checked_options
def newton_miller_smith(
    too_cheap: npt.ArrayLike,
    cheap: npt.ArrayLike,
    expensive: npt.ArrayLike,
    too_expensive: npt.ArrayLike,
    intent_cheap: npt.ArrayLike,
    intent_expensive: npt.ArrayLike,
    *,
    scale: Sequence[float] = (5, 4, 3, 2, 1),
    calibration: Sequence[float] = CALIBRATIONS["usual"],
    weights: npt.ArrayLike | None = None,
    confidence: float = 0.95,
    draws: int = 1000,
    seed: int = 0,
) -> NewtonMillerSmith:
    """Reach and revenue by price, from four prices and two intentions to buy.

    Parameters
    ----------
    too_cheap, cheap, expensive, too_expensive
        As for :func:`van_westendorp`.
    intent_cheap, intent_expensive
        Shape (n,): answers on the scale, at the respondent's own cheap and expensive price.
    scale, calibration
        The answers from surest to least sure, and the probability to buy each is worth.

    Raises
    ------
    InvalidInputError
        As for :func:`van_westendorp`; also when an intention is not on the scale or a worth not between 0 and 1.

    Notes
    -----
    A respondent's probability is 0 at both outer prices and outside them, the calibrated worth at the cheap and the
    expensive price, and a straight line over the price between. The optimum is sought among the prices anybody named.

    References
    ----------
    Newton, Miller and Smith (1993), AMA Advanced Research Techniques Forum.

    Examples
    --------
    >>> found = newton_miller_smith([2, 3, 4], [5, 6, 7], [8, 9, 10], [11, 12, 13], [5, 4, 5], [3, 3, 2])
    >>> found.reach_price.estimate, found.revenue_price.estimate, round(found.reach, 3)
    (7.0, 7.0, 0.522)
    """
    four = four_prices(too_cheap, cheap, expensive, too_expensive, weights=weights)
    check_level(confidence)
    worth = _worth(scale, calibration)
    intents = _intents(intent_cheap, intent_expensive, four, worth)

    def reach_of(drawn: Floats, values: Mapping[float, float]) -> Floats:
        return _reach(four, _bends(four, intents, values), drawn)

    def best(reach: Floats) -> Floats:
        return np.column_stack([four.axis[np.argmax(reach, axis=1)], four.axis[np.argmax(reach * four.axis, axis=1)]])

    bends = _bends(four, intents, worth)
    reach = _reach(four, bends, four.weights[None, :])
    found = best(reach)[0]
    block = max(four.n, BLOCK * four.n // max(four.n, len(four.axis)))
    spread = bootstrap(
        lambda d: best(_reach(four, bends, d * four.weights)), four.n, draws=draws, seed=seed, block=block
    )
    low, high = percentiles(spread, confidence)
    prices = [
        Result(
            estimate=float(found[j]),
            low=float(low[j]),
            high=float(high[j]),
            n=four.n,
            method="highest of a piecewise linear curve, percentile bootstrap of respondents",
            confidence=confidence,
        )
        for j in range(2)
    ]
    sensitivity = _sensitivity(scale, lambda values: best(reach_of(four.weights[None, :], values))[0])
    revenue = reach[0] * four.axis
    return NewtonMillerSmith(
        estimate=prices[1].estimate,
        low=prices[1].low,
        high=prices[1].high,
        n=four.n,
        method=prices[1].method,
        confidence=confidence,
        warnings=four.warnings + _cautions(sensitivity),
        reach_price=prices[0],
        revenue_price=prices[1],
        reach=float(reach.max()),
        revenue=float(revenue.max()),
        asked=len(four.kept),
        price=tuple(four.axis.tolist()),
        reach_curve=tuple(reach[0].tolist()),
        revenue_curve=tuple(revenue.tolist()),
        sensitivity=sensitivity,
    )


def _worth(scale: Sequence[float], calibration: Sequence[float]) -> dict[float, float]:
    if len(scale) != len(calibration) or len(set(scale)) < len(scale) or not len(scale):
        raise InvalidInputError(f"calibration has {len(calibration)} worths for the {len(scale)} answers of scale.")
    as_array("calibration", list(calibration), low=0, high=1)
    return dict(zip(map(float, scale), map(float, calibration), strict=True))


def _intents(cheap: npt.ArrayLike, expensive: npt.ArrayLike, four: FourPrices, worth: Mapping[float, float]) -> Floats:
    columns = {
        "intent_cheap": as_array("intent_cheap", cheap),
        "intent_expensive": as_array("intent_expensive", expensive),
    }
    same_length(too_cheap=four.kept, **columns)
    for name, column in columns.items():
        off = ~np.isin(column, list(worth))
        if off.any():
            raise InvalidInputError(
                f"{name} holds {column[off][0]:g}; the scale is {', '.join(f'{v:g}' for v in worth)}."
            )
    return np.column_stack(list(columns.values()))[four.kept]


def _bends(four: FourPrices, intents: Floats, worth: Mapping[float, float]) -> csr_array:
    """Respondents × axis: by how much the slope of each probability changes at each price."""
    answers = np.array(list(worth))
    order = np.argsort(answers)
    values = np.array(list(worth.values()))[order][np.searchsorted(answers[order], intents)]
    outer = np.zeros((four.n, 1))
    height = np.hstack([outer, values, outer])
    slope = np.hstack([outer, np.diff(height, axis=1) / np.diff(four.prices, axis=1), outer])
    rows = np.repeat(np.arange(four.n), 4)
    return csr_array((np.diff(slope, axis=1).ravel(), (rows, four.places.ravel())), shape=(four.n, len(four.axis)))


def _reach(four: FourPrices, bends: csr_array, drawn: Floats) -> Floats:
    """Draws × axis: the mean probability to buy, built up from its changes of slope."""
    slope = np.cumsum(np.asarray(bends.T @ drawn.T).T, axis=1)
    height = np.cumsum(slope[:, :-1] * np.diff(four.axis), axis=1)
    whole = drawn.sum(axis=1, keepdims=True)
    return np.hstack([np.zeros((len(drawn), 1)), np.maximum(height, 0.0)]) / np.where(whole > 0, whole, 1)


def _sensitivity(scale: Sequence[float], best: Callable[[Mapping[float, float]], Floats]) -> tuple[Calibration, ...]:
    if len(scale) != 5:
        return ()
    found = []
    for name, values in CALIBRATIONS.items():
        reach, revenue = best(_worth(scale, values))
        found.append(Calibration(name, values, float(reach), float(revenue)))
    return tuple(found)


def _cautions(sensitivity: tuple[Calibration, ...]) -> tuple[Caution, ...]:
    """When the price of most revenue moves by more than a tenth with the worth of an intention."""
    prices = [item.revenue_price for item in sensitivity]
    if prices and max(prices) > 1.1 * min(prices):
        return (caution("voice.calibration_decides", low=f"{min(prices):g}", high=f"{max(prices):g}"),)
    return ()
