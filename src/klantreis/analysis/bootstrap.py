"""How much would an estimate move with other respondents: the bootstrap, as weights.

A draw of n cases with replacement is a row of n whole numbers that add up to n; a statistic that takes weights
is computed for many draws at once, which is what makes a thousand draws of ten thousand respondents quick.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, stdtrit

from klantreis.analysis.result import Floats, check_level
from klantreis.errors import InvalidInputError

#: How many weights are held at once; bounds memory (8 bytes each).
BLOCK = 4_000_000


def bootstrap(
    statistic: Callable[[Floats], npt.ArrayLike],
    n: int,
    *,
    draws: int = 1000,
    seed: int = 0,
    clusters: npt.NDArray[np.integer[Any]] | None = None,
    block: int = BLOCK,
) -> Floats:
    """The statistic on resampled cases.

    Parameters
    ----------
    statistic
        Takes weights of shape (draws, n), each row how often every case was drawn, and gives an array whose
        first dimension is the draws. It may be called several times with fewer draws.
    n
        Number of cases.
    clusters
        For each case the number (from 0) of the cluster it belongs to, when whole clusters are drawn: all answers
        of a customer together. A row then adds up to the size of the clusters drawn.
    seed
        The same seed gives the same draws.

    Returns
    -------
    array of shape (draws, …)

    Examples
    --------
    >>> x = np.array([1.0, 2.0, 3.0, 4.0])
    >>> means = bootstrap(lambda w: w @ x / w.sum(axis=1), 4, draws=2000, seed=1)
    >>> means.shape, bool(abs(means.std() - x.std() / 2) < 0.02)
    ((2000,), True)
    """
    if not isinstance(draws, int | np.integer) or draws < 1:
        raise InvalidInputError(f"draws must be a whole number of 1 or more, not {draws!r}.")
    if not isinstance(seed, int | np.integer) or seed < 0:
        raise InvalidInputError(f"seed must be a whole number of 0 or more, not {seed!r}.")
    if n < 1:
        raise InvalidInputError("There is no case to draw from.")
    units = n if clusters is None else int(clusters.max()) + 1
    rng = np.random.default_rng(seed)
    step = max(1, block // max(n, units))
    parts = []
    for start in range(0, draws, step):
        rows = min(step, draws - start)
        drawn = rng.integers(0, units, size=(rows, units))
        drawn += np.arange(rows)[:, None] * units
        weights = np.bincount(drawn.ravel(), minlength=rows * units).reshape(rows, units).astype(np.float64)
        parts.append(np.asarray(statistic(weights if clusters is None else weights[:, clusters]), dtype=np.float64))
    return np.concatenate(parts)


def percentiles(draws: npt.ArrayLike, confidence: float = 0.95, *, cases: float | None = None) -> tuple[Floats, Floats]:
    """Lower and upper end of the percentile interval along the first dimension, leaving out NaN.

    Parameters
    ----------
    cases
        How many were drawn from. Draws from few spread less than samples would, and a normal share of them is left out
        where Student's t would keep more: the interval then goes as much further out (Hesterberg's expanded percentile,
        The American Statistician 69 (2015) no. 4). It matters below about fifty.

    Examples
    --------
    >>> low, high = percentiles(np.arange(5.0), 0.5)
    >>> float(low), float(high)
    (1.0, 3.0)
    >>> low, high = percentiles(np.arange(1001.0), cases=20)
    >>> float(low.round()), float(high.round())
    (16.0, 984.0)
    """
    tail = (1 - check_level(confidence)) / 2
    if cases is not None and cases > 1:
        tail = float(ndtr(stdtrit(cases - 1, tail) * math.sqrt(cases / (cases - 1))))
    array = np.asarray(draws, dtype=np.float64)
    ends = np.nanquantile(array, [tail, 1 - tail], axis=0)
    return ends[0], ends[1]
