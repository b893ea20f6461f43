"""``klantreis survey show``: what each column of a survey comes to, and experience written into the workspace."""

from __future__ import annotations

import json
from typing import cast

import click

from klantreis.cli.events.tables import Cell, aligned, as_csv
from klantreis.errors import InvalidInputError
from klantreis.render.numbers import interval, number, percent, signed
from klantreis.texts import text
from klantreis.use_cases.open_answers import survey_answers
from klantreis.use_cases.open_workspace import open_store
from klantreis.use_cases.sum_up_survey import ColumnSummary, SurveySummary, sum_up
from klantreis.use_cases.write_experience import write_feelings, write_readings
from klantreis.values import Lang

#: Answers of a category that a table shows.
_SHOWN = 8


@click.command("show")
@click.argument("workspace")
@click.argument("survey", required=False)
@click.option("--metric", "metrics", multiple=True, metavar="COLUMN=ID", help="Add the figure to this metric.")
@click.option("--feelings", metavar="JOURNEY", help="Set the feelings at the steps of this map to those reported.")
@click.option(
    "--hide-below",
    type=click.IntRange(min=1),
    default=5,
    show_default=True,
    metavar="K",
    help="Leave out answers that fewer than K gave; 1: show all.",
)
@click.option("--draws", type=click.IntRange(min=100), default=1000, show_default=True, help="Of the bootstrap.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of what is drawn.")
@click.option("--as", "author", default="klantreis survey show", show_default=True, help="Who writes, for the history.")
@click.option("--format", "form", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True)
@click.option("--lang", type=click.Choice(["nl", "en"]), help="Default: the workspace's own language.")
@click.option("--slug", help="Which workspace, when a database holds several.")
def show_command(
    *,
    workspace: str,
    survey: str | None,
    metrics: tuple[str, ...],
    feelings: str | None,
    hide_below: int,
    draws: int,
    seed: int,
    author: str,
    form: str,
    lang: str | None,
    slug: str | None,
) -> None:
    """Sum up each column of a survey: how many answered, the figure that fits what was asked, its interval.

    WORKSPACE is a folder or a database; SURVEY is the id or slug of a survey in it, left out when there is one.
    --metric adds the figure of a column to a metric as a reading on the last day of the survey; --feelings sets the
    feelings at the steps of a map, as people reported them. Both can be undone.

    \b
    Examples:
      klantreis survey show my-workspace
      klantreis survey show my-workspace dinner-2026 --metric nps=metric:recommendation
      klantreis survey show my-workspace dinner-2026 --feelings journey:dinner --format json
    """
    store = open_store(workspace, workspace=slug)
    language = cast(Lang, lang or store.load().settings.lang)
    found = sum_up(survey_answers(store, survey), hide_below=hide_below, draws=draws, seed=seed)
    named = dict(_pair(each) for each in metrics)
    edited = [*(write_readings(store, found, named, by=author) if named else ())]
    if feelings is not None:
        journey = feelings if feelings.startswith("journey:") else f"journey:{feelings}"
        edited += write_feelings(store, found, journey, by=author)
    if form == "json":
        click.echo(json.dumps(found.to_dict(), ensure_ascii=False, indent=2))
        return
    if form == "csv":
        click.echo(_csv(found))
        return
    click.echo(_text(found, language))
    if named or feelings is not None:
        documents = list(dict.fromkeys(one.entry.document for one in edited))
        lines = [text("survey.show.written", language, document=one) for one in documents]
        click.echo("\n" + ("\n".join(lines) or text("survey.show.nothing", language)))


def _pair(each: str) -> tuple[str, str]:
    name, equals, metric = each.rpartition("=")
    if not equals or not name:
        raise InvalidInputError(f"{each!r} names no metric.", hint="Write COLUMN=metric:recommendation.")
    return name, metric if metric.startswith("metric:") else f"metric:{metric}"


def _text(found: SurveySummary, lang: Lang) -> str:
    titles = [text(f"survey.show.{name}", lang) for name in ("column", "asks", "n", "figure", "interval")]
    rows: list[list[str]] = []
    for one in found.columns:
        label = one.column.question or one.column.name
        asks = text(f"survey.role.{one.column.role}", lang)
        rows.append([label, asks, number(one.n, lang), *_figure(one, lang)])
        for part in one.parts[:_SHOWN]:
            share = part.share
            ends = interval(share.low or 0, share.high or 0, lang)
            cells = [f"– {part.answer}", "", number(part.count, lang), percent(share.estimate or 0, lang), ends]
            rows.append(cells)
        rest = sum(part.count for part in one.parts[_SHOWN:]) + (0 if one.figure else one.hidden)
        if rest:
            rows.append([f"– {text('survey.show.others', lang)}", "", number(rest, lang), "", ""])
    notes = [f"{one.column.name}: {one.why_not}" for one in found.columns if one.why_not]
    if found.weighed_by is not None and found.effective_n is not None:
        worth = {"rows": number(found.rows, lang), "effective": number(found.effective_n, lang, decimals=1)}
        notes.insert(0, text("survey.show.weighted", lang, column=found.weighed_by, **worth))
    said: dict[str, list[str]] = {}
    for one in found.columns:
        for each in one.result.warnings if one.result else ():
            said.setdefault(each.sentence(lang), []).append(one.column.name)
    notes += [f"{sentence} ({', '.join(names)})" for sentence, names in said.items()]
    heading = text("survey.show.title", lang, survey=found.survey, rows=number(found.rows, lang))
    return "\n".join([heading, "", aligned(titles, rows, texts=2), *([""] if notes else []), *notes])


def _figure(one: ColumnSummary, lang: Lang) -> list[str]:
    result = one.result
    if one.figure == "yes" and one.hidden:
        return [text("survey.show.few", lang), ""]
    if result is None or result.estimate is None:
        return ["", ""]
    if one.figure in ("top", "yes"):
        ends = "" if result.low is None or result.high is None else interval(result.low, result.high, lang)
        words = text(f"survey.show.{one.figure}", lang, value=percent(result.estimate, lang))
        return [words, ends]
    scale = 100 if one.figure == "nps" else 1
    show = signed if one.figure in ("nps", "gap") or (one.column.low or 0) < 0 else _plain

    def shown(value: float) -> str:
        return show(round(scale * value, 0 if scale == 100 else 2), lang)

    words = text(f"survey.show.{one.figure}", lang, value=shown(result.estimate))
    if one.quartiles is not None:
        return [words, text("survey.show.quartiles", lang, low=shown(one.quartiles[0]), high=shown(one.quartiles[1]))]
    if result.low is None or result.high is None:
        return [words, ""]
    return [
        words,
        f"{shown(result.low)}–{shown(result.high)}"
        if show is _plain
        else f"{shown(result.low)} … {shown(result.high)}",
    ]


def _plain(value: float, lang: Lang) -> str:
    places = len(f"{abs(value):g}".partition(".")[2])
    return number(value, lang, decimals=min(places, 2))


def _csv(found: SurveySummary) -> str:
    rows: list[list[Cell]] = []
    for one in found.columns:
        column, result = one.column, one.result
        three = (result.estimate, result.low, result.high) if result else (None, None, None)
        rows.append([column.name, column.role, column.about, "", one.n, one.figure, *three, one.effective_n])
        for part in one.parts:
            share: list[Cell] = [part.share.estimate, part.share.low, part.share.high]
            rows.append([column.name, column.role, column.about, part.answer, part.share.n, "share", *share])
            rows[-1].append(one.effective_n)
    return as_csv(("column", "role", "about", "answer", "n", "figure", "value", "low", "high", "effective_n"), rows)
