"""What segments look like in the terminal: sentences and tables, CSV, or JSON."""

from __future__ import annotations

import json

from klantreis.analysis.behaviour.segment_fields import Difference
from klantreis.analysis.behaviour.segmentation import FoundSegment, Segmentation
from klantreis.cli.events.tables import Cell, aligned, as_csv, whole
from klantreis.render.numbers import day, number, percent
from klantreis.texts import text
from klantreis.use_cases.find_segments import Segments
from klantreis.use_cases.read_customers import Customers
from klantreis.use_cases.segment_words import (
    condition_words,
    difference_words,
    field_words,
    figure,
    interval_words,
    rule_words,
    share_words,
)
from klantreis.values import Lang


def segments_text(segments: Segments, lang: Lang, *, hide_below: int) -> str:
    """All there is to say, for people."""
    customers, found = segments.customers, segments.found.suppressed(hide_below)
    parts = ["\n".join(_heading(customers, found, lang))]
    if found.chosen is not None:
        parts.append(f"{text('segments.text.chosen', lang)}\n{_choices(found, lang)}")
    parts.append(_table(found, lang))
    parts += [_segment(one, customers, found, lang) for one in found.segments]
    parts.append("\n".join(_notes(customers, found, lang)))
    return "\n\n".join(part for part in parts if part)


def segments_json(segments: Segments, lang: Lang, *, hide_below: int) -> str:
    """The same as JSON, with every rule in words."""
    customers, found = segments.customers, segments.found.suppressed(hide_below)
    words = {
        str(one.number): rule_words(one.rule.conditions, customers.table, lang, period=customers.period)
        for one in found.segments
    }
    period = customers.period
    told = {
        "source": customers.source,
        "title": customers.title,
        "period": None if period is None else [period.start.isoformat(), period.end.isoformat()],
        **found.to_dict(),
        "rules": words,
        "notes": [note.sentence(lang) for note in (*customers.warnings, *found.warnings)],
    }
    return json.dumps(told, ensure_ascii=False, indent=2)


def segments_csv(segments: Segments, lang: Lang, *, hide_below: int) -> str:
    """A row for each segment, and for each field on which it differs."""
    customers, found = segments.customers, segments.found.suppressed(hide_below)
    columns = [
        "segment",
        "n",
        "effective_n",
        "share",
        "low",
        "high",
        "stability",
        "grade",
        "rule",
        "rule_n",
        "precision",
        "recall",
    ]
    columns += ["field", "category", "inside", "outside", "estimate", "estimate_low", "estimate_high", "q"]
    rows: list[list[Cell]] = []
    for one in found.segments:
        steady = one.steady
        own: list[Cell] = [one.number, one.size.count, found.effective_n, one.size.value, one.size.low, one.size.high]
        own += [None if steady is None else steady.estimate, None if steady is None else steady.grade]
        own.append(rule_words(one.rule.conditions, customers.table, lang, period=customers.period))
        own += [one.rule.covered.count, one.rule.precision, one.rule.recall]
        rows += [[*own, *_cells(row)] for row in one.differences] or [[*own, *[None] * 8]]
    return as_csv(columns, rows)


def fields_text(customers: Customers, lang: Lang) -> str:
    """Which fields there are, and what they are used for."""
    table = customers.table
    rows = [
        [
            field.name,
            field_words(field, lang),
            text(f"segments.text.{field.use}", lang),
            whole(sum(value is not None and value == value for value in field.values.tolist()), lang),
        ]
        for field in table.fields
    ]
    heads = [text(f"segments.column.{name}", lang) for name in ("field", "what", "use", "known")]
    return f"{text('segments.text.fields', lang, title=customers.title)}\n\n{aligned(heads, rows, texts=3)}"


def _cells(row: Difference) -> list[Cell]:
    return [row.field, row.category, row.inside, row.outside, row.estimate, row.low, row.high, row.q_value]


def _heading(customers: Customers, found: Segmentation, lang: Lang) -> list[str]:
    method = text(f"segments.method.{found.method}", lang)
    n = number(found.n, lang)
    title = text("segments.text.heading", lang, title=customers.title, n=n, unit=found.unit, k=found.k, method=method)
    lines = [title]
    if customers.period is not None:
        start, end = day(customers.period.start, lang), day(customers.period.end, lang)
        lines.append(text("segments.text.period", lang, start=start, end=end))
    table = customers.table
    lines.append(text("segments.text.made_by", lang, fields=_named(found.made_by, customers, lang)))
    if found.tested:
        lines.append(text("segments.text.tested", lang, fields=_named(found.tested, customers, lang)))
    for name, made in found.follows:
        words = {"field": field_words(table.field(name), lang), "made": field_words(table.field(made), lang)}
        lines.append(text("segments.text.follows", lang, **words))
    return lines


