"""By what do groups differ? Only fields that did not make the groups can tell."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr
from scipy.stats import chi2, f

from klantreis.analysis.behaviour.segment_tables import Column, is_number, known, read_columns
from klantreis.analysis.options import checked_options
from klantreis.analysis.result import (
    Caution,
    Floats,
    Ints,
    Result,
    as_array,
    as_codes,
    as_weights,
    caution,
    check_level,
    plain,
)
from klantreis.analysis.voice.averages import effective_n
from klantreis.analysis.weighing import weighing_cautions
from klantreis.errors import InvalidInputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference(Result):
    """One group against the others on one category, or on one number.

    ``estimate`` is, for a category, the ratio of its share in the group to its share among the others, with a
    log-normal interval (None when none of the others has it); for a number the standardised difference (group less
    the others, in pooled standard deviations). With weights all of it is weighted; ``n`` counts people.

    Parameters
    ----------
    field, group, category
        ``category`` is None for a number.
    inside, outside
        Share of the category, or mean of the number, in the group and among the others.
    count
        People in the group with the category, or whose number is known.
    residual
        Adjusted residual (category) or Welch's t (number): beyond ±2 is more than chance would give, one at a time.
    p_value, q_value
        Of that residual, and after Benjamini and Hochberg over all tested; None for fields that made the groups.
    """

    field: str
    group: Any
    category: Any
    inside: float
    outside: float
    count: int
    residual: float
    p_value: float | None
    q_value: float | None


@dataclass(frozen=True, slots=True)
class FieldTest:
    """One field over all groups: Pearson's chi-squared for categories, Welch's F for numbers."""

    field: str
    statistic: float
    degrees_of_freedom: float
    p_value: float | None
    q_value: float | None
    circular: bool


@dataclass(frozen=True, slots=True)
class Distinguishing:
    """Fields as they were given, and differences with the largest residual first."""

    fields: tuple[FieldTest, ...]
    differences: tuple[Difference, ...]
    n: int
    method: str
    warnings: tuple[Caution, ...]

    def of(self, field: str, group: object, category: object = None) -> Difference:
        """One of the differences."""
        for row in self.differences:
            if (row.field, row.group, row.category) == (field, group, category):
                return row
        raise InvalidInputError(f"There is no difference of {field!r}, {group!r}, {category!r}.")

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {name: plain(getattr(self, name)) for name in ("fields", "differences", "n", "method", "warnings")}


def benjamini_hochberg(p_values: npt.ArrayLike) -> Floats:
    """The smallest false discovery rate at which each test would be called a discovery.

    References
    ----------
    Benjamini and Hochberg (1995), Journal of the Royal Statistical Society B 57:289-300.

    Examples
    --------
    >>> benjamini_hochberg([0.01, 0.04, 0.03, 0.5]).round(3).tolist()
    [0.04, 0.053, 0.053, 0.5]
    """
    p = as_array("p_values", p_values, low=0, high=1)
    order = np.argsort(p)
    raised = p[order] * len(p) / np.arange(1, len(p) + 1)
    q = np.empty(len(p))
    q[order] = np.minimum(np.minimum.accumulate(raised[::-1])[::-1], 1.0)
    return q


@checked_options
def distinguishing(
    table: Mapping[str, Column],
    labels: Sequence[object] | npt.NDArray[Any],
    *,
    used: Collection[str] | None = None,
    fdr: float = 0.05,
    confidence: float = 0.95,
    weights: npt.ArrayLike | None = None,
) -> Distinguishing:
    """Compare each group with all others on each field.

    Parameters
    ----------
    table
        Name of field to column: numbers, or labels; NaN, None and "" are left out.
    labels
        Shape (n,): the group of each.
    used
        Fields that made the groups. They are described and not tested: that they differ is how the groups were made.
    fdr
        The share of false discoveries to put up with.
    weights
        Shape (n,): how much each counts; who has none counts for nothing. Tests and intervals then go by the effective
        number (Kish), which is the first-order correction of Rao and Scott.

    Raises
    ------
    InvalidInputError
        When there is one group only, ``used`` names a field that is not there, or the weights do not fit.

    References
    ----------
    Haberman (1973), Biometrics 29:205-220; Benjamini and Hochberg (1995); Rao and Scott (1981), Journal of the American
    Statistical Association 76:221-230.

    Examples
    --------
    >>> found = distinguishing({"channel": ["web"] * 30 + ["shop"] * 30}, [0] * 25 + [1] * 35, used=[])
    >>> round(found.of("channel", 0, "web").residual, 2)
    6.55
    """
    z = NormalDist().inv_cdf(0.5 + check_level(confidence) / 2)
    columns, n = read_columns("table", table)
    codes, names = as_codes("labels", labels)
    if len(codes) != n:
        raise InvalidInputError(f"Unequal lengths: table has {n}, labels has {len(codes)}.")
    if len(names) < 2:
        raise InvalidInputError("labels hold one group only; two or more are needed.")
    if used is not None and (isinstance(used, str) or not isinstance(used, Collection)):
        raise InvalidInputError(f"used must be a list of names of fields, not {used!r}.")
    made = frozenset(used or ())
    if unknown := sorted(made - set(columns)):
        raise InvalidInputError(f"used names {unknown[0]!r}, which is no field of table.")
    if not 0 < fdr < 1:
        raise InvalidInputError(f"fdr lies between 0 and 1, not at {fdr}.")
    w = as_weights(weights, n)
    tests, rows, notes = [], [], []
    for field, column in columns.items():
        here = known(column) & (w > 0)
        if not here.any():
            notes.append(caution("behaviour.empty_field", field=field))
            continue
        groups = codes[here]
        if is_number(column):
            numbers = as_array(f"table[{field!r}]", column[here])
            test, found = _numbers(field, numbers, groups, names, w[here], z, confidence)
        else:
            values, labels_of = as_codes(f"table[{field!r}]", column[here])
            test, found, least = _categories(field, values, labels_of, groups, names, w[here], z, confidence)
            if least < 5:
                notes.append(caution("behaviour.small_cells", field=field))
        tests.append(replace(test, circular=field in made))
        rows += found
    if used is None:
        notes.append(caution("behaviour.held_out_unknown"))
    elif made:
        notes.append(caution("behaviour.circular_fields", fields=", ".join(sorted(made))))
    return Distinguishing(
        fields=tuple(_fair_fields(tests)),
        differences=tuple(sorted(_fair(rows, made), key=lambda row: -abs(row.residual))),
        n=n,
        method=f"adjusted residuals and welch, benjamini-hochberg at {fdr:g}{'' if weights is None else ', weighted'}",
        warnings=(*notes, *weighing_cautions(None if weights is None else w)),
    )


def _fair(rows: list[Difference], made: frozenset[str]) -> list[Difference]:
    """P-values corrected together; none for fields that made the groups."""
    open_rows = [row for row in rows if row.field not in made and row.p_value is not None]
    fair = iter(benjamini_hochberg([row.p_value or 0.0 for row in open_rows]).tolist() if open_rows else ())
    kept = {id(row) for row in open_rows}
    return [replace(row, q_value=next(fair)) if id(row) in kept else replace(row, p_value=None) for row in rows]


def _fair_fields(tests: list[FieldTest]) -> list[FieldTest]:
    open_tests = [test for test in tests if not test.circular and test.p_value is not None]
    fair = iter(benjamini_hochberg([test.p_value or 0.0 for test in open_tests]).tolist() if open_tests else ())
    kept = {id(test) for test in open_tests}
    return [replace(test, q_value=next(fair)) if id(test) in kept else replace(test, p_value=None) for test in tests]


def _categories(
    field: str,
    values: Ints,
    categories: tuple[Any, ...],
    groups: Ints,
    names: tuple[Any, ...],
    weights: Floats,
    z: float,
    level: float,
) -> tuple[FieldTest, list[Difference], float]:
    """The test of a field, its differences, and the smallest number that was expected anywhere."""
    people, counts = (np.zeros((len(names), len(categories))) for _ in range(2))
    np.add.at(people, (groups, values), 1)
    # Weights add up to the number of answers that carry as much: with equal ones, to the answers themselves.
    np.add.at(counts, (groups, values), weights * (effective_n(weights) / weights.sum()))
    n = counts.sum()
    rows, columns = counts.sum(axis=1), counts.sum(axis=0)
    expected = np.outer(rows, columns) / n
    spread = np.sqrt(expected * (1 - rows / n)[:, None] * (1 - columns / n)[None, :])
    residual = np.divide(counts - expected, spread, out=np.zeros_like(spread), where=spread > 0)
    seen = expected > 0
    statistic = float(((counts - expected)[seen] ** 2 / expected[seen]).sum())
    freedom = ((rows > 0).sum() - 1) * (len(categories) - 1)
    found = []
    for g, group in enumerate(names):
        for c, category in enumerate(categories):
            if rows[g] == 0:
                continue
            ratio, low, high = _ratio(counts[g, c], rows[g], columns[c] - counts[g, c], n - rows[g], z)
            rest = n - rows[g]
            found.append(
                Difference(
                    estimate=ratio,
                    low=low,
                    high=high,
                    n=len(values),
                    method="ratio to the others, adjusted residual",
                    confidence=level,
                    field=field,
                    group=group,
                    category=category,
                    inside=float(counts[g, c] / rows[g]),
                    outside=float((columns[c] - counts[g, c]) / rest) if rest else math.nan,
                    count=int(people[g, c]),
                    residual=float(residual[g, c]),
                    p_value=2 * NormalDist().cdf(-abs(float(residual[g, c]))),
                    q_value=None,
                )
            )
    p = float(chi2.sf(statistic, freedom)) if freedom > 0 else None
    return FieldTest(field, statistic, float(freedom), p, None, False), found, float(expected.min())  # noqa: FBT003


def _ratio(
    inside: float, group: float, outside: float, others: float, z: float
) -> tuple[float | None, float | None, float | None]:
    """A share among some over that among the others, with the log-normal interval of Katz and others."""
    if others <= 0 or outside <= 0:
        return None, None, None
    if inside <= 0:
        return 0.0, 0.0, None
    ratio = float(inside / group / (outside / others))
    error = math.sqrt(max(1 / inside - 1 / group, 0.0) + max(1 / outside - 1 / others, 0.0))
    return ratio, ratio * math.exp(-z * error), ratio * math.exp(z * error)


def _numbers(
    field: str, x: Floats, groups: Ints, names: tuple[Any, ...], weights: Floats, z: float, level: float
) -> tuple[FieldTest, list[Difference]]:
    found = []
    for g, group in enumerate(names):
        a, b = (_part(x[here], weights[here]) for here in (groups == g, groups != g))
        if a.n <= 1 + 1e-12 or b.n <= 1 + 1e-12:
            continue
        both = a.n + b.n
        pooled = math.sqrt(((a.n - 1) * a.variance + (b.n - 1) * b.variance) / (both - 2))
        error = math.sqrt(a.variance / a.n + b.variance / b.n)
        gap = a.mean - b.mean
        d = gap / pooled if pooled else 0.0
        half = z * math.sqrt(both / (a.n * b.n) + d * d / (2 * both))
        t = gap / error if error else 0.0
        parts = [(one.variance / one.n) ** 2 / (one.n - 1) for one in (a, b)]
        freedom = error**4 / sum(parts) if error else 1.0
        found.append(
            Difference(
                estimate=d,
                low=d - half,
                high=d + half,
                n=len(x),
                method="standardised difference, welch t",
                confidence=level,
                field=field,
                group=group,
                category=None,
                inside=a.mean,
                outside=b.mean,
                count=int((groups == g).sum()),
                residual=t,
                p_value=float(2 * stdtr(freedom, -abs(t))) if error else None,
                q_value=None,
            )
        )
    return _welch(field, [_part(x[groups == g], weights[groups == g]) for g in range(len(names))]), found


@dataclass(frozen=True, slots=True)
class _Part:
    """The mean and the variance of some, and how many they are worth."""

    n: float
    mean: float
    variance: float


def _part(x: Floats, weights: Floats) -> _Part:
    if not len(x):
        return _Part(0.0, 0.0, 0.0)
    n, share = effective_n(weights), weights / weights.sum()
    mean = float(share @ x)
    # Two answers with all the weight on one of them are worth hardly more than one.
    return _Part(n, mean, float(share @ (x - mean) ** 2) * n / (n - 1) if n > 1 + 1e-12 else 0.0)


def _welch(field: str, groups: Sequence[_Part]) -> FieldTest:
    """Welch's analysis of variance, over the groups of more than one that vary."""
    parts = [part for part in groups if part.n > 1 + 1e-12 and part.variance > 0]
    if len(parts) < 2:
        return FieldTest(field, 0.0, 0.0, None, None, False)  # noqa: FBT003
    sizes = np.array([part.n for part in parts])
    w = sizes / np.array([part.variance for part in parts])
    means = np.array([part.mean for part in parts])
    between = float(w @ (means - w @ means / w.sum()) ** 2) / (len(parts) - 1)
    loose = float((((1 - w / w.sum()) ** 2) / (sizes - 1)).sum())
    statistic = between / (1 + 2 * (len(parts) - 2) / (len(parts) ** 2 - 1) * loose)
    second = (len(parts) ** 2 - 1) / (3 * loose)
    return FieldTest(field, statistic, second, float(f.sf(statistic, len(parts) - 1, second)), None, False)  # noqa: FBT003
