"""What a reader should know of a record before trusting it: what it is, how many, when, on what basis."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from klantreis.decisions.action import Action
from klantreis.decisions.content import ContentItem, ContentNeed
from klantreis.decisions.opportunity import Opportunity
from klantreis.events.dataset import Dataset
from klantreis.journeys.journey import Journey
from klantreis.journeys.moments import MicroMoment, MomentOfTruth
from klantreis.journeys.touchpoint import Channel, Touchpoint
from klantreis.measurement.measurement import EffectPlan, Measurement
from klantreis.measurement.metric import Metric
from klantreis.render.effect_words import smallest_words
from klantreis.render.numbers import day, number
from klantreis.research.claim import Estimate
from klantreis.research.insight import Insight
from klantreis.research.quote import Quote
from klantreis.research.source import Source
from klantreis.research.study import Study
from klantreis.research.survey import Survey
from klantreis.values import Document, Period
from klantreis.web.claims import estimate_words
from klantreis.web.measured import measurements_of, verdict_words, words_of
from klantreis.web.pattern_words import pattern_words
from klantreis.web.places import name_of, page_of
from klantreis.web.workspaces import WorkspaceContext


@dataclass(frozen=True)
class Fact:
    """A label and what stands behind it. ``own``: in people's own words."""

    label: str
    value: str
    href: str | None = None
    own: bool = False


def facts_of(here: WorkspaceContext, document: Document) -> tuple[Fact, ...]:
    """The facts of a record, in the order of reading; what is not known is left out."""
    return tuple(fact for fact in _facts(here, document) if fact.value)


def _facts(here: WorkspaceContext, document: Document) -> Iterator[Fact]:
    own, word, link, num = _own(here), _word(here), _link(here), _number(here)
    match document:
        case Study():
            yield word("method", f"web.method.{document.method}")
            yield own("method_note", document.method_note)
            yield own("question", document.question)
            yield num("n", document.n)
            yield own("population", document.population.description if document.population else None)
            yield word("origin", f"web.origin.{document.origin}")
            yield Fact(here.t("web.fact.held_on"), day(document.held_on, here.lang) if document.held_on else "")
            yield own("consent", document.consent_basis)
            yield own("owner", document.owner)
        case Dataset():
            yield own("description", document.description)
            yield own("customer_unit", document.customer_unit)
            yield num("customers", document.n_customers)
            yield num("events", document.n_events)
            yield Fact(here.t("web.fact.period"), _period(here, document.period))
            yield own("consent", document.consent_basis)
            yield own("licence", document.licence)
            yield own("citation", document.citation)
        case Survey():
            yield link("study", document.study)
            yield num("n", document.n)
            yield num("refused", document.refused)
            yield Fact(here.t("web.fact.period"), _period(here, document.collected))
            if document.imported_on:
                yield Fact(here.t("web.fact.imported"), day(document.imported_on, here.lang))
        case Source():
            yield link("study", document.study)
            yield own("respondent", document.respondent)
            yield Fact(
                here.t("web.fact.collected"), day(document.collected_on, here.lang) if document.collected_on else ""
            )
        case Quote():
            yield own("quote", f"‘{document.text}’")
            yield own("speaker", document.speaker)
            yield link("source", document.source)
        case Insight():
            yield own("tags", ", ".join(document.tags))
            yield own("owner", document.owner)
        case Metric():
            yield own("definition", document.definition)
            yield own("unit", document.unit)
            yield link("dataset", document.dataset)
            for reading in document.readings:
                label = here.t("web.fact.read_on", day=day(reading.on, here.lang))
                yield Fact(label, estimate_words(here, reading.estimate))
            for aim in here.workspace.of(Opportunity):
                if aim.aim is not None and aim.aim.metric == document.id:
                    yield link("aimed_by", aim.id)
            for held in here.workspace.of(Measurement):
                if held.plan.metric == document.id:
                    yield Fact(
                        here.t("web.fact.measurement"), verdict_words(here, held), page_of(here, held.id), own=True
                    )
        case Measurement():
            yield link("measures", document.of)
            yield from _plan_facts(here, document.plan)
            yield own("owner", document.owner)
        case _:
            yield from _decision_facts(here, document)
            yield from _measurement_links(here, document)


