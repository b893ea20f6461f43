"""The median of waiting times, with an interval that assumes nothing of their shape."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from klantreis.values import Value

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Wait(Value):
    """Times in seconds: quartiles (linear between order statistics) and an interval around the median.

    ``low`` and ``high`` are order statistics, so the interval keeps at least its ``confidence`` for any
    distribution; with fewer than six times there is none at 95 %. Where customers have several times each, they stand
    further apart, as the share of times below the median is that much less certain (``order-statistics-by-customer``).
    """

    n: int = Field(ge=0)
    q1: float | None = None
    median: float | None = None
    q3: float | None = None
    low: float | None = None
    high: float | None = None
    confidence: float = 0.95
    method: Literal["order-statistics", "order-statistics-by-customer"] = "order-statistics"


def median_rank(n: int, *, confidence: float = 0.95) -> int | None:
    """The rank (from 1) whose order statistic bounds the median from below; ``n + 1 - rank`` bounds it from above.

    It is the largest rank r at which a fair coin thrown n times shows fewer than r heads with a probability of at
    most ``(1 - confidence) / 2``. None when even the smallest and largest value do not reach the confidence.

    References
    ----------
    David and Nagaraja (2003), Order Statistics, section 7.1.

    Examples
    --------
    >>> median_rank(5), median_rank(6), median_rank(20), median_rank(100)
    (None, 1, 6, 40)
    """
    if n < 1:
        return None
    tail = (1 - confidence) / 2
    # Ten standard deviations below the middle the probability is far below what a float can add.
    k = max(0, int(n / 2 - 5 * math.sqrt(n)))
    below = 0.0
    while True:
        below += math.exp(math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) - n * math.log(2))
        if below > tail:
            return k or None
        k += 1


def wait_of(
    microseconds: NDArray[np.int64], *, customer: NDArray[np.int64] | None = None, confidence: float = 0.95
) -> Wait:
    """The median, quartiles and interval of some times.

    Parameters
    ----------
    microseconds
        The times, in any order; with ``customer`` in order of customer.
    customer
        Whose time each is; without it, each is another customer's.

    References
    ----------
    Woodruff (1952), JASA 47:635-646: the interval of a median from that of the share below it.
    """
    import numpy as np

    n = len(microseconds)
    if n == 0:
        return Wait(n=0, confidence=confidence)
    ordered = np.sort(microseconds) / 1e6
    q1, median, q3 = (float(value) for value in np.quantile(ordered, (0.25, 0.5, 0.75)))
    widening = 1.0 if customer is None else _widening(microseconds, customer, confidence=confidence)
    # So many independent times would tell as much; their rank is stretched to the times there are.
    worth = int(n / widening)
    rank = median_rank(worth, confidence=confidence)
    if rank is not None and worth < n:
        rank = max(1, math.floor(rank * (n + 1) / (worth + 1)))
    low, high = (None, None) if rank is None else (float(ordered[rank - 1]), float(ordered[n - rank]))
    method: Literal["order-statistics", "order-statistics-by-customer"] = (
        "order-statistics" if widening == 1 else "order-statistics-by-customer"
    )
    return Wait(n=n, q1=q1, median=median, q3=q3, low=low, high=high, confidence=confidence, method=method)


def _widening(microseconds: NDArray[np.int64], customer: NDArray[np.int64], *, confidence: float) -> float:
    """By how much less the times say than as many of different customers, of the share that lies below the median."""
    import numpy as np

    from klantreis.journeys.run_shares import first_runs, sizes_of

    whole = sizes_of(customer)
    if whole.squares == whole.n:
        return 1.0
    firsts = first_runs(customer)
    below = np.add.reduceat((microseconds <= np.median(microseconds)).astype(np.int64), firsts)
    each = np.diff(np.append(firsts, whole.n))
    return whole.widening(
        float(below.sum()),
        squares=float((below * below).sum()),
        crosses=float((below * each).sum()),
        confidence=confidence,
    )
