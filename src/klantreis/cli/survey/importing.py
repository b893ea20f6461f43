"""``klantreis survey import``: answers into a workspace, once it is confirmed what each column asks."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any, cast

import click

from klantreis.cli.events.tables import aligned, whole
from klantreis.errors import SurveyImportError
from klantreis.sources.surveys.recognising import SOURCES
from klantreis.texts import text
from klantreis.use_cases.import_survey import SurveyImport, import_survey
from klantreis.use_cases.open_workspace import open_store
from klantreis.use_cases.read_survey import ProposedColumn, SurveyProposal, read_survey
from klantreis.values import Lang

#: Text cells of the table are cut at this width.
_WIDE = 44


@click.command("import")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--into", required=True, metavar="WORKSPACE", help="A folder or a database.")
@click.option("--title", help="Of the survey.  [default: the file's name]")
@click.option("--study", metavar="ID", help="The study that it belongs to.  [default: one is made]")
@click.option(
    "--role", "roles", multiple=True, metavar="COLUMN=ROLE[:ABOUT]", help="What a column asks; - leaves it out."
)
@click.option("--scale", "scales", multiple=True, metavar="COLUMN=LOW..HIGH", help="Ends of the scale of a column.")
@click.option("--questions", metavar="FILE", type=click.Path(path_type=Path), help="What was asked: .lss, or JSON.")
@click.option("--design", metavar="FILE", type=click.Path(path_type=Path), help="What each best–worst task showed.")
@click.option("--source", metavar="NAME", help=f"What the file is: {', '.join(SOURCES)}. Recognised when left out.")
@click.option("--keep", multiple=True, metavar="COLUMN", help="Keep a column in which there is personal data.")
@click.option("--redact", multiple=True, metavar="COLUMN", help="Keep a column with its personal data taken out.")
@click.option("--keep-ids", is_flag=True, help="Keep the ids of respondents, in place of numbers.")
@click.option("--pseudonymise", is_flag=True, help="Put pseudonyms in their place, made with a key.")
@click.option(
    "--key-file",
    metavar="PATH",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where the key is.  [default: in your configuration folder]",
)
@click.option("--consent", metavar="TEXT", help="On what basis the answers may be used.")
@click.option("--replace", is_flag=True, help="Put these answers in the place of those that the survey has.")
@click.option("--encoding", metavar="NAME", help="Encoding of a CSV file.  [default: found out]")
@click.option("--limit", "limits", multiple=True, metavar="NAME=NUMBER", help="Raise a limit that a file goes beyond.")
@click.option("--yes", is_flag=True, help="Take the columns as they are guessed.")
@click.option(
    "--as", "author", default="klantreis survey import", show_default=True, help="Who writes, for the history."
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--lang", type=click.Choice(["nl", "en"]), help="Default: the workspace's own language.")
@click.option("--slug", help="Which workspace, when a database holds several.")
def import_command(
    *,
    file: Path,
    into: str,
    yes: bool,
    author: str,
    form: str,
    lang: str | None,
    slug: str | None,
    consent: str | None,
    replace: bool,
    pseudonymise: bool,
    key_file: Path | None,
    **how: Any,
) -> None:
    """Bring the answers in FILE into a workspace: CSV, TSV, XLSX, LimeSurvey, SurveyJS or Formbricks.

    What each column asks is guessed from its words and answers, shown, and asked. Importance and satisfaction are
    bound to the desired outcomes of the workspace's jobs. Answers that cannot be read are left empty, counted and kept
    in a file with their reason.

    Ids of respondents become numbers, dates become days, and columns with personal data are left out unless you say
    --redact or --keep. With --pseudonymise ids become the pseudonyms that an event log has with the same key, so that
    one person can be found in both. The same import again changes nothing.

    \b
    Roles:
      respondent date weight category number text nps csat ces
      importance:ABOUT satisfaction:ABOUT emotion:ABOUT expected:ABOUT experienced:ABOUT
      too_cheap cheap expensive too_expensive intent_at_cheap intent_at_expensive
      price_bracket offered_price bought functional:ABOUT dysfunctional:ABOUT
      best:TASK worst:TASK shown:TASK design_version

    \b
    Examples:
      klantreis survey import answers.csv --into my-workspace
      klantreis survey import answers.xlsx --into my-workspace --title "Dinner 2026" \\
          --role q1=importance:job:dinner/quick --role q2=satisfaction:job:dinner/quick --yes
      klantreis survey import results-survey412.csv --questions limesurvey_412.lss --into team.sqlite3
    """
    store = open_store(into, workspace=slug)
    workspace = store.load()
    language = cast(Lang, lang or workspace.settings.lang)
    proposal = read_survey(workspace, file, **how)
    if not yes or form == "text":
        click.echo(shown(proposal, language), err=True)
    if not yes:
        if not sys.stdin.isatty():
            raise SurveyImportError(
                text("survey.import.nobody", language, file=file), hint=text("survey.import.command", language)
            )
        if not click.confirm(text("survey.import.ask", language), default=True, err=True):
            raise click.Abort
    done = import_survey(
        store,
        proposal,
        by=author,
        on=date.today(),  # noqa: DTZ011 - the day at the desk where it is imported
        consent=consent,
        replace=replace,
        pseudonymise=pseudonymise,
        key_file=key_file,
    )
    if form == "json":
        click.echo(json.dumps(done.to_dict(), ensure_ascii=False, indent=2))
    else:
        click.echo(summary(done, language))


def shown(proposal: SurveyProposal, lang: Lang) -> str:
    """What the columns are taken to ask, as a table."""
    sheet = proposal.sheet
    lines = [
        text(
            "survey.import.title",
            lang,
            file=sheet.path,
            source=SOURCES[sheet.source],
            rows=whole(len(sheet.rows), lang),
        )
    ]
    if sheet.encoding not in (None, "utf-8"):
        lines.append(text("survey.import.encoding", lang, encoding=sheet.encoding))
    titles = [text(f"survey.import.{name}", lang) for name in ("number", "column", "asks", "about", "scale", "sample")]
    return "\n".join([*lines, "", aligned(titles, [_row(one, lang) for one in proposal.columns], texts=6), ""])


def _row(one: ProposedColumn, lang: Lang) -> list[str]:
    name = one.name if not one.question or one.question == one.name else f"{one.name}: {one.question}"
    sample = _cut(" · ".join(one.sample))
    if one.left_out is not None:
        why = text("survey.import.left_out", lang, why=text(f"survey.left_out.{one.left_out}", lang))
        # What is left out for privacy is not shown either.
        return [str(one.number), _cut(name), why, "", "", "" if one.left_out == "personal" else sample]
    about = str(one.bound) if one.bound else one.about or ""
    scale = "" if one.low is None or one.high is None else f"{one.low:g}–{one.high:g}"
    asks = text(f"survey.role.{one.role}", lang)
    return [str(one.number), _cut(name), asks, _cut(about), scale, "" if one.role == "respondent" else sample]


def summary(done: SurveyImport, lang: Lang) -> str:
    """What an import did, in a few sentences."""
    survey = done.survey
    lines = [text(f"survey.import.{done.done}", lang, survey=survey.id, n=whole(survey.n, lang), study=survey.study)]
    if survey.collected is not None:
        lines.append(text("survey.import.period", lang, first=survey.collected.start, last=survey.collected.end))
    for what, counts in (("refused", done.refused), ("unread", done.unread)):
        if counts:
            lines.append(text(f"survey.import.{what}", lang))
            lines += [f"  {whole(n, lang):>9}  {text(f'survey.reason.{why}', lang)}" for why, n in counts.items()]
    if survey.respondents is not None:
        lines.append(text(f"survey.import.ids_{survey.respondents}", lang, key=survey.key))
    for why, names in done.left_out.items():
        reason = text(f"survey.left_out.{why}", lang)
        lines.append(text("survey.import.dropped", lang, why=reason, columns=", ".join(map(_cut, names))))
    unbound = [one.name for one in survey.of_role("importance", "satisfaction") if one.outcome is None]
    if unbound:
        lines.append(text("survey.import.unbound", lang, columns=", ".join(map(_cut, unbound))))
    lines.append(text("survey.import.answers", lang, file=done.answers))
    if done.rejects is not None:
        lines.append(text("survey.import.rejects", lang, file=done.rejects))
    return "\n".join(lines)


def _cut(cell: str) -> str:
    flat = " ".join(cell.split())
    return flat if len(flat) <= _WIDE else f"{flat[: _WIDE - 1]}…"
