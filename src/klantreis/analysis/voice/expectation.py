"""Was it as expected: the difference between what people expected and what the same people experienced."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from klantreis.analysis.options import checked_options
from klantreis.analysis.result import Result, as_array, as_weights, caution, same_length
from klantreis.analysis.voice.averages import size_cautions, t_interval
from klantreis.analysis.weighing import share_of, weighing_cautions
from klantreis.events.share import Share


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectationGap(Result):
    """Experienced less expected, on average; below zero it fell short.

    Parameters
    ----------
    short, met, exceeded
        Shares of respondents whose experience was below, at and above their expectation.
    correlation
        Between the two answers; None without spread. The higher, the less reliable the difference.
    """

    short: Share
    met: Share
    exceeded: Share
    correlation: float | None


@checked_options
def expectation_gap(
    expected: npt.ArrayLike,
    experienced: npt.ArrayLike,
    *,
    confidence: float = 0.95,
    weights: npt.ArrayLike | None = None,
) -> ExpectationGap:
    """How far the experience lay from what the same people expected.

    Parameters
    ----------
    expected, experienced
        Shape (n,): answers of the same respondents on the same scale.
    weights
        Shape (n,): how much each counts. The interval and the shares then go by the effective number (Kish).

    Notes
    -----
    Student's interval of the paired difference. A difference of two answers is less reliable than either when the
    two correlate: r_D = (½(r_xx + r_yy) - r_xy) / (1 - r_xy); above .7 the result says so.

    References
    ----------
    Oliver (1980), Journal of Marketing Research 17:460-469; Peter, Churchill and Brown (1993), Journal of Consumer
    Research 19:655-662, on difference scores.

    Examples
    --------
    >>> gap = expectation_gap([4, 5, 4, 3], [3, 3, 4, 4])
    >>> gap.estimate, gap.short.count, gap.met.count, gap.exceeded.count
    (-0.5, 2, 1, 1)
    """
    before, after = as_array("expected", expected), as_array("experienced", experienced)
    n = same_length(expected=before, experienced=after)
    w = as_weights(weights, n)
    gap, share = after - before, w / w.sum()
    found = t_interval(gap, w, confidence=confidence, bounds=(-math.inf, math.inf))
    off_before, off_after = before - share @ before, after - share @ after
    spread = math.sqrt(float(share @ off_before**2) * float(share @ off_after**2))
    correlation = None if spread == 0 else float(share @ (off_before * off_after)) / spread
    counting = None if weights is None else w
    cautions = [*size_cautions(n, confidence=confidence), *weighing_cautions(counting)]
    if correlation is not None and correlation > 0.7:
        cautions.append(caution("voice.unreliable_difference", correlation=round(correlation, 2)))

    def part(where: npt.NDArray[np.bool_]) -> Share:
        return share_of(where, counting, confidence=confidence)

    return ExpectationGap(
        estimate=float(share @ gap),
        low=found.low,
        high=found.high,
        n=n,
        method=f"paired difference, {found.method}",
        confidence=confidence,
        warnings=tuple(cautions),
        short=part(gap < 0),
        met=part(gap == 0),
        exceeded=part(gap > 0),
        correlation=correlation,
    )
