"""What is known of each customer: fields to make groups by, and fields held back to tell them apart.

A field says by itself what it measures, so that a rule and a sentence can be made of it in any language. Nothing here
looks at events or files; ``log_fields.py`` makes fields of an event log.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from klantreis.analysis.behaviour.segment_tables import is_number, known
from klantreis.analysis.result import Floats, as_weights
from klantreis.errors import InvalidInputError, NotFoundError, did_you_mean

#: What a field measures. ``count``: how often something happened; ``days_since``: days since the last event;
#: ``mean`` and ``sum`` of an attribute; ``share`` of events with a value; ``distinct``: different values;
#: ``hours`` and ``weekend``: share of events then; ``category`` and ``number``: of the customer, not of events.
Measure = Literal[
    "count", "visits", "days_since", "mean", "sum", "share", "distinct", "hours", "weekend", "category", "number"
]
#: ``makes``: groups are made by it; ``tells``: held back, to tell groups apart; ``spare``: neither, as it says again
#: what others say.
Use = Literal["makes", "tells", "spare"]
#: Which part of a persona a difference on the field belongs to.
Part = Literal["behaviour", "preferences", "demographics", "situation", "attitudes"]
#: Measured in whole numbers, and skewed: few customers with very many.
COUNTED: frozenset[Measure] = frozenset({"count", "visits", "sum", "distinct", "days_since"})
#: Texts that say that something is not known.
UNKNOWN = frozenset(
    {"", "-", "?", "n/a", "na", "nan", "none", "null", "onbekend", "niet bekend", "unknown", "not known"}
)
#: More different texts than this are no categories to compare by.
MOST_CATEGORIES = 12


@dataclass(frozen=True, eq=False, slots=True)
class CustomerField:
    """One value for each customer.

    Parameters
    ----------
    name
        As people type it: ``count:shop``, ``mean:amount``, ``weekend``; unique within a table.
    measure, what, value
        What it measures, of what (a touchpoint, an attribute, a column), and of which value of it, for a share.
    values
        Shape (customers,): numbers with NaN, or texts with None, where it is not known.
    """

    name: str
    measure: Measure
    what: str
    values: npt.NDArray[Any]
    value: str | None = None
    use: Use = "tells"
    part: Part = "behaviour"

    @property
    def numeric(self) -> bool:
        """Whether it holds numbers."""
        return self.measure != "category"


@dataclass(frozen=True, eq=False, slots=True)
class CustomerTable:
    """Customers and what is known of them.

    Parameters
    ----------
    fields
        Columns of one length.
    n
        How many customers.
    unit
        What one row stands for: a customer, a household, a respondent.
    weights
        Shape (customers,): how much each counts, above 0; all alike when None.
    """

    fields: tuple[CustomerField, ...]
    n: int
    unit: str = "customer"
    weights: Floats | None = None

    def field(self, name: str) -> CustomerField:
        """The field with this name; NotFoundError names those that there are."""
        for field in self.fields:
            if field.name == name:
                return field
        names = [field.name for field in self.fields]
        raise NotFoundError(f"There is no field {name!r}.", hint=did_you_mean(name, names, what="field"))

    def of_use(self, *uses: Use) -> tuple[CustomerField, ...]:
        """Its fields with one of these uses, in order."""
        return tuple(field for field in self.fields if field.use in uses)

    def columns(self, names: Sequence[str] | None = None) -> dict[str, npt.NDArray[Any]]:
        """The values of fields, by name; of all of them unless some are named."""
        return {field.name: field.values for field in self.fields if names is None or field.name in names}

    def made_by(self, names: Sequence[str]) -> CustomerTable:
        """The same customers, to be grouped by these fields: all others that are not spare tell groups apart."""
        for name in names:
            self.field(name)
        fields = tuple(
            replace(field, use="makes" if field.name in names else "tells" if field.use == "makes" else field.use)
            for field in self.fields
        )
        return replace(self, fields=fields)

    def without(self, names: Sequence[str]) -> CustomerTable:
        """The same customers without some fields."""
        for name in names:
            self.field(name)
        return replace(self, fields=tuple(field for field in self.fields if field.name not in names))

    def of_rows(self, rows: npt.NDArray[Any]) -> CustomerTable:
        """Some of the customers: places, or True for who stays."""
        fields = tuple(replace(field, values=field.values[rows]) for field in self.fields)
        weights = None if self.weights is None else self.weights[rows]
        return replace(self, fields=fields, n=len(fields[0].values) if fields else 0, weights=weights)

    def weighed(self, weights: Floats) -> CustomerTable:
        """The same customers, who count by these weights; without those who count for nothing.

        Raises
        ------
        InvalidInputError
            When they are not one for each customer, or nobody counts.
        """
        return replace(self, weights=as_weights(weights, self.n)).of_rows(weights > 0)


def is_unknown(text: str) -> bool:
    """Whether a text only says that something is not known.

    Examples
    --------
    >>> is_unknown("Onbekend"), is_unknown("geen kinderen")
    (True, False)
    """
    return text.strip().lower() in UNKNOWN


def table_of_columns(
    columns: Mapping[str, Sequence[object]], *, unit: str = "customer", parts: Mapping[str, Part] | None = None
) -> CustomerTable:
    """A table of plain columns: numbers where all that is known is a number, else categories.

    Every field makes groups; with two kinds of fields or more, :meth:`CustomerTable.made_by` holds some back.
    Columns without a value, with one value, or with too many different texts are left out.

    Raises
    ------
    InvalidInputError
        When columns differ in length or none is left.

    Examples
    --------
    >>> table = table_of_columns({"age": [31, 40, None], "channel": ["app", "shop", "app"], "who": ["x", "x", "x"]})
    >>> [(field.name, field.measure) for field in table.fields]
    [('age', 'number'), ('channel', 'category')]
    """
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) > 1:
        shown = ", ".join(f"{name} has {n}" for name, n in lengths.items())
        raise InvalidInputError(f"The columns differ in length: {shown}.")
    fields = tuple(
        field
        for name, values in columns.items()
        if (field := _column(name, values, (parts or {}).get(name, "demographics"))) is not None
    )
    if not fields:
        raise InvalidInputError(
            "No column can make groups or tell them apart.",
            hint=f"A column needs numbers, or 2 to {MOST_CATEGORIES} different texts.",
        )
    return CustomerTable(fields, next(iter(lengths.values())), unit)


def _column(name: str, values: Sequence[object], part: Part) -> CustomerField | None:
    column = np.empty(len(values), dtype=object)
    column[:] = list(values)
    here = known(column)
    if not here.any():
        return None
    if is_number(column):
        numbers = np.full(len(column), np.nan)
        numbers[here] = column[here].astype(np.float64)
        if not np.isfinite(numbers[here]).all():
            raise InvalidInputError(f"{name} holds an infinite number.")
        constant = np.ptp(numbers[here]) == 0
        return None if constant else CustomerField(name, "number", name, numbers, use="makes", part=part)
    said = [str(value) if ok and not is_unknown(str(value)) else None for value, ok in zip(column, here, strict=True)]
    texts = np.array(said, dtype=object)
    different = len({text for text in said if text is not None})
    if not 2 <= different <= MOST_CATEGORIES:
        return None
    return CustomerField(name, "category", name, texts, use="makes", part=part)
