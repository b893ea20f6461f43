"""How did it feel, step by step, and what will be remembered of it.

The curve averages what customers said at each step; it is not what they would say of the whole. A curve drawn by
staff is an estimate by staff and is marked so.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from klantreis.analysis.bootstrap import bootstrap, percentiles
from klantreis.analysis.options import checked_options
from klantreis.analysis.result import (
    Caution,
    Floats,
    Ints,
    Result,
    as_array,
    as_codes,
    caution,
    check_level,
    is_missing,
    plain,
    same_length,
)
from klantreis.analysis.voice.averages import small_sample, t_interval
from klantreis.errors import InvalidInputError

Basis = Literal["measured", "estimated"]
Column = Sequence[object] | npt.NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class EmotionStep(Result):
    """One step of the curve; n counts customers, ``estimate`` is their mean.

    Parameters
    ----------
    step
        As it was given.
    drawn
        The mean pulled towards the curve's mean, n / (n + kappa) of the way out; what a line may go through.
    line
        Whether a line may be drawn from the step before to here: both have enough customers.
    change
        Mean difference with the step before among customers who spoke at both; None at the first step or when
        nobody did.
    """

    step: Any
    drawn: float
    line: bool
    change: Result | None


@dataclass(frozen=True, slots=True)
class EmotionCurve:
    """The steps in order, the mean over all of them and what to know before drawing it."""

    steps: tuple[EmotionStep, ...]
    mean: float
    customers: int
    basis: Basis
    warnings: tuple[Caution, ...]

    @property
    def n(self) -> int:
        """Customers who felt something at any step."""
        return self.customers

    @property
    def method(self) -> str:
        """How the mean and band of every step were computed."""
        return self.steps[0].method

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {
            "steps": plain(self.steps),
            "mean": self.mean,
            "customers": self.customers,
            "basis": self.basis,
            "warnings": plain(self.warnings),
        }


@checked_options
def emotion_curve(
    customer: Column,
    step: Column,
    value: npt.ArrayLike,
    *,
    order: Sequence[object] | None = None,
    scale: tuple[float, float] = (-2, 2),
    kappa: float = 5,
    minimum: int = 5,
    basis: Basis = "measured",
    confidence: float = 0.95,
    draws: int = 1000,
    seed: int = 0,
) -> EmotionCurve:
    """Mean emotion per step, every customer counted once a step, with a band.

    For one persona give its customers only.

    Parameters
    ----------
    customer, step, value
        Shape (n,): who, where, and how it felt (on the scale).
    order
        The steps from first to last; default: as they first appear.
    kappa
        How many customers' worth of pull towards the mean ``drawn`` gets; 0 for none (our convention).
    minimum
        Smallest number of customers through which a line is drawn.
    basis
        ``estimated`` when staff filled it in.

    Raises
    ------
    InvalidInputError
        When a value is missing or off the scale, lengths differ, or ``order`` leaves out a step that has answers.

    Notes
    -----
    The band is the percentile bootstrap of customers, widened around the mean by √(n / (n - 1)) and by Student's t over
    the normal quantile, without which it is too narrow for few customers; none for n = 1.

    Examples
    --------
    >>> curve = emotion_curve(list("aabbcc"), ["find", "pay"] * 3, [1, -1, 2, 0, 0, -2])
    >>> [(s.step, s.estimate, s.n, s.line) for s in curve.steps]
    [('find', 1.0, 3, False), ('pay', -1.0, 3, False)]
    >>> curve.steps[1].change.estimate
    -2.0
    """
    if not scale[0] < scale[1]:
        raise InvalidInputError(f"scale must run from low to high, not from {scale[0]} to {scale[1]}.")
    x = as_array("value", value, low=scale[0], high=scale[1])
    who, names = as_codes("customer", customer)
    same_length(customer=who, step=step, value=x)
    if kappa < 0:
        raise InvalidInputError(f"kappa must be 0 or more, not {kappa}.")
    check_level(confidence)
    where, steps = _steps(step, order)
    table = _means(who, where, x, (len(names), len(steps)))
    seen = ~np.isnan(table)
    counts = seen.sum(axis=0)
    means = np.nansum(table, axis=0) / counts
    overall = float(table[seen].mean())
    low, high = _band(table, seen, confidence=confidence, draws=draws, seed=seed)
    found = []
    for j, name in enumerate(steps):
        n = int(counts[j])
        enough = n >= minimum
        found.append(
            EmotionStep(
                estimate=float(means[j]),
                low=None if n < 2 else float(max(scale[0], low[j])),
                high=None if n < 2 else float(min(scale[1], high[j])),
                n=n,
                method="mean per step, percentile bootstrap of customers",
                confidence=confidence,
                warnings=() if enough else (caution("voice.few_at_step", n=n, minimum=minimum),),
                step=name,
                drawn=overall + (float(means[j]) - overall) * n / (n + kappa),
                line=bool(j > 0 and enough and counts[j - 1] >= minimum),
                change=_change(table[:, j - 1], table[:, j], confidence) if j else None,
            )
        )
    return EmotionCurve(tuple(found), overall, len(names), basis, _curve_cautions(seen, steps, basis))


def _steps(step: Column, order: Sequence[object] | None) -> tuple[Ints, tuple[object, ...]]:
    """The place of each row's step in the order, and the steps that have answers."""
    given = list(step.tolist() if isinstance(step, np.ndarray) else step)
    if not all(isinstance(name, Hashable) for name in given):
        raise InvalidInputError("step must be a row of names or numbers.")
    if any(map(is_missing, given)):
        raise InvalidInputError("step holds a missing value.")
    present = dict.fromkeys(given)
    if order is not None and (isinstance(order, str) or not hasattr(order, "__iter__")):
        raise InvalidInputError(f"order must be a list of steps, not {order!r}.")
    wanted = list(present) if order is None else list(order)
    left_out = [name for name in present if name not in wanted]
    if left_out or len(set(wanted)) < len(wanted):
        raise InvalidInputError(f"order must name every step once; it leaves out {left_out or 'nothing'}.")
    names = tuple(name for name in wanted if name in present)
    place = {name: index for index, name in enumerate(names)}
    return np.array([place[name] for name in given], dtype=np.int64), names


