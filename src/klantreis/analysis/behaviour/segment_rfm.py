"""Who bought lately, often and for much: recency, frequency and money in five scores each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from datetime import time as clock
from typing import Any

import numpy as np
import numpy.typing as npt

from klantreis.analysis.bootstrap import percentiles
from klantreis.analysis.options import check_argument, checked_options
from klantreis.analysis.result import (
    Caution,
    Floats,
    Ints,
    Result,
    as_array,
    as_codes,
    caution,
    check_level,
    dimensions,
    plain,
)
from klantreis.errors import InvalidInputError

Times = Sequence[Any] | npt.NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class RfmCut(Result):
    """Where one score ends and the next begins; ``estimate`` is the largest value that still has the lower rank."""

    measure: str
    share: float


@dataclass(frozen=True, slots=True)
class Rfm:
    """Customers in sorted order.

    Parameters
    ----------
    recency
        Days (or units of time) since the last order.
    frequency, amount
        Number of orders and their sum.
    recency_score, frequency_score, amount_score
        1 to ``bins``; high is lately, often and much.
    score
        The three as digits: 543 for 5, 4, 3.
    cuts
        Where the scores change, with bootstrap intervals.
    """

    customers: tuple[Any, ...] = field(repr=False)
    recency: tuple[float, ...] = field(repr=False)
    frequency: tuple[int, ...] = field(repr=False)
    amount: tuple[float, ...] = field(repr=False)
    recency_score: tuple[int, ...] = field(repr=False)
    frequency_score: tuple[int, ...] = field(repr=False)
    amount_score: tuple[int, ...] = field(repr=False)
    score: tuple[int, ...] = field(repr=False)
    cuts: tuple[RfmCut, ...] = field(repr=False)
    n: int
    method: str
    warnings: tuple[Caution, ...]

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {name: plain(getattr(self, name)) for name in self.__dataclass_fields__}


@checked_options
def rfm(
    customer: Sequence[object] | npt.NDArray[Any],
    time: Times,
    amount: npt.ArrayLike,
    at: Any,
    *,
    bins: int = 5,
    draws: int = 200,
    confidence: float = 0.95,
    seed: int = 0,
) -> Rfm:
    """Score customers by their orders up to a moment.

    Parameters
    ----------
    customer, time, amount
        Shape (orders,): who, when (dates, datetimes, texts such as 2024-03-01, or numbers) and for how much.
    at
        The moment from which is looked back: a date when ``time`` holds dates (one without an hour is its midnight),
        else a number.
    bins
        How many scores each gets, up to 9.
    draws
        Bootstrap draws of customers for the cut points; 0 for none.

    Raises
    ------
    InvalidInputError
        When an order lies after ``at``, or something is missing.

    Notes
    -----
    Cut points are the quantiles by linear interpolation (type 7) and a score holds (lower, upper]; recency is turned
    around. Customers with equal values get equal scores, so a score may stay empty.

    References
    ----------
    Hughes (1994), Strategic Database Marketing; Hyndman and Fan (1996), The American Statistician 50:361-365.

    Examples
    --------
    >>> table = rfm(list("aabcde"), [1, 9, 5, 2, 8, 7], [10, 20, 5, 60, 8, 12], 10, draws=0)
    >>> dict(zip(table.customers, table.score, strict=True))
    {'a': 554, 'b': 211, 'c': 115, 'd': 412, 'e': 313}
    """
    check_level(confidence)
    if not 2 <= bins <= 9:
        raise InvalidInputError(f"bins must lie between 2 and 9, not at {bins}.")
    codes, names = as_codes("customer", customer)
    money = as_array("amount", amount)
    ago = _ago(time, at)
    if len({len(codes), len(money), len(ago)}) > 1:
        raise InvalidInputError(
            f"Unequal lengths: customer has {len(codes)}, time has {len(ago)}, amount has {len(money)}."
        )
    n = len(names)
    if n < bins:
        raise InvalidInputError(f"customer holds {n} customers; at least {bins} are needed for {bins} scores.")
    recency = np.full(n, np.inf)
    np.minimum.at(recency, codes, ago)
    measures = {
        "recency": recency,
        "frequency": np.bincount(codes, minlength=n).astype(np.float64),
        "amount": np.bincount(codes, money, minlength=n).astype(np.float64),
    }
    shares = np.arange(1, bins) / bins
    cuts = {name: np.quantile(values, shares) for name, values in measures.items()}
    ranks = {name: 1 + np.searchsorted(cuts[name], values, side="left") for name, values in measures.items()}
    ranks["recency"] = bins + 1 - ranks["recency"]
    r, f, m = (ranks[name].astype(np.int64) for name in measures)
    notes = [caution("behaviour.arbitrary_scores")]
    notes += [
        caution("behaviour.tied_scores", measure=name, scores=len(np.unique(ranks[name])), bins=bins)
        for name in measures
        if len(np.unique(ranks[name])) < bins
    ]
    return Rfm(
        customers=names,
        recency=tuple(recency.tolist()),
        frequency=tuple(int(x) for x in measures["frequency"]),
        amount=tuple(measures["amount"].tolist()),
        recency_score=tuple(r.tolist()),
        frequency_score=tuple(f.tolist()),
        amount_score=tuple(m.tolist()),
        score=tuple((100 * r + 10 * f + m).tolist()),
        cuts=_with_intervals(measures, cuts, shares, draws, confidence, seed),
        n=n,
        method=f"quantile scores, {bins} bins",
        warnings=tuple(notes),
    )


def _ago(time: Times, at: Any) -> Floats:
    """How long before ``at``: in days for dates, else in the unit of the numbers."""
    dimensions("time", time)
    given, ago = np.asarray(time), np.zeros(0)
    if given.ndim != 1 or not len(given):
        raise InvalidInputError("time must be a row of one value or more.")
    if given.dtype.kind == "U" or (given.dtype.kind == "O" and isinstance(given[0], date | str)):
        now = _moment("at", at)
        try:
            seconds = [(now - _moment("time", moment)).total_seconds() for moment in given.tolist()]
        except TypeError as error:
            hint = "One has a time zone and the other has not."
            raise InvalidInputError(f"time cannot be compared with at ({at!r}).", hint=hint) from error
        ago = np.array(seconds) / 86_400
    elif given.dtype.kind == "M":
        if np.isnat(given).any():
            raise InvalidInputError("time holds a missing value (NaT).")
        try:
            ago = np.asarray((np.datetime64(at) - given) / np.timedelta64(1, "D"), dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise InvalidInputError(f"at is {at!r}, which cannot be compared with time.") from error
    else:
        moments = as_array("time", given)
        check_argument("at", at, (float,))
        ago = np.asarray(float(at) - moments)
    if ago.ndim != 1 or not len(ago):
        raise InvalidInputError("time must be a row of one value or more.")
    if (ago < 0).any():
        raise InvalidInputError(f"time lies after at ({at}) at position {int((ago < 0).argmax())}.")
    return np.asarray(ago, dtype=np.float64)


def _moment(name: str, value: object) -> datetime:
    """A date, a moment, or either as ISO 8601 writes it; a date is its midnight."""
    if isinstance(value, np.datetime64) and not np.isnat(value):
        value = value.astype("datetime64[us]").item()
    try:
        found = datetime.fromisoformat(value.strip()) if isinstance(value, str) else value
    except ValueError as error:
        hint = "Write 2024-03-01, or 2024-03-01T12:30."
        raise InvalidInputError(f"{name} holds {value!r}, which is no date.", hint=hint) from error
    if isinstance(found, date) and not isinstance(found, datetime):
        return datetime.combine(found, clock.min)
    if not isinstance(found, datetime) or found != found:
        raise InvalidInputError(f"{name} must be a date or a moment as in time, not {value!r}.")
    return found


def _with_intervals(
    measures: dict[str, Floats], cuts: dict[str, Floats], shares: Floats, draws: int, confidence: float, seed: int
) -> tuple[RfmCut, ...]:
    n = len(next(iter(measures.values())))
    rng = np.random.default_rng(seed)
    drawn: dict[str, list[Floats]] = {name: [] for name in measures}
    for _ in range(draws):
        rows: Ints = rng.integers(0, n, n)
        for name, values in measures.items():
            drawn[name].append(np.quantile(values[rows], shares))
    found = []
    for name in measures:
        low, high = percentiles(np.array(drawn[name]), confidence) if draws else (None, None)
        for i, share in enumerate(shares.tolist()):
            found.append(
                RfmCut(
                    estimate=float(cuts[name][i]),
                    low=None if low is None else float(low[i]),
                    high=None if high is None else float(high[i]),
                    n=n,
                    method="quantile type 7, percentile bootstrap" if draws else "quantile type 7",
                    confidence=confidence,
                    measure=name,
                    share=share,
                )
            )
    return tuple(found)
