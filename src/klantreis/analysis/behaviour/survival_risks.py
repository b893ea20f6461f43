"""By which of several ways did they leave, and when? Shares that add up, where one minus Kaplan-Meier would not."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

from klantreis.analysis.behaviour.survival_curve import (
    Band,
    Curve,
    checked_band,
    durations,
    greenwood,
    risk_table,
    small_sample,
)
from klantreis.analysis.options import checked_options
from klantreis.analysis.result import Caution, Floats, Result, as_codes, caution, check_level, plain, same_length
from klantreis.errors import InvalidInputError


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseCurve(Result):
    """The share that has left in one way over time; ``estimate`` is that share at the last time seen."""

    cause: Any
    events: int
    curve: Curve = field(repr=False)

    def at(self, time: float) -> Result:
        """The share that has left this way by ``time``, with its interval; None beyond what was seen."""
        share, low, high, n = self.curve.at(time, before=0.0)
        return Result(estimate=share, low=low, high=high, n=n, method=self.method, confidence=self.confidence)


@dataclass(frozen=True, slots=True)
class CompetingRisks:
    """A curve for each way of leaving, in sorted order; with the share still waiting they add up to one."""

    causes: tuple[CauseCurve, ...]
    waiting: tuple[float, ...] = field(repr=False)
    n: int
    method: str
    warnings: tuple[Caution, ...]

    def of(self, cause: object) -> CauseCurve:
        """The curve of one way of leaving."""
        for curve in self.causes:
            if curve.cause == cause:
                return curve
        known = ", ".join(str(curve.cause) for curve in self.causes)
        raise InvalidInputError(f"cause {cause!r} does not occur.", hint=f"Known causes: {known}.")

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {
            "causes": plain(self.causes),
            "waiting": plain(self.waiting),
            "n": self.n,
            "method": self.method,
            "warnings": plain(self.warnings),
        }


@checked_options
def aalen_johansen(
    duration: npt.ArrayLike,
    cause: Sequence[object] | npt.NDArray[Any],
    *,
    censored: object = 0,
    entry: npt.ArrayLike | None = None,
    band: Band = "log-log",
    confidence: float = 0.95,
) -> CompetingRisks:
    """The share that has left in each way by each time, when leaving one way ends the wait for the others.

    Parameters
    ----------
    duration
        Shape (n,): time from the start until the customer left or was last seen.
    cause
        Shape (n,): the way of leaving, or ``censored`` (also None) for who was still waiting.
    entry, band
        As for :func:`klantreis.analysis.behaviour.survival.kaplan_meier`.

    Raises
    ------
    InvalidInputError
        When nobody left in any way, or the durations cannot be used.

    Notes
    -----
    Variance by the delta method (Marubini and Valsecchi); with a single way of leaving it is Greenwood's.

    References
    ----------
    Aalen and Johansen (1978), Scandinavian Journal of Statistics 5:141-150.

    Examples
    --------
    >>> left = aalen_johansen([1, 2, 2, 3, 5, 6], ["buy", "churn", 0, "buy", 0, "buy"])
    >>> [(c.cause, round(c.at(3).estimate, 3)) for c in left.causes]
    [('buy', 0.389), ('churn', 0.167)]
    """
    check_level(confidence)
    checked_band(band)
    time, came = durations(duration, entry)
    labels = list(cause)
    if not isinstance(censored, Hashable):
        raise InvalidInputError(f"censored must be one label, not {censored!r}.")
    same_length(duration=time, cause=labels)
    try:
        left = np.array([not (label is None or label == censored) for label in labels])
    except (TypeError, ValueError) as unlabelled:
        raise InvalidInputError("cause must hold one label for each; None for who is still waiting.") from unlabelled
    if not left.any():
        raise InvalidInputError(f"cause is {censored!r} or None for everyone: nobody left.")
    codes, names = as_codes("cause", [label for label, gone in zip(labels, left, strict=True) if gone])
    ways = np.full(len(time), -1)
    ways[left] = codes
    times, risk, gone = risk_table(time, came, left)
    waiting = np.cumprod(1 - gone / risk)
    before = np.r_[1.0, waiting[:-1]]
    notes = small_sample(len(time), int(left.sum()))
    if len(names) == 1:
        notes.append(caution("behaviour.one_cause", cause=str(names[0])))
    curves = []
    for code, name in enumerate(names):
        _, _, this = risk_table(time, came, ways == code, at=times)
        share = np.asarray(np.minimum(np.cumsum(before * this / risk), 1.0), dtype=np.float64)
        error = np.sqrt(_variance(share, before, risk, gone, this))
        low, high = _ends(share, error, band=band, confidence=confidence)
        events = int((ways == code).sum())
        curves.append(
            CauseCurve(
                estimate=float(share[-1]),
                low=float(low[-1]),
                high=float(high[-1]),
                n=len(time),
                method=f"aalen-johansen, delta {band}",
                confidence=confidence,
                warnings=tuple(small_sample(len(time), events)),
                cause=name,
                events=events,
                curve=Curve.of(times, share, low, high, risk, gone),
            )
        )
    return CompetingRisks(tuple(curves), tuple(waiting.tolist()), len(time), "aalen-johansen", tuple(notes))


def _variance(share: Floats, before: Floats, risk: Floats, gone: Floats, this: Floats) -> Floats:
    """Delta-method variance at each time, as running sums: Σ(F(t)-F_j)²a_j + Σb_j - 2Σ(F(t)-F_j)c_j."""
    a = greenwood(gone, risk)
    b = before**2 * this * (risk - this) / risk**3
    c = before * this / risk**2
    # Where everyone left there is no later change of the curve for this time to add to.
    c = np.where(risk > gone, c, 0.0)
    total = share**2 * a.cumsum() - 2 * share * (share * a).cumsum() + (share**2 * a).cumsum()
    total += b.cumsum() - 2 * share * c.cumsum() + 2 * (share * c).cumsum()
    return np.asarray(np.maximum(total, 0.0))


def _ends(share: Floats, error: Floats, *, band: Band, confidence: float) -> tuple[Floats, Floats]:
    """The interval of a rising share; the transformations are those of the falling one, on the share itself."""
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    inner = (share > 1e-15) & (share < 1 - 1e-15)
    safe = np.where(inner, share, 0.5)
    if band == "log-log":
        half = z * error / ((1 - safe) * np.abs(np.log1p(-safe)))
        with np.errstate(over="ignore"):  # all but surely 1 when the exponent is infinite
            low, high = 1 - (1 - safe) ** np.exp(-half), 1 - (1 - safe) ** np.exp(half)
    elif band == "log":
        low, high = safe * np.exp(-z * error / safe), np.minimum(1.0, safe * np.exp(z * error / safe))
    else:
        low, high = np.maximum(0.0, safe - z * error), np.minimum(1.0, safe + z * error)
    return np.where(inner, low, share), np.where(inner, high, share)
