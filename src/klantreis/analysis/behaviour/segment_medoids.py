"""Groups around real cases, when some fields are numbers, others categories, and answers are missing.

Distances are Gower's: over the fields that both cases have, the mean of how far apart they are, from 0 to 1. Every
field weighs the same, which is a choice; a case in the middle of its group can be shown as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from klantreis.analysis.behaviour.grouping import by_size
from klantreis.analysis.behaviour.segment_tables import Column, is_number, known, read_columns
from klantreis.analysis.behaviour.sequence_groups import DRAWN, cluster
from klantreis.analysis.options import checked_options
from klantreis.analysis.result import Floats, Ints, Result, as_array, as_codes, caution
from klantreis.errors import InvalidInputError

#: Of more cases than this a sample of so many is grouped, and the others go to the nearest middle.
SAMPLED = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class MedoidGroup(Result):
    """One group; ``estimate`` is its mean silhouette, ``n`` how many cases it holds.

    Parameters
    ----------
    group
        Its number; 0 is the largest.
    medoid
        Position of the case that lies closest to the others of the group, and ``values`` what it answered.
    stability
        Mean overlap (Jaccard) with the nearest group found in samples drawn again; None without draws.
    """

    group: int
    medoid: int
    values: dict[str, Any]
    stability: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Medoids(Result):
    """Groups, the largest first; ``estimate`` is the mean silhouette."""

    labels: tuple[int, ...] = field(repr=False)
    groups: tuple[MedoidGroup, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Fields:
    """Numbers over their range and numbers of categories (n × fields each), NaN and -1 where not known."""

    numbers: Floats
    codes: Ints

    def apart(self, some: Ints, others: Ints) -> Floats:
        """Gower's distances, some × others; NaN for two cases without a field in common."""
        total, shared = np.zeros((len(some), len(others))), np.zeros((len(some), len(others)))
        for column in self.numbers.T:
            gap = np.abs(column[some][:, None] - column[others][None, :])
            there = ~np.isnan(gap)
            total += np.where(there, gap, 0.0)
            shared += there
        for codes in self.codes.T:
            one, other = codes[some][:, None], codes[others][None, :]
            there = (one >= 0) & (other >= 0)
            total += there & (one != other)
            shared += there
        return np.asarray(np.divide(total, shared, out=np.full(total.shape, np.nan), where=shared > 0))


def gower_fields(table: Mapping[str, Column]) -> tuple[Fields, dict[str, npt.NDArray[Any]], int]:
    """Fields of a table for Gower's distances, its columns, and how many cases there are.

    Examples
    --------
    >>> fields, _, n = gower_fields({"age": [20, 40, 60], "channel": ["app", "app", "shop"]})
    >>> fields.apart(np.arange(n), np.arange(n)).tolist()
    [[0.0, 0.25, 1.0], [0.25, 0.0, 0.75], [1.0, 0.75, 0.0]]
    """
    columns, n = read_columns("table", table)
    numbers, codes = [], []
    for name, column in columns.items():
        here = known(column)
        if not here.any():
            raise InvalidInputError(f"table[{name!r}] holds no value.")
        if is_number(column):
            scaled = np.full(n, np.nan)
            values = as_array(f"table[{name!r}]", column[here])
            spread = float(values.max() - values.min())
            scaled[here] = (values - values.min()) / (spread if spread > 0 else 1.0)
            numbers.append(scaled)
        else:
            coded = np.full(n, -1, dtype=np.int64)
            coded[here] = as_codes(f"table[{name!r}]", column[here])[0]
            codes.append(coded)
    empty = np.empty((n, 0))
    return (
        Fields(
            np.column_stack(numbers) if numbers else empty,
            np.column_stack(codes) if codes else empty.astype(np.int64),
        ),
        columns,
        n,
    )


@checked_options
def medoids(
    table: Mapping[str, Column], k: int, *, draws: int = 50, confidence: float = 0.95, seed: int = 0
) -> Medoids:
    """Groups around the case that lies closest to the others of its group, over fields of any kind.

    Parameters
    ----------
    table
        Name of field to column: numbers, or labels; NaN, None and "" are not known.
    k
        How many groups.
    draws
        Samples drawn again for whether each group comes back; 0 for none.

    Raises
    ------
    InvalidInputError
        When a field holds nothing, two cases have no field in common, or there are fewer cases than groups.

    Notes
    -----
    Partition around medoids on Gower's distances. Of more than 2,000 cases a sample is grouped and the others go to the
    nearest middle. A draw holds at most 500 cases. Silhouettes have Student's interval, which takes groups as given.

    References
    ----------
    Gower (1971), Biometrics 27:857-871; Kaufman and Rousseeuw (1990), Finding Groups in Data, chapters 1-3.

    Examples
    --------
    >>> people = {"age": [22, 25, 24, 61, 66, None], "channel": ["app", "app", "app", "shop", "shop", "shop"]}
    >>> found = medoids(people, 2, draws=0)
    >>> found.labels, found.groups[0].values
    ((0, 0, 0, 1, 1, 1), {'age': 24, 'channel': 'app'})
    """
    fields, columns, n = gower_fields(table)
    place = np.arange(n)
    if n > SAMPLED:
        place = np.sort(np.random.default_rng(seed).choice(n, SAMPLED, replace=False))
    apart = _complete(fields.apart(place, place), place, place)
    if not 2 <= k < len(place):
        raise InvalidInputError(f"k must lie between 2 and {len(place) - 1}, not at {k}.")
    found = cluster(apart, k, draws=draws, confidence=confidence, seed=seed)
    middles = place[[group.medoid for group in found.groups]]
    labels = np.array(found.labels)
    if n > len(place):
        labels = np.concatenate(
            [_complete(fields.apart(rows, middles), rows, middles).argmin(axis=1) for rows in _blocks(n)]
        )
        labels[middles] = np.arange(k)
    order = by_size(labels, k)
    groups = sorted(
        (
            MedoidGroup(
                estimate=row.estimate,
                low=row.low,
                high=row.high,
                n=int((labels == row.group).sum()),
                method="mean silhouette on gower distances, student t",
                confidence=confidence,
                warnings=row.warnings,
                group=int(order[row.group]),
                medoid=int(middle),
                values={name: column[middle : middle + 1].tolist()[0] for name, column in columns.items()},
                stability=row.stability,
            )
            for row, middle in zip(found.groups, middles, strict=True)
        ),
        key=lambda group: group.group,
    )
    notes = list(found.warnings)
    if n > len(place):
        notes.append(caution("behaviour.silhouette_sampled", n=len(place)))
        notes += [caution("behaviour.drawn_in_part", cases=DRAWN, n=n)] if draws else []
    return Medoids(
        estimate=found.estimate,
        low=found.low,
        high=found.high,
        n=n,
        method="medoids, gower distances, silhouette",
        confidence=confidence,
        warnings=tuple(notes),
        labels=tuple(order[labels].tolist()),
        groups=tuple(groups),
    )


def _blocks(n: int) -> list[Ints]:
    return np.array_split(np.arange(n), -(-n // 10_000))


def _complete(apart: Floats, some: Ints, others: Ints) -> Floats:
    if np.isnan(apart).any():
        one, other = (int(position) for position in np.argwhere(np.isnan(apart))[0])
        raise InvalidInputError(
            f"table has no field that rows {some[one]} and {others[other]} both answered.",
            hint="Leave out who answered hardly anything.",
        )
    return apart
