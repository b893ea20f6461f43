"""By which few conditions can anybody tell who is in a group?

The label that a method gave a customer cannot be applied to a customer of tomorrow; a rule can. A rule is one to three
conditions, found by trying thresholds of the fields that made the groups; how well it gives back the group is counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from klantreis.analysis.behaviour.customer_fields import COUNTED, CustomerField, CustomerTable
from klantreis.analysis.behaviour.segment_prevalence import Prevalence, prevalence
from klantreis.analysis.result import Caution, caution
from klantreis.errors import InvalidInputError

Flags = npt.NDArray[np.bool_]

#: Conditions of one rule, thresholds tried of one field, and rules kept from round to round.
MOST_CONDITIONS = 3
THRESHOLDS = 40
KEPT = 4
#: A condition more must give the group back at least this much better (F1).
GAIN = 0.02
#: Below this overlap (F1) a rule is another group than the one that was found (our convention).
POOR = 0.7
#: Of more customers than this, rules are looked for in a sample of so many.
SAMPLED = 20_000


@dataclass(frozen=True, slots=True)
class Condition:
    """What one field must be: at least ``low`` and at most ``high``, or one of ``values``."""

    field: str
    low: float | None = None
    high: float | None = None
    values: tuple[str, ...] = ()

    def holds(self, field: CustomerField) -> Flags:
        """For whom it holds; not for who has no value."""
        if self.values:
            return np.array([value in self.values for value in field.values.tolist()], dtype=bool)
        with np.errstate(invalid="ignore"):
            fits = np.ones(len(field.values), dtype=bool)
            if self.low is not None:
                fits &= field.values >= self.low
            if self.high is not None:
                fits &= field.values <= self.high
        return np.asarray(fits & ~np.isnan(field.values))

    def wanted(self) -> Any:
        """As :func:`prevalence` takes it."""
        return list(self.values) if self.values else (self.low, self.high)

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {"field": self.field, "low": self.low, "high": self.high, "values": list(self.values)}


@dataclass(frozen=True, slots=True)
class SegmentRule:
    """Conditions that must all hold, and how many customers they give.

    Parameters
    ----------
    covered
        The customers who meet it, counted again: after each condition with its interval.
    precision, recall
        Of those who meet it, who is in the group; of those in the group, who meets it. Weighted as the customers are.
    """

    conditions: tuple[Condition, ...]
    covered: Prevalence
    precision: float
    recall: float
    warnings: tuple[Caution, ...] = ()

    @property
    def agreement(self) -> float:
        """The harmonic mean of precision and recall (F1)."""
        return _f1(self.precision, self.recall)

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {
            "conditions": [one.to_dict() for one in self.conditions],
            "n": self.covered.count,
            "covered": self.covered.to_dict(),
            "precision": self.precision,
            "recall": self.recall,
            "warnings": [one.to_dict() for one in self.warnings],
        }


def members(table: CustomerTable, conditions: tuple[Condition, ...]) -> Flags:
    """For each customer whether all conditions hold.

    Examples
    --------
    >>> from klantreis.analysis.behaviour.customer_fields import table_of_columns
    >>> members(table_of_columns({"age": [20, 35, 50]}), (Condition("age", low=30),)).tolist()
    [False, True, True]
    """
    fits = np.ones(table.n, dtype=bool)
    for one in conditions:
        fits &= one.holds(table.field(one.field))
    return fits


def rule_of(
    table: CustomerTable, conditions: tuple[Condition, ...], inside: Flags | None = None, *, confidence: float = 0.95
) -> SegmentRule:
    """Count a rule on the customers, beside the group that it stands for, when there is one."""
    by_field: Mapping[str, Any] = {one.field: one.wanted() for one in conditions}
    covered = prevalence(table.columns(list(by_field)), by_field, confidence=confidence, weights=table.weights)
    fits = members(table, conditions)
    if inside is None:
        return SegmentRule(conditions, covered, 1.0, 1.0)
    counting = np.ones(table.n) if table.weights is None else table.weights
    both, met, held = (float(counting @ flags) for flags in (fits & inside, fits, inside))
    precision, recall = both / met if met else 0.0, both / held if held else 0.0
    agreement = _f1(precision, recall)
    poor = (caution("segments.warning.poor_rule", percent=round(100 * agreement)),) if agreement < POOR else ()
    return SegmentRule(conditions, covered, precision, recall, poor)


def rule_for(table: CustomerTable, inside: Flags, *, confidence: float = 0.95, seed: int = 0) -> SegmentRule:
    """The few conditions on the fields that made the groups that give a group back best.

    Parameters
    ----------
    inside
        Shape (customers,): who is in the group.

    Raises
    ------
    InvalidInputError
        When everybody or nobody is in the group, or no field made groups.

    Notes
    -----
    Rules grow by one condition a round; the best few are kept (a beam), by F1 against the group. Thresholds lie halfway
    between neighbouring values and are rounded as far as that moves nobody.

    Examples
    --------
    >>> from klantreis.analysis.behaviour.customer_fields import table_of_columns
    >>> table = table_of_columns({"orders": [0, 1, 2, 8, 9, 12], "age": [30, 41, 30, 50, 30, 41]})
    >>> rule = rule_for(table, np.array([False, False, False, True, True, True]))
    >>> rule.conditions[0].field, rule.conditions[0].low, rule.covered.count
    ('orders', 5.0, 3)
    """
    makes = table.of_use("makes")
    if not makes:
        raise InvalidInputError("No field made the groups, so no rule can be made of one.")
    if inside.all() or not inside.any():
        raise InvalidInputError("inside must hold some of the customers, not all and not none.")
    rows = np.arange(table.n)
    if table.n > SAMPLED:
        rows = np.sort(np.random.default_rng(seed).choice(table.n, SAMPLED, replace=False))
        if inside[rows].all() or not inside[rows].any():
            rows = np.arange(table.n)
    sample, wanted = table.of_rows(rows), inside[rows]
    single = [(one, one.holds(sample.field(one.field))) for field in makes for one in _candidates(field, wanted)]
    best: list[tuple[float, tuple[Condition, ...], Flags]] = [(0.0, (), np.ones(len(rows), dtype=bool))]
    found = best[0]
    for _ in range(MOST_CONDITIONS):
        grown = [
            (_agreement(fits & more, wanted), _joined(conditions, one), fits & more)
            for _, conditions, fits in best
            for one, more in single
        ]
        grown.sort(key=lambda row: (-row[0], len(row[1])))
        best = grown[:KEPT]
        if not best or best[0][0] < found[0] + GAIN:
            break
        found = best[0]
    return rule_of(table, found[1], inside, confidence=confidence)


def _joined(conditions: tuple[Condition, ...], more: Condition) -> tuple[Condition, ...]:
    """Conditions with one more; two on one field become one."""
    for place, one in enumerate(conditions):
        if one.field == more.field:
            if one.values or more.values:
                values = tuple(value for value in one.values if value in more.values) or one.values
                return (*conditions[:place], Condition(one.field, values=values), *conditions[place + 1 :])
            lows = [end for end in (one.low, more.low) if end is not None]
            highs = [end for end in (one.high, more.high) if end is not None]
            both = Condition(one.field, max(lows, default=None), min(highs, default=None))
            return (*conditions[:place], both, *conditions[place + 1 :])
    return (*conditions, more)


def _candidates(field: CustomerField, inside: Flags) -> list[Condition]:
    if not field.numeric:
        here = np.array([value is not None for value in field.values])
        texts = sorted(set(field.values[here].tolist()))
        rate = {text: float(inside[field.values == text].mean()) for text in texts}
        ordered = sorted(texts, key=lambda text: -rate[text])
        return [Condition(field.name, values=tuple(sorted(ordered[:upto]))) for upto in range(1, len(ordered))]
    numbers = np.unique(field.values[~np.isnan(field.values)])
    if len(numbers) > THRESHOLDS:
        numbers = np.unique(np.quantile(field.values[~np.isnan(field.values)], np.linspace(0, 1, THRESHOLDS)))
    cuts = [_between(a, b, field) for a, b in zip(numbers[:-1].tolist(), numbers[1:].tolist(), strict=True)]
    return [Condition(field.name, low=high) for _, high in cuts] + [Condition(field.name, high=low) for low, _ in cuts]


def _between(low: float, high: float, field: CustomerField) -> tuple[float, float]:
    """Ends for "at most" and "at least" that keep two neighbouring values apart, as round as can be."""
    if field.measure in COUNTED and field.measure != "sum":
        middle = int(np.floor((low + high) / 2))
        return float(middle), float(middle + 1)
    centre = (low + high) / 2
    for digits in range(-6, 7):
        rounded = float(round(centre, digits))
        if low < rounded < high:
            return rounded, rounded
    return centre, centre


def _agreement(fits: Flags, inside: Flags) -> float:
    both = float((fits & inside).sum())
    return 2 * both / max(float(fits.sum() + inside.sum()), 1.0)


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0
