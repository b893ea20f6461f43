"""``klantreis effect table``: an effect in a table from elsewhere, one row a customer."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from klantreis.cli.effect.speaking import speaking

if TYPE_CHECKING:
    from klantreis.analysis.result import Result
    from klantreis.use_cases.measure_table import Roles, TableEffect
    from klantreis.values import Lang


@click.command("table")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--outcome", metavar="COLUMN", help="What was reached: a number, or yes and no.")
@click.option("--exposed", metavar="COLUMN", help="Who got it: 1 and 0, yes and no, or any two values.")
@click.option("--covariates", metavar="COLUMN,…", help="What was known before; text becomes yes or no per value.")
@click.option(
    "--comparison",
    type=click.Choice(["adjusted", "experiment"]),
    help="Made alike in the covariates, or drawn by lot.  [default: adjusted with covariates, else neither]",
)
@click.option("--smallest", type=float, metavar="EFFECT", help="Smallest effect that matters: gives a verdict.")
@click.option("--direction", type=click.Choice(["up", "down"]), default="up", show_default=True, help="What is good.")
@click.option("--confidence", type=float, default=0.95, show_default=True, help="Level of the interval.")
@click.option("--encoding", help="Encoding of a CSV file; found out when left out.")
@click.option("--yes", is_flag=True, help="Take the columns as they are guessed.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--lang", type=click.Choice(["en", "nl"]), default="en", show_default=True, help="Language.")
def command(
    *,
    file: Path,
    outcome: str | None,
    exposed: str | None,
    covariates: str | None,
    comparison: str | None,
    smallest: float | None,
    direction: str,
    confidence: float,
    encoding: str | None,
    yes: bool,
    form: str,
    lang: str,
) -> None:
    """Measure an effect in a table from elsewhere.

    FILE is CSV, TSV or XLSX with one row a customer and headings in the first line. Columns that are not named are
    guessed from their headings, shown, and asked. Rows in which a value is missing are left out and counted.

    \b
    Examples:
      klantreis effect table visits.csv --outcome spent --exposed mailed --covariates spent_before,visits_before
      klantreis effect table trial.xlsx --outcome bought --exposed arm --comparison experiment --smallest 0.02
    """
    from klantreis.use_cases.measure_table import measure_table, read_table, roles_in

    with speaking(None, lang) as language:
        table = read_table(file, encoding=encoding)
        named = None if covariates is None else tuple(one.strip() for one in covariates.split(",") if one.strip())
        roles = roles_in(table, outcome=outcome, exposed=exposed, covariates=named, comparison=comparison)
        if outcome is None or exposed is None or (named is None and comparison != "experiment"):
            _confirm(file, roles, yes=yes, lang=language)
        found = measure_table(
            table, roles, comparison=comparison, smallest=smallest, direction=direction, confidence=confidence
        )
        if form == "json":
            click.echo(json.dumps(found.to_dict(language), ensure_ascii=False, indent=2))
        else:
            click.echo(_shown(found, language))


def _confirm(file: Path, roles: Roles, *, yes: bool, lang: Lang) -> None:
    """Show which columns play which part, and ask."""
    from klantreis.cli.events.tables import aligned
    from klantreis.errors import InvalidInputError
    from klantreis.texts import text

    rows = [
        [text(f"measurement.table.{name}", lang), value or text("measurement.table.none", lang)]
        for name, value in (
            ("outcome", roles.outcome),
            ("exposed", roles.exposed),
            ("covariates", ", ".join(roles.covariates)),
        )
    ]
    titles = [text("measurement.table.part", lang), text("measurement.table.column", lang)]
    click.echo(aligned(titles, rows, texts=2), err=True)
    if yes:
        return
    if not sys.stdin.isatty():
        named = ["--outcome", roles.outcome, "--exposed", roles.exposed]
        if roles.covariates:
            named += ["--covariates", ",".join(roles.covariates)]
        raise InvalidInputError(
            f"Nobody is there to confirm the columns of {file}.",
            hint=shlex.join(["klantreis", "effect", "table", str(file), *named]),
            message_id="measurement.error.nobody_confirms",
            values={"file": str(file)},
        )
    if not click.confirm(text("measurement.table.ask", lang), default=True, err=True):
        raise click.Abort


def _shown(found: TableEffect, lang: Lang) -> str:
    from klantreis.analysis.result import spelled
    from klantreis.cli.events.tables import aligned
    from klantreis.render.numbers import number, percent
    from klantreis.texts import text

    def say(name: str, **values: object) -> str:
        return text(f"measurement.show.{name}", lang, **values)

    level = say("interval", percent=number(100 * found.effect.confidence, lang))
    rows = [_row(say("effect"), found.effect, lang)] + ([_row(say("raw"), found.raw, lang)] if found.raw else [])
    lines = [
        say("grade", grade=text(f"measurement.grade.{found.effect.grade}", lang)),
        "",
        *aligned(["", say("effect"), level, say("n")], [row[:-1] for row in rows], texts=1).splitlines(),
        f"{say('method').capitalize()}:",
        *(f"  {row[0]}: {row[-1]}" for row in rows),
        say("groups", exposed=number(found.n_exposed, lang), others=number(found.n_comparison, lang)),
        text("measurement.table.got_it", lang, column=found.roles.exposed, value=found.exposed_value),
    ]
    if found.verdict is not None:
        key = found.verdict.judgement.replace(" ", "-")
        smallest = spelled(f"{found.verdict.smallest_relevant_effect:g}", lang)
        lines += [
            "",
            say("verdict", judgement=text(f"measurement.judgement.{key}", lang)),
            f"  {text(f'measurement.because.{key}', lang, smallest=smallest)}",
        ]
    known = [one.sentence(lang) for one in found.cautions]
    if found.left_out:
        known.append(text("measurement.table.left_out", lang, n=number(found.left_out, lang)))
    if found.overlap is not None:
        known.append(say("overlap", share=percent(found.overlap, lang)))
    return "\n".join([*lines, "", f"{say('to_know')}:", *(f"  - {one}" for one in known)])


def _row(name: str, found: Result, lang: Lang) -> list[str]:
    """A number with its interval, on its own scale."""
    from klantreis.render.effect_words import figure
    from klantreis.render.method_words import method_words
    from klantreis.render.numbers import number
    from klantreis.texts import text

    between = ""
    if found.low is not None and found.high is not None:
        between = text("measurement.show.between", lang, low=figure(found.low, lang), high=figure(found.high, lang))
    value = text("measurement.show.unknown", lang) if found.estimate is None else figure(found.estimate, lang)
    return [name, value, between, number(found.n, lang), method_words(found.method, lang)]
