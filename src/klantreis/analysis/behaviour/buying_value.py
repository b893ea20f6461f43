"""What is an order of a customer worth, when some have made few?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln

from klantreis.analysis.behaviour.likelihood import Fitted, Parameter, likeliest
from klantreis.analysis.options import checked_options
from klantreis.analysis.result import Floats, Result, as_array, caution, check_level, plain, same_length
from klantreis.errors import InvalidInputError

NAMES = ("p", "q", "v")
FEW = 100
#: Above this correlation value cannot be taken as unrelated to how often someone buys (our convention).
RELATED = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderValue(Result):
    """A model of order values; ``estimate`` is the mean over customers (None when the model has none: q ≤ 1).

    Parameters
    ----------
    parameters
        p, q, v with intervals.
    correlation
        Between how often a customer bought and for how much; the model takes it as 0.
    """

    parameters: tuple[Parameter, ...]
    log_likelihood: float
    correlation: float | None
    _fitted: Fitted = field(repr=False, compare=False)

    def expected(self, frequency: npt.ArrayLike, value: npt.ArrayLike) -> Floats:
        """Expected value of an order of each customer: the own mean, pulled towards that of all.

        Who has no order yet (frequency 0, any value) gets the mean of all, NaN when the model has none.
        """
        x, m = (as_array(name, np.atleast_1d(np.asarray(v)), low=0) for name, v in _named(frequency, value))
        same_length(frequency=x, value=m)
        p, q, v = self._fitted.values
        below = p * x + q - 1
        return np.asarray(np.divide(p * (v + x * m), below, out=np.full(len(x), np.nan), where=below > 0))

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON."""
        names = ("estimate", "low", "high", "n", "method", "confidence", "warnings", "parameters", "log_likelihood")
        return {name: plain(getattr(self, name)) for name in (*names, "correlation")}


def _named(frequency: npt.ArrayLike, value: npt.ArrayLike) -> tuple[tuple[str, npt.ArrayLike], ...]:
    return ("frequency", frequency), ("value", value)


@checked_options
def gamma_gamma(
    frequency: npt.ArrayLike, value: npt.ArrayLike, *, confidence: float = 0.95, seed: int = 0
) -> OrderValue:
    """The spread of order values over customers, from each one's mean and number of orders.

    Parameters
    ----------
    frequency
        Shape (n,): how many orders the mean was taken over, 1 or more (usually those after the first).
    value
        Shape (n,): mean value of those orders, above 0.

    Raises
    ------
    InvalidInputError
        When a frequency is 0 or a value not above 0: leave out who has no orders.

    References
    ----------
    Fader and Hardie (2013), The gamma-gamma model of monetary value.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> orders, level = rng.integers(1, 9, 500), 60 / rng.gamma(4.0, 1.0, 500)
    >>> fit = gamma_gamma(orders, rng.gamma(5.0 * orders, level / (5.0 * orders)))
    >>> [round(float(mean), 1) for mean in fit.expected([0, 50], [0, 60])]
    [20.3, 58.9]
    """
    check_level(confidence)
    x, m = (as_array(name, values, low=0) for name, values in _named(frequency, value))
    same_length(frequency=x, value=m)
    if (x < 1).any() or (x != np.round(x)).any():
        raise InvalidInputError(
            f"frequency must hold whole numbers of 1 or more, not {x[(x < 1) | (x != np.round(x))][0]:g}.",
            hint="Leave out customers without an order to take the mean of.",
        )
    if (m <= 0).any():
        raise InvalidInputError(f"value must be above 0, not {m[m <= 0][0]:g}.")
    if len(x) <= len(NAMES):
        raise InvalidInputError(f"frequency holds {len(x)} customers; more than {len(NAMES)} are needed.")
    unit = float(m.mean())

    def log_likelihood(parameters: Floats) -> float:
        p, q, v = parameters
        mean = m / unit
        each = gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(v)
        each = each + (p * x - 1) * np.log(mean) + p * x * np.log(x) - (p * x + q) * np.log(x * mean + v)
        return float(each.sum())

    fitted = likeliest(log_likelihood, ((6.0, 4.0, 0.5), (1.0, 2.0, 1.0)), seed=seed)
    scale = np.array([1.0, 1.0, unit])
    drawn = None if fitted.drawn is None else fitted.drawn * scale
    fitted = Fitted(fitted.values * scale, fitted.log_likelihood - len(x) * float(np.log(unit)), drawn, fitted.warnings)
    low, high = fitted.interval(_mean, confidence)
    notes = list(fitted.warnings)
    related = float(np.corrcoef(x, m)[0, 1]) if x.std() > 0 and m.std() > 0 else None
    if related is not None and abs(related) > RELATED:
        notes.append(caution("behaviour.value_goes_with_frequency", correlation=round(related, 2)))
    if len(x) < FEW:
        notes.append(caution("behaviour.few_customers", n=len(x)))
    mean = _mean(fitted.values)
    if np.isnan(mean):
        notes.append(caution("behaviour.no_mean_value"))
    return OrderValue(
        estimate=None if np.isnan(mean) else mean,
        low=None if np.isnan(mean) else low,
        high=None if np.isnan(mean) else high,
        n=len(x),
        method="gamma-gamma, maximum likelihood",
        confidence=confidence,
        warnings=tuple(notes),
        parameters=fitted.parameters(NAMES, confidence),
        log_likelihood=fitted.log_likelihood,
        correlation=related,
        _fitted=fitted,
    )


def _mean(parameters: Floats) -> float:
    p, q, v = parameters
    return float(p * v / (q - 1)) if q > 1 else float("nan")
