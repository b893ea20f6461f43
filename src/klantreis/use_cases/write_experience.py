"""Put what a survey found of experience in the workspace: readings of metrics, and feelings at the steps of a map."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from klantreis.analysis.result import Result
from klantreis.edits import SetField
from klantreis.errors import InvalidInputError, NotFoundError, did_you_mean
from klantreis.ids import slug_of
from klantreis.journeys.changes import SetEmotion
from klantreis.journeys.journey import Emotion, Journey, Step
from klantreis.measurement.metric import Metric, Reading
from klantreis.render.numbers import number, signed
from klantreis.research.claim import Estimate, Evidence
from klantreis.research.survey import Survey, SurveyColumn
from klantreis.sources.surveys.agreeing import agreement
from klantreis.store.protocol import Store
from klantreis.texts import text
from klantreis.use_cases.bind_outcomes import AGREEING
from klantreis.use_cases.edit import Edited, edit
from klantreis.use_cases.sum_up_survey import ColumnSummary, SurveySummary
from klantreis.values import Lang, to_body

#: Which roles a metric of each type may be read from.
_FITTING = {"nps": ("nps",), "csat": ("csat", "satisfaction"), "ces": ("ces",)}


def write_readings(store: Store, found: SurveySummary, metrics: Mapping[str, str], *, by: str) -> tuple[Edited, ...]:
    """Add figures of columns to metrics, as readings on the last day of the survey; one on that day is replaced.

    Parameters
    ----------
    metrics
        Ids of metrics by the name of the column.

    Raises
    ------
    NotFoundError
        When there is no such column or metric.
    InvalidInputError
        When the figure is not of the metric's type, has no value, or the survey has no day.
    """
    workspace = store.load()
    survey = workspace.get(found.survey, Survey)
    on = _day(survey)
    edited = []
    for name, metric_id in metrics.items():
        summary = _column(found, name)
        metric = workspace.get(metric_id, Metric)
        fitting = _FITTING.get(metric.type)
        if fitting is not None and summary.column.role not in fitting:
            raise InvalidInputError(
                f"{metric_id} is of type {metric.type!r}, and {name!r} asks {summary.column.role!r}.",
                hint=f"It takes columns with the role {' or '.join(fitting)}.",
            )
        if summary.result is None:
            raise InvalidInputError(f"{name!r} has no figure: {summary.why_not or 'it is asked in words'}.")
        estimate = _estimate(summary.result, survey, unit="share" if summary.figure in ("top", "yes") else metric.unit)
        readings = sorted(
            (*(one for one in metric.readings if one.on != on), Reading(on=on, estimate=estimate)),
            key=lambda one: one.on,
        )
        if tuple(readings) != metric.readings:
            body = to_body(metric.model_copy(update={"readings": tuple(readings)}))["readings"]
            edited.append(edit(store, metric_id, SetField(path=("readings",), value=body), by=by))
    return tuple(edited)


def write_feelings(store: Store, found: SurveySummary, journey_id: str, *, by: str) -> tuple[Edited, ...]:
    """Set the feelings at the steps of a map to what people reported; scales are stretched to -2 … 2.

    A column belongs to the step that its subject names, by id or by words.

    Raises
    ------
    NotFoundError
        When there is no such journey, or none of the columns is about one of its steps.
    """
    workspace = store.load()
    survey = workspace.get(found.survey, Survey)
    journey = workspace.get(journey_id, Journey)
    edited = []
    matched = False
    for summary in found.columns:
        column, result = summary.column, summary.result
        step = _step(journey, column) if column.role == "emotion" and summary.figure != "peak_end" else None
        if step is None or result is None or column.low is None or column.high is None:
            continue
        matched = True
        emotion = _emotion(column, result, survey, step, lang=workspace.settings.lang)
        if emotion != step.emotion:
            edited.append(edit(store, journey.id, SetEmotion(step=step.id, emotion=emotion), by=by))
    if not matched:
        raise NotFoundError(
            f"Nothing that {survey.id} asks of feelings is about a step of {journey.id}.",
            hint="Name the step at the import: --role COLUMN=emotion:STEP. "
            + did_you_mean("", [step.id for step in journey.steps], what="steps"),
        )
    return tuple(edited)


def _emotion(column: SurveyColumn, result: Result, survey: Survey, step: Step, *, lang: Lang) -> Emotion:
    low, high = column.low or 0.0, column.high or 0.0

    def stretched(value: float | None) -> float | None:
        return None if value is None else round(-2 + 4 * (min(max(value, low), high) - low) / (high - low), 4)

    value = stretched(result.estimate) or 0.0
    said = text("survey.finding.feeling", lang, value=signed(value, lang), n=number(result.n, lang))
    piece = Evidence(
        id=f"feeling-{slug_of(survey.id)}"[:80].rstrip("-."),
        source=survey.id,
        finding=said,
        estimate=_estimate(result, survey),
        collected_on=survey.collected.end if survey.collected else None,
    )
    held = {one.id: one for one in step.emotion.evidence} if step.emotion else {}
    return Emotion(
        value=value,
        basis="reported",
        low=stretched(result.low),
        high=stretched(result.high),
        n=result.n,
        expected=step.emotion.expected if step.emotion else None,
        evidence=tuple({**held, piece.id: piece}.values()),
    )


def _step(journey: Journey, column: SurveyColumn) -> Step | None:
    about = column.subject
    ranked = sorted(
        ((1.0 if about == step.id else agreement(about, step.title), step) for step in journey.steps),
        key=lambda each: (-each[0], each[1].id),
    )
    return ranked[0][1] if ranked and ranked[0][0] >= AGREEING else None


def _column(found: SurveySummary, name: str) -> ColumnSummary:
    for one in found.columns:
        if one.column.name == name:
            return one
    names = [one.column.name for one in found.columns]
    raise NotFoundError(f"{found.survey} has no column {name!r}.", hint=did_you_mean(name, names, what="columns"))


def _day(survey: Survey) -> date:
    on = survey.collected.end if survey.collected else survey.imported_on
    if on is None:
        raise InvalidInputError(f"{survey.id} does not say when it was held.", hint="Import it with a column of dates.")
    return on


def _estimate(result: Result, survey: Survey, *, unit: str | None = None) -> Estimate:
    assert result.estimate is not None  # noqa: S101 - of at least one answer
    low, high = (None if end is None else round(end, 4) for end in (result.low, result.high))
    return Estimate(
        value=round(result.estimate, 4),
        low=low,
        high=high,
        n=result.n,
        unit=unit,
        method=result.method,
        period=survey.collected,
    )
