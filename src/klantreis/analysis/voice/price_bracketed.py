"""How is the willingness to pay spread when everybody named a bracket, and what mean can be said of it?

The mass inside a bracket cannot be known: the mean lies between two bounds, and with an open top bracket the upper
one is infinite. No single estimate is given for it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from klantreis.analysis.bootstrap import bootstrap, percentiles
from klantreis.analysis.options import checked_options
from klantreis.analysis.result import Caution, Floats, Result, as_array, as_weights, caution, check_level, same_length
from klantreis.analysis.voice.price_parametric import Parametric, parametric
from klantreis.analysis.voice.turnbull import innermost, maximise, members, settle
from klantreis.errors import InvalidInputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Mass(Result):
    """The share of people whose price lies above ``left`` up to and including ``right``."""

    left: float
    right: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bracketed(Result):
    """A spread over brackets; ``estimate`` is None, ``low`` and ``high`` enclose whatever the mean is.

    Parameters
    ----------
    masses
        Where the data put people; nobody is put outside these brackets.
    mean_low, mean_high
        The mean if all sat at the left and at the right end of their bracket; the second may be infinite.
    median
        The bracket that holds the middle respondent.
    sensitivity
        What a smooth shape would make of it: log-normal and Weibull.
    disjoint
        Whether no two brackets overlap: the masses are then plain shares.
    kuhn_tucker
        How far the fit is from the maximum (0 at it).
    """

    masses: tuple[Mass, ...]
    mean_low: Result
    mean_high: Result
    median: tuple[float, float]
    sensitivity: tuple[Parametric, ...]
    disjoint: bool
    kuhn_tucker: float

    def survival(self, price: float) -> tuple[float, float]:
        """Bounds of the share that would pay more than a price; equal where the data determine it."""
        shares = [(item.left, item.right, item.estimate or 0.0) for item in self.masses]
        certain = sum(share for left, _, share in shares if left >= price)
        inside = sum(share for left, right, share in shares if left < price < right)
        exact = sum(share for left, right, share in shares if left == right == price)
        return min(1.0, certain - exact), min(1.0, certain - exact + inside)


@checked_options
def bracketed(
    left: npt.ArrayLike,
    right: npt.ArrayLike,
    *,
    weights: npt.ArrayLike | None = None,
    confidence: float = 0.95,
    draws: int = 1000,
    seed: int = 0,
) -> Bracketed:
    """Nonparametric maximum likelihood of prices known only up to brackets (Turnbull).

    Parameters
    ----------
    left, right
        Shape (n,): each price lies above left, up to and including right; right may be infinite; equal ends are an
        exact price. :func:`parse_brackets` makes them from labels.
    weights
        Shape (n,), non-negative.

    Raises
    ------
    InvalidInputError
        When an end is missing, left is negative or infinite, or right lies below left.

    Notes
    -----
    EM-ICM over the innermost brackets until the Kuhn-Tucker conditions hold; percentile bootstrap of respondents.

    References
    ----------
    Turnbull (1976), JRSS B 38:290-295; Peto (1973), Applied Statistics 22:86-91; Gentleman and Geyer (1994),
    Biometrika 81:618-623.

    Examples
    --------
    >>> found = bracketed([0] * 5 + [10] * 10 + [20] * 5, [10] * 5 + [20] * 10 + [float("inf")] * 5)
    >>> [(item.left, item.right, item.estimate) for item in found.masses]
    [(0.0, 10.0, 0.25), (10.0, 20.0, 0.5), (20.0, inf, 0.25)]
    >>> found.mean_low.estimate, found.mean_high.estimate, found.survival(10)
    (10.0, inf, (0.75, 0.75))
    """
    lower = as_array("left", left, low=0)
    upper = _upper(right)
    n = same_length(left=lower, right=upper)
    if (upper < lower).any():
        place = int(np.argmax(upper < lower))
        raise InvalidInputError(f"right lies below left at position {place}: {lower[place]:g} to {upper[place]:g}.")
    w = as_weights(weights, n)
    check_level(confidence)
    kinds, kind = np.unique(np.column_stack([lower, upper]), axis=0, return_inverse=True)
    kind = kind.ravel()
    spots = innermost(kinds)
    holds = members(kinds, spots)
    per_kind = csr_array((w, (np.arange(n), kind)), shape=(n, len(kinds)))
    total = np.bincount(kind, w, minlength=len(kinds)).astype(np.float64)[None, :]
    shares, gap = settle(total, holds)
    drawn_shares = bootstrap(
        lambda d: maximise(np.asarray(d @ per_kind), holds, rounds=300, tolerance=1e-5)[0],
        n,
        draws=draws,
        seed=seed,
        block=1_000_000,
    )
    low, high = percentiles(drawn_shares, confidence)
    ends = spots[:, 0], spots[:, 1]
    open_top = bool(np.isinf(ends[1]).any())
    means_low = drawn_shares @ ends[0]
    closed = np.where(np.isinf(ends[1]), 0.0, ends[1])
    open_mass = drawn_shares[:, np.isinf(ends[1])].sum(axis=1)
    means_high = np.where(open_mass > 1e-12, np.inf, drawn_shares @ closed)
    lower_mean = _mean("mean at the left ends", float(shares @ ends[0]), means_low, n, confidence)
    has_open = open_top and float(shares[np.isinf(ends[1])].sum()) > 1e-12
    top = math.inf if has_open else float(shares @ closed)
    upper_mean = _mean("mean at the right ends", top, means_high, n, confidence)
    disjoint = bool((holds.sum(axis=1) == 1).all())
    masses = tuple(
        Mass(
            estimate=float(shares[j]),
            low=float(low[j]),
            high=float(high[j]),
            n=n,
            method="turnbull, percentile bootstrap of respondents",
            confidence=confidence,
            left=float(ends[0][j]),
            right=float(ends[1][j]),
        )
        for j in range(len(spots))
        if shares[j] > 0
    )
    return Bracketed(
        estimate=None,
        low=lower_mean.low,
        high=upper_mean.high,
        n=n,
        method="turnbull; bounds of the mean, percentile bootstrap of respondents",
        confidence=confidence,
        warnings=_cautions(n, disjoint, has_open, gap),
        masses=masses,
        mean_low=lower_mean,
        mean_high=upper_mean,
        median=_median(masses),
        sensitivity=parametric(kinds, total[0]),
        disjoint=disjoint,
        kuhn_tucker=float(max(0.0, gap)),
    )


def _upper(right: npt.ArrayLike) -> Floats:
    """The right ends, among which infinity is allowed."""
    given = np.asarray(right) if not isinstance(right, list) else np.asarray(right, dtype=object)
    if given.dtype.kind not in "biufO" or not given.size:
        as_array("right", right)
    endless = np.array([isinstance(end, float) and end == math.inf for end in given.ravel()]).reshape(given.shape)
    finite = as_array("right", np.where(endless, 0, given), low=0)
    return np.where(endless, math.inf, finite)


def _mean(method: str, estimate: float, drawn: Floats, n: int, confidence: float) -> Result:
    tail = (1 - confidence) / 2
    # Order statistics: between two infinities nothing can be interpolated.
    low, high = np.quantile(drawn, tail, method="lower"), np.quantile(drawn, 1 - tail, method="higher")
    return Result(
        estimate=estimate,
        low=float(low),
        high=float(high),
        n=n,
        method=f"{method}, percentile bootstrap of respondents",
        confidence=confidence,
    )


def _median(masses: tuple[Mass, ...]) -> tuple[float, float]:
    running = 0.0
    for item in masses:
        running += item.estimate or 0.0
        if running >= 0.5 - 1e-12:
            return item.left, item.right
    return masses[-1].left, masses[-1].right


def _cautions(n: int, disjoint: bool, has_open: bool, gap: float) -> tuple[Caution, ...]:  # noqa: FBT001
    found = [caution("voice.few_answers", n=n)] if n < 30 else []
    if not disjoint:
        found.append(caution("voice.overlapping_brackets"))
    if has_open:
        found.append(caution("voice.open_top"))
    if gap > 1e-4:
        found.append(caution("voice.not_converged"))
    return tuple(found)
