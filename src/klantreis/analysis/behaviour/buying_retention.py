"""How many customers with a contract stay, and will stay?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import betaln

from klantreis.analysis.behaviour.likelihood import Fitted, Parameter, likeliest
from klantreis.analysis.options import checked_options
from klantreis.analysis.result import Floats, Result, as_array, caution, check_level, plain
from klantreis.errors import InvalidInputError

NAMES = ("alpha", "beta")


@dataclass(frozen=True, slots=True)
class RetentionPoint:
    """One period: the share of the first customers that was there after it, and what the model says."""

    period: int
    observed: float
    fitted: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention(Result):
    """A retention curve; ``estimate`` is the share of those present that renews next, after the last period seen."""

    parameters: tuple[Parameter, ...]
    log_likelihood: float
    points: tuple[RetentionPoint, ...]
    _fitted: Fitted = field(repr=False, compare=False)

    def survival(self, period: int) -> Result:
        """The share of the first customers that is still there after so many periods."""
        if period < 0:
            raise InvalidInputError(f"period must be 0 or more, not {period}.")
        return self._result(lambda p: float(_survival(p, np.array([float(period)]))[0]))

    def renewal(self, period: int) -> Result:
        """The share of those there before the period that is there after it; it rises as the loyal ones remain."""
        if period < 1:
            raise InvalidInputError(f"period must be 1 or more, not {period}.")
        return self._result(lambda p: _renewal(p, period))

    def _result(self, quantity: Any) -> Result:
        low, high = self._fitted.interval(quantity, self.confidence)
        return Result(
            estimate=quantity(self._fitted.values),
            low=low,
            high=high,
            n=self.n,
            method=self.method,
            confidence=self.confidence,
            warnings=self.warnings,
        )

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON."""
        names = ("estimate", "low", "high", "n", "method", "confidence", "warnings", "parameters", "log_likelihood")
        return {name: plain(getattr(self, name)) for name in (*names, "points")}


@checked_options
def retention_sbg(survivors: npt.ArrayLike, *, confidence: float = 0.95, seed: int = 0) -> Retention:
    """The share that renews, when customers differ in how readily they leave (shifted beta-geometric).

    Parameters
    ----------
    survivors
        Customers of one cohort at the start and after each period: whole numbers, never rising, three or more.

    Raises
    ------
    InvalidInputError
        When the numbers rise, are not whole, or nobody left.

    Notes
    -----
    S(t) = B(α, β + t) / B(α, β). A constant rate of leaving would have the curve fall too fast later on: it is the
    mix of customers that changes, not the customers.

    References
    ----------
    Fader and Hardie (2007), Journal of Interactive Marketing 21(1):76-90.

    Examples
    --------
    >>> fit = retention_sbg([1000, 631, 468, 382, 326, 289, 262, 241])
    >>> [(row.name, round(row.value, 3)) for row in fit.parameters], round(fit.survival(12).estimate, 3)
    ([('alpha', 0.704), ('beta', 1.182)], 0.17)
    """
    check_level(confidence)
    counts = as_array("survivors", survivors, low=0, minimum=3)
    if (counts != np.round(counts)).any() or counts[0] == 0:
        raise InvalidInputError("survivors must hold whole numbers, the first above 0.")
    lost = counts[:-1] - counts[1:]
    if (lost < 0).any():
        raise InvalidInputError(f"survivors rises after period {int((lost < 0).argmax())}; a cohort can only shrink.")
    if not lost.any():
        raise InvalidInputError("survivors stays the same: nobody left, so nothing can be fitted.")
    periods = np.arange(1, len(counts)).astype(float)

    def log_likelihood(p: Floats) -> float:
        a, b = p
        leave = betaln(a + 1, b + periods - 1) - betaln(a, b)
        stay = betaln(a, b + periods[-1]) - betaln(a, b)
        return float(lost @ leave + counts[-1] * stay)

    fitted = likeliest(log_likelihood, ((1.0, 1.0), (0.5, 3.0)), seed=seed)
    following = len(counts)
    low, high = fitted.interval(lambda p: _renewal(p, following), confidence)
    shares = _survival(fitted.values, np.r_[0.0, periods])
    notes = list(fitted.warnings)
    if len(counts) < 5:
        notes.append(caution("behaviour.few_periods", periods=len(counts) - 1))
    if counts[0] < 100:
        notes.append(caution("behaviour.few_customers", n=round(counts[0])))
    return Retention(
        estimate=_renewal(fitted.values, following),
        low=low,
        high=high,
        n=round(counts[0]),
        method="shifted beta-geometric, maximum likelihood",
        confidence=confidence,
        warnings=tuple(notes),
        parameters=fitted.parameters(NAMES, confidence),
        log_likelihood=fitted.log_likelihood,
        points=tuple(RetentionPoint(t, float(counts[t] / counts[0]), float(shares[t])) for t in range(len(counts))),
        _fitted=fitted,
    )


def _survival(p: Floats, period: Floats) -> Floats:
    return np.asarray(np.exp(betaln(p[0], p[1] + period) - betaln(p[0], p[1])))


def _renewal(p: Floats, period: int) -> float:
    return float((p[1] + period - 1) / (p[0] + p[1] + period - 1))
