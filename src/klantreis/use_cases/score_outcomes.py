"""Which outcomes of a job matter and are not yet met, by what people answered in a survey."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from klantreis.analysis.result import Caution, Floats, Result, caution, plain
from klantreis.analysis.voice.experience import csat
from klantreis.analysis.voice.outcomes import Kano, Opportunities, kano, opportunity_scores
from klantreis.analysis.weighing import told_weighted, weighing_cautions
from klantreis.errors import InvalidInputError
from klantreis.jobs.job import Job
from klantreis.research.answers import Answers
from klantreis.research.survey import SurveyColumn
from klantreis.workspace import Workspace


@dataclass(frozen=True)
class ScoredOutcome:
    """One outcome that importance and satisfaction were asked of.

    Parameters
    ----------
    subject
        What it is about: the outcome's claim where it is bound to one, else the words of the survey.
    job, outcome
        The outcome of a job of the workspace; None when it is not bound.
    importance, satisfaction
        Shares of respondents who gave the highest answers.
    """

    subject: str
    job: str | None
    outcome: str | None
    importance: Result
    satisfaction: Result


@dataclass(frozen=True)
class OutcomeScores:
    """The outcomes of a survey with their scores.

    Parameters
    ----------
    outcomes
        In the order of ``scores.outcomes``.
    scores
        The opportunity scores, ranks and cautions.
    rows
        How many rows the survey has; ``scores.n`` of them answered all that is scored.
    alone
        What only importance, or only satisfaction was asked of.
    top
        How many of the highest answers count.
    scale
        Ends of the scale.
    """

    survey: str
    outcomes: tuple[ScoredOutcome, ...]
    scores: Opportunities
    rows: int
    alone: tuple[str, ...]
    top: int
    scale: tuple[int, int]

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {
            "survey": self.survey,
            "rows": self.rows,
            "scale": list(self.scale),
            "top": self.top,
            "alone": list(self.alone),
            **self.scores.to_dict(),
            "outcomes": [
                {
                    "job": one.job,
                    "outcome": one.outcome,
                    **score.to_dict(),
                    "importance_share": plain(one.importance),
                    "satisfaction_share": plain(one.satisfaction),
                }
                for one, score in zip(self.outcomes, self.scores.outcomes, strict=True)
            ],
        }


def score_outcomes(
    answers: Answers,
    *,
    claims: Mapping[tuple[str, str], str] | None = None,
    top: int = 2,
    k: int | None = None,
    confidence: float = 0.95,
    draws: int = 1000,
    seed: int = 0,
) -> OutcomeScores:
    """The opportunity scores of the outcomes that a survey asks importance and satisfaction of.

    Respondents who left any of these questions open are left out: ranks can only be compared among the same people.

    Parameters
    ----------
    claims
        The words of outcomes, by job and id; the words of the survey stand for those that are not there.
    top
        How many of the highest answers of the scale count.
    k
        For the chance to be among the first k; 3, or 1 when there are no more than three.

    Raises
    ------
    InvalidInputError
        When nothing was asked both ways, nobody answered all of it, or the columns have different scales.
    """
    wanted = {column.subject: column for column in answers.survey.of_role("importance")}
    had = {column.subject: column for column in answers.survey.of_role("satisfaction")}
    subjects = [subject for subject in wanted if subject in had]
    if not subjects:
        raise InvalidInputError(
            f"{answers.survey.id} asks both importance and satisfaction of nothing.",
            hint="Bind two columns to one thing: --role q1=importance:speed --role q2=satisfaction:speed.",
        )
    scale = _scale([*(wanted[one] for one in subjects), *(had[one] for one in subjects)])
    matters = np.column_stack([answers.numbers(wanted[one]) for one in subjects])
    met = np.column_stack([answers.numbers(had[one]) for one in subjects])
    whole = np.asarray(~(np.isnan(matters).any(axis=1) | np.isnan(met).any(axis=1)))
    if not whole.any():
        raise InvalidInputError(
            f"Nobody in {answers.survey.id} answered every question on importance and satisfaction."
        )
    weights = answers.weights()
    matters, met, weights = matters[whole], met[whole], None if weights is None else weights[whole]
    names = _distinct([_name(wanted[one], claims) for one in subjects])
    scores = opportunity_scores(
        matters,
        met,
        names=names,
        scale=scale,
        top=top,
        k=k if k is not None else 3 if len(subjects) > 3 else 1,
        weights=weights,
        confidence=confidence,
        draws=draws,
        seed=seed,
    )

    scores = replace(
        scores,
        outcomes=tuple(told_weighted(one, weights) for one in scores.outcomes),
        warnings=(*scores.warnings, *_repeated(answers, whole), *weighing_cautions(weights)),
    )

    def share(ratings: Floats) -> Result:
        found = csat(ratings, scale=scale, top=top, weights=weights, confidence=confidence, draws=draws, seed=seed)
        result = Result(
            estimate=found.estimate,
            low=found.low,
            high=found.high,
            n=found.n,
            method=f"share of the {top} highest of {scale[0]} to {scale[1]}; {found.method}",
            confidence=confidence,
        )
        return told_weighted(result, weights)

    outcomes = tuple(
        ScoredOutcome(name, wanted[one].job, wanted[one].outcome, share(matters[:, place]), share(met[:, place]))
        for place, (one, name) in enumerate(zip(subjects, names, strict=True))
    )
    alone = tuple(_name(column) for each, other in ((wanted, had), (had, wanted)) for column in _only(each, other))
    return OutcomeScores(answers.survey.id, outcomes, scores, answers.rows, alone, top, scale)


def _repeated(answers: Answers, whole: npt.NDArray[np.bool_]) -> tuple[Caution, ...]:
    """What to say when some respondents answered more than once: their answers count as those of others."""
    who = answers.survey.of_role("respondent")
    ids = [text for text, kept in zip(answers.texts(who[0]), whole, strict=True) if kept and text] if who else []
    if len(set(ids)) == len(ids):
        return ()
    return (caution("outcomes.repeated", n=len(ids), customers=len(set(ids))),)


def score_features(answers: Answers, *, confidence: float = 0.95, draws: int = 1000, seed: int = 0) -> Kano:
    """The kinds of features that a survey asks a pair of Kano questions of.

    Raises
    ------
    InvalidInputError
        When no feature was asked both ways, or nobody answered every pair.
    """
    there = {column.subject: column for column in answers.survey.of_role("functional")}
    absent = {column.subject: column for column in answers.survey.of_role("dysfunctional")}
    subjects = [subject for subject in there if subject in absent]
    if not subjects:
        raise InvalidInputError(
            f"{answers.survey.id} asks no feature both ways.",
            hint="Bind two columns to one feature: --role q1=functional:app --role q2=dysfunctional:app.",
        )
    with_it = np.column_stack([answers.numbers(there[one]) for one in subjects])
    without = np.column_stack([answers.numbers(absent[one]) for one in subjects])
    whole = ~(np.isnan(with_it).any(axis=1) | np.isnan(without).any(axis=1))
    if not whole.any():
        raise InvalidInputError(f"Nobody in {answers.survey.id} answered every pair of questions on features.")
    all_weights = answers.weights()
    weights = None if all_weights is None else all_weights[whole]
    found = kano(
        with_it[whole],
        without[whole],
        names=_distinct([_name(there[one]) for one in subjects]),
        weights=weights,
        confidence=confidence,
        draws=draws,
        seed=seed,
    )
    features = tuple(
        replace(one, better=told_weighted(one.better, weights), worse=told_weighted(one.worse, weights))
        for one in found.features
    )
    return replace(found, features=features, warnings=(*found.warnings, *weighing_cautions(weights)))


def _name(column: SurveyColumn, claims: Mapping[tuple[str, str], str] | None = None) -> str:
    """How a column's subject is called: in the words of the outcome, else of the survey, else by the outcome's id."""
    claim = (claims or {}).get((column.job or "", column.outcome or ""))
    return claim or column.about or column.subject


def _only(each: dict[str, SurveyColumn], other: dict[str, SurveyColumn]) -> list[SurveyColumn]:
    return [column for subject, column in each.items() if subject not in other]


def _distinct(names: Sequence[str]) -> list[str]:
    return [name if names.count(name) == 1 else f"{name} ({place})" for place, name in enumerate(names, start=1)]


def _scale(columns: Sequence[SurveyColumn]) -> tuple[int, int]:
    """The one scale that all columns are on."""
    scales = {(column.low, column.high) for column in columns}
    low, high = next(iter(scales))
    if len(scales) > 1 or low is None or high is None:
        told = "; ".join(f"{one.name}: {_ends(one)}" for one in columns[:6])
        raise InvalidInputError(
            f"The questions on importance and satisfaction must be on one scale ({told}).",
            hint="Import again with, for each column, --scale COLUMN=LOW..HIGH.",
        )
    if not (low.is_integer() and high.is_integer()):
        raise InvalidInputError(f"A scale runs between whole numbers, not from {low:g} to {high:g}.")
    return int(low), int(high)


def _ends(column: SurveyColumn) -> str:
    return "unknown" if column.low is None or column.high is None else f"{column.low:g} to {column.high:g}"


def outcome_words(workspace: Workspace) -> dict[tuple[str, str], str]:
    """The words of every desired outcome of a workspace, by its job and its id."""
    return {(job.id, one.claim.id): one.claim.text for job in workspace.of(Job) for one in job.outcomes}
