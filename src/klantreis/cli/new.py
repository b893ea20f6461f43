"""``klantreis new``: a small workspace to begin with."""

from __future__ import annotations

from pathlib import Path

import click

MARKETS = ("b2c", "b2b", "public", "nonprofit")


@click.command("new")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--lang", type=click.Choice(["nl", "en"]), default="nl", show_default=True, help="Language of the texts.")
@click.option("--market", type=click.Choice(MARKETS), default="b2c", show_default=True, help="Whose words to use.")
@click.option("--model", metavar="MODEL", help="Phase model, such as nl-5. Default: one that suits the market.")
def command(path: Path, lang: str, market: str, model: str | None) -> None:
    """Make a small, valid workspace in a new folder PATH: one persona, one job, one journey.

    Everything in it is an assumption, marked as such, for you to replace.

    \b
    Examples:
      klantreis new my-workspace
      klantreis new town --lang en --market public --model public-service
    """
    from typing import cast

    from klantreis.journeys.vocabulary import Market
    from klantreis.texts import text
    from klantreis.use_cases.new_workspace import new_workspace
    from klantreis.values import Lang

    spoken = cast(Lang, lang)
    workspace = new_workspace(path, lang=spoken, market=cast(Market, market), model=model)
    click.echo(text("new.made", spoken, n=len(workspace.documents), path=path))
    click.echo(text("new.way-on", spoken))
    click.echo(f"  klantreis check {path}")
    click.echo(f"  klantreis serve {path}")
