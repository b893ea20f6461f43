"""How many people does a described persona really cover, with every attribute that it is given?"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from klantreis.analysis.behaviour.segment_tables import Column, is_number, known, read_columns
from klantreis.analysis.options import checked_options
from klantreis.analysis.result import Result, as_weights, caution
from klantreis.analysis.weighing import Flags, share_of, weighing_cautions
from klantreis.errors import InvalidInputError, did_you_mean
from klantreis.events.share import Share

#: Below this share a persona describes hardly anyone (our convention).
RARE = 0.05


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute, in the order given.

    Parameters
    ----------
    alone
        The share that has it.
    together
        The share that has it and all attributes before it; it can only fall.
    without
        The share that would be covered if only this attribute were dropped.
    """

    name: str
    alone: Share
    together: Share
    without: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Prevalence(Result):
    """``estimate`` is the share that has all attributes.

    Parameters
    ----------
    count
        How many people that is.
    if_unrelated
        What it would be if attributes had nothing to do with each other: the product of their shares.
    attributes
        One by one.
    drop_first
        The attributes in the order in which dropping them covers most people.
    """

    count: int
    if_unrelated: float
    attributes: tuple[Attribute, ...]
    drop_first: tuple[str, ...]


@checked_options
def prevalence(
    table: Mapping[str, Column],
    rule: Mapping[str, Any],
    *,
    confidence: float = 0.95,
    weights: npt.ArrayLike | None = None,
) -> Prevalence:
    """The share of respondents that meets every attribute of a persona.

    Parameters
    ----------
    table
        Name of field to column.
    rule
        Name of field to what it must be: one value; a list or set of values; a pair ``(low, high)`` of numbers, both
        included, None for no end; or a function of the column that gives True and False.
    weights
        Shape (n,): how much each respondent counts; who has none counts for nothing. Shares are then weighted, with
        intervals by the effective number (Kish); counts stay those of people.

    Raises
    ------
    InvalidInputError
        When the rule names a field that is not there, nobody answered all its fields, or the weights do not fit.

    Notes
    -----
    Who did not answer one of the fields is left out, and counted in a warning.

    References
    ----------
    Chapman and others (2008), Proceedings of the Human Factors and Ergonomics Society 52:1107-1111.

    Examples
    --------
    >>> people = {"age": [25, 34, 41, 29, 63], "channel": ["app", "app", "shop", "app", "shop"]}
    >>> found = prevalence(people, {"age": (None, 40), "channel": "app"})
    >>> found.estimate, [step.together.count for step in found.attributes]
    (0.6, [3, 3])
    """
    columns, n = read_columns("table", table)
    if not isinstance(rule, Mapping) or not rule:
        raise InvalidInputError("rule must map names of fields to what they must be, one or more.")
    for field in rule:
        if field not in columns:
            raise InvalidInputError(
                f"rule names {field!r}, which is no field.", hint=did_you_mean(str(field), map(str, columns))
            )
    w = as_weights(weights, n)
    answered = w > 0
    for field in rule:
        answered &= known(columns[field])
    rest = int(answered.sum())
    if not rest:
        raise InvalidInputError("table holds nobody who answered all fields of the rule.")
    fits = {field: _fits(field, columns[field][answered], wanted) for field, wanted in rule.items()}
    counting = None if weights is None else w[answered]

    def share(flags: Flags) -> Share:
        return share_of(flags, counting, confidence=confidence)

    all_of = np.logical_and.reduce(list(fits.values()))
    sofar = np.ones(rest, dtype=bool)
    attributes = []
    for field, fit in fits.items():
        sofar = sofar & fit
        others = [other for name, other in fits.items() if name != field]
        without = np.logical_and.reduce(others) if others else np.ones(rest, dtype=bool)
        attributes.append(Attribute(field, share(fit), share(sofar), share(without)))
    whole = share(all_of)
    notes = []
    if rest < n:
        notes.append(caution("behaviour.left_out", left=n - rest, n=n))
    if whole.count == 0:
        notes.append(caution("behaviour.describes_nobody", n=rest))
    elif whole.high < RARE:
        notes.append(caution("behaviour.describes_few", percent=round(100 * whole.high, 1)))
    elif whole.value is not None and whole.value < RARE:
        notes.append(caution("behaviour.few_described", count=whole.count, n=rest))
    return Prevalence(
        estimate=whole.value,
        low=whole.low,
        high=whole.high,
        n=rest,
        method=f"share with all attributes, {whole.method}",
        confidence=confidence,
        warnings=(*notes, *weighing_cautions(counting)),
        count=whole.count,
        if_unrelated=math.prod(step.alone.value or 0.0 for step in attributes),
        attributes=tuple(attributes),
        drop_first=tuple(step.name for step in sorted(attributes, key=lambda step: -(step.without.value or 0.0))),
    )


def _fits(field: str, column: npt.NDArray[Any], wanted: Any) -> Flags:
    if isinstance(wanted, Callable):  # type: ignore[arg-type]
        flags = np.asarray(wanted(column))
        if flags.shape != column.shape or flags.dtype != bool:
            raise InvalidInputError(f"rule[{field!r}] must give True or False for each value of the column.")
        return flags
    if wanted is None or (isinstance(wanted, Collection) and not len(wanted)):
        raise InvalidInputError(f"rule[{field!r}] is {wanted!r}: say what it must be.")
    if isinstance(wanted, tuple):
        if len(wanted) != 2 or not is_number(column):
            raise InvalidInputError(f"rule[{field!r}] is a pair of ends, which needs numbers.", hint="Or give a list.")
        low, high = (end if end is not None else far for end, far in zip(wanted, (-math.inf, math.inf), strict=True))
        numbers = column.astype(np.float64)
        return np.asarray((numbers >= low) & (numbers <= high))
    options = set(wanted) if isinstance(wanted, Collection) and not isinstance(wanted, str | bytes) else {wanted}
    return np.array([value in options for value in column.tolist()], dtype=bool)
