"""How sure are we of an average of answers: of one each, weighted, or several of one customer.

Does not answer what the average means; that stands with each measure.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from klantreis.analysis.bootstrap import bootstrap, percentiles
from klantreis.analysis.result import Caution, Floats, as_codes, caution, check_level
from klantreis.errors import InvalidInputError

#: Below this many answers an average says little by itself (our convention).
FEW = 30
#: Below this many customers an interval that draws whole customers again is too narrow.
FEW_CUSTOMERS = 20

Customers = Sequence[object] | npt.NDArray[Any] | None


@dataclass(frozen=True, slots=True)
class Interval:
    """Two ends and the name of how they were found."""

    low: float | None
    high: float | None
    method: str


def effective_n(weights: Floats) -> float:
    """How many unweighted answers carry as much information (Kish): (Σw)² / Σw².

    Examples
    --------
    >>> effective_n(np.array([1.0, 1.0, 2.0]))
    2.6666666666666665
    """
    return float(weights.sum() ** 2 / (weights**2).sum())


def t_interval(values: Floats, weights: Floats, *, confidence: float, bounds: tuple[float, float]) -> Interval:
    """Student's interval of a mean, cut off at the ends of the scale; none for a single answer.

    With weights the mean's variance is that of a ratio, and the degrees of freedom those of the effective n.
    """
    n = effective_n(weights)
    if n <= 1 + 1e-12:
        return Interval(None, None, "none: a single answer")
    share = weights / weights.sum()
    mean = float(share @ values)
    variance = float((share**2) @ ((values - mean) ** 2)) * n / (n - 1)
    half = float(stdtrit(n - 1, 0.5 + confidence / 2)) * math.sqrt(variance)
    return Interval(max(bounds[0], mean - half), min(bounds[1], mean + half), "student t")


def small_sample(n: npt.ArrayLike, confidence: float) -> Floats:
    """By how much a percentile interval of a mean of n is too narrow: √(n / (n - 1)) · t / z.

    Examples
    --------
    >>> small_sample([8, 1000], 0.95).round(3).tolist()
    [1.29, 1.002]
    """
    size = np.maximum(np.asarray(n, dtype=np.float64), 2)
    level = 0.5 + confidence / 2
    return np.asarray(np.sqrt(size / (size - 1)) * stdtrit(size - 1, level) / NormalDist().inv_cdf(level))


def wilson_interval(share: float, n: float, *, confidence: float) -> Interval:
    """Wilson's interval of a share when n is an effective size and need not be whole."""
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return Interval(min(share, max(0.0, centre - half)), max(share, min(1.0, centre + half)), "wilson")


def customer_interval(
    values: Floats, weights: Floats, codes: npt.NDArray[np.int64], *, confidence: float, draws: int, seed: int
) -> Interval:
    """Percentile interval of a mean when whole customers are drawn again, each with all answers given."""
    top = np.bincount(codes, weights * values)
    below = np.bincount(codes, weights)

    def means(drawn: Floats) -> Floats:
        whole = drawn @ below
        return np.asarray(np.divide(drawn @ top, whole, out=np.full(len(drawn), np.nan), where=whole > 0))

    low, high = percentiles(bootstrap(means, len(top), draws=draws, seed=seed), confidence)
    return Interval(float(low), float(high), "percentile bootstrap of customers")


def customers_of(customer: Customers, n: int) -> npt.NDArray[np.int64] | None:
    """Numbers of the customers when one gave several answers; None when each gave one."""
    if customer is None:
        return None
    codes, names = as_codes("customer", customer)
    if len(codes) != n:
        raise InvalidInputError(f"customer has {len(codes)} values for {n} answers.")
    return codes if len(names) < n else None


def size_cautions(n: int, codes: npt.NDArray[np.int64] | None = None, *, confidence: float = 0.95) -> list[Caution]:
    """What to say of the number of answers and of the customers behind them."""
    check_level(confidence)
    found = [caution("voice.few_answers", n=n)] if n < FEW else []
    if codes is not None:
        customers = int(codes.max()) + 1
        found.append(caution("voice.repeated_customers", n=n, customers=customers))
        if customers < FEW_CUSTOMERS:
            found.append(caution("voice.few_customers", customers=customers))
    return found
