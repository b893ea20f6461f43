"""``klantreis reality``: a journey's log laid on its map, as a table or as JSON."""

from __future__ import annotations

import json

import click


@click.command("reality")
@click.argument("workspace")
@click.argument("journey")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--lang", type=click.Choice(["nl", "en"]), help="Default: the workspace's own language.")
@click.option(
    "--hide-below",
    type=click.IntRange(min=1),
    default=5,
    show_default=True,
    metavar="K",
    help="Leave out the numbers of groups smaller than K customers; 1: show all.",
)
@click.option("--slug", help="Which workspace, when a database holds several.")
def command(workspace: str, journey: str, form: str, lang: str | None, hide_below: int, slug: str | None) -> None:
    """Lay the journeys that customers made beside a map.

    WORKSPACE is a folder or a database; JOURNEY is the id or the slug of a journey that has a rule for its runs.
    Shown per step: how many runs reached it, with a 95% interval, who dropped out there, and how long the next
    step took; then how many runs fit the map, what came in another order, and what is not on the map. It
    describes what happened and says nothing about causes.

    \b
    Examples:
      klantreis reality my-workspace loyalty-card
      klantreis reality my-workspace journey:loyalty-card --format json
    """
    from typing import cast

    from klantreis.cli.reality_text import reality_text
    from klantreis.journeys.journey import Journey
    from klantreis.use_cases.lay_reality import lay_reality
    from klantreis.use_cases.open_workspace import open_store
    from klantreis.values import Lang

    store = open_store(workspace, workspace=slug)
    found = lay_reality(store, journey)
    if hide_below > 1:
        found = found.suppressed(hide_below)
    if form == "json":
        click.echo(json.dumps(found.to_dict(), ensure_ascii=False, indent=2))
        return
    held = store.load()
    title = held.get(found.journey, Journey).title
    click.echo(reality_text(found, title=title, lang=cast(Lang, lang or held.settings.lang)))
