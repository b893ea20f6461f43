"""What attribution looks like in the terminal: the methods side by side, and CSV with a row for each cell."""

from __future__ import annotations

from klantreis.cli.events.tables import Cell, aligned, as_csv, whole
from klantreis.render.numbers import day, number, percent
from klantreis.texts import text
from klantreis.use_cases.attribute_outcome import Attribution, method_words, note_words, outcome_words
from klantreis.values import Lang


def attribution_text(attribution: Attribution, lang: Lang) -> str:
    """The counts, a row for each channel with every method beside the others, and what to know."""
    table, asked = attribution.table, attribution.question
    lines = [text("attribution.text.heading", lang, outcome=outcome_words(asked), by=asked.by)]
    if attribution.period is not None:
        start, end = day(attribution.period.start, lang), day(attribution.period.end, lang)
        lines.append(text("attribution.text.period", lang, start=start, end=end))
    counts = {name: number(getattr(table, name), lang) for name in ("paths", "customers", "outcomes", "nulls")}
    lines.append(text("attribution.text.paths", lang, **counts))
    heads = [asked.by, text("attribution.text.met", lang)]
    heads += [method_words(column.method, lang) for column in table.columns]
    rows = []
    for place, channel in enumerate(table.channels):
        cells = [_cell(column.shares[place], lang) for column in table.columns]
        rows.append([channel, whole(table.on_paths[place], lang), *cells])
    notes = [note_words(note, lang) for note in attribution.warnings]
    if table.hidden_below and table.hidden_below > 1:
        notes.append(text("attribution.text.hidden", lang, k=table.hidden_below))
    said = [text("segments.text.note", lang, sentence=note) for note in notes]
    shares = text("attribution.text.shares", lang)
    return "\n\n".join(["\n".join(lines), f"{shares}\n{aligned(heads, rows)}", "\n".join(said)])


def attribution_csv(attribution: Attribution, lang: Lang) -> str:
    """A row for each channel and method; names are the same in every language."""
    del lang
    table = attribution.table
    columns = ["channel", "method", "share", "low", "high", "credit", "customers", "paths", "outcomes", "nulls"]
    rows: list[list[Cell]] = [
        [
            *(channel, column.method, one.estimate, one.low, one.high, one.credit),
            *(table.on_paths[place], table.paths, table.outcomes, table.nulls),
        ]
        for place, channel in enumerate(table.channels)
        for column in table.columns
        for one in [column.shares[place]]
    ]
    return as_csv(columns, rows)


def _cell(one: object, lang: Lang) -> str:
    share, low, high = (getattr(one, name) for name in ("estimate", "low", "high"))
    said = percent(share or 0.0, lang, decimals=1)
    if low is None or high is None:
        return said
    return f"{said} ({number(100 * low, lang, decimals=1)}–{number(100 * high, lang, decimals=1)})"
