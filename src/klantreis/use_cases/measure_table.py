"""Measure an effect in a table from elsewhere: one row a customer, columns with a part to play."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

from klantreis.errors import InvalidInputError, NotFoundError, did_you_mean
from klantreis.sources.surveys.numbers import yes_of
from klantreis.sources.surveys.sheet import Sheet

if TYPE_CHECKING:
    from klantreis.analysis.effect.estimate import Effect
    from klantreis.analysis.result import Caution, Result
    from klantreis.measurement.verdict import Verdict
    from klantreis.values import Lang

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: Words in a heading that tell its part, in Dutch and English; an exact heading goes before one that holds a word.
EXPOSED_WORDS = ("exposed", "treated", "treatment", "group", "groep", "arm", "variant", "mailed", "kreeg", "behandeld")
OUTCOME_WORDS = ("outcome", "uitkomst", "y", "spent", "spend", "besteding", "converted", "bought", "gekocht", "omzet")
#: Headings that name a row and tell nothing of a customer.
IDS = ("id", "customer", "klant", "customer_id", "klantnummer", "user", "user_id", "household_id")
#: What the group that went without is called.
CONTROLS = frozenset({"control", "controle", "placebo", "a", "old", "oud", "none", "geen", "holdout"})
#: A text column with more values than this is no category to adjust for.
MOST_VALUES = 20


@dataclass(frozen=True, slots=True)
class Roles:
    """Which column plays which part."""

    outcome: str
    exposed: str
    covariates: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableEffect:
    """An effect in a table, the plain difference beside it, and the verdict if a smallest effect was named.

    Parameters
    ----------
    raw
        None when the effect is the plain difference itself.
    exposed_value
        Which value of the column stands for "got it".
    left_out
        Rows in which a value is missing.
    """

    effect: Effect
    raw: Result | None
    verdict: Verdict | None
    roles: Roles
    exposed_value: str
    n_exposed: int
    n_comparison: int
    left_out: int
    e_value: float | None = None
    overlap: float | None = None
    cautions: tuple[Caution, ...] = ()

    def to_dict(self, lang: Lang) -> dict[str, Any]:
        """As plain data for JSON, each caution with its sentence."""
        from klantreis.analysis.result import plain

        body = {name: plain(getattr(self, name)) for name in ("effect", "raw", "verdict", "roles", "exposed_value")}
        body |= {name: getattr(self, name) for name in ("n_exposed", "n_comparison", "left_out", "e_value", "overlap")}
        body["cautions"] = [
            {"code": one.code, "values": dict(one.values), "sentence": one.sentence(lang)} for one in self.cautions
        ]
        return body


def read_table(path: Path, *, encoding: str | None = None) -> Sheet:
    """A CSV, TSV or XLSX file as texts.

    Raises
    ------
    NotFoundError, SurveyImportError
        When there is no such file, or it cannot be read.
    """
    from klantreis.sources.opening import beginning
    from klantreis.sources.surveys.delimited import delimited_sheet
    from klantreis.sources.surveys.sheet import SurveyFile, told
    from klantreis.sources.surveys.workbook import is_workbook, workbook_sheet

    if not path.exists():
        raise NotFoundError(
            f"There is no file at {path}.", message_id="measurement.error.no_file", values={"path": str(path)}
        )
    file = SurveyFile(path, encoding=encoding)
    with told(path):
        start = beginning(path, file.limits)
    return workbook_sheet(file) if is_workbook(start) else delimited_sheet(file)


def roles_in(
    table: Sheet,
    *,
    outcome: str | None = None,
    exposed: str | None = None,
    covariates: Sequence[str] | None = None,
    comparison: str | None = None,
) -> Roles:
    """Which column plays which part: as named, or guessed from the headings.

    Covariates that are not named are all other columns that hold numbers or a few values, and none in an experiment.

    Raises
    ------
    NotFoundError
        When a column that was named is not there.
    InvalidInputError
        When no heading looks like an outcome or an exposure.
    """
    names = [one.name for one in table.questions]
    for name in (outcome, exposed, *(covariates or ())):
        if name is not None and name not in names:
            raise NotFoundError(
                f"There is no column {name!r}.",
                hint=did_you_mean(name, names, what="column"),
                message_id="measurement.error.no_column",
                values={"column": name},
            )
    taken = {name for name in (outcome, exposed, *(covariates or ())) if name is not None}
    exposed = exposed or _guessed([name for name in names if name not in taken], EXPOSED_WORDS, "exposed", names)
    taken.add(exposed)
    outcome = outcome or _guessed([name for name in names if name not in taken], OUTCOME_WORDS, "outcome", names)
    taken.add(outcome)
    if covariates is None:
        rest = [] if comparison == "experiment" else [name for name in names if name not in taken]
        covariates = [name for name in rest if name.lower() not in IDS and _usable(_column(table, name))]
    return Roles(outcome, exposed, tuple(covariates))


def measure_table(
    table: Sheet,
    roles: Roles,
    *,
    comparison: str | None = None,
    smallest: float | None = None,
    direction: str = "up",
    confidence: float = 0.95,
) -> TableEffect:
    """The effect in a table of customers.

    Parameters
    ----------
    comparison
        ``adjusted`` for the covariates (the default when there are any) or ``experiment``; None without covariates is
        a mere association.
    smallest
        Smallest effect that matters; gives a verdict.

    Raises
    ------
    InvalidInputError
        When a column does not hold what its part asks for, or there is nobody to compare.
    """
    from klantreis.analysis.effect.estimate import Grade
    from klantreis.analysis.effect.experiments import compare, cuped, sample_ratio
    from klantreis.analysis.effect.exposure import overlap
    from klantreis.analysis.effect.uplift import aipw
    from klantreis.measurement.verdict import verdict

    y = _numbers(table, roles.outcome)
    got, value = _two_groups(table, roles.exposed)
    columns = [column for name in roles.covariates for column in _covariate(table, name)]
    whole = ~np.isnan(y) & ~np.isnan(got)
    for _, column in columns:
        whole &= ~np.isnan(column)
    y, exposed = y[whole], got[whole] == 1
    names = [name for name, column in columns if np.ptp(column[whole]) > 0] if whole.any() else []
    x = np.column_stack([column[whole] for name, column in columns if name in names]) if names else None
    _check_groups(exposed)
    plain = compare(y[exposed], y[~exposed], confidence=confidence)
    effect: Effect = plain
    cautions: list[Caution] = []
    e_value = shared = None
    if comparison == "experiment":
        split = sample_ratio([int(exposed.sum()), int((~exposed).sum())])
        if x is not None and x.shape[1] == 1:
            effect = cuped(y, x[:, 0], exposed, robust=True, confidence=confidence)
        # A broken split is no draw any more.
        effect = replace(effect, grade=Grade.ASSOCIATION if split.broken else Grade.EXPERIMENT)
        cautions += split.warnings
    elif x is not None:
        found = aipw(y, exposed, x, family=_family(y), confidence=confidence)
        alike = overlap(exposed, x, names=names)
        effect, e_value, shared = found, found.e_value.estimate, alike.estimate
        cautions += alike.warnings
    elif comparison == "adjusted":
        raise InvalidInputError(
            "There is nothing to adjust for: no covariate differs between customers.",
            message_id="measurement.error.no_covariates",
        )
    else:
        effect = _association(plain)
    judged = None
    if smallest is not None:
        judged = verdict(
            effect.estimate,
            effect.low,
            effect.high,
            smallest,
            direction=cast(Literal["up", "down"], direction),
            n=effect.n,
            confidence=confidence,
        )
    return TableEffect(
        effect=effect,
        raw=None if effect.estimate == plain.estimate else plain,
        verdict=judged,
        roles=roles,
        exposed_value=value,
        n_exposed=int(exposed.sum()),
        n_comparison=int((~exposed).sum()),
        left_out=int((~whole).sum()),
        e_value=e_value,
        overlap=shared,
        cautions=tuple(dict.fromkeys((*effect.warnings, *cautions, *(judged.warnings if judged else ())))),
    )


def _guessed(names: Sequence[str], words: Sequence[str], part: str, known: Sequence[str]) -> str:
    lowered = {name.lower(): name for name in reversed(names)}
    for word in words:
        if word in lowered:
            return lowered[word]
    for name in names:
        if any(len(word) > 2 and word in name.lower() for word in words):
            return name
    raise InvalidInputError(
        f"No heading looks like the column for --{part}.",
        hint=did_you_mean("", known, what="column"),
        message_id="measurement.error.no_guess",
        values={"part": part},
    )


def _column(table: Sheet, name: str) -> list[str]:
    place = [one.name for one in table.questions].index(name)
    return [row[place] for row in table.rows]


def _number(cell: str) -> float:
    """The number of a cell, 1 or 0 for yes or no; NaN for an empty one or for words."""
    bare = cell.strip()
    try:
        found = float(bare.replace(",", ".") if bare.count(",") == 1 and "." not in bare else bare)
        return found if math.isfinite(found) else math.nan
    except ValueError:
        said = yes_of(bare)
        return math.nan if said is None else said


def _usable(cells: Sequence[str]) -> bool:
    filled = [one for one in cells if one.strip()]
    if not filled:
        return False
    return all(not math.isnan(_number(one)) for one in filled) or len(set(filled)) <= MOST_VALUES


def _numbers(table: Sheet, name: str) -> Floats:
    """A column of numbers; empty cells are NaN, words are refused."""
    cells = _column(table, name)
    found = np.array([_number(one) for one in cells])
    wrong = next((one for one, value in zip(cells, found, strict=True) if one.strip() and math.isnan(value)), None)
    if wrong is not None:
        raise InvalidInputError(
            f"The column {name!r} holds {wrong!r}, which is no number.",
            message_id="measurement.error.no_number_in",
            values={"column": name, "cell": wrong},
        )
    return found


def _two_groups(table: Sheet, name: str) -> tuple[Floats, str]:
    """1 for who got it and 0 for who did not, NaN for an empty cell; and which value stands for having got it."""
    cells = [one.strip() for one in _column(table, name)]
    values = sorted({one for one in cells if one})
    numbers = {one: _number(one) for one in values}
    if set(numbers.values()) <= {0.0, 1.0} and len(set(numbers.values())) == 2:
        one_value = next(value for value in values if numbers[value] == 1)
        return np.array([numbers.get(one, math.nan) for one in cells]), one_value
    if len(values) != 2:
        raise InvalidInputError(
            f"The column {name!r} must hold two values, one for who got it; it holds {len(values)}.",
            message_id="measurement.error.two_values",
            values={"column": name, "n": len(values)},
        )
    # As in most tables, the group to compare with is named control, or comes first.
    control = next((one for one in values if one.lower() in CONTROLS), values[0])
    other = next(one for one in values if one != control)
    return np.array([math.nan if not one else float(one == other) for one in cells]), other


def _covariate(table: Sheet, name: str) -> list[tuple[str, Floats]]:
    """A column of numbers, or one of yes and no for each value of a text but the first."""
    cells = [one.strip() for one in _column(table, name)]
    numbers = np.array([_number(one) for one in cells])
    if all(not one or not math.isnan(value) for one, value in zip(cells, numbers, strict=True)):
        return [(name, numbers)]
    values = sorted({one for one in cells if one})
    if len(values) > MOST_VALUES:
        raise InvalidInputError(
            f"The column {name!r} holds {len(values)} different texts; at most {MOST_VALUES} can be adjusted for.",
            message_id="measurement.error.many_values",
            values={"column": name, "n": len(values), "most": MOST_VALUES},
        )
    return [
        (f"{name}: {value}", np.array([math.nan if not one else float(one == value) for one in cells]))
        for value in values[1:]
    ]


def _check_groups(exposed: Mask) -> None:
    from klantreis.measurement.compared import check_filled

    check_filled(exposed, ~exposed)


def _family(y: Floats) -> Literal["linear", "logistic"]:
    return "logistic" if np.isin(y, (0, 1)).all() else "linear"


def _association(found: Effect) -> Effect:
    """A plain difference without a lot says nothing about causes."""
    from klantreis.analysis.effect.estimate import Grade
    from klantreis.analysis.result import caution

    return replace(found, grade=Grade.ASSOCIATION, warnings=(*found.warnings, caution("effect.association")))