def _named(names: tuple[str, ...], customers: Customers, lang: Lang) -> str:
    return ", ".join(field_words(customers.table.field(name), lang) for name in names)


def _choices(found: Segmentation, lang: Lang) -> str:
    chosen = found.chosen
    assert chosen is not None  # noqa: S101 - asked for only when there is a choice
    bic = found.method == "classes"
    rows = [
        [
            str(one.k),
            "–" if one.estimate is None else number(one.estimate, lang, decimals=1 if bic else 3),
            percent(one.smallest, lang, decimals=1),
            text("segments.column.chosen", lang) if one.k == chosen.k else "",
        ]
        for one in chosen.choices
    ]
    heads = [text(f"segments.column.{name}", lang) for name in ("k", "bic" if bic else "silhouette", "smallest")]
    return aligned([*heads, ""], rows, texts=0)


def _table(found: Segmentation, lang: Lang) -> str:
    rows = []
    for one in found.segments:
        steady = one.steady
        overlap = "–" if steady is None or steady.estimate is None else number(steady.estimate, lang, decimals=2)
        grade = text(f"segments.grade.{steady.grade if steady else 'none'}", lang)
        shares = [percent(one.size.value or 0.0, lang, decimals=1), interval_words(one.size, lang)]
        rows.append(
            [text("segments.text.segment", lang, number=one.number), grade, whole(one.size.count, lang), *shares]
        )
        rows[-1].append(overlap)
    names = ("segment", "stability", "n", "share", "interval", "overlap")
    return aligned([text(f"segments.column.{name}", lang) for name in names], rows, texts=2)


def _segment(one: FoundSegment, customers: Customers, found: Segmentation, lang: Lang) -> str:
    table, rule = customers.table, one.rule
    said = rule_words(rule.conditions, table, lang, period=customers.period)
    lines = [
        f"{text('segments.text.segment', lang, number=one.number)}. {text('segments.text.rule', lang, rule=said)}",
        text(
            "segments.text.covers",
            lang,
            n=number(rule.covered.count, lang),
            precision=percent(rule.precision, lang),
            recall=percent(rule.recall, lang),
            **share_words(rule.covered.attributes[-1].together, lang),
        ),
    ]
    if len(rule.conditions) > 1:
        heads = [text(f"segments.column.{name}", lang) for name in ("condition", "left", "share", "interval")]
        steps = [
            [
                condition_words(condition, table.field(condition.field), lang),
                whole(step.together.count, lang),
                percent(step.together.value or 0.0, lang, decimals=1),
                interval_words(step.together, lang),
            ]
            for condition, step in zip(rule.conditions, rule.covered.attributes, strict=True)
        ]
        lines.append(aligned(heads, steps))
    if not one.differences:
        return "\n".join([*lines, text("segments.text.nothing", lang)])
    lines.append(text("segments.text.apart", lang, fdr=percent(found.fdr, lang, decimals=0)))
    heads = [
        text(f"segments.column.{name}", lang) for name in ("field", "inside", "outside", "effect", "interval", "q")
    ]
    rows = []
    for row in one.differences:
        field = table.field(row.field)
        ends = f"{_ends(row.low, lang)} – {_ends(row.high, lang)}"
        chance = "–" if row.q_value is None else _chance(row.q_value, lang)
        values = [figure(row.inside, field, lang), figure(row.outside, field, lang)]
        rows.append([difference_words(row, field, lang), *values, _ends(row.estimate, lang), ends, chance])
    return "\n".join([*lines, aligned(heads, rows)])


def _ends(value: float | None, lang: Lang) -> str:
    return "–" if value is None else number(value, lang, decimals=2).replace("-", "−")


def _chance(value: float, lang: Lang) -> str:
    least = 0.001
    return number(value, lang, decimals=3) if value >= least else f"<{number(least, lang, decimals=3)}"


def _notes(customers: Customers, found: Segmentation, lang: Lang) -> list[str]:
    notes = [note.sentence(lang) for note in (*customers.warnings, *found.warnings)]
    if any(one.differences for one in found.segments):
        notes.append(text("segments.text.ratios", lang))
    if found.hidden_below and found.hidden_below > 1:
        notes.append(text("segments.text.hidden", lang, k=found.hidden_below))
    return [text("segments.text.note", lang, sentence=note) for note in dict.fromkeys(notes)]
