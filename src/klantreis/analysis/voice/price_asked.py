"""How many would buy at each price shown, and which of those prices earns most (Gabor and Granger)?

Does not answer what a price that was not shown would do, and people say yes more easily than they pay.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from klantreis.analysis.bootstrap import bootstrap, percentiles
from klantreis.analysis.options import checked_options
from klantreis.analysis.result import Caution, Floats, Result, as_array, as_weights, caution, check_level, same_length
from klantreis.analysis.voice.averages import Customers, customers_of, effective_n, wilson_interval
from klantreis.errors import InvalidInputError

#: Prices that earn at least this part of the best are as good as it (our convention).
AS_GOOD = 0.98


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceAsked(Result):
    """One price shown; ``estimate`` is the share that would buy, with Wilson's interval.

    Parameters
    ----------
    price
        As shown.
    smoothed
        The share after no higher price may sell more than a lower one.
    revenue, profit
        Of the whole market, from the smoothed share.
    best_share
        In which share of the bootstrap draws this price earned most.
    """

    price: float
    smoothed: float
    revenue: float
    profit: float
    best_share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GaborGranger(Result):
    """The shown price with the highest profit; ``profit`` there, and the price of most revenue."""

    profit: float
    revenue_price: float
    prices: tuple[PriceAsked, ...]


@checked_options
def gabor_granger(
    price: npt.ArrayLike,
    bought: npt.ArrayLike,
    *,
    cost: float = 0,
    market: float = 1,
    fixed: float = 0,
    customer: Customers = None,
    weights: npt.ArrayLike | None = None,
    confidence: float = 0.95,
    draws: int = 1000,
    seed: int = 0,
) -> GaborGranger:
    """Share that would buy at each price, made to fall with the price, and the price that earns most.

    Parameters
    ----------
    price, bought
        Shape (n,): a price that was shown, and 1 or 0 for whether the answer was yes.
    cost, market, fixed
        Cost of one piece, number of people, and cost of being there at all: profit is
        market · (price - cost) · share - fixed.
    customer
        Shape (n,): who answered; when one was shown several prices the bootstrap draws whole customers.
    weights
        Shape (n,), non-negative.

    Raises
    ------
    InvalidInputError
        When an answer is not 0 or 1, a price is negative, or only one price was shown.

    Notes
    -----
    The shares are made to fall by isotonic regression (pool adjacent violators, weighted).

    References
    ----------
    Gabor and Granger (1966), Economica 33:43-70; Ayer et al. (1955), Annals of Mathematical Statistics 26:641-647.

    Examples
    --------
    >>> found = gabor_granger([4] * 10 + [6] * 10 + [8] * 10, [1] * 9 + [0] + [1] * 7 + [0] * 3 + [1] * 2 + [0] * 8)
    >>> found.estimate, [(item.price, item.smoothed) for item in found.prices]
    (6.0, [(4.0, 0.9), (6.0, 0.7), (8.0, 0.2)])
    """
    p, yes = as_array("price", price, low=0), as_array("bought", bought, low=0, high=1)
    n = same_length(price=p, bought=yes)
    if not np.isin(yes, (0, 1)).all():
        raise InvalidInputError("bought must hold 1 (yes) and 0 (no) only.")
    w = as_weights(weights, n)
    check_level(confidence)
    axis, place = np.unique(p, return_inverse=True)
    if len(axis) < 2:
        raise InvalidInputError(f"price holds one price only ({axis[0]:g}); which earns most takes two or more.")
    codes = customers_of(customer, n)
    unit = np.arange(n) if codes is None else codes
    said, asked = (_table(unit, place, values, len(axis)) for values in (w * yes, w))
    if (asked.sum(axis=0) <= 0).any():
        raise InvalidInputError("weights are all zero at one of the prices.")
    if market <= 0:
        raise InvalidInputError(f"market must be above 0, not {market}.")
    margin = market * (axis - cost)

    def profits(drawn: Floats) -> Floats:
        return np.asarray(margin * falling(drawn @ said, drawn @ asked) - fixed)

    ones = np.ones((1, len(said)))
    smooth = falling(ones @ said, ones @ asked)[0]
    profit = margin * smooth - fixed
    best = int(np.argmax(profit))
    winners = np.argmax(bootstrap(profits, len(said), draws=draws, seed=seed), axis=1)
    low, high = percentiles(axis[winners], confidence)
    wins = np.bincount(winners, minlength=len(axis)) / draws
    shown = [
        _shown(j, axis, (place == j), yes, w, confidence, (smooth, market * axis * smooth, profit, wins))
        for j in range(len(axis))
    ]
    return GaborGranger(
        estimate=float(axis[best]),
        low=float(low),
        high=float(high),
        n=len(said),
        method="isotonic shares, percentile bootstrap of " + ("answers" if codes is None else "customers"),
        confidence=confidence,
        warnings=_cautions(axis, profit + fixed, best, len(said), float(low), float(high)),
        profit=float(profit[best]),
        revenue_price=float(axis[np.argmax(axis * smooth)]),
        prices=tuple(shown),
    )


def _table(unit: npt.NDArray[np.int64], place: npt.NDArray[np.int64], values: Floats, width: int) -> Floats:
    rows = int(unit.max()) + 1
    table: Floats = np.bincount(unit * width + place, values, minlength=rows * width).astype(np.float64)
    return table.reshape(rows, width)


def _shown(
    j: int,
    axis: Floats,
    here: npt.NDArray[np.bool_],
    yes: Floats,
    weights: Floats,
    confidence: float,
    computed: tuple[Floats, Floats, Floats, Floats],
) -> PriceAsked:
    smooth, revenue, profit, wins = (float(column[j]) for column in computed)
    share = float(weights[here] @ yes[here] / weights[here].sum())
    found = wilson_interval(share, effective_n(weights[here]), confidence=confidence)
    return PriceAsked(
        estimate=share,
        low=found.low,
        high=found.high,
        n=int(here.sum()),
        method=found.method,
        confidence=confidence,
        price=float(axis[j]),
        smoothed=smooth,
        revenue=revenue,
        profit=profit,
        best_share=wins,
    )


def falling(said: Floats, asked: Floats) -> Floats:
    """Rows × prices: the weighted shares said / asked, made to fall along the prices (isotonic regression).

    Examples
    --------
    >>> falling(np.array([[9.0, 2.0, 4.0]]), np.array([[10.0, 10.0, 10.0]])).tolist()
    [[0.9, 0.3, 0.3]]
    """
    # At each price: the smallest, over where a pool may begin, of the largest mean over where it may end.
    rows, width = said.shape
    top = np.hstack([np.zeros((rows, 1)), np.cumsum(said, axis=1)])
    below = np.hstack([np.zeros((rows, 1)), np.cumsum(asked, axis=1)])
    share = np.full((rows, width), np.inf)
    for begin in range(width):
        count = below[:, begin + 1 :] - below[:, [begin]]
        mean = np.divide(
            top[:, begin + 1 :] - top[:, [begin]], count, out=np.full(count.shape, -np.inf), where=count > 0
        )
        largest = np.maximum.accumulate(mean[:, ::-1], axis=1)[:, ::-1]
        # A price that no draw holds says nothing of where a pool begins.
        largest = np.where(np.isneginf(largest), np.inf, largest)
        share[:, begin:] = np.minimum(share[:, begin:], largest)
    return np.clip(np.where(np.isinf(share), 0.0, share), 0.0, 1.0)


def _cautions(axis: Floats, earned: Floats, best: int, units: int, low: float, high: float) -> tuple[Caution, ...]:
    found = [caution("voice.few_answers", n=units)] if units < 30 else []
    if best in (0, len(axis) - 1):
        found.append(caution("voice.optimum_at_end", price=f"{axis[best]:g}", low=f"{axis[0]:g}", high=f"{axis[-1]:g}"))
    else:
        ends = [end for end in (float(axis[0]), float(axis[-1])) if end in (low, high)]
        found += [caution("voice.open_optimum", price=f"{end:g}") for end in ends]
    as_good = axis[earned >= AS_GOOD * earned[best]] if earned[best] > 0 else axis[[best]]
    if len(as_good) > 1:
        found.append(caution("voice.flat_optimum", low=f"{as_good.min():g}", high=f"{as_good.max():g}"))
    if earned[best] <= 0:
        found.append(caution("voice.no_profit"))
    return tuple(found)
