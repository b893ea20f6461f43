"""``klantreis price``: what people would pay, by every way in which a survey asked it."""

from __future__ import annotations

import json
from typing import Any

import click

from klantreis.cli.answers_place import answers_place, asked_answers
from klantreis.cli.finding_options import finding_options, store_to_write


@click.command("price")
@answers_place
@click.option("--cost", type=click.FloatRange(min=0), default=0, show_default=True, help="Of one sale, for the profit.")
@click.option("--currency", default="€", show_default=True, help="Sign of the prices.")
@finding_options("klantreis price", writes="Keep what was found as an insight of the workspace.")
def command(*, cost: float, currency: str, **asked: Any) -> None:
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
    from klantreis.texts import text
    from klantreis.use_cases.find_prices import PRICE_ROLES, find_prices
    from klantreis.use_cases.write_prices import write_prices

    here = asked_answers(asked, having=PRICE_ROLES)
    store = store_to_write(here.store, asked["location"], "answers", here.lang) if asked["write"] else None
    found = find_prices(here.answers, cost=cost, draws=asked["draws"], seed=asked["seed"])
    done = None if store is None else write_prices(store, found, by=asked["author"], currency=currency)
    if asked["form"] == "json":
        click.echo(json.dumps(found.to_dict(), ensure_ascii=False, indent=2))
    elif asked["form"] == "csv":
        click.echo(price_csv(found))
    else:
        click.echo(price_text(found, here.lang, currency=currency))
        if store is not None:
            document = f"insight:price-{found.survey.partition(':')[2]}"
            click.echo("\n" + text(f"finding.kept.{'written' if done else 'nothing'}", here.lang, document=document))
