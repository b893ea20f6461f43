"""``klantreis outcomes``: which outcomes matter and are not met, from a survey; and Kano's kinds of features."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import click


@click.command("outcomes")
@click.argument("location", metavar="WORKSPACE|FILE")
@click.argument("survey", metavar="[SURVEY]", required=False)
@click.option("--importance", multiple=True, metavar="COLUMN", help="FILE: asks how important; may be given again.")
@click.option("--satisfaction", multiple=True, metavar="COLUMN", help="FILE: asks how satisfied, in the same order.")
@click.option("--role", "roles", multiple=True, metavar="COLUMN=ROLE[:ABOUT]", help="FILE: what a column asks.")
@click.option("--scale", "scales", multiple=True, metavar="COLUMN=LOW..HIGH", help="FILE: ends of a column's scale.")
@click.option("--top", type=click.IntRange(min=1), default=2, show_default=True, help="Highest answers that count.")
@click.option(
    "--k", type=click.IntRange(min=1), help="For the chance to be among the first K.  [default: 3; of three or fewer 1]"
)
@click.option("--kano", is_flag=True, help="Kinds of features instead, from pairs of Kano questions.")
@click.option("--draws", type=click.IntRange(min=100), default=1000, show_default=True, help="Of the bootstrap.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of what is drawn.")
@click.option("--write", is_flag=True, help="Put scores and evidence on the outcomes of the jobs.")
@click.option("--as", "author", default="klantreis outcomes", show_default=True, help="Who writes, for the history.")
@click.option("--format", "form", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True)
@click.option("--lang", type=click.Choice(["nl", "en"]), help="Default: the workspace's own language.")
@click.option("--slug", help="Which workspace, when a database holds several.")
def command(
    *,
    location: str,
    survey: str | None,
    importance: tuple[str, ...],
    satisfaction: tuple[str, ...],
    roles: tuple[str, ...],
    scales: tuple[str, ...],
    top: int,
    k: int | None,
    kano: bool,
    write: bool,
    author: str,
    form: str,
    lang: str | None,
    slug: str | None,
    **drawn: int,
) -> None:
    """Score the outcomes of a job by how important people find them and how satisfied they are.

    WORKSPACE is a folder or a database and SURVEY the id or slug of a survey in it, left out when there is one; or
    FILE is a file of answers by itself. The score is importance plus what it exceeds satisfaction by, from 0 to 20;
    beside it stand its interval, its rank, and how sure it is of being among the first.

    With --write each outcome of a job gets its shares and a piece of evidence, replaced when you write again.

    \b
    Examples:
      klantreis outcomes my-workspace dinner-2026
      klantreis outcomes my-workspace dinner-2026 --write
      klantreis outcomes answers.csv --importance q1 --satisfaction q2 --importance q3 --satisfaction q4
      klantreis outcomes my-workspace dinner-2026 --kano --format json
    """
    from klantreis.cli.outcomes_text import kano_csv, kano_text, outcomes_csv, outcomes_text
    from klantreis.errors import InvalidInputError
    from klantreis.texts import text
    from klantreis.use_cases.open_answers import file_answers, is_file_of_answers, survey_answers
    from klantreis.use_cases.open_workspace import open_store
    from klantreis.use_cases.score_outcomes import outcome_words, score_features, score_outcomes
    from klantreis.use_cases.write_outcomes import write_outcomes
    from klantreis.values import Lang

    store = None
    if is_file_of_answers(location):
        if len(importance) != len(satisfaction):
            raise InvalidInputError(
                f"{len(importance)} columns on importance and {len(satisfaction)} on satisfaction: give them in pairs."
            )
        pairs = [
            role
            for about, other in zip(importance, satisfaction, strict=True)
            for role in (f"{about}=importance:{about}", f"{other}=satisfaction:{about}")
        ]
        answers = file_answers(Path(location), roles=[*roles, *pairs], scales=scales)
        language = cast(Lang, lang or "en")
    else:
        store = open_store(location, workspace=slug)
        language = cast(Lang, lang or store.load().settings.lang)
        wanted = ("functional",) if kano else ("importance",)
        answers = survey_answers(store, survey, roles=wanted)
    if write and (store is None or kano):
        raise InvalidInputError(
            text("outcomes.text.unwritable", language) if store is None else "--kano writes nothing."
        )
    how: dict[str, Any] = dict(drawn)
    if kano:
        features = score_features(answers, **how)
        told = {"json": lambda: _json(features), "csv": lambda: kano_csv(features)}
        click.echo(told.get(form, lambda: kano_text(features, language))())
        return
    claims = outcome_words(store.load()) if store is not None else None
    found = score_outcomes(answers, claims=claims, top=top, k=k, **how)
    edited = write_outcomes(store, found, by=author) if write and store is not None else None
    if form == "json":
        click.echo(_json(found))
    elif form == "csv":
        click.echo(outcomes_csv(found))
    else:
        click.echo(outcomes_text(found, language))
        if edited is not None:
            lines = [text("outcomes.text.written", language, document=one.entry.document) for one in edited]
            click.echo("\n" + ("\n".join(lines) or text("outcomes.text.nothing", language)))


def _json(found: Any) -> str:
    return json.dumps(found.to_dict(), ensure_ascii=False, indent=2)
