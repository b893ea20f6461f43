"""How often will customers come back, and who has left without a word?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from klantreis.analysis.behaviour.buying_formulas import BgNbd, Model, ParetoNbd
from klantreis.analysis.behaviour.likelihood import Fitted, Parameter, likeliest
from klantreis.analysis.options import checked_options
from klantreis.analysis.result import (
    Caution,
    Floats,
    Result,
    as_array,
    caution,
    check_level,
    dimensions,
    plain,
    same_length,
)
from klantreis.errors import InvalidInputError

#: Below this many customers the parameters are hardly determined (our convention).
FEW = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class BuyingAgain(Result):
    """A model of repeat buying; ``estimate`` is how often a customer of now buys in the ``period`` ahead, on average.

    Parameters
    ----------
    parameters
        In the order of the model's literature, with intervals.
    log_likelihood
        At those parameters.
    period
        In the unit of recency and T; the mean time observed unless another was asked for.
    still_there
        Mean chance that a customer of now may still buy.
    """

    parameters: tuple[Parameter, ...]
    log_likelihood: float
    period: float
    still_there: float
    _model: Model = field(repr=False, compare=False)
    _fitted: Fitted = field(repr=False, compare=False)

    def parameter(self, name: str) -> float:
        """The value of one parameter.

        Examples
        --------
        >>> fit = bg_nbd([0, 1, 2, 6], [0, 9, 20, 36], [39] * 4, weights=[600, 150, 90, 60])
        >>> fit.parameter("r") > 0
        True
        """
        for row in self.parameters:
            if row.name == name:
                return row.value
        known = ", ".join(row.name for row in self.parameters)
        raise InvalidInputError(f"There is no parameter {name!r}.", hint=f"Known parameters: {known}.")

    def alive(self, frequency: npt.ArrayLike, recency: npt.ArrayLike, T: npt.ArrayLike) -> Floats:  # noqa: N803
        """Chance that each customer may still buy, at the end of the time observed."""
        x, t, T = _history(frequency, recency, T)  # noqa: N806
        return self._model.alive(self._fitted.values, x, t, T)

    def expected(
        self,
        period: float,
        frequency: npt.ArrayLike,
        recency: npt.ArrayLike,
        T: npt.ArrayLike,  # noqa: N803
    ) -> Floats:
        """How often each customer will buy in the period ahead."""
        x, t, T = _history(frequency, recency, T)  # noqa: N806
        return self._model.ahead(self._fitted.values, x, t, T, _period(period))

    def expected_of_new(self, period: float) -> Result:
        """How often a customer who has just bought for the first time will buy again within the period."""
        time = np.array([_period(period)])
        low, high = self._fitted.interval(lambda p: float(self._model.new(p, time)[0]), self.confidence)
        return Result(
            estimate=float(self._model.new(self._fitted.values, time)[0]),
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
        return {name: plain(getattr(self, name)) for name in (*names, "period", "still_there")}


@checked_options
def bg_nbd(
    frequency: npt.ArrayLike,
    recency: npt.ArrayLike,
    T: npt.ArrayLike,  # noqa: N803
    *,
    period: float | None = None,
    weights: npt.ArrayLike | None = None,
    confidence: float = 0.95,
    seed: int = 0,
) -> BuyingAgain:
    """Repeat buying when customers may leave after each purchase (beta-geometric).

    Parameters
    ----------
    frequency
        Shape (n,): purchases after the first one (0 for who bought once).
    recency
        Time from the first to the last purchase; 0 when there was one only.
    T
        Time from the first purchase to the end of the data. The unit is yours, and that of ``period``.
    period
        How far ahead the estimate looks; default: the mean of T.
    weights
        How many customers each row stands for.

    Raises
    ------
    InvalidInputError
        When a recency lies beyond T, or is above 0 without a repeat purchase (or the other way around).

    Notes
    -----
    Who never came back has, in this model, not left: leaving follows a purchase. Intervals are from the normal
    approximation in the logarithms of the parameters.

    References
    ----------
    Fader, Hardie and Lee (2005), Marketing Science 24:275-284.

    Examples
    --------
    >>> fit = bg_nbd([0, 1, 2, 6], [0, 9, 20, 36], [39] * 4, weights=[600, 150, 90, 60], period=13)
    >>> fit.n, [round(float(chance), 2) for chance in fit.alive([0, 6, 6], [0, 36, 9], [39, 39, 39])]
    (900, [1.0, 0.97, 0.14])
    """
    return _fit(BgNbd(), frequency, recency, T, period=period, weights=weights, confidence=confidence, seed=seed)


@checked_options
def pareto_nbd(
    frequency: npt.ArrayLike,
    recency: npt.ArrayLike,
    T: npt.ArrayLike,  # noqa: N803
    *,
    period: float | None = None,
    weights: npt.ArrayLike | None = None,
    confidence: float = 0.95,
    seed: int = 0,
) -> BuyingAgain:
    """Repeat buying when customers may leave at any time. Arguments as for :func:`bg_nbd`.

    References
    ----------
    Schmittlein, Morrison and Colombo (1987), Management Science 33:1-24; Fader and Hardie (2005), A note on deriving
    the Pareto/NBD model.

    Examples
    --------
    >>> fit = pareto_nbd([0, 1, 2, 6], [0, 9, 20, 36], [39] * 4, weights=[600, 150, 90, 60], period=13)
    >>> fit.n, [round(float(chance), 2) for chance in fit.alive([0, 6, 6], [0, 36, 9], [39, 39, 39])]
    (900, [0.23, 0.9, 0.03])
    """
    return _fit(ParetoNbd(), frequency, recency, T, period=period, weights=weights, confidence=confidence, seed=seed)


def _period(period: float) -> float:
    if not 0 < period < float("inf"):
        raise InvalidInputError(f"period must be above 0, not {period}.")
    return float(period)


def _history(frequency: npt.ArrayLike, recency: npt.ArrayLike, T: npt.ArrayLike) -> tuple[Floats, Floats, Floats]:  # noqa: N803
    """Checked, and of one length; a single number stands for one customer."""
    x, t, whole = (
        as_array(name, np.atleast_1d(np.asarray(values)) if dimensions(name, values) == 0 else values, low=0)
        for name, values in (("frequency", frequency), ("recency", recency), ("T", T))
    )
    same_length(frequency=x, recency=t, T=whole)
    if (x != np.round(x)).any():
        raise InvalidInputError("frequency must hold whole numbers: purchases after the first.")
    for wrong, what in (
        (t > whole, "recency lies beyond T"),
        ((x == 0) & (t > 0), "recency is above 0 though frequency is 0"),
        ((x > 0) & (t == 0), "recency is 0 though frequency is above 0"),
    ):
        if wrong.any():
            raise InvalidInputError(
                f"{what} at position {int(wrong.argmax())}.",
                hint="frequency counts purchases after the first; recency runs from the first to the last.",
            )
    return x, t, whole


def _fit(
    model: Model,
    frequency: npt.ArrayLike,
    recency: npt.ArrayLike,
    T: npt.ArrayLike,  # noqa: N803
    *,
    period: float | None,
    weights: npt.ArrayLike | None,
    confidence: float,
    seed: int,
) -> BuyingAgain:
    check_level(confidence)
    x, t, whole = _history(frequency, recency, T)
    w = np.ones(len(x)) if weights is None else as_array("weights", weights, low=0)
    same_length(frequency=x, weights=w)
    if not (w @ x) > 0:
        raise InvalidInputError("frequency is 0 for everyone: nobody bought again, so no model can be fitted.")
    if w.sum() <= len(model.names):
        raise InvalidInputError(f"frequency holds {w.sum():g} customers; more than {len(model.names)} are needed.")
    ahead = float(w @ whole / w.sum()) if period is None else _period(period)
    # Customers with the same history count together.
    rows, place = np.unique(np.stack([x, t, whole], axis=1), axis=0, return_inverse=True)
    count = np.bincount(place.ravel(), w)
    x, t, whole = rows.T
    # Times in units of the mean T keep the search within reach, whatever the unit is.
    unit = float(count @ whole / count.sum())
    fitted = likeliest(
        lambda p: float(count @ model.log_likelihood(p, x, t / unit, whole / unit)), _starts(model), seed=seed
    )
    fitted = _in_unit(fitted, model, unit, float(count @ x))

    def purchases(p: Floats) -> float:
        return float(count @ model.ahead(p, x, t, whole, ahead) / count.sum())

    low, high = fitted.interval(purchases, confidence)
    n = round(float(count.sum()))
    notes: list[Caution] = list(fitted.warnings)
    if n < FEW:
        notes.append(caution("behaviour.few_customers", n=n))
    return BuyingAgain(
        estimate=purchases(fitted.values),
        low=low,
        high=high,
        n=n,
        method=f"{model.name}, maximum likelihood",
        confidence=confidence,
        warnings=tuple(notes),
        parameters=fitted.parameters(model.names, confidence),
        log_likelihood=fitted.log_likelihood,
        period=ahead,
        still_there=float(count @ model.alive(fitted.values, x, t, whole) / count.sum()),
        _model=model,
        _fitted=fitted,
    )


def _starts(model: Model) -> tuple[tuple[float, ...], ...]:
    """The usual starts are for weeks, with about thirty of them observed."""
    times = [name in ("alpha", "beta") for name in model.names]
    return tuple(
        tuple(value / 30 if time else value for value, time in zip(start, times, strict=True)) for start in model.starts
    )


def _in_unit(fitted: Fitted, model: Model, unit: float, purchases: float) -> Fitted:
    """The same fit with times in the unit they were given in; densities of purchase times scale with it."""
    scale = np.array([unit if name in ("alpha", "beta") else 1.0 for name in model.names])
    drawn = None if fitted.drawn is None else fitted.drawn * scale
    return Fitted(
        fitted.values * scale, fitted.log_likelihood - purchases * float(np.log(unit)), drawn, fitted.warnings
    )