def _means(who: Ints, where: Ints, x: Floats, shape: tuple[int, int]) -> Floats:
    """Customers × steps: each customer's mean at a step, NaN where nothing was said."""
    cell = who * shape[1] + where
    total = np.bincount(cell, x, minlength=shape[0] * shape[1])
    count = np.bincount(cell, minlength=shape[0] * shape[1])
    mean = np.divide(total, count, out=np.full(len(total), np.nan), where=count > 0)
    return np.asarray(mean.reshape(shape))


def _band(
    table: Floats, seen: npt.NDArray[np.bool_], *, confidence: float, draws: int, seed: int
) -> tuple[Floats, Floats]:
    filled, mask = np.where(seen, table, 0.0), seen.astype(np.float64)
    counts = mask.sum(axis=0)
    means = filled.sum(axis=0) / counts
    widen = small_sample(counts, confidence)

    def statistic(weights: Floats) -> Floats:
        n = weights @ mask
        drawn = np.divide(weights @ filled, n, out=np.full(n.shape, np.nan), where=n > 0)
        return np.asarray(means + (drawn - means) * widen)

    return percentiles(bootstrap(statistic, len(table), draws=draws, seed=seed), confidence)


def _change(before: Floats, after: Floats, confidence: float) -> Result | None:
    gap = (after - before)[~np.isnan(after - before)]
    if not len(gap):
        return None
    found = t_interval(gap, np.ones(len(gap)), confidence=confidence, bounds=(-np.inf, np.inf))
    return Result(
        estimate=float(gap.mean()),
        low=found.low,
        high=found.high,
        n=len(gap),
        method=f"same customers, {found.method}",
        confidence=confidence,
    )


