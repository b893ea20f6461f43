"""Draft a persona from a segment: its rule counted again on the customers, and what sets apart those who meet it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from klantreis.analysis.behaviour.customer_fields import CustomerField
from klantreis.analysis.behaviour.segment_fields import Difference, distinguishing
from klantreis.analysis.behaviour.segment_finding import firm
from klantreis.analysis.behaviour.segment_rule import Flags, SegmentRule, members, rule_of
from klantreis.analysis.behaviour.segmentation import FoundSegment
from klantreis.analysis.weighing import mean_of, share_of
from klantreis.errors import InvalidInputError
from klantreis.ids import free_id, kind_of, slugify
from klantreis.personas.draft import Statement, persona_draft
from klantreis.personas.persona import Persona, claims_of
from klantreis.personas.segment import Segment, SegmentCondition
from klantreis.render.numbers import number, percent
from klantreis.research.claim import Estimate
from klantreis.research.survey import Survey
from klantreis.texts import text
from klantreis.use_cases.find_segments import Segments, known_source
from klantreis.use_cases.segment_words import (
    SHARES,
    claim_words,
    condition_words,
    conditions_words,
    figure,
    method_words,
    rule_words,
    share_words,
    weighed_words,
)
from klantreis.values import Lang

if TYPE_CHECKING:
    from klantreis.store.protocol import Store
    from klantreis.use_cases.edit import Edited
    from klantreis.workspace import Workspace

#: Most statements on a draft besides its rule: a reader keeps no more than some.
MOST = 8
#: Fewer customers than this make no persona: its numbers would tell of single people.
FEWEST = 5


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft that was written, and how many claims it makes."""

    persona: Persona
    edited: Edited

    @property
    def claims(self) -> int:
        """How many claims it makes."""
        return sum(1 for _ in claims_of(self.persona))


def draft_persona(store: Store, segments: Segments, number: int, *, name: str, by: str) -> Drafted:
    """Write a persona draft from a segment into the workspace, in the workspace's language.

    Parameters
    ----------
    number
        Which segment.
    name
        What to call the persona; its id is made of it.
    by
        Who writes, for the history.

    Raises
    ------
    InvalidInputError
        When there is no such segment, fewer than five customers meet its rule, or the customers come from a table
        that the workspace does not know.
    ChangeError
        When the workspace would no longer hold together.
    """
    from klantreis.use_cases.edit import create

    held = store.load()
    wanted = free_id(f"persona:{slugify(name)}", held.documents)
    persona = drafted(held, segments, number, persona_id=wanted, name=name)
    return Drafted(persona, create(store, persona, by=by))


def drafted(held: Workspace, segments: Segments, number: int, *, persona_id: str, name: str) -> Persona:
    """The draft as a document; arguments and errors as of :func:`draft_persona`."""
    customers, one = segments.customers, segments.segment(number)
    source, lang = known_source(customers), held.settings.lang
    table = customers.table
    rule = rule_of(table, one.rule.conditions)
    if rule.covered.count < FEWEST:
        raise InvalidInputError(
            f"Only {rule.covered.count} customers meet the rule of segment {number}; {FEWEST} are needed.",
            hint="Ask for fewer groups.",
        )
    inside = members(table, one.rule.conditions)
    document = held.documents[source]
    persona = persona_draft(
        persona_id,
        name,
        segment=_segment(segments, one, rule, lang),
        statements=[_of_rule(rule, segments, lang), *_statements(segments, inside, lang)],
        source=source,
        illustrative=bool(getattr(document, "illustrative", False)),
    )
    return persona.model_copy(update={"studies": (document.study,)}) if isinstance(document, Survey) else persona


def _segment(segments: Segments, one: FoundSegment, rule: SegmentRule, lang: Lang) -> Segment:
    customers, steady = segments.customers, one.steady
    source = known_source(customers)
    method = text(f"segments.method.{segments.found.method}", lang)
    return Segment(
        rule=rule_words(rule.conditions, customers.table, lang, period=customers.period),
        conditions=tuple(
            SegmentCondition(field=each.field, low=each.low, high=each.high, values=each.values)
            for each in rule.conditions
        ),
        dataset=source if kind_of(source) == "dataset" else None,
        survey=source if kind_of(source) == "survey" else None,
        n=rule.covered.count,
        of=rule.covered.n,
        period=customers.period,
        prevalence=_prevalence(rule, segments, lang),
        stability=None
        if steady is None or steady.estimate is None
        else Estimate(
            value=round(steady.estimate, 2),
            low=None if steady.low is None else round(steady.low, 2),
            high=None if steady.high is None else round(steady.high, 2),
            n=segments.found.n,
            method=text("segments.method.stability", lang, method=method),
            period=customers.period,
        ),
        steadiness=None if steady is None else steady.grade,
    )


def _prevalence(rule: SegmentRule, segments: Segments, lang: Lang) -> Estimate:
    whole = rule.covered.attributes[-1].together
    how = method_words("share", segments.customers.table.weights, lang)
    return _estimate(whole.value or 0.0, whole.low, whole.high, whole.n, "share", segments, how=how)


