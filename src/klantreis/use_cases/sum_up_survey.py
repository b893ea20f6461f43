"""What each column of a survey comes to: how many answered, the figure that fits what was asked, and its interval."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from klantreis.analysis.result import Floats, Result, caution, plain
from klantreis.analysis.voice.averages import effective_n, size_cautions, t_interval, wilson_interval
from klantreis.analysis.voice.expectation import expectation_gap
from klantreis.analysis.voice.experience import ces, csat, nps, peak_end
from klantreis.analysis.weighing import quartiles
from klantreis.errors import InvalidInputError
from klantreis.research.answers import Answers
from klantreis.research.survey import SurveyColumn

Flags = npt.NDArray[np.bool_]
#: Roles of which a column has a mean on its scale.
_MEANS = ("emotion", "expected", "experienced")
#: What stands for a column where all feelings are taken together.
PEAK_END = "peak-end"
_AMOUNTS = ("number", "weight", "too_cheap", "cheap", "expensive", "too_expensive", "offered_price")


@dataclass(frozen=True)
class Part:
    """One answer of a column: how many rows have it, and their share."""

    answer: str
    count: int
    share: Result


@dataclass(frozen=True)
class ColumnSummary:
    """One column.

    Parameters
    ----------
    n
        How many rows have an answer.
    figure
        What the result is: ``nps``, ``top`` (share of the highest answers), ``mean``, ``gap``, ``yes``, ``median``;
        ``peak_end`` of all feelings together, which is no column of the file.
    result
        None where a column has no one figure, or it cannot be computed.
    parts
        The answers of a category, most frequent first.
    hidden
        How many answers are in categories too small to show.
    quartiles
        Of amounts: the quarter below, and the three quarters below.
    why_not
        Why there is no result.
    effective_n
        How many who count alike its answers are worth, when they are weighted (Kish).
    """

    column: SurveyColumn
    n: int
    figure: str | None = None
    result: Result | None = None
    parts: tuple[Part, ...] = ()
    hidden: int = 0
    quartiles: tuple[float, float] | None = None
    why_not: str | None = None
    effective_n: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {
            "column": self.column.name,
            "role": self.column.role,
            "about": self.column.about,
            "n": self.n,
            "effective_n": self.effective_n,
            "figure": self.figure,
            "result": plain(self.result),
            "parts": [{"answer": one.answer, "count": one.count, "share": plain(one.share)} for one in self.parts],
            "hidden": self.hidden,
            "quartiles": None if self.quartiles is None else list(self.quartiles),
            "why_not": self.why_not,
        }


@dataclass(frozen=True)
class SurveySummary:
    """A survey's columns in order, and for what was expected and experienced the difference.

    ``weighed_by`` is the column of weights by which all figures are weighted; None without one.
    """

    survey: str
    rows: int
    columns: tuple[ColumnSummary, ...]
    weighed_by: str | None = None
    effective_n: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {
            "survey": self.survey,
            "rows": self.rows,
            "weighed_by": self.weighed_by,
            "effective_n": self.effective_n,
            "columns": [one.to_dict() for one in self.columns],
        }


def sum_up(
    answers: Answers, *, hide_below: int = 5, confidence: float = 0.95, draws: int = 1000, seed: int = 0
) -> SurveySummary:
    """Sum up every column of a survey; who answered in several rows counts as one where the method can do that.

    Parameters
    ----------
    hide_below
        Answers of a category that fewer rows have are counted together and not shown.

    Examples
    --------
    >>> from klantreis.research.survey import Survey
    >>> column = SurveyColumn(name="nps", role="nps", low=0, high=10)
    >>> survey = Survey(id="survey:s", title="S", study="study:s", answers="a.csv", columns=(column,), n=4)
    >>> summary = sum_up(Answers(survey, 4, {"nps": ("9", "10", "3", "")}))
    >>> summary.columns[0].n, round(summary.columns[0].result.estimate, 3)
    (3, 0.333)
    """
    drawn = {"confidence": confidence, "draws": draws, "seed": seed}
    columns = [_weighed(answers, column, drawn, hide_below) for column in answers.survey.columns]
    columns += _remembered(answers, drawn)
    weights, by = answers.weights(), answers.survey.of_role("weight")
    return SurveySummary(
        answers.survey.id, answers.rows, tuple(columns), by[0].name if by else None, _effective(weights)
    )


def _remembered(answers: Answers, drawn: dict[str, Any]) -> list[ColumnSummary]:
    """What is likely remembered by who told every feeling, in the order of the questions; none of a single feeling."""
    asked = answers.survey.of_role("emotion")
    if len(asked) < 2:
        return []
    felt = np.column_stack([answers.numbers(column) for column in asked])
    whole = ~np.isnan(felt).any(axis=1)
    n = int(whole.sum())
    scales = {(column.low, column.high) for column in asked}
    low, high = next(iter(scales))
    column = SurveyColumn(name=PEAK_END, role="emotion", about=PEAK_END)
    if len(scales) > 1 or low is None or high is None:
        return [ColumnSummary(column, n, "peak_end", why_not="The feelings are not asked on one scale.")]
    column = column.model_copy(update={"low": low, "high": high})
    if answers.weights() is not None:
        return [ColumnSummary(column, n, "peak_end", why_not="It cannot be weighted, and the survey has weights.")]
    if not n:
        return [ColumnSummary(column, n, "peak_end", why_not="Nobody told every feeling.")]
    who, order = np.repeat(np.arange(n), len(asked)), np.tile(np.arange(len(asked)), n)
    found = peak_end(who, order, felt[whole].ravel(), neutral=(low + high) / 2, **drawn)
    return [ColumnSummary(column, n, "peak_end", found)]


def _effective(weights: Floats | None) -> float | None:
    return None if weights is None or not weights.any() else effective_n(weights)


def _weighed(answers: Answers, column: SurveyColumn, drawn: dict[str, Any], hide_below: int) -> ColumnSummary:
    """One column, with what its answers are worth; the weights themselves are not weighed."""
    given = np.array([text is not None for text in answers.texts(column)], dtype=bool)
    weights = answers.weights()
    found = _summary(answers, column, given, drawn, hide_below)
    alike = weights is None or column.role in ("respondent", "date", "weight", "text", "price_bracket")
    return found if alike or weights is None else replace(found, effective_n=_effective(weights[given]))


def _summary(
    answers: Answers, column: SurveyColumn, given: Flags, drawn: dict[str, Any], hide_below: int
) -> ColumnSummary:
    n = int(given.sum())
    if not n or column.role in ("respondent", "date", "text", "price_bracket"):
        return ColumnSummary(column, n)
    if column.role == "category" and set(answers.texts(column)) <= {"0", "1", None}:
        return _ticked(answers, column, given, drawn["confidence"], hide_below)
    if column.role == "category":
        parts, hidden = _parts(answers, column, given, drawn["confidence"], hide_below)
        return ColumnSummary(column, n, parts=parts, hidden=hidden)
    numbers = answers.numbers(column)[given]
    if column.role in _AMOUNTS:
        weights = answers.weights() if column.role != "weight" else None
        try:
            low, middle, high = quartiles(numbers, None if weights is None else weights[given])
        except InvalidInputError as error:
            return ColumnSummary(column, n, "median", why_not=error.message)
        how = "median of the answers" if weights is None else "weighted median of the answers"
        found = Result(estimate=middle, low=None, high=None, n=n, method=how)
        return ColumnSummary(column, n, "median", found, quartiles=(low, high))
    figure, compute = _figure(answers, column, numbers, given, drawn)
    try:
        return ColumnSummary(column, n, figure, compute())
    except InvalidInputError as error:
        return ColumnSummary(column, n, figure, why_not=error.message)


def _figure(
    answers: Answers,
    column: SurveyColumn,
    numbers: Floats,
    given: Flags,
    drawn: dict[str, Any],
) -> tuple[str, Callable[[], Result]]:
    """Which figure a column has, and how it is computed."""
    all_weights = answers.weights()
    weights = None if all_weights is None else all_weights[given]
    who = answers.survey.of_role("respondent")
    ids = answers.texts(who[0]) if who else ()
    customer = [ids[row] or f"row {row}" for row in np.flatnonzero(given)] if who else None
    how = {**drawn, "weights": weights, "customer": customer}
    low, high = column.low, column.high
    scale = (1, 5) if low is None or high is None else (int(low), int(high))
    match column.role:
        case "nps":
            return "nps", lambda: nps(numbers, **how)
        case "ces":
            return "mean", lambda: ces(numbers, scale=scale if low is not None else (1, 7), **how)
        case "experienced" if _expected(answers, column) is not None:
            return "gap", lambda: _gap(answers, column, drawn["confidence"])
        case "bought":
            return "yes", lambda: _share(numbers > 0, weights, drawn["confidence"])
        case role if role in _MEANS or (low is not None and low < 0):
            ends = (float("-inf") if low is None else low, float("inf") if high is None else high)
            return "mean", lambda: _mean(numbers, weights, ends, drawn["confidence"])
    return "top", lambda: csat(numbers, scale=scale, **how)


def _expected(answers: Answers, column: SurveyColumn) -> SurveyColumn | None:
    return next((one for one in answers.survey.of_role("expected") if one.subject == column.subject), None)


def _gap(answers: Answers, column: SurveyColumn, confidence: float) -> Result:
    """Experienced less expected, among who answered both."""
    expected = _expected(answers, column)
    assert expected is not None  # noqa: S101 - only asked for when there is one
    before, after = answers.numbers(expected), answers.numbers(column)
    both = ~(np.isnan(before) | np.isnan(after))
    if not both.any():
        raise InvalidInputError("Nobody said both what was expected and what it was like.")
    weights = answers.weights()
    return expectation_gap(
        before[both], after[both], confidence=confidence, weights=None if weights is None else weights[both]
    )


def _mean(numbers: Floats, weights: Floats | None, ends: tuple[float, float], confidence: float) -> Result:
    w = np.ones(len(numbers)) if weights is None else weights
    if w.sum() <= 0:
        raise InvalidInputError("The weights of all who answered are zero.")
    found = t_interval(numbers, w, confidence=confidence, bounds=ends)
    return Result(
        estimate=float(w @ numbers / w.sum()),
        low=found.low,
        high=found.high,
        n=len(numbers),
        method=f"mean, {found.method}",
        confidence=confidence,
        warnings=tuple(size_cautions(len(numbers))),
    )


def _share(yes: Flags, weights: Floats | None, confidence: float) -> Result:
    w = np.ones(len(yes)) if weights is None else weights
    if w.sum() <= 0:
        raise InvalidInputError("The weights of all who answered are zero.")
    share = float(w @ yes / w.sum())
    found = wilson_interval(share, effective_n(w), confidence=confidence)
    few = (caution("voice.few_answers", n=len(yes)),) if len(yes) < 30 else ()
    return Result(
        estimate=share,
        low=found.low,
        high=found.high,
        n=len(yes),
        method=found.method,
        confidence=confidence,
        warnings=few,
    )


def _ticked(answers: Answers, column: SurveyColumn, given: Flags, confidence: float, hide_below: int) -> ColumnSummary:
    """A choice among several: the share that ticked it, unless those who did or did not are too few to show."""
    ticked = answers.numbers(column)[given] > 0
    n, yes = len(ticked), int(ticked.sum())
    if 0 < yes < hide_below or 0 < n - yes < hide_below:
        return ColumnSummary(column, n, "yes", hidden=n)
    all_weights = answers.weights()
    weights = None if all_weights is None else all_weights[given]
    try:
        return ColumnSummary(column, n, "yes", _share(ticked, weights, confidence))
    except InvalidInputError as error:
        return ColumnSummary(column, n, "yes", why_not=error.message)


def _parts(
    answers: Answers, column: SurveyColumn, given: Flags, confidence: float, hide_below: int
) -> tuple[tuple[Part, ...], int]:
    """The answers that enough rows have, and how many rows have another."""
    texts = np.array([text or "" for text in answers.texts(column)])[given]
    all_weights = answers.weights()
    weights = None if all_weights is None else all_weights[given]
    if weights is not None and weights.sum() <= 0:
        return (), len(texts)
    ranked = sorted(Counter(texts.tolist()).items(), key=lambda each: (-each[1], each[0]))
    hidden = sum(times for _, times in ranked if times < hide_below)
    parts = tuple(
        Part(answer, times, _share(texts == answer, weights, confidence))
        for answer, times in ranked
        if times >= hide_below
    )
    return parts, hidden