def _decision_facts(here: WorkspaceContext, document: Document) -> Iterator[Fact]:
    own, word, link = _own(here), _word(here), _link(here)
    match document:
        case Opportunity():
            yield _step(here, document.journey, document.step)
            yield link("persona", document.persona)
            yield own("effect", document.intended_effect)
            if document.aim:
                aim = document.aim
                yield link("metric", aim.metric)
                yield Fact(here.t("web.fact.baseline"), estimate_words(here, aim.baseline) if aim.baseline else "")
                yield _target(here, document)
                yield Fact(here.t("web.fact.due"), day(aim.due, here.lang) if aim.due else "")
                if aim.comparison:
                    yield word("comparison", f"web.comparison.{aim.comparison}")
            for solution in document.solutions:
                yield own("solution", solution.text)
            for action in here.workspace.of(Action):
                if action.opportunity == document.id:
                    yield link("action", action.id)
            yield own("owner", document.owner)
        case ContentNeed():
            yield _step(here, document.journey, document.step)
            yield link("persona", document.persona)
            yield link("channel", document.channel)
            for item in document.content:
                yield link("content", item)
            yield own("owner", document.owner)
        case ContentItem():
            yield word("status", f"web.content_status.{document.status}")
            for need in document.serves:
                yield link("serves", need)
            yield link("channel", document.channel)
            yield link("touchpoint", document.touchpoint)
            yield own("location", document.location)
            yield own("owner", document.owner)
        case MomentOfTruth():
            yield _step(here, document.journey, document.step)
            for touchpoint in document.triggers:
                yield link("triggers", touchpoint)
        case MicroMoment():
            yield word("intent", f"map.intent.{document.intent}")
            yield own("query", document.query)
            yield own("context", document.context)
            yield _step(here, document.journey, document.step)
        case Touchpoint():
            yield link("channel", document.channel)
            yield own("purpose", document.purpose)
        case Channel():
            yield word("setting", f"web.setting.{document.setting}")
        case Action():
            yield link("opportunity", document.opportunity)
            yield word("status", f"web.action_status.{document.status}")
            yield own("owner", document.owner)
            yield Fact(here.t("web.fact.due"), day(document.due, here.lang) if document.due else "")


def _plan_facts(here: WorkspaceContext, plan: EffectPlan) -> Iterator[Fact]:
    """What is compared, when, and how large an effect must be to matter."""
    own, link, num = _own(here), _link(here), _number(here)
    yield link("metric", plan.metric)
    yield Fact(here.t("web.fact.comparison"), here.t(f"measurement.comparison.{plan.comparison}"))
    yield Fact(here.t("web.fact.smallest"), smallest_words(plan, words_of(here)).partition(": ")[2])
    yield own("outcome", pattern_words(plan.outcome.pattern, here.t))
    for label in ("exposed", "control", "among"):
        pattern = getattr(plan, label)
        yield own(label, pattern_words(pattern, here.t) if pattern is not None else None)
    yield own("by_unit", plan.by)
    for one in plan.covariates:
        yield own("covariates", one.name)
    for label in ("baseline", "exposed_in", "measured"):
        yield Fact(here.t(f"web.fact.{label}"), _period(here, getattr(plan, label)))
    yield num("needed", plan.n_needed)
    yield link("dataset", plan.dataset)
    yield Fact(here.t("web.fact.fixed_on"), day(plan.fixed_on, here.lang))
    yield Fact(here.t("web.fact.due"), day(plan.due, here.lang) if plan.due else "")
    yield own("note", plan.note)


def _measurement_links(here: WorkspaceContext, document: Document) -> Iterator[Fact]:
    for one in measurements_of(here, document.id):
        yield Fact(here.t("web.fact.measurement"), verdict_words(here, one), page_of(here, one.id), own=True)


def _target(here: WorkspaceContext, opportunity: Opportunity) -> Fact:
    aim = opportunity.aim
    if aim is None or aim.target is None:
        return Fact("", "")
    unit = aim.baseline.unit if aim.baseline else None
    return Fact(here.t("web.fact.target"), estimate_words(here, Estimate(value=aim.target, unit=unit)))


def _step(here: WorkspaceContext, journey_id: str | None, step_id: str | None) -> Fact:
    journey = here.workspace.find(journey_id) if journey_id else None
    if not isinstance(journey, Journey):
        return Fact("", "")
    title = next((step.title for step in journey.steps if step.id == step_id), "")
    words = f"{journey.title}: {title}" if title else journey.title
    return Fact(here.t("web.fact.step"), words, page_of(here, journey.id, f"steps.{step_id}"), own=True)


def _period(here: WorkspaceContext, period: Period | None) -> str:
    return f"{day(period.start, here.lang)} – {day(period.end, here.lang)}" if period else ""


def _own(here: WorkspaceContext) -> Callable[[str, str | None], Fact]:
    return lambda label, value: Fact(here.t(f"web.fact.{label}"), value or "", own=True)


def _word(here: WorkspaceContext) -> Callable[[str, str], Fact]:
    return lambda label, message: Fact(here.t(f"web.fact.{label}"), here.t(message))


def _number(here: WorkspaceContext) -> Callable[[str, int | None], Fact]:
    return lambda label, value: Fact(here.t(f"web.fact.{label}"), "" if value is None else number(value, here.lang))


def _link(here: WorkspaceContext) -> Callable[[str, str | None], Fact]:
    def fact(label: str, target: str | None) -> Fact:
        if target is None:
            return Fact("", "")
        return Fact(here.t(f"web.fact.{label}"), name_of(here, target), page_of(here, target), own=True)

    return fact