def _of_rule(rule: SegmentRule, segments: Segments, lang: Lang) -> Statement:
    """What makes the segment, as its first claim: how many it holds after each condition."""
    table, whole = segments.customers.table, rule.covered.attributes[-1].together
    steps = "; ".join(
        text(
            "segments.finding.step",
            lang,
            condition=condition_words(each, table.field(each.field), lang),
            n=f"{number(step.together.count, lang)} ({percent(step.together.value or 0.0, lang)})",
        )
        for each, step in zip(rule.conditions, rule.covered.attributes, strict=True)
    )
    said = share_words(whole, lang)
    return Statement(
        about=text("segments.column.segment", lang),
        text=text(
            "segments.claim.rule",
            lang,
            share=said["share"],
            conditions=conditions_words(rule.conditions, table, lang),
        ),
        part="behaviour"
        if all(table.field(each.field).part == "behaviour" for each in rule.conditions)
        else "attitudes",
        finding=text(
            "segments.finding.rule",
            lang,
            n=number(whole.count, lang),
            of=number(whole.n, lang),
            steps=steps,
            **said,
        )
        + weighed_words(table.weights, lang),
        estimate=_prevalence(rule, segments, lang),
        locator="; ".join(each.field for each in rule.conditions),
    )


def _statements(segments: Segments, inside: Flags, lang: Lang) -> list[Statement]:
    """What sets those who meet the rule apart from the others, on fields that made neither groups nor rule."""
    table, found = segments.customers.table, segments.found
    if inside.all() or not found.tested:
        return []
    compared = distinguishing(
        table.columns(found.tested), inside.astype(np.int64), used=(), fdr=found.fdr, weights=table.weights
    )
    rows = [row for row in compared.differences if row.group == 1]
    tests = sum(row.q_value is not None for row in rows)
    told, seen = [], set()
    for row in firm(rows, found.fdr):
        field = table.field(row.field)
        # Parts of one whole say the same twice: of the hours, and of the values of an attribute, the firmest counts.
        topic = (field.measure, field.what if field.measure != "hours" else "")
        if topic not in seen and not _of_few(row, field, inside):
            seen.add(topic)
            told.append(_statement(row, field, inside, segments, tests, lang))
    return told[:MOST]


def _of_few(row: Difference, field: CustomerField, inside: Flags) -> bool:
    """Whether a category holds so few of the segment that its number would tell of single people."""
    return row.category is not None and 0 < int((field.values[inside] == row.category).sum()) < FEWEST


def _statement(
    row: Difference, field: CustomerField, inside: Flags, segments: Segments, tests: int, lang: Lang
) -> Statement:
    table, unit, how = segments.customers.table, _unit(field, lang), "mean"
    here = np.asarray(np.array([value is not None and value == value for value in field.values.tolist()]))
    weights = None if table.weights is None else table.weights[inside & here]
    n = int((inside & here).sum())
    if row.category is not None:
        share = share_of(field.values[inside & here] == row.category, weights)
        value, low, high = share.value or 0.0, share.low, share.high
        unit, how = "share", "share"
    else:
        value, low, high = mean_of(field.values[inside & here].astype(np.float64), weights)
    others = int((~inside & here).sum())
    finding = text(
        f"segments.finding.{how}",
        lang,
        inside=figure(value, field, lang),
        n=number(n, lang),
        low=figure(low, field, lang),
        high=figure(high, field, lang),
        outside=figure(row.outside, field, lang),
        others=number(others, lang),
        effect=_decimal(row.estimate, lang),
        effect_low=_decimal(row.low, lang),
        effect_high=_decimal(row.high, lang),
        q="< " + number(0.001, lang, decimals=3) if (row.q_value or 0) < 0.001 else "= " + _q(row, lang),
        tests=tests,
    )
    finding += weighed_words(weights, lang)
    return Statement(
        about=f"{field.what} {field.value or row.category or ''} {field.measure}",
        text=claim_words(replace(row, inside=value), field, lang),
        part=field.part,
        finding=finding,
        estimate=_estimate(value, low, high, n, unit, segments, how=method_words(how, weights, lang, unit=table.unit)),
        locator=field.name,
    )


def _q(row: Difference, lang: Lang) -> str:
    return number(row.q_value or 0.0, lang, decimals=3)


def _decimal(value: float | None, lang: Lang) -> str:
    return "–" if value is None or not math.isfinite(value) else number(value, lang, decimals=2)


def _unit(field: CustomerField, lang: Lang) -> str | None:
    if field.measure in SHARES:
        return "share"
    known = ("count", "visits", "days_since")
    return text(f"segments.unit.{field.measure}", lang) if field.measure in known else None


def _estimate(
    value: float, low: float, high: float, n: int, unit: str | None, segments: Segments, *, how: str
) -> Estimate:
    return Estimate(
        value=round(value, 4),
        low=round(low, 4),
        high=round(high, 4),
        n=n,
        unit=unit,
        method=how,
        period=segments.customers.period,
    )
