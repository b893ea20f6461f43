"""Four prices of every respondent: which answers can be used, and where they lie on one axis of prices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from klantreis.analysis.result import Caution, Floats, Ints, as_array, as_weights, caution, same_length
from klantreis.errors import InvalidInputError

NAMES = ("too_cheap", "cheap", "expensive", "too_expensive")
#: Draws times prices or respondents held at once in a bootstrap.
BLOCK = 1_000_000


@dataclass(frozen=True, slots=True)
class FourPrices:
    """The respondents whose prices rise, their prices (n × 4), places on the axis, weights and what to say of them."""

    prices: Floats
    places: Ints
    axis: Floats
    weights: Floats
    kept: npt.NDArray[np.bool_]
    warnings: tuple[Caution, ...]

    @property
    def n(self) -> int:
        """How many respondents are left."""
        return len(self.prices)


def four_prices(*columns: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> FourPrices:
    """Keep those who said too cheap < cheap < expensive < too expensive, and say how many did not."""
    arrays = {name: as_array(name, column, low=0) for name, column in zip(NAMES, columns, strict=True)}
    n = same_length(**arrays)
    table = np.column_stack(list(arrays.values()))
    kept = np.asarray((np.diff(table, axis=1) > 0).all(axis=1))
    if not kept.any():
        raise InvalidInputError(
            f"None of the {n} respondents gave prices with too_cheap < cheap < expensive < too_expensive.",
            hint="Check that the four columns stand in this order.",
        )
    w = as_weights(weights, n)[kept]
    if w.sum() <= 0:
        raise InvalidInputError("weights are zero for all whose prices rise.")
    prices = table[kept]
    axis, places = np.unique(prices, return_inverse=True)
    left = int(kept.sum())
    found = []
    if left < n:
        found.append(caution("voice.intransitive", dropped=n - left, n=n, percent=round(100 * (n - left) / n)))
    if left < 30:
        found.append(caution("voice.few_answers", n=left))
    return FourPrices(prices, places.reshape(prices.shape).astype(np.int64), axis, w, kept, tuple(found))
