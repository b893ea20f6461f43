"""At which prices do too cheap, cheap, expensive and too expensive cross (Van Westendorp)?

Does not answer which price earns most: the "optimal" point is where as few say too cheap as too expensive.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from klantreis.analysis.bootstrap import bootstrap, percentiles
from klantreis.analysis.options import checked_options
from klantreis.analysis.result import Caution, Floats, Ints, Result, caution, check_level
from klantreis.analysis.voice.price_curves import BLOCK, NAMES, FourPrices, four_prices

#: Each point: the falling curve (one less the share at or below) and the rising one, as columns of NAMES.
CROSSINGS = {"pmc": (0, 1), "idp": (1, 2), "pme": (2, 3), "opp": (0, 3)}


@dataclass(frozen=True, slots=True)
class PriceCurves:
    """The curves to draw, one value per price: who finds it (not) too cheap, cheap, expensive or too expensive.

    ``too_cheap`` and ``cheap`` fall from 1 to 0, ``expensive`` and ``too_expensive`` rise from 0 to 1.
    """

    price: tuple[float, ...]
    too_cheap: tuple[float, ...]
    cheap: tuple[float, ...]
    expensive: tuple[float, ...]
    too_expensive: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VanWestendorp(Result):
    """The four crossings; ``estimate`` is the optimal price point.

    Parameters
    ----------
    pmc, pme
        Points of marginal cheapness and expensiveness: the ends of the range of acceptable prices.
    idp
        Indifference price point: as many say cheap as expensive.
    opp
        Optimal price point: as many say too cheap as too expensive.
    asked
        How many respondents there were; ``n`` of them gave prices that rise.
    """

    pmc: Result
    pme: Result
    idp: Result
    opp: Result
    asked: int
    curves: PriceCurves = field(repr=False)


@checked_options
def van_westendorp(
    too_cheap: npt.ArrayLike,
    cheap: npt.ArrayLike,
    expensive: npt.ArrayLike,
    too_expensive: npt.ArrayLike,
    *,
    weights: npt.ArrayLike | None = None,
    confidence: float = 0.95,
    draws: int = 1000,
    seed: int = 0,
) -> VanWestendorp:
    """Price sensitivity meter: the crossings of four cumulative curves.

    Parameters
    ----------
    too_cheap, cheap, expensive, too_expensive
        Shape (n,): the price at which each respondent would begin to find it so.
    weights
        Shape (n,), non-negative.
    draws, seed
        Of the bootstrap of respondents.

    Raises
    ------
    InvalidInputError
        When a price is missing or negative, lengths differ, or nobody's prices rise.

    Notes
    -----
    Who does not say too cheap < cheap < expensive < too expensive is left out, and the share is reported. A curve is
    the share of prices at or below each price that anybody named, 0 at its own lowest price; between prices it is a
    straight line, and a point is the first crossing.

    References
    ----------
    Van Westendorp (1976), ESOMAR Congress, 139-167; conventions as in the R package pricesensitivitymeter.

    Examples
    --------
    >>> meter = van_westendorp([2, 3, 4, 5], [5, 6, 7, 8], [7, 8, 9, 10], [9, 11, 12, 14])
    >>> meter.pmc.estimate, meter.opp.estimate, round(meter.idp.estimate, 3), meter.pme.estimate
    (5.0, 5.0, 7.333, 9.5)
    """
    four = four_prices(too_cheap, cheap, expensive, too_expensive, weights=weights)
    check_level(confidence)
    curves = [_Curve(four, column) for column in range(4)]

    def points(drawn: Floats) -> Floats:
        for curve in curves:
            curve.draw(drawn)
        return np.column_stack([_crossing(four.axis, curves[a], curves[b]) for a, b in CROSSINGS.values()])

    spread = bootstrap(lambda d: points(d * four.weights), four.n, draws=draws, seed=seed, block=BLOCK)
    low, high = percentiles(spread, confidence)
    found = points(four.weights[None, :])[0]
    shares = [curve.at(np.arange(len(four.axis))[None, :])[0] for curve in curves]
    thin = _thin(four, float(curves[3].at(np.searchsorted(four.axis, found[[3]])[None, :])[0, 0]))
    warnings = four.warnings + _heaped(four) + thin + _plateau(four.axis, shares)
    results = {
        name: Result(
            estimate=float(found[j]),
            low=float(low[j]),
            high=float(high[j]),
            n=four.n,
            method="first linear crossing, percentile bootstrap of respondents",
            confidence=confidence,
        )
        for j, name in enumerate(CROSSINGS)
    }
    best = results["opp"]
    return VanWestendorp(
        estimate=best.estimate,
        low=best.low,
        high=best.high,
        n=four.n,
        method=best.method,
        confidence=confidence,
        warnings=warnings,
        **results,
        asked=len(four.kept),
        curves=PriceCurves(
            tuple(four.axis.tolist()),
            tuple((1 - shares[0]).tolist()),
            tuple((1 - shares[1]).tolist()),
            tuple(shares[2].tolist()),
            tuple(shares[3].tolist()),
        ),
    )


class _Curve:
    """The share of respondents at or below each price of the axis, for several draws of respondents at once."""

    def __init__(self, four: FourPrices, column: int) -> None:
        self._order = np.argsort(four.prices[:, column], kind="stable")
        # How many respondents lie at or below each price; a zero in front, for the place before the first.
        below = np.searchsorted(four.prices[self._order, column], four.axis, side="right")
        self._below = np.concatenate([[0], below])
        self._running = np.zeros((0, four.n + 1))

    def draw(self, drawn: Floats) -> None:
        """Take the weights (draws × respondents) that ``at`` answers for."""
        self._running = np.zeros((len(drawn), drawn.shape[1] + 1))
        np.cumsum(drawn[:, self._order], axis=1, out=self._running[:, 1:])

    def at(self, places: Ints) -> Floats:
        """Draws × k: the share at places on the axis, 0 at the lowest price that anybody drawn named."""
        rows = np.arange(len(self._running))[:, None]
        whole = self._running[:, -1:]
        here, before = self._running[rows, self._below[places + 1]], self._running[rows, self._below[places]]
        full = here >= whole * (1 - 1e-12)
        share = np.where(full, 1.0, here / np.where(whole > 0, whole, 1))
        # Of a single price nothing would be left if it were set to 0.
        return np.where((before <= 0) & ~full, 0.0, share)


def _crossing(axis: Floats, falling: _Curve, rising: _Curve) -> Floats:
    """Where 1 - falling and rising cross first, on the straight line between two prices; found by halving."""

    def gap(places: Ints) -> Floats:
        return np.asarray((1 - falling.at(places[:, None]) - rising.at(places[:, None]))[:, 0])

    draws = len(falling.at(np.zeros((1, 1), dtype=np.int64)))
    before, after = np.full(draws, -1), np.full(draws, len(axis) - 1)
    while (after - before > 1).any():
        middle = np.maximum((before + after) // 2, 0)
        crossed = gap(middle) <= 1e-12
        after, before = np.where(crossed, middle, after), np.where(crossed, before, middle)
    start = np.maximum(before, 0)
    y1, y2 = gap(start), np.minimum(gap(after), 0.0)
    step = np.divide(y1, y1 - y2, out=np.zeros(draws), where=(before >= 0) & (y1 > y2))
    return np.asarray(axis[start] + step * (axis[after] - axis[start]))


def _heaped(four: FourPrices) -> tuple[Caution, ...]:
    """Where more than one in twenty named the lowest price of a curve, setting it to 0 there matters."""
    heaped = []
    for column, name in enumerate(NAMES):
        prices = four.prices[:, column]
        share = float(four.weights @ (prices == prices.min()) / four.weights.sum())
        if share > 0.05 and prices.min() < prices.max():
            heaped.append(
                caution("voice.heaped_prices", column=name, price=f"{prices.min():g}", percent=round(100 * share))
            )
    return tuple(heaped)


def _thin(four: FourPrices, height: float) -> tuple[Caution, ...]:
    """Where fewer than five respondents lie beyond the optimal point, its interval is too narrow (see the page)."""
    people = round(height * four.n)
    return (caution("voice.thin_crossing", people=people),) if people < 5 else ()


def _plateau(axis: Floats, shares: list[Floats]) -> tuple[Caution, ...]:
    """Where nobody says too cheap or too expensive over a stretch, any price in it is as good as the first."""
    nobody = (1 - shares[0] <= 1e-12) & (shares[3] <= 1e-12)
    if nobody.sum() < 2:
        return ()
    stretch = axis[nobody]
    return (caution("voice.flat_crossing", low=f"{stretch[0]:g}", high=f"{stretch[-1]:g}"),)
