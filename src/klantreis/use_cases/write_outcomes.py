"""Put what a survey found of outcomes on the jobs: importance, satisfaction, and the evidence behind each outcome."""

from __future__ import annotations

from collections import defaultdict

from klantreis.analysis.result import Result
from klantreis.analysis.voice.opportunity import Opportunity
from klantreis.edits import SetField
from klantreis.errors import InvalidInputError, Said
from klantreis.ids import slug_of
from klantreis.jobs.job import Job
from klantreis.jobs.outcome import DesiredOutcome
from klantreis.render.numbers import number, percent
from klantreis.research.claim import Claim, Estimate, Evidence
from klantreis.research.survey import Survey
from klantreis.store.protocol import Store
from klantreis.texts import text
from klantreis.use_cases.edit import Edited, edit
from klantreis.use_cases.score_outcomes import OutcomeScores, ScoredOutcome
from klantreis.values import Lang, Period, to_body


def write_outcomes(store: Store, found: OutcomeScores, *, by: str) -> tuple[Edited, ...]:
    """Write the scores on the outcomes of jobs; one change for each job that says something new.

    Each outcome gets the share that finds it important and the share that is satisfied, and a piece of evidence with
    the opportunity score. What an earlier writing from the same survey left is replaced; other evidence stays. The
    evidence contradicts the outcome when fewer than half find it important, the whole interval long.

    Raises
    ------
    InvalidInputError
        When none of the outcomes is bound to a job.
    """
    workspace = store.load()
    survey = workspace.get(found.survey, Survey)
    by_job: dict[str, dict[str, tuple[ScoredOutcome, Opportunity]]] = defaultdict(dict)
    for one, score in zip(found.outcomes, found.scores.outcomes, strict=True):
        if one.job is not None and one.outcome is not None:
            by_job[one.job][one.outcome] = one, score
    if not by_job:
        raise InvalidInputError(
            f"Nothing in {survey.id} is bound to an outcome of a job.",
            hint=Said(
                "Import it again with --role COLUMN=importance:job:dinner/quick, and the same for satisfaction.",
                message_id="errors.hint.bind_outcomes",
            ),
            message_id="errors.nothing_bound",
            values={"survey": survey.id},
        )
    edited = []
    for job_id, scored in by_job.items():
        job = workspace.get(job_id, Job)
        outcomes = tuple(
            _scored(one, *scored[one.claim.id], survey=survey, lang=workspace.settings.lang)
            if one.claim.id in scored
            else one
            for one in job.outcomes
        )
        if outcomes != job.outcomes:
            body = to_body(job.model_copy(update={"outcomes": outcomes}))["outcomes"]
            edited.append(edit(store, job_id, SetField(path=("outcomes",), value=body), by=by))
    return tuple(edited)


def _scored(
    outcome: DesiredOutcome, one: ScoredOutcome, score: Opportunity, *, survey: Survey, lang: Lang
) -> DesiredOutcome:
    piece = Evidence(
        id=f"outcomes-{slug_of(survey.id)}"[:80].rstrip("-."),
        source=survey.id,
        stance="contradicts" if one.importance.high is not None and one.importance.high < 0.5 else "supports",
        finding=finding(one, score, lang),
        estimate=_estimate(score, survey.collected, method=f"opportunity score, {score.method}"),
        collected_on=survey.collected.end if survey.collected else None,
    )
    held = {each.id: each for each in outcome.claim.evidence}
    evidence = tuple({**held, piece.id: piece}.values())
    return outcome.model_copy(
        update={
            "claim": Claim.model_validate({**outcome.claim.model_dump(), "evidence": evidence}),
            "importance": _estimate(one.importance, survey.collected, unit="share"),
            "satisfaction": _estimate(one.satisfaction, survey.collected, unit="share"),
        }
    )


def finding(one: ScoredOutcome, score: Opportunity, lang: Lang) -> str:
    """What was found of one outcome, in a sentence."""
    return text(
        f"outcomes.finding.{score.grade}",
        lang,
        importance=percent(one.importance.estimate or 0, lang),
        satisfaction=percent(one.satisfaction.estimate or 0, lang),
        score=number(score.estimate or 0, lang, decimals=1),
        low=number(score.low or 0, lang, decimals=1),
        high=number(score.high or 0, lang, decimals=1),
        n=number(score.n, lang),
    )


def _estimate(result: Result, period: Period | None, *, unit: str | None = None, method: str | None = None) -> Estimate:
    """A result as it is kept, in as many decimals as mean something."""
    assert result.estimate is not None  # noqa: S101 - scores and shares of at least one respondent are numbers
    low, high = (None if end is None else round(end, 4) for end in (result.low, result.high))
    return Estimate(
        value=round(result.estimate, 4),
        low=low,
        high=high,
        n=result.n,
        unit=unit,
        method=method or result.method,
        period=period,
    )
