"""``klantreis price``: what people would pay, by every way in which a survey asked it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast

import click


@click.command("price")
@click.argument("location", metavar="WORKSPACE|FILE")
@click.argument("survey", metavar="[SURVEY]", required=False)
@click.option("--role", "roles", multiple=True, metavar="COLUMN=ROLE", help="FILE: what a column asks.")
@click.option("--scale", "scales", multiple=True, metavar="COLUMN=LOW..HIGH", help="FILE: ends of a column's scale.")
@click.option("--cost", type=click.FloatRange(min=0), default=0, show_default=True, help="Of one sale, for the profit.")
@click.option("--currency", default="€", show_default=True, help="Sign of the prices.")
@click.option("--draws", type=click.IntRange(min=100), default=1000, show_default=True, help="Of the bootstrap.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of what is drawn.")
@click.option("--write", is_flag=True, help="Keep what was found as an insight of the workspace.")
@click.option("--as", "author", default="klantreis price", show_default=True, help="Who writes, for the history.")
@click.option("--format", "form", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True)
@click.option("--lang", type=click.Choice(["nl", "en"]), help="Default: the workspace's own language.")
@click.option("--slug", help="Which workspace, when a database holds several.")
def command(
    *,
    location: str,
    survey: str | None,
    roles: tuple[str, ...],
    scales: tuple[str, ...],
    cost: float,
    currency: str,
    draws: int,
    seed: int,
    write: bool,
    author: str,
    form: str,
    lang: str | None,
    slug: str | None,
) -> None:
    """Say what people would pay, from the answers of a survey.

    WORKSPACE is a folder or a database and SURVEY the id or slug of a survey in it, left out when there is one; or
    FILE is a file of answers by itself. What was asked decides the method: four prices from too cheap to too expensive
    (Van Westendorp), with intentions to buy (Newton, Miller and Smith); a price and whether one would buy at it (Gabor
    and Granger); or a bracket ("Tussen 10 en 20€"), of which only the bounds of the mean can be said.

    Answers are what people say they would do. None of this is what they will pay.

    \b
    Examples:
      klantreis price my-workspace dinner-2026
      klantreis price my-workspace dinner-2026 --write
      klantreis price answers.csv --role "What would you pay?=price_bracket" --format json
    """
    from klantreis.cli.price_text import price_csv, price_text
    from klantreis.errors import InvalidInputError
    from klantreis.texts import text
    from klantreis.use_cases.find_prices import PRICE_ROLES, find_prices
    from klantreis.use_cases.open_answers import file_answers, is_file_of_answers, survey_answers
    from klantreis.use_cases.open_workspace import open_store
    from klantreis.use_cases.write_prices import write_prices
    from klantreis.values import Lang

    store = None
    if is_file_of_answers(location):
        answers = file_answers(Path(location), roles=roles, scales=scales)
        language = cast(Lang, lang or "en")
    else:
        store = open_store(location, workspace=slug)
        language = cast(Lang, lang or store.load().settings.lang)
        answers = survey_answers(store, survey, roles=PRICE_ROLES)
    if write and store is None:
        raise InvalidInputError(text("price.text.unwritable", language))
    found = find_prices(answers, cost=cost, draws=draws, seed=seed)
    done = write_prices(store, found, by=author, currency=currency) if write and store is not None else None
    if form == "json":
        click.echo(json.dumps(found.to_dict(), ensure_ascii=False, indent=2))
    elif form == "csv":
        click.echo(price_csv(found))
    else:
        click.echo(price_text(found, language, currency=currency))
        if write:
            document = f"insight:price-{found.survey.partition(':')[2]}"
            click.echo("\n" + text(f"price.text.{'written' if done else 'nothing'}", language, document=document))