def _curve_cautions(seen: npt.NDArray[np.bool_], steps: tuple[object, ...], basis: Basis) -> tuple[Caution, ...]:
    found = [caution("voice.estimated_by_staff")] if basis == "estimated" else []
    for j in range(1, len(steps)):
        both = int((seen[:, j - 1] & seen[:, j]).sum())
        larger = int(max(seen[:, j - 1].sum(), seen[:, j].sum()))
        if both < larger / 2:
            found.append(
                caution("voice.other_people", before=str(steps[j - 1]), after=str(steps[j]), both=both, n=larger)
            )
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Journeys:
    """Peak, end, the point halfway and the mean over time, one of each per customer, in that order."""

    customer: tuple[Any, ...]
    peak: tuple[float, ...]
    end: tuple[float, ...]
    peak_end: tuple[float, ...]
    mean: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PeakEnd(Result):
    """Mean of ½(most intense + last) over journeys, next to the mean over time."""

    mean_over_time: Result
    journeys: Journeys = field(repr=False)


@checked_options
def peak_end(
    customer: Column,
    order: npt.ArrayLike,
    value: npt.ArrayLike,
    *,
    neutral: float = 0,
    confidence: float = 0.95,
    draws: int = 1000,
    seed: int = 0,
) -> PeakEnd:
    """What is likely remembered of each journey: halfway between its most intense moment and its last.

    Parameters
    ----------
    customer, order, value
        Shape (n,): whose journey, when in it (time or rank), and how it felt.
    neutral
        The value from which intensity counts. Of two equally intense moments the later one is the peak.

    Raises
    ------
    InvalidInputError
        When something is missing, lengths differ or a customer has two values at the same time.

    Notes
    -----
    The mean over time takes the feeling to change evenly between two moments (trapezium rule).

    References
    ----------
    Kahneman, Fredrickson, Schreiber and Redelmeier (1993), Psychological Science 4:401-405.

    Examples
    --------
    >>> memory = peak_end(["a", "a", "a", "b", "b"], [1, 2, 3, 1, 2], [0, -2, 1, 1, 2])
    >>> memory.journeys.peak_end, memory.journeys.mean, memory.estimate
    ((-0.5, 2.0), (-0.75, 1.5), 0.75)
    """
    at, x = as_array("order", order), as_array("value", value)
    who, names = as_codes("customer", customer)
    same_length(customer=who, order=at, value=x)
    rows = np.lexsort((at, who))
    who, at, x = who[rows], at[rows], x[rows]
    same = who[1:] == who[:-1]
    if (same & (at[1:] == at[:-1])).any():
        twice = np.flatnonzero(same & (at[1:] == at[:-1]))[0]
        raise InvalidInputError(f"order gives customer {names[who[twice]]!r} two values at {at[twice]:g}.")
    # The last row of each customer after sorting by intensity, then by time.
    peak = x[np.lexsort((at, np.abs(x - neutral), who))][np.append(np.flatnonzero(np.diff(who)), len(who) - 1)]
    end = x[np.append(np.flatnonzero(np.diff(who)), len(who) - 1)]
    start = np.append(0, np.flatnonzero(np.diff(who)) + 1)
    spell = np.where(same, at[1:] - at[:-1], 0.0)
    area = np.bincount(who[:-1], spell * (x[1:] + x[:-1]) / 2, minlength=len(names))
    time = np.bincount(who[:-1], spell, minlength=len(names))
    mean = np.divide(area, time, out=x[start].copy(), where=time > 0)
    both = np.column_stack([(peak + end) / 2, mean])
    centre, widen = both.mean(axis=0), small_sample(len(names), confidence)
    spread = bootstrap(lambda w: w @ both / len(names), len(names), draws=draws, seed=seed)
    low, high = percentiles(centre + (spread - centre) * widen, confidence)
    few = (caution("voice.few_answers", n=len(names)),) if len(names) < 30 else ()
    over_time, remembered = (
        {
            "estimate": float(both[:, j].mean()),
            "low": float(low[j]),
            "high": float(high[j]),
            "n": len(names),
            "method": f"{name}, percentile bootstrap of journeys",
            "confidence": confidence,
            "warnings": few,
        }
        for j, name in ((1, "mean over time"), (0, "peak and end"))
    )
    return PeakEnd(
        **remembered,  # type: ignore[arg-type]
        mean_over_time=Result(**over_time),  # type: ignore[arg-type]
        journeys=Journeys(
            customer=names,
            peak=tuple(peak.tolist()),
            end=tuple(end.tolist()),
            peak_end=tuple(both[:, 0].tolist()),
            mean=tuple(mean.tolist()),
        ),
    )
