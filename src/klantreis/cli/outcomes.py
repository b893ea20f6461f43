"""``klantreis outcomes``: which outcomes matter and are not met; kinds of features (Kano); what is first (MaxDiff)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from klantreis.cli.answers_place import AskedAnswers, answers_place, asked_answers
from klantreis.cli.finding_options import finding_options, store_to_write

if TYPE_CHECKING:
    from klantreis.store.protocol import Store


@click.command("outcomes")
@answers_place
@click.option("--importance", multiple=True, metavar="COLUMN", help="FILE: asks how important; may be given again.")
@click.option("--satisfaction", multiple=True, metavar="COLUMN", help="FILE: asks how satisfied, in the same order.")
@click.option("--top", type=click.IntRange(min=1), default=2, show_default=True, help="Highest answers that count.")
@click.option(
    "--k", type=click.IntRange(min=1), help="For the chance to be among the first K.  [default: 3; of three or fewer 1]"
)
@click.option("--kano", is_flag=True, help="Kinds of features instead, from pairs of Kano questions.")
@click.option("--maxdiff", is_flag=True, help="What comes first instead, from choices of a best and a worst.")
@click.option("--design", metavar="FILE", type=click.Path(path_type=Path), help="FILE, --maxdiff: what tasks showed.")
@finding_options("klantreis outcomes", writes="Put scores and evidence on the outcomes of the jobs, or in an insight.")
def command(
    *,
    importance: tuple[str, ...],
    satisfaction: tuple[str, ...],
    top: int,
    k: int | None,
    kano: bool,
    maxdiff: bool,
    design: Path | None,
    **asked: Any,
) -> None:
    """Score the outcomes of a job by how important people find them and how satisfied they are.

    WORKSPACE is a folder or a database and SURVEY the id or slug of a survey in it, left out when there is one; or
    FILE is a file of answers by itself. The score is importance plus what it exceeds satisfaction by, from 0 to 20;
    beside it stand its interval, its rank, and how sure it is of being among the first.

    --kano sorts features by a pair of questions on each. --maxdiff ranks items by what people chose as best and worst
    of the sets that they were shown, by counts and by a logit.

    With --write each outcome of a job gets its shares and a piece of evidence, replaced when you write again; what is
    found of features and items is kept as an insight.

    \b
    Examples:
      klantreis outcomes my-workspace dinner-2026
      klantreis outcomes my-workspace dinner-2026 --write
      klantreis outcomes answers.csv --importance q1 --satisfaction q2 --importance q3 --satisfaction q4
      klantreis outcomes my-workspace dinner-2026 --kano --format json
      klantreis outcomes maxdiff.csv --maxdiff --design design.csv
    """
    from klantreis.errors import InvalidInputError

    if kano and maxdiff:
        raise InvalidInputError("--kano and --maxdiff are two questions.", hint="Ask for one at a time.")
    if len(importance) != len(satisfaction):
        raise InvalidInputError(
            f"{len(importance)} columns on importance and {len(satisfaction)} on satisfaction: give them in pairs."
        )
    pairs = [
        role
        for about, other in zip(importance, satisfaction, strict=True)
        for role in (f"{about}=importance:{about}", f"{other}=satisfaction:{about}")
    ]
    having = ("functional",) if kano else ("best",) if maxdiff else ("importance",)
    here = asked_answers(asked, having=having, roles=pairs, **({} if design is None else {"design": design}))
    into = store_to_write(here.store, asked["location"], "answers", here.lang) if asked["write"] else None
    drawn = {"draws": asked["draws"], "seed": asked["seed"]}
    tell = _features if kano else _items if maxdiff else _outcomes
    more = {} if kano or maxdiff else {"top": top, "k": k}
    told, written = tell(here, into, asked["author"], {**drawn, **more})
    click.echo(told[asked["form"]]())
    if written is not None and asked["form"] == "text":
        click.echo("\n" + written)


#: What was found, by the form in which it is told; and what was written, when something was to be.
_Told = tuple[dict[str, Callable[[], str]], str | None]


def _outcomes(here: AskedAnswers, into: Store | None, author: str, how: dict[str, Any]) -> _Told:
    from klantreis.cli.outcomes_text import outcomes_csv, outcomes_text
    from klantreis.texts import text
    from klantreis.use_cases.score_outcomes import outcome_words, score_outcomes
    from klantreis.use_cases.write_outcomes import write_outcomes

    claims = None if here.store is None else outcome_words(here.store.load())
    found = score_outcomes(here.answers, claims=claims, **how)
    written = None
    if into is not None:
        edited = write_outcomes(into, found, by=author)
        lines = [text("outcomes.text.written", here.lang, document=one.entry.document) for one in edited]
        written = "\n".join(lines) or text("outcomes.text.nothing", here.lang)
    return _forms(found, lambda: outcomes_text(found, here.lang), lambda: outcomes_csv(found)), written


def _features(here: AskedAnswers, into: Store | None, author: str, how: dict[str, Any]) -> _Told:
    from klantreis.cli.outcomes_text import kano_csv, kano_text
    from klantreis.use_cases.score_outcomes import score_features
    from klantreis.use_cases.write_choices import feature_insight, write_choices

    found = score_features(here.answers, **how)
    written = None
    if into is not None:
        insight = feature_insight(found, here.answers.survey, lang=into.load().settings.lang)
        written = write_choices(into, insight, by=author, lang=here.lang)
    return _forms(found, lambda: kano_text(found, here.lang), lambda: kano_csv(found)), written


def _items(here: AskedAnswers, into: Store | None, author: str, how: dict[str, Any]) -> _Told:
    from klantreis.cli.items_text import items_csv, items_text
    from klantreis.use_cases.rank_items import rank_items
    from klantreis.use_cases.write_choices import item_insight, write_choices

    found = rank_items(here.answers, **how)
    written = None
    if into is not None:
        insight = item_insight(found, here.answers.survey, lang=into.load().settings.lang)
        written = write_choices(into, insight, by=author, lang=here.lang)
    return _forms(found, lambda: items_text(found, here.lang), lambda: items_csv(found)), written


def _forms(found: Any, text: Callable[[], str], csv: Callable[[], str]) -> dict[str, Callable[[], str]]:
    return {"text": text, "csv": csv, "json": lambda: json.dumps(found.to_dict(), ensure_ascii=False, indent=2)}
